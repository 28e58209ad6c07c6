#include <duet/types/json.hpp>
#include <duet/types/json_scan.hpp>
#include <duet/types/json_text.hpp>

#include <algorithm>

#include "plan_reader.hpp"

namespace duet::engine {
namespace {

using duet::detail::JsonKind;

std::string scalar_text(std::string_view value) {
    switch (duet::detail::json_kind(value)) {
        case JsonKind::text:
            return duet::detail::json_unescape(value);
        case JsonKind::array: {
            std::string out;
            duet::detail::each_json_element(value, [&out](std::string_view element) {
                if (!out.empty()) out += ", ";
                out += scalar_text(element);
            });
            return out;
        }
        default:
            return std::string(value);
    }
}

bool holds_objects(std::string_view array) {
    bool found = false;
    duet::detail::each_json_element(array, [&found](std::string_view element) {
        found = found || duet::detail::json_kind(element) == JsonKind::object;
    });
    return found;
}

// An object may have several members of one name (tables of a join, in older versions).
class Reader {
public:
    PlanNode read(std::string_view operation, std::string_view object) {
        Reader inner;
        inner.node_.operation = operation;
        duet::detail::each_json_member(object, [&inner](std::string_view quoted, std::string_view value) {
            inner.member(duet::detail::json_unescape(quoted), value);
        });
        return inner.finish();
    }

private:
    void member(const std::string& key, std::string_view value) {
        const JsonKind kind = duet::detail::json_kind(value);
        if (key == "query_optimization" || key == "r_engine_stats") return;
        if (key == "cost_info") {  // MySQL
            duet::detail::each_json_member(value, [this](std::string_view quoted, std::string_view cost) {
                const std::string name = duet::detail::json_unescape(quoted);
                if (name == "query_cost" || name == "prefix_cost") set(node_.cost, cost);
            });
            return;
        }
        if (kind == JsonKind::object) {
            node_.children.push_back(Reader().read(key, value));
        } else if (kind == JsonKind::array && holds_objects(value)) {
            list(key, value);
        } else if (kind != JsonKind::null) {
            scalar(key, value);
        }
    }

    /// Tables of a join, parts of a union, subqueries: each element has one member, or is a step itself.
    void list(const std::string& key, std::string_view array) {
        std::vector<PlanNode> steps;
        duet::detail::each_json_element(array, [&](std::string_view element) {
            if (duet::detail::json_kind(element) != JsonKind::object) return;
            PlanNode step = Reader().read({}, element);
            if (step.operation.empty() && step.children.size() == 1) {
                step = std::move(PlanNode(std::move(step)).children.front());
            }
            steps.push_back(std::move(step));
        });
        if (key == "nested_loop" && steps.size() > 1) {
            PlanNode loop;
            loop.step = PlanStep::nested_loop;
            loop.operation = key;
            loop.children = std::move(steps);
            node_.children.push_back(std::move(loop));
        } else {
            std::ranges::move(steps, std::back_inserter(node_.children));
        }
    }

    static void set(std::optional<double>& to, std::string_view value) {
        const Json number = Json::parse(
            duet::detail::json_kind(value) == JsonKind::text ? scalar_text(value) : std::string(value));
        if (number.is_number()) to = number.as_double();
    }

