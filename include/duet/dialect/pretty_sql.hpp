#pragma once

#include <duet/dialect/dialect_name.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace duet {

/// SQL text with its clauses on lines of their own, subqueries, joins and conditions indented. Changes white
/// space only, and none within texts, quoted names and comments: the statement stays what it was. Text that
/// is no SQL comes out somehow, with the same tokens. Without a dialect it reads what the databases have in
/// common, PostgreSQL's dollar quotes and MariaDB's backticks; a backslash in a text is an ordinary
/// character then.
std::string pretty_sql(std::string_view sql);
std::string pretty_sql(std::string_view sql, DialectName dialect);

namespace detail {
std::string pretty_sql(std::string_view sql, const Dialect& dialect, std::size_t width);
}  // namespace detail

}  // namespace duet
