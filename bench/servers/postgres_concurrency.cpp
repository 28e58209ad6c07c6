#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "many_selects.hpp"
#include "median.hpp"
#include "pin.hpp"
#include "raw_concurrent.hpp"
#include "server.hpp"
#include "stopwatch.hpp"

// Many point selects at once, by coroutines on one thread and by hand.
// usage: duet_postgres_concurrency [rounds [--no-pin]]
namespace {

using namespace bench;
using models::User;

constexpr std::size_t selects = 1'000;
constexpr std::size_t tasks = 64;
constexpr std::size_t steps = 50;

struct Line {
    const char* name;
    double target;
    std::vector<double> nanoseconds{};
};

template <class... Bodies>
void compare(const char* what, std::size_t rounds, std::size_t operations, std::vector<Line> lines,
             Bodies... bodies) {
    for (std::size_t round = 0; round < rounds + 3; ++round) {
        std::uint64_t expected = 0;
        std::size_t index = 0;
        const auto run = [&](auto& body) {
            Stopwatch watch;
            watch.start();
            const std::uint64_t sum = body();
            watch.stop();
            if (index == 0) expected = sum;
            if (sum != expected) {
                std::fprintf(stderr, "%s did other work than the first\n", lines[index].name);
                std::exit(2);
            }
            if (round >= 3)
                lines[index].nanoseconds.push_back(watch.nanoseconds() / static_cast<double>(operations));
            ++index;
        };
        (run(bodies), ...);
    }
    std::printf("\n%s\n", what);
    for (const Line& line : lines) {
        const double ratio = median_ratio(line.nanoseconds, lines[0].nanoseconds);
        std::printf("  %-52s %8.0f ns %6.2f", line.name, median(line.nanoseconds), ratio);
        if (line.target > 0) {
            std::printf("  (%.2f) ", line.target);
            print_verdict(ratio, line.target);
        } else {
            std::printf("\n");
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::atoi(arguments[1]) : 21);
    const bool pinned = count < 3 || std::strcmp(arguments[2], "--no-pin") != 0;
    if (pinned) pin_to_this_cpu();
    Server server{Product::postgres};
    RawThreads one{server.url(), 1};
    RawPipelines one_pipe{server.url(), 1};
    RawEpoll eight{server.url(), 8};
    RawPipelines two_pipes{server.url(), 2};
    RawPipelines two_pipes_each{server.url(), 2, true};
    RawPipelines one_pipe_each{server.url(), 1, true};
    RawThreads eight_threads{server.url(), 8};
    duet::AsyncDatabase db{server.url()};
    duet::Database blocking{db};
    duet::EventLoop loop;

    std::printf("\nPostgreSQL: point selects of many at once%s\n", pinned ? ", one CPU" : ", all CPUs");
    compare(
        "1,000 independent selects, a select", rounds, selects,
        {{"raw, one by one", 0},
         {"raw, pipelined on one connection", 0},
         {"raw, the same, a sync point for each select", 0},
         {"duet, one by one (blocking)", 0},
         {"duet, when_all of 1,000 coroutines", 0.33}},
        [&] { return one.run(selects, 1); }, [&] { return one_pipe.run(selects, 1); },
        [&] { return one_pipe_each.run(selects, 1); },
        [&] {
            std::uint64_t sum = 0;
            for (std::size_t step = 0; step < selects; ++step)
                sum += digest(*blocking.get<User>(shuffled_key(step)));
            return sum;
        },
        [&] {
            std::uint64_t sum = 0;
            loop.run(select_side_by_side(db, selects, 1, sum));
            return sum;
        });
    compare(
        "64 concurrent tasks of 50 selects each, a select", rounds, tasks * steps,
        {{"raw, one thread with epoll over 8 connections", 0},
         {"raw, 2 connections shared by pipelining", 0},
         {"raw, the same, a sync point for each select", 0},
         {"raw, 8 threads with a connection each", 0},
         {"duet, 64 coroutines on one thread", 0.52}},
        [&] { return eight.run(tasks, steps); }, [&] { return two_pipes.run(tasks, steps); },
        [&] { return two_pipes_each.run(tasks, steps); }, [&] { return eight_threads.run(tasks, steps); },
        [&] {
            std::uint64_t sum = 0;
            loop.run(select_side_by_side(db, tasks, steps, sum));
            return sum;
        });
}
