#pragma once

#include <duet/types/decimal.hpp>

#include <string>
#include <string_view>

namespace duet::driver::postgres {

/// Appends the binary form of PostgreSQL's numeric.
void append_numeric(std::string& out, const Decimal& value);

/// Appends the text of a binary numeric ("12.50", "NaN", "-Infinity"); false when the bytes are none.
bool append_numeric_text(std::string& out, std::string_view bytes);

}  // namespace duet::driver::postgres
