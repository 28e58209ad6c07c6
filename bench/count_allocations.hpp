#pragma once

#include <cstddef>

/// Counts the calls of malloc, calloc and realloc of the whole process, SQLite's and operator new's alike,
/// while it is on.
namespace bench::allocations {

void start();
void stop();
/// The number counted since the last call of take().
std::size_t take();

}  // namespace bench::allocations
