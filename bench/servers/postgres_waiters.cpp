#include <algorithm>
#include <cstdio>
#include <vector>

#include <malloc.h>

#include "count_allocations.hpp"
#include "models.hpp"
#include "pin.hpp"
#include "server.hpp"
#include "stopwatch.hpp"

// What an asynchronous operation allocates, and 10,000 coroutines that want a transaction each from a pool of
// ten.
namespace {

using namespace bench;
using models::User;

constexpr std::size_t waiters = 10'000;

duet::Task<> transaction(duet::AsyncDatabase& db, std::size_t number, std::vector<std::size_t>& order,
                         std::uint64_t& sum) {
    auto tx = co_await db.begin();
    order.push_back(number);
    const auto user = co_await tx.get<User>(static_cast<std::int64_t>(number) + 1);
    sum += static_cast<std::uint64_t>(user->id);
    co_await tx.commit();
}

duet::Task<> crowd(duet::AsyncDatabase& db) {
    std::vector<std::size_t> order;
    order.reserve(waiters);
    std::uint64_t sum = 0;
    duet::TaskGroup group{co_await duet::this_task::executor()};
    Stopwatch watch;
    // So that nobody waits for a connection to be opened.
    for (std::size_t number = 0; number < 100; ++number) group.add(transaction(db, number, order, sum));
    co_await group.join();
    order.clear();
    sum = 0;
    const std::size_t before = mallinfo2().uordblks;
    watch.start();
    for (std::size_t number = 0; number < waiters; ++number) group.add(transaction(db, number, order, sum));
    const std::size_t after = mallinfo2().uordblks;
    const duet::PoolStats stats = db.pool_stats();
    co_await group.join();
    watch.stop();

    std::size_t furthest = 0;
    for (std::size_t place = 0; place < order.size(); ++place) {
        furthest = std::max(furthest, place > order[place] ? place - order[place] : order[place] - place);
    }
    const bool right = order.size() == waiters && sum == waiters * (waiters + 1) / 2;
    std::printf("  %-52s %8zu\n", "waiting once all had started", stats.waiting);
    std::printf("  %-52s %8.1f\n", "heap bytes a waiter, coroutine frames included",
                static_cast<double>(after - before) / static_cast<double>(waiters));
    std::printf("  %-52s %8.0f ms\n", "until all had ended", watch.nanoseconds() * 1e-6);
    std::printf("  %-52s %8.1f us\n", "a transaction",
                watch.nanoseconds() * 1e-3 / static_cast<double>(waiters));
    std::printf("  %-52s %8zu  %s\n", "furthest from its turn", furthest,
                right ? "" : "NOT ALL WORK WAS DONE");
}

template <class Body>
duet::Task<double> count(Body body) {
    constexpr std::size_t times = 500;
    for (std::size_t warm_up = 0; warm_up < 50; ++warm_up) co_await body(warm_up);
    allocations::take();
    allocations::start();
    for (std::size_t time = 0; time < times; ++time) co_await body(time);
    allocations::stop();
    co_return static_cast<double>(allocations::take()) / static_cast<double>(times);
}

duet::Task<> allocate(duet::AsyncDatabase& db) {
    const auto get = [&db](std::size_t step) -> duet::Task<> {
        const auto user = co_await db.get<User>(shuffled_key(step));
        if (!user) throw duet::Error{"a user is missing"};
    };
    const double one = co_await count(get);
    std::printf("  %-52s %8.2f\n", "co_await db.get<User>(key) in a coroutine", one);
    const auto in_transaction = [&db](std::size_t step) -> duet::Task<> {
        auto tx = co_await db.begin();
        const auto user = co_await tx.get<User>(shuffled_key(step));
        if (!user) throw duet::Error{"a user is missing"};
        co_await tx.commit();
    };
    const double two = co_await count(in_transaction);
    std::printf("  %-52s %8.2f\n", "the same in a transaction of its own", two);
}

}  // namespace

int main() {
    pin_to_this_cpu();
    Server server{Product::postgres};
    duet::EventLoop loop;
    {
        duet::AsyncDatabase db{server.url()};
        std::printf(
            "\nPostgreSQL: heap allocations of an asynchronous operation, libpq's and the row's included\n");
        loop.run(allocate(db));
    }
    duet::DatabaseOptions options;
    options.pool.size = 10;
    options.pool.max_overflow = 0;
    options.pool.timeout = std::chrono::minutes{10};
    duet::AsyncDatabase db{server.url(), options};
    std::printf("\nPostgreSQL: 10,000 coroutines, each with a transaction, on a pool of 10\n");
    loop.run(crowd(db));
}
