#pragma once

#include <cstdint>
#include <string_view>

namespace duet::detail {

// Numbers of JSON by their text, which has to follow JSON's grammar. Nothing here depends on the locale.

/// The integer that `number` says exactly, also when it is written as 1.0 or 1e3; false when there is none in
/// range.
bool json_number_to_int64(std::string_view number, std::int64_t& out) noexcept;
bool json_number_to_uint64(std::string_view number, std::uint64_t& out) noexcept;
/// The nearest double; false beyond the largest one. What is too small becomes a zero with its sign.
bool json_number_to_double(std::string_view number, double& out) noexcept;
/// Whether two numbers are the same to the last digit, however each is written.
bool json_numbers_equal(std::string_view a, std::string_view b) noexcept;

}  // namespace duet::detail
