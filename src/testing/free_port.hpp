#pragma once

#include <cstdint>

namespace duet::testing {

/// A TCP port of 127.0.0.1 that nobody listens on at this moment. It lies below those that the kernel gives
/// to outgoing connections, so that it is likely to be free again when a server comes back after a stop.
std::uint16_t free_port();

}  // namespace duet::testing
