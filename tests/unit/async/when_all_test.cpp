#include <duet/async/run.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>
#include <duet/base/error.hpp>

#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace {

using duet::Task;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

Task<int> after(Clock::duration delay, int value) {
    co_await duet::sleep_for(delay);
    co_return value;
}
Task<> failing_after(Clock::duration delay, std::string text) {
    co_await duet::sleep_for(delay);
    throw duet::NotFound(text);
}

TEST(WhenAll, ReturnsAllResultsInOrder) {
    auto body = []() -> Task<> {
        auto text = []() -> Task<std::unique_ptr<std::string>> {
            co_return std::make_unique<std::string>("t");
        };
        auto [first, second, third] = co_await duet::when_all(after(2ms, 1), duet::sleep_for(1ms), text());
        EXPECT_EQ(first, 1);
        EXPECT_EQ(second, duet::Nothing{});
        EXPECT_EQ(*third, "t");
    };
    duet::run(body());
    duet::detail::complete_inline(body());
}

TEST(WhenAll, RunsSideBySide) {
    auto body = []() -> Task<> {
        const auto start = Clock::now();
        std::vector<Task<int>> tasks;
        for (int i = 0; i < 100; ++i) tasks.push_back(after(20ms, i));
        const std::vector<int> results = co_await duet::when_all(std::move(tasks));
        EXPECT_EQ(results.size(), 100u);
        EXPECT_EQ(results.back(), 99);
        EXPECT_LT(Clock::now() - start, 1s);
    };
    duet::run(body());
}

TEST(WhenAll, EndsAllBeforeItThrowsTheFirstFailure) {
    bool ended = false;
    auto slow = [&]() -> Task<> {
        co_await duet::sleep_for(5ms);
        ended = true;
    };
    auto body = [&]() -> Task<> {
        co_await duet::when_all(failing_after(3ms, "first"), failing_after(1ms, "second"), slow());
    };
    try {
        duet::run(body());
        FAIL();
    } catch (const duet::NotFound& error) {
        EXPECT_STREQ(error.what(), "first");
    }
    EXPECT_TRUE(ended);
}

TEST(WhenAll, OfNothingEndsAtOnce) {
    auto body = []() -> Task<> {
        co_await duet::when_all();
        co_await duet::when_all(std::vector<Task<>>{});
        const auto none = co_await duet::when_all(std::vector<Task<int>>{});
        EXPECT_TRUE(none.empty());
    };
    duet::run(body());
}

TEST(WhenAll, GivesChildrenExecutorAndToken) {
    const duet::CancelSource source;
    auto child = []() -> Task<> {
        EXPECT_NE(co_await duet::this_task::executor(), nullptr);
        const duet::CancelToken token = co_await duet::this_task::token();
        EXPECT_TRUE(token.can_be_cancelled());
    };
    auto body = [&]() -> Task<> { co_await duet::when_all(child(), child()); };
    duet::run(duet::with_token(body(), source.token()));
}

TEST(Sleep, EndsEarlyWhenCancelled) {
    for (const bool blocking : {false, true}) {
        const duet::CancelSource source;
        std::thread canceller([&] {
            std::this_thread::sleep_for(2ms);
            source.request_cancel();
        });
        const auto start = Clock::now();
        auto body = [&]() -> Task<> { return duet::with_token(duet::sleep_for(10s), source.token()); };
        if (blocking) {
            EXPECT_THROW(duet::detail::complete_inline(body()), duet::QueryCanceled);
        } else {
            EXPECT_THROW(duet::run(body()), duet::QueryCanceled);
        }
        EXPECT_LT(Clock::now() - start, 5s);
        canceller.join();
    }
}

TEST(Sleep, DoesNotStartWhenCancelledBefore) {
    const duet::CancelSource source;
    source.request_cancel();
    EXPECT_THROW(duet::run(duet::with_token(duet::sleep_for(10s), source.token())), duet::QueryCanceled);
}

TEST(Sleep, SurvivesCancellationsFromAllSides) {
    for (int i = 0; i < 300; ++i) {
        const duet::CancelSource source;
        std::thread canceller([&] { source.request_cancel(); });
        try {
            duet::run(duet::with_token(duet::sleep_for(std::chrono::microseconds(i % 50)), source.token()));
        } catch (const duet::QueryCanceled&) {
        }
        canceller.join();
    }
}

