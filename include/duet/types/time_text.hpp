#pragma once

#include <duet/types/time.hpp>

#include <cstddef>
#include <string_view>

namespace duet::detail {

inline constexpr std::size_t timestamp_text_size = 26;  // YYYY-MM-DD HH:MM:SS.ffffff
inline constexpr std::size_t date_text_size = 10;       // YYYY-MM-DD
inline constexpr std::size_t time_text_size = 15;       // HH:MM:SS.ffffff

// The writers need room for the sizes above, add no terminating zero and return the number of characters
// written. A year outside 0001..9999 throws ValidationError, and nothing is written.

std::size_t write_timestamp(char* out, Timestamp value);
std::size_t write_date(char* out, Date value);
std::size_t write_time(char* out, Time value) noexcept;

// The parsers take the whole text or return false and leave `out` alone. They read what common tools write
// into text columns: the seconds may be missing, and a fraction may have 1 to 9 digits, of which those beyond
// the microsecond are cut off. Years run from 0001 to 9999; there is no 24:00 and no second 60.

/// `YYYY-MM-DD`, alone (midnight) or followed by 'T' or ' ', a time, and at most one of `Z`, `+hh:mm`,
/// `+hhmm`,
/// `+hh` (or with '-'), which is converted to UTC. Without an offset the text is UTC already.
bool parse_timestamp(std::string_view text, Timestamp& out) noexcept;
/// `YYYY-MM-DD`.
bool parse_date(std::string_view text, Date& out) noexcept;
/// `HH:MM[:SS[.ffffff]]`.
bool parse_time(std::string_view text, Time& out) noexcept;

}  // namespace duet::detail
