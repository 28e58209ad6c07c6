#include <duet/async/run.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using Kind = PoolEvent::Kind;
using namespace std::chrono_literals;

std::vector<Lease> opened(Pool& pool, std::size_t number) {
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < number; ++i) {
        leases.push_back(pool.acquire_blocking(Access::write));
        leases.back().open();
    }
    return leases;
}

/// What a pool says.
struct Events {
    struct Entry {
        Kind kind;
        std::size_t size;
        PoolEvent event;
        std::string message;
    };
    std::mutex mutex;
    std::vector<Entry> list;
    PoolHook hook;

    explicit Events(Pool& pool)
        : hook(pool.hooks().add([this](const PoolEvent& event) {
              const std::lock_guard lock(mutex);
              list.push_back({event.kind, event.size, event, std::string(event.message)});
          })) {}
    std::vector<Kind> kinds() {
        const std::lock_guard lock(mutex);
        std::vector<Kind> kinds;
        for (const Entry& entry : list) kinds.push_back(entry.kind);
        return kinds;
    }
};

TEST(IdleConnections, AreClosedWhenOthersAreUsed) {
    FakePool fixture(all_equal, {.size = 5, .idle_timeout = 20ms, .min_idle = 2});
    opened(fixture.pool, 5).clear();
    EXPECT_EQ(fixture.pool.stats().idle, 5u);
    for (int i = 0; i < 10; ++i) {
        std::this_thread::sleep_for(10ms);
        opened(fixture.pool, 1).clear();
    }
    EXPECT_EQ(fixture.pool.stats().open, 3u);  // two idle ones and the one in use
    EXPECT_EQ(fixture.pool.stats().closed_idle, 2u);
    EXPECT_EQ(fixture.database.connects, 5);
}

TEST(IdleConnections, StayWhereTheyAreTheDatabase) {
    FakePool fixture(one_writer, {.size = 2, .recycle = 1ms, .pre_ping_after = 0ms, .idle_timeout = 1ms});
    for (int i = 0; i < 3; ++i) {
        std::this_thread::sleep_for(10ms);
        Lease(fixture.pool.acquire_blocking(Access::write)).open();
    }
    EXPECT_EQ(fixture.database.connects, 1);
    EXPECT_EQ(fixture.database.pings, 0);
}

TEST(Leak, IsReportedOnceWithTheCallAndTheThread) {
    for (const driver::Topology& topology : {all_equal, one_writer}) {
        FakePool fixture(topology, {.report_leaks_after = 20ms});
        Events events(fixture.pool);
        ASSERT_TRUE(fixture.pool.reports_leaks());
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        const std::source_location where = std::source_location::current();
        lease.note(where);
        std::this_thread::sleep_for(40ms);
        // Somebody else comes along.
        Lease(fixture.pool.acquire_blocking(Access::read)).open();
        EXPECT_GE(fixture.pool.stats().longest_checkout, 30ms);
        ASSERT_EQ(events.kinds(), std::vector{Kind::leak});
        EXPECT_EQ(events.list[0].event.where.line(), where.line());
        EXPECT_EQ(events.list[0].event.thread, static_cast<std::uint64_t>(::gettid()));
        EXPECT_GE(events.list[0].event.duration, 20ms);
        EXPECT_EQ(fixture.pool.stats().leaks, 1u);
        lease.release();
        EXPECT_EQ(fixture.pool.stats().longest_checkout, 0ns);
    }
}

TEST(LeakDeathTest, IsCountedWhenThePoolEnds) {
    EXPECT_EXIT(
        {
            std::optional<FakePool> fixture(std::in_place, one_for_all);
            std::optional<Lease> lease(fixture->pool.acquire_blocking(Access::write));
            fixture.reset();
            std::_Exit(3);
        },
        ::testing::ExitedWithCode(3), "a database was closed while 1 of its connections were in use");
}

