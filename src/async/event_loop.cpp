#include <duet/async/event_loop.hpp>
#include <duet/async/resume_callback.hpp>
#include <duet/base/error.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <vector>

#include "fd_watch.hpp"
#include "futex.hpp"
#include "timer_heap.hpp"

namespace duet {

using Clock = Wait::Clock;
using Phase = Wait::Notes::Phase;

namespace {

constinit thread_local const void* running_loop = nullptr;

enum Sleep : std::uint32_t { awake = 0, on_futex = 1, on_epoll = 2 };

}  // namespace

bool EventLoop::running_on_this_thread() noexcept { return running_loop != nullptr; }

struct EventLoop::Impl {
    // Shared between threads, guarded by `mutex`. A poster touches nothing of the loop once it has let go of
    // the mutex: the loop may end and be destroyed then. (Waking a futex uses its address only.) It wakes the
    // loop after that, or the loop would wake up to wait for the mutex.
    std::mutex mutex;
    std::vector<std::coroutine_handle<>> posted;
    std::vector<Wait*> changed;
    detail::FutexWord sleep{awake};
    std::atomic<bool> has_mail{false};

    // The loop's own.
    std::deque<std::coroutine_handle<>> runnable;
    std::vector<Wait*> ready;
    std::vector<Wait*> ready_now;
    detail::TimerHeap timers;
    detail::FdWatch fds;
    detail::SpinBudget budget;
    bool finished = false;
    bool looked = false;  // at descriptors, in the turn before

    bool here() const noexcept { return running_loop == this; }

    /// Under the mutex. The futex to wake when it is released, if any.
    [[nodiscard]] detail::FutexWord* tell() noexcept {
        has_mail.store(true, std::memory_order_release);
        switch (sleep.exchange(awake, std::memory_order_acq_rel)) {
            case on_futex:
                return &sleep;
            case on_epoll:
                fds.wake();
                return nullptr;
            default:
                return nullptr;
        }
    }
    static void wake(detail::FutexWord* futex) noexcept {
        if (futex != nullptr) detail::futex_wake(*futex);
    }

    void queue_change(Wait& wait) {
        if (!wait.notes.queued) {
            changed.push_back(&wait);
            wait.notes.queued = true;
        }
        wake(tell());  // rare enough to wake under the mutex
    }

    void make_ready(Wait& wait, WaitOutcome outcome) {
        wait.outcome = outcome;
        wait.notes.phase = Phase::ready;
        ready.push_back(&wait);
    }

    void arm(Wait& wait) {
        if (wait.fd >= 0 && !fds.add(wait)) return make_ready(wait, WaitOutcome::ready);
        if (wait.deadline != Clock::time_point::max()) timers.push(wait);
        wait.notes.phase = Phase::armed;
    }

    void disarm(Wait& wait) noexcept {
        if (wait.fd >= 0) fds.remove(wait);
        timers.remove(wait);
        wait.notes.phase = Phase::idle;
    }

    /// Cuts every tie to a wait that is done with.
    void release(Wait& wait) noexcept {
        const std::lock_guard lock(mutex);
        if (wait.notes.queued) std::erase(changed, &wait);
        wait.notes = {};
    }

    /// What waits no more for a loop that goes away must not be abandoned through it either.
    void disown_waits() noexcept {
        const std::lock_guard lock(mutex);
        std::vector<Wait*> all = std::move(changed);
        all.insert(all.end(), ready.begin(), ready.end());
        while (!timers.empty()) {
            all.push_back(timers.top());
            timers.remove(*timers.top());
        }
        fds.take_all(all);
        for (Wait* wait : all) wait->notes = {};
    }

    void read_mail() {
        if (!has_mail.load(std::memory_order_acquire)) return;
        std::vector<Wait*> waits;
        {
            const std::lock_guard lock(mutex);
            has_mail.store(false, std::memory_order_relaxed);
            runnable.insert(runnable.end(), posted.begin(), posted.end());
            posted.clear();
            waits.swap(changed);
            for (Wait* wait : waits) wait->notes.queued = false;
            for (Wait* wait : waits) apply(*wait);
        }
    }

    void apply(Wait& wait) {
        const bool cancelled = wait.notes.cancel_requested;
        if (wait.notes.to_start) {
            wait.notes.to_start = false;
            if (cancelled) return make_ready(wait, WaitOutcome::cancelled);
            arm(wait);
        } else if (cancelled && wait.notes.phase == Phase::armed) {
            disarm(wait);
            make_ready(wait, WaitOutcome::cancelled);
        }
    }

    void expire() {
        if (timers.empty()) return;
        const Clock::time_point now = Clock::now();
        while (!timers.empty() && timers.top()->deadline <= now) {
            Wait& wait = *timers.top();
            disarm(wait);
            make_ready(wait, WaitOutcome::timed_out);
        }
    }

