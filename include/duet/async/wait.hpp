#pragma once

#include <duet/async/executor.hpp>
#include <duet/async/task.hpp>

namespace duet {

/// Waits until the descriptor is ready, the deadline has passed or the Task is cancelled, and says which.
/// Suspends on the Task's executor; in blocking mode it blocks the thread, and sees a cancellation within 20
/// ms. Call `Executor::unwatch(fd)` before closing a descriptor that was waited for on an executor, or give
/// each descriptor a `tag` of its own.
Task<WaitOutcome> wait_fd(int fd, Readiness readiness,
                          Wait::Clock::time_point deadline = Wait::Clock::time_point::max(),
                          std::uint64_t tag = 0);

/// Waits for the point in time. False when the Task was cancelled before.
Task<bool> wait_until(Wait::Clock::time_point when);

/// Waits that long. Throws QueryCanceled when the Task is cancelled.
Task<> sleep_for(std::chrono::nanoseconds duration);

/// Lets everything else that is ready on the executor run first. Does nothing in blocking mode.
Task<> yield();

}  // namespace duet