TEST(Events, NameWhatHappened) {
    FakePool fixture(all_equal, {.size = 1, .timeout = 0ms, .max_overflow = 0});
    Events events(fixture.pool);
    fixture.database.connects_to_fail = 1;
    EXPECT_THROW(opened(fixture.pool, 1), ConnectionError);
    {
        std::vector<Lease> leases = opened(fixture.pool, 1);
        std::thread([&] { EXPECT_THROW(opened(fixture.pool, 1), PoolTimeout); }).join();
        fake(leases[0]).good = false;
    }
    EXPECT_EQ(events.kinds(), (std::vector{Kind::open_failed, Kind::timed_out, Kind::invalidated}));
    EXPECT_EQ(events.list[0].message, "nobody listens there");
    EXPECT_TRUE(events.list[1].message.starts_with("no connection for writing came free"));
    EXPECT_EQ(name_of(Kind::open_failed), "open_failed");
    events.hook = PoolHook();
}

Task<std::size_t> warm(Pool& pool, std::size_t number) { co_return co_await pool.warm_up(number); }

TEST(WarmUp, OpensConnectionsUpToTheNumberAndTheSize) {
    for (const bool waits : {false, true}) {
        FakePool fixture(all_equal, {.size = 4});
        fixture.database.waits = waits;
        EXPECT_EQ(run(warm(fixture.pool, 2)), 2u);
        EXPECT_EQ(fixture.database.open, 2);
        EXPECT_EQ(detail::complete_inline(warm(fixture.pool, 3)), 1u);
        EXPECT_EQ(run(warm(fixture.pool, 100)), 1u);
        EXPECT_EQ(run(warm(fixture.pool, 100)), 0u);
        EXPECT_EQ(fixture.pool.stats().idle, 4u);
        EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    }
}

TEST(WarmUp, WorksForDriversThatBlock) {
    FakePool memory(one_for_all), file(one_writer, {.size = 2});
    EXPECT_EQ(run(warm(memory.pool, 5)), 1u);
    EXPECT_EQ(run(warm(file.pool, 2)), 2u);
    EXPECT_EQ(detail::complete_inline(warm(file.pool, 5)), 1u);
    EXPECT_EQ(file.database.open, 3);
}

TEST(WarmUp, SaysWhenTheDatabaseIsDown) {
    FakePool fixture(all_equal, {.size = 4});
    fixture.database.connects_to_fail = 4;
    EXPECT_THROW(run(warm(fixture.pool, 4)), ConnectionError);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

TEST(Autoscaler, RefusesNumbersThatMakeNoSense) {
    const auto with = [](Autoscale scale) { FakePool fixture(all_equal, {.autoscale = scale}); };
    EXPECT_THROW(with({.target_utilisation = 0}), ConfigurationError);
    EXPECT_THROW(with({.target_utilisation = 1.5}), ConfigurationError);
    EXPECT_THROW(with({.floor = 0}), ConfigurationError);
    EXPECT_THROW(with({.floor = 5, .ceiling = 4}), ConfigurationError);
    EXPECT_THROW(with({.step = 0}), ConfigurationError);
    EXPECT_NO_THROW(with({}));
}

TEST(Autoscaler, GrowsAtOnceWhenSomebodyWouldWaitUpToItsCeiling) {
    FakePool fixture(all_equal, {.size = 1,
                                 .timeout = 0ms,
                                 .max_overflow = 0,
                                 .autoscale = Autoscale{.floor = 2, .ceiling = 7, .step = 2}});
    Events events(fixture.pool);
    EXPECT_EQ(fixture.pool.stats().size, 2u);  // the floor
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < 7; ++i) {
        leases.push_back(fixture.pool.acquire_blocking(Access::write));
    }
    EXPECT_EQ(fixture.pool.stats().size, 7u);
    EXPECT_EQ(fixture.pool.stats().grown, 3u);
    std::thread([&] { EXPECT_THROW(opened(fixture.pool, 1), PoolTimeout); }).join();
    EXPECT_EQ(events.kinds(), (std::vector{Kind::grown, Kind::grown, Kind::grown, Kind::timed_out}));
    EXPECT_EQ(events.list[0].size, 4u);
}

