#pragma once

#include <duet/pool/stats.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace duet {

/// How long people waited: counted in classes that double from 1 µs on.
class WaitTimes {
public:
    void add(std::chrono::nanoseconds waited) noexcept {
        const auto time = static_cast<std::uint64_t>(waited.count() > 0 ? waited.count() : 0);
        std::size_t place = static_cast<std::size_t>(std::bit_width(time / 1000));
        if (place >= classes) place = classes - 1;
        counts_[place].fetch_add(1, std::memory_order_relaxed);
        total_.fetch_add(time, std::memory_order_relaxed);
        std::uint64_t longest = longest_.load(std::memory_order_relaxed);
        while (time > longest && !longest_.compare_exchange_weak(longest, time, std::memory_order_relaxed)) {
        }
    }

    PoolStats::Waits summary() const noexcept {
        std::array<std::uint64_t, classes> counts{};
        PoolStats::Waits waits;
        for (std::size_t i = 0; i < classes; ++i) {
            counts[i] = counts_[i].load(std::memory_order_relaxed);
            waits.count += counts[i];
        }
        waits.total = std::chrono::nanoseconds(total_.load(std::memory_order_relaxed));
        waits.longest = std::chrono::nanoseconds(longest_.load(std::memory_order_relaxed));
        const auto below = [&](std::uint64_t rank) {
            std::uint64_t seen = 0;
            for (std::size_t i = 0; i < classes; ++i) {
                seen += counts[i];
                if (seen < rank) continue;
                const std::chrono::nanoseconds bound(std::int64_t{1000} << i);
                return bound < waits.longest ? bound : waits.longest;
            }
            return waits.longest;
        };
        if (waits.count > 0) {
            waits.median = below((waits.count + 1) / 2);
            waits.p95 = below(waits.count - waits.count / 20);
        }
        return waits;
    }

private:
    static constexpr std::size_t classes = 40;

    std::array<std::atomic<std::uint64_t>, classes> counts_{};
    std::atomic<std::uint64_t> total_{0};
    std::atomic<std::uint64_t> longest_{0};
};

}  // namespace duet
