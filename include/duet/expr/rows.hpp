#pragma once

#include <duet/expr/comparison.hpp>

#include <cstddef>
#include <initializer_list>

namespace duet::expr {

/// Several values that are compared as one: by the first, where it is equal by the second, and so on.
template <class... A>
struct Tuple {};

/// What in_ and not_in make; in rows_in.hpp.
template <class... L, class T, class... Rest>
auto in_rows(bool negated, const Tuple<L...>& row, const T& first, const Rest&... rest);

template <class First, class... Rest>
struct Tuple<First, Rest...> {
    First first;
    Tuple<Rest...> rest;

    /// One of several rows: a range of std::tuple, std::pair or duet::tuple(...), such rows themselves, or a
    /// statement of as many columns. Rows with an empty optional are passed over.
    template <class T, class... More>
    auto in_(const T& row, const More&... more) const {
        return in_rows(false, *this, row, more...);
    }
    template <class T>
    auto in_(std::initializer_list<T> rows) const {
        return in_rows(false, *this, rows);
    }
    /// None of them; of an empty range: true.
    template <class T, class... More>
    auto not_in(const T& row, const More&... more) const {
        return in_rows(true, *this, row, more...);
    }
    template <class T>
    auto not_in(std::initializer_list<T> rows) const {
        return in_rows(true, *this, rows);
    }
};

inline Tuple<> tuple_of() { return {}; }
template <class T, class... Rest>
auto tuple_of(const T& first, const Rest&... rest) {
    return Tuple<node_t<T>, node_t<Rest>...>{as_node(first), tuple_of(rest...)};
}

namespace detail {
/// What comes of comparing rows, of which `pairs` says what comes of each column.
template <std::size_t N>
consteval Checked check_pairs(const Checked (&pairs)[N]) {
    Checked out{&duet::detail::boolean_value};
    for (const Checked& pair : pairs) {
        if (!pair.ok()) return pair;
        out.nullable = out.nullable || pair.nullable;
    }
    return out;
}
}  // namespace detail

template <class L, class R>
struct RowComparison;
template <class... L, class... R>
struct RowComparison<Tuple<L...>, Tuple<R...>> : Node {
    shape::Op op;
    Tuple<L...> left;
    Tuple<R...> right;

    RowComparison(shape::Op o, Tuple<L...> l, Tuple<R...> r)
        : op(o), left(std::move(l)), right(std::move(r)) {}

    template <class M>
    static consteval Checked check() {
        return detail::check_pairs(
            {check_comparison(checked<M, L>, checked<M, R>, is_value_node<L>, is_value_node<R>, true)...});
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::row_compare);
        out.op(op);
        out.u8(sizeof...(L));
        emit_pairs<M>(out, left, right);
    }

private:
    template <class M>
    static void emit_pairs(shape::Fragment&, const Tuple<>&, const Tuple<>&) {}
    template <class M, class A, class... As, class B, class... Bs>
    static void emit_pairs(shape::Fragment& out, const Tuple<A, As...>& a, const Tuple<B, Bs...>& b) {
        emit_beside<M>(out, a.first, type_of<M>(b.first));
        emit_beside<M>(out, b.first, type_of<M>(a.first));
        emit_pairs<M>(out, a.rest, b.rest);
    }
};

template <class... L, class... R>
auto compare_rows(shape::Op op, const Tuple<L...>& left, const Tuple<R...>& right) {
    constexpr bool same_length = sizeof...(L) == sizeof...(R);
    static_assert(same_length, "duet: tuples that are compared need equally many values");
    return RowComparison<Tuple<L...>, Tuple<R...>>(op, left, right);
}
template <class... L, class... R>
auto operator==(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::eq, left, right);
}
template <class... L, class... R>
auto operator!=(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::ne, left, right);
}
template <class... L, class... R>
auto operator<(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::lt, left, right);
}
template <class... L, class... R>
auto operator<=(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::le, left, right);
}
template <class... L, class... R>
auto operator>(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::gt, left, right);
}
template <class... L, class... R>
auto operator>=(const Tuple<L...>& left, const Tuple<R...>& right) {
    return compare_rows(shape::Op::ge, left, right);
}

}  // namespace duet::expr

namespace duet {

/// `duet::tuple("year"_c, "month"_c) < duet::tuple(2024, 3)`
template <class... A>
auto tuple(const A&... values) {
    static_assert(sizeof...(A) > 0 && sizeof...(A) <= 255, "duet: a tuple has 1 to 255 values");
    return expr::tuple_of(values...);
}

}  // namespace duet
