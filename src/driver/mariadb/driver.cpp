#include <duet/dialect/mariadb.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>

#include <memory>
#include <utility>

#include "driver/cancel_thread.hpp"
#include "driver/host_name.hpp"
#include "driver/mariadb/connection.hpp"
#include "driver/mariadb/introspect.hpp"
#include "driver/mariadb/options.hpp"

namespace duet::driver::mariadb {
namespace {

class MariaDbDriver final : public Driver {
public:
    MariaDbDriver(Options options, const Dialect& dialect)
        : options_(std::make_shared<const Options>(std::move(options))),
          dialect_(dialect),
          cancel_thread_(std::make_shared<CancelThread>()) {}

    const Dialect& dialect() const noexcept override { return dialect_; }
    Topology topology() const noexcept override {
        if (options_->ssl) return {.opening = Opening::blocks};
        return {.opening = is_host_name(options_->host) ? Opening::asks_first : Opening::waits};
    }
    std::unique_ptr<Connection> connect(Access /*access*/) override {
        return std::make_unique<MariaDbConnection>(options_, cancel_thread_);
    }
    DatabaseSchema introspect(Connection& connection) override {
        return introspect_mariadb(static_cast<MariaDbConnection&>(connection).quiet());
    }

private:
    const std::shared_ptr<const Options> options_;
    const Dialect& dialect_;
    const std::shared_ptr<CancelThread> cancel_thread_;
};

const bool registered = [] {
    register_driver("mariadb", [](const Url& url) -> std::unique_ptr<Driver> {
        return std::make_unique<MariaDbDriver>(parse_options(url), mariadb_dialect());
    });
    register_driver("mysql", [](const Url& url) -> std::unique_ptr<Driver> {
        return std::make_unique<MariaDbDriver>(parse_options(url), mysql_dialect());
    });
    return true;
}();

}  // namespace
}  // namespace duet::driver::mariadb

/// Named by the link options of duet::mariadb, so that this object, and with it the registration, is linked
/// in.
extern "C" bool duet_mariadb_driver_anchor() { return duet::driver::mariadb::registered; }
