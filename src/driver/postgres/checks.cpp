#include "checks.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>

namespace duet::driver::postgres {

void require_text(std::string_view text) {
    length_of(text);
    if (text.find('\0') != std::string_view::npos) {
        throw ValidationError(
            "a text value holds a NUL byte, which PostgreSQL cannot store in text; use bytes (a blob)");
    }
    require_utf8(text);
}

void throw_too_large() {
    throw ValidationError(
        "the values are too large: PostgreSQL takes less than 1 GiB for one value and for all values of one "
        "statement");
}

}  // namespace duet::driver::postgres
