#pragma once

#include <duet/async/mode.hpp>
#include <duet/base/error.hpp>
#include <duet/engine/engine.hpp>
#include <duet/model/model.hpp>
#include <duet/query/hooked_bulk.hpp>
#include <duet/query/rows.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The operations behind the terminals: each owns what its Task refers to.
namespace duet::detail {

struct QueryOperation {
    engine::Call call;
    shape::QueryData query;
};

/// Throws InvalidQuery for a query that locks rows, outside of a transaction.
QueryOperation operation(const engine::Call& call, const shape::QueryData& query);

template <class M>
struct FetchAll : QueryOperation {
    std::vector<M> rows{};
    auto start() { return engine::fetch_all(call, query, {&ListAccess<M>::ops, &rows}); }
    std::vector<M> finish(std::size_t) { return std::move(rows); }
};

template <class M>
struct FetchFirst : QueryOperation {
    std::optional<M> row{};
    using Immediate = std::optional<M>;
    bool now(Immediate& result) {
        bool found = false;
        if (!engine::fetch_first_now(call, query, &result.emplace(), found)) return false;
        if (!found) result.reset();
        return true;
    }
    auto start() { return engine::fetch_first(call, query, &row.emplace()); }
    std::optional<M> finish(bool found) {
        if (!found) row.reset();
        return std::move(row);
    }
};

// In blocking code nothing has to outlive the call, so that rows need no operation to keep them.

/// Appends all rows. Throws InvalidQuery for a query that locks rows, outside of a transaction.
void fetch_all_blocking(const engine::Call& call, const shape::QueryData& query, engine::ListRef into);
/// A row by its key, an std::int64_t or an std::uint64_t: by a plan whose key was made before, or else by the
/// query that `query` makes. False when there is none.
bool fetch_by_integer(const engine::Call& call, const StoredPlanKey& plan_key, bool is_signed,
                      const void* key, shape::QueryData (*query)(const void* key), void* object);

template <class M>
std::vector<M> fetch_all(Blocking /*mode*/, const engine::Call& call, const shape::QueryData& query) {
    std::vector<M> rows;
    fetch_all_blocking(call, query, {&ListAccess<M>::ops, &rows});
    return rows;
}
template <class M>
Task<std::vector<M>> fetch_all(Async /*mode*/, const engine::Call& call, const shape::QueryData& query) {
    return Async::run(FetchAll<M>{operation(call, query)});
}

[[noreturn]] void throw_not_one(std::size_t rows, const ModelInfo& model, std::source_location where);

/// one() and one_or_none(): asks for two rows, so that a second one is noticed.
template <class M>
struct FetchOneOrNone : FetchAll<M> {
    std::optional<M> finish(std::size_t count) {
        if (count > 1) throw_not_one(count, model_info<M>, this->call.where);
        if (count == 0) return std::nullopt;
        return std::move(this->rows.front());
    }
};
template <class M>
struct FetchOne : FetchAll<M> {
    M finish(std::size_t count) {
        if (count != 1) throw_not_one(count, model_info<M>, this->call.where);
        return std::move(this->rows.front());
    }
};

struct CountRows : QueryOperation {
    auto start() { return engine::count(call, query); }
    std::int64_t finish(std::int64_t n) { return n; }
};
struct RowsExist : QueryOperation {
    auto start() { return engine::exists(call, query); }
    bool finish(bool found) { return found; }
};

/// A select list into rows of T.
template <class T>
struct FetchRows : QueryOperation {
    row_list<T> rows{};
    decltype(RowFields<T>::get()) fields = RowFields<T>::get();
    engine::RowTarget target{};
    auto start() {
        target = {fields, &append_row<T>, &rows};
        return engine::fetch_rows(call, query, target);
    }
    std::vector<T> finish(std::size_t) { return take_rows<T>(rows); }
};
/// A select list that yields exactly one row.
template <class T>
struct FetchRow : FetchRows<T> {
    T finish(std::size_t) { return take_first_row<T>(this->rows); }
};

struct UpdateRows : QueryOperation {
    bool all_rows = false;
    bool hooks = false;
    shape::QueryData changes{};  // with hooks; otherwise they are in the query
    auto start() {
        return hooks ? update_rows_hooked(call, query, changes, all_rows)
                     : engine::update_rows(call, query, all_rows);
    }
    std::int64_t finish(std::int64_t n) { return n; }
};
struct RemoveRows : QueryOperation {
    bool all_rows = false;
    engine::Removal removal = engine::Removal::normal;
    bool hooks = false;
    auto start() {
        return hooks ? remove_rows_hooked(call, query, all_rows, removal)
                     : engine::remove_rows(call, query, all_rows, removal);
    }
    std::int64_t finish(std::int64_t n) { return n; }
};

}  // namespace duet::detail
