#pragma once

#include <duet/async/task.hpp>
#include <duet/dialect/plan_key.hpp>
#include <duet/driver/connection.hpp>
#include <duet/driver/driver.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <utility>

namespace duet {

class CancelToken;
class WorkerPool;

struct PoolOptions {
    std::size_t size = 5;                       // connections for reading (SQLite files; one more writes)
    std::chrono::milliseconds timeout{30'000};  // longest wait for a connection
    std::size_t statements = 256;               // prepared statements kept on each connection
};

struct PoolStats {
    std::size_t size = 0;  // connections that may be open
    std::size_t open = 0;
    std::size_t checked_out = 0;
    std::size_t waiting = 0;
};

/// A connection with the statements prepared on it.
struct PooledConnection {
    std::unique_ptr<driver::Connection> connection;  // null until Lease::make_ready()
    PlanMap<std::unique_ptr<driver::Statement>> statements;
    bool writer = false;
    bool ready = false;  // nothing has to be done before the connection can be used

    explicit PooledConnection(std::size_t statement_capacity) : statements(statement_capacity) {}
};

class Pool;

/// A connection taken from the pool; goes back when the lease ends. Move-only; an empty lease owns nothing.
///
/// Used by one thread at a time; may move between threads. On its way back a connection that is not usable is
/// closed, and a transaction that was left open is rolled back.
class [[nodiscard]] Lease {
public:
    Lease() noexcept = default;
    Lease(Lease&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
        if (this != &other) {
            release();
            connection_ = std::exchange(other.connection_, nullptr);
        }
        return *this;
    }
    ~Lease() { release(); }

    explicit operator bool() const noexcept { return connection_ != nullptr; }
    PooledConnection& operator*() const noexcept { return *connection_; }
    PooledConnection* operator->() const noexcept { return connection_; }
    void release() noexcept {
        if (connection_) give_back(*std::exchange(connection_, nullptr));
    }

    /// Whether the connection can be used as it is.
    bool ready() const noexcept { return connection_->ready; }
    /// Opens the connection, or whatever else it needs before it can be used. Blocks with drivers that block:
    /// coroutines enter a worker first. Throws what the driver throws, ConnectionError as a rule; the lease
    /// is empty then.
    Task<> make_ready();
    /// The same in blocking code.
    PooledConnection& open() {
        if (!connection_->ready) detail::complete_inline(make_ready());
        return *connection_;
    }
    /// Tells the pool that from here on it is the calling thread that holds a lease taken in blocking mode.
    void adopt() const noexcept;

    struct Slot;

private:
    friend class Pool;
    explicit Lease(PooledConnection* connection) noexcept : connection_(connection) {}
    static void give_back(PooledConnection& connection) noexcept;

    PooledConnection* connection_ = nullptr;  // a Slot
};

/// The connections of one database. Thread-safe; shared by blocking and async users alike.
///
/// Topology decides what there is: one connection that serves everybody (SQLite in memory), one writer and
/// `size` readers (SQLite files), or `size` equal ones. Connections are opened when first used. Waiting is
/// first come, first served.
class Pool {
public:
    /// Throws ConfigurationError when `size` is 0.
    Pool(std::unique_ptr<driver::Driver> driver, PoolOptions options);
    /// All leases must have ended.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    driver::Driver& driver() const noexcept;
    const driver::Topology& topology() const noexcept;
    /// Threads for drivers whose calls block, one for each connection; null for others.
    WorkerPool* workers() noexcept;

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

    struct Impl;
    /// For the inside of the library.
    Impl& impl() noexcept { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
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
