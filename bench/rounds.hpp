#pragma once

#include "contender.hpp"
#include "median.hpp"

namespace bench {

/// A contender in the interleaved rounds.
struct Runner {
    const char* name;
    std::unique_ptr<Contender> contender;
    std::vector<double> nanoseconds{};  // an operation, by round
    bool takes_part = true;
};

/// Every round lets each contender do the work once, in rotating order. Ends the program when one of them did
/// other work than the first. `tidy`, if given, runs after each turn, outside the watch, with what was done.
void measure(std::vector<Runner>& runners, const WorkInfo& info, std::size_t rounds,
             void (*tidy)(const WorkInfo& info) = nullptr);

}  // namespace bench
