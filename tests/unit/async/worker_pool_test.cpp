#include <duet/async/run.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>
#include <duet/base/error.hpp>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace {

using duet::Task;
using duet::WorkerPool;
using namespace std::chrono_literals;

Task<std::thread::id> id_on(WorkerPool& pool) {
    co_await pool.enter();
    EXPECT_TRUE(pool.on_worker());
    co_return std::this_thread::get_id();
}

TEST(WorkerPool, RunsTheRestOfTheCoroutineAndGoesHomeAfterwards) {
    WorkerPool pool(1);
    auto body = [&]() -> Task<> {
        const auto home = std::this_thread::get_id();
        for (int i = 0; i < 100; ++i) {
            EXPECT_NE(co_await id_on(pool), home);
            EXPECT_EQ(std::this_thread::get_id(), home);
            EXPECT_FALSE(pool.on_worker());
        }
    };
    duet::run(body());
}

TEST(WorkerPool, EnteredOnAWorkerStaysThere) {
    WorkerPool pool(2);
    auto body = [&]() -> Task<> {
        co_await pool.enter();
        const auto here = std::this_thread::get_id();
        EXPECT_EQ(co_await id_on(pool), here);
        EXPECT_EQ(std::this_thread::get_id(), here);
    };
    duet::run(body());
}

TEST(WorkerPool, IsNotUsedInBlockingMode) {
    WorkerPool pool(1);
    auto body = [&]() -> Task<std::thread::id> {
        co_await pool.enter();
        co_return std::this_thread::get_id();
    };
    EXPECT_EQ(duet::detail::complete_inline(body()), std::this_thread::get_id());
}

TEST(WorkerPool, BringsAnExceptionHome) {
    WorkerPool pool(1);
    auto failing = [&]() -> Task<> {
        co_await pool.enter();
        throw duet::NotFound("on a worker");
    };
    auto body = [&]() -> Task<> {
        const auto home = std::this_thread::get_id();
        EXPECT_THROW(co_await failing(), duet::NotFound);
        EXPECT_EQ(std::this_thread::get_id(), home);
    };
    duet::run(body());
    EXPECT_THROW(duet::run(failing()), duet::NotFound) << "from the outermost Task too";
}

TEST(WorkerPool, LetsACoroutineWaitAndGoOnAtHome) {
    WorkerPool pool(1);
    auto body = [&]() -> Task<> {
        const auto home = std::this_thread::get_id();
        auto child = [&]() -> Task<std::thread::id> {
            co_await pool.enter();
            co_await duet::sleep_for(1ms);
            co_return std::this_thread::get_id();
        };
        EXPECT_EQ(co_await child(), home);
        EXPECT_EQ(std::this_thread::get_id(), home);
    };
    for (int i = 0; i < 20; ++i) duet::run(body());
}

TEST(WorkerPool, FinishesWhatIsQueuedBeforeItEnds) {
    std::atomic<int> done = 0;
    std::optional<WorkerPool> pool(std::in_place, 2);
    auto job = [&]() -> Task<> {
        co_await pool->enter();
        std::this_thread::sleep_for(1ms);
        ++done;
    };
    auto body = [&]() -> Task<> {
        std::vector<Task<>> jobs;
        for (int i = 0; i < 20; ++i) jobs.push_back(job());
        co_await duet::when_all(std::move(jobs));
    };
    duet::run(body());
    pool.reset();
    EXPECT_EQ(done, 20);
}

