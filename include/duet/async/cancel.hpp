#pragma once

#include <chrono>

namespace duet {

namespace detail {
struct CancelState;
}

/// Tells an operation that its result is no longer wanted. Cheap to copy; thread-safe.
///
/// A default constructed token is never cancelled.
class CancelToken {
public:
    class Registration;
    /// Runs on the thread that requests the cancellation; must be short and must not wait.
    using Callback = void (*)(void*) noexcept;
    using Clock = std::chrono::steady_clock;

    CancelToken() noexcept = default;
    CancelToken(const CancelToken& other) noexcept;
    CancelToken(CancelToken&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
    CancelToken& operator=(CancelToken other) noexcept {
        detail::CancelState* mine = state_;
        state_ = other.state_;
        other.state_ = mine;
        return *this;
    }
    ~CancelToken();

    /// Whether cancellation was requested or the deadline has passed.
    bool cancelled() const noexcept;
    /// Whether it can ever be cancelled.
    bool can_be_cancelled() const noexcept { return state_ != nullptr; }
    /// When the result stops being wanted by itself; `Clock::time_point::max()` when never.
    Clock::time_point deadline() const noexcept;
    /// Throws QueryCanceled when cancelled.
    void throw_if_cancelled() const;

    /// Calls `callback(argument)` once when cancellation is requested, at once if it already was.
    /// A deadline calls back only where an executor watches it (`duet::timeout` in a running loop).
    [[nodiscard]] Registration on_cancel(Callback callback, void* argument) const;

    /// For the inside of the library: a token for a state that somebody else keeps alive meanwhile; may be
    /// null.
    explicit CancelToken(detail::CancelState* state) noexcept;
    detail::CancelState* state() const noexcept { return state_; }

private:
    detail::CancelState* state_ = nullptr;
};

/// A callback that is in place until destruction, which waits for a call in progress on another thread.
class CancelToken::Registration {
public:
    Registration() noexcept = default;
    Registration(const CancelToken& token, Callback callback, void* argument) {
        set(token, callback, argument);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { reset(); }

    void set(const CancelToken& token, Callback callback, void* argument);
    void reset() noexcept;

private:
    friend detail::CancelState;
    detail::CancelState* state_ = nullptr;
    Callback callback_ = nullptr;
    void* argument_ = nullptr;
    Registration* next_ = nullptr;
    Registration* previous_ = nullptr;
    bool linked_ = false;
};

/// The other end of CancelTokens: requests the cancellation. Thread-safe.
class CancelSource {
public:
    CancelSource();
    explicit CancelSource(CancelToken::Clock::time_point deadline);
    CancelSource(const CancelSource& other) noexcept = default;
    CancelSource& operator=(const CancelSource& other) noexcept = default;

    CancelToken token() const noexcept { return token_; }
    /// Marks the tokens and runs their callbacks, on this thread. Only the first request does anything.
    void request_cancel() const noexcept;

private:
    CancelToken token_;
};

}  // namespace duet
