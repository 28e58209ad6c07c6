#include <duet/async/this_task.hpp>
#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>

#include <algorithm>

#include <poll.h>

#include "futex.hpp"

namespace duet {

using detail::PromiseBase;
using Clock = Wait::Clock;

namespace {

class WaitAwaiter {
public:
    WaitAwaiter(PromiseBase& self, int fd, Readiness readiness, Clock::time_point deadline,
                std::uint64_t tag = 0) noexcept
        : home_(*self.home), token_(self.cancel) {
        wait_.owner = this;
        wait_.fd = fd;
        wait_.tag = tag;
        wait_.readiness = readiness;
        wait_.deadline = deadline;
        wait_.fire = [](Wait& wait) noexcept { static_cast<Owned&>(wait).owner->handle_.resume(); };
    }
    WaitAwaiter(const WaitAwaiter&) = delete;
    WaitAwaiter& operator=(const WaitAwaiter&) = delete;
    ~WaitAwaiter() {
        registration_.reset();
        if (wait_.notes.accepted) home_.abandon(wait_);
    }

    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> handle) {
        handle_ = handle;
        // Before the start: from then on another thread may already have ended the wait.
        registration_.set(
            token_, [](void* self) noexcept { static_cast<WaitAwaiter*>(self)->cancel(); }, this);
        home_.start(wait_);
    }
    WaitOutcome await_resume() const noexcept { return wait_.outcome; }

private:
    struct Owned : Wait {
        WaitAwaiter* owner = nullptr;
    };
    void cancel() noexcept { home_.cancel(wait_); }

    Executor& home_;
    CancelToken token_;
    Owned wait_;
    std::coroutine_handle<> handle_;
    CancelToken::Registration registration_;
};

WaitOutcome block_on_fd(int fd, Readiness readiness, Clock::time_point deadline,
                        const CancelToken& token) noexcept {
    constexpr std::chrono::milliseconds glance{20};
    pollfd watched{};
    watched.fd = fd;
    if (static_cast<unsigned>(readiness) & static_cast<unsigned>(Readiness::readable))
        watched.events |= POLLIN;
    if (static_cast<unsigned>(readiness) & static_cast<unsigned>(Readiness::writable))
        watched.events |= POLLOUT;
    for (;;) {
        if (token.cancelled()) return WaitOutcome::cancelled;
        const Clock::time_point now = Clock::now();
        int limit = -1;
        if (deadline != Clock::time_point::max()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
            limit = static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
        }
        if (token.can_be_cancelled() && (limit < 0 || limit > glance.count()))
            limit = static_cast<int>(glance.count());
        if (::poll(&watched, 1, limit) > 0) return WaitOutcome::ready;
        if (Clock::now() >= deadline) return WaitOutcome::timed_out;
    }
}

/// Whether the time came; false when cancelled.
bool block_until(Clock::time_point when, const CancelToken& token) {
    detail::FutexWord cancelled{0};
    const CancelToken::Registration registration(
        token,
        [](void* word) noexcept {
            auto& flag = *static_cast<detail::FutexWord*>(word);
            flag.store(1);
            detail::futex_wake(flag);
        },
        &cancelled);
    const Clock::time_point until = std::min(when, token.deadline());
    while (cancelled.load() == 0 && Clock::now() < until) detail::futex_wait(cancelled, 0, until);
    return cancelled.load() == 0 && until == when;
}

struct PostAwaiter {
    Executor& home;
    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> handle) {
        home_ = &home;
        handle_ = handle;
        home.post(handle);
    }
    void await_resume() noexcept { home_ = nullptr; }

    Executor* home_ = nullptr;
    std::coroutine_handle<> handle_{};
    ~PostAwaiter() {
        if (home_) home_->retract(handle_);
    }
};

}  // namespace

Task<WaitOutcome> wait_fd(int fd, Readiness readiness, Clock::time_point deadline, std::uint64_t tag) {
    PromiseBase& self = co_await detail::current_promise();
    if (!self.home) co_return block_on_fd(fd, readiness, deadline, CancelToken(self.cancel));
    WaitAwaiter awaiter(self, fd, readiness, deadline, tag);
    co_return co_await awaiter;
}

Task<bool> wait_until(Clock::time_point when) {
    PromiseBase& self = co_await detail::current_promise();
    if (!self.home) co_return block_until(when, CancelToken(self.cancel));
    WaitAwaiter awaiter(self, -1, Readiness::none, when);
    co_return co_await awaiter != WaitOutcome::cancelled;
}

Task<> sleep_for(std::chrono::nanoseconds duration) {
    const bool slept = co_await wait_until(Clock::now() + duration);
    if (!slept) throw QueryCanceled("cancelled while sleeping");
}

Task<> yield() {
    PromiseBase& self = co_await detail::current_promise();
    if (!self.home) co_return;
    PostAwaiter awaiter{*self.home};
    co_await awaiter;
}

}  // namespace duet
