#pragma once

#include <duet/dialect/plan.hpp>
#include <duet/driver/copy.hpp>
#include <duet/driver/values.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duet::driver {

/// What a connection waits for. A driver whose calls block (SQLite) always answers `done`; only a channel of
/// a shared connection answers `signal`: somebody else watches the socket and tells it.
enum class Wait : std::uint8_t { done, readable, writable, either, signal };

/// How to tell whoever waits for a channel.
struct Signal {
    void (*raise)(void* context) noexcept = nullptr;
    void* context = nullptr;
};

/// A statement prepared on one connection. Destroyed before its connection.
class Statement {
public:
    virtual ~Statement() = default;
    const Plan& plan() const noexcept { return *plan_; }
    const std::shared_ptr<const Plan>& shared_plan() const noexcept { return plan_; }

    /// Names of the result columns; empty for statements without rows.
    virtual std::vector<std::string> column_names() const = 0;
    /// False when the database describes the result only once the statement runs: see RowSink::columns.
    virtual bool known_columns() const { return true; }
    /// False only when the database itself says that the statement cannot change anything.
    virtual bool writes() const = 0;
    /// The rows of later executions will be read in portions, by fetch(): a cursor, where the database has
    /// them.
    virtual void read_in_portions() {}

protected:
    explicit Statement(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}

private:
    std::shared_ptr<const Plan> plan_;
};

/// What an execution did.
struct Outcome {
    bool more = false;          // the row limit was reached: fetch() goes on, or close() gives up
    std::size_t rows = 0;       // rows delivered by this call
    std::int64_t affected = 0;  // rows changed by INSERT, UPDATE, DELETE
    std::int64_t last_key = 0;  // key of the last row inserted, where the engine reports it
};

/// Limits one operation; checked by the driver while a statement runs.
struct Limits {
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    bool (*cancelled)(const void* context) noexcept = nullptr;
    const void* context = nullptr;

    bool any() const {
        return cancelled != nullptr || deadline != std::chrono::steady_clock::time_point::max();
    }
};

inline constexpr std::size_t all_rows = static_cast<std::size_t>(-1);

class Multiplexer;

/// One session with a database. Used by one thread at a time; may move between threads.
///
/// Each operation starts, goes as far as it can and says what it waits for; `resume()` goes on until it
/// answers `done`. Errors are thrown as duet exceptions with code and SQL; after a thrown error the
/// connection is usable again unless `usable()` is false.
class Connection {
public:
    virtual ~Connection() = default;

    /// A new connection of a network driver is not open yet: this opens it. Once, before anything else.
    /// Throws ConnectionError.
    virtual Wait establish() { return Wait::done; }
    /// While allowed, an operation without limits may block its thread rather than answer a wait.
    virtual void allow_blocking(bool /*allowed*/) noexcept {}

