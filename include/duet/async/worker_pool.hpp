#pragma once

#include <duet/async/task.hpp>

namespace duet {

/// Threads for calls that block. They are started when first needed, up to the given number.
///
/// Thread-safe, except that destruction must not overlap with other calls.
class WorkerPool {
public:
    /// At least one thread.
    explicit WorkerPool(std::size_t threads);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    /// Runs what is queued, then ends the threads.
    ~WorkerPool();

    /// Resumes the coroutine on a worker.
    void post(std::coroutine_handle<> handle);
    /// Whether the calling thread belongs to this pool.
    bool on_worker() const noexcept;

    struct Enter {
        WorkerPool& pool;
        bool await_ready() const noexcept { return pool.on_worker(); }
        template <class P>
        bool await_suspend(std::coroutine_handle<P> handle) const {
            return pool.enter(handle, detail::as_base(&handle.promise()));
        }
        void await_resume() const noexcept {}
    };
    /// `co_await pool.enter()` continues the coroutine on a worker; at once when it is on one already, or in
    /// blocking mode. When that coroutine ends, whoever awaits it goes on at home, on its own executor.
    ///
    /// Between here and its end the coroutine should block, not wait: after a wait that suspends it, it goes
    /// on at home. A Task may be destroyed meanwhile: what is still queued never runs, and for what a worker
    /// has already taken the destructor waits until it reaches its end or its next suspension.
    Enter enter() noexcept { return {*this}; }

    struct Impl;

private:
    bool enter(std::coroutine_handle<> handle, detail::PromiseBase* promise);

    Impl* impl_;
};

}  // namespace duet
