#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <valgrind/callgrind.h>

#include "entrants.hpp"

// As duet_instructions, on a server that runs elsewhere, so that the client alone is counted; see
// ../instructions.py.
namespace {

using namespace bench;

void toggle() { CALLGRIND_TOGGLE_COLLECT; }

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: duet_server_instructions CONTENDER WORK COUNT URL\n");
        return 1;
    }
    const auto operations = static_cast<std::size_t>(std::atoll(arguments[3]));
    const std::string url = arguments[4];
    const Product product = url.starts_with("postgres") ? Product::postgres : Product::mariadb;
    for (const ServerEntrant& entrant : server_entrants(product)) {
        if (std::strcmp(entrant.name, arguments[1]) != 0) continue;
        for (const WorkInfo& info : server_works(product)) {
            if (std::strcmp(info.key, arguments[2]) != 0) continue;
            const auto contender = entrant.make(url);
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
