#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duet::payload {

void append_base64(std::string& out, const std::vector<std::byte>& bytes);
/// False for what is not base64 (RFC 4648, section 4, padded).
bool read_base64(std::string_view text, std::vector<std::byte>& out);

}  // namespace duet::payload
