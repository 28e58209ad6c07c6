#include <duet/async/run.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using namespace std::chrono_literals;

struct Tally {
    std::atomic<int> served{0};
    std::atomic<int> refused{0};
};

Access access_of(int i) { return i % 3 == 0 ? Access::write : Access::read; }

void use(Lease& lease, int i) {
    FakeConnection& connection = fake(lease);
    ++connection.users;
    connection.transaction = i % 16 == 0;
    connection.good = i % 64 != 5;
}

Task<> turn(Pool& pool, Tally& tally, int i) {
    Lease lease = co_await pool.acquire(access_of(i));
    if (i % 4 == 1) co_await yield();
    if (i % 4 == 2) co_await pool.workers()->enter();
    use(lease, i);
    ++tally.served;
}

Task<> coroutine(Pool& pool, Tally& tally, int turns) {
    for (int i = 0; i < turns; ++i) {
        try {
            if (i % 5 == 4) {
                co_await timeout(turn(pool, tally, i), std::chrono::microseconds(i % 40));
            } else {
                co_await turn(pool, tally, i);
            }
        } catch (const QueryCanceled&) {
            ++tally.refused;
        } catch (const PoolTimeout&) {
            ++tally.refused;
        }
    }
}

Task<> coroutines(Pool& pool, Tally& tally, int number, int turns) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < number; ++i) tasks.push_back(coroutine(pool, tally, turns));
    co_await when_all(std::move(tasks));
}

void thread_turns(Pool& pool, Tally& tally, int turns) {
    for (int i = 0; i < turns; ++i) {
        try {
            const CancelSource source(i % 7 == 0 ? std::chrono::steady_clock::now() + 30us
                                                 : CancelToken::Clock::time_point::max());
            Lease lease = pool.acquire_blocking(access_of(i), source.token());
            use(lease, i);
            ++tally.served;
        } catch (const QueryCanceled&) {
            ++tally.refused;
        } catch (const PoolTimeout&) {
            ++tally.refused;
        }
    }
}

void stress(driver::Topology topology, std::chrono::milliseconds timeout) {
    constexpr int loops = 2, tasks = 20, threads = 4, turns = 150;
    FakePool fixture(topology, {.size = 2, .timeout = timeout});
    Tally tally;
    std::vector<std::thread> all;
    for (int i = 0; i < loops; ++i) {
        all.emplace_back([&] { run(coroutines(fixture.pool, tally, tasks, turns)); });
    }
    for (int i = 0; i < threads; ++i) all.emplace_back([&] { thread_turns(fixture.pool, tally, turns * 5); });
    for (std::thread& thread : all) thread.join();
    EXPECT_EQ(tally.served + tally.refused, loops * tasks * turns + threads * turns * 5);
    EXPECT_GT(tally.served, 0);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
    EXPECT_EQ(fixture.pool.stats().open, static_cast<std::size_t>(fixture.database.open));
}

TEST(PoolUnderStress, LosesNothingOnOneConnection) { stress(one_for_all, 30s); }
TEST(PoolUnderStress, LosesNothingOnOneWriterAndSomeReaders) { stress(one_writer, 30s); }
TEST(PoolUnderStress, LosesNothingWhenMostTimeOut) { stress(one_writer, 1ms); }

}  // namespace
}  // namespace duet::testing
