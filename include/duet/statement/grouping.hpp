#pragma once

#include <duet/expr/add.hpp>
#include <duet/shape/fragment.hpp>

#include <tuple>
#include <utility>

namespace duet {

namespace detail {

/// Keys that stand together in a grouping set.
template <class... E>
struct KeyGroup {
    std::tuple<E...> keys;

    template <class M>
    void emit(shape::Fragment& out) const {
        out.u8(sizeof...(E));
        std::apply([&](const E&... key) { (expr::add<expr::Role::value, M>(out, key), ...); }, keys);
    }
};
template <class T>
inline constexpr bool is_key_group = false;
template <class... E>
inline constexpr bool is_key_group<KeyGroup<E...>> = true;

template <class T>
auto as_group(const T& key) {
    if constexpr (is_key_group<T>) {
        return key;
    } else {
        return KeyGroup<T>{std::tuple<T>(key)};
    }
}

/// A term of group_by that makes several groupings of the same rows.
template <class... G>
struct GroupingTerm {
    using duet_grouping = void;
    shape::Grouping kind;
    std::tuple<G...> sets;

    template <class M>
    void add_to(shape::Fragment& clauses) const {
        const std::size_t begun = clauses.begin(shape::Clause::grouping);
        clauses.u8(static_cast<std::size_t>(kind));
        clauses.u8(sizeof...(G));
        std::apply([&](const G&... set) { (set.template emit<M>(clauses), ...); }, sets);
        clauses.end(begun);
    }
};
template <class T>
concept IsGrouping = requires {
    typename T::duet_grouping;
};

}  // namespace detail

/// Keys that are one item of rollup, cube or grouping_sets; none: all rows together.
template <class... E>
detail::KeyGroup<E...> group(const E&... keys) {
    return {std::tuple<E...>(keys...)};
}

// Terms of group_by. The keys that a row does not group by are NULL in it: select them with duet::nullable.

/// By all keys, by all but the last, and so on down to all rows together. PostgreSQL, MariaDB and MySQL; on
/// the latter two it stands alone in group_by, and without order_by on MariaDB.
template <class... E>
auto rollup(const E&... keys) {
    return detail::GroupingTerm<decltype(detail::as_group(keys))...>{shape::Grouping::rollup,
                                                                     {detail::as_group(keys)...}};
}
/// By every subset of the keys. PostgreSQL.
template <class... E>
auto cube(const E&... keys) {
    return detail::GroupingTerm<decltype(detail::as_group(keys))...>{shape::Grouping::cube,
                                                                     {detail::as_group(keys)...}};
}
/// By each of these sets: `grouping_sets(duet::group("a"_c, "b"_c), duet::group("b"_c), duet::group())`.
/// PostgreSQL.
template <class... E>
auto grouping_sets(const E&... sets) {
    return detail::GroupingTerm<decltype(detail::as_group(sets))...>{shape::Grouping::sets,
                                                                     {detail::as_group(sets)...}};
}

}  // namespace duet
