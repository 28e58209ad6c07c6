#include <duet/async/run.hpp>
#include <duet/async/task.hpp>
#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using duet::Task;
using duet::detail::complete_inline;

Task<int> number(int value) { co_return value; }
Task<> nothing() { co_return; }
Task<int> failing() {
    throw duet::NotFound("no such row");
    co_return 0;
}

TEST(Task, HandsOverItsResult) {
    EXPECT_EQ(complete_inline(number(7)), 7);
    EXPECT_EQ(duet::run(number(7)), 7);
}

TEST(Task, DoesNothingUntilItIsAwaited) {
    bool ran = false;
    auto body = [&]() -> Task<> {
        ran = true;
        co_return;
    };
    { const Task<> task = body(); }
    EXPECT_FALSE(ran);
    complete_inline(body());
    EXPECT_TRUE(ran);
}

TEST(Task, MovesAResultThatCannotBeCopied) {
    auto body = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    EXPECT_EQ(*complete_inline(body()), 3);
}

struct NoDefault {
    explicit NoDefault(std::string its_text) : text(std::move(its_text)) {}
    std::string text;
};

TEST(Task, NeedsNoDefaultConstructor) {
    auto body = []() -> Task<NoDefault> {
        co_return NoDefault("a text that is too long to be stored inline");
    };
    auto outer = [&]() -> Task<NoDefault> { co_return co_await body(); };
    EXPECT_EQ(complete_inline(outer()).text, "a text that is too long to be stored inline");
}

TEST(Task, HandsOverAReference) {
    int value = 1;
    auto body = [&]() -> Task<int&> { co_return value; };
    complete_inline(body()) = 5;
    EXPECT_EQ(value, 5);
}

TEST(Task, PassesAnExceptionThroughEveryLayer) {
    int caught = 0;
    auto inner = [&]() -> Task<int> {
        try {
            co_return co_await failing();
        } catch (const duet::NotFound&) {
            ++caught;
            throw;
        }
    };
    auto outer = [&]() -> Task<int> {
        try {
            co_return co_await inner();
        } catch (const duet::NotFound&) {
            ++caught;
            throw;
        }
    };
    EXPECT_THROW(complete_inline(outer()), duet::NotFound);
    EXPECT_THROW(duet::run(outer()), duet::NotFound);
    EXPECT_EQ(caught, 4);
}

TEST(Task, GoesOnAfterACaughtException) {
    auto body = []() -> Task<int> {
        int result = 0;
        try {
            result = co_await failing();
        } catch (const duet::Error&) {
            result = -1;
        }
        co_return result + co_await number(10);
    };
    EXPECT_EQ(duet::run(body()), 9);
}

TEST(Task, EmptyOneOfNothingIsANoOp) {
    Task<> empty;
    EXPECT_FALSE(empty);
    complete_inline(Task<>{});
    duet::run(Task<>{});
    auto body = []() -> Task<> { co_await Task<>{}; };
    duet::run(body());
}

TEST(Task, EmptyOneWithAResultThrows) {
    EXPECT_THROW(complete_inline(Task<int>{}), duet::ConfigurationError);
    auto body = []() -> Task<int> { co_return co_await Task<int>{}; };
    EXPECT_THROW(duet::run(body()), duet::ConfigurationError);
}

TEST(Task, CannotBeAwaitedTwice) {
    auto body = []() -> Task<> {
        Task<> task = nothing();
        co_await std::move(task);
        co_await std::move(task);
    };
    EXPECT_THROW(duet::run(body()), duet::ConfigurationError);
}

TEST(Task, DestroysWhatItsCoroutineHolds) {
    const auto witness = std::make_shared<int>(1);
    auto body = [](std::shared_ptr<int> held) -> Task<> {
        const std::shared_ptr<int> copy = held;
        co_await duet::yield();
    };
    {
        const Task<> never_started = body(witness);
        EXPECT_EQ(witness.use_count(), 2);
    }
    EXPECT_EQ(witness.use_count(), 1);
    duet::run(body(witness));
    EXPECT_EQ(witness.use_count(), 1);
}

struct Never {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

TEST(Task, ThatSuspendsCannotBeCompletedInline) {
    const auto witness = std::make_shared<int>(1);
    auto inner = [&](std::shared_ptr<int>) -> Task<> { co_await Never{}; };
    auto outer = [&]() -> Task<> { co_await inner(witness); };
    EXPECT_THROW(complete_inline(outer()), duet::ConfigurationError);
    EXPECT_EQ(witness.use_count(), 1) << "the suspended frames are destroyed";
}

TEST(Task, LoopsAMillionTimesOnAFlatStack) {
    auto body = []() -> Task<long> {
        long sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum += co_await number(1);
        co_return sum;
    };
    EXPECT_EQ(complete_inline(body()), 1'000'000);
    EXPECT_EQ(duet::run(body()), 1'000'000);
}

TEST(Task, LoopsOverSuspensionsOnAFlatStack) {
    auto pause = []() -> Task<int> {
        co_await duet::yield();
        co_return 1;
    };
    auto body = [&]() -> Task<long> {
        long sum = 0;
        for (int i = 0; i < 100'000; ++i) sum += co_await pause();
        co_return sum;
    };
    EXPECT_EQ(duet::run(body()), 100'000);
}

Task<int> nested(int depth) {
    if (depth == 0) {
        co_await duet::yield();
        co_return 0;
    }
    co_return 1 + co_await nested(depth - 1);
}

TEST(Task, NestsAThousandDeep) { EXPECT_EQ(duet::run(nested(1000)), 1000); }

// An awaiter from elsewhere that resumes on a thread of its own.
struct OnNewThread {
    std::thread& thread;
    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(
        std::coroutine_handle<> handle) const {  // Clang bug 56301, if inlined
        std::thread& place = thread;             // the frame may be gone once the thread runs
        place = std::thread([handle] { handle.resume(); });
    }
    void await_resume() const noexcept {}
};

TEST(Task, MayBeResumedOnAnotherThreadWhileItsStarterUnwinds) {
    for (int i = 0; i < 200; ++i) {
        std::thread thread;
        bool ended = false;
        auto inner = [&]() -> Task<int> {
            co_await OnNewThread{thread};
            co_return 4;
        };
        auto outer = [&]() -> Task<> {
            const int first = co_await inner();
            ended = first == 4;
        };
        Task<> task = outer();
        duet::detail::TaskAccess::handle(task).resume();
        thread.join();
        EXPECT_TRUE(ended);
    }
}

TEST(Task, FramesMayBeFreedOnAnotherThread) {
    std::vector<Task<int>> tasks;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 500; ++i) tasks.push_back(number(i));
        std::thread([&] { tasks.clear(); }).join();
    }
    EXPECT_TRUE(tasks.empty());
}

}  // namespace
