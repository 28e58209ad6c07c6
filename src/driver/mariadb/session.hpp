#pragma once

#include <memory>
#include <string_view>

#include <mysql.h>

#include "driver/mariadb/options.hpp"

namespace duet::driver::mariadb {

struct CloseHandle {
    void operator()(MYSQL* mysql) const noexcept { mysql_close(mysql); }
};
using Handle = std::unique_ptr<MYSQL, CloseHandle>;

struct CloseStatement {
    void operator()(MYSQL_STMT* stmt) const noexcept { mysql_stmt_close(stmt); }
};
using StatementHandle = std::unique_ptr<MYSQL_STMT, CloseStatement>;

/// What each session begins with, and begins with again after a reset.
extern const std::string_view session_settings;

/// The options that mysql_real_connect() takes from the handle: character set, TLS, compression.
void prepare_handle(MYSQL* mysql, const Options& options);

/// False when the options demand TLS and the connection has none: without the host's name to verify, the
/// library does without TLS when the server says that it has none, or somebody on the way says so.
bool is_as_secure_as_wanted(MYSQL* mysql, const Options& options) noexcept;

/// The library shakes hands on a socket that blocks, and does not look at the time meanwhile.
void limit_handshake(int socket, const Options& options) noexcept;
/// It also leaves it so, and its calls in pieces would block then.
void never_block(int socket) noexcept;

/// The arguments of mysql_real_connect(). Points into `options`.
struct Target {
    explicit Target(const Options& options);

    const char* host;
    const char* user;
    const char* password;
    const char* database;
    const char* socket;
    unsigned port;
};

/// Flags for mysql_real_connect(): UPDATE counts the rows it finds, scripts hold several statements.
inline constexpr unsigned long session_flags = CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS;

}  // namespace duet::driver::mariadb
