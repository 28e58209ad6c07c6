#pragma once

#include <cstddef>
#include <string_view>

namespace duet::payload {

bool is_email(std::string_view text);
bool is_url(std::string_view text);
/// Of UTF-8; bytes that are none count, too.
std::size_t count_code_points(std::string_view text);

}  // namespace duet::payload
