#include <duet/base/error.hpp>
#include <duet/types/time.hpp>

#include <unordered_set>

#include <gtest/gtest.h>

namespace {

using duet::Time;
using std::chrono::microseconds;

TEST(TimeOfDay, IsMidnightByDefault) {
    static_assert(Time{} == Time::of(0, 0));
    EXPECT_EQ(Time{}.since_midnight(), microseconds{0});
}

TEST(TimeOfDay, GivesItsPartsBack) {
    constexpr Time time = Time::of(23, 59, 58, 999'999);
    static_assert(time.hours() == 23 && time.minutes() == 59 && time.seconds() == 58 &&
                  time.micros() == 999'999);
    EXPECT_EQ(Time{time.since_midnight()}, time);
}

TEST(TimeOfDay, RefusesWhatIsNoTimeOfDay) {
    EXPECT_THROW(Time{microseconds{-1}}, duet::ValidationError);
    EXPECT_THROW(Time{std::chrono::hours{24}}, duet::ValidationError);
    EXPECT_EQ(Time{microseconds{86'399'999'999}}, Time::of(23, 59, 59, 999'999));
    EXPECT_THROW(Time::of(24, 0), duet::ValidationError);
    EXPECT_THROW(Time::of(-1, 0), duet::ValidationError);
    EXPECT_THROW(Time::of(0, 60), duet::ValidationError);
    EXPECT_THROW(Time::of(0, 0, 60), duet::ValidationError);
    EXPECT_THROW(Time::of(0, 0, 0, 1'000'000), duet::ValidationError);
}

TEST(TimeOfDay, OrdersAndHashesByItsValue) {
    EXPECT_LT(Time::of(1, 2, 3), Time::of(1, 2, 3, 1));
    const std::unordered_set<Time> times{Time::of(1, 0), Time::of(1, 0), Time::of(2, 0)};
    EXPECT_EQ(times.size(), 2U);
}

TEST(Clock, RunsInUtcNotBackwards) {
    const auto before = std::chrono::system_clock::now();
    const duet::Timestamp now = duet::detail::clock_now();
    EXPECT_GE(now, std::chrono::floor<microseconds>(before));
    EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
