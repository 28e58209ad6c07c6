#include <duet/base/error.hpp>
#include <duet/engine/transaction.hpp>

#include <atomic>
#include <exception>
#include <string>

#include "connected.hpp"

namespace duet::engine {

struct TransactionState::Busy {
    std::atomic<bool> taken{false};
};

TransactionState::TransactionState(Engine& engine, TransactionState* parent, TransactionOptions options)
    : engine_(engine), parent_(parent), options_(options), busy_(std::make_unique<Busy>()) {
    if (parent_ != nullptr) {
        depth_ = parent_->depth_ + 1;
        options_.read_only = parent_->options_.read_only;
        if (options_.timeout.count() == 0) options_.timeout = parent_->options_.timeout;
    }
}

// Nobody is left to wait for: the connection itself takes the open work back.
TransactionState::~TransactionState() {
    if (!active_) return;
    active_ = false;
    try {
        driver::Connection& connection = *root().lease_->connection;
        if (parent_ == nullptr) {
            if (connection.in_transaction()) connection.execute_script("ROLLBACK");
        } else {
            parent_->child_ = nullptr;
            connection.execute_script("ROLLBACK TO " + savepoint_name() + "; RELEASE " + savepoint_name());
        }
    } catch (...) {  // NOLINT(bugprone-empty-catch): the pool closes a connection that is still inside a
                     // transaction
    }
    try {
        run_actions(rollback_actions_);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a destructor has nobody to tell
    }
}

TransactionState& TransactionState::root() noexcept { return parent_ == nullptr ? *this : parent_->root(); }

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
            "this transaction is gone: the database has rolled it back after an earlier error");
    }
    return pooled;
}

PooledConnection* TransactionState::enter_now() noexcept {
    if (!active_ || child_ != nullptr) return nullptr;
    TransactionState& top = root();
    if (!top.began_ || !top.lease_->connection->in_transaction()) return nullptr;
    if (top.busy_->taken.exchange(true, std::memory_order_acquire)) return nullptr;
    return &*top.lease_;
}

void TransactionState::leave() noexcept { root().busy_->taken.store(false, std::memory_order_release); }

Task<> TransactionState::run_control(std::string_view sql, std::source_location where, bool unlimited) {
    Call call{&engine_, this, where};
    call.unlimited = unlimited;
    co_await on_connection<void>(call, driver::Access::read,
                                 [sql](Connected& at) { return run_text(at, sql); });
}

Task<> TransactionState::begin(std::source_location where) {
    if (parent_ == nullptr) {
        try {
            lease_ = co_await engine_.pool().acquire(options_.read_only ? driver::Access::read
                                                                        : driver::Access::write);
            if (engine_.pool().reports_leaks()) lease_.note(where);
        } catch (Error& error) {
            error.attach_where(where);
            throw;
        }
        active_ = true;
        try {
            const std::string sql = engine_.dialect().begin(options_);
            co_await run_control(sql, where);
            began_ = true;
        } catch (...) {
            active_ = false;
            lease_.release();
            throw;
        }
    } else {
        if (parent_->child_ != nullptr) throw InvalidQuery("a nested transaction is open already");
        const std::string sql = "SAVEPOINT " + savepoint_name();
        co_await parent_->run_control(sql, where);
        parent_->child_ = this;
        active_ = true;
    }
}

Task<> TransactionState::commit(std::source_location where) {
    if (!active_) throw InvalidQuery("this transaction has ended");
    if (parent_ == nullptr) {
        co_await run_control("COMMIT", where);
        active_ = false;
        lease_.release();
        run_actions(commit_actions_);
    } else {
        const std::string sql = "RELEASE " + savepoint_name();
        co_await run_control(sql, where);
        active_ = false;
        parent_->child_ = nullptr;
        for (EndAction& action : commit_actions_) parent_->commit_actions_.push_back(std::move(action));
        for (EndAction& action : rollback_actions_) parent_->rollback_actions_.push_back(std::move(action));
    }
}

Task<> TransactionState::rollback(std::source_location where) {
    if (!active_) co_return;
    if (parent_ == nullptr) {
        // Some errors (a full disk, a deadlock) have rolled back already.
        if (lease_->connection->in_transaction()) co_await run_control("ROLLBACK", where, true);
        active_ = false;
        lease_.release();
    } else {
        if (root().lease_->connection->in_transaction()) {
            const std::string back = "ROLLBACK TO " + savepoint_name();
            const std::string release = "RELEASE " + savepoint_name();
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

bool worth_retrying(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const SerializationFailure&) {
        return true;
    } catch (const Deadlock&) {
        return true;
    } catch (const LockTimeout&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

Task<> run_transaction(Call call, TransactionOptions options, TransactionBlock block) {
    if (options.timeout.count() == 0) options.timeout = call.timeout;
    for (int attempt = 0;; ++attempt) {
        TransactionState transaction(*call.engine, call.transaction, options);
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
        if (transaction.active()) {
            try {
                co_await transaction.rollback(call.where);
            } catch (...) {  // NOLINT(bugprone-empty-catch): the first error is the one to tell
            }
        }
        // What was committed before it failed (in an on_commit action, say) must not happen twice.
        if (ended || attempt >= options.retries || call.transaction != nullptr || !worth_retrying(error))
            std::rethrow_exception(error);
    }
}

}  // namespace duet::engine
