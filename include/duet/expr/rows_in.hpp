#pragma once

#include <duet/expr/list.hpp>
#include <duet/expr/rows.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What `duet::tuple(...).in_(...)` makes.
namespace duet::expr {

namespace detail {

template <class... A>
auto as_tuple(const Tuple<A...>& row) {
    return row;
}
template <class T>
auto as_tuple(const T& row) {
    if constexpr (requires { std::tuple_size<T>::value; }) {
        return std::apply([](const auto&... values) { return tuple_of(values...); }, row);
    } else {
        return Tuple<>{};
    }
}
template <class T>
using tuple_t = decltype(as_tuple(std::declval<const T&>()));

inline bool has_null(const Tuple<>& /*row*/) { return false; }
template <class First, class... Rest>
bool has_null(const Tuple<First, Rest...>& row) {
    if constexpr (is_value_node<First>) {
        if (row.first.is_null()) return true;
    }
    return has_null(row.rest);
}

}  // namespace detail

template <class L, class R>
struct RowInList;
/// `(a = .. AND b = ..) OR ...`, which is what IN over rows means, and what all databases know.
template <class... L, class... R>
struct RowInList<Tuple<L...>, Tuple<R...>> : Node {
    bool negated;
    Tuple<L...> row;
    std::vector<Tuple<R...>> list;

    RowInList(bool n, Tuple<L...> r, std::vector<Tuple<R...>> l)
        : negated(n), row(std::move(r)), list(std::move(l)) {}

    template <class M>
    static consteval Checked check() {
        return detail::check_pairs(
            {check_comparison(checked<M, L>, checked<M, R>, is_value_node<L>, is_value_node<R>, false)...});
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        if (list.empty()) return out.op(negated ? shape::Op::always : shape::Op::never);
        if (negated) out.op(shape::Op::logical_not);
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i + 1 < list.size()) out.op(shape::Op::logical_or);
            emit_equal<M>(out, row, list[i]);
        }
    }

private:
    template <class M, class A, class... As, class B, class... Bs>
    static void emit_equal(shape::Fragment& out, const Tuple<A, As...>& a, const Tuple<B, Bs...>& b) {
        if constexpr (sizeof...(As) > 0) out.op(shape::Op::logical_and);
        out.op(shape::Op::eq);
        emit_beside<M>(out, a.first, type_of<M>(b.first));
        emit_beside<M>(out, b.first, type_of<M>(a.first));
        if constexpr (sizeof...(As) > 0) emit_equal<M>(out, a.rest, b.rest);
    }
};

template <class L, class Pieces>
struct RowInStatement;
/// `(a, b) IN (SELECT ...)`
template <class... L, template <class...> class Types, class... P>
struct RowInStatement<Tuple<L...>, Types<P...>> : Node {
    bool negated;
    Tuple<L...> row;
    shape::Fragment query;

    RowInStatement(bool n, Tuple<L...> r, shape::Fragment q)
        : negated(n), row(std::move(r)), query(std::move(q)) {}

    template <class M>
    static consteval Checked check() {
        return detail::check_pairs({check_comparison(checked<M, L>, {&duet::detail::type_info<P>, true},
                                                     is_value_node<L>, false, false)...});
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        out.op(shape::Op::row_in_query);
        out.u8(negated ? 1 : 0);
        out.u8(sizeof...(L));
        emit_values<M>(out, row);
        out.append(query);
    }

private:
    template <class M>
    static void emit_values(shape::Fragment&, const Tuple<>&) {}
    template <class M, class A, class... As>
    static void emit_values(shape::Fragment& out, const Tuple<A, As...>& a) {
        a.first.template emit<M>(out);
        emit_values<M>(out, a.rest);
    }
};

template <class L, class R>
inline constexpr bool same_length = false;
template <class... L, template <class...> class T, class... R>
inline constexpr bool same_length<Tuple<L...>, T<R...>> = sizeof...(L) == sizeof...(R);

template <class Row, class R>
void push_row(std::vector<R>& list, const Row& row) {
    auto values = detail::as_tuple(row);
    if (!detail::has_null(values)) list.push_back(std::move(values));
}

template <class L, class R>
auto row_in_list(bool negated, const L& row, std::vector<R> list) {
    if constexpr (same_length<L, R>) {
        return RowInList<L, R>(negated, row, std::move(list));
    } else if constexpr (std::is_same_v<R, Tuple<>>) {
        return Mistaken<Fault::no_row>{};
    } else {
        return Mistaken<Fault::other_length>{};
    }
}

template <class... L, class T, class... Rest>
auto in_rows(bool negated, const Tuple<L...>& row, const T& first, const Rest&... rest) {
    if constexpr (requires {
                      typename T::pieces;
                      first.data();
                  }) {
        if constexpr (same_length<Tuple<L...>, typename T::pieces>) {
            return RowInStatement<Tuple<L...>, typename T::pieces>(negated, row, nested(first.data()));
        } else {
            return Mistaken<Fault::other_length>{};
        }
    } else if constexpr (detail::Range<T>) {
        std::vector<detail::tuple_t<std::remove_cvref_t<decltype(*first.begin())>>> list;
        for (const auto& other : first) push_row(list, other);
        return row_in_list(negated, row, std::move(list));
    } else {
        std::vector<detail::tuple_t<T>> list;
        push_row(list, first);
        if constexpr ((std::is_same_v<detail::tuple_t<T>, detail::tuple_t<Rest>> && ...)) {
            (push_row(list, rest), ...);
            return row_in_list(negated, row, std::move(list));
        } else {
            return Mistaken<Fault::no_row>{};
        }
    }
}

}  // namespace duet::expr
