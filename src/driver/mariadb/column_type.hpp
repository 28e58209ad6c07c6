#pragma once

#include <string>
#include <string_view>

namespace duet::driver::mariadb {

/// A column type as the server reports it, in the spelling that all servers have in common: integers without
/// their display width, tinyint(1) as boolean.
std::string canonical_type(std::string_view reported);

/// The default of a column as SQL; MySQL reports texts without their quotes.
std::string mysql_default(std::string_view reported, std::string_view type, std::string_view extra);

}  // namespace duet::driver::mariadb
