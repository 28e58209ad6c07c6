#include <duet/async/cancel.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

void until_waiting(const Pool& pool, std::size_t number) {
    while (pool.stats().waiting != number) std::this_thread::sleep_for(100us);
}

/// Takes the connection on a thread of its own and keeps it until the end.
class Holder {
public:
    Holder(Pool& pool, Access access)
        : thread_([this, &pool, access] {
              Lease lease = pool.acquire_blocking(access);
              has_it_ = true;
              has_it_.notify_one();
              end_.wait(false);
          }) {
        has_it_.wait(false);
    }
    ~Holder() { let_go(); }
    void let_go() {
        if (!thread_.joinable()) return;
        end_ = true;
        end_.notify_one();
        thread_.join();
    }

private:
    std::atomic<bool> has_it_{false};
    std::atomic<bool> end_{false};
    std::thread thread_;
};

TEST(BlockingWait, EndsWhenTheConnectionComesBack) {
    FakePool fixture(one_writer);
    Holder holder(fixture.pool, Access::write);
    std::atomic<bool> served{false};
    std::thread waiter([&] {
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        served = true;
    });
    until_waiting(fixture.pool, 1);
    EXPECT_FALSE(served);
    holder.let_go();
    waiter.join();
    EXPECT_TRUE(served);
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

TEST(BlockingWait, IsFirstComeFirstServed) {
    FakePool fixture(one_for_all);
    Holder holder(fixture.pool, Access::write);
    std::vector<int> order;
    std::vector<std::thread> waiters;
    for (int i = 0; i < 6; ++i) {
        waiters.emplace_back([&, i] {
            Lease lease = fixture.pool.acquire_blocking(Access::read);
            order.push_back(i);
        });
        until_waiting(fixture.pool, static_cast<std::size_t>(i) + 1);
    }
    holder.let_go();
    for (std::thread& waiter : waiters) waiter.join();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(BlockingWait, ThatTakesTooLongSaysWhatThePoolLooksLike) {
    FakePool fixture(one_writer, {.size = 3, .timeout = 30ms});
    Holder holder(fixture.pool, Access::write);
    const auto before = Clock::now();
    const std::string message =
        message_of<PoolTimeout>([&] { static_cast<void>(fixture.pool.acquire_blocking(Access::write)); });
    EXPECT_GE(Clock::now() - before, 30ms);
    EXPECT_TRUE(message.starts_with("no connection for writing came free within 3")) << message;
    EXPECT_NE(message.find("1 of 1 are checked out, 0 more callers wait. Inside a transaction"),
              std::string::npos)
        << message;
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
}

TEST(BlockingWait, ForOneselfIsRefusedAtOnce) {
    FakePool memory(one_for_all), file(one_writer, {.size = 2}),
        equal(all_equal, {.size = 2, .max_overflow = 0});
    const auto take = [](FakePool& from, Access access) {
        return message_of<PoolTimeout>([&] { static_cast<void>(from.pool.acquire_blocking(access)); });
    };
    Lease all = memory.pool.acquire_blocking(Access::write);
    EXPECT_EQ(
        take(memory, Access::read),
        "this thread already holds the database's only connection, inside a transaction or an iteration: "
        "use that transaction's handle");
    Lease writer = file.pool.acquire_blocking(Access::write);
    EXPECT_EQ(
        take(file, Access::write),
        "this thread already holds the database's only connection for writing, inside a transaction or an "
        "iteration: use that transaction's handle");
    Lease reader = file.pool.acquire_blocking(Access::read);
    Lease second_reader = file.pool.acquire_blocking(Access::read);
    EXPECT_TRUE(take(file, Access::read)
                    .starts_with("this thread already holds all 2 connections of the database "
                                 "for reading, inside"));
    Lease one = equal.pool.acquire_blocking(Access::read);
    Lease other = equal.pool.acquire_blocking(Access::write);
    EXPECT_TRUE(take(equal, Access::write)
                    .starts_with("this thread already holds all 2 connections of the database, "));
}

TEST(BlockingWait, IsRefusedToWhoAdoptedTheLeaseAndNotToWhoGaveItAway) {
    FakePool fixture(one_for_all, {.timeout = 20ms});
    Lease lease = fixture.pool.acquire_blocking(Access::write);
    std::thread([&] {
        lease.adopt();
        EXPECT_TRUE(message_of<PoolTimeout>([&] {
                        static_cast<void>(fixture.pool.acquire_blocking(Access::write));
                    }).starts_with("this thread already holds"));
    }).join();
    EXPECT_TRUE(message_of<PoolTimeout>([&] {
                    static_cast<void>(fixture.pool.acquire_blocking(Access::write));
                }).starts_with("no connection for writing"));
}

TEST(BlockingWait, EndsWhenItIsCancelled) {
    FakePool fixture(one_writer);
    Holder holder(fixture.pool, Access::write);
    CancelSource source;
    std::thread waiter([&] {
        EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::write, source.token())),
                     QueryCanceled);
    });
    until_waiting(fixture.pool, 1);
    source.request_cancel();
    waiter.join();
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
    EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::read, source.token())),
                 QueryCanceled);
}

TEST(BlockingWait, EndsAtTheDeadlineOfItsToken) {
    FakePool fixture(one_writer);
    Holder holder(fixture.pool, Access::write);
    const CancelSource source(Clock::now() + 20ms);
    EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::write, source.token())),
                 QueryCanceled);
}

}  // namespace
}  // namespace duet::testing
