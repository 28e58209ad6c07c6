#include <duet/engine/query_plan.hpp>

#include <charconv>
#include <cmath>

namespace duet {

struct QueryPlan::Data {
    PlanNode root;
    std::string raw;
    std::string sql;
    bool analyzed;
};

QueryPlan::QueryPlan(PlanNode root, std::string raw, std::string sql, bool analyzed)
    : data_(std::make_shared<const Data>(Data{std::move(root), std::move(raw), std::move(sql), analyzed})) {}

const PlanNode& QueryPlan::root() const& noexcept { return data_->root; }
PlanNode QueryPlan::root() && { return data_->root; }
const std::string& QueryPlan::raw() const& noexcept { return data_->raw; }
std::string QueryPlan::raw() && { return data_->raw; }
const std::string& QueryPlan::sql() const& noexcept { return data_->sql; }
std::string QueryPlan::sql() && { return data_->sql; }
bool QueryPlan::analyzed() const noexcept { return data_->analyzed; }

namespace {

/// `1234.5` with at most two digits behind the point.
std::string number(double value) {
    char text[64];
    const double rounded = std::round(value * 100) / 100;
    return {text, std::to_chars(text, text + sizeof text, rounded, std::chars_format::fixed).ptr};
}

std::string rows(double count) { return number(count) + (count == 1 ? " row" : " rows"); }

class Writer {
public:
    std::string out;

    void node(const PlanNode& node, std::size_t depth) {
        line(depth) += node.operation.empty() ? "step" : node.operation;
        if (!node.table.empty()) out += " on " + node.table;
        if (!node.index.empty()) out += " using " + node.index;
        figures(node);
        if (!node.filter.empty()) line(depth, true) += "filter: " + node.filter;
        for (const auto& [key, value] : node.extra) line(depth, true) += key + ": " + value;
        for (const PlanNode& child : node.children) this->node(child, depth + 1);
    }

private:
    std::string& line(std::size_t depth, bool detail = false) {
        if (!out.empty()) out += '\n';
        out.append(depth * 3, ' ');
        if (detail) {
            out += "   | ";
        } else if (depth != 0) {
            out += "-> ";
        }
        return out;
    }
    void figures(const PlanNode& node) {
        const char* separator = "  (";
        const auto add = [&](const std::string& text) { out += std::exchange(separator, ", ") + text; };
        if (node.estimated_rows) add("estimated " + rows(*node.estimated_rows));
        if (node.actual_rows) add("actual " + rows(*node.actual_rows));
        if (node.loops && *node.loops != 1) add("run " + number(*node.loops) + " times");
        if (node.rows_removed && *node.rows_removed != 0) add(rows(*node.rows_removed) + " filtered out");
        if (node.table_rows)
            add("table of " + rows(*node.table_rows) + (node.table_rows_at_least ? " or more" : ""));
        if (node.cost) add("cost " + number(*node.cost));
        if (node.milliseconds) add(number(*node.milliseconds) + " ms");
        if (node.spilled) add("spilled to disk");
        if (*separator == ',') out += ')';
    }
};

}  // namespace

std::string QueryPlan::to_string(const PlanLimits& limits) const {
    Writer writer;
    writer.node(root(), 0);
    for (const PlanWarning& warning : warnings(limits)) writer.out += "\nwarning: " + warning.text;
    return std::move(writer.out);
}

}  // namespace duet
