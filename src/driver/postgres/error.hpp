#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// Throws the exception for a failed result, with SQLSTATE and SQL attached. Its message holds no values:
/// where the server's sentence may repeat one, only its kind, the table and the column are told.
[[noreturn]] void throw_result(const PGresult* result, std::string_view sql);
/// True when errors of this SQLSTATE end the connection, or say that there is none.
bool is_connection_state(std::string_view sqlstate) noexcept;

/// Throws the ConnectionError for what PQerrorMessage() says of a connection that could not be opened or was
/// lost: in one line, without secrets, with advice. `sql` is the statement under way, or empty.
[[noreturn]] void throw_connection(const char* libpq_message, std::string_view sql = {});

}  // namespace duet::driver::postgres
