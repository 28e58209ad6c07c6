#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>
#include <duet/engine/transaction.hpp>
#include <duet/query/bound_query.hpp>

#include <algorithm>
#include <limits>

namespace duet::detail {

QueryOperation operation(const engine::Call& call, const shape::QueryData& query) {
    if ((query.flags & shape::for_update) != 0) [[unlikely]]
        require_transaction(call, query);
    return {call, query};
}

void fetch_all_blocking(const engine::Call& call, const shape::QueryData& query, engine::ListRef into) {
    if ((query.flags & shape::for_update) != 0) require_transaction(call, query);
    complete_inline(engine::fetch_all(call, query, into));
}

bool fetch_by_integer(const engine::Call& call, const StoredPlanKey& plan_key, bool is_signed,
                      const void* key, shape::QueryData (*query)(const void* key), void* object) {
    const driver::BindValue value{is_signed ? &int64_value : &uint64_value, key};
    bool found = false;
    if (engine::fetch_prepared_now(call, plan_key, {&value, 1}, object, found)) return found;
    const shape::QueryData made = query(key);
    return complete_inline(engine::fetch_first(call, made, object));
}

void throw_not_one(std::size_t rows, const ModelInfo& model, std::source_location where) {
    if (rows == 0) throw NotFound("no row of " + std::string(model.table) + " matches", where);
    throw MultipleFound("more than one row of " + std::string(model.table) + " matches", where);
}

void order_by_key_unless_ordered(shape::QueryData& query) {
    if (query.has(shape::Clause::order) || query.has(shape::Clause::group)) return;
    for (const std::int16_t key : query.model->key) {
        const std::size_t begun = query.clauses.begin(shape::Clause::order);
        query.clauses.u8(0);
        query.clauses.column(static_cast<std::size_t>(key));
        query.clauses.end(begun);
    }
}

void take_page(shape::QueryData& query, std::int64_t limit, std::int64_t offset) {
    const bool limited = (query.flags & shape::has_limit) != 0;
    const std::int64_t skipped = (query.flags & shape::has_offset) != 0 ? query.offset : 0;
    query.set_offset(offset);  // refuses a negative one
    if (skipped > std::numeric_limits<std::int64_t>::max() - offset)
        throw InvalidQuery("the offset is too large");
    query.set_offset(skipped + offset);
    const std::int64_t left = limited ? std::max<std::int64_t>(query.limit - offset, 0) : limit;
    query.set_limit(std::min(limit, left));
}

void require_all_rows(const shape::QueryData& query) {
    const bool some = (query.flags & (shape::has_limit | shape::has_offset | shape::distinct)) != 0;
    if (some || query.has(shape::Clause::group) || query.has(shape::Clause::having)) {
        throw InvalidQuery(
            "aggregate() is over all rows of a query: it cannot be combined with limit, offset, distinct, "
            "group_by or having");
    }
}

void require_transaction(const engine::Call& call, const shape::QueryData& query) {
    // Where there are no row locks, that is what has to be told.
    const bool locks =
        (query.flags & shape::for_update) != 0 && call.engine->dialect().capabilities().for_update;
    if (locks && call.transaction != nullptr && call.transaction->read_only())
        throw InvalidQuery("a transaction that is read-only locks no rows", call.where);
    if (!locks || call.transaction != nullptr) return;
    throw InvalidQuery(
        "a query with for_update or for_share needs a transaction: outside of one its locks would be gone "
        "with the statement",
        call.where);
}

}  // namespace duet::detail
