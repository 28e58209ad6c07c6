#pragma once

#include <cstddef>
#include <string_view>

namespace duet::driver::postgres {

/// Throws ValidationError for text that PostgreSQL cannot keep: with a NUL byte, or not in UTF-8.
void require_text(std::string_view text);

[[noreturn]] void throw_too_large();

/// The length of a value. Throws ValidationError above 1 GiB.
inline int length_of(std::string_view bytes) {
    constexpr std::size_t most = 0x3FFF'FFFF;
    if (bytes.size() > most) throw_too_large();
    return static_cast<int>(bytes.size());
}

}  // namespace duet::driver::postgres
