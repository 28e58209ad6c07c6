#include "rounds.hpp"

#include <cstdio>
#include <cstdlib>

namespace bench {

void measure(std::vector<Runner>& runners, const WorkInfo& info, std::size_t rounds,
             void (*tidy)(const WorkInfo& info)) {
    constexpr std::size_t warm_up = 3;
    std::optional<std::uint64_t> expected;
    for (Runner& runner : runners) {
        runner.nanoseconds.clear();
        runner.takes_part = true;
    }
    for (std::size_t round = 0; round < rounds + warm_up; ++round) {
        for (std::size_t turn = 0; turn < runners.size(); ++turn) {
            Runner& runner = runners[(turn + round) % runners.size()];
            if (!runner.takes_part) continue;
            Stopwatch watch;
            const auto result = perform(*runner.contender, info.work, info.operations, watch);
            runner.takes_part = result.has_value();
            if (!result) continue;
            if (tidy != nullptr) tidy(info);
            if (!expected) expected = result;
            if (result != expected) {
                std::fprintf(stderr, "%s: %s did other work than the first contender\n", info.key,
                             runner.name);
                std::exit(2);
            }
            if (round >= warm_up) {
                runner.nanoseconds.push_back(watch.nanoseconds() / static_cast<double>(info.operations));
            }
        }
    }
}

}  // namespace bench
