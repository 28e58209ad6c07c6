#pragma once

#include <duet/async/event_loop.hpp>

namespace duet {

/// Runs a Task on the calling thread until it ends; returns what it returns or throws what it throws.
/// Throws ConfigurationError inside another `duet::run` on the same thread: `co_await` the Task there.
template <class T>
T run(Task<T> task) {
    EventLoop loop;
    return loop.run(std::move(task));
}

/// The same for something callable that returns a Task. It lives until the Task has ended.
template <class F>
auto run(F&& make_task) -> typename decltype(make_task())::value_type {
    return run(make_task());
}

}  // namespace duet
