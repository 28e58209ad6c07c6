#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace duet {

/// Nanoseconds of the steady clock, a few ms behind at most: cheap enough for each lease.
inline std::int64_t coarse_now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline std::int64_t nanoseconds(std::chrono::nanoseconds duration) noexcept { return duration.count(); }

}  // namespace duet
