#include <duet/async/cancel.hpp>
#include <duet/async/executor.hpp>
#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include <algorithm>
#include <new>

#include <unistd.h>

#include "async/futex.hpp"
#include "clock.hpp"
#include "impl.hpp"

namespace duet {

using Clock = std::chrono::steady_clock;
using State = Waiter::State;

namespace {

[[noreturn]] void throw_cancelled() { throw QueryCanceled("cancelled while waiting for a connection"); }

/// A thread in the queue, asleep.
class WaitingThread : public Waiter {
public:
    explicit WaitingThread(SlotGroup& group) noexcept : group_(group) {
        holder = &detail::pool_thread;
        wake = [](Waiter& waiter) noexcept { static_cast<WaitingThread&>(waiter).signal(); };
    }

    /// How the wait ended, at the deadline at the latest.
    State wait(Clock::time_point deadline, const CancelToken& token) {
        const CancelToken::Registration registration(
            token,
            [](void* self) noexcept {
                auto& waiter = *static_cast<WaitingThread*>(self);
                waiter.group_.end(waiter, State::cancelled, true);
            },
            this);
        if (group_.enqueue(*this) && !sleep(deadline)) group_.end(*this, State::timed_out, false);
        return state;
    }

private:
    enum Signal : std::uint32_t { looking = 0, over = 1, asleep = 2 };

    void signal() noexcept {
        // By the time of the call the thread may have gone on: waking an address where nobody sleeps does no
        // harm.
        if (signal_.exchange(over, std::memory_order_acq_rel) == asleep) detail::futex_wake(signal_);
    }

    bool sleep(Clock::time_point deadline) noexcept {
        const auto is_over = [&] { return signal_.load(std::memory_order_acquire) == over; };
        detail::SpinBudget budget;
        if (budget.spin(is_over)) return true;
        std::uint32_t expected = looking;
        signal_.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel);
        while (!is_over()) {
            if (deadline != Clock::time_point::max() && Clock::now() >= deadline) return false;
            detail::futex_wait(signal_, asleep, deadline);
        }
        return true;
    }

    SlotGroup& group_;
    detail::FutexWord signal_{looking};
};

}  // namespace

/// A coroutine in the queue: suspended, with a timer on its executor and an ear for its cancellation.
struct Pool::Acquire::Queued : Waiter {
    struct Timer : duet::Wait {
        Queued* owner = nullptr;
    };

    Queued(SlotGroup& for_group, const detail::PromiseBase& promise, std::coroutine_handle<> coroutine,
           Clock::time_point now) noexcept
        : group(for_group), home(*promise.home), token(promise.cancel), handle(coroutine), since(now) {
        wake = [](Waiter& waiter) noexcept {
            auto& self = static_cast<Queued&>(waiter);
            self.posted = true;
            self.home.post(self.handle);
        };
        timer.owner = this;
        timer.fire = [](duet::Wait& wait) noexcept { static_cast<Timer&>(wait).owner->time_is_up(); };
    }

    /// False: no need to suspend. On another thread than home's the coroutine may be gone when this returns.
    bool begin(Clock::time_point deadline) {
        const bool at_home = home.running_here();
        timer.deadline = std::min(deadline, token.deadline());
        listener.set(
            token,
            [](void* self) noexcept {
                auto& waiter = *static_cast<Queued*>(self);
                waiter.group.end(waiter, State::cancelled, true);
            },
            this);
        home.start(timer);
        if (group.enqueue(*this)) return true;
        if (at_home) return false;
        // The timer can be taken back only at home.
        posted = true;
        home.post(handle);
        return true;
    }

    /// At home.
    void time_is_up() noexcept {
        fired = true;
        group.end(*this, State::timed_out, true);
    }

    /// At home: nobody knows of this any more. Returns the slot that was granted, if one was.
    Lease::Slot* detach(bool resumed) noexcept {
        listener.reset();
        const bool home_lives = timer.notes.accepted || fired;
        if (timer.notes.accepted) home.abandon(timer);
        Lease::Slot* const granted = group.withdraw(*this);
        if (posted && !resumed && home_lives) home.retract(handle);
        return granted;
    }

    SlotGroup& group;
    Executor& home;
    const CancelToken token;
    const std::coroutine_handle<> handle;
    const Clock::time_point since;
    Timer timer;
    CancelToken::Registration listener;
    bool posted = false;
    bool fired = false;
};

