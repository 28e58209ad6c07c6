#pragma once

#include <duet/expr/column.hpp>
#include <duet/expr/subquery.hpp>

namespace duet::expr {

/// The single value that a nested query yields; NULL when it has no row.
template <class Inner, class E>
struct ScalarQuery : Lookups<ScalarQuery<Inner, E>> {
    template <class M>
    using cpp_type = typename detail::Bare<Inner, E>::type;

    shape::Fragment query;

    explicit ScalarQuery(shape::Fragment q) : query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        Checked out = checked<Inner, E>;
        out.nullable = true;
        out.refers = nullptr;
        return out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::scalar_query);
        out.append(query);
    }
};

/// A column of the query around this one, which is over `Around`.
template <class Around, class C>
struct Outer : Lookups<Outer<Around, C>> {
    template <class M>
    using cpp_type = typename detail::Bare<Around, C>::type;

    template <class M>
    static consteval Checked check() {
        const Checked out = checked<Around, C>;
        return out.ok() && C::template resolution<Around>().hops != 0 ? refuse(out, Fault::no_column) : out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::outer);
        out.model(duet::detail::model_info<Around>);
        constexpr std::int16_t column = C::template resolution<Around>().column;
        out.u8(static_cast<std::size_t>(column));
    }
};

}  // namespace duet::expr

namespace duet {

/// The value of `e` in the first row of `query`, or an aggregate over its rows; NULL when there is none.
template <expr::QuerySource Q, expr::Expression E>
auto value(const Q& query, const E& e) {
    using Inner = typename Q::model_type;
    shape::Fragment select;
    if constexpr (expr::checked<Inner, E>.ok()) expr::add<expr::Role::select, Inner>(select, e);
    return expr::ScalarQuery<Inner, E>(expr::nested(query.data(), select));
}

/// Inside a nested query: a column of the query around it, `duet::outer<User>("id"_c)`.
template <class Around, class C>
requires expr::is_column<C> expr::Outer<Around, C> outer(const C&) { return {}; }

}  // namespace duet
