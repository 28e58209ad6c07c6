#pragma once

#include <duet/engine/fetch_prepared.hpp>
#include <duet/expr/expr.hpp>
#include <duet/model/model.hpp>
#include <duet/query/operations.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace duet {

/// The parts of a composite primary key: `db.get<Line>(duet::key(order, 3))`.
template <class... K>
std::tuple<K...> key(K... parts) {
    return {std::move(parts)...};
}

namespace detail {

/// Whether a K can be part I of the key of an M.
template <class M, class K, std::size_t I>
consteval bool takes_key() {
    constexpr std::size_t index = static_cast<std::size_t>(model_info<M>.key[I]);
    return expr::types_meet(*model_info<M>.columns[index].type, *expr::node_t<K>::template check<M>().type);
}
template <class M, class K, std::size_t I>
void add_key(shape::QueryData& query, const K& value) {
    constexpr std::size_t index = static_cast<std::size_t>(model_info<M>.key[I]);
    constexpr const ColumnInfo& column = model_info<M>.columns[index];
    constexpr bool key_fits = takes_key<M, K, I>();
    static_assert(key_fits, "duet: get() was given a value of another type than the primary key");
    if constexpr (key_fits) {
        const std::size_t begun = query.clauses.begin(shape::Clause::where);
        query.clauses.op(shape::Op::eq);
        query.clauses.column(index);
        if constexpr (std::is_integral_v<K> && !std::is_same_v<K, bool> && is_integer(column.type->kind)) {
            query.clauses.value(
                static_cast<std::conditional_t<std::is_signed_v<K>, std::int64_t, std::uint64_t>>(value));
        } else {
            expr::as_node(value).template emit_as<M>(query.clauses, column.type);
        }
        query.clauses.end(begun);
    }
}
template <class M, class... K, std::size_t... I>
void add_keys(shape::QueryData& query, std::index_sequence<I...> /*keys*/, const K&... values) {
    (add_key<M, K, I>(query, values), ...);
}

/// get() by an integer: the shape is the same each time, so its plan key is made once.
template <class M, class K>
struct ByInteger {
    static shape::QueryData query(const void* key) {
        shape::QueryData made;
        made.model = &model_info<M>;
        add_key<M, K, 0>(made, *static_cast<const K*>(key));
        return made;
    }
    static const StoredPlanKey& plan_key() {
        static constexpr K any{};
        static const StoredPlanKey made = engine::first_row_key(query(&any));
        return made;
    }
    static std::optional<M> find(const engine::Call& call, K key) {
        std::optional<M> found(std::in_place);
        if (!fetch_by_integer(call, plan_key(), std::is_signed_v<K>, &key, &query, &*found)) found.reset();
        return found;
    }
};

/// The same for coroutines.
template <class M, class K>
struct FetchByInteger {
    engine::Call call;
    K key;
    std::optional<M> row{};

    auto start() {
        using By = ByInteger<M, K>;
        const driver::BindValue value{std::is_signed_v<K> ? &int64_value : &uint64_value, &key};
        return engine::fetch_prepared(call, By::plan_key(), value, &By::query, &row.emplace());
    }
    std::optional<M> finish(bool found) {
        if (!found) row.reset();
        return std::move(row);
    }
};

}  // namespace detail
}  // namespace duet
