#pragma once

#include <duet/async/cancel.hpp>
#include <duet/async/worker_pool.hpp>
#include <duet/base/error.hpp>
#include <duet/base/small_buffer.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/transaction.hpp>
#include <duet/pool/pool.hpp>
#include <duet/pool/settle.hpp>
#include <duet/pool/sharing.hpp>

#include <chrono>
#include <exception>
#include <utility>

#include "session.hpp"

namespace duet::engine {

using BindValues = duet::detail::SmallBuffer<driver::BindValue, 16>;

/// The connection of one operation: a lease of its own or that of the transaction, with the operation's
/// limits applied.
class Connected {
public:
    explicit Connected(const Call& call) : call_(call) {}
    ~Connected() {
        if (limited_ || claimed_) leave();
    }
    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

    /// Without waiting: false when no connection is free and open, or the call has limits that somebody must
    /// watch.
    bool open_now(driver::Access access);

    const Call& call() const noexcept { return call_; }
    Engine& engine() const noexcept { return *call_.engine; }
    const Dialect& dialect() const noexcept { return call_.engine->dialect(); }
    PooledConnection& pooled() const noexcept { return *pooled_; }
    driver::Connection& connection() const noexcept { return *connection_; }

    /// Takes the transaction, if there is one, before anything is waited for. Throws when it is busy, and
    /// when the call's time is over.
    void claim();
    /// On the thread that uses the connection. Throws when it cannot be opened.
    void open(Lease lease, driver::Access access, duet::detail::CancelState* cancel);
    /// Likewise with a part in a connection that others use as well.
    void open_shared(SharedLease lease, duet::detail::CancelState* cancel);
    /// Likewise with a lease that stays its owner's.
    void open_held(Lease& lease, driver::Access access, duet::detail::CancelState* cancel);

    /// The statement for a key when this connection has it.
    driver::Statement* cached(const PlanKey& key) noexcept {
        subject_ = key.model;
        verb_ = key.verb;
        auto* found = pooled_->statements.find(key);
        return found == nullptr ? nullptr : found->get();
    }
    Task<driver::Statement*> prepare(const PlanKey& key, Engine::Render render, const void* context,
                                     std::span<const driver::BindValue> values = {});

    /// Runs a statement to its end or its row limit, and reports it to the hooks.
    driver::Wait start(driver::Statement& statement, std::span<const driver::BindValue> values,
                       driver::RowSink* sink, std::size_t max_rows, driver::Outcome& outcome) {
        if (!engine().hooks().empty()) note_start(statement.plan().sql, values.size());
        if (!statement.plan().equal_values.empty()) [[unlikely]]
            require_equal(statement.plan(), values);
        if (statement.plan().own_words) [[unlikely]]
            note_own_words(statement.plan());
        return connection().execute(statement, values, sink, max_rows, outcome);
    }
    void finished(const driver::Outcome& outcome) {
        progressed_ = true;
        if (observed_ != nullptr) report(outcome, nullptr);
    }
    /// The same for what begins a transaction: nothing has happened by it.
    void begun() {
        if (observed_ != nullptr) report({}, nullptr);
    }
    /// Tells the hooks, having added what the database did not say but the model knows.
    void failed(Error& error) noexcept;
    /// Whether the operation failed because its connection, taken from the pool, turned out to be gone.
    bool lost(const Error& error) const noexcept;
    /// Likewise of an operation that only reads, as far as anybody knows (Plan::own_words).
    bool lost_reading(const Error& error) const noexcept { return !own_words_ && lost(error); }
    /// Whether, besides, nothing of it can have happened: not even a write does harm when it is repeated.
    bool lost_unsent(const Error& error) const noexcept;
    /// Tells that rows have reached their owner, so that the operation cannot begin again.
    void note_row() noexcept { delivered_ = true; }
    bool delivered() const noexcept { return delivered_; }
    /// Throws what a listener throws that does not want the statement to be sent. `sending`: it is, right
    /// afterwards.
    void note_start(std::string_view sql, std::size_t parameters, bool sending = true);

private:
    /// Throws InvalidQuery unless the values are equal that the plan has one placeholder for.
    static void require_equal(const Plan& plan, std::span<const driver::BindValue> values);
    void note_own_words(const Plan& plan);
    void leave() noexcept;
    void use(PooledConnection& pooled) noexcept {
        pooled_ = &pooled;
        connection_ = pooled.connection.get();
    }
    void open_on(Lease& lease, driver::Access access, duet::detail::CancelState* cancel);
    void limit(duet::detail::CancelState* cancel);
    void report(const driver::Outcome& outcome, const Error* error) noexcept;
    void name_columns(Error& error) const;

