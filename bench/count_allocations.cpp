#include "count_allocations.hpp"

#include <atomic>

// glibc lets a program define these and keeps its own under the __libc names. operator new ends in malloc.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
}

namespace bench::allocations {
namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> calls{0};

void note() {
    if (counting.load(std::memory_order_relaxed)) calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void start() { counting = true; }
void stop() { counting = false; }
std::size_t take() { return calls.exchange(0); }

}  // namespace bench::allocations

extern "C" {

void* malloc(std::size_t size) {
    bench::allocations::note();
    return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
    bench::allocations::note();
    return __libc_calloc(count, size);
}

void* realloc(void* block, std::size_t size) {
    bench::allocations::note();
    return __libc_realloc(block, size);
}
}
