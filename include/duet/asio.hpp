#pragma once

#include <utility>  // Asio forgets it

/// The bridge to Asio: `co_await duet::as_awaitable(db.get<User>(1))` inside an `asio::awaitable<>`.
///
/// Works with standalone Asio, and with Boost.Asio where that is the only one installed or DUET_BOOST_ASIO is
/// defined (for all units of a program alike). An Asio before 1.24 does not know Clang's coroutines: there,
/// include this header before Asio's own, or define ASIO_HAS_CO_AWAIT and ASIO_HAS_STD_COROUTINE (for Boost:
/// BOOST_ASIO_HAS_...).

#if defined(__clang__) && __has_include(<coroutine>)
#if !defined(ASIO_DETAIL_CONFIG_HPP) && !defined(ASIO_HAS_CO_AWAIT)
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#if !defined(BOOST_ASIO_DETAIL_CONFIG_HPP) && !defined(BOOST_ASIO_HAS_CO_AWAIT)
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#endif
#endif

#if defined(DUET_BOOST_ASIO) || !__has_include(<asio/awaitable.hpp>)
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#if __has_include(<boost/asio/associated_cancellation_slot.hpp>)
#include <boost/asio/associated_cancellation_slot.hpp>
#define DUET_ASIO_CANCELS 1
#endif
namespace duet::detail::asio_bridge {
namespace net = ::boost::asio;
using Error = ::boost::system::error_code;
}  // namespace duet::detail::asio_bridge
#else
#include <asio/associated_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/defer.hpp>
#include <asio/dispatch.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#if __has_include(<asio/associated_cancellation_slot.hpp>)
#include <asio/associated_cancellation_slot.hpp>
#define DUET_ASIO_CANCELS 1
#endif
namespace duet::detail::asio_bridge {
namespace net = ::asio;
using Error = ::asio::error_code;
}  // namespace duet::detail::asio_bridge
#endif

#if !defined(ASIO_HAS_CO_AWAIT) && !defined(BOOST_ASIO_HAS_CO_AWAIT)
#error "This Asio has no coroutines for this compiler; see the top of <duet/asio.hpp>"
#endif

#include <duet/async/cancel.hpp>
#include <duet/async/executor.hpp>
#include <duet/async/resume_callback.hpp>
#include <duet/async/task.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace duet {

namespace detail::asio_bridge {

using Strand = net::strand<net::any_io_executor>;
using Phase = Wait::Notes::Phase;

/// Kept alive by the handlers that Asio holds. Everything but what `mutex` guards belongs to the strand.
class ExecutorState : public std::enable_shared_from_this<ExecutorState> {
public:
    explicit ExecutorState(const net::any_io_executor& executor) : strand_(net::make_strand(executor)) {}
    ExecutorState(const ExecutorState&) = delete;
    ExecutorState& operator=(const ExecutorState&) = delete;
    ~ExecutorState() { release_descriptors(); }

    const Strand& strand() const noexcept { return strand_; }

    void post(std::coroutine_handle<> handle) {
        std::unique_lock lock(mutex_);
        if (closed_) return;
        posted_.push_back(handle);
        schedule(std::move(lock));
    }

    void retract(std::coroutine_handle<> handle) {
        const std::lock_guard lock(mutex_);
        std::erase(posted_, handle);
    }

    void start(Wait& wait) {
        std::unique_lock lock(mutex_);
        wait.notes.accepted = true;
        if (!strand_.running_in_this_thread() || wait.notes.cancel_requested) {
            wait.notes.to_start = true;
            queue(wait);
            schedule(std::move(lock));
            return;
        }
        lock.unlock();
        arm(wait);
    }

    void cancel(Wait& wait) {
        std::unique_lock lock(mutex_);
        wait.notes.cancel_requested = true;
        if (!wait.notes.accepted) return;
        queue(wait);
        schedule(std::move(lock));
    }

    void abandon(Wait& wait) {
        disarm(wait);
        forget(wait);
    }

    /// The executor goes away: nothing is resumed or fired any more.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        posted_.clear();
        for (Wait* wait : changed_) wait->notes = {};
        changed_.clear();
        for (const auto& [wait, pending] : pending_) {
            pending->wait = nullptr;
            pending->timer.cancel();
            wait->notes = {};
        }
        pending_.clear();
        release_descriptors();
    }

private:
    using Descriptor = net::posix::stream_descriptor;

    /// A descriptor as long as somebody waits for it here. No longer: the connection may be handed to another
    /// executor of the same context, or be closed and its number used again, and Asio knows one owner only.
    struct Watched {
        explicit Watched(const Strand& strand) : descriptor(strand) {}
        Descriptor descriptor;
        int waits = 0;
    };

