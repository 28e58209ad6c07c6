#pragma once

#include <duet/expr/resolve.hpp>
#include <duet/model/model.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

/// From the erased descriptors back to C++ types: of a column, and of the model at the end of a path.
namespace duet::expr {

namespace detail {

using duet::detail::member_type;
using duet::detail::MemberCounts;

/// Which member contributes entry `index`, and as which of its own.
struct MemberPlace {
    std::size_t member = 0, inner = 0;
};

template <class M, std::size_t... I>
consteval MemberPlace place_of(std::size_t index, std::size_t MemberCounts::*what,
                               std::index_sequence<I...>) {
    const MemberCounts counts[] = {duet::detail::MemberTraits<member_type<M, I>>::counts()...};
    for (std::size_t m = 0; m < sizeof...(I); ++m) {
        if (index < counts[m].*what) return {m, index};
        index -= counts[m].*what;
    }
    return {};
}
template <class M>
consteval MemberPlace place_of(std::size_t index, std::size_t MemberCounts::*what) {
    return place_of<M>(index, what, std::make_index_sequence<duet::detail::member_count<M>>{});
}

template <class F, std::size_t Inner>
struct ColumnOf {
    using type = F;
};
template <duet::detail::BehaviourMember F, std::size_t Inner>
struct ColumnOf<F, Inner> {
    using type = member_type<F, Inner>;
};
template <class T, class K, std::size_t Inner>
struct ColumnOf<BelongsTo<T, K>, Inner> {
    using type = K;
};
template <class T, class K, std::size_t Inner>
struct ColumnOf<std::optional<BelongsTo<T, K>>, Inner> {
    using type = std::optional<K>;
};

template <class F>
struct TargetOf {
    using type = typename F::target_type;
};
template <class F>
struct TargetOf<std::optional<F>> : TargetOf<F> {};

template <class M, std::size_t Column>
struct ColumnType {
    static constexpr MemberPlace place = place_of<M>(Column, &MemberCounts::columns);
    using type = typename ColumnOf<member_type<M, place.member>, place.inner>::type;
};

template <class M, std::size_t Relation>
struct RelationTarget {
    static constexpr MemberPlace place = place_of<M>(Relation, &MemberCounts::relations);
    using type = typename TargetOf<member_type<M, place.member>>::type;
};

/// The model behind the first `Hops` relations of `Path`.
template <class M, const Resolved& Path, std::size_t Hops, std::size_t At = 0>
struct Walk {
    using type =
        typename Walk<typename RelationTarget<M, Path.relations[At]>::type, Path, Hops, At + 1>::type;
};
template <class M, const Resolved& Path, std::size_t Hops>
struct Walk<M, Path, Hops, Hops> {
    using type = M;
};

/// The single primary key of M; void when it is none.
template <class M>
struct KeyOf {
    static constexpr const ModelInfo& info = duet::detail::model_info<M>;
    using type = typename ColumnType<M, static_cast<std::size_t>(info.key[0])>::type;
};

}  // namespace detail

/// The C++ type of the column with this index.
template <class M, std::size_t Column>
using column_t = typename detail::ColumnType<M, Column>::type;

/// The C++ type of the column at the end of a path.
template <class M, Name N>
using path_column_t = column_t<typename detail::Walk<M, resolved<M, N>, resolved<M, N>.hops>::type,
                               static_cast<std::size_t>(resolved<M, N>.column)>;

/// The model that a relation (or a path of relations) leads to.
template <class M, Name N>
using relation_target = typename detail::Walk<M, resolved<M, N>, resolved<M, N>.hops + std::size_t{1}>::type;

}  // namespace duet::expr