    void scalar(const std::string& key, std::string_view value) {
        if (key == "table_name") {
            node_.table = scalar_text(value);
        } else if (key == "key") {
            node_.index = scalar_text(value);
        } else if (key == "access_type") {
            access_ = scalar_text(value);
        } else if (key == "attached_condition") {
            node_.filter = scalar_text(value);
        } else if (key == "rows" || key == "rows_examined_per_scan") {
            set(rows_, value);
        } else if (key == "filtered") {
            set(filtered_, value);
        } else if (key == "r_rows") {
            set(r_rows_, value);
        } else if (key == "r_filtered") {
            set(r_filtered_, value);
        } else if (key == "r_output_rows" || key == "r_effective_rows") {
            set(node_.actual_rows, value);
        } else if (key == "r_loops") {
            set(node_.loops, value);
        } else if (key == "cost" || key == "query_cost") {
            set(node_.cost, value);
        } else if (key == "r_total_time_ms" || key == "r_table_time_ms") {
            set(node_.milliseconds, value);
        } else if (key == "r_sort_passes") {
            node_.spilled = scalar_text(value) != "0";
        } else if (key == "using_filesort") {
            if (value == "true") node_.step = PlanStep::sort;
        } else if (key == "using_temporary_table") {
            if (value == "true" && node_.step == PlanStep::other) node_.step = PlanStep::temporary_table;
        } else if (key == "message") {
            node_.operation = scalar_text(value);
        } else {
            static constexpr std::string_view told[] = {"index_condition", "used_key_parts", "ref",
                                                        "sort_key",        "join_type",      "buffer_size",
                                                        "using_index",     "distinct",       "first_match",
                                                        "possible_keys",   "operation",      "not_exists"};
            if (std::ranges::find(told, key) != std::end(told))
                node_.extra.emplace_back(key, scalar_text(value));
            if (key == "join_type" && scalar_text(value).find('H') != std::string::npos) hashed_ = true;
        }
    }

    PlanNode finish() {
        if (node_.operation == "table") name_access();
        if (node_.operation == "filesort") node_.step = PlanStep::sort;
        if (node_.operation == "temporary_table" || node_.operation == "materialized")
            node_.step = PlanStep::temporary_table;
        if (node_.operation == "block-nl-join")
            node_.step = hashed_ ? PlanStep::hash_join : PlanStep::nested_loop;
        // Tables that older versions list one by one are a join, too.
        if (node_.operation == "query_block" || node_.operation == "temporary_table") join_tables();
        const bool bare = node_.operation == "query_block" || node_.operation == "read_sorted_file";
        if (bare && node_.children.size() == 1) {
            PlanNode child = std::move(node_.children.front());
            if (!child.cost) child.cost = node_.cost;
            if (!child.milliseconds) child.milliseconds = node_.milliseconds;
            return child;
        }
        return std::move(node_);
    }

    void name_access() {
        node_.operation = access_.empty() ? "table" : access_;
        if (access_ == "ALL") {
            node_.step = PlanStep::table_scan;
            node_.table_rows = rows_;
        } else if (access_ == "index") {
            node_.step = PlanStep::index_scan;
            node_.table_rows = rows_;
        } else if (!node_.index.empty()) {
            node_.step = PlanStep::index_lookup;
        }
        if (rows_) {
            const double share = filtered_.value_or(100);
            node_.estimated_rows = *rows_ * share / 100;
            node_.unfiltered_estimate = share >= 100 && !node_.filter.empty();
        }
        if (r_rows_) {
            node_.actual_rows = *r_rows_ * r_filtered_.value_or(100) / 100;
            node_.rows_removed = *r_rows_ - *node_.actual_rows;
        }
    }

    void join_tables() {
        const auto joined = [](const PlanNode& child) {
            return !child.table.empty() || child.operation == "block-nl-join";
        };
        if (std::ranges::count_if(node_.children, joined) < 2) return;
        PlanNode loop;
        loop.step = PlanStep::nested_loop;
        loop.operation = "nested_loop";
        std::vector<PlanNode> others;
        for (PlanNode& child : node_.children)
            (joined(child) ? loop.children : others).push_back(std::move(child));
        others.insert(others.begin(), std::move(loop));
        node_.children = std::move(others);
    }

    PlanNode node_;
    std::string access_;
    std::optional<double> rows_, filtered_, r_rows_, r_filtered_;
    bool hashed_ = false;
};

}  // namespace

PlanNode read_mariadb_plan(std::string_view json) { return Reader().read("query_block", json); }

}  // namespace duet::engine
