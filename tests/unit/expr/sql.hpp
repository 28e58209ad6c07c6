#pragma once

#include <duet/shape/query_data.hpp>

#include <ostream>
#include <string>

#include "unit/expr/models.hpp"

/// Renders expressions for SQLite and runs what comes out.
namespace expr_test {

/// What became of an expression: its SQL, the values bound to it, and how many of the sample rows it selects.
struct Rendered {
    std::string sql;
    std::string values;
    std::int64_t rows = 0;
};

/// A query over the sample rows: three users, of whom Bob (2) has Ada (1) for a manager and Eve (3) has
/// nothing that could be left out; Ada has two posts, of which the first has a comment, and Bob has one.
Rendered run(const duet::shape::QueryData& query, std::string_view after);

/// A duet::Query of these tests.
template <class M>
struct TestQuery {
    using model_type = M;
    duet::shape::QueryData query;

    TestQuery() { query.model = &duet::detail::model_info<M>; }
    const duet::shape::QueryData& data() const { return query; }

    template <class E>
    TestQuery where(const E& e) const {
        TestQuery copy = *this;
        duet::expr::add<duet::expr::Role::where, M>(copy.query.clauses, e);
        return copy;
    }
    template <class E>
    TestQuery select(const E& e) const {
        TestQuery copy = *this;
        duet::expr::add<duet::expr::Role::select, M>(copy.query.clauses, e);
        return copy;
    }
    TestQuery order_by(const duet::OrderTerm<M>& term) const {
        TestQuery copy = *this;
        term.add_to(copy.query.clauses);
        return copy;
    }
    TestQuery limit(std::int64_t rows) const {
        TestQuery copy = *this;
        copy.query.set_limit(rows);
        return copy;
    }
};

template <class M>
TestQuery<M> query() {
    return {};
}

template <class M, class E>
Rendered where(const E& e) {
    return run(query<M>().where(e).data(), " WHERE ");
}
template <class M, class E>
Rendered select(const E& e) {
    return run(query<M>().select(e).data(), "SELECT ");
}
template <class M>
Rendered order(const duet::OrderTerm<M>& term) {
    return run(query<M>().order_by(term).data(), " ORDER BY ");
}
/// The UPDATE; it is undone.
Rendered run_update(const duet::shape::QueryData& query);
template <class M, class A>
Rendered update(const A& assignment) {
    TestQuery<M> q;
    duet::expr::add<duet::expr::Role::set, M>(q.query.clauses, assignment);
    return run_update(q.data());
}

inline bool operator==(const Rendered& a, const Rendered& b) {
    return a.sql == b.sql && a.values == b.values && a.rows == b.rows;
}
inline void PrintTo(const Rendered& r, std::ostream* out) {
    *out << "{R\"(" << r.sql << ")\", R\"(" << r.values << ")\", " << r.rows << "}";
}

}  // namespace expr_test
