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

    /// Callable from any thread while this object lives.
    void request() noexcept;
    /// Waits until no request is on its way, so that it cannot hit a statement that comes later; false when
    /// that takes too long.
    bool settle(std::chrono::milliseconds longest) noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace duet::driver::postgres
