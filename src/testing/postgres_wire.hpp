#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "testing/local_socket.hpp"

namespace duet::testing {

/// As much of PostgreSQL's protocol as a harness needs: a user who is trusted, and SQL text. No driver is
/// involved, so that the tests of a driver do not stand on the driver.
class PostgresWire {
public:
    /// Logs in. Throws ConnectionError with the server's words, also while it is still starting up.
    PostgresWire(const std::filesystem::path& socket, std::string_view user, std::string_view database,
                 std::chrono::milliseconds timeout = std::chrono::seconds(60));
    ~PostgresWire();
    PostgresWire(const PostgresWire&) = delete;
    PostgresWire& operator=(const PostgresWire&) = delete;

    /// The first column of the last row, as text. Throws DatabaseError with the server's words.
    std::string ask(std::string_view sql);

private:
    struct Message {
        char kind;
        std::string body;
    };
    Message receive() const;

    LocalSocket socket_;
};

/// The name as SQL has it: in quotes.
std::string postgres_name(std::string_view name);
/// `CREATE DATABASE`, in the way that is quickest on this server.
void create_postgres_database(PostgresWire& server, std::string_view name);
/// `DROP DATABASE` if it exists, whoever is connected to it.
void drop_postgres_database(PostgresWire& server, std::string_view name);

}  // namespace duet::testing
