#include <duet/base/error.hpp>
#include <duet/driver/url_values.hpp>

#include <string>

#include <gtest/gtest.h>

namespace duet::driver {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds seconds(std::string_view text) {
    return duration_of({"patience", text, "a URL"}, PlainUnit::seconds, 24h);
}
std::chrono::milliseconds milliseconds(std::string_view text) {
    return duration_of({"patience", text, "a URL"}, PlainUnit::milliseconds, 24h);
}
template <class F>
std::string refusal(F read) {
    try {
        static_cast<void>(read());
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "it was accepted";
}

TEST(DurationsInUrls, CountWhatTheirUnitSays) {
    for (const auto read : {&seconds, &milliseconds}) {
        EXPECT_EQ(read("500ms"), 500ms);
        EXPECT_EQ(read("5s"), 5s);
        EXPECT_EQ(read("1.5s"), 1500ms);
        EXPECT_EQ(read("2m"), 2min);
        EXPECT_EQ(read("2min"), 2min);
        EXPECT_EQ(read("1h"), 1h);
        EXPECT_EQ(read("0"), 0ms);
    }
}

TEST(DurationsInUrls, WithoutAUnitCountWhatTheOptionCounts) {
    EXPECT_EQ(seconds("30"), 30s);
    EXPECT_EQ(seconds("1.5"), 1500ms);
    EXPECT_EQ(milliseconds("30"), 30ms);
}

TEST(DurationsInUrls, EndAtTheMostThatTheOptionTakes) {
    EXPECT_EQ(seconds("24h"), 24h);
    EXPECT_EQ(refusal([] { return seconds("24.1h"); }),
              "option patience of a URL takes a duration: seconds as in 30 or 1.5, or a number with one of "
              "the units ms, s, m and h");
    EXPECT_TRUE(refusal([] { return milliseconds("99999999999999999999"); }).find("milliseconds as in 500") !=
                std::string::npos);
}

TEST(DurationsInUrls, AreRefusedWhenTheyAreNone) {
    for (const std::string_view wrong : {"", "s", "-3", "-0", "+3", "1.5x", "1e3", "inf", "nan", "3 s", "3S"})
        EXPECT_THROW(static_cast<void>(seconds(wrong)), ConfigurationError) << wrong;
}

TEST(FlagsInUrls, AreTheWordsThatPeopleUse) {
    const auto flag = [](std::string_view text) { return flag_of({"tidy", text, "a URL"}); };
    for (const std::string_view yes : {"true", "True", "1", "yes", "on"}) EXPECT_TRUE(flag(yes)) << yes;
    for (const std::string_view no : {"false", "False", "0", "no", "off"}) EXPECT_FALSE(flag(no)) << no;
    EXPECT_EQ(refusal([&] { return flag("perhaps"); }), "option tidy of a URL takes true or false");
}

TEST(NumbersInUrls, StayWithinTheirLimits) {
    const auto number = [](std::string_view text) { return number_of({"depth", text, "a URL"}, -2, 7); };
    EXPECT_EQ(number("-2"), -2);
    EXPECT_EQ(number("7"), 7);
    for (const std::string_view wrong : {"-3", "8", "", "1.0", "1x", "99999999999999999999"})
        EXPECT_EQ(refusal([&] { return number(wrong); }),
                  "option depth of a URL takes a whole number from -2 to 7")
            << wrong;
}

TEST(WordsInUrls, AreListedWhenNoneFits) {
    EXPECT_NO_THROW(require_one_of({"mood", "calm", "a URL"}, {"calm", "wild"}));
    EXPECT_EQ(refusal([] {
                  require_one_of({"mood", "grim", "a URL"}, {"calm", "wild"});
                  return 0;
              }),
              "option mood of a URL takes one of: calm, wild");
}

}  // namespace
}  // namespace duet::driver
