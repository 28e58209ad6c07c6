#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "testing/local_socket.hpp"

namespace duet::testing {

/// As much of MariaDB's protocol as a harness needs: a user without a password, and SQL text.
class MariaDbWire {
public:
    /// Logs in. Throws ConnectionError with the server's words.
    MariaDbWire(const std::filesystem::path& socket, std::string_view user, std::string_view database,
                std::chrono::milliseconds timeout = std::chrono::seconds(60));

    /// One statement; the first column of the last row, as text. Throws DatabaseError with the server's
    /// words.
    std::string ask(std::string_view sql);

private:
    std::string receive();
    void send(std::string_view body);

    LocalSocket socket_;
    char sequence_ = 0;
};

/// The name as SQL has it: in backticks.
std::string mariadb_name(std::string_view name);
void create_mariadb_database(MariaDbWire& server, std::string_view name);
/// `DROP DATABASE` if it exists, whoever is connected to it.
void drop_mariadb_database(MariaDbWire& server, std::string_view name);

}  // namespace duet::testing
