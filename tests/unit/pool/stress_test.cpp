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
    connection.traces = i % 32 == 7;
}

Task<> turn(Pool& pool, Tally& tally, int i) {
    Lease lease = co_await pool.acquire(access_of(i));
    if (i % 4 == 1) co_await yield();
    if (i % 4 == 2 && pool.workers() != nullptr) co_await pool.workers()->enter();
    if (!lease.ready()) co_await lease.make_ready();
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
        } catch (const ConnectionError&) {
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
        } catch (const ConnectionError&) {
            ++tally.refused;
        }
    }
}

/// Changes the size, breaks things and looks at it all until it ends.
class Disturber {
public:
    explicit Disturber(FakePool& fixture) : thread_([this, &fixture] { disturb(fixture); }) {}
    ~Disturber() {
        end_ = true;
        thread_.join();
    }

private:
    void disturb(FakePool& fixture) {
        for (std::size_t i = 0; !end_; ++i) {
            fixture.pool.resize(1 + i * 7 % 40);
            if (i % 3 == 0) fixture.database.connects_to_fail = 2;
            if (i % 3 == 1) fixture.database.pings_to_fail = 2;
            if (i % 3 == 2) detail::complete_inline(ignore_failure(fixture.pool));
            EXPECT_LE(fixture.pool.stats().open, 50u);
            std::this_thread::sleep_for(200us);
        }
        fixture.database.connects_to_fail = 0;
        fixture.pool.resize(2);
    }
    static Task<> ignore_failure(Pool& pool) {
        try {
            co_await pool.warm_up(10);
        } catch (const ConnectionError&) {
        }
    }

    std::atomic<bool> end_{false};
    std::thread thread_;
};

void stress(driver::Topology topology, PoolOptions options, bool waits = false) {
    constexpr int loops = 2, tasks = 20, threads = 4, turns = 150;
    FakePool fixture(topology, options);
    fixture.database.waits = waits;
    Tally tally;
    {
        std::optional<Disturber> disturber;
        if (!topology.blocking) disturber.emplace(fixture);
        std::vector<std::thread> all;
        for (int i = 0; i < loops; ++i) {
            all.emplace_back([&] { run(coroutines(fixture.pool, tally, tasks, turns)); });
        }
        for (int i = 0; i < threads; ++i) {
            all.emplace_back([&] { thread_turns(fixture.pool, tally, turns * 5); });
        }
        for (std::thread& thread : all) thread.join();
    }
    EXPECT_EQ(tally.served + tally.refused, loops * tasks * turns + threads * turns * 5);
    EXPECT_GT(tally.served, 0);
    const PoolStats stats = fixture.pool.stats();
    EXPECT_EQ(stats.checked_out, 0u);
    EXPECT_EQ(stats.waiting, 0u);
    EXPECT_EQ(stats.open, static_cast<std::size_t>(fixture.database.open));
    EXPECT_EQ(stats.idle, stats.open);
    EXPECT_LE(stats.open, topology.blocking ? 3u : 2u);
}

TEST(PoolUnderStress, LosesNothingOnOneConnection) { stress(one_for_all, {.size = 2}); }
TEST(PoolUnderStress, LosesNothingOnOneWriterAndSomeReaders) {
    stress(one_writer, {.size = 2, .report_leaks_after = 1ms});
}
TEST(PoolUnderStress, LosesNothingWhenMostTimeOut) { stress(one_writer, {.size = 2, .timeout = 1ms}); }

PoolOptions everything() {
    return {.size = 2,
            .max_overflow = 3,
            .recycle = 20ms,
            .max_lifetime = 15ms,
            .pre_ping_after = 5ms,
            .idle_timeout = 5ms,
            .report_leaks_after = 1ms,
            .autoscale = Autoscale{.floor = 1, .ceiling = 20, .interval = 3ms}};
}
TEST(PoolUnderStress, LosesNothingOfMany) { stress(all_equal, everything()); }
TEST(PoolUnderStress, LosesNothingOfManyThatHaveToBeWaitedFor) { stress(all_equal, everything(), true); }

}  // namespace
}  // namespace duet::testing