TEST(WorkerPool, ServesManyLoopsAtOnce) {
    WorkerPool pool(3);
    std::atomic<long> sum = 0;
    auto add = [&](int n) -> Task<int> {
        co_await pool.enter();
        sum += n;
        co_return n;
    };
    auto body = [&]() -> Task<> {
        const auto home = std::this_thread::get_id();
        for (int i = 0; i < 300; ++i) {
            std::vector<Task<int>> tasks;
            for (int k = 0; k < 5; ++k) tasks.push_back(add(k));
            const std::vector<int> results = co_await duet::when_all(std::move(tasks));
            EXPECT_EQ(results, (std::vector<int>{0, 1, 2, 3, 4}));
            EXPECT_EQ(std::this_thread::get_id(), home);
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { duet::run(body()); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(sum, 4 * 300 * 10);
}

std::ptrdiff_t threads_of_this_process() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

TEST(WorkerPool, StartsNoThreadBeforeSomebodyEnters) {
    const std::ptrdiff_t before = threads_of_this_process();
    WorkerPool pool(8);
    EXPECT_EQ(threads_of_this_process(), before);
    auto body = [&]() -> Task<> {
        co_await pool.enter();
        EXPECT_GT(threads_of_this_process(), before);
    };
    duet::run(body());
}

// A Task that is destroyed while it is away. Its owner runs on the executor that is its home.

TEST(AbandonedTask, ThatIsQueuedNeverRuns) {
    WorkerPool pool(1);
    std::atomic<bool> release = false;
    std::atomic<bool> ran = false;
    auto blocker = [&]() -> Task<> {
        co_await pool.enter();
        while (!release) std::this_thread::sleep_for(1ms);
    };
    auto queued = [&](std::shared_ptr<int>) -> Task<> {
        co_await pool.enter();
        ran = true;
    };
    auto start = [](Task<>& task, duet::Executor& home) {
        duet::detail::TaskAccess::promise(task)->home = &home;
        duet::detail::TaskAccess::promise(task)->continuation = std::noop_coroutine();
        duet::detail::TaskAccess::handle(task).resume();
    };
    const auto witness = std::make_shared<int>(0);
    duet::EventLoop loop;
    Task<> first = blocker();
    start(first, loop);
    {
        Task<> second = queued(witness);
        start(second, loop);
    }
    EXPECT_EQ(witness.use_count(), 1);
    release = true;
    first = {};
    EXPECT_FALSE(ran);
}

TEST(AbandonedTask, ThatRunsOnAWorkerIsWaitedFor) {
    WorkerPool pool(2);
    for (int i = 0; i < 300; ++i) {
        const auto witness = std::make_shared<std::atomic<int>>(0);
        auto away = [&](std::shared_ptr<std::atomic<int>> count) -> Task<> {
            co_await pool.enter();
            ++*count;
            if (i % 3 == 0) std::this_thread::sleep_for(100us);
            ++*count;
        };
        auto parent = [&]() -> Task<> {
            co_await away(witness);
            ADD_FAILURE() << "resumed after its owner let it go";
        };
        duet::EventLoop loop;
        Task<> task = parent();
        duet::detail::TaskAccess::promise(task)->home = &loop;
        duet::detail::TaskAccess::handle(task).resume();
        if (i % 2 == 0) std::this_thread::yield();
        if (i % 5 == 0) std::this_thread::sleep_for(50us);
        task = {};
        EXPECT_EQ(witness.use_count(), 1);
        EXPECT_TRUE(*witness == 0 || *witness == 2) << "never cut off in the middle";
        auto turn = []() -> Task<> { co_await duet::yield(); };
        loop.run(turn());
    }
}

TEST(AbandonedTask, ThatSleepsIsForgottenByTheLoop) {
    duet::EventLoop loop;
    auto body = []() -> Task<> {
        co_await duet::sleep_for(1ms);
        ADD_FAILURE() << "resumed after its owner let it go";
    };
    auto owner = [&]() -> Task<> {
        {
            Task<> task = body();
            duet::detail::TaskAccess::promise(task)->home = &loop;
            duet::detail::TaskAccess::handle(task).resume();
        }
        co_await duet::sleep_for(3ms);
    };
    loop.run(owner());
}

TEST(AbandonedTask, MayOutliveItsPool) {
    duet::EventLoop loop;
    Task<> task;
    {
        WorkerPool pool(1);
        auto body = [](WorkerPool& its_pool) -> Task<> { co_await its_pool.enter(); };
        task = body(pool);
        duet::detail::TaskAccess::promise(task)->home = &loop;
        duet::detail::TaskAccess::handle(task).resume();
    }
    task = {};
}

}  // namespace
