#pragma once

#include <duet/async/task.hpp>
#include <duet/driver/driver.hpp>
#include <duet/pool/options.hpp>
#include <duet/pool/pooled_connection.hpp>
#include <duet/pool/stats.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <source_location>
#include <utility>

namespace duet {

class CancelToken;
class WorkerPool;

/// The connections of one database. Thread-safe; shared by blocking and async users alike.
///
/// Topology decides what there is: one connection that serves everybody (SQLite in memory), one writer and
/// `size` readers (SQLite files), or `size` equal ones and up to `max_overflow` more. Connections are opened
/// when first used. Waiting is first come, first served, for threads and coroutines together.
class Pool {
public:
    /// Throws ConfigurationError when `size` is 0 or the autoscaler's numbers make no sense.
    Pool(std::unique_ptr<driver::Driver> driver, PoolOptions options);
    /// All leases must have ended; those that have not are counted on stderr before things go wrong.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    driver::Driver& driver() const noexcept;
    const driver::Topology& topology() const noexcept;
    /// Threads for drivers whose calls block, one for each connection; null for others.
    WorkerPool* workers() noexcept;
    /// The same threads with any driver, for what blocks even where statements do not.
    WorkerPool& helpers();

    /// Awaited in a Task it gives a Lease whose connection may have to be opened. Waits for a connection:
    /// blocking when the Task has no executor, else suspended on it. Throws PoolTimeout (naming what is known
    /// about those who hold the connections), QueryCanceled. A thread that already holds the only connection
    /// that could serve it is told at once instead of waiting for itself; a lease counts for the thread that
    /// took it or adopted it.
    class Acquire;
    Acquire acquire(driver::Access access) noexcept;
    /// A connection for the calling thread if one is free right now; else an empty lease.
    Lease try_acquire(driver::Access access) noexcept;
    /// The same outside of coroutines: blocks.
    Lease acquire_blocking(driver::Access access, const CancelToken& token);
    Lease acquire_blocking(driver::Access access);

    PoolStats stats() const noexcept;
    /// Changes `size` while the pool is in use, and returns the size from now on. Those who wait are served
    /// at once when it grows; when it shrinks, idle connections above it are closed now and others when they
    /// come back. Does nothing for SQLite. Throws ConfigurationError when `size` is 0. An autoscaler goes on
    /// from there.
    std::size_t resize(std::size_t size);
    /// Opens connections that nobody needs yet, until `number` are open or the pool has its size; returns how
    /// many it opened. Throws what opening throws.
    Task<std::size_t> warm_up(std::size_t number);
    /// Calls `hook(context, setup)` for each connection that is opened from now on, for the life of the pool.
    void on_connect(std::shared_ptr<void> context, void (*hook)(void* context, ConnectionSetup& setup));
    /// Told of rare events, on the thread where they happen; must not use the pool it hears of.
    detail::HookList<PoolEvent>& hooks() noexcept;
    /// Whether somebody wants to know who holds a connection for long.
    bool reports_leaks() const noexcept { return reports_leaks_; }

    struct Impl;
    /// For the inside of the library.
    Impl& impl() noexcept { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
    bool reports_leaks_ = false;
};

/// What `co_await pool.acquire(…)` awaits. The place in the queue is inside it: waiting allocates nothing.
/// While it waits it may be destroyed on its executor, like any Task.
class [[nodiscard("co_await it")]] Pool::Acquire {
public:
    Acquire(Pool & pool, driver::Access access) noexcept : pool_(*pool.impl_), access_(access) {}
    Acquire(const Acquire&) = delete;
    Acquire& operator=(const Acquire&) = delete;
    ~Acquire() {
        if (queued_) leave();
    }

    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return start(handle, detail::as_base(&handle.promise()));
    }
    Lease await_resume() {
        if (queued_) finish();
        return Lease(std::exchange(taken_, nullptr));
    }

private:
    struct Queued;
    static constexpr std::size_t queued_size = 232;

    bool start(std::coroutine_handle<> handle, const detail::PromiseBase* promise);
    [[gnu::noinline]] bool start_unless_cancelled(std::coroutine_handle<> handle,
                                                  const detail::PromiseBase& promise);
    [[gnu::noinline]] bool wait(std::coroutine_handle<> handle, const detail::PromiseBase* promise);
    void finish();
    void leave() noexcept;

    Impl& pool_;
    PooledConnection* taken_ = nullptr;
    driver::Access access_;
    bool queued_ = false;  // whether there is a Queued in `place_`: most never wait
    alignas(std::max_align_t) std::byte place_[queued_size];
};

inline Pool::Acquire Pool::acquire(driver::Access access) noexcept { return {*this, access}; }

}  // namespace duet
