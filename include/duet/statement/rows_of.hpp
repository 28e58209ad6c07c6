#pragma once

#include <duet/model/model.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace duet::detail {

/// Stands for a plain struct S where a model is wanted: rows that have the fields of S as columns, and no
/// table.
template <class S>
struct RowsOf {
    static constexpr TableDeclaration<0> table{};
};

template <class S>
inline constexpr std::size_t member_count<RowsOf<S>> = member_count<S>;
template <class S>
struct Members<RowsOf<S>> : Members<S> {};
template <class S>
inline constexpr auto member_names<RowsOf<S>> = member_names<S>;

template <class S, std::size_t... I>
consteval auto row_columns(std::index_sequence<I...> /*members*/) {
    constexpr bool plain = (is_column_type<member_type<S, I>>() && ...);
    static_assert(plain,
                  "duet: the fields of this struct are the columns of rows: they have to be column types");
    std::array<ColumnInfo, sizeof...(I)> out{};
    std::uint32_t at = 0;
    ((at = aligned(at, alignof(member_type<S, I>)), out[I].name = out[I].member = member_names<S>[I].view(),
      out[I].type = &type_info<member_type<S, I>>, out[I].offset = at,
      at += static_cast<std::uint32_t>(sizeof(member_type<S, I>))),
     ...);
    return out;
}
template <class S>
inline constexpr auto columns_of_rows = row_columns<S>(std::make_index_sequence<member_count<S>>{});

template <class S>
consteval ModelInfo make_rows_info() {
    ModelInfo info{};
    info.type_name = type_name<S>();
    info.size = sizeof(S);
    info.columns = columns_of_rows<S>;
    return info;
}
template <class S>
inline constexpr ModelInfo model_info<RowsOf<S>> = make_rows_info<S>();

/// The model that names of columns of S are looked up in.
template <class S>
struct SourceModel {
    using type = RowsOf<S>;
};
template <Model S>
struct SourceModel<S> {
    using type = S;
};
template <class S>
using source_model_t = typename SourceModel<S>::type;

/// And back.
template <class M>
struct RowOfModel {
    using type = M;
};
template <class S>
struct RowOfModel<RowsOf<S>> {
    using type = S;
};
template <class M>
using row_of_model_t = typename RowOfModel<M>::type;

}  // namespace duet::detail
