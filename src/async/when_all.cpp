#include <duet/async/when_all.hpp>

#include <atomic>
#include <span>

namespace duet::detail {

namespace {

/// Counts the ends of the children, and one for whoever starts them. Atomic: a coroutine on a worker may
/// await children that end at home.
struct Gate {
    std::atomic<std::size_t> missing;
    std::coroutine_handle<> waiting;

    bool last() noexcept { return missing.fetch_sub(1, std::memory_order_acq_rel) == 1; }
};

struct Arrive {
    Gate& gate;
    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
        const std::coroutine_handle<> waiting = gate.waiting;
        return gate.last() ? waiting : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

/// Waits for a child without taking its result.
struct End : TaskAwaiterBase {
    void await_resume() const noexcept {}
};

// Ends waiting at the gate, and is destroyed there by `await_all`.
Task<> watch(Child child, Gate& gate) {
    co_await End{{child.handle, child.promise}};
    co_await Arrive{gate};
}

struct StartAll {
    std::span<Task<>> watchers;
    Gate& gate;
    PromiseBase& self;

    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> handle) const {
        Gate& counted = gate;
        counted.waiting = handle;
        for (Task<>& watcher : watchers) {
            start_child(TaskAccess::handle(watcher), *TaskAccess::promise(watcher), nullptr, &self);
        }
        return !counted.last();
    }
    void await_resume() const noexcept {}
};

}  // namespace

Task<> await_all(const Child* first, std::size_t count) {
    const std::span children(first, count);
    PromiseBase& self = co_await current_promise();
    if (!self.home) {
        for (const Child& child : children) co_await End{{child.handle, child.promise}};
        co_return;
    }
    Gate gate{children.size() + 1, nullptr};
    std::vector<Task<>> watchers;
    watchers.reserve(children.size());
    for (const Child& child : children) watchers.push_back(watch(child, gate));
    co_await StartAll{watchers, gate, self};
}

}  // namespace duet::detail

namespace duet {

Task<> when_all(std::vector<Task<>> tasks) {
    std::vector<detail::Child> children;
    children.reserve(tasks.size());
    for (const Task<>& task : tasks) children.push_back(detail::child_of(task));
    co_await detail::await_all(children.data(), children.size());
    for (const Task<>& task : tasks) detail::TaskAccess::take(task);
}

}  // namespace duet
