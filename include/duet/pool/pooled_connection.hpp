#pragma once

#include <duet/dialect/plan_map.hpp>
#include <duet/driver/connection.hpp>
#include <duet/pool/lease.hpp>

#include <memory>

namespace duet {

/// A connection with the statements prepared on it.
struct PooledConnection {
    std::unique_ptr<driver::Connection> connection;  // null until Lease::make_ready()
    PlanMap<std::unique_ptr<driver::Statement>> statements;
    bool writer = false;
    bool ready = false;  // nothing has to be done before the connection can be used

    explicit PooledConnection(std::size_t statement_capacity) : statements(statement_capacity) {}
};

inline bool Lease::ready() const noexcept { return connection_->ready; }

inline PooledConnection& Lease::open() {
    if (!connection_->ready) detail::complete_inline(make_ready());
    return *connection_;
}

}  // namespace duet
