#pragma once

#include <duet/driver/listener.hpp>

#include <string>

#include "connection.hpp"

namespace duet::driver::postgres {

/// LISTEN on a connection that nobody else uses.
class PgListener final : public Listener {
public:
    /// Starts to connect. `options` must outlive it.
    explicit PgListener(const Options& options) : connection_(options) {}

    Connection& connection() noexcept override { return connection_; }
    void check() const override;
    bool take(Notification& out) override;
    std::string statement(const std::string& channel, bool listen) const override;

private:
    PgConnection connection_;
};

}  // namespace duet::driver::postgres
