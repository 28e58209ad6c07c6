#pragma once

#include <duet/async/cancel.hpp>
#include <duet/async/task.hpp>

namespace duet {

/// Tasks that run side by side under one roof, such as the connections of a server.
///
/// `duet::TaskGroup group{co_await duet::this_task::executor()};` Belongs to that executor's thread, as do
/// all calls.
class TaskGroup {
public:
    /// With a null executor (blocking mode) each Task runs to its end inside `add`.
    explicit TaskGroup(Executor* executor, const CancelToken& token = {});
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    /// Cancels and destroys what has not ended: `co_await join()` before.
    ~TaskGroup();

    /// Starts the Task at once; it runs until it first waits. What it throws is kept for `join`, the others
    /// go on.
    void add(Task<> task);
    /// Tasks that have not ended.
    std::size_t size() const noexcept;
    /// Cancels the Tasks that are in the group, and those that are added later.
    void request_cancel() noexcept;
    /// Waits until all have ended, those added meanwhile too, then throws what the first one to fail threw.
    /// By one Task at a time.
    Task<> join();

private:
    struct Impl;
    Impl* impl_;
};

}  // namespace duet
