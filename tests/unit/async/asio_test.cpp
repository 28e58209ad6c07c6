#include "asio_headers.hpp"

#if defined(DUET_ASIO_CANCELS)
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#endif

#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/async/worker_pool.hpp>
#include <duet/base/error.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace net = duet::detail::asio_bridge::net;
using duet::Task;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

template <class F>
auto run_in(net::io_context& context, F make) {
    auto result = net::co_spawn(context, make(), net::use_future);
    context.run();
    context.restart();
    return result.get();
}

TEST(AsAwaitable, HandsOverResultsAndExceptions) {
    net::io_context context;
    auto value = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
    auto nothing = []() -> Task<> { co_return; };
    auto failing = []() -> Task<int> {
        co_await duet::yield();
        throw duet::NotFound("none");
        co_return 0;
    };
    auto body = [&]() -> net::awaitable<int> {
        co_await duet::as_awaitable(nothing());
        co_await duet::as_awaitable(Task<>{});
        EXPECT_THROW(co_await duet::as_awaitable(failing()), duet::NotFound);
        const auto result = co_await duet::as_awaitable(value());
        co_return *result;
    };
    EXPECT_EQ(run_in(context, body), 4);
}

TEST(AsAwaitable, WaitsThroughAsio) {
    net::io_context context;
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    bool nothing_came = false;
    auto reading = [&]() -> Task<> {
        EXPECT_EQ(co_await duet::wait_fd(ends[0], duet::Readiness::writable), duet::WaitOutcome::ready);
        EXPECT_EQ(co_await duet::wait_fd(ends[0], duet::Readiness::readable, Clock::now() + 2ms),
                  duet::WaitOutcome::timed_out);
        nothing_came = true;
        EXPECT_EQ(co_await duet::wait_fd(ends[0], duet::Readiness::readable), duet::WaitOutcome::ready);
        char byte = 0;
        EXPECT_EQ(::read(ends[0], &byte, 1), 1);
    };
    auto writing = [&]() -> Task<> {
        while (!nothing_came) co_await duet::sleep_for(1ms);
        EXPECT_EQ(::write(ends[1], "x", 1), 1);
    };
    auto both = [&]() -> Task<> { co_await duet::when_all(reading(), writing()); };
    auto body = [&]() -> net::awaitable<int> {
        co_await duet::as_awaitable(both());
        co_return 0;
    };
    EXPECT_EQ(run_in(context, body), 0);
    EXPECT_EQ(::write(ends[1], "y", 1), 1) << "the descriptor was not closed";
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(AsAwaitable, ComesBackFromAWorkerToItsExecutor) {
    net::io_context context;
    duet::WorkerPool pool(2);
    auto work = [&](int value) -> Task<int> {
        co_await pool.enter();
        co_return value;
    };
    auto two = [&]() -> Task<int> {
        const auto [a, b] = co_await duet::when_all(work(1), work(2));
        co_return a + b;
    };
    auto body = [&]() -> net::awaitable<int> {
        const auto home = std::this_thread::get_id();
        int sum = 0;
        for (int i = 0; i < 200; ++i) {
            sum += co_await duet::as_awaitable(two());
            EXPECT_EQ(std::this_thread::get_id(), home);
        }
        co_return sum;
    };
    EXPECT_EQ(run_in(context, body), 600);
}

TEST(AsAwaitable, IsRightWithSeveralThreads) {
    net::io_context context;
    duet::WorkerPool pool(2);
    std::atomic<int> done = 0;
    auto work = [&](int value) -> Task<int> {
        co_await pool.enter();
        co_return value;
    };
    auto many = [&](int n) -> Task<int> {
        int unprotected = 0;
        auto add = [&]() -> Task<> {
            const int value = co_await work(1);
            unprotected += value;
            co_await duet::sleep_for(10us);
            unprotected += value;
        };
        for (int i = 0; i < n; ++i) co_await duet::when_all(add(), add(), duet::yield());
        co_return unprotected;
    };
    auto body = [&]() -> net::awaitable<void> {
        for (int i = 0; i < 10; ++i) EXPECT_EQ(co_await duet::as_awaitable(many(5)), 20);
        ++done;
    };
    for (int i = 0; i < 20; ++i) net::co_spawn(context, body(), net::detached);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { context.run(); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done, 20);
}

TEST(AsAwaitable, IsDestroyedWithItsContext) {
    duet::WorkerPool pool(1);
    for (int i = 0; i < 50; ++i) {
        const auto witness = std::make_shared<int>(0);
        auto sleeping = [](std::shared_ptr<int>) -> Task<> { co_await duet::sleep_for(10s); };
        auto working = [&](std::shared_ptr<int>) -> Task<> {
            co_await pool.enter();
            std::this_thread::sleep_for(200us);
        };
        auto both = [&]() -> Task<> { co_await duet::when_all(sleeping(witness), working(witness)); };
        auto body = [&]() -> net::awaitable<void> { co_await duet::as_awaitable(both()); };
        {
            net::io_context context;
            net::co_spawn(context, body(), net::detached);
            context.run_for(std::chrono::microseconds(10 * i));
        }
        EXPECT_EQ(witness.use_count(), 1);
    }
}

#if defined(DUET_ASIO_CANCELS)

TEST(AsAwaitable, IsCancelledThroughItsSlot) {
    for (const bool early : {true, false}) {
        net::io_context context;
        net::cancellation_signal signal;
        bool cancelled = false;
        auto body = [&]() -> net::awaitable<void> {
            try {
                co_await duet::as_awaitable(duet::sleep_for(10s));
            } catch (const duet::QueryCanceled&) {
                cancelled = true;
            }
        };
        const auto start = Clock::now();
        net::co_spawn(context, body(), net::bind_cancellation_slot(signal.slot(), net::detached));
        context.run_for(early ? 0ms : 5ms);
        net::post(context, [&] { signal.emit(net::cancellation_type::terminal); });
        context.run();
        EXPECT_LT(Clock::now() - start, 5s);
        EXPECT_TRUE(early || cancelled);
    }
}

TEST(AsAwaitable, CancelsWhatRunsOnAWorker) {
    net::io_context context;
    net::cancellation_signal signal;
    duet::WorkerPool pool(1);
    bool cancelled = false;
    auto work = [&]() -> Task<> {
        const duet::CancelToken token = co_await duet::this_task::token();
        co_await pool.enter();
        while (!token.cancelled()) std::this_thread::sleep_for(100us);
        throw duet::QueryCanceled("interrupted");
    };
    auto body = [&]() -> net::awaitable<void> {
        try {
            co_await duet::as_awaitable(work());
        } catch (const duet::QueryCanceled&) {
            cancelled = true;
        }
    };
    net::co_spawn(context, body(), net::bind_cancellation_slot(signal.slot(), net::detached));
    context.run_for(5ms);
    signal.emit(net::cancellation_type::terminal);
    context.run();
    EXPECT_TRUE(cancelled);
}

#endif

TEST(AsAwaitable, HonoursTimeouts) {
    net::io_context context;
    auto body = []() -> net::awaitable<int> {
        EXPECT_THROW(co_await duet::as_awaitable(duet::timeout(duet::sleep_for(10s), 3ms)),
                     duet::QueryCanceled);
        co_return 1;
    };
    EXPECT_EQ(run_in(context, body), 1);
}

TEST(AsioExecutor, HasNoRoomForAWaitOnceItIsGone) {
    net::io_context context;
    std::optional<duet::AsioExecutor> executor(std::in_place, context.get_executor());
    duet::Wait wait;
    wait.deadline = Clock::now() + 1ms;
    wait.fire = [](duet::Wait&) noexcept { ADD_FAILURE(); };
    executor->start(wait);
    executor.reset();
    EXPECT_FALSE(wait.notes.accepted);
    context.run();
}

}  // namespace
