#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <unistd.h>

#include "contender.hpp"
#include "pin.hpp"
#include "rounds.hpp"

// All contenders in one process, taking turns: in every round each does the work once, and its ratio is taken
// to the usual raw side of the same round. What is printed is the median of the rounds. See README.md.
namespace {

using namespace bench;

struct Options {
    bool file = false;
    bool pin = true;
    bool wall = false;
    std::size_t rounds = 41;
    std::string only{};
};

void print_head(const std::vector<Runner>& runners, const Options& options) {
    std::printf(
        "\nRatios to hand-written C code with its usual habits, %s, median of %zu interleaved rounds\n\n",
        options.file ? "a file with a write-ahead log" : "in memory", options.rounds);
    std::printf("%-3s %-34s %10s", "", "", "raw usual");
    for (std::size_t index = 1; index < runners.size(); ++index) std::printf(" %13s", runners[index].name);
    std::printf(" %8s  %s\n", "target", "verdict");
}

void print_line(const std::vector<Runner>& runners, const WorkInfo& info) {
    std::printf("%-3s %-34s %7.0f ns", info.key, info.title, median(runners[0].nanoseconds));
    double ours = NAN;
    for (std::size_t index = 1; index < runners.size(); ++index) {
        const Runner& runner = runners[index];
        const double value =
            runner.takes_part ? median_ratio(runner.nanoseconds, runners[0].nanoseconds) : NAN;
        if (std::strcmp(runner.name, "duet") == 0) ours = value;
        runner.takes_part ? std::printf(" %13.2f", value) : std::printf(" %13s", "-");
    }
    std::printf(" %8.2f  ", info.target);
    print_verdict(ours, info.target);
}

Options parse(int count, char** arguments) {
    Options options;
    for (int index = 1; index < count; ++index) {
        const std::string_view argument{arguments[index]};
        if (argument == "--file") {
            options.file = true;
        } else if (argument == "--no-pin") {
            options.pin = false;
        } else if (argument == "--wall") {
            options.wall = true;
        } else if (argument.starts_with("--rounds=")) {
            options.rounds = static_cast<std::size_t>(std::max(1, std::atoi(argument.substr(9).data())));
        } else if (argument.starts_with("--work=")) {
            options.only = argument.substr(7);
        } else {
            std::fprintf(stderr,
                         "usage: duet_ratios [--file] [--no-pin] [--wall] [--rounds=41] [--work=W1]\n");
            std::exit(1);
        }
    }
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    const Options options = parse(count, arguments);
    if (options.pin) pin_to_this_cpu();
    // Nothing waits in memory, so there the CPU time is the time of a quiet machine. On a file the waiting
    // belongs to the work.
    if (!options.file && !options.wall) Stopwatch::clock = CLOCK_PROCESS_CPUTIME_ID;

    const auto folder =
        std::filesystem::temp_directory_path() / ("duet_ratios_" + std::to_string(::getpid()));
    if (options.file) std::filesystem::create_directory(folder);
    std::vector<Runner> runners;
    for (const Entrant& entrant : entrants()) {
        Store store;
        if (options.file) store.file = (folder / (std::to_string(runners.size()) + ".db")).string();
        runners.push_back({entrant.name, entrant.make(store)});
    }

    print_head(runners, options);
    for (const WorkInfo& info : works) {
        if (!options.only.empty() && options.only != info.key) continue;
        measure(runners, info, options.rounds);
        print_line(runners, info);
    }
    runners.clear();
    if (options.file) std::filesystem::remove_all(folder);
}
