#pragma once

#include <duet/async/task.hpp>

#include <chrono>
#include <source_location>
#include <utility>

namespace duet {

struct PooledConnection;
class Pool;

/// A connection taken from the pool; goes back when the lease ends. Move-only; an empty lease owns nothing.
///
/// Used by one thread at a time; may move between threads. On its way back a connection that is not usable is
/// closed, a transaction that was left open is rolled back, and a session with traces is reset; nothing of
/// that blocks when the driver does not.
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
    bool ready() const noexcept;
    /// Opens the connection, or does whatever else it needs before it can be used: replaces one that is too
    /// old, asks one that was idle for a sign of life. Blocks with drivers that block: coroutines enter a
    /// worker first. Throws what the driver throws, ConnectionError as a rule, QueryCanceled; the lease is
    /// empty then. When no connection at all could be opened, those who wait in the queue get the
    /// ConnectionError too. At the deadline it ends with QueryCanceled.
    Task<> make_ready(
        std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());
    /// The same in blocking code.
    PooledConnection& open();
    /// Tells the pool that from here on it is the calling thread that holds a lease taken in blocking mode.
    void adopt() const noexcept;
    /// Notes the user's call for the report of leaks. Only worth a call when Pool::reports_leaks().
    void note(const std::source_location& where) const noexcept;

    struct Slot;

private:
    friend class Pool;
    explicit Lease(PooledConnection* connection) noexcept : connection_(connection) {}
    static void give_back(PooledConnection& connection) noexcept;

    PooledConnection* connection_ = nullptr;  // a Slot
};

}  // namespace duet
