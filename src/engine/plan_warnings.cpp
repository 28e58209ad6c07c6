#include <duet/engine/query_plan.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace duet {
namespace {

using Kind = PlanWarning::Kind;

std::string whole(double value) {
    std::string digits = std::to_string(static_cast<long long>(std::llround(std::min(value, 1e18))));
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

bool is_scan(const PlanNode& node) {
    return node.step == PlanStep::table_scan || node.step == PlanStep::index_scan;
}

/// What a lookup finds where the database does not say: SQLite's own rules of thumb.
double guessed(const PlanNode& node) {
    if (node.step != PlanStep::index_lookup && node.step != PlanStep::automatic_index) return 0;
    const double all = node.table_rows.value_or(0);
    for (const auto& [key, value] : node.extra) {
        if (key == "on" && value.find_first_of("<>") != std::string::npos) return all / 4;
    }
    return std::min(all, node.index == "INTEGER PRIMARY KEY" ? 1.0 : 10.0);
}

double yields(const PlanNode& node) {
    if (node.actual_rows) return *node.actual_rows;
    if (node.estimated_rows) return *node.estimated_rows;
    return is_scan(node) ? node.table_rows.value_or(0) : guessed(node);
}

/// What one run of a step reads, where it goes through all rows of something.
double reads_each_time(const PlanNode& node) {
    if (is_scan(node)) {
        const double passed = yields(node) + node.rows_removed.value_or(0);
        return std::max(passed, node.table_rows.value_or(0));
    }
    const bool block = node.operation == "block-nl-join";
    if (node.children.size() != 1 || !(block || node.step == PlanStep::temporary_table)) return 0;
    const double below = reads_each_time(node.children.front());
    return block ? below : std::max(below, yields(node));
}

class Inspector {
public:
    Inspector(const PlanLimits& limits, std::vector<PlanWarning>& out) : limits_(limits), out_(out) {}

    /// `limited`: a step above stops when it has rows enough. True when a misestimate was found below.
    bool inspect(const PlanNode& node, bool limited) {
        const bool limits_here = limited || node.operation == "Limit";
        if (node.step == PlanStep::table_scan) full_scan(node, limited);
        if (node.step == PlanStep::sort) sort(node);
        if (node.step == PlanStep::nested_loop) nested_loop(node);
        if (node.spilled) {
            warn(Kind::spill, node.table,
                 name(node) +
                     " did not fit into memory and went to the disk (more working memory, or fewer "
                     "rows or columns, would help)");
        }
        if (node.step == PlanStep::automatic_index) {
            warn(Kind::automatic_index, node.table,
                 "an index of " + node.table + " is built for this statement alone" + on(node) +
                     "; create one that stays");
        }
        bool below = false;
        for (const PlanNode& child : node.children) {
            // Only what is read row by row stops early.
            const bool early = limits_here && node.step != PlanStep::sort && node.step != PlanStep::hash_join;
            below = inspect(child, early) || below;
        }
        return below || (!limited && misestimated(node));
    }

    void note_tables(const PlanNode& node) {
        largest_ = std::max(largest_, node.table_rows.value_or(0));
        for (const PlanNode& child : node.children) note_tables(child);
    }

private:
    void warn(Kind kind, std::string table, std::string text) {
        out_.push_back({kind, std::move(table), std::move(text)});
    }
    static std::string name(const PlanNode& node) {
        return node.table.empty() ? node.operation : node.operation + " on " + node.table;
    }
    static std::string on(const PlanNode& node) {
        for (const auto& [key, value] : node.extra) {
            if (key == "on") return " (" + value + ")";
        }
        return {};
    }

    void full_scan(const PlanNode& node, bool limited) {
        if (node.table.empty() || node.table.starts_with('<')) return;
        const double read = reads_each_time(node);
        if (read < limits_.large_table) return;
        if (limited && node.filter.empty()) return;  // no more than is wanted
        std::string text = "all " + whole(read) + (node.table_rows_at_least ? " or more" : "") + " rows of " +
                           node.table + " are read";
        const bool unknown = node.unfiltered_estimate && !node.actual_rows;
        if (!node.filter.empty() && (unknown || yields(node) <= read / 10)) {
            if (!unknown) text += " for " + whole(yields(node));
            warn(Kind::missing_index, node.table, text + "; no index serves the condition " + node.filter);
        } else {
            warn(Kind::full_scan, node.table, std::move(text));
        }
    }
    void sort(const PlanNode& node) {
        double rows = yields(node);
        for (const PlanNode& child : node.children) rows = std::max(rows, yields(child));
        if (node.children.empty()) rows = largest_;  // SQLite says nothing more
        if (rows < limits_.large_table) return;
        std::string text = name(node) + ": ";
        text += node.children.empty() ? "rows out of " + whole(rows) : whole(rows) + " rows";
        warn(Kind::sort, {}, text + " are sorted; an index in that order would save it");
    }
    /// Each table is read once for each row of those in front of it.
    void nested_loop(const PlanNode& node) {
        double runs = 1;
        for (const PlanNode& child : node.children) {
            const double read = reads_each_time(child);
            if (&child != &node.children.front() && read != 0 && runs > 1 &&
                read * runs >= limits_.nested_rows) {
                const PlanNode* table = &child;
                while (table->table.empty() && !table->children.empty()) table = &table->children.front();
                warn(Kind::nested_loop, table->table,
                     whole(read) + " rows of " + (table->table.empty() ? "a step" : table->table) +
                         " are gone through for each of " + whole(runs) +
                         " rows; an index on what joins them would find them");
            }
            runs *= std::max(1.0, yields(child));
        }
    }
    bool misestimated(const PlanNode& node) {
        if (!node.actual_rows || !node.estimated_rows || node.loops == 0.0) return false;
        const double expected = *node.estimated_rows;
        double found = *node.actual_rows;
        if (node.unfiltered_estimate) found += node.rows_removed.value_or(0);
        const double more = std::max(expected, found);
        const double less = std::max(1.0, std::min(expected, found));
        if (more < limits_.misestimated_rows || more < less * limits_.misestimate) return false;
        warn(Kind::misestimate, node.table,
             name(node) + ": " + whole(expected) + " rows were expected, " + whole(found) +
                 " came; statistics that are up to date (ANALYZE) make better plans");
        return true;
    }

    const PlanLimits& limits_;
    std::vector<PlanWarning>& out_;
    double largest_ = 0;
};

}  // namespace

std::vector<PlanWarning> QueryPlan::warnings(const PlanLimits& limits) const {
    std::vector<PlanWarning> out;
    Inspector inspector(limits, out);
    inspector.note_tables(root());
    inspector.inspect(root(), false);
    return out;
}

}  // namespace duet
