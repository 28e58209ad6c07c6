#pragma once

#include <duet/async/cancel.hpp>
#include <duet/async/task.hpp>

/// Questions that a coroutine asks about itself: `co_await duet::this_task::token()`.
namespace duet::this_task {

struct Token : detail::CurrentPromise {
    CancelToken await_resume() const noexcept { return CancelToken(promise->cancel); }
};
/// The token of the running Task; one that is never cancelled when nobody gave it any.
inline Token token() noexcept { return {}; }

struct Home : detail::CurrentPromise {
    Executor* await_resume() const noexcept { return promise->home; }
};
/// Where the running Task waits; null in blocking mode.
inline Home executor() noexcept { return {}; }

}  // namespace duet::this_task
