#pragma once

#include <duet/engine/statement.hpp>
#include <duet/expr/check.hpp>
#include <duet/expr/cpp_types.hpp>
#include <duet/query/rows.hpp>
#include <duet/statement/rows_of.hpp>

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

/// Where the columns of a statement go in a row of any type, by position.
namespace duet::detail {

struct RowLayout {
    std::vector<driver::DecodeStep> steps;
    std::vector<engine::StatementTarget::Part> parts;
    std::vector<engine::StatementTarget::Slot> slots;
    std::uint16_t columns = 0;
};

/// One column at `offset`; all columns of a model or a plain struct that lies there.
void add_column(RowLayout& layout, const TypeInfo& type, std::uint32_t offset);
void add_rows(RowLayout& layout, const ModelInfo& model, std::uint32_t offset);
/// The same of an optional, which `emplace` fills; it is empty where `key` (a column of the model) is NULL.
void add_missable(RowLayout& layout, const ModelInfo& model, std::uint32_t offset, std::size_t key,
                  void* (*emplace)(void*));

template <class T>
inline constexpr bool is_row_piece = Model<T> || RowStruct<T>;
template <class T>
inline constexpr bool is_missable_piece = false;
template <class T>
inline constexpr bool is_missable_piece<std::optional<T>> = is_row_piece<T>;

template <class P>
void add_piece(RowLayout& layout, std::uint32_t offset) {
    if constexpr (is_missable_piece<P>) {
        using S = typename P::value_type;
        constexpr const ModelInfo& model = model_info<source_model_t<S>>;
        static_assert(!model.key.empty(), "duet: only a model can be missing as a whole, for it has a key");
        add_missable(layout, model, offset, static_cast<std::size_t>(model.key[0]),
                     [](void* optional) -> void* { return &static_cast<P*>(optional)->emplace(); });
    } else if constexpr (is_row_piece<P>) {
        add_rows(layout, model_info<source_model_t<P>>, offset);
    } else {
        static_assert(is_column_type<P>(), "duet: rows consist of models, plain structs and column types");
        add_column(layout, type_info<P>, offset);
    }
}

template <class R>
struct LayoutOf {
    static RowLayout make() {
        RowLayout out;
        add_piece<R>(out, 0);
        return out;
    }
};
template <class... P>
struct LayoutOf<std::tuple<P...>> {
    static RowLayout make() {
        static const std::tuple<P...> sample{};
        return make(sample, std::index_sequence_for<P...>{});
    }

private:
    template <std::size_t... I>
    static RowLayout make(const std::tuple<P...>& sample, std::index_sequence<I...> /*pieces*/) {
        const auto* base = reinterpret_cast<const std::byte*>(&sample);
        RowLayout out;
        (add_piece<P>(out, static_cast<std::uint32_t>(
                               reinterpret_cast<const std::byte*>(&std::get<I>(sample)) - base)),
         ...);
        return out;
    }
};
/// The layout of R, made once.
template <class R>
const RowLayout& layout_of() {
    static const RowLayout layout = LayoutOf<R>::make();
    return layout;
}

/// The columns that a piece of a row takes, as types.
template <class... T>
struct Types {};
template <class A, class B>
struct Concat;
template <class... A, class... B>
struct Concat<Types<A...>, Types<B...>> {
    using type = Types<A..., B...>;
};
template <class M, std::size_t... I>
auto model_column_types(std::index_sequence<I...>) -> Types<expr::column_t<M, I>...>;
template <class P>
struct ColumnTypes {
    using type = Types<P>;
};
template <class P>
requires is_row_piece<P>
struct ColumnTypes<P> {
    using model = source_model_t<P>;
    using type =
        decltype(model_column_types<model>(std::make_index_sequence<model_info<model>.columns.size()>{}));
};
template <class P>
requires is_missable_piece<P>
struct ColumnTypes<P> : ColumnTypes<typename P::value_type> {
};
template <class... P>
struct AllColumnTypes {
    using type = Types<>;
};
template <class P, class... Rest>
struct AllColumnTypes<P, Rest...> {
    using type = typename Concat<typename ColumnTypes<P>::type, typename AllColumnTypes<Rest...>::type>::type;
};

/// Likewise, of a list of pieces.
template <class Pieces>
struct ColumnsOf;
template <class... P>
struct ColumnsOf<Types<P...>> : AllColumnTypes<P...> {};

template <class A, class B>
struct SameColumns {
    static constexpr bool count = false;
    static constexpr bool kinds = false;
};
template <class... A, class... B>
requires(sizeof...(A) == sizeof...(B)) struct SameColumns<Types<A...>, Types<B...>> {
    static constexpr bool count = true;
    static constexpr bool kinds = (expr::types_meet(type_info<A>, type_info<B>) && ...);
};
/// Whether rows of one list of pieces have the columns of another.
template <class A, class B>
struct RowsMatch;
template <class... A, class... B>
struct RowsMatch<Types<A...>, Types<B...>>
    : SameColumns<typename AllColumnTypes<A...>::type, typename AllColumnTypes<B...>::type> {};

template <class... P>
struct RowType {
    using type = std::tuple<P...>;
};
template <class P>
struct RowType<P> {
    using type = P;
};
template <class... P>
using row_type_t = typename RowType<P...>::type;

/// The C++ type of a statement's only column; void when it yields more.
template <class... P>
struct ScalarOf {
    using type = void;
};
template <class P>
requires(!is_row_piece<P> && !is_missable_piece<P>) struct ScalarOf<P> {
    using type = P;
};

}  // namespace duet::detail
