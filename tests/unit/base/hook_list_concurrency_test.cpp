#include <duet/base/hook_list.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using duet::HookConnection;
using duet::detail::HookList;

TEST(HookLists, CallInTheOrderOfConnectionUntilDisconnected) {
    HookList<int> list;
    EXPECT_TRUE(list.empty());
    std::string calls;
    HookConnection first = list.add([&](int event) { calls += "a" + std::to_string(event); });
    {
        const HookConnection second = list.add([&](int event) { calls += "b" + std::to_string(event); });
        list.fire(1);
    }
    list.fire(2);
    EXPECT_TRUE(first.connected());
    first.disconnect();
    EXPECT_FALSE(first.connected());
    list.fire(3);
    EXPECT_EQ(calls, "a1b1a2");
    EXPECT_TRUE(list.empty());
}

TEST(HookLists, SwallowWhatIsThrownWhenTheyFireAndTellItWhenTheyAsk) {
    HookList<int> list;
    int calls = 0;
    const HookConnection bad = list.add([](int) { throw std::runtime_error("no"); });
    const HookConnection other = list.add([&](int) { ++calls; });
    list.fire(1);
    EXPECT_EQ(calls, 1);
    EXPECT_THROW(list.ask(1), std::runtime_error);
    EXPECT_EQ(calls, 1);
}

TEST(HookLists, MayGoBeforeTheirConnections) {
    HookConnection connection;
    {
        HookList<int> list;
        connection = list.add([](int) {});
    }
    connection.disconnect();
}

TEST(HookLists, LetAFunctionDisconnectItselfAndConnectOthers) {
    HookList<int> list;
    int calls = 0;
    std::optional<HookConnection> second;
    HookConnection first;
    first = list.add([&](int) {
        first.disconnect();
        second = list.add([&](int) { calls += 10; });
        ++calls;
    });
    list.fire(1);
    EXPECT_EQ(calls, 1);
    list.fire(1);
    EXPECT_EQ(calls, 11);
}

TEST(HookLists, CanBeChangedWhileTheyAreCalled) {
    HookList<int> list;
    std::atomic<int> calls{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!done.load()) list.fire(1);
        });
    }
    for (int i = 0; i < 200; ++i) {
        auto owned = std::make_shared<int>(i);
        const HookConnection connection = list.add([&calls, owned](int) { calls += *owned >= 0 ? 1 : 0; });
        list.fire(1);
    }
    done = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(calls.load(), 200);
    EXPECT_TRUE(list.empty());
}

}  // namespace
