#pragma once

#include <duet/expr/assignment.hpp>
#include <duet/expr/cpp_types.hpp>
#include <duet/expr/json_path.hpp>
#include <duet/expr/lookups.hpp>
#include <duet/expr/resolve.hpp>

namespace duet::expr {

/// A column, a relation or a path across relations, by name. Empty: the name is in the type. `Owner` is the
/// model of a column that was named by a member pointer.
template <Name N, class Owner = void>
struct Column : Lookups<Column<N, Owner>> {
    static constexpr std::string_view name() { return N.view(); }

    template <class M>
    static consteval const Resolved& resolution() {
        return resolved<M, N>;
    }
    template <class M>
    static consteval Checked check() {
        constexpr const Resolved& r = resolved<M, N>;
        Checked out{r.type, r.optional_hop, Fault::none, r.relation >= 0 ? r.target : nullptr, N.view()};
        if (!std::is_void_v<Owner> && !std::is_same_v<Owner, M>) return refuse(out, Fault::other_model);
        if (!r.ok) return refuse(out, Fault::unknown_name);
        if (r.column < 0) return refuse(out, Fault::no_column);
        if (duet::detail::is_set(r.type->nullable)) out.nullable = true;
        return out;
    }
    template <class M>
    [[gnu::always_inline]] void emit(shape::Fragment& out) const {
        constexpr const Resolved& r = resolved<M, N>;
        if constexpr (r.hops == 0) {
            out.column(static_cast<std::size_t>(r.column));
        } else {
            out.path(r.path_to_column(), static_cast<std::size_t>(r.column));
        }
    }

    template <class M>
    using cpp_type = path_column_t<M, N>;
    /// The model at the end of this path of relations.
    template <class M>
    using target = relation_target<M, N>;

    /// For updates: the column gets this value, or the value of this expression.
    // NOLINTBEGIN(misc-unconventional-assign-operator): what is assigned to is a column in the database
    template <class V>
    auto operator=(const V& value) const {
        return Assignment<Column, node_t<V>>{as_node(value)};
    }
    /// Likewise: without these, "a"_c = "a"_c would be a copy of a column rather than an assignment for an
    /// update.
    Column() = default;
    Column(const Column&) = default;
    auto operator=(const Column& same) const { return Assignment<Column, Column>{same}; }
    // NOLINTEND(misc-unconventional-assign-operator)
    /// Inside a JSON column: a key or an index.
    JsonPath<Column> operator[](std::string_view key) const { return JsonPath<Column>(*this)[key]; }
    template <std::integral I>
    JsonPath<Column> operator[](I index) const {
        return JsonPath<Column>(*this)[index];
    }
    /// A JSON object has this key.
    auto has_key(std::string_view key) const { return JsonPath<Column>(*this).has_key(key); }
};

template <class E>
inline constexpr bool is_column = false;
template <Name N, class Owner>
inline constexpr bool is_column<Column<N, Owner>> = true;

namespace detail {
template <class T>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
    using Model = C;
};
template <auto Member>
consteval std::string_view spelled_member() {
    std::string_view text = __PRETTY_FUNCTION__;
#if defined(__clang__)
    text = text.substr(0, text.rfind(']'));
#else
    const std::size_t end = text.find("; std::string_view");
    text = text.substr(0, end == std::string_view::npos ? text.rfind(']') : end);
#endif
    return text.substr(text.rfind(':') + 1);
}
template <auto Member>
consteval auto member_name() {
    constexpr std::string_view text = spelled_member<Member>();
    char copy[text.size() + 1]{};
    for (std::size_t i = 0; i < text.size(); ++i) copy[i] = text[i];
    return Name<text.size() + 1>(copy);
}
}  // namespace detail

}  // namespace duet::expr

namespace duet {

/// `duet::col<&User::age>` is `"age"_c`, safe to rename and bound to its model.
template <auto Member>
inline constexpr expr::Column<expr::detail::member_name<Member>(),
                              typename expr::detail::MemberOf<decltype(Member)>::Model>
    col{};

namespace literals {
/// Names a column, a relation or a path across relations ("author.name") of the model that it is used with.
template <Name N>
consteval expr::Column<N> operator""_c() {
    return {};
}
}  // namespace literals

}  // namespace duet
