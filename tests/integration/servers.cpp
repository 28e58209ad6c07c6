#include "integration/servers.hpp"

#include <duet/base/error.hpp>
#include <duet/testing/testing.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "servers/addresses.hpp"
#include "testing/mariadb_wire.hpp"
#include "testing/postgres_wire.hpp"

namespace duet::test {
namespace {

struct Address {
    std::string url;
    std::string socket;
};

testing::EphemeralPostgres& own_postgres() {
    static testing::EphemeralPostgres server({.parent_folder = fast_folder()});
    return server;
}

/// Servers of this process alone, each started when it is first asked for.
Address own_address(Server kind) {
    if (kind == Server::mariadb) {
        static const testing::EphemeralMariaDb server(
            {.settings = mariadb_settings, .parent_folder = fast_folder()});
        return {server.url(""), (server.folder() / "socket").string()};
    }
    const testing::EphemeralPostgres& postgres = own_postgres();
    std::string socket = (postgres.folder() / (".s.PGSQL." + std::to_string(postgres.port()))).string();
    if (kind == Server::postgres) return {postgres.url(""), std::move(socket)};
    static const testing::EphemeralPgBouncer server(postgres, {.parent_folder = fast_folder()});
    return {server.url(""), std::move(socket)};
}

Address address_of(Server kind) {
    const char* file = std::getenv("DUET_TEST_SERVERS");
    if (file == nullptr) return own_address(kind);
    const std::string name = kind == Server::postgres    ? "postgres"
                             : kind == Server::pgbouncer ? "pgbouncer"
                                                         : "mariadb";
    ServerAddresses addresses = read_addresses(file);
    if (const auto error = addresses.find(name + ".error"); error != addresses.end()) {
        throw ConfigurationError(error->second);
    }
    if (!addresses.contains(name + ".url")) {
        throw ConfigurationError("The servers of the test-suite do not run: " + std::string(file) +
                                 " does not name them");
    }
    return {addresses[name + ".url"], addresses[name + ".socket"]};
}

/// No other process makes the same, not even one with the same number later on.
std::string fresh_name() {
    static std::atomic<unsigned> count{0};
    static const auto now = std::chrono::system_clock::now().time_since_epoch();
    static const auto started = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return "test_" + std::to_string(::getpid()) + '_' + std::to_string(started) + '_' +
           std::to_string(++count);
}

/// Databases that live as long as the running test.
std::vector<std::unique_ptr<ServerDatabase>>& databases_of_the_test() {
    static std::vector<std::unique_ptr<ServerDatabase>> databases;
    return databases;
}

class DropsDatabases : public ::testing::EmptyTestEventListener {
    void OnTestEnd(const ::testing::TestInfo& /*test*/) override { databases_of_the_test().clear(); }
};

std::string url_for_this_test(Server server) {
    [[maybe_unused]] static const bool listening = [] {
        ::testing::UnitTest::GetInstance()->listeners().Append(new DropsDatabases);
        return true;
    }();
    return databases_of_the_test().emplace_back(std::make_unique<ServerDatabase>(server))->url();
}

}  // namespace

ServerDatabase::ServerDatabase(Server server) : server_(server), name_(fresh_name()) {
    const Address address = address_of(server);
    url_ = address.url + name_;
    if (server == Server::mariadb) {
        testing::MariaDbWire wire(address.socket, "root", "mysql");
        testing::create_mariadb_database(wire, name_);
    } else {
        testing::PostgresWire wire(address.socket, "duet", "postgres");
        testing::create_postgres_database(wire, name_);
    }
}

ServerDatabase::~ServerDatabase() {
    try {
        const Address address = address_of(server_);
        if (server_ == Server::mariadb) {
            testing::MariaDbWire wire(address.socket, "root", "mysql");
            testing::drop_mariadb_database(wire, name_);
        } else {
            testing::PostgresWire wire(address.socket, "duet", "postgres");
            testing::drop_postgres_database(wire, name_);
        }
    } catch (const std::exception& error) {
        ADD_FAILURE() << "cannot drop the database " << name_ << ": " << error.what();
    }
}

std::string postgres_url() { return url_for_this_test(Server::postgres); }
std::string pgbouncer_url() { return url_for_this_test(Server::pgbouncer); }
std::string mariadb_url() { return url_for_this_test(Server::mariadb); }

}  // namespace duet::test
