#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>

#include "sql_text.hpp"
#include "statement_renderer.hpp"
#include "write_renderer.hpp"

namespace duet::detail {

std::string with_words(const ExpressionRenderer& expressions) {
    std::string sql;
    bool recursive = false;
    for (const CommonTable& table : expressions.common_tables()) {
        sql += (sql.empty() ? "" : ", ") + table.sql;
        recursive = recursive || table.recursive;
    }
    if (!sql.empty()) sql = (recursive ? "WITH RECURSIVE " : "WITH ") + sql + " ";
    return sql;
}

void define_common_table(ExpressionRenderer& expressions, Cursor c) {
    const std::string_view name = c.name();
    const std::uint8_t flags = c.u8();
    const ModelInfo& model = c.model();
    const std::span<const std::uint8_t> shape(c.at, c.end);
    const std::size_t first_value = c.value;
    auto& known = expressions.common_tables();
    Cursor body = c;
    const NestedQuery query = read_nested(body);
    for (const CommonTable& table : known) {
        if (table.name != name) continue;
        if (!std::ranges::equal(table.shape, shape))
            throw InvalidQuery("two CTEs of this statement are named '" + std::string(name) + "'");
        for (std::size_t i = 0; i < table.value_count; ++i) {
            expressions.same_values().emplace_back(static_cast<std::uint16_t>(table.first_value + i),
                                                   static_cast<std::uint16_t>(first_value + i));
        }
        return;
    }
    const Dialect& dialect = expressions.dialect();
    const bool recursive = (flags & shape::with_recursive) != 0;
    known.push_back({std::string(name), shape, first_value, body.value - first_value, {}, recursive});
    std::string columns;
    for (const ColumnInfo& column : model.columns)
        columns += (columns.empty() ? "" : ", ") + quoted(dialect, column.name);
    WatchedWay way{name, 0};
    const bool watched = (flags & shape::with_cycle) != 0;
    if (watched) {
        way.key = body.u8();
        columns += ", " + quoted(dialect, WatchedWay::column);
    }
    std::string sql = quoted(dialect, name) + " (" + columns + ") AS ";
    if (dialect.capabilities().materialized_hints) {
        if ((flags & shape::with_materialized) != 0) sql += "MATERIALIZED ";
        if ((flags & shape::with_not_materialized) != 0) sql += "NOT MATERIALIZED ";
    }
    if (is_write(query.flags)) {
        if (!dialect.capabilities().writing_ctes) {
            throw UnsupportedByDialect(std::string(dialect.name()) +
                                       " has no INSERT, UPDATE or DELETE in a CTE: " + std::string(name));
        }
        sql += "(" + render_write(expressions, query) + ")";
    } else {
        if (recursive) expressions.recursion() = &model;
        sql += "(" +
               render_statement(expressions, query, nullptr, StatementUse::rows, watched ? &way : nullptr) +
               ")";
    }
    // What it needs was defined meanwhile, and has to stand in front of it.
    const auto own = std::ranges::find(known, name, &CommonTable::name);
    CommonTable table = std::move(*own);
    table.sql = std::move(sql);
    known.erase(own);
    known.push_back(std::move(table));
}

std::string with_clause(ExpressionRenderer& expressions) {
    return expressions.front() + with_words(expressions);
}

}  // namespace duet::detail
