#pragma once

#include <cstdint>
#include <ctime>

namespace bench {

/// Sums the time between start() and stop(), so that a contender can keep its preparations and its tidying
/// out of a figure.
///
/// A program that counts something else than time (instructions, allocations) sets `on_start` and `on_stop`.
class Stopwatch {
public:
    inline static void (*on_start)() = nullptr;
    inline static void (*on_stop)() = nullptr;
    /// CLOCK_PROCESS_CPUTIME_ID leaves out what other processes took, but also what this one waited for.
    inline static clockid_t clock = CLOCK_MONOTONIC;

    void start() {
        if (on_start != nullptr) on_start();
        started_ = now();
    }

    void stop() {
        total_ += now() - started_;
        if (on_stop != nullptr) on_stop();
    }

    double nanoseconds() const { return static_cast<double>(total_); }

private:
    static std::int64_t now() {
        timespec time{};
        clock_gettime(clock, &time);
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    }

    std::int64_t started_ = 0;
    std::int64_t total_ = 0;
};

}  // namespace bench
