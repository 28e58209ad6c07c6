#include <cstdio>
#include <exception>

#include "count_allocations.hpp"
#include "entrants.hpp"
#include "pin.hpp"
#include "server.hpp"

// Heap allocations of an operation, the client library's included. usage: duet_server_allocations
// postgres|mariadb
int main(int count, char** arguments) {
    using namespace bench;
    const Product product = product_named(count > 1 ? arguments[1] : "");
    pin_to_this_cpu();
    Server server{product};
    std::printf("\nHeap allocations of an operation on %s, the client library's included\n\n   ",
                arguments[1]);
    std::vector<std::unique_ptr<Contender>> contenders;
    for (const ServerEntrant& entrant : server_entrants(product)) {
        try {
            contenders.push_back(entrant.make(server.url()));
            std::printf(" %13s", entrant.name);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s is left out: %s\n", entrant.name, error.what());
        }
    }
    std::printf("\n");
    for (const WorkInfo& info : server_works(product)) {
        std::printf("%-3s", info.key);
        for (const auto& contender : contenders) {
            const auto run = [&] {
                Stopwatch watch;
                const bool took_part = perform(*contender, info.work, info.operations, watch).has_value();
                const bool inserts =
                    info.work == Work::w3 || info.work == Work::w4 || info.work == Work::w4_with_keys;
                if (took_part && inserts) server.remove_new_users(info.operations);
                return took_part;
            };
            Stopwatch::on_start = Stopwatch::on_stop = nullptr;
            run();
            Stopwatch::on_start = allocations::start;
            Stopwatch::on_stop = allocations::stop;
            allocations::take();
            const bool took_part = run();
            const auto calls =
                static_cast<double>(allocations::take()) / static_cast<double>(info.operations);
            took_part ? std::printf(" %13.3f", calls) : std::printf(" %13s", "-");
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    Stopwatch::on_start = Stopwatch::on_stop = nullptr;
}
