#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <valgrind/callgrind.h>

#include "contender.hpp"

// One work of one contender, to be run under callgrind with --instr-atstart=no --collect-atstart=no;
// instructions.py does that and divides by the count. Seeding is not instrumented, and only what the watch
// sees is collected.
namespace {

using namespace bench;

void toggle() { CALLGRIND_TOGGLE_COLLECT; }

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: duet_instructions CONTENDER WORK COUNT\n");
        return 1;
    }
    const auto operations = static_cast<std::size_t>(std::atoll(arguments[3]));
    for (const Entrant& entrant : entrants()) {
        if (std::strcmp(entrant.name, arguments[1]) != 0) continue;
        for (const WorkInfo& info : works) {
            if (std::strcmp(info.key, arguments[2]) != 0) continue;
            const auto contender = entrant.make(Store{.seed = Seed::users_only});
            Stopwatch warm_up;
            perform(*contender, info.work, operations, warm_up);
            Stopwatch::on_start = toggle;
            Stopwatch::on_stop = toggle;
            CALLGRIND_START_INSTRUMENTATION;
            Stopwatch watch;
            return perform(*contender, info.work, operations, watch) ? 0 : 3;
        }
    }
    return 3;  // not built in, or does not take part
}
