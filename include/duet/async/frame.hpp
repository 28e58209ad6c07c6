#pragma once

#include <cstddef>

namespace duet::detail {

/// Memory for coroutine frames: a bounded free list per thread in front of the heap. A frame may be freed on
/// another thread than the one that allocated it.
void* allocate_frame(std::size_t size);
/// `size` is the size that was asked for.
void free_frame(void* frame, std::size_t size) noexcept;

}  // namespace duet::detail
