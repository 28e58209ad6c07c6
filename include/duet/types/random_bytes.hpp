#pragma once

#include <cstddef>
#include <span>

namespace duet::detail {

/// Fills `out` from the operating system's secure random source, buffered per thread; a child of fork() draws
/// afresh. Thread-safe. Throws ConfigurationError when the system has no such source.
void random_bytes(std::span<std::byte> out);

}  // namespace duet::detail
