#pragma once

#include <duet/async/cancel.hpp>
#include <duet/async/executor.hpp>
#include <duet/async/task.hpp>
#include <duet/driver/connection.hpp>

namespace duet {

/// `co_await` it: suspends a Task that has an executor until its signal is raised there, the deadline has
/// passed or the Task is cancelled. Whoever holds the signal must have let go of it before this is destroyed.
class SignalWait {
public:
    using Clock = Wait::Clock;

    SignalWait(const detail::PromiseBase& self, Clock::time_point deadline) noexcept
        : home_(*self.home), token_(self.cancel) {
        timer_.owner = this;
        timer_.deadline = deadline;
        timer_.fire = [](Wait& wait) noexcept {
            SignalWait& owner = *static_cast<Timer&>(wait).owner;
            if (owner.posted_) return;
            owner.outcome_ = wait.outcome;
            owner.posted_ = true;
            owner.home_.post(owner.handle_);
        };
    }
    SignalWait(const SignalWait&) = delete;
    SignalWait& operator=(const SignalWait&) = delete;
    ~SignalWait() {
        registration_.reset();
        if (timer_.notes.accepted) home_.abandon(timer_);
        if (posted_ && !resumed_) home_.retract(handle_);
    }

    driver::Signal signal() noexcept {
        return {[](void* self) noexcept { static_cast<SignalWait*>(self)->raise(); }, this};
    }

    bool await_ready() const noexcept { return raised_; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> handle) {
        handle_ = handle;
        if (!token_.can_be_cancelled() && timer_.deadline == Clock::time_point::max()) return;
        registration_.set(
            token_,
            [](void* self) noexcept {
                auto& waiter = *static_cast<SignalWait*>(self);
                waiter.home_.cancel(waiter.timer_);
            },
            this);
        home_.start(timer_);
    }
    WaitOutcome await_resume() noexcept {
        resumed_ = true;
        return outcome_;
    }

private:
    struct Timer : Wait {
        SignalWait* owner = nullptr;
    };
    void raise() noexcept {
        raised_ = true;
        if (!handle_ || posted_) return;
        posted_ = true;
        home_.post(handle_);
    }

    Executor& home_;
    const CancelToken token_;
    Timer timer_;
    std::coroutine_handle<> handle_;
    CancelToken::Registration registration_;
    WaitOutcome outcome_ = WaitOutcome::ready;
    bool raised_ = false;
    bool posted_ = false;
    bool resumed_ = false;
};

}  // namespace duet
