#pragma once

#include <duet/async/executor.hpp>
#include <duet/pool/pool.hpp>

#include <memory>
#include <utility>

namespace duet {

/// One operation's part in a connection that several coroutines of an executor use at once. Move-only; an
/// empty one has none. Lives on that executor.
class [[nodiscard]] SharedLease {
public:
    struct Shared;

    SharedLease() noexcept = default;
    explicit SharedLease(Shared& shared);
    SharedLease(SharedLease&& other) noexcept
        : shared_(std::exchange(other.shared_, nullptr)), channel_(other.channel_) {}
    SharedLease& operator=(SharedLease&& other) noexcept {
        std::swap(shared_, other.shared_);
        std::swap(channel_, other.channel_);
        return *this;
    }
    ~SharedLease() { release(); }

    explicit operator bool() const noexcept { return shared_ != nullptr; }
    /// What to use for a connection.
    driver::Connection& channel() const noexcept { return *channel_; }
    /// Whose prepared statements to use.
    PooledConnection& pooled() const noexcept;
    /// Keeps a statement that others may still be using.
    void keep(std::unique_ptr<driver::Statement> statement);
    void release() noexcept;

private:
    Shared* shared_ = nullptr;
    driver::Connection* channel_ = nullptr;
};

/// Lets the operations of one transaction use its connection side by side, so that what they send goes out
/// together. Takes the lease meanwhile. Lives on the executor.
class BatchShare {
public:
    BatchShare(Lease& lease, Executor& home);
    ~BatchShare();
    BatchShare(const BatchShare&) = delete;
    BatchShare& operator=(const BatchShare&) = delete;

    /// False when the driver has no such thing: the lease was left alone.
    explicit operator bool() const noexcept { return state_ != nullptr; }
    SharedLease join();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A part in a connection, or a connection of one's own where sharing is not possible or others are waiting.
struct SharedOrOwn {
    SharedLease shared;
    Lease own;
};

/// Whether the pool's driver lets coroutines share connections.
bool shares_connections(Pool& pool) noexcept;
/// Without waiting; empty when that is not possible.
SharedLease try_share(Pool& pool, Executor& home);
/// On the executor that the Task runs on. The connection is ready to be used. Throws like Pool::acquire() and
/// Lease::make_ready().
Task<SharedOrOwn> share(Pool& pool, std::chrono::steady_clock::time_point deadline);

}  // namespace duet
