#include <map>
#include <string>

#include <benchmark/benchmark.h>

#include "contender.hpp"

// Each work of each contender as a benchmark of its own, in memory, with Google Benchmark's filters,
// repetitions and output formats. For ratios use duet_ratios, where the contenders take turns.
namespace {

using namespace bench;

// Opened on first use and kept, so that a filter pays for what it selects alone.
Contender& contender(const Entrant& entrant) {
    static std::map<std::string, std::unique_ptr<Contender>> opened;
    std::unique_ptr<Contender>& place = opened[entrant.name];
    if (!place) place = entrant.make(Store{});
    return *place;
}

void run(benchmark::State& state, const Entrant& entrant, const WorkInfo& info) {
    Contender& self = contender(entrant);
    std::int64_t operations = 0;
    for (auto _ : state) {
        Stopwatch watch;
        if (!perform(self, info.work, info.operations, watch)) {
            state.SkipWithError("does not take part");
            break;
        }
        state.SetIterationTime(watch.nanoseconds() * 1e-9);
        operations += static_cast<std::int64_t>(info.operations);
    }
    state.SetItemsProcessed(operations);
    state.counters["per_operation"] = benchmark::Counter(
        static_cast<double>(operations), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int count, char** arguments) {
    for (const WorkInfo& info : works) {
        for (const Entrant& entrant : entrants()) {
            const std::string name = std::string{info.key} + '/' + entrant.name;
            benchmark::RegisterBenchmark(name.c_str(), run, entrant, info)
                ->UseManualTime()
                ->Unit(benchmark::kMicrosecond);
        }
    }
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
