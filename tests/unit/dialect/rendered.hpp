#pragma once

#include <duet/dialect/render.hpp>

#include <string>

#include "unit/expr/models.hpp"
#include "unit/expr/sql.hpp"

/// What dialects make of expressions over the users of the tests of expressions.
namespace dialect_test {

using namespace expr_test;

/// The part of the statement that the expression became.
inline std::string rendered(const duet::Dialect& dialect, const duet::shape::QueryData& query,
                            duet::Verb verb, std::string_view after) {
    const std::string sql = duet::render(dialect, query, verb).sql;
    const std::size_t at = sql.find(after);
    if (at == std::string::npos) return sql;
    const std::size_t end = after == "SELECT " ? sql.rfind(" FROM ") : sql.size();
    return sql.substr(at + after.size(), end - at - after.size());
}

template <class E>
std::string where(const duet::Dialect& dialect, const E& e) {
    return rendered(dialect, query<User>().where(e).data(), duet::Verb::rows, " WHERE ");
}
template <class E>
std::string select(const duet::Dialect& dialect, const E& e) {
    return rendered(dialect, query<User>().select(e).data(), duet::Verb::rows, "SELECT ");
}
inline std::string order(const duet::Dialect& dialect, const duet::OrderTerm<User>& term) {
    return rendered(dialect, query<User>().order_by(term).data(), duet::Verb::rows, " ORDER BY ");
}
template <class A>
std::string update(const duet::Dialect& dialect, const A& assignment) {
    TestQuery<User> q;
    duet::expr::add<duet::expr::Role::set, User>(q.query.clauses, assignment);
    return rendered(dialect, q.data(), duet::Verb::update, " SET ");
}

}  // namespace dialect_test
