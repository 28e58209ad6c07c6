#include <duet/async/cancel.hpp>
#include <duet/base/error.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace duet {

using Registration = CancelToken::Registration;

struct detail::CancelState {
    explicit CancelState(CancelToken::Clock::time_point when) noexcept : deadline(when) {}

    std::atomic<unsigned> references{0};
    std::atomic<bool> requested{false};
    const CancelToken::Clock::time_point deadline;
    std::mutex mutex;
    std::condition_variable called;
    Registration* first = nullptr;
    Registration* running = nullptr;
    std::thread::id runner;

    void retain() noexcept { references.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept {
        if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
    bool past_deadline() const noexcept {
        return deadline != CancelToken::Clock::time_point::max() && CancelToken::Clock::now() >= deadline;
    }

    /// False when the request has already been made.
    bool link(Registration& registration) {
        const std::lock_guard lock(mutex);
        if (requested.load(std::memory_order_relaxed)) return false;
        registration.next_ = first;
        registration.previous_ = nullptr;
        if (first) first->previous_ = &registration;
        first = &registration;
        registration.linked_ = true;
        return true;
    }

    void unlink(Registration& registration) noexcept {
        std::unique_lock lock(mutex);
        if (registration.linked_) {
            detach(registration);
        } else if (runner != std::this_thread::get_id()) {
            called.wait(lock, [&] { return running != &registration; });
        }
    }

    void request() noexcept {
        std::unique_lock lock(mutex);
        if (requested.load(std::memory_order_relaxed)) return;
        requested.store(true, std::memory_order_release);
        runner = std::this_thread::get_id();
        while (Registration* registration = first) {
            detach(*registration);
            running = registration;
            const CancelToken::Callback callback = registration->callback_;
            void* const argument = registration->argument_;
            lock.unlock();
            callback(argument);
            lock.lock();
            running = nullptr;
            called.notify_all();
        }
        runner = {};
    }

private:
    void detach(Registration& registration) noexcept {
        if (registration.previous_) {
            registration.previous_->next_ = registration.next_;
        } else {
            first = registration.next_;
        }
        if (registration.next_) registration.next_->previous_ = registration.previous_;
        registration.linked_ = false;
    }
};

CancelToken::CancelToken(detail::CancelState* state) noexcept : state_(state) {
    if (state_) state_->retain();
}
CancelToken::CancelToken(const CancelToken& other) noexcept : CancelToken(other.state_) {}
CancelToken::~CancelToken() {
    if (state_) state_->release();
}

bool CancelToken::cancelled() const noexcept {
    return state_ && (state_->requested.load(std::memory_order_acquire) || state_->past_deadline());
}

CancelToken::Clock::time_point CancelToken::deadline() const noexcept {
    return state_ ? state_->deadline : Clock::time_point::max();
}

void CancelToken::throw_if_cancelled() const {
    if (cancelled()) throw QueryCanceled("the operation was cancelled");
}

Registration CancelToken::on_cancel(Callback callback, void* argument) const {
    return Registration(*this, callback, argument);
}

void Registration::set(const CancelToken& token, Callback callback, void* argument) {
    reset();
    if (!token.state_) return;
    callback_ = callback;
    argument_ = argument;
    if (token.state_->link(*this)) {
        state_ = token.state_;
        state_->retain();
    } else {
        callback(argument);
    }
}

void Registration::reset() noexcept {
    if (!state_) return;
    detail::CancelState* const state = state_;
    state_ = nullptr;
    state->unlink(*this);
    state->release();
}

CancelSource::CancelSource() : CancelSource(CancelToken::Clock::time_point::max()) {}
CancelSource::CancelSource(CancelToken::Clock::time_point deadline)
    : token_(new detail::CancelState(deadline)) {}

void CancelSource::request_cancel() const noexcept {
    const CancelToken keep_alive = token_;
    keep_alive.state()->request();
}

}  // namespace duet