void Pool::Impl::note_taking(Lease::Slot& slot) noexcept {
    const std::int64_t now = coarse_now();
    upkeep(now);
    slot.taken_at.store(now, std::memory_order_relaxed);
    if (options.report_leaks_after.count() > 0) {
        slot.thread.store(static_cast<std::uint64_t>(::gettid()), std::memory_order_relaxed);
        slot.where.store({}, std::memory_order_relaxed);
        slot.reported.store(false, std::memory_order_relaxed);
    }
    if (slot.ready && slot.managed && judge(slot) != Verdict::good) slot.ready = false;
}

Lease Pool::try_acquire(driver::Access access) noexcept {
    return Lease(impl_->took(impl_->group_for(access).try_take(&detail::pool_thread)));
}

bool Pool::Acquire::start(std::coroutine_handle<> handle, const detail::PromiseBase* promise) {
    const bool blocking = !promise || !promise->home;
    if (promise && promise->cancel) [[unlikely]]
        return start_unless_cancelled(handle, *promise);
    taken_ = pool_.took(pool_.group_for(access_).try_take(blocking ? &detail::pool_thread : nullptr));
    return taken_ ? false : wait(handle, promise);
}

bool Pool::Acquire::start_unless_cancelled(std::coroutine_handle<> handle,
                                           const detail::PromiseBase& promise) {
    if (CancelToken(promise.cancel).cancelled()) throw_cancelled();
    taken_ = pool_.took(pool_.group_for(access_).try_take(promise.home ? nullptr : &detail::pool_thread));
    return taken_ ? false : wait(handle, &promise);
}

bool Pool::Acquire::wait(std::coroutine_handle<> handle, const detail::PromiseBase* promise) {
    if (!promise || !promise->home) {
        taken_ = pool_.wait_blocking(access_, CancelToken(promise ? promise->cancel : nullptr));
        return false;
    }
    static_assert(sizeof(Queued) <= queued_size && alignof(Queued) <= alignof(std::max_align_t));
    pool_.somebody_waits();
    const Clock::time_point now = Clock::now();
    auto* const queued =
        ::new (static_cast<void*>(place_)) Queued(pool_.group_for(access_), *promise, handle, now);
    queued_ = true;
    return queued->begin(pool_.deadline_from(now));
}

void Pool::Acquire::finish() {
    auto& queued = *std::launder(reinterpret_cast<Queued*>(place_));
    Lease::Slot* const granted = queued.detach(true);
    const Clock::time_point since = queued.since;
    const State state = queued.state;
    const bool cancelled = state == State::cancelled || queued.token.cancelled();
    queued.~Queued();
    queued_ = false;
    pool_.wait_times.add(Clock::now() - since);
    taken_ = pool_.took(granted);
    if (taken_) return;
    if (state == State::failed) pool_.throw_unreachable();
    if (cancelled) throw_cancelled();
    pool_.throw_timeout(access_, since);
}

void Pool::Acquire::leave() noexcept {
    auto& queued = *std::launder(reinterpret_cast<Queued*>(place_));
    Lease::Slot* const granted = queued.detach(false);
    queued.~Queued();
    if (granted) granted->group->put_back(*granted);
}

Lease::Slot* Pool::Impl::wait_blocking(driver::Access access, const CancelToken& token) {
    somebody_waits();
    refuse_self_deadlock(access, &detail::pool_thread);
    const Clock::time_point now = Clock::now();
    WaitingThread waiter(group_for(access));
    const State outcome = waiter.wait(std::min(deadline_from(now), token.deadline()), token);
    wait_times.add(Clock::now() - now);
    switch (outcome) {
        case State::granted:
            return took(waiter.slot);
        case State::cancelled:
            throw_cancelled();
        case State::failed:
            throw_unreachable();
        default:
            break;
    }
    if (token.cancelled()) throw_cancelled();
    throw_timeout(access, now);
}

Lease Pool::acquire_blocking(driver::Access access, const CancelToken& token) {
    if (token.cancelled()) throw_cancelled();
    if (Lease::Slot* const slot = impl_->group_for(access).try_take(&detail::pool_thread))
        return Lease(impl_->took(slot));
    return Lease(impl_->wait_blocking(access, token));
}

Lease Pool::acquire_blocking(driver::Access access) { return acquire_blocking(access, CancelToken()); }

}  // namespace duet
