#pragma once

#include <duet/base/owned.hpp>
#include <duet/dialect/transaction_options.hpp>
#include <duet/engine/batch.hpp>
#include <duet/engine/engine.hpp>
#include <duet/pool/lease.hpp>

#include <cstdint>
#include <memory>

namespace duet {

class BatchShare;

/// How a transaction begins and what becomes of it: `db.transaction(block, {.read_only = true})`.
struct TransactionOptions {
    Isolation isolation = Isolation::standard;
    Locking locking = Locking::immediate;
    bool read_only = false;
    bool deferrable = false;  // PostgreSQL, serializable and read-only: waits until it can run undisturbed
    int retries = 0;          // after LockTimeout, SerializationFailure or Deadlock; the block runs again
    std::chrono::nanoseconds timeout{0};  // of each statement; 0: none; below 0: over, QueryCanceled at once
    /// Longest wait for a lock, then LockTimeout; 0: what the session has. PostgreSQL, where it counts in
    /// whole milliseconds; elsewhere UnsupportedByDialect.
    std::chrono::nanoseconds lock_timeout{0};

    BeginOptions begin() const noexcept;
};

}  // namespace duet

namespace duet::engine {

class Connected;

/// Something to run when a transaction has ended.
struct EndAction {
    std::shared_ptr<void> context;
    void (*run)(void* context);
};

/// A statement that keeps its place in a result between the operations of a transaction: a cursor.
struct OpenStatement {
    void (*drop)(OpenStatement& self) noexcept = nullptr;  // gives the statement up, for good
    OpenStatement* next = nullptr;
};

/// An open transaction or savepoint and the connection that it has for itself.
///
/// One operation at a time: a second one meanwhile is an InvalidQuery. Rolls back when destroyed unfinished:
/// with drivers that block on the spot; with others the pool resets the connection, or, for a savepoint, the
/// next operation of the transaction around it rolls back first.
class TransactionState {
public:
    /// A savepoint when `parent` is given, which must stay until this one ends. A `route` with a session
    /// decides on the server when the transaction begins, and hears of what it wrote.
    TransactionState(Engine& engine, TransactionState* parent, TransactionOptions options, Route route = {});
    ~TransactionState();
    TransactionState(const TransactionState&) = delete;
    TransactionState& operator=(const TransactionState&) = delete;

    Engine& engine() noexcept { return *engine_; }
    bool active() const noexcept { return active_; }
    /// Whether it began and is over.
    bool ended() const noexcept { return began_ && !active_; }
    /// The savepoint in it that is open now, or itself.
    TransactionState& innermost() noexcept { return child_ == nullptr ? *this : child_->innermost(); }
    bool read_only() const noexcept { return options_.read_only; }
    const TransactionOptions& options() const noexcept { return options_; }

    Task<> begin(std::source_location where);
    /// Runs the on_commit actions (savepoints: hands them to the enclosing transaction).
    Task<> commit(std::source_location where);
    /// Never fails when the transaction is gone already. Runs the on_rollback actions.
    Task<> rollback(std::source_location where);
    /// After an error, which is the one to tell: rolls back what is open, and throws nothing.
    Task<> give_up(std::source_location where);

    void on_commit(EndAction action);
    void on_rollback(EndAction action);

    /// Runs operations side by side where the driver can (see run_batch). With `commits` it says whether the
    /// transaction was committed along with them.
    Task<> run_together(Call call, std::span<const duet::detail::Owned<BatchOperation>> operations,
                        bool* commits);
    /// What commit() does once the database has committed.
    void committed();
    /// The share of the connection that operations have while they run together; else null.
    BatchShare* batch() noexcept { return root().batch_; }

    /// Takes the connection for one operation, until leave(). Throws InvalidQuery when that cannot be.
    void claim();
    /// What the connection was taken with; may have to be made ready before opened().
    Lease& lease() noexcept { return root().lease_; }
    /// The connection that was claimed, ready, on the thread that uses it. Throws DatabaseError when the
    /// database has ended the transaction by itself, so that nothing more happens outside of it.
    PooledConnection& opened();
    /// Both without opening or throwing; null when it takes more than that.
    PooledConnection* enter_now() noexcept;
    void leave() noexcept;
    /// Something in it writes.
    void note_write() noexcept { root().wrote_ = true; }

    /// Whether a nested transaction was destroyed unfinished and its savepoint is still to be rolled back.
    bool has_leftover() const noexcept { return leftover_; }
    Task<> clear_leftover(Connected& at);

    /// Statements that end with the transaction.
    void attach(OpenStatement& statement) noexcept;
    void detach(OpenStatement& statement) noexcept;

private:
    std::string savepoint_name() const;
    TransactionState& root() noexcept { return parent_ == nullptr ? *this : parent_->root(); }
    Task<> open_outermost(std::source_location where);
    Task<> open_somewhere(std::source_location where);
    /// Lets go of the connection; tells the session when that is lost.
    void release_lease() noexcept;
    Task<> run_control(std::string_view sql, std::source_location where, bool unlimited = false);
    /// Whether there is something to roll back, on a connection that is there.
    bool needs_rollback() noexcept;
    void drop_statements() noexcept;
    void run_actions(std::vector<EndAction>& actions);

    Engine* engine_;
    TransactionState* parent_;
    TransactionState* child_ = nullptr;
    TransactionOptions options_;
    Lease lease_;
    BatchShare* batch_ = nullptr;
    int depth_ = 0;
    bool active_ = false;
    bool began_ = false;  // the outermost: whether the database is inside a transaction
    bool blocking_ = false;
    bool leftover_ = false;
    bool wrote_ = false;  // the outermost
    Route route_;
    OpenStatement* statements_ = nullptr;
    struct Busy;
    duet::detail::Owned<Busy> busy_;
    std::vector<EndAction> commit_actions_;
    std::vector<EndAction> rollback_actions_;
};

/// Runs a block in a transaction: begins, calls, commits; rolls back and rethrows on an exception; retries as
/// the options say.
struct TransactionBlock {
    Task<> (*call)(void* context, TransactionState& transaction);
    void* context;
};
Task<> run_transaction(Call call, TransactionOptions options, TransactionBlock block);

}  // namespace duet::engine
