#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/engine/transaction.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <string>

#include "connected.hpp"

namespace duet {

BeginOptions TransactionOptions::begin() const noexcept {
    constexpr std::int64_t longest = 2'147'483'647;  // what PostgreSQL counts
    return {.isolation = isolation,
            .locking = locking,
            .read_only = read_only,
            .deferrable = deferrable,
            .lock_timeout_ms = std::min<std::int64_t>(
                std::chrono::ceil<std::chrono::milliseconds>(lock_timeout).count(), longest)};
}

}  // namespace duet

namespace duet::engine {

namespace {

/// A savepoint has no options of its own in any database.
void require_nestable(const TransactionOptions& nested, const TransactionOptions& outermost) {
    if (nested.isolation != Isolation::standard && nested.isolation != outermost.isolation)
        throw InvalidQuery(
            "a nested transaction has the isolation level of the outermost one: ask for it there");
    if (nested.lock_timeout.count() > 0 && nested.lock_timeout != outermost.lock_timeout)
        throw InvalidQuery(
            "a nested transaction has the lock_timeout of the outermost one: ask for it there");
}

}  // namespace

struct TransactionState::Busy {
    std::atomic<bool> taken{false};
};

TransactionState::TransactionState(Engine& engine, TransactionState* parent, TransactionOptions options,
                                   Route route)
    : engine_(&engine), parent_(parent), options_(options), route_(route), busy_(std::make_unique<Busy>()) {
    if (parent_ != nullptr) {
        depth_ = parent_->depth_ + 1;
        options_.read_only |= parent_->options_.read_only;
        if (options_.timeout.count() == 0) options_.timeout = parent_->options_.timeout;
    }
}

// Nobody is left to wait for an answer: drivers that block take the open work back here, others later.
TransactionState::~TransactionState() {
    drop_statements();
    if (!active_) return;
    active_ = false;
    const bool on_the_spot = engine_->pool().topology().blocking;
    try {
        if (parent_ == nullptr) {
            if (on_the_spot && needs_rollback()) lease_->connection->execute_script("ROLLBACK");
            release_lease();
        } else {
            parent_->child_ = nullptr;
            if (!on_the_spot) {
                parent_->leftover_ = true;
            } else if (needs_rollback()) {
                root().lease_->connection->execute_script("ROLLBACK TO SAVEPOINT " + savepoint_name() +
                                                          "; RELEASE SAVEPOINT " + savepoint_name());
            }
        }
    } catch (...) {  // NOLINT(bugprone-empty-catch): the pool closes a connection that is still inside a
                     // transaction
    }
    try {
        run_actions(rollback_actions_);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a destructor has nobody to tell
    }
}

std::string TransactionState::savepoint_name() const { return "duet_" + std::to_string(depth_); }

void TransactionState::claim() {
    if (!active_) throw InvalidQuery("this transaction has ended");
    if (child_ != nullptr) throw InvalidQuery("a nested transaction is open: use its handle until it ends");
    if (root().busy_->taken.exchange(true, std::memory_order_acquire)) {
        throw InvalidQuery("another operation is running in this transaction; await one before the next");
    }
}

PooledConnection& TransactionState::opened() {
    TransactionState& top = root();
    PooledConnection& pooled = *top.lease_;
    if (top.began_ && !pooled.connection->in_transaction()) {
        throw DatabaseError(
            "this transaction is gone: the database has rolled it back after an earlier error, or SQL by "
            "hand "
            "has ended it");
    }
    return pooled;
}

PooledConnection* TransactionState::enter_now() noexcept {
    if (!active_ || child_ != nullptr || leftover_) return nullptr;
    TransactionState& top = root();
    if (!top.began_ || !top.lease_->connection->in_transaction()) return nullptr;
    if (top.busy_->taken.exchange(true, std::memory_order_acquire)) return nullptr;
    return &*top.lease_;
}

void TransactionState::leave() noexcept { root().busy_->taken.store(false, std::memory_order_release); }

Task<> TransactionState::run_control(std::string_view sql, std::source_location where, bool unlimited) {
    Call call{engine_, this, where};
    call.blocking = blocking_;
    call.unlimited = unlimited;
    co_await on_connection<void>(call, driver::Access::read,
                                 [sql](Connected& at) { return run_text(at, sql); });
}

bool TransactionState::needs_rollback() noexcept {
    // Some errors (a full disk, a deadlock) have rolled back already.
    const Lease& lease = root().lease_;
    return lease && lease->connection != nullptr && lease->connection->usable() &&
           lease->connection->in_transaction();
}

Task<> TransactionState::clear_leftover(Connected& at) {
    const std::string name = "duet_" + std::to_string(depth_ + 1);
    const std::string back = "ROLLBACK TO SAVEPOINT " + name;
    const std::string release = "RELEASE SAVEPOINT " + name;
    co_await run_text(at, back);
    co_await run_text(at, release);
    leftover_ = false;
}

void TransactionState::attach(OpenStatement& statement) noexcept {
    statement.next = statements_;
    statements_ = &statement;
}

void TransactionState::detach(OpenStatement& statement) noexcept {
    OpenStatement** at = &statements_;
    while (*at != nullptr && *at != &statement) at = &(*at)->next;
    if (*at != nullptr) *at = statement.next;
}

void TransactionState::drop_statements() noexcept {
    while (statements_ != nullptr) {
        OpenStatement& statement = *statements_;
        statements_ = statement.next;
        statement.drop(statement);
    }
}

void TransactionState::release_lease() noexcept {
    if (route_.session != nullptr && lease_ && lease_->connection != nullptr && !lease_->connection->usable())
        [[unlikely]]
        route_.session->failed(*engine_);
    lease_.release();
}

// A transaction that only reads may have to look for a server; no other begins twice.
Task<> TransactionState::open_outermost(std::source_location where) {
    if (route_.session == nullptr) co_return co_await open_somewhere(where);
    const bool any_server =
        options_.read_only && options_.isolation != Isolation::serializable && !options_.deferrable;
    Call call{engine_, nullptr, where, options_.timeout, blocking_, false, route_};
    if (!any_server) {
        route_.session->require_primary(call);
        co_return co_await open_somewhere(where);
    }
    Search search;
    for (;;) {
        engine_ = co_await route_.session->choose(call, search, true);
        std::exception_ptr error;
        try {
            co_await open_somewhere(where);
            co_return;
        } catch (const ConnectionError&) {
            error = std::current_exception();
        }
        if (!route_.session->another(search, *engine_)) std::rethrow_exception(error);
    }
}

// Nothing has happened before BEGIN: when the connection turns out to be gone, another one does it.
Task<> TransactionState::open_somewhere(std::source_location where) {
    const std::string sql = engine_->dialect().begin(options_.begin());
    const driver::Access access = options_.read_only ? driver::Access::read : driver::Access::write;
    Call call{engine_, this, where};
    call.blocking = blocking_;
    for (bool again = false;; again = true) {
        try {
            throw_if_over(options_.timeout);
            if (again) {
                lease_ = co_await acquire_alive(engine_->pool(), access);
            } else {
                lease_ = co_await engine_->pool().acquire(access);
            }
            if (engine_->pool().reports_leaks()) lease_.note(where);
        } catch (Error& error) {
            error.attach_where(where);
            throw;
        }
        const bool used_before = lease_.ready();
        active_ = true;
        try {
            co_await on_connection<void>(call, driver::Access::read,
                                         [&sql](Connected& at) { return run_begin(at, sql); });
            began_ = true;
            co_return;
        } catch (const ConnectionError&) {
            active_ = false;
            release_lease();
            if (again || !used_before) throw;
        } catch (...) {
            active_ = false;
            release_lease();
            throw;
        }
    }
}

Task<> TransactionState::begin(std::source_location where) {
    const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
    blocking_ = promise.home == nullptr;
    if (parent_ == nullptr) {
        co_await open_outermost(where);
    } else {
        if (parent_->child_ != nullptr) throw InvalidQuery("a nested transaction is open already");
        require_nestable(options_, root().options_);
        const std::string sql = "SAVEPOINT " + savepoint_name();
        co_await parent_->run_control(sql, where);
        parent_->child_ = this;
        active_ = true;
    }
}

Task<> TransactionState::commit(std::source_location where) {
    if (!active_) throw InvalidQuery("this transaction has ended");
    drop_statements();
    if (parent_ == nullptr) {
        const WriteNote note(wrote_ ? route_.session : nullptr);
        co_await run_control("COMMIT", where);
        committed();
    } else {
        const std::string sql = "RELEASE SAVEPOINT " + savepoint_name();
        co_await run_control(sql, where);
        active_ = false;
        parent_->child_ = nullptr;
        for (EndAction& action : commit_actions_) parent_->commit_actions_.push_back(std::move(action));
        for (EndAction& action : rollback_actions_) parent_->rollback_actions_.push_back(std::move(action));
    }
}

void TransactionState::committed() {
    active_ = false;
    release_lease();
    run_actions(commit_actions_);
}

Task<> TransactionState::rollback(std::source_location where) {
    if (!active_) co_return;
    drop_statements();
    leftover_ = false;  // goes the same way
    if (parent_ == nullptr) {
        if (needs_rollback()) co_await run_control("ROLLBACK", where, true);
        active_ = false;
        release_lease();
    } else {
        if (needs_rollback()) {
            const std::string back = "ROLLBACK TO SAVEPOINT " + savepoint_name();
            const std::string release = "RELEASE SAVEPOINT " + savepoint_name();
            co_await run_control(back, where, true);
            co_await run_control(release, where, true);
        }
        active_ = false;
        parent_->child_ = nullptr;
    }
    run_actions(rollback_actions_);
}

// All of them run; what the first to fail threw is told afterwards.
void TransactionState::run_actions(std::vector<EndAction>& actions) {
    auto taken = std::move(actions);
    actions.clear();
    std::exception_ptr failure;
    for (EndAction& action : taken) {
        try {
            action.run(action.context.get());
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void TransactionState::on_commit(EndAction action) {
    if (!active_) throw InvalidQuery("this transaction has ended");
    commit_actions_.push_back(std::move(action));
}

void TransactionState::on_rollback(EndAction action) {
    if (!active_) throw InvalidQuery("this transaction has ended");
    rollback_actions_.push_back(std::move(action));
}

namespace {

enum class Retry : std::uint8_t { never, after_waiting, at_once };

// Those who collided should not collide again: they wait a little, except where the lock was waited for
// already.
Retry retry_after(const std::exception_ptr& error, const driver::Topology& topology) {
    try {
        std::rethrow_exception(error);
    } catch (const SerializationFailure&) {
        return Retry::after_waiting;
    } catch (const Deadlock&) {
        return Retry::after_waiting;
    } catch (const LockTimeout&) {
        return topology.blocking ? Retry::at_once : Retry::after_waiting;
    } catch (...) {
        return Retry::never;
    }
}

/// Between half of and all of 1 ms, 2 ms, 4 ms ... 128 ms.
std::chrono::nanoseconds pause_before(int attempt, const void* who) {
    constexpr std::int64_t unit = 500'000;
    const std::int64_t half = unit << std::min(attempt, 7);
    auto seed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    seed = (seed ^ reinterpret_cast<std::uintptr_t>(who)) * 0x9e37'79b9'7f4a'7c15ULL;
    return std::chrono::nanoseconds(half + static_cast<std::int64_t>(seed >> 33) % half);
}

}  // namespace

Task<> TransactionState::give_up(std::source_location where) {
    if (!active()) co_return;
    try {
        co_await rollback(where);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the first error is the one to tell
    }
}

Task<> run_transaction(Call call, TransactionOptions options, TransactionBlock block) {
    if (options.timeout.count() == 0) options.timeout = call.timeout;
    std::chrono::nanoseconds pause{0};
    for (int attempt = 0;; ++attempt) {
        if (pause.count() != 0) co_await sleep_for(std::exchange(pause, {}));
        TransactionState transaction(*call.engine, call.transaction, options, call.route);
        std::exception_ptr error;
        bool ended = false;
        try {
            co_await transaction.begin(call.where);
            co_await block.call(block.context, transaction);
            if (transaction.active()) co_await transaction.commit(call.where);
            co_return;
        } catch (...) {
            error = std::current_exception();
            ended = transaction.ended();
        }
        co_await transaction.give_up(call.where);
        // What was committed before it failed (in an on_commit action, say) must not happen twice.
        if (ended || attempt >= options.retries || call.transaction != nullptr) std::rethrow_exception(error);
        const Retry retry = retry_after(error, call.engine->pool().topology());
        if (retry == Retry::never) std::rethrow_exception(error);
        if (retry == Retry::after_waiting) pause = pause_before(attempt, &transaction);
    }
}

}  // namespace duet::engine
