#pragma once

#include <duet/expr/comparison.hpp>
#include <duet/expr/subquery.hpp>

#include <string>
#include <vector>

namespace duet::expr {

struct Boolean {
    bool value;
};

namespace detail {
template <class T>
auto list_element(const T& value) {
    if constexpr (duet::detail::is_optional<T>::value) {
        return list_element(*value);
    } else if constexpr (std::is_same_v<T, bool>) {
        return Boolean{value};
    } else if constexpr (std::is_convertible_v<const T&, std::string_view> && !duet::detail::UserColumn<T>) {
        return std::string(std::string_view(value));
    } else {
        return stored(value);
    }
}
template <class T>
using list_element_t = decltype(list_element(std::declval<const T&>()));

template <class X, class T>
void push(std::vector<X>& list, const T& value) {
    if constexpr (duet::detail::is_optional<T>::value) {
        if (value) push(list, *value);
    } else if constexpr (std::is_arithmetic_v<X> && std::is_arithmetic_v<T>) {
        list.push_back(static_cast<X>(value));
    } else {
        list.push_back(list_element(value));
    }
}

template <class T>
struct ElementTraits {
    static consteval Checked check() { return {&duet::detail::type_info<T>}; }
};
template <>
struct ElementTraits<Boolean> {
    static consteval Checked check() { return {&duet::detail::boolean_value}; }
};
template <class T, Fault F>
struct ElementTraits<Unsupported<T, F>> : ValueTraits<Unsupported<T, F>> {};
template <class M, class Key>
struct ElementTraits<RowKey<M, Key>> : ValueTraits<RowKey<M, Key>> {};

template <class T>
concept Range = requires(const T& t) {
    t.begin();
    t.end();
}
&&!std::is_convertible_v<const T&, std::string_view>;
}  // namespace detail

/// `operand IN (...)`. An empty list matches nothing.
template <class E, class X>
struct InList : Node {
    bool negated;
    E operand;
    std::vector<X> list;

    InList(bool n, E e, std::vector<X> l) : negated(n), operand(std::move(e)), list(std::move(l)) {}

    template <class M>
    static consteval Checked check() {
        const Checked elements = detail::ElementTraits<X>::check();
        const Checked out = check_comparison(checked<M, E>, elements, is_value_node<E>, true, false);
        if (!out.ok()) return out;
        const Family f = family(*elements.type);
        return f == Family::blob || f == Family::array || f == Family::json ? refuse(out, Fault::not_in_lists)
                                                                            : out;
    }
    template <class M>
    void emit(shape::Fragment& out) const {
        const TypeInfo* const type = type_of<M>(operand);
        constexpr const TypeInfo* elements = detail::ElementTraits<X>::check().type;
        if constexpr (is_late<M, E>) require_comparable(*type, *elements);
        // Known here, and so it is not left to databases: MariaDB keeps what it found out about NULL and one
        // list for all that follow.
        if (list.empty()) return out.op(negated ? shape::Op::always : shape::Op::never);
        out.op(negated ? shape::Op::not_in_list : shape::Op::in_list);
        emit_beside<M>(out, operand, elements);
        emit_list(out, *elements, list.data(), list.size(), type);
    }
};

/// Whether the rows are objects, which stand for their keys: those of a query are, those of a statement may
/// be.
template <class Q>
inline constexpr bool yields_objects = true;
template <class Q>
requires requires { typename Q::pieces; }
inline constexpr bool yields_objects<Q> = std::is_same_v<typename Q::row_type, typename Q::model_type>;

template <class E, class T, class... Rest>
auto in(bool negated, const E& operand, const T& first, const Rest&... rest) {
    if constexpr (ScalarSource<T>) {
        return InStatement<E, typename T::scalar_type>(negated, operand, nested(first.data()));
    } else if constexpr (QuerySource<T>) {
        if constexpr (yields_objects<T>) {
            return in_query(negated, operand, first, rest...);
        } else {
            return Mistaken<Fault::many_columns>{};
        }
    } else if constexpr (sizeof...(Rest) == 0 && detail::Range<T>) {
        using X = detail::list_element_t<std::remove_cvref_t<decltype(*first.begin())>>;
        std::vector<X> list;
        for (const auto& value : first) detail::push(list, value);
        return InList<E, X>(negated, operand, std::move(list));
    } else {
        using X = detail::list_element_t<std::common_type_t<T, Rest...>>;
        std::vector<X> list;
        list.reserve(1 + sizeof...(Rest));
        detail::push(list, first);
        (detail::push(list, rest), ...);
        return InList<E, X>(negated, operand, std::move(list));
    }
}

}  // namespace duet::expr
