#pragma once

#include <duet/testing/testing.hpp>

#include <string>
#include <string_view>
#include <type_traits>

#include "integration/checks.hpp"
#include "servers/addresses.hpp"

/// What the tests of faulty servers share.
namespace duet::test {

struct Item {
    std::int64_t id{};
    std::string name{};
    int value{};
    static constexpr auto table = duet::table("items");
};
inline constexpr auto models = duet::models<Item>;

inline bool mentions(const duet::Error& error, std::string_view text) {
    return std::string_view(error.what()).find(text) != std::string_view::npos;
}

/// A server that a test may kill; one for all tests of a process.
struct KilledPostgres {
    static constexpr const char* name = "Postgres";
    static duet::testing::EphemeralPostgres& server() {
        static duet::testing::EphemeralPostgres server({.parent_folder = fast_folder()});
        return server;
    }
    static std::string running(const std::string& text) {
        return server().ask(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND "
            "query LIKE '%" +
            text + "%'");
    }
};
struct KilledMariaDb {
    static constexpr const char* name = "MariaDb";
    static duet::testing::EphemeralMariaDb& server() {
        static duet::testing::EphemeralMariaDb server({.parent_folder = fast_folder()});
        return server;
    }
    static std::string running(const std::string& text) {
        return server().ask(
            "SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id() AND info LIKE "
            "'%" +
            text + "%'");
    }
};

template <class Server>
constexpr bool is_postgres = std::is_same_v<Server, KilledPostgres> || std::is_same_v<Server, Postgres>;

}  // namespace duet::test
