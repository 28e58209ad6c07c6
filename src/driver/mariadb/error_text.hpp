#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duet::driver::mariadb {

/// The message with quoted pieces masked, unless they are names that the SQL text holds too: the others may
/// be values.
std::string without_values(std::string_view message, std::string_view sql);

/// The key that a message of a duplicate entry names: "... for key 'users.email'" gives "email".
std::string duplicate_key(std::string_view message);
/// The columns that a unique key's name says when duet named it (uq_table_column), as far as that is clear.
std::vector<std::string> columns_of_key(std::string_view key, std::string_view sql);

/// The column behind the last "column" in a message, without schema and table.
std::string named_column(std::string_view message);
/// The first name in quotes of either kind, without schema and table.
std::string first_quoted(std::string_view message);

/// What a message about a foreign key says of the constraint.
struct ForeignKeyText {
    std::string constraint{};
    std::vector<std::string> columns{};
};
ForeignKeyText read_foreign_key(std::string_view message);

}  // namespace duet::driver::mariadb
