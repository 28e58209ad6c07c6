#pragma once

#include <string_view>

namespace duet::driver::mariadb {

/// By its words: whether the statement may change data.
bool may_write(std::string_view sql);
/// INSERT, UPDATE, DELETE and their like: the statements that count the rows they change.
bool counts_changes(std::string_view sql);
/// By the words of one or several statements: whether they may leave something behind in the session that its
/// next user would notice (settings, user variables, locks, temporary tables, prepared statements).
bool leaves_traces(std::string_view sql);

}  // namespace duet::driver::mariadb
