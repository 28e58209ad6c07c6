#pragma once

#include <sched.h>

namespace bench {

/// Keeps this thread and those it starts on the CPU it is on: two virtual CPUs mean two caches, two clocks
/// and wake-ups that cost ten times as much as the work.
inline void pin_to_this_cpu() {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
}

/// For programs that have to meet on one CPU.
inline void pin_to_first_cpu() {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
}

}  // namespace bench