    /// `values` show the types that the first execution will bring, for databases that want to know; may be
    /// empty.
    virtual Wait prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                         std::unique_ptr<Statement>& out) = 0;
    /// Binds and runs. Rows go to `sink` (may be null: rows are discarded) until `max_rows` were delivered.
    /// A statement that changes something runs to its end and delivers all of its rows. What `values` point
    /// to has to stay until the statement has ended; `values` itself only during this operation.
    virtual Wait execute(Statement& statement, std::span<const BindValue> values, RowSink* sink,
                         std::size_t max_rows, Outcome& outcome) = 0;
    /// Goes on with a statement that stopped at its row limit.
    virtual Wait fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) = 0;
    /// Gives up the rest of a statement's rows. Harmless on a finished one.
    virtual void close(Statement& statement) noexcept = 0;
    /// Runs several statements without parameters or results; stops at the first error.
    virtual Wait execute_script(std::string_view sql) = 0;
    /// Whether there is a way for many rows that is quicker than INSERT.
    virtual bool can_copy() const noexcept { return false; }
    /// Loads rows that way, all or none; `rows` must stay meanwhile. Outcome::affected says how many, or is
    /// -1 when they cannot go that way: nothing was written then.
    virtual Wait copy_in(const CopyRows& /*rows*/, Outcome& /*outcome*/) { return Wait::done; }
    /// Runs `COPY ... TO STDOUT`, for connections that can copy; `sink` may throw, after which the rest is
    /// read and thrown away. Outcome::affected says how many rows there were. Throws InvalidQuery when it is
    /// another statement.
    virtual Wait copy_out(std::string_view /*sql*/, CopySink /*sink*/, Outcome& /*outcome*/) {
        return Wait::done;
    }
    /// Runs the text that begins a transaction. May be held back and travel with the next operation, which
    /// then fails if this does; in_transaction() is true meanwhile.
    virtual Wait begin(std::string_view sql) { return execute_script(sql); }
    /// Goes on with the operation that has not said `done` yet.
    virtual Wait resume() { return Wait::done; }
    /// Asks the server for a sign of life; throws ConnectionError when there is none.
    virtual Wait ping() { return Wait::done; }

    /// Whether something may have changed the session (settings, temporary tables, locks), so that its next
    /// user would find traces.
    virtual bool dirty() const noexcept { return false; }
    /// What was done to the session so far is meant for all its users: it is not dirty() because of that.
    virtual void keep_traces() noexcept {}
    /// Starts to make the session as good as new, and closes an open transaction; what is left to be awaited
    /// is awaited by the next operation. False: prepared statements are lost by it, drop them before.
    virtual bool start_reset() noexcept { return true; }

    /// Applies to the following operations until replaced. An operation whose limits are over does not begin:
    /// lift them before a rollback. Drivers that answer waits leave it to the caller to watch the limits
    /// while waiting, and to interrupt().
    virtual void set_limits(const Limits& limits) = 0;
    virtual const Limits& limits() const noexcept = 0;
    /// Asks a running statement to stop; callable from any thread. The statement then fails with
    /// QueryCanceled, or ends as if nothing had happened.
    virtual void interrupt() noexcept = 0;
    /// Gives up waiting for the operation under way: the connection is not usable from now on.
    virtual void abandon() noexcept {}
    virtual bool in_transaction() const noexcept = 0;
    /// After a failure: whether the operation is known not to have reached the server, so that it can be
    /// repeated elsewhere.
    virtual bool not_started() const noexcept { return false; }
    /// False when the connection is lost, and while an operation is under way that nobody waits for.
    virtual bool usable() const noexcept = 0;
    /// Whether the next user finds the connection as this one did: usable, in no transaction, not dirty().
    virtual bool at_rest() const noexcept { return usable() && !in_transaction() && !dirty(); }
    /// Socket to wait on; -1 for drivers that block.
    virtual int socket() const noexcept { return -1; }
    /// Changes with each new socket, program-wide.
    virtual std::uint64_t socket_tag() const noexcept { return 0; }
    /// After an operation answered Wait::signal: whom to tell when resume() can go on. Once; an empty one
    /// takes it back.
    virtual void on_signal(Signal /*signal*/) noexcept {}
    /// False when a pooler between here and the server may change the server's session with each transaction.
    virtual bool keeps_session() const noexcept { return true; }
    /// Whether several users can have the connection at once.
    virtual bool multiplexes() const noexcept { return false; }
    /// The same connection for several users; null when that is not possible, or not right now.
    virtual Multiplexer* multiplexer() noexcept { return nullptr; }
};

/// A connection that several coroutines of one executor share: their statements are under way together, each
/// complete in itself. Not thread-safe; the connection is not used otherwise meanwhile.
class Multiplexer {
public:
    virtual ~Multiplexer() = default;
    /// Between sharing and the ordinary use of the connection. What is still under way when sharing ends has
    /// been dropped by its users; the connection's next operation waits for its end.
    virtual void share(bool shared) noexcept = 0;
    /// Raised when there is something to flush(); what comes before that goes out with it.
    virtual void on_activity(Signal signal) noexcept = 0;
    /// What one user takes for a connection: for prepare() and execute() of standalone statements. It may be
    /// closed while its statement is under way, whose results are then dropped.
    virtual Connection& open_channel() = 0;
    virtual void close_channel(Connection& channel) noexcept = 0;
    /// Statements whose end has not come.
    virtual std::size_t under_way() const noexcept = 0;
    /// Hands on what has arrived and sends what is left; says what to wait for, `done` when nothing is under
    /// way. Signals are raised from within. Never throws: failures go to those whom they concern.
    virtual Wait pump() noexcept = 0;
    /// Sends what is left, and says what to wait for.
    virtual Wait flush() noexcept = 0;
    /// Between the parts of one transaction and statements that have nothing to do with each other: in a
    /// batch all goes out together, and what comes after a failed statement fails with it.
    virtual void batch(bool on) noexcept = 0;
    /// Whether new users are welcome: false after the connection was lost or a statement had to be stopped.
    virtual bool open_to_users() const noexcept = 0;
};

}  // namespace duet::driver