TEST(Autoscaler, ShrinksStepByStepToItsFloorWhenLittleIsUsed) {
    FakePool fixture(all_equal,
                     {.size = 9,
                      .max_overflow = 0,
                      .autoscale = Autoscale{.floor = 2, .ceiling = 9, .step = 3, .interval = 20ms}});
    Events events(fixture.pool);
    opened(fixture.pool, 9).clear();
    EXPECT_EQ(fixture.pool.stats().open, 9u);
    for (int i = 0; i < 40 && fixture.pool.stats().size > 2; ++i) {
        std::this_thread::sleep_for(10ms);
        opened(fixture.pool, 1).clear();
    }
    const PoolStats stats = fixture.pool.stats();
    EXPECT_EQ(stats.size, 2u);
    EXPECT_EQ(stats.shrunk, 3u);
    EXPECT_EQ(stats.open, 2u);
    const std::size_t said = events.kinds().size();
    for (int i = 0; i < 10; ++i) {
        std::this_thread::sleep_for(10ms);
        opened(fixture.pool, 1).clear();
    }
    EXPECT_EQ(events.kinds().size(), said) << "nothing changed, but it spoke";
}

TEST(Autoscaler, GrowsWhenMoreThanTheTargetIsUsed) {
    FakePool fixture(
        all_equal, {.size = 4,
                    .autoscale = Autoscale{
                        .target_utilisation = 0.5, .floor = 1, .ceiling = 20, .step = 2, .interval = 10ms}});
    const std::vector<Lease> leases = opened(fixture.pool, 3);
    for (int i = 0; i < 50; ++i) {
        std::this_thread::sleep_for(5ms);
        opened(fixture.pool, 1).clear();
    }
    EXPECT_EQ(fixture.pool.stats().size, 8u);  // 4 of 8 are the target
    EXPECT_EQ(fixture.pool.stats().grown, 2u);
}

TEST(Autoscaler, IsSilentWhereThereIsNothingToScale) {
    FakePool fixture(one_for_all, {.timeout = 0ms, .autoscale = Autoscale{.interval = 1ms}});
    Lease lease = fixture.pool.acquire_blocking(Access::write);
    Events events(fixture.pool);
    for (int i = 0; i < 5; ++i) {
        std::thread([&] {
            EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::write)), PoolTimeout);
        }).join();
    }
    EXPECT_EQ(events.kinds(), std::vector<Kind>(5, Kind::timed_out));
    EXPECT_EQ(fixture.pool.stats().size, 1u);
}

std::size_t most_memory = 0;

Task<> note_turn(Pool& pool, std::vector<int>& order, int number) {
    Lease lease = co_await pool.acquire(Access::write);
    if (!lease.ready()) co_await lease.make_ready();
    order.push_back(number);
    if (number % 100 == 0) most_memory = std::max(most_memory, std::size_t{::mallinfo2().uordblks});
    co_await yield();
}
Task<> ten_thousand_turns(Pool& pool, std::vector<int>& order) {
    std::vector<Task<>> tasks;
    tasks.reserve(10'000);
    const std::size_t before = ::mallinfo2().uordblks;
    for (int i = 0; i < 10'000; ++i) tasks.push_back(note_turn(pool, order, i));
    const std::size_t made = ::mallinfo2().uordblks;
    co_await when_all(std::move(tasks));
    ::testing::Test::RecordProperty("bytes_per_task", static_cast<int>((made - before) / 10'000));
    std::printf(
        "a task that waits: %zu bytes; its place in the queue: %zu of them; the most while waiting: %zu\n",
        (made - before) / 10'000, sizeof(Pool::Acquire), (most_memory - before) / 10'000);
}

TEST(TenThousandCoroutines, OnTenConnectionsAreServedInTheirOrder) {
    FakePool fixture(all_equal, {.size = 10, .max_overflow = 0});
    fixture.database.waits = true;
    run(warm(fixture.pool, 10));
    std::vector<int> order, expected;
    order.reserve(10'000);
    for (int i = 0; i < 10'000; ++i) expected.push_back(i);
    run(ten_thousand_turns(fixture.pool, order));
    EXPECT_EQ(order, expected);
    EXPECT_EQ(fixture.database.connects, 10);
    EXPECT_EQ(fixture.pool.stats().waits.count, 9'990u);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

}  // namespace
}  // namespace duet::testing
