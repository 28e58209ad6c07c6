#pragma once

#include <duet/async/task.hpp>
#include <duet/base/owned.hpp>
#include <duet/dialect/plan_key.hpp>
#include <duet/driver/copy.hpp>
#include <duet/driver/values.hpp>
#include <duet/engine/hooks.hpp>
#include <duet/engine/query_log.hpp>
#include <duet/pool/options.hpp>
#include <duet/pool/stats.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/shape/query_data.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace duet {

class Dialect;
struct DatabaseSchema;
struct Plan;
class Pool;

namespace driver {
class Driver;
class Statement;
}  // namespace driver
}  // namespace duet

namespace duet::engine {

class Engine;
class Session;
class Signals;
class TransactionState;

/// How a call finds its server, in a database with replicas.
struct Route {
    Session* session = nullptr;        // null: the call's engine it is
    const ModelInfo* model = nullptr;  // what is read, where that is known
    std::int16_t pin = -1;             // not_pinned, pinned_to_replicas or the number of a node
};

/// Where and for whom an operation runs.
struct Call {
    Engine* engine = nullptr;
    TransactionState* transaction = nullptr;  // null: a connection of its own for each operation
    std::source_location where{};             // the user's call, for errors and logs
    std::chrono::nanoseconds timeout{0};      // 0: no deadline; below 0: it is over
    bool blocking = false;                    // from a blocking handle
    bool unlimited = false;  // neither deadline nor cancellation: a rollback must come through
    Route route{};
};

/// A list of objects that rows are decoded into.
struct ListRef {
    const ListOps* ops;
    void* list;
};

struct PlanCacheStats {
    std::size_t size = 0;
    std::size_t capacity = 0;
    std::uint64_t rendered = 0;  // plans rendered since the start
};

/// What all handles of one database share. Thread-safe.
class Engine {
public:
    Engine(std::unique_ptr<driver::Driver> driver, PoolOptions options);
    /// Of a replica: hooks and plans are those of its primary, which must live longer.
    Engine(std::unique_ptr<driver::Driver> driver, PoolOptions options, Engine& primary);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Pool& pool() noexcept;
    const Dialect& dialect() const noexcept;
    std::string_view dialect_name() const noexcept;
    detail::HookList<QueryEvent>& hooks() noexcept { return *hooks_; }
    /// Asked only while somebody listens to hooks() as well.
    detail::HookList<QueryStart>& before_query() noexcept;
    Signals& signals() noexcept;
    /// Whether anybody has ever connected a listener to the signals.
    bool listened() const noexcept { return __atomic_load_n(listened_, __ATOMIC_RELAXED); }
    /// The name of the node; empty in a database without replicas. Set before the engine is used.
    const std::string& node() const noexcept;
    void set_node(std::string name);
    PlanCacheStats plan_stats() const;
    /// The plan for a key; `render` is called when there is none yet.
    using Render = std::shared_ptr<const Plan> (*)(const Dialect&, const void* context);
    std::shared_ptr<const Plan> plan(const PlanKey& key, Render render, const void* context);
    /// Takes a statement whose connection may be in use elsewhere (a database in memory has but one); the
    /// next operation on the connection finalises it.
    void orphan(std::unique_ptr<driver::Statement> statement);
    bool has_orphans() const noexcept;
    void bury_orphans();
    /// Throws ConfigurationError once for a model whose layout cannot be handled.
    void check_layout(const ModelInfo& model);

private:
    struct Shared;
    struct Impl;
    duet::detail::Owned<Impl> impl_;
    detail::HookList<QueryEvent>* hooks_;
    const bool* listened_;
};

/// Whether hooks or listeners have to do with writes of a model.
inline bool hooked(const Call& call, const ModelInfo& model) noexcept {
    return (model.hooks != nullptr && model.hooks->writes) || call.engine->listened();
}

// Reading.

/// Decodes the first row into `object` (a model of the query's type) or says that there is none.
Task<bool> fetch_first(Call call, const shape::QueryData& query, void* object);
/// The same on the spot, for blocking calls that need not wait for anything; false: nothing was done.
bool fetch_first_now(const Call& call, const shape::QueryData& query, void* object, bool& found);
/// The key of the plan that fetch_first uses for a query.
StoredPlanKey first_row_key(const shape::QueryData& query);
/// fetch_first_now for a query whose plan key was made before: by primary key, say, where only the value
/// changes.
bool fetch_prepared_now(const Call& call, const StoredPlanKey& key, std::span<const driver::BindValue> values,
                        void* object, bool& found);
/// Appends all rows, with the relations that the query loads.
Task<std::size_t> fetch_all(Call call, const shape::QueryData& query, ListRef into);
Task<std::int64_t> count(Call call, const shape::QueryData& query);
Task<bool> exists(Call call, const shape::QueryData& query);

/// Rows of a select list into anything: column i goes to `fields[i]`.
struct RowTarget {
    struct Field {
        const TypeInfo* type;
        std::uint32_t offset;
    };
    std::span<const Field> fields;
    void* (*append)(void* context) = nullptr;  // address of the next row's object
    void* context = nullptr;
};
Task<std::size_t> fetch_rows(Call call, const shape::QueryData& query, const RowTarget& target);

/// An open result that is read in batches. One user at a time; ends with its owner.
class Cursor {
public:
    Cursor(Call call, shape::QueryData query, std::size_t batch);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    /// Replaces the contents of `into` by the next batch; 0 at the end.
    Task<std::size_t> next(ListRef into);

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

// Relations.

/// Loads a relation path for `count` objects of `model` that lie one after the other.
Task<> load_related(Call call, const ModelInfo& model, void* objects, std::size_t count,
                    const shape::RelatedLoad& load, std::uint32_t flags);

enum class LinkChange : std::uint8_t { add, remove, set, clear };
/// Changes which rows a many-to-many relation of `owner` links to; returns how many links were added or
/// removed.
Task<std::size_t> change_links(Call call, const ModelInfo& model, std::size_t relation, const void* owner,
                               LinkChange change, std::span<const void* const> targets);

// Writing.

/// INSERT; fills in generated keys, defaults and behaviours in the object.
Task<> insert(Call call, const ModelInfo& model, void* object);
bool insert_now(const Call& call, const ModelInfo& model, void* object);
/// INSERT of `count` objects, all or none, by whatever way is quickest. Keys are filled back where they are
/// wanted.
Task<std::size_t> insert_all(Call call, const ModelInfo& model, void* objects, std::size_t count,
                             bool keys_wanted = true);
/// The same with all before-hooks ahead of it and all after-hooks behind it.
Task<std::size_t> insert_all_hooked(Call call, const ModelInfo& model, void* objects, std::size_t count,
                                    bool keys_wanted = true);
/// INSERT when the object is new, else UPDATE of all columns; NotFound when the row is gone.
Task<> save(Call call, const ModelInfo& model, void* object);
/// Sets the Clause::set assignments of `changes` on the row of `object`, and on the object. NotFound when the
/// row is gone.
Task<> update(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes);
bool update_now(const Call& call, const ModelInfo& model, void* object, const shape::QueryData& changes);
/// UPDATE of these columns, none of the key, to what the object holds; behaviours see to theirs. NotFound
/// when the row is gone, StaleData when its version is.
Task<> update_columns(Call call, const ModelInfo& model, void* object, std::span<const std::int16_t> columns);
Task<std::int64_t> update_rows(Call call, const shape::QueryData& query, bool all_rows);

enum class Removal : std::uint8_t { normal, hard, soft_cascade };
/// DELETE, or the mark of a soft delete. NotFound when the row is gone.
Task<> remove(Call call, const ModelInfo& model, void* object, Removal removal);
Task<std::int64_t> remove_rows(Call call, const shape::QueryData& query, bool all_rows, Removal removal);
/// Takes the mark of a soft delete away; false when the row was not deleted.
Task<bool> restore(Call call, const ModelInfo& model, void* object, bool cascade);
Task<> refresh(Call call, const ModelInfo& model, void* object);

struct UpsertSpec {
    std::span<const std::int16_t> conflict{};
    bool ignore = false;                        // DO NOTHING
    std::span<const std::int16_t> columns{};    // set from the refused row
    const shape::QueryData* changes = nullptr;  // Clause::set entries
};
/// INSERT ... ON CONFLICT; the object takes the row's final state. False when the row was left alone.
Task<bool> upsert(Call call, const ModelInfo& model, void* object, const UpsertSpec& spec);

struct FindOrCreate {
    const shape::QueryData* lookup;                // the conditions, as a query over the model
    void (*prepare)(void* context, void* object);  // sets the members of a new object
    const shape::QueryData* changes = nullptr;     // update_or_create: assignments when it exists
    void* context = nullptr;
};
/// Finds one row or creates it; survives a race with another creator. True when created.
Task<bool> get_or_create(Call call, const ModelInfo& model, void* object, const FindOrCreate& spec);

/// Puts the plain value of a Clause::set into the object's member, with range checks.
void assign_member(const ColumnInfo& column, void* object, const shape::Values& values, std::size_t value);

// SQL as text.

/// `text` has one `?` per value, as the dialect writes placeholders.
struct RawStatement {
    std::string_view text;
    const shape::Values* values;
};
struct RawTarget {
    struct Field {
        const TypeInfo* type;
        std::uint32_t offset;
        std::string_view name;  // empty: by position
    };
    std::span<const Field> fields;
    bool by_name = false;
    void* (*append)(void* context) = nullptr;
    void* context = nullptr;
};
/// Rows into `target` (by the names of the result columns, or by position); returns how many.
Task<std::size_t> fetch_raw(Call call, const RawStatement& statement, const RawTarget& target);
/// Runs a statement for its effect; returns the rows changed.
Task<std::int64_t> execute_raw(Call call, const RawStatement& statement);
/// Several statements without parameters.
Task<> run_script(Call call, std::string_view script);
/// Hands what `COPY ... TO STDOUT` writes on to the sink. Throws UnsupportedByDialect where there is no COPY.
Task<> copy_out(Call call, std::string_view statement, driver::CopySink sink, std::int64_t& rows);

// Schema.
Task<> create_all(Call call, std::span<const ModelInfo* const> models);
Task<> drop_all(Call call, std::span<const ModelInfo* const> models);
Task<DatabaseSchema> introspect(Call call);

}  // namespace duet::engine
