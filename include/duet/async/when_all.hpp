#pragma once

#include <duet/async/task.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <vector>

namespace duet {

/// The result of a `Task<>` among others that have results.
struct Nothing {
    bool operator==(const Nothing&) const noexcept = default;
};

namespace detail {

struct Child {
    std::coroutine_handle<> handle;
    PromiseBase* promise = nullptr;
};
template <class T>
Child child_of(const Task<T>& task) noexcept {
    return {TaskAccess::handle(task), TaskAccess::promise(task)};
}

/// Starts all, and ends when all have ended, however they did.
Task<> await_all(const Child* children, std::size_t count);

template <class T>
struct ResultOr {
    using Type = T;
};
template <>
struct ResultOr<void> {
    using Type = Nothing;
};

template <class T>
typename ResultOr<T>::Type take_result(const Task<T>& task) {
    if constexpr (std::is_void_v<T>) {
        TaskAccess::take(task);
        return {};
    } else {
        return TaskAccess::take(task);
    }
}

}  // namespace detail

/// Runs the Tasks side by side until all have ended, then returns their results in order (`Nothing` for a
/// `Task<>`), or throws what the first of them, in that order, threw. All share the executor and token of
/// whoever awaits this. In blocking mode they run one after the other.
template <class... Ts>
Task<std::tuple<typename detail::ResultOr<Ts>::Type...>> when_all(Task<Ts>... tasks) {
    const std::array<detail::Child, sizeof...(Ts)> children{detail::child_of(tasks)...};
    co_await detail::await_all(children.data(), children.size());
    co_return std::tuple<typename detail::ResultOr<Ts>::Type...>{detail::take_result(tasks)...};
}

/// The same for any number of Tasks of one type.
template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
    std::vector<detail::Child> children;
    children.reserve(tasks.size());
    for (const Task<T>& task : tasks) children.push_back(detail::child_of(task));
    co_await detail::await_all(children.data(), children.size());
    std::vector<T> results;
    results.reserve(tasks.size());
    for (const Task<T>& task : tasks) results.push_back(detail::TaskAccess::take(task));
    co_return results;
}
Task<> when_all(std::vector<Task<>> tasks);

}  // namespace duet
