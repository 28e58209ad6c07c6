#pragma once

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>
#include <thread>

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace duet::detail {

using FutexWord = std::atomic<std::uint32_t>;
static_assert(sizeof(FutexWord) == sizeof(std::uint32_t));

/// Sleeps while the word holds `expected`, until woken or the deadline. May return early.
inline void futex_wait(
    FutexWord& word, std::uint32_t expected,
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max()) noexcept {
    timespec until{};
    const timespec* timeout = nullptr;
    if (deadline != std::chrono::steady_clock::time_point::max()) {
        const auto since =
            std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
        until.tv_sec = static_cast<std::time_t>(since / 1'000'000'000);
        until.tv_nsec = static_cast<long>(since % 1'000'000'000);
        timeout = &until;
    }
    ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, timeout, nullptr,
              FUTEX_BITSET_MATCH_ANY);
}

inline void futex_wake(FutexWord& word, int count = 1) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

inline void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/// How long to look before sleeping: long while looking keeps paying off, next to nothing while it does not.
class SpinBudget {
public:
    explicit SpinBudget(bool may_spin = true) noexcept
        : most_(may_spin && several_processors() ? 2048u : 0u) {}

    /// Looks for a while; whether `ready` came true.
    template <class Ready>
    bool spin(const Ready& ready) noexcept {
        const std::uint32_t rounds = budget_ < most_ ? budget_ : most_;
        for (std::uint32_t i = 0; i < rounds; ++i) {
            if (ready()) {
                budget_ = budget_ * 2 < most_ ? budget_ * 2 : most_;
                return true;
            }
            pause_briefly();
        }
        budget_ -= (budget_ - least) / 4;
        return false;
    }

private:
    // A process that is bound to one processor keeps from running what it looks for.
    static bool several_processors() noexcept {
        static const bool several = [] {
            cpu_set_t allowed;
            if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
                return std::thread::hardware_concurrency() > 1;
            return CPU_COUNT(&allowed) > 1;
        }();
        return several;
    }

    static constexpr std::uint32_t least = 16;
    std::uint32_t most_;
    // To wake a sleeping processor takes tens of microseconds: looking must start longer than that to get
    // anywhere.
    std::uint32_t budget_ = 2048;
};

}  // namespace duet::detail
