#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "entrants.hpp"
#include "pin.hpp"
#include "rounds.hpp"
#include "server.hpp"

// As duet_ratios, on a server: usage: duet_server_ratios postgres|mariadb [rounds [work]]
namespace {

using namespace bench;

Server* server = nullptr;

void tidy(const WorkInfo& info) {
    const bool inserts = info.work == Work::w3 || info.work == Work::w4 || info.work == Work::w4_with_keys;
    if (inserts) server->remove_new_users(info.operations);
}

void print_line(const std::vector<Runner>& runners, const WorkInfo& info) {
    std::printf("%-3s %-34s %7.0f ns", info.key, info.title, median(runners[0].nanoseconds));
    double ours = NAN;
    for (std::size_t index = 1; index < runners.size(); ++index) {
        const Runner& runner = runners[index];
        const double value =
            runner.takes_part ? median_ratio(runner.nanoseconds, runners[0].nanoseconds) : NAN;
        if (std::strcmp(runner.name, "duet") == 0) ours = value;
        runner.takes_part ? std::printf(" %12.2f", value) : std::printf(" %12s", "-");
    }
    std::printf(" %8.2f  ", info.target);
    print_verdict(ours, info.target);
}

}  // namespace

int main(int count, char** arguments) {
    const Product product = product_named(count > 1 ? arguments[1] : "");
    const auto rounds = static_cast<std::size_t>(std::max(1, count > 2 ? std::atoi(arguments[2]) : 21));
    pin_to_this_cpu();
    Server the_server{product};
    server = &the_server;

    std::printf(
        "\nRatios to hand-written C code on %s, server and client on one CPU, a unix socket, nothing synced "
        "to "
        "disk,\nmedian of %zu interleaved rounds\n\n%-3s %-34s %10s",
        product == Product::postgres ? "libpq" : "Connector/C", rounds, "", "", "raw");
    std::vector<Runner> runners;
    for (const ServerEntrant& entrant : server_entrants(product)) {
        try {
            runners.push_back({entrant.name, entrant.make(the_server.url())});
            if (runners.size() > 1) std::printf(" %12s", entrant.name);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s is left out: %s\n", entrant.name, error.what());
        }
    }
    std::printf(" %8s  verdict\n", "target");
    for (const WorkInfo& info : server_works(product)) {
        if (count > 3 && std::strcmp(arguments[3], info.key) != 0) continue;
        measure(runners, info, rounds, tidy);
        print_line(runners, info);
    }
}
