#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <utility>

#include "sql_text.hpp"
#include "statement_renderer.hpp"
#include "write_renderer.hpp"

namespace duet {

Plan render_statement(const Dialect& dialect, const shape::QueryData& statement) {
    detail::ExpressionRenderer expressions(dialect, (statement.flags & shape::with_deleted) != 0);
    detail::NestedQuery query;
    query.model = statement.model;
    query.flags = statement.flags;
    query.clauses = detail::clauses_of(statement.clauses.bytes.data(), statement.clauses.bytes.size(), 0);
    std::size_t next = statement.clauses.values.size();
    if ((statement.flags & shape::has_limit) != 0) query.limit = detail::value_mark(next++);
    if ((statement.flags & shape::has_offset) != 0) query.offset = detail::value_mark(next);
    std::string sql = detail::is_write(statement.flags)
                          ? detail::render_write(expressions, query)
                          : detail::render_statement(expressions, query, nullptr, detail::StatementUse::rows);
    sql.insert(0, detail::with_clause(expressions));
    Plan plan = detail::finish(dialect, sql, (statement.flags & shape::changes_rows) != 0);
    plan.equal_values = std::move(expressions.same_values());
    plan.own_words = expressions.own_words();
    plan.locks = expressions.locks();
    const std::size_t most = dialect.capabilities().max_parameters;
    if (plan.binds.size() > most) {
        throw InvalidQuery("this statement has " + std::to_string(plan.binds.size()) + " values, and " +
                           std::string(dialect.name()) + " takes at most " + std::to_string(most) +
                           "; create_bulk inserts any number of objects");
    }
    return plan;
}

}  // namespace duet
