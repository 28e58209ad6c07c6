#include <duet/async/run.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using namespace std::chrono_literals;

Lease opened(Pool& pool) {
    Lease lease = pool.acquire_blocking(Access::write);
    lease.open();
    return lease;
}
std::vector<Lease> opened(Pool& pool, std::size_t number) {
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < number; ++i) leases.push_back(opened(pool));
    return leases;
}

TEST(Overflow, IsOpenedWhileNeededAndClosedWhenItComesBack) {
    FakePool fixture(all_equal, {.size = 2, .timeout = 0ms, .max_overflow = 3});
    std::vector<Lease> leases = opened(fixture.pool, 5);
    const PoolStats full = fixture.pool.stats();
    EXPECT_EQ(full.size, 2u);
    EXPECT_EQ(full.limit, 5u);
    EXPECT_EQ(full.open, 5u);
    EXPECT_EQ(full.overflow, 3u);
    EXPECT_EQ(full.idle, 0u);
    EXPECT_DOUBLE_EQ(full.utilisation, 2.5);
    std::thread([&] {
        EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::read)), PoolTimeout);
    }).join();
    leases.clear();
    const PoolStats after = fixture.pool.stats();
    EXPECT_EQ(after.open, 2u);
    EXPECT_EQ(after.idle, 2u);
    EXPECT_EQ(after.overflow, 0u);
    EXPECT_EQ(after.closed_idle, 3u);
    EXPECT_EQ(fixture.database.open, 2);
    EXPECT_EQ(after.timeouts, 1u);
}

TEST(Overflow, DoesNotChurnWhileTheLoadIsJustAboveTheSize) {
    FakePool fixture(all_equal, {.size = 2, .max_overflow = 3});
    std::vector<Lease> leases = opened(fixture.pool, 2);
    for (int i = 0; i < 10; ++i) opened(fixture.pool).release();
    EXPECT_EQ(fixture.database.connects, 3);
}

TEST(Overflow, OpenConnectionsAreTakenBeforeNewOnesAreOpened) {
    FakePool fixture(all_equal, {.size = 2, .max_overflow = 3});
    std::vector<Lease> leases = opened(fixture.pool, 4);
    leases.erase(leases.begin(), leases.begin() + 2);  // slots 0 and 1 stay open, 2 and 3 get closed
    leases.clear();
    std::thread([&] { std::vector<Lease> again = opened(fixture.pool, 2); }).join();
    EXPECT_EQ(fixture.database.connects, 4);
}

TEST(Overflow, IsForServersOnly) {
    FakePool memory(one_for_all, {.max_overflow = 10}), file(one_writer, {.size = 2, .max_overflow = 10});
    EXPECT_EQ(memory.pool.stats().limit, 1u);
    EXPECT_EQ(file.pool.stats().limit, 3u);
    EXPECT_EQ(memory.pool.resize(9), 1u);
    EXPECT_EQ(file.pool.resize(9), 3u);
}

TEST(Overflow, IsNamedWhenSomebodyWaitedInVain) {
    FakePool fixture(all_equal, {.size = 1, .timeout = 20ms, .max_overflow = 1});
    std::vector<Lease> leases = opened(fixture.pool, 2);
    std::thread([&] {
        const std::string message =
            message_of<PoolTimeout>([&] { static_cast<void>(fixture.pool.acquire_blocking(Access::read)); });
        EXPECT_NE(message.find("2 of 2 are checked out (size 1, overflow 1), 0 more callers wait. "
                               "The longest has been out for "),
                  std::string::npos)
            << message;
    }).join();
}

TEST(Resize, GrowsBeyondWhatWasThereAtFirst) {
    FakePool fixture(all_equal, {.size = 1, .timeout = 0ms, .max_overflow = 0});
    EXPECT_EQ(fixture.pool.resize(100), 100u);
    std::vector<Lease> leases = opened(fixture.pool, 100);
    EXPECT_EQ(fixture.pool.stats().open, 100u);
    EXPECT_EQ(fixture.pool.stats().checked_out, 100u);
    leases.clear();
    EXPECT_EQ(fixture.pool.stats().idle, 100u);
    EXPECT_THROW(fixture.pool.resize(0), ConfigurationError);
    EXPECT_THROW(fixture.pool.resize(static_cast<std::size_t>(-1)), ConfigurationError);
}

TEST(Resize, ClosesIdleConnectionsAtOnceAndOthersWhenTheyComeBack) {
    FakePool fixture(all_equal, {.size = 6, .timeout = 0ms, .max_overflow = 0});
    std::vector<Lease> leases = opened(fixture.pool, 6);
    leases.resize(5);
    fixture.pool.resize(2);
    EXPECT_EQ(fixture.pool.stats().open, 5u);
    leases.clear();
    EXPECT_EQ(fixture.pool.stats().open, 2u);
    leases = opened(fixture.pool, 2);
    std::thread([&] {
        EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::read)), PoolTimeout);
    }).join();
}

Task<> note_turn(Pool& pool, std::vector<int>& order, int number) {
    Lease lease = co_await pool.acquire(Access::write);
    order.push_back(number);
    co_await sleep_for(1ms);
}
Task<> grow_soon(Pool& pool) {
    co_await yield();
    EXPECT_EQ(pool.stats().waiting, 29u);
    pool.resize(3);
    EXPECT_EQ(pool.stats().waiting, 27u);
    co_await sleep_for(3ms);
    pool.resize(2);
}
Task<> many_turns(Pool& pool, std::vector<int>& order) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 30; ++i) tasks.push_back(note_turn(pool, order, i));
    tasks.push_back(grow_soon(pool));
    co_await when_all(std::move(tasks));
}

TEST(Resize, ServesThoseWhoWaitInTheirOrder) {
    FakePool fixture(all_equal, {.size = 1, .max_overflow = 0});
    std::vector<int> order, expected;
    for (int i = 0; i < 30; ++i) expected.push_back(i);
    run(many_turns(fixture.pool, order));
    EXPECT_EQ(order, expected);
    EXPECT_EQ(fixture.pool.stats().waits.count, 29u);
    EXPECT_GT(fixture.pool.stats().waits.longest, 1ms);
    EXPECT_GE(fixture.pool.stats().waits.p95, fixture.pool.stats().waits.median);
}

TEST(Resize, ToLessDoesNotStrandThoseWhoWait) {
    FakePool fixture(all_equal, {.size = 3, .max_overflow = 0});
    std::vector<Lease> leases = opened(fixture.pool, 3);
    fixture.pool.resize(1);
    std::thread waiter([&] { opened(fixture.pool).release(); });
    while (fixture.pool.stats().waiting == 0) std::this_thread::sleep_for(100us);
    leases.pop_back();
    leases.pop_back();
    EXPECT_EQ(fixture.pool.stats().waiting, 1u);
    leases.pop_back();
    waiter.join();
    EXPECT_EQ(fixture.pool.stats().open, 1u);
}

}  // namespace
}  // namespace duet::testing
