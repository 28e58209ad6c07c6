#pragma once

#include <chrono>
#include <memory>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// Asks the server to stop what a connection runs, from a thread of its own: libpq's request blocks.
class Cancel {
public:
    Cancel() = default;
    /// Takes along what it needs to reach the server.
    explicit Cancel(PGconn* connection);
    Cancel(Cancel&&) = delete;
    Cancel& operator=(Cancel&& other) noexcept;
    ~Cancel();

    /// Asks, and asks again until it is enough: the first request may come too early. Callable from any
    /// thread while this object lives, like enough().
    void request() noexcept;
    void enough() noexcept;
    /// Makes it enough and waits until no request is on its way, so that it cannot hit a statement that comes
    /// later; false when that takes too long.
    bool settle(std::chrono::milliseconds longest) noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace duet::driver::postgres
