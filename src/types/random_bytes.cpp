#include <duet/types/random_bytes.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include <pthread.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include <duet/base/error.hpp>

namespace duet::detail {
namespace {

std::atomic<unsigned> forks{0};

// A child inherits the buffers of its parent's threads; the count tells it that they are used up.
void count_forks() {
    static const int registered =
        pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    if (registered != 0)
        throw ConfigurationError("no fork handler for the random source could be registered");
}

struct Pool {
    std::array<std::byte, 256> bytes;  // the most that getentropy() gives at once
    std::size_t left = 0;
    unsigned forks_seen = 0;

    void refill() {
        count_forks();
        forks_seen = forks.load(std::memory_order_relaxed);
        if (getentropy(bytes.data(), bytes.size()) != 0) {
            throw ConfigurationError("the operating system gave no random bytes");
        }
        left = bytes.size();
    }
};

}  // namespace

void random_bytes(std::span<std::byte> out) {
    thread_local Pool pool;
    while (!out.empty()) {
        if (pool.left == 0 || pool.forks_seen != forks.load(std::memory_order_relaxed)) pool.refill();
        const std::size_t count = std::min(out.size(), pool.left);
        std::byte* from = pool.bytes.data() + (pool.left - count);
        std::memcpy(out.data(), from, count);
        std::memset(from, 0, count);  // nobody may read tomorrow what was a secret today
        pool.left -= count;
        out = out.subspan(count);
    }
}

}  // namespace duet::detail
