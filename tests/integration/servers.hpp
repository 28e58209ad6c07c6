#pragma once

#include <string>

/// The database servers of the test-suite. Under ctest they are started once for all tests; a test binary
/// that is run by hand starts what it needs for itself. A server that cannot be started is a failure of every
/// test that wants it, with the reason.
namespace duet::test {

enum class Server { postgres, pgbouncer, mariadb };

/// A new, empty database, which is dropped with the object, whoever is still connected to it.
class ServerDatabase {
public:
    explicit ServerDatabase(Server server);
    ~ServerDatabase();
    ServerDatabase(const ServerDatabase&) = delete;
    ServerDatabase& operator=(const ServerDatabase&) = delete;

    const std::string& url() const noexcept { return url_; }
    const std::string& name() const noexcept { return name_; }

private:
    Server server_;
    std::string name_;
    std::string url_;
};

/// The URL of a new, empty database that is dropped when the running test ends.
std::string postgres_url();
/// The same, through PgBouncer in transaction mode.
std::string pgbouncer_url();
std::string mariadb_url();

}  // namespace duet::test
