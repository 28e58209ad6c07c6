#include <duet/async/event_loop.hpp>
#include <duet/async/run.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using duet::Task;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

TEST(Run, TakesATaskOrSomethingThatMakesOne) {
    auto make = []() -> Task<int> { co_return 3; };
    EXPECT_EQ(duet::run(make()), 3);
    EXPECT_EQ(duet::run(make), 3);
    EXPECT_EQ(duet::run([text = std::string("kept while it runs")]() -> Task<std::size_t> {
                  co_await duet::yield();
                  co_return text.size();
              }),
              18u);
}

TEST(Run, InsideARunIsRefused) {
    auto inner = []() -> Task<> { co_return; };
    auto outer = [&]() -> Task<> {
        duet::run(inner());
        co_return;
    };
    try {
        duet::run(outer());
        FAIL();
    } catch (const duet::ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("duet::run inside a running duet::run"), std::string::npos);
    }
    EXPECT_NO_THROW(duet::run(inner())) << "and leaves the thread usable";
}

TEST(Run, EndsWhatEachOfSeveralThreadsRunsAtOnce) {
    std::atomic<int> ended = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            duet::run(duet::sleep_for(2ms));
            ++ended;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ended, 4);
}

TEST(Run, TellsTasksTheirExecutor) {
    auto child = []() -> Task<duet::Executor*> { co_return co_await duet::this_task::executor(); };
    auto body = [&]() -> Task<> {
        duet::Executor* const mine = co_await duet::this_task::executor();
        duet::Executor* const its = co_await child();
        EXPECT_NE(mine, nullptr);
        EXPECT_EQ(mine, its);
        EXPECT_TRUE(mine->running_here());
    };
    duet::run(body());
    EXPECT_EQ(duet::detail::complete_inline(child()), nullptr);
}

TEST(EventLoop, FiresTimersInOrder) {
    std::vector<int> order;
    auto late = [&](int name, Clock::duration delay) -> Task<> {
        co_await duet::sleep_for(delay);
        order.push_back(name);
    };
    auto body = [&]() -> Task<> {
        const Clock::time_point start = Clock::now();
        co_await late(1, 3ms);
        EXPECT_GE(Clock::now() - start, 3ms);
        co_await late(2, 0ms);
        co_await late(3, -1s);
    };
    duet::run(body());
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

struct SocketPair {
    SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
    ~SocketPair() {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    void send() const { EXPECT_EQ(::write(ends[1], "x", 1), 1); }
    void receive() const {
        char byte = 0;
        EXPECT_EQ(::read(ends[0], &byte, 1), 1);
    }
    int ends[2] = {-1, -1};
};

using duet::Readiness;
using duet::WaitOutcome;

TEST(WaitFd, EndsWhenTheDescriptorIsReady) {
    const SocketPair pair;
    auto body = [&]() -> Task<> {
        EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::writable), WaitOutcome::ready);
        for (int i = 0; i < 50; ++i) {
            std::thread sender([&] { pair.send(); });
            EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::readable), WaitOutcome::ready);
            pair.receive();
            sender.join();
        }
    };
    duet::run(body());
    duet::detail::complete_inline(body());
}

TEST(WaitFd, EndsAtItsDeadline) {
    const SocketPair pair;
    auto body = [&]() -> Task<> {
        const auto start = Clock::now();
        EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::readable, start + 5ms),
                  WaitOutcome::timed_out);
        EXPECT_GE(Clock::now() - start, 5ms);
        pair.send();
        EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::readable, start + 10s), WaitOutcome::ready);
    };
    duet::run(body());
    pair.receive();
    duet::detail::complete_inline(body());
}

TEST(WaitFd, SeesAHangUp) {
    SocketPair pair;
    ::close(std::exchange(pair.ends[1], -1));
    auto body = [&]() -> Task<WaitOutcome> { return duet::wait_fd(pair.ends[0], Readiness::readable); };
    EXPECT_EQ(duet::run(body()), WaitOutcome::ready);
}

TEST(WaitFd, DoesNotSpinOnReadinessThatNobodyWantsAnyMore) {
    const SocketPair pair;
    auto body = [&]() -> Task<> {
        pair.send();
        EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::readable), WaitOutcome::ready);
        // Still readable, but nobody asks; another descriptor keeps epoll busy.
        const SocketPair other;
        timespec before{};
        timespec after{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        EXPECT_EQ(co_await duet::wait_fd(other.ends[0], Readiness::readable, Clock::now() + 100ms),
                  WaitOutcome::timed_out);
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        EXPECT_LT((after.tv_sec - before.tv_sec) * 1'000'000'000L + (after.tv_nsec - before.tv_nsec),
                  50'000'000L);
        duet::Executor* const executor = co_await duet::this_task::executor();
        executor->unwatch(other.ends[0]);
    };
    duet::run(body());
}

TEST(WaitFd, WatchesADescriptorNumberAgainAfterItWasReused) {
    auto body = []() -> Task<> {
        duet::Executor* const executor = co_await duet::this_task::executor();
        for (int i = 0; i < 10; ++i) {
            const SocketPair pair;
            pair.send();
            EXPECT_EQ(co_await duet::wait_fd(pair.ends[0], Readiness::readable, Clock::now() + 5s),
                      WaitOutcome::ready);
            executor->unwatch(pair.ends[0]);
        }
    };
    duet::run(body());
}

}  // namespace
