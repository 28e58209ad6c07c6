#pragma once

#include <string_view>

namespace duet::detail {

/// True when `text` is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, nothing
/// cut off.
bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace duet::detail
