#pragma once

#include <duet/async/executor.hpp>
#include <duet/async/task.hpp>

namespace duet {

/// The executor behind `duet::run`: one thread that resumes coroutines, fires timers and watches descriptors
/// (epoll). It opens no descriptor of its own before one has to be watched.
class EventLoop final : public Executor {
public:
    EventLoop();
    ~EventLoop() override;

    void post(std::coroutine_handle<> handle) noexcept override;
    void retract(std::coroutine_handle<> handle) noexcept override;
    bool running_here() const noexcept override;
    void start(Wait& wait) override;
    void cancel(Wait& wait) noexcept override;
    void abandon(Wait& wait) noexcept override;
    void unwatch(int fd) noexcept override;

    /// Runs the Task and everything it leads to on the calling thread until it ends.
    /// Throws ConfigurationError when a loop is already running on this thread.
    template <class T>
    T run(Task<T> task) {
        if (task) drive(detail::TaskAccess::handle(task), *detail::TaskAccess::promise(task));
        return detail::TaskAccess::take(task);
    }

    /// Whether a loop is running on the calling thread.
    static bool running_on_this_thread() noexcept;

private:
    struct Impl;
    void drive(std::coroutine_handle<> handle, detail::PromiseBase& promise);

    Impl* impl_;
};

}  // namespace duet
