#pragma once

#include <string>
#include <string_view>

namespace duet::driver {

/// The first word of a statement, in upper case; blanks, comments and parentheses before it are passed over.
std::string first_word(std::string_view sql);

}  // namespace duet::driver