    /// A wait that Asio's handlers know; they find `wait` null when it is over.
    struct Pending {
        Pending(Wait& its_wait, const Strand& strand) : wait(&its_wait), timer(strand) {}
        Wait* wait;
        net::steady_timer timer;
        std::shared_ptr<Watched> watched;
    };
    using PendingPtr = std::shared_ptr<Pending>;

    void queue(Wait& wait) {
        if (wait.notes.queued) return;
        changed_.push_back(&wait);
        wait.notes.queued = true;
    }

    // Posts before it releases the mutex, which is the last thing that it touches: after that the strand may
    // run all there is to run, and the execution context may come to its end.
    void schedule(std::unique_lock<std::mutex> lock) {
        if (scheduled_) return;
        scheduled_ = true;
        net::post(strand_, [self = shared_from_this()] { self->drain(); });
        lock.unlock();
    }

    void drain() {
        constexpr int at_once = 64;  // others on the io_context want a turn
        for (int i = 0; i < at_once; ++i) {
            std::unique_lock lock(mutex_);
            if (!changed_.empty()) {
                Wait& wait = *changed_.back();
                changed_.pop_back();
                wait.notes.queued = false;
                const bool to_start = std::exchange(wait.notes.to_start, false);
                const bool cancelled = wait.notes.cancel_requested;
                lock.unlock();
                change(wait, to_start, cancelled);
            } else if (!posted_.empty()) {
                const std::coroutine_handle<> handle = posted_.front();
                posted_.pop_front();
                lock.unlock();
                handle.resume();
            } else {
                scheduled_ = false;
                return;
            }
        }
        net::post(strand_, [self = shared_from_this()] { self->drain(); });
    }

    void change(Wait& wait, bool to_start, bool cancelled) {
        if (cancelled && (to_start || wait.notes.phase == Phase::armed)) {
            complete(wait, WaitOutcome::cancelled);
        } else if (to_start) {
            arm(wait);
        }
    }

    void arm(Wait& wait) {
        auto pending = std::make_shared<Pending>(wait, strand_);
        pending_.emplace(&wait, pending);
        wait.notes.phase = Phase::armed;
        if (wait.deadline != Wait::Clock::time_point::max()) {
            pending->timer.expires_at(wait.deadline);
            pending->timer.async_wait(
                net::bind_executor(strand_, [self = shared_from_this(), pending](Error) {
                    if (pending->wait) self->complete(*pending->wait, WaitOutcome::timed_out);
                }));
        }
        if (wait.fd < 0) return;
        auto& watched = watched_[wait.fd];
        if (!watched) {
            auto fresh = std::make_shared<Watched>(strand_);
            Error failed;
            fresh->descriptor.assign(wait.fd, failed);
            if (failed) {  // not something to wait for, so it never blocks (or is not open)
                watched_.erase(wait.fd);
                net::post(strand_, [self = shared_from_this(), pending] {
                    if (pending->wait) self->complete(*pending->wait, WaitOutcome::ready);
                });
                return;
            }
            watched = std::move(fresh);
        }
        ++watched->waits;
        pending->watched = watched;
        if (wants(wait, Readiness::readable)) watch(pending, Descriptor::wait_read);
        if (wants(wait, Readiness::writable)) watch(pending, Descriptor::wait_write);
    }

    static bool wants(const Wait& wait, Readiness readiness) noexcept {
        return (static_cast<unsigned>(wait.readiness) & static_cast<unsigned>(readiness)) != 0;
    }

    void watch(const PendingPtr& pending, Descriptor::wait_type what) {
        pending->watched->descriptor.async_wait(
            what, net::bind_executor(strand_, [self = shared_from_this(), pending, what](Error error) {
                if (!pending->wait) return;
                // Cancelling one wait for a descriptor cancels its neighbours: they ask again.
                if (error == net::error::operation_aborted && pending->watched->descriptor.is_open()) {
                    self->watch(pending, what);
                } else {
                    self->complete(*pending->wait, WaitOutcome::ready);
                }
            }));
    }

    void disarm(Wait& wait) {
        const auto found = pending_.find(&wait);
        if (found == pending_.end()) return;
        const PendingPtr pending = found->second;
        pending_.erase(found);
        pending->wait = nullptr;
        pending->timer.cancel();
        if (!pending->watched) return;
        Descriptor& descriptor = pending->watched->descriptor;
        if (--pending->watched->waits == 0) {
            watched_.erase(wait.fd);
            descriptor.release();  // its destructor would close what is not ours
        } else {
            Error ignored;
            descriptor.cancel(ignored);
        }
    }

    void forget(Wait& wait) {
        const std::lock_guard lock(mutex_);
        if (wait.notes.queued) std::erase(changed_, &wait);
        wait.notes = {};
    }

    void complete(Wait& wait, WaitOutcome outcome) {
        disarm(wait);
        forget(wait);
        wait.outcome = outcome;
        wait.fire(wait);
    }

