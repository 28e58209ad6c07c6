#pragma once

#include <string>
#include <string_view>

namespace duet::driver::mariadb {

/// By its words: whether the statement may change data.
bool may_write(std::string_view sql);
/// INSERT, UPDATE, DELETE and their like: the statements that count the rows they change.
bool counts_changes(std::string_view sql);
/// Whether the statement may yield rows whose columns the server describes only when it runs: INSERT, REPLACE
/// and DELETE with RETURNING, CALL, EXECUTE.
bool described_late(std::string_view sql);
/// By the words of one or several statements: whether they may leave something behind in the session that its
/// next user would notice (settings, user variables, locks, temporary tables, prepared statements).
bool leaves_traces(std::string_view sql);

/// A script without statements that consist of nothing but blanks and comments: servers refuse those.
std::string without_empty_statements(std::string_view script);

}  // namespace duet::driver::mariadb
