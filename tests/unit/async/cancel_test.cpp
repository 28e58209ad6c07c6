#include <duet/async/cancel.hpp>
#include <duet/base/error.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace {

using duet::CancelSource;
using duet::CancelToken;

void count(void* counter) noexcept { ++*static_cast<std::atomic<int>*>(counter); }

TEST(CancelToken, DefaultOneIsNeverCancelled) {
    const CancelToken token;
    EXPECT_FALSE(token.cancelled());
    EXPECT_FALSE(token.can_be_cancelled());
    EXPECT_NO_THROW(token.throw_if_cancelled());
}

TEST(CancelToken, SeesTheRequest) {
    const CancelSource source;
    const CancelToken token = source.token();
    EXPECT_FALSE(token.cancelled());
    source.request_cancel();
    EXPECT_TRUE(token.cancelled());
    EXPECT_THROW(token.throw_if_cancelled(), duet::QueryCanceled);
}

TEST(CancelToken, IsCancelledPastItsDeadline) {
    const auto now = CancelToken::Clock::now();
    EXPECT_TRUE(CancelSource(now).token().cancelled());
    EXPECT_FALSE(CancelSource(now + std::chrono::hours(1)).token().cancelled());
}

TEST(CancelToken, OutlivesItsSource) {
    std::optional<CancelSource> source(std::in_place);
    const CancelToken token = source->token();
    source->request_cancel();
    source.reset();
    EXPECT_TRUE(token.cancelled());
}

TEST(CancelCallback, RunsOnceOnTheFirstRequest) {
    const CancelSource source;
    std::atomic<int> calls = 0;
    const auto registration = source.token().on_cancel(count, &calls);
    EXPECT_EQ(calls, 0);
    source.request_cancel();
    source.request_cancel();
    EXPECT_EQ(calls, 1);
}

TEST(CancelCallback, RunsAtOnceWhenAlreadyCancelled) {
    const CancelSource source;
    source.request_cancel();
    std::atomic<int> calls = 0;
    const auto registration = source.token().on_cancel(count, &calls);
    EXPECT_EQ(calls, 1);
}

TEST(CancelCallback, DoesNotRunAfterItsRegistrationIsGone) {
    const CancelSource source;
    std::atomic<int> calls = 0;
    {
        const auto first = source.token().on_cancel(count, &calls);
        const auto second = source.token().on_cancel(count, &calls);
        const auto third = source.token().on_cancel(count, &calls);
    }
    source.request_cancel();
    EXPECT_EQ(calls, 0);
}

TEST(CancelCallback, MayDestroyItsOwnRegistration) {
    const CancelSource source;
    std::optional<CancelToken::Registration> registration;
    registration.emplace(
        source.token(),
        [](void* mine) noexcept { static_cast<std::optional<CancelToken::Registration>*>(mine)->reset(); },
        &registration);
    source.request_cancel();
    EXPECT_FALSE(registration.has_value());
}

TEST(CancelCallback, IsOverWhenItsRegistrationHasBeenDestroyed) {
    for (int i = 0; i < 500; ++i) {
        const CancelSource source;
        std::thread canceller([&] { source.request_cancel(); });
        {
            auto flag = std::make_unique<std::atomic<int>>(0);
            const auto registration = source.token().on_cancel(count, flag.get());
        }
        canceller.join();
    }
}

}  // namespace
