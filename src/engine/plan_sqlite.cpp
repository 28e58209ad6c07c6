#include <algorithm>
#include <iterator>

#include "plan_reader.hpp"

namespace duet::engine {
namespace {

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// `SEARCH users USING INDEX ix_users_name (name=?)`
PlanNode node_of(std::string_view line) {
    PlanNode node;
    node.operation = line;
    std::string_view rest = line;
    if (take(rest, "USE TEMP B-TREE")) {
        node.step =
            rest.find("ORDER BY") != std::string_view::npos ? PlanStep::sort : PlanStep::temporary_table;
        return node;
    }
    if (rest.starts_with("MATERIALIZE")) node.step = PlanStep::temporary_table;
    const bool search = take(rest, "SEARCH ");
    if (!search && !take(rest, "SCAN ")) return node;
    take(rest, "TABLE ");  // older versions
    if (rest.starts_with('(') || rest == "CONSTANT ROW" || rest.starts_with("SUBQUERY ")) return node;
    std::size_t end = rest.size();
    for (const std::string_view behind : {" USING ", " VIRTUAL TABLE", " LEFT-JOIN", " AS ", " EXISTS"})
        end = std::min(end, rest.find(behind));
    node.operation = search ? "SEARCH" : "SCAN";
    node.table = rest.substr(0, end);
    rest.remove_prefix(end);
    if (rest.find(" VIRTUAL TABLE") != std::string_view::npos) {
        node.operation = line;
        return node;
    }
    node.step = search ? PlanStep::index_lookup : PlanStep::table_scan;
    const std::size_t outer = rest.find(" LEFT-JOIN");
    if (outer != std::string_view::npos) {
        node.extra.emplace_back("join", "left");
        rest = rest.substr(0, outer);
    }
    const std::size_t with = rest.find(" USING ");
    if (with == std::string_view::npos) return node;
    rest.remove_prefix(with + 7);
    const std::size_t terms = std::min(rest.find(" ("), rest.size());
    std::string_view index = rest.substr(0, terms);
    if (terms != rest.size()) {
        rest.remove_prefix(terms + 2);
        if (rest.ends_with(')')) rest.remove_suffix(1);
        node.extra.emplace_back("on", rest);
    }
    if (index.starts_with("AUTOMATIC ")) {
        node.step = PlanStep::automatic_index;
    } else if (!search) {
        node.step = PlanStep::index_scan;
    }
    const bool covering = take(index, "COVERING INDEX ");
    if (covering) node.extra.emplace_back("covering", "yes");
    if (!covering) take(index, "INDEX ");
    node.index = index;
    return node;
}

bool reads_table(const PlanNode& node) {
    return !node.table.empty() || node.operation.starts_with("SCAN ") ||
           node.operation.starts_with("SEARCH ");
}

/// Tables read under one parent are the loops of a join, from the outermost.
void join_loops(PlanNode& node) {
    for (PlanNode& child : node.children) join_loops(child);
    if (node.operation.starts_with("COMPOUND") || node.operation.starts_with("MULTI-INDEX")) return;
    if (std::ranges::count_if(node.children, reads_table) < 2) return;
    PlanNode loop;
    loop.step = PlanStep::nested_loop;
    loop.operation = "NESTED LOOP";
    std::vector<PlanNode> rest;
    std::ptrdiff_t place = -1;
    for (PlanNode& child : node.children) {
        const bool table = reads_table(child);
        if (table && place < 0) place = std::ssize(rest);
        (table ? loop.children : rest).push_back(std::move(child));
    }
    rest.insert(rest.begin() + place, std::move(loop));
    node.children = std::move(rest);
}

PlanNode tree_of(PlanNode node, std::int64_t id, const std::vector<SqlitePlanLine>& lines, std::size_t from) {
    for (std::size_t i = from; i < lines.size(); ++i) {
        if (lines[i].parent == id)
            node.children.push_back(tree_of(node_of(lines[i].text), lines[i].id, lines, i + 1));
    }
    return node;
}

}  // namespace

PlanNode read_sqlite_plan(const std::vector<SqlitePlanLine>& lines) {
    PlanNode root;
    root.operation = "QUERY PLAN";
    root = tree_of(std::move(root), 0, lines, 0);
    join_loops(root);
    if (root.children.size() != 1) return root;
    return PlanNode(std::move(root.children.front()));
}

}  // namespace duet::engine
