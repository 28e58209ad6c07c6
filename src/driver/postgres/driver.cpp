#include <duet/dialect/postgres.hpp>
#include <duet/driver/driver.hpp>

#include <utility>

#include "connection.hpp"
#include "driver/host_name.hpp"
#include "introspect.hpp"
#include "listener.hpp"
#include "options.hpp"

namespace duet::driver::postgres {
namespace {

// Where the URL names no host, the environment or a service may.
bool looks_up_hosts(const Options& options) {
    for (const char* const keyword : {"hostaddr", "host"}) {
        for (const auto& [name, value] : options.keywords) {
            if (name == keyword) return has_host_name(value);
        }
    }
    return true;
}

class PgDriver final : public Driver {
public:
    explicit PgDriver(Options options) : options_(std::move(options)) {}

    const Dialect& dialect() const noexcept override { return postgres_dialect(); }
    Topology topology() const noexcept override {
        return {.pipelining = options_.pipeline && options_.prepare,
                .opening = looks_up_hosts(options_) ? Opening::asks_first : Opening::waits};
    }
    std::unique_ptr<Connection> connect(Access /*access*/) override {
        return std::make_unique<PgConnection>(options_);
    }
    std::unique_ptr<Listener> make_listener() override { return std::make_unique<PgListener>(options_); }
    DatabaseSchema introspect(Connection& connection) override {
        return introspect_postgres(static_cast<PgConnection&>(connection).quiet());
    }

private:
    const Options options_;
};

std::unique_ptr<Driver> open(const Url& url) { return std::make_unique<PgDriver>(parse_options(url)); }

const bool registered = [] {
    register_driver("postgresql", &open);
    register_driver("postgres", &open);
    return true;
}();

}  // namespace
}  // namespace duet::driver::postgres

/// Named by the link options of duet::postgres: see the driver for SQLite.
extern "C" bool duet_postgres_driver_anchor() { return duet::driver::postgres::registered; }
