#pragma once

#include <duet/engine/engine.hpp>
#include <duet/model/model.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What rows other than models are decoded into: plain structs, tuples, single values.
namespace duet::detail {

template <class T>
struct is_tuple : std::false_type {};
template <class... T>
struct is_tuple<std::tuple<T...>> : std::true_type {};

/// A plain struct that is no column type by itself.
template <class T>
concept RowStruct =
    std::is_aggregate_v<T> && std::is_class_v<T> && !is_tuple<T>::value && !is_column_type<T>();

/// A bool with an address, which the elements of std::vector<bool> lack.
struct BoolRow {
    bool value = false;
};
/// Rows while they come in, and as the user gets them.
template <class T>
using row_list = std::vector<std::conditional_t<std::is_same_v<T, bool>, BoolRow, T>>;

template <class T>
void* append_row(void* list) {
    return &static_cast<row_list<T>*>(list)->emplace_back();
}
template <class T>
std::vector<T> take_rows(row_list<T>& rows) {
    if constexpr (std::is_same_v<T, bool>) {
        std::vector<T> out;  // of bool: named by T, so that only programs with such rows compile it
        for (const BoolRow row : rows) out.push_back(row.value);
        return out;
    } else {
        return std::move(rows);
    }
}
template <class T>
T take_first_row(row_list<T>& rows) {
    if constexpr (std::is_same_v<T, bool>) {
        return rows.front().value;
    } else {
        return std::move(rows.front());
    }
}

template <class S, std::size_t... I>
constexpr auto struct_fields(std::index_sequence<I...> /*members*/) {
    std::array<engine::RowTarget::Field, sizeof...(I)> fields{};
    std::uint32_t at = 0;
    ((at = aligned(at, alignof(member_type<S, I>)), fields[I] = {&type_info<member_type<S, I>>, at},
      at += static_cast<std::uint32_t>(sizeof(member_type<S, I>))),
     ...);
    return fields;
}
template <class T, std::size_t... I>
auto tuple_fields(std::index_sequence<I...> /*elements*/) {
    static const T sample{};
    const auto* base = reinterpret_cast<const std::byte*>(&sample);
    return std::array<engine::RowTarget::Field, sizeof...(I)>{engine::RowTarget::Field{
        &type_info<std::tuple_element_t<I, T>>,
        static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(&std::get<I>(sample)) - base)}...};
}

/// Where the columns of a select list go in a T.
template <class T>
struct RowFields {
    static_assert(is_column_type<T>(), "duet: rows can be read into structs, tuples and column types");
    static constexpr std::size_t count = 1;
    static constexpr std::array<engine::RowTarget::Field, 1> get() { return {{{&type_info<T>, 0}}}; }
};
template <RowStruct S>
struct RowFields<S> {
    static constexpr std::size_t count = member_count<S>;
    static constexpr auto get() { return struct_fields<S>(std::make_index_sequence<count>{}); }
};
template <class... Ts>
struct RowFields<std::tuple<Ts...>> {
    static constexpr std::size_t count = sizeof...(Ts);
    static auto get() { return tuple_fields<std::tuple<Ts...>>(std::index_sequence_for<Ts...>{}); }
};

}  // namespace duet::detail