TEST(Timeout, CancelsATaskThatTakesTooLong) {
    for (const bool blocking : {false, true}) {
        const auto start = Clock::now();
        auto body = []() -> Task<int> { return duet::timeout(after(10s, 1), 5ms); };
        if (blocking) {
            EXPECT_THROW(duet::detail::complete_inline(body()), duet::QueryCanceled);
        } else {
            EXPECT_THROW(duet::run(body()), duet::QueryCanceled);
        }
        EXPECT_LT(Clock::now() - start, 5s);
    }
}

TEST(Timeout, LeavesAFasterTaskAlone) {
    EXPECT_EQ(duet::run(duet::timeout(after(1ms, 8), 10s)), 8);
    EXPECT_EQ(duet::run(duet::timeout(after(1ms, 8), std::chrono::nanoseconds::max())), 8);
    EXPECT_EQ(duet::detail::complete_inline(duet::timeout(after(1ms, 8), 10s)), 8);
}

TEST(Timeout, CancelsWhatRunsOnAWorker) {
    duet::WorkerPool pool(1);
    auto work = [&]() -> Task<> {
        const duet::CancelToken token = co_await duet::this_task::token();
        co_await pool.enter();
        while (!token.cancelled()) std::this_thread::sleep_for(100us);
        throw duet::QueryCanceled("interrupted");
    };
    EXPECT_THROW(duet::run(duet::timeout(work(), 3ms)), duet::QueryCanceled);
}

TEST(Timeout, OfAnOuterOneReachesInside) {
    EXPECT_THROW(duet::run(duet::timeout(duet::timeout(after(10s, 1), 5s), 3ms)), duet::QueryCanceled);
}

TEST(TaskGroup, RunsTasksUntilJoined) {
    int done = 0;
    auto work = [&](Clock::duration delay) -> Task<> {
        co_await duet::sleep_for(delay);
        ++done;
    };
    auto body = [&]() -> Task<> {
        duet::TaskGroup group(co_await duet::this_task::executor());
        for (int i = 0; i < 50; ++i) group.add(work(std::chrono::milliseconds(i % 3)));
        const bool blocking = co_await duet::this_task::executor() == nullptr;
        EXPECT_EQ(group.size() == 0, blocking);
        co_await group.join();
        EXPECT_EQ(group.size(), 0u);
        group.add(work(0ms));
        co_await group.join();
    };
    duet::run(body());
    EXPECT_EQ(done, 51);
    duet::detail::complete_inline(body());
    EXPECT_EQ(done, 102);
}

TEST(TaskGroup, ThrowsTheFirstFailureFromJoin) {
    int done = 0;
    auto work = [&]() -> Task<> {
        co_await duet::sleep_for(3ms);
        ++done;
    };
    auto body = [&]() -> Task<> {
        duet::TaskGroup group(co_await duet::this_task::executor());
        group.add(failing_after(1ms, "first"));
        group.add(failing_after(2ms, "second"));
        group.add(work());
        co_await group.join();
    };
    try {
        duet::run(body());
        FAIL();
    } catch (const duet::NotFound& error) {
        EXPECT_STREQ(error.what(), "first");
    }
    EXPECT_EQ(done, 1);
}

TEST(TaskGroup, DestroysWhatWasNotJoined) {
    duet::WorkerPool pool(1);
    const auto witness = std::make_shared<int>(0);
    auto sleeping = [](std::shared_ptr<int>) -> Task<> { co_await duet::sleep_for(10s); };
    auto working = [&](std::shared_ptr<int>) -> Task<> { co_await pool.enter(); };
    auto body = [&]() -> Task<> {
        duet::TaskGroup group(co_await duet::this_task::executor());
        group.add(sleeping(witness));
        group.add(working(witness));
    };
    duet::run(body());
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(TaskGroup, CanBeCancelled) {
    auto body = []() -> Task<> {
        duet::TaskGroup group(co_await duet::this_task::executor());
        group.add(duet::sleep_for(10s));
        group.request_cancel();
        EXPECT_THROW(co_await group.join(), duet::QueryCanceled);
    };
    duet::run(body());
}

}  // namespace
