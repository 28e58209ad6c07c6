#include <duet/dialect/sqlite.hpp>
#include <duet/driver/driver.hpp>

#include <utility>

#include "connection.hpp"
#include "introspect.hpp"
#include "options.hpp"

namespace duet::driver::sqlite {
namespace {

class SqliteDriver final : public Driver {
public:
    explicit SqliteDriver(Options options) : options_(std::move(options)) {}

    const Dialect& dialect() const noexcept override { return sqlite_dialect(); }
    Topology topology() const noexcept override {
        if (options_.in_memory()) return {.single = true, .blocking = true};
        return {.separate_writer = true, .blocking = true};
    }
    std::unique_ptr<Connection> connect(Access access) override {
        return std::make_unique<SqliteConnection>(options_, access);
    }
    DatabaseSchema introspect(Connection& connection) override {
        return introspect_sqlite(static_cast<SqliteConnection&>(connection).raw());
    }

private:
    const Options options_;
};

const bool registered = [] {
    register_driver("sqlite", [](const Url& url) -> std::unique_ptr<Driver> {
        return std::make_unique<SqliteDriver>(parse_options(url));
    });
    return true;
}();

}  // namespace
}  // namespace duet::driver::sqlite

/// Named by the link options of duet::sqlite, so that this object, and with it the registration, is linked
/// in.
extern "C" bool duet_sqlite_driver_anchor() { return duet::driver::sqlite::registered; }
