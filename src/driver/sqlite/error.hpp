#pragma once

#include <duet/driver/values.hpp>

#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace duet::driver::sqlite {

/// "SQLITE_CONSTRAINT_UNIQUE" for 2067; the primary code's name for extended codes that have none here.
std::string code_name(int code);

/// Starts the message of a pattern that regexp() cannot compile.
inline constexpr std::string_view bad_regex_prefix = "invalid regular expression: ";

/// What `db` says of its last error, which had this code.
std::string error_message(sqlite3* db, int code);
/// Cuts off where a message of SQLite's goes on with a piece of a bound text.
std::string without_values(std::string message, std::span<const BindValue> values);

/// Throws the exception for an error of `db`, with code and SQL attached. `code` is an extended code.
[[noreturn]] void throw_error(sqlite3* db, int code, std::string_view sql);
[[noreturn]] void throw_error(int code, std::string message, std::string_view sql);

}  // namespace duet::driver::sqlite
