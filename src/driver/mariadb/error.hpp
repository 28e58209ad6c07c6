#pragma once

#include <string>
#include <string_view>

#include <mysql.h>

namespace duet::driver::mariadb {

struct Options;

/// What a failed call left behind.
struct Failure {
    unsigned code = 0;
    std::string sqlstate{};
    std::string message{};  // the server's words: they may hold values
};

Failure failure_of(MYSQL* mysql);
Failure failure_of(MYSQL_STMT* stmt);

/// True when the connection is of no use after an error with this code.
bool loses_connection(unsigned code) noexcept;

/// Throws the exception for a failure, with code and SQL attached, in words without values.
[[noreturn]] void throw_error(const Failure& failure, std::string_view sql);
/// Throws the ConnectionError for a connection that could not be opened.
[[noreturn]] void throw_not_connected(const Failure& failure, const Options& options);

/// A statement that was told to stop: `late` when its deadline had passed.
[[noreturn]] void throw_canceled(bool late, std::string_view code, std::string_view sql);

}  // namespace duet::driver::mariadb
