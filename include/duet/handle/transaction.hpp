#pragma once

#include <duet/base/owned.hpp>
#include <duet/handle/advisory_lock.hpp>
#include <duet/handle/handle.hpp>

#include <memory>
#include <utility>

namespace duet {

/// A retry count for transaction options: `db.transaction(block, duet::retry(5))`. After LockTimeout,
/// SerializationFailure and Deadlock the whole block runs again.
inline TransactionOptions retry(int times) {
    TransactionOptions options;
    options.retries = times;
    return options;
}

/// A serializable transaction whose block runs again when it collided with another one:
/// `db.transaction(block, duet::serializable(5))`.
inline TransactionOptions serializable(int retries = 0) {
    TransactionOptions options;
    options.isolation = Isolation::serializable;
    options.retries = retries;
    return options;
}

/// An open transaction. In block form it lives as long as the block; from `db.begin()` it belongs to the
/// caller and rolls back when it goes out of scope uncommitted (which blocks, in async code too).
///
/// One operation at a time; not thread-safe. Nested transactions are savepoints; while one is open its handle
/// is the one to use.
template <class Mode>
class BasicTransaction : public Handle<BasicTransaction<Mode>, Mode> {
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Where = std::source_location;

public:
    explicit BasicTransaction(engine::TransactionState& state) noexcept : state_(&state) {}
    explicit BasicTransaction(detail::Owned<engine::TransactionState> owned) noexcept
        : owned_(std::move(owned)), state_(owned_.get()) {}

    /// Throws what the database says; the transaction is then still open and rolls back.
    Result<void> commit(Where where = Where::current()) {
        struct Commit {
            engine::TransactionState* state;
            Where where;
            auto start() { return state->commit(where); }
            void finish() {}
        };
        return Mode::run(Commit{state_, where});
    }
    Result<void> rollback(Where where = Where::current()) {
        struct Rollback {
            engine::TransactionState* state;
            Where where;
            auto start() { return state->rollback(where); }
            void finish() {}
        };
        return Mode::run(Rollback{state_, where});
    }
    bool active() const noexcept { return state_->active(); }

    /// Takes an advisory lock, waiting for it, until the outermost transaction ends. PostgreSQL only, else
    /// UnsupportedByDialect.
    Result<void> advisory_lock(LockKey key, Where where = Where::current()) {
        return Mode::run(detail::TakeTransactionLock{{make_call(where), {key.number(), false, true}}});
    }
    Result<void> advisory_lock_shared(LockKey key, Where where = Where::current()) {
        return Mode::run(detail::TakeTransactionLock{{make_call(where), {key.number(), true, true}}});
    }
    /// The same without waiting: false when somebody else has it.
    Result<bool> try_advisory_lock(LockKey key, Where where = Where::current()) {
        return Mode::run(detail::TryTransactionLock{{make_call(where), {key.number(), false, false}}});
    }
    Result<bool> try_advisory_lock_shared(LockKey key, Where where = Where::current()) {
        return Mode::run(detail::TryTransactionLock{{make_call(where), {key.number(), true, false}}});
    }

    /// Runs `fn()` after the outermost transaction has committed; never when this one is rolled back.
    template <class F>
    void on_commit(F fn) {
        state_->on_commit(action(std::move(fn)));
    }
    /// Runs `fn()` after this transaction (or one around it) was rolled back.
    template <class F>
    void on_rollback(F fn) {
        state_->on_rollback(action(std::move(fn)));
    }

private:
    friend Handle<BasicTransaction<Mode>, Mode>;
    engine::Call make_call(Where where) noexcept {
        return {&state_->engine(), state_, where, {}, !Mode::is_async};
    }
    template <class F>
    static engine::EndAction action(F fn) {
        return {std::make_shared<F>(std::move(fn)), [](void* context) { (*static_cast<F*>(context))(); }};
    }

    detail::Owned<engine::TransactionState> owned_;
    engine::TransactionState* state_;
};

using Transaction = BasicTransaction<Blocking>;
using AsyncTransaction = BasicTransaction<Async>;

inline Transaction HookContext::transaction() const { return Transaction(state(true)); }
inline AsyncTransaction HookContext::async_transaction() const { return AsyncTransaction(state(false)); }

namespace detail {

/// A block of a transaction and the place for its result.
template <class Mode, class F, class R>
struct BlockRun {
    engine::Call call;
    TransactionOptions options;
    F* block;
    std::optional<R> result{};

    auto start() { return engine::run_transaction(call, options, {&BlockRun::invoke, this}); }
    R finish() { return std::move(*result); }

private:
    static Task<> invoke(void* context, engine::TransactionState& state) {
        auto& self = *static_cast<BlockRun*>(context);
        BasicTransaction<Mode> transaction(state);
        if constexpr (Mode::is_async) {
            return await_block(self, std::move(transaction));
        } else {
            self.result.emplace((*self.block)(transaction));
            return {};
        }
    }
    static Task<> await_block(BlockRun& self, BasicTransaction<Mode> transaction) {
        self.result.emplace(co_await (*self.block)(transaction));
    }
};
template <class Mode, class F>
struct BlockRun<Mode, F, void> {
    engine::Call call;
    TransactionOptions options;
    F* block;

    auto start() { return engine::run_transaction(call, options, {&BlockRun::invoke, this}); }
    void finish() {}

private:
    static Task<> invoke(void* context, engine::TransactionState& state) {
        auto& self = *static_cast<BlockRun*>(context);
        BasicTransaction<Mode> transaction(state);
        if constexpr (Mode::is_async) {
            return await_block(self, std::move(transaction));
        } else {
            (*self.block)(transaction);
            return {};
        }
    }
    static Task<> await_block(BlockRun& self, BasicTransaction<Mode> transaction) {
        co_await (*self.block)(transaction);
    }
};

/// In async code the block itself must live until the Task ends, so the Task owns it.
template <class F, class R>
Task<R> run_owned_block(engine::Call call, TransactionOptions options, F block) {
    BlockRun<Async, F, R> run{call, options, &block};
    co_await run.start();
    co_return run.finish();
}

}  // namespace detail

template <class Self, class Mode>
template <class F>
auto Handle<Self, Mode>::run_block(std::remove_reference_t<F>& block, const TransactionOptions& options,
                                   Where where) {
    using Block = std::remove_reference_t<F>;
    using Returned = decltype(block(std::declval<BasicTransaction<Mode>&>()));
    using R = typename detail::BlockResult<Returned>::type;
    if constexpr (Mode::is_async) {
        static_assert(!std::is_same_v<Returned, R>,
                      "duet: the block of an async transaction must be a coroutine (return duet::Task<>)");
        return detail::run_owned_block<std::remove_const_t<Block>, R>(call(where), options, std::move(block));
    } else {
        static_assert(std::is_same_v<Returned, R>,
                      "duet: the block of a blocking transaction must not be a coroutine");
        return Mode::run(detail::BlockRun<Mode, Block, R>{call(where), options, &block});
    }
}

}  // namespace duet
