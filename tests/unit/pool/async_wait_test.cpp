#include <duet/async/run.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using namespace std::chrono_literals;

Task<> note_turn(Pool& pool, std::vector<int>& order, int number) {
    Lease lease = co_await pool.acquire(Access::write);
    order.push_back(number);
    co_await yield();
}

Task<> many_turns(Pool& pool, std::vector<int>& order, int number) {
    std::vector<Task<>> tasks;
    for (int i = 0; i < number; ++i) tasks.push_back(note_turn(pool, order, i));
    co_await when_all(std::move(tasks));
}

TEST(AsyncWait, OfTenThousandOnOneConnectionIsFairAndEnds) {
    FakePool fixture(one_for_all);
    std::vector<int> order, expected;
    for (int i = 0; i < 10'000; ++i) expected.push_back(i);
    run(many_turns(fixture.pool, order, 10'000));
    EXPECT_EQ(order, expected);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
}

Task<> hold(Pool& pool, std::chrono::milliseconds time) {
    Lease lease = co_await pool.acquire(Access::write);
    co_await sleep_for(time);
}

Task<std::string> timed_out_message(Pool& pool) {
    Lease lease = co_await pool.acquire(Access::write);
    try {
        Lease second = co_await pool.acquire(Access::write);
    } catch (const PoolTimeout& error) {
        co_return error.what();
    }
    co_return "it was served";
}

TEST(AsyncWait, ThatTakesTooLongIsAPoolTimeout) {
    FakePool fixture(one_writer, {.timeout = 20ms});
    const std::string message = run(timed_out_message(fixture.pool));
    EXPECT_TRUE(message.starts_with("no connection for writing came free within ")) << message;
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
}

Task<> take(Pool& pool) { Lease lease = co_await pool.acquire(Access::write); }

Task<bool> is_cancelled(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const QueryCanceled&) {
        co_return true;
    }
    co_return false;
}

TEST(AsyncWait, EndsWithTheLimitOfItsTask) {
    FakePool fixture(one_for_all);
    Lease lease = fixture.pool.acquire_blocking(Access::read);
    EXPECT_TRUE(run(is_cancelled(timeout(take(fixture.pool), 10ms))));
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
}

TEST(AsyncWait, IsCancelledFromAnotherThread) {
    FakePool fixture(one_for_all);
    Lease lease = fixture.pool.acquire_blocking(Access::read);
    CancelSource source;
    std::thread other([&] {
        while (fixture.pool.stats().waiting == 0) std::this_thread::sleep_for(100us);
        source.request_cancel();
    });
    EXPECT_TRUE(run(is_cancelled(with_token(take(fixture.pool), source.token()))));
    other.join();
    EXPECT_TRUE(run(is_cancelled(with_token(take(fixture.pool), source.token()))));
}

/// Starts a Task on the executor of whoever asks; it goes on by itself.
struct Start {
    Task<>& task;
    explicit Start(Task<>& started) : task(started) {}
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> handle) const {
        detail::start_child(detail::TaskAccess::handle(task), *detail::TaskAccess::promise(task), nullptr,
                            &handle.promise());
        return false;
    }
    void await_resume() const noexcept {}
};

Task<> destroy_queued(Pool& pool) {
    Lease lease = co_await pool.acquire(Access::write);
    std::optional<Task<>> first = take(pool), second = take(pool), third = take(pool);
    for (auto* task : {&first, &second, &third}) {
        Start start(**task);
        co_await start;
    }
    EXPECT_EQ(pool.stats().waiting, 3u);
    second.reset();
    first.reset();
    EXPECT_EQ(pool.stats().waiting, 1u);
    third.reset();
    EXPECT_EQ(pool.stats().waiting, 0u);
    lease.release();
    EXPECT_EQ(pool.stats().checked_out, 0u);
}

TEST(AsyncWait, LeavesTheQueueWhenItsTaskIsDestroyed) {
    FakePool fixture(one_for_all);
    run(destroy_queued(fixture.pool));
}

Task<> destroy_granted(Pool& pool, std::vector<int>& order) {
    Lease lease = co_await pool.acquire(Access::write);
    std::optional<Task<>> first = take(pool);
    Task<> second = note_turn(pool, order, 2);
    Start start_first(*first), start_second(second);
    co_await start_first;
    co_await start_second;
    lease.release();  // to the first, which has not been resumed yet
    EXPECT_EQ(pool.stats().waiting, 1u);
    first.reset();
    EXPECT_EQ(pool.stats().waiting, 0u);
    EXPECT_EQ(pool.stats().checked_out, 1u);
    while (order.empty()) co_await yield();
    while (pool.stats().checked_out != 0) co_await yield();
}

TEST(AsyncWait, PassesOnWhatATaskWasGrantedThatIsDestroyed) {
    FakePool fixture(one_for_all);
    std::vector<int> order;
    run(destroy_granted(fixture.pool, order));
    EXPECT_EQ(order, std::vector<int>{2});
}

Task<bool> acquire_on_worker(Pool& pool) {
    co_await pool.workers()->enter();
    Lease lease = co_await pool.acquire(Access::write);
    co_return pool.workers()->on_worker();
}

TEST(AsyncWait, ThatBeganOnAWorkerGoesOnAtHome) {
    FakePool fixture(one_for_all);
    EXPECT_TRUE(run(acquire_on_worker(fixture.pool)));
    std::optional<Lease> lease(fixture.pool.acquire_blocking(Access::write));
    std::thread other([&] {
        while (fixture.pool.stats().waiting == 0) std::this_thread::sleep_for(100us);
        lease.reset();
    });
    EXPECT_FALSE(run(acquire_on_worker(fixture.pool)));
    other.join();
}

Task<> two_holders(Pool& pool) { co_await when_all(hold(pool, 5ms), hold(pool, 5ms)); }

TEST(AsyncWait, SharesTheQueueWithThreads) {
    FakePool fixture(one_for_all);
    std::vector<std::thread> loops;
    for (int i = 0; i < 3; ++i) {
        loops.emplace_back([&] { run(two_holders(fixture.pool)); });
        loops.emplace_back([&] {
            for (int k = 0; k < 3; ++k) Lease(fixture.pool.acquire_blocking(Access::read)).open();
        });
    }
    for (std::thread& loop : loops) loop.join();
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.database.connects, 1);
}

}  // namespace
}  // namespace duet::testing
