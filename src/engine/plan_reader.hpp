#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/engine/query_plan.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::engine {

// Each database's own words for a plan, made a tree. Throws ValidationError for what is no plan at all.

PlanNode read_postgres_plan(std::string_view json);
/// Of MariaDB and MySQL.
PlanNode read_mariadb_plan(std::string_view json);

/// A row of SQLite's EXPLAIN QUERY PLAN.
struct SqlitePlanLine {
    std::int64_t id = 0, parent = 0;
    std::string text{};
};
PlanNode read_sqlite_plan(const std::vector<SqlitePlanLine>& lines);

/// The tables that aliases of a statement stand for, as far as its text tells: FROM and JOIN.
std::vector<std::pair<std::string, std::string>> aliases_in(const Dialect& dialect, std::string_view sql);

/// Whether nothing in the text tells that it writes. Careful: a column named "delete" without quotes does.
bool only_reads(const Dialect& dialect, std::string_view sql);

/// Calls visit(node) for all nodes, from the top.
template <class Visitor>
void each_node(PlanNode& node, Visitor& visit) {
    visit(node);
    for (PlanNode& child : node.children) each_node(child, visit);
}

}  // namespace duet::engine
