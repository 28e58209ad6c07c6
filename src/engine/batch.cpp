#include <duet/async/event_loop.hpp>
#include <duet/async/when_all.hpp>
#include <duet/engine/batch.hpp>

#include <algorithm>

#include "connected.hpp"
#include "hooked.hpp"

namespace duet::engine {

namespace {

using Operations = std::span<const duet::detail::Owned<BatchOperation>>;

Task<> noting_failure(Task<> operation, bool& failed) {
    try {
        co_await std::move(operation);
    } catch (...) {
        failed = true;
        throw;
    }
}

Task<> one_by_one(Call call, Operations operations) {
    for (const duet::detail::Owned<BatchOperation>& operation : operations) co_await operation->start(call);
}

/// COMMIT behind the operations, unless one of them has failed before it was even sent.
Task<> commit_behind(Call call, const bool& failed, bool& sent) {
    if (failed) co_return;
    sent = true;
    co_await on_connection<void>(
        call, driver::Access::read, [](Connected& at) { return run_text(at, "COMMIT"); }, Sharing::allowed);
}

bool any_hooked(const Call& call, Operations operations) {
    return std::ranges::any_of(operations, [&call](const auto& operation) {
        const ModelInfo* const model = operation->hooked_model();
        return model != nullptr && hooked(call, *model);
    });
}

Task<> run_in_transaction(Call call, Operations operations) {
    const WriteNote note(call.route.session);
    TransactionOptions options;
    options.timeout = call.timeout;
    TransactionState transaction(*call.engine, nullptr, options);
    co_await transaction.begin(call.where);
    Call inner = call;
    inner.transaction = &transaction;
    std::exception_ptr error;
    try {
        bool committed = false;
        co_await transaction.run_together(inner, operations, &committed);
        if (committed) {
            transaction.committed();
        } else {
            co_await transaction.commit(call.where);
        }
        co_return;
    } catch (...) {
        error = std::current_exception();
    }
    co_await transaction.give_up(call.where);
    std::rethrow_exception(error);
}

Task<> run_in_loop(Call call, Operations operations) {
    call.blocking = false;
    if (call.transaction == nullptr) {
        co_await run_in_transaction(call, operations);
    } else {
        co_await call.transaction->run_together(call, operations, nullptr);
    }
}

}  // namespace

Task<> TransactionState::run_together(Call call, Operations operations, bool* commits) {
    const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
    claim();
    struct Leave {
        TransactionState& transaction;
        bool claimed = true;
        ~Leave() {
            if (claimed) transaction.leave();
        }
    } held{*this};
    std::optional<BatchShare> share;
    if (promise.home != nullptr && operations.size() + (commits != nullptr ? 1 : 0) > 1 && lease().ready())
        share.emplace(lease(), *promise.home);
    if (!share || !*share) {
        share.reset();
        leave();
        held.claimed = false;
        co_await one_by_one(call, operations);
        co_return;
    }
    root().batch_ = &*share;
    struct End {
        TransactionState& transaction;
        ~End() { transaction.batch_ = nullptr; }
    } const end{root()};
    bool failed = false;
    std::vector<Task<>> tasks;
    tasks.reserve(operations.size() + 1);
    for (const duet::detail::Owned<BatchOperation>& operation : operations)
        tasks.push_back(noting_failure(operation->start(call), failed));
    const bool blind = std::ranges::none_of(operations, [](const auto& o) { return o->checks_result(); });
    bool sent = false;
    if (commits != nullptr && blind) tasks.push_back(commit_behind(call, failed, sent));
    co_await when_all(std::move(tasks));
    if (commits != nullptr) *commits = sent;
}

Task<> run_batch(Call call, Operations operations) {
    if (operations.empty()) co_return;
    // A transaction around the batch may have kept its rows.
    struct TakeBack {
        Operations operations;
        ~TakeBack() {
            for (const duet::detail::Owned<BatchOperation>& operation : operations) operation->take_back();
        }
    } failure{call.transaction == nullptr ? operations : Operations{}};
    if (any_hooked(call, operations)) {
        co_await in_own_transaction(
            call, [operations](const Call& inner) { return one_by_one(inner, operations); });
        failure.operations = {};
        co_return;
    }
    const duet::detail::PromiseBase& promise = co_await duet::detail::current_promise();
    const bool in_loop = promise.home != nullptr;
    const bool own_loop = !in_loop && call.engine->pool().topology().pipelining &&
                          promise.cancel == nullptr && !EventLoop::running_on_this_thread();
    if (own_loop) {
        static thread_local EventLoop loop;
        loop.run(run_in_loop(call, operations));
    } else if (call.transaction != nullptr) {
        co_await call.transaction->run_together(call, operations, nullptr);
    } else {
        co_await run_in_transaction(call, operations);
    }
    failure.operations = {};
}

}  // namespace duet::engine
