#pragma once

#include <string_view>

#include <sqlite3.h>

namespace duet::driver::sqlite {

/// Registers what duet's SQL needs and SQLite does not have:
/// * regexp(pattern, text), hence `text REGEXP pattern`: POSIX extended expressions over UTF-8,
/// case-sensitive,
///   matching anywhere in the text;
/// * the collation duet_decimal: decimal numbers kept as text compare by their value;
/// * duet_time_shift(moment, microseconds) and duet_time_between(earlier, later), in microseconds;
/// * the aggregates of aggregates.hpp.
void register_functions(sqlite3* db);

/// The order of duet_decimal: negative, zero or positive. Numbers stand before all other texts.
int compare_decimal_texts(std::string_view a, std::string_view b) noexcept;

}  // namespace duet::driver::sqlite
