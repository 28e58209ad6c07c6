#include <duet/async/task.hpp>
#include <duet/base/error.hpp>

#include <cstdio>
#include <cstdlib>

namespace duet::detail {

// Symmetric transfer is a real tail call only in optimised builds, so a loop over Tasks that end at once
// would eat the stack in others. Instead a child is started by an ordinary call, and one that ends within
// that call says so here. No atomics: a record is seen by its own thread alone, and a child that ends on
// another thread (or later) finds no record of its own on top and resumes its continuation.
namespace {
struct Starting {
    const PromiseBase* promise;
    Starting* outer;
    bool finished = false;
};
constinit thread_local Starting* starting = nullptr;
}  // namespace

bool finish_on_worker(PromiseBase& promise) noexcept;  // worker_pool.cpp

bool start_child(std::coroutine_handle<> child, PromiseBase& promise, std::coroutine_handle<> parent,
                 const PromiseBase* awaiting) {
    if (promise.started) throw ConfigurationError("a duet::Task can be awaited only once");
    promise.started = true;
    promise.continuation = parent;
    if (awaiting) {
        promise.home = awaiting->home;
        promise.cancel = awaiting->cancel;
    }
    Starting record{&promise, starting};
    starting = &record;
    child.resume();
    starting = record.outer;
    return !record.finished;
}

std::coroutine_handle<> FinalAwaiter::await_suspend(std::coroutine_handle<>) const noexcept {
    if (promise.worker && finish_on_worker(promise)) return std::noop_coroutine();
    if (starting && starting->promise == &promise) {
        starting->finished = true;
        return std::noop_coroutine();
    }
    if (promise.continuation) return promise.continuation;
    return std::noop_coroutine();
}

void resume_inline(std::coroutine_handle<> handle, PromiseBase& promise) {
    if (promise.started) throw ConfigurationError("a duet::Task can be awaited only once");
    promise.started = true;
    handle.resume();
    if (!handle.done()) {
        throw ConfigurationError(
            "a blocking call met a wait that can only be awaited: use duet::run and the asynchronous handle");
    }
}

void report_miscompiled() noexcept {
    std::fputs(
        "duet: GCC 12.2 miscompiled a coroutine (GCC bug 106188). Do not co_await inside the condition of an "
        "if, while or "
        "switch: keep the result in a variable first, or use GCC 12.3 or later.\n",
        stderr);
    std::abort();
}

void rethrow(PromiseBase& promise) { std::rethrow_exception(std::move(promise.error)); }

void throw_empty_task() { throw ConfigurationError("an empty duet::Task was awaited for its result"); }

}  // namespace duet::detail
