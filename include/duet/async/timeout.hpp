#pragma once

#include <duet/async/cancel.hpp>
#include <duet/async/executor.hpp>
#include <duet/async/task.hpp>

namespace duet {

namespace detail {

/// While it lives, the coroutine whose promise is given hands a narrower token to what it awaits: cancelled
/// with the coroutine's own token, with `extra`, or at the deadline.
class TokenScope {
public:
    TokenScope(PromiseBase& self, const CancelToken& extra, CancelToken::Clock::time_point deadline);
    TokenScope(const TokenScope&) = delete;
    TokenScope& operator=(const TokenScope&) = delete;
    ~TokenScope();

private:
    struct Timer : Wait {
        TokenScope* scope = nullptr;
    };
    PromiseBase& self_;
    CancelToken before_;
    CancelSource source_;
    Timer timer_;
    CancelToken::Registration on_before_;
    CancelToken::Registration on_extra_;
};

CancelToken::Clock::time_point deadline_in(std::chrono::nanoseconds limit) noexcept;

}  // namespace detail

/// Runs the Task so that the token cancels it too.
template <class T>
Task<T> with_token(Task<T> task, CancelToken token) {
    const detail::TokenScope scope(co_await detail::current_promise(), token,
                                   CancelToken::Clock::time_point::max());
    co_return co_await std::move(task);
}

/// Cancels the Task when it takes longer than `limit`, waits until it has ended, and hands on how it ended:
/// QueryCanceled when it ended because of that, but also its result, if it had one already.
template <class T>
Task<T> timeout(Task<T> task, std::chrono::nanoseconds limit) {
    const detail::TokenScope scope(co_await detail::current_promise(), {}, detail::deadline_in(limit));
    co_return co_await std::move(task);
}

}  // namespace duet