    const Call& call_;
    Lease lease_;
    SharedLease shared_;
    PooledConnection* pooled_ = nullptr;
    driver::Connection* connection_ = nullptr;
    CancelToken token_;
    const void* subject_ = nullptr;  // of the latest plan key
    std::uint64_t verb_ = 0;
    bool limited_ = false;
    bool claimed_ = false;
    bool preparing_ = false;
    bool progressed_ = false;  // a statement of the operation has ended
    bool delivered_ = false;
    bool own_words_ = false;  // a statement with words of the user's was begun
    /// The statement under way, while somebody watches.
    struct Observation {
        std::string sql;
        std::size_t parameters;
        std::chrono::steady_clock::time_point started;
    };
    std::unique_ptr<Observation> observed_;
};

/// Whether an operation is made of statements that stand alone, so that its connection may serve other
/// coroutines meanwhile, or needs the connection for itself (transactions, cursors, scripts, the user's SQL).
enum class Sharing : std::uint8_t { exclusive, allowed };

/// Whether an operation may begin again on another connection after having lost its own half way.
struct NeverRepeat {
    bool operator()(const Connected&) const noexcept { return false; }
};
/// For operations that only read, and give away nothing before they end.
struct AlwaysRepeat {
    bool operator()(const Connected&) const noexcept { return true; }
};
/// For operations that only read, and tell by note_row() what they have given away.
struct RepeatBeforeRows {
    bool operator()(const Connected& at) const noexcept { return !at.delivered(); }
};

/// For an operation of several steps among others that run together.
[[noreturn]] void throw_not_in_batch();

/// Throws QueryCanceled when a limit is below 0.
void throw_if_over(std::chrono::nanoseconds limit);
/// Until when a connection has to be ready for a call that has a limit. That is one of its statements:
/// opening a connection gets the time besides that a server gets to react to a request to cancel.
std::chrono::steady_clock::time_point ready_by(const Call& call) noexcept;
/// A connection of the pool that gives a sign of life, after another one did not.
Task<Lease> acquire_alive(Pool& pool, driver::Access access);

/// What on_connection() does on the server that the call names.
template <class R, class Body, class Repeatable>
Task<R> on_own_connection(Call call, driver::Access access, Body body, Sharing sharing,
                          Repeatable repeatable) {
    for (bool again = false;; again = true) {
        Connected at(call);
        try {
            const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
            duet::detail::CancelState* const cancel = promise.cancel;
            if (call.transaction != nullptr && call.transaction->batch() != nullptr) [[unlikely]] {
                if (sharing == Sharing::exclusive) throw_not_in_batch();
                at.open_shared(call.transaction->batch()->join(), cancel);
                co_return co_await body(at);
            }
            at.claim();
            Lease lease;
            if (call.transaction == nullptr) {
                SharedLease shared;
                if (again) [[unlikely]] {
                    lease = co_await acquire_alive(call.engine->pool(), access);
                } else if (sharing == Sharing::allowed && promise.home != nullptr &&
                           shares_connections(call.engine->pool())) {
                    shared = try_share(call.engine->pool(), *promise.home);
                    if (!shared) {
                        SharedOrOwn got = co_await share(call.engine->pool(), ready_by(call));
                        shared = std::move(got.shared);
                        lease = std::move(got.own);
                    }
                } else {
                    lease = co_await call.engine->pool().acquire(access);
                }
                if (shared) {
                    at.open_shared(std::move(shared), cancel);
                    co_return co_await body(at);
                }
            }
            if (WorkerPool* workers = call.engine->pool().workers();
                workers != nullptr && promise.home != nullptr) {
                co_await workers->enter();
            }
            Lease& used = call.transaction == nullptr ? lease : call.transaction->lease();
            if (!used.ready()) co_await used.make_ready(ready_by(call));
            at.open(std::move(lease), access, cancel);
            if (call.transaction != nullptr && call.transaction->has_leftover()) [[unlikely]]
                co_await call.transaction->clear_leftover(at);
            co_return co_await body(at);
        } catch (Error& error) {
            error.attach_where(call.where);
            at.failed(error);
            if (again || !(at.lost_unsent(error) || (at.lost_reading(error) && repeatable(at)))) throw;
        }
    }
}

/// What on_connection() does in a database with replicas: looks for the server. A read that fails for want of
/// a connection begins again on another server, on the same conditions.
template <class R, class Body, class Repeatable>
Task<R> on_some_server(Call call, driver::Access access, Body body, Sharing sharing, Repeatable repeatable) {
    Session& session = *call.route.session;
    Call there = call;
    there.route = {};
    if (access == driver::Access::write) {
        session.require_primary(call);
        const WriteNote note(&session);
        co_return co_await on_own_connection<R>(there, access, std::move(body), sharing, repeatable);
    }
    Search search;
    bool untouched = true;
    const auto watched = [&body, &repeatable, &untouched](Connected& at) -> Task<R> {
        struct Watch {
            Connected& at;
            Repeatable& repeatable;
            bool& untouched;
            ~Watch() { untouched = repeatable(at); }
        };
        const Watch watch{at, repeatable, untouched};
        co_return co_await body(at);
    };
    for (;;) {
        there.engine = co_await session.choose(call, search, false);
        std::exception_ptr error;
        bool reachable = false;
        try {
            if constexpr (std::is_void_v<R>) {
                co_await on_own_connection<R>(there, access, watched, sharing, repeatable);
                session.worked(*there.engine);
                co_return;
            } else {
                R result = co_await on_own_connection<R>(there, access, watched, sharing, repeatable);
                session.worked(*there.engine);
                co_return result;
            }
        } catch (const ConnectionError&) {
            error = std::current_exception();
        } catch (const SerializationFailure&) {
            // A replica ends reads that stand in the way of what it replays.
            error = std::current_exception();
            reachable = true;
        }
        const bool more =
            reachable ? session.elsewhere(search, *there.engine) : session.another(search, *there.engine);
        if (!more || !untouched) std::rethrow_exception(error);
    }
}

/// Takes a connection, goes to a worker thread if the driver blocks, and runs `body(connected)`, a coroutine.
///
/// When the connection turns out to be gone, once more on another one, if that can do no harm: the operation
/// is known not to have begun, or `repeatable(connected)` says that it only reads. `body` is then called
/// again.
template <class R, class Body, class Repeatable = NeverRepeat>
Task<R> on_connection(Call call, driver::Access access, Body body, Sharing sharing = Sharing::exclusive,
                      Repeatable repeatable = {}) {
    if (call.route.session != nullptr && call.transaction == nullptr) [[unlikely]]
        return on_some_server<R>(call, access, std::move(body), sharing, repeatable);
    return on_own_connection<R>(call, access, std::move(body), sharing, repeatable);
}

/// The same for an operation that goes on later: the lease stays with its owner between calls, except that
/// the one connection of a database in memory is given back meanwhile, so that others can use it.
template <class R, class Body>
Task<R> on_held_connection(Call call, Lease& held, driver::Access access, Body body) {
    struct GiveBack {
        Lease& lease;
        bool wanted;
        ~GiveBack() {
            if (wanted) lease.release();
        }
    };
    const GiveBack give_back{held, call.engine->pool().topology().single};
    Connected at(call);
    try {
        at.claim();
        if (call.transaction == nullptr && !held) held = co_await call.engine->pool().acquire(access);
        const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
        duet::detail::CancelState* const cancel = promise.cancel;
        if (WorkerPool* workers = call.engine->pool().workers();
            workers != nullptr && promise.home != nullptr) {
            co_await workers->enter();
        }
        Lease& used = call.transaction == nullptr ? held : call.transaction->lease();
        if (!used.ready()) co_await used.make_ready(ready_by(call));
        at.open_held(held, access, cancel);
        if (call.transaction != nullptr && call.transaction->has_leftover()) [[unlikely]]
            co_await call.transaction->clear_leftover(at);
        co_return co_await body(at);
    } catch (Error& error) {
        error.attach_where(call.where);
        at.failed(error);
        throw;
    }
}

/// Does `body(connected)` on the spot if the call blocks and nothing has to be waited for; `body` answers
/// false, before it sends anything, when it has to wait after all (for a statement to be prepared, say).
/// False also when the connection turned out to be gone and doing it again does no harm: what has read access
/// has to be repeatable.
template <class Body>
bool now(const Call& call, driver::Access access, Body body) {
    if (!call.blocking) return false;
    if (call.route.session != nullptr && call.transaction == nullptr) [[unlikely]] {
        Session& session = *call.route.session;
        Call there = call;
        there.route = {};
        if (access == driver::Access::write) {
            if (!session.writable(call)) return false;
            const WriteNote note(&session);
            return now(there, access, body);
        }
        there.engine = session.choose_at_once(call);
        return there.engine != nullptr && now(there, access, body);
    }
    Connected at(call);
    try {
        return at.open_now(access) && body(at);
    } catch (Error& error) {
        error.attach_where(call.where);
        at.failed(error);
        if (at.lost_unsent(error) || (access == driver::Access::read && at.lost_reading(error))) return false;
        throw;
    }
}
/// In blocking mode: waits on this thread.
inline void settle_now(driver::Connection& connection, driver::Wait wait) {
    if (wait != driver::Wait::done) [[unlikely]]
        duet::detail::complete_inline(settle(connection, wait));
}

/// A statement by its key, run with values into a sink.
inline Task<driver::Outcome> run_statement(Connected& at, const PlanKey& key, Engine::Render render,
                                           const void* context, std::span<const driver::BindValue> values,
                                           driver::RowSink* sink, std::size_t max_rows) {
    driver::Statement* statement = at.cached(key);
    if (statement == nullptr) statement = co_await at.prepare(key, render, context, values);
    driver::Outcome outcome;
    const driver::Wait wait = at.start(*statement, values, sink, max_rows, outcome);
    if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
    if (outcome.more) at.connection().close(*statement);
    at.finished(outcome);
    co_return outcome;
}

/// What a plan key's verb says, above the flags of a query.
enum class PlanVerb : std::uint64_t {
    rows,
    count,
    exists,
    update,
    remove,
    insert,
    update_row,
    update_one,
    delete_row,
    link,
    select_list,
    raw,
    explain,
    update_returning,
    statement,
    update_columns,
    update_by_arrays
};
inline std::uint64_t plan_verb(PlanVerb verb, std::uint32_t flags = 0) {
    return static_cast<std::uint64_t>(verb) << 32 | flags;
}

/// A statement without values or rows, such as COMMIT. `sql` must stay until the Task has ended.
Task<> run_text(Connected& at, std::string_view sql);
/// The dialect's text that begins a transaction, likewise; it may travel with the next statement.
Task<> run_begin(Connected& at, std::string_view sql);

void bind_values(const shape::Values& values, BindValues& out);
/// The values of a query's clauses, then limit and offset.
void bind_query(const shape::QueryData& query, BindValues& out);

}  // namespace duet::engine
