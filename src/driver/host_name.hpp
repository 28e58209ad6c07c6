#pragma once

#include <string_view>

namespace duet::driver {

/// Whether somebody has to be asked where a host is: it is given by neither an address nor the path of a
/// socket.
bool is_host_name(std::string_view host);
/// The same for hosts between commas: true when one of them is.
bool has_host_name(std::string_view hosts);

}  // namespace duet::driver
