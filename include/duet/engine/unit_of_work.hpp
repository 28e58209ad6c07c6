#pragma once

#include <duet/base/owned.hpp>
#include <duet/engine/transaction.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string_view>
#include <vector>

namespace duet::engine {

/// What a session has to write.
struct PendingCounts {
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t removed = 0;
    std::size_t links = 0;  // of many-to-many relations
};

/// What UnitOfWork::fetch() may be asked besides.
struct FetchedRows {
    std::size_t most = static_cast<std::size_t>(-1);  // of the rows become objects
    const void* last = nullptr;                       // the last of those, as it was read
    std::shared_ptr<void> block{};                    // where it lies
};

/// The objects of one session: one for each row, with what they were when they were read, and how they
/// change. Behind duet::BasicSession, which has the contracts.
///
/// One operation at a time. Objects are told by their addresses; one that is not the session's is an
/// InvalidQuery.
class UnitOfWork {
public:
    using Where = std::source_location;

    /// `begun`: the transaction to work in; null: one of its own, begun when it is first needed.
    UnitOfWork(const Call& call, const TransactionOptions& options, TransactionState* begun);
    ~UnitOfWork();
    UnitOfWork(const UnitOfWork&) = delete;
    UnitOfWork& operator=(const UnitOfWork&) = delete;

    // Reading.

    /// The object of a row, if the session has it and nothing asks for reading it again.
    void* find_now(const ModelInfo& model, std::int64_t key) noexcept;
    /// The object of the row that a query by primary key means; its values are the key's parts. Null when
    /// there is no such row. `again` reads the row in any case.
    Task<void*> find(const shape::QueryData& by_key, bool again, Where where);
    /// What a query that locks its rows asks for; nothing where there are no such locks.
    std::uint32_t lock_flags() const noexcept;
    /// Appends the objects of all rows; returns how many rows there were.
    Task<std::size_t> fetch(const shape::QueryData& query, std::vector<void*>& out, Where where,
                            FetchedRows* rows = nullptr);
    /// Writes what a query could see, unless autoflush is off.
    Task<> before_query(const shape::QueryData& query, Where where);
    /// Likewise, for a statement that may look at anything; returns the call to run it with.
    Task<Call> before_statement(Where where);
    /// After a set-based write: objects of the model are to be read again.
    void expire_model(const ModelInfo& model) noexcept;
    /// After a statement that may have written to any table: all objects, and relations are not loaded.
    void expire_rows() noexcept;
    /// Reads the row again and forgets what was changed. NotFound when it is gone.
    Task<> refresh(void* object, Where where);
    /// What was changed is forgotten, and the row read again when it is next asked for.
    void expire(void* object);
    void expire_all();
    Task<> load(std::span<void* const> objects, const ModelInfo& model, const shape::RelatedLoad& load,
                Where where);

    // Changing.

    /// Room for a new object, default-constructed; add() takes it in.
    void* place(const ModelInfo& model);
    void* add(const ModelInfo& model, void* placed);
    /// The object itself when it is the session's already, which is then not to be removed any more; else
    /// null.
    void* add_again(const void* object);
    /// The same with an object that lies elsewhere.
    void adopt(const ModelInfo& model, void* object, std::shared_ptr<void> owner);
    void remove(void* object, Removal removal);
    void expunge(void* object);
    void expunge_all() noexcept;
    /// The session's object of the row of `detached`, with its values.
    Task<void*> merge(const ModelInfo& model, const void* detached, Where where);
    bool contains(const void* object) const noexcept;
    bool is_modified(const void* object) const;
    /// Names of the members that changed.
    std::vector<std::string_view> changes(const void* object) const;
    PendingCounts pending() const;
    std::size_t size() const noexcept;
    /// Makes a BelongsTo refer to another object of the session, saved or not; null: to none.
    void set_reference(void* object, std::size_t relation, void* target);

    // Collections.

    /// A to-many relation (or the HasOne) of an object; valid as long as the object is in the session.
    struct Collection;
    Collection& collection(void* object, std::size_t relation);
    static bool loaded(const Collection& collection) noexcept;
    /// Brought up to date with what was set on the other side. Throws NotLoaded.
    std::span<void* const> rows(Collection& collection);
    void link(Collection& collection, void* object);
    /// False when it was not in there, as far as that is known.
    bool unlink(Collection& collection, void* object);
    void* owner(const Collection& collection) const noexcept;

    // Writing.

    Task<> flush(Where where);
    Task<> commit(Where where);
    Task<> rollback(Where where);
    /// A savepoint.
    Task<> begin_nested(Where where);
    Task<> commit_nested(Where where);
    Task<> rollback_nested(Where where);
    /// How many savepoints are open.
    std::size_t depth() const noexcept;
    /// Gives up the savepoints from this one on without waiting, as ~TransactionState does.
    void abandon_nested(std::size_t depth) noexcept;
    /// Writes everything for the last time, within a transaction that its owner commits, or else commits.
    Task<> finish(Where where);

    bool autoflush = true;
    bool expire_on_commit = true;

    /// A call of the session's transaction, which has begun.
    Task<Call> begun(Where where);
    Call call(Where where) noexcept;
    TransactionState* transaction() noexcept;

private:
    friend class ObjectCursor;
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

/// The rows of a query as objects of a session, batch by batch. Behind SessionQuery::iterate.
class ObjectCursor {
public:
    ObjectCursor(UnitOfWork& unit, shape::QueryData query, std::size_t batch, std::source_location where);
    ~ObjectCursor();
    ObjectCursor(const ObjectCursor&) = delete;
    ObjectCursor& operator=(const ObjectCursor&) = delete;

    /// Writes what was changed, lets go of the objects that came with the last batch, and reads the next one,
    /// which is empty at the end.
    Task<std::span<void* const>> next();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Runs a block with a session: writes and commits at its end, rolls back and rethrows on an exception. Each
/// attempt that the options ask for has a session of its own.
struct SessionBlock {
    Task<> (*call)(void* context, UnitOfWork& unit);
    void* context;
};
Task<> run_session(Call call, TransactionOptions options, SessionBlock block);

/// UPDATE of these columns of objects to what the objects hold, with what behaviours ask for, which is put
/// into the objects as well. NotFound when a row is gone, StaleData when it has another version; the
/// behaviours' members have been changed then all the same.
Task<> update_objects(Call call, const ModelInfo& model, std::span<const std::int16_t> columns,
                      std::span<void* const> objects);

}  // namespace duet::engine