    void release_descriptors() {
        for (const auto& [fd, watched] : watched_) watched->descriptor.release();
        watched_.clear();
    }

    const Strand strand_;
    std::mutex mutex_;
    std::deque<std::coroutine_handle<>> posted_;
    std::vector<Wait*> changed_;
    bool scheduled_ = false;
    bool closed_ = false;
    std::map<Wait*, PendingPtr> pending_;
    std::map<int, std::shared_ptr<Watched>> watched_;
};

}  // namespace detail::asio_bridge

/// Runs duet's coroutines on an Asio executor, through a strand of its own, so that an io_context with
/// several threads is fine. It must outlive the Tasks that use it, and its execution context must outlive it.
class AsioExecutor final : public Executor {
public:
    explicit AsioExecutor(const detail::asio_bridge::net::any_io_executor& executor)
        : state_(std::make_shared<detail::asio_bridge::ExecutorState>(executor)) {}
    ~AsioExecutor() override { state_->close(); }

    const detail::asio_bridge::Strand& strand() const noexcept { return state_->strand(); }

    void post(std::coroutine_handle<> handle) noexcept override { state_->post(handle); }
    void retract(std::coroutine_handle<> handle) noexcept override { state_->retract(handle); }
    bool running_here() const noexcept override { return strand().running_in_this_thread(); }
    void start(Wait& wait) override { state_->start(wait); }
    void cancel(Wait& wait) noexcept override { state_->cancel(wait); }
    void abandon(Wait& wait) noexcept override { state_->abandon(wait); }
    void unwatch(int /*fd*/) noexcept override {}  // nothing is watched that nobody waits for

private:
    const std::shared_ptr<detail::asio_bridge::ExecutorState> state_;
};

namespace detail::asio_bridge {

/// One Task on its way through Asio. Asio owns the waiting handler, in a timer that never expires by itself:
/// so a context that is destroyed meanwhile destroys the handler, the awaitable and with it the Task.
class Drive {
public:
    explicit Drive(const net::any_io_executor& executor)
        : underlying_(executor),
          executor_(executor),
          ended_(executor_.strand(), net::steady_timer::time_point::max()),
          on_end_([](void* timer) noexcept { static_cast<net::steady_timer*>(timer)->cancel(); }, &ended_) {}

    template <class Handler>
    void start(std::coroutine_handle<> task, PromiseBase& promise, Handler handler) {
#if defined(DUET_ASIO_CANCELS)
        auto slot = net::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            // Emitted on whatever thread: a CancelSource does not mind.
            slot.assign([source = cancel_](net::cancellation_type) { source.request_cancel(); });
        }
#endif
        const auto target = net::get_associated_executor(handler, executor_.strand());
        ended_.async_wait(
            net::bind_executor(executor_.strand(), [target, handler = std::move(handler)](Error) mutable {
                net::dispatch(target, [handler = std::move(handler)]() mutable { std::move(handler)(); });
            }));
        promise.home = &executor_;
        promise.cancel = cancel_.token().state();
        promise.continuation = on_end_.handle();
        promise.started = true;
        // Deferred, so that the Task does not end, and resume the awaitable on another thread, while this
        // thread is still on its way out of the awaitable: Asio before 1.24 does not stand that on every
        // compiler.
        net::defer(underlying_,
                   [strand = executor_.strand(), task] { net::dispatch(strand, [task] { task.resume(); }); });
    }

private:
    const net::any_io_executor underlying_;
    AsioExecutor executor_;
    net::steady_timer ended_;
    CancelSource cancel_;
    ResumeCallback on_end_;
};

}  // namespace detail::asio_bridge

/// Runs the Task from within an `asio::awaitable`, which goes on with its result or exception on its own
/// executor.
///
/// The Task's waits and continuations run on a strand of that executor. When the awaitable's cancellation
/// slot is emitted, the Task's token is cancelled and the awaitable goes on when the Task has ended: mostly
/// with QueryCanceled. (Boost before 1.77 has no slots.)
template <class T>
detail::asio_bridge::net::awaitable<T> as_awaitable(Task<T> task) {
    namespace bridge = detail::asio_bridge;
    namespace net = bridge::net;
    const net::any_io_executor executor = co_await net::this_coro::executor;
    bridge::Drive drive(executor);
    const Task<T> owned = std::move(task);  // ends before `drive`
    if (owned) {
        auto initiation = [&drive, handle = detail::TaskAccess::handle(owned),
                           promise = detail::TaskAccess::promise(owned)](auto&& handler) {
            drive.start(handle, *promise, std::forward<decltype(handler)>(handler));
        };
        co_await net::async_initiate<const net::use_awaitable_t<>&, void()>(initiation, net::use_awaitable);
    }
    co_return detail::TaskAccess::take(owned);
}

}  // namespace duet