    void look_at_fds(int milliseconds) {
        const std::size_t before = ready.size();
        looked = true;
        fds.poll(milliseconds, ready);
        for (std::size_t i = before; i < ready.size(); ++i) {
            timers.remove(*ready[i]);
            ready[i]->outcome = WaitOutcome::ready;
            ready[i]->notes.phase = Phase::ready;
        }
    }

    void fire_ready() {
        ready_now.swap(ready);
        // A callback may abandon waits further on: those turn null.
        for (std::size_t i = 0; i < ready_now.size(); ++i) {
            if (Wait* const wait = ready_now[i]) {
                ready_now[i] = nullptr;
                release(*wait);
                wait->fire(*wait);
            }
        }
        ready_now.clear();
    }

    void sleep_until_something_happens() {
        if (fds.active() == 0) {
            if (budget.spin([&] { return has_mail.load(std::memory_order_acquire); })) return;
        }
        const bool watching = fds.active() != 0;
        {
            const std::lock_guard lock(mutex);
            if (has_mail.load(std::memory_order_relaxed)) return;
            sleep.store(watching ? on_epoll : on_futex, std::memory_order_relaxed);
        }
        const Clock::time_point until = timers.empty() ? Clock::time_point::max() : timers.top()->deadline;
        if (watching) {
            look_at_fds(milliseconds_until(until));
        } else {
            detail::futex_wait(sleep, on_futex, until);
        }
        sleep.store(awake, std::memory_order_relaxed);
    }

    static int milliseconds_until(Clock::time_point until) noexcept {
        if (until == Clock::time_point::max()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
    }

    void turn() {
        read_mail();
        for (std::size_t batch = runnable.size(); batch > 0 && !runnable.empty(); --batch) {
            const std::coroutine_handle<> handle = runnable.front();
            runnable.pop_front();
            handle.resume();
            if (finished) return;
        }
        expire();
        fire_ready();
        if (finished) return;
        if (!runnable.empty() || !ready.empty()) {
            // Every second turn is enough: what woke up a moment ago goes first.
            if (!looked && fds.active() != 0) {
                look_at_fds(0);
            } else {
                looked = false;
            }
            return;
        }
        sleep_until_something_happens();
    }
};

EventLoop::EventLoop() : impl_(new Impl) {}

EventLoop::~EventLoop() {
    impl_->disown_waits();
    delete impl_;
}

void EventLoop::post(std::coroutine_handle<> handle) noexcept {
    if (impl_->here()) {
        impl_->runnable.push_back(handle);
        return;
    }
    detail::FutexWord* futex = nullptr;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->posted.push_back(handle);
        futex = impl_->tell();
    }
    Impl::wake(futex);
}

void EventLoop::retract(std::coroutine_handle<> handle) noexcept {
    std::erase(impl_->runnable, handle);
    const std::lock_guard lock(impl_->mutex);
    std::erase(impl_->posted, handle);
}

bool EventLoop::running_here() const noexcept { return impl_->here(); }

void EventLoop::start(Wait& wait) {
    {
        const std::lock_guard lock(impl_->mutex);
        wait.notes.accepted = true;
        if (!impl_->here()) {
            wait.notes.to_start = true;
            impl_->queue_change(wait);
            return;
        }
        if (wait.notes.cancel_requested) return impl_->make_ready(wait, WaitOutcome::cancelled);
    }
    impl_->arm(wait);
}

void EventLoop::cancel(Wait& wait) noexcept {
    const std::lock_guard lock(impl_->mutex);
    wait.notes.cancel_requested = true;
    if (wait.notes.accepted) impl_->queue_change(wait);
}

void EventLoop::abandon(Wait& wait) noexcept {
    if (wait.notes.phase == Phase::armed) impl_->disarm(wait);
    if (wait.notes.phase == Phase::ready) {
        std::erase(impl_->ready, &wait);
        std::replace(impl_->ready_now.begin(), impl_->ready_now.end(), &wait, static_cast<Wait*>(nullptr));
    }
    impl_->release(wait);
}

void EventLoop::unwatch(int fd) noexcept { impl_->fds.forget(fd); }

void EventLoop::drive(std::coroutine_handle<> handle, detail::PromiseBase& promise) {
    if (running_loop)
        throw ConfigurationError("duet::run inside a running duet::run: co_await the Task instead");
    if (promise.started) throw ConfigurationError("a duet::Task can be awaited only once");
    promise.started = true;
    const detail::ResumeCallback on_end(
        [](void* loop) noexcept { static_cast<Impl*>(loop)->finished = true; }, impl_);
    promise.home = this;
    promise.continuation = on_end.handle();
    impl_->finished = false;
    running_loop = impl_;
    try {
        handle.resume();
        while (!impl_->finished) impl_->turn();
    } catch (...) {
        running_loop = nullptr;
        throw;
    }
    running_loop = nullptr;
}

}  // namespace duet
