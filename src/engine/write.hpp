#pragma once

#include <duet/types/time.hpp>

#include "connected.hpp"

namespace duet::engine {

using duet::detail::is_integer;
/// Whether the object has no key yet, so that the database (or the library) assigns one. Throws for keys that
/// cannot be generated.
bool is_new(const ModelInfo& model, const void* object);
/// Fills in what an INSERT needs: UUID keys, defaults, behaviours.
void prepare_insert(const ModelInfo& model, void* object, Timestamp now);
using Columns = duet::detail::SmallBuffer<std::int16_t, 80>;
/// All columns, or all but a key that the database assigns.
Columns insert_columns(const ModelInfo& model, bool with_key);
void bind_columns(const ModelInfo& model, std::span<const std::int16_t> columns, const void* object,
                  BindValues& out);
/// Puts a key that the database has assigned into the object.
void set_key(const ModelInfo& model, void* object, std::int64_t key);
/// The key columns of an object as values.
void bind_key(const ModelInfo& model, const void* object, BindValues& out);
/// `WHERE key = ...` for one object.
shape::QueryData key_query(const ModelInfo& model, const void* object);
/// The same as a condition of a query over the object's model.
void add_key_condition(shape::QueryData& query, const void* object);
/// `column = its value in the object` as a condition; false, and nothing is added, when that is NULL.
bool add_equal(shape::QueryData& query, std::int16_t column, const void* object);
[[noreturn]] void throw_gone(const ModelInfo& model, const char* what);

/// Runs `body` in a savepoint of the call's transaction, or in a transaction of its own, on the connection at
/// hand. Several statements of one operation then succeed or fail together.
class Atomic {
public:
    explicit Atomic(Connected& at) : at_(at) {}
    Task<> begin();
    Task<> commit();
    /// Never throws: what went wrong before is the thing to tell.
    Task<> rollback();

private:
    Connected& at_;
    std::string sql_;
    bool nested_ = false;
};

template <class Body>
Task<> atomically(Connected& at, Body body) {
    Atomic atomic(at);
    co_await atomic.begin();
    std::exception_ptr error;
    try {
        co_await body();
        co_await atomic.commit();
        co_return;
    } catch (...) {
        error = std::current_exception();
    }
    co_await atomic.rollback();
    std::rethrow_exception(error);
}

/// Whether an update of one object is always statements that stand alone.
Sharing sharing_of_update(const Call& call);

Task<> insert_on(Connected& at, const ModelInfo& model, void* object);

// The operations on one object, without hooks.
Task<> insert_unhooked(Call call, const ModelInfo& model, void* object);
Task<> save_unhooked(Call call, const ModelInfo& model, void* object);
Task<> update_unhooked(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes);
Task<> update_columns_unhooked(Call call, const ModelInfo& model, void* object,
                               std::span<const std::int16_t> columns);
Task<> remove_unhooked(Call call, const ModelInfo& model, void* object, Removal removal);
/// The same with them.
Task<> save_hooked(Call call, const ModelInfo& model, void* object);
Task<> update_hooked(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes);
Task<> update_columns_hooked(Call call, const ModelInfo& model, void* object,
                             std::span<const std::int16_t> columns);
/// Whether an object that has a key may be new all the same, so that the database has to tell.
bool key_may_be_new(const ModelInfo& model);
/// Puts the plain values of an update into the object; relations that change are no longer loaded.
void follow(const ModelInfo& model, void* object, const shape::QueryData& changes);
/// The columns that an update sets, and whether the database computes one of them.
struct ChangedColumns {
    Columns columns;
    bool computed = false;
    bool key = false;  // one of them is of the primary key
};
ChangedColumns changed_columns(const shape::QueryData& changes);

/// Whether the key of the object is that of a row.
Task<bool> row_exists(Connected& at, const ModelInfo& model, const void* object, std::uint32_t flags);
/// The column that behaviours count versions in, -1 without one.
std::int16_t version_column(const ModelInfo& model);
/// What assign_member would refuse, without an object.
void check_member(const ColumnInfo& column, const shape::Values& values, std::size_t value);
/// Throws ValidationError when a plain value among the assignments does not fit its column.
void check_changes(const shape::QueryData& query);
/// Adds what behaviours ask of every update; `taken` are columns that are set already by other means.
void add_behaviour_changes(shape::QueryData& query, std::span<const std::int16_t> taken = {});
/// Adds the mark of a soft delete, or with null its end.
void add_soft_mark(shape::QueryData& query, const Timestamp* mark);
/// UPDATE by a query that names the object's row; the object follows. False when there is no such row, or
/// when it has another version and `guarded` asks for the object's.
Task<bool> update_object_on(Connected& at, const ModelInfo& model, void* object, shape::QueryData query,
                            bool guarded);
/// Throws what a write to an object's row that did not find it means.
Task<> fail_write(Connected& at, const ModelInfo& model, const void* object, const char* what,
                  std::uint32_t flags);
Task<std::int64_t> update_query_on(Connected& at, shape::QueryData query);
/// Throws InvalidQuery for a bulk write over a whole table that does not say so.
void require_where_of_update(const shape::QueryData& query, bool all_rows);
void require_where_of_removal(const shape::QueryData& query, bool all_rows);

}  // namespace duet::engine
