#include <duet/base/error.hpp>
#include <duet/payload/pattern.hpp>

#include <random>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace {

using duet::payload::Pattern;

TEST(Pattern, MatchesTheWholeText) {
    const Pattern slug("[a-z]+(-[a-z0-9]+)*");
    EXPECT_TRUE(slug.matches("a-b1-c"));
    EXPECT_FALSE(slug.matches("a-"));
    EXPECT_FALSE(slug.matches(" a"));
    EXPECT_FALSE(slug.matches(""));
    EXPECT_TRUE(Pattern("^a$").matches("a"));
    EXPECT_TRUE(Pattern("").matches(""));
    EXPECT_TRUE(Pattern("a{2,3}|b{2}|c{0}").matches("aaa"));
    EXPECT_FALSE(Pattern("a{2,3}").matches("aaaa"));
    EXPECT_TRUE(Pattern("a{2,}").matches("aaaaaa"));
}

TEST(Pattern, MatchesCodePoints) {
    EXPECT_TRUE(Pattern("..").matches("\xC3\xA9\xF0\x9F\x98\x80"));
    EXPECT_TRUE(Pattern("[\xC3\xA0-\xC3\xBF]").matches("\xC3\xA9"));
    EXPECT_FALSE(Pattern("[^\xC3\xA9]").matches("\xC3\xA9"));
    EXPECT_FALSE(Pattern(".").matches("\n"));
}

TEST(Pattern, KnowsClassesAndEscapes) {
    EXPECT_TRUE(Pattern(R"(\d{4}-\d\d)").matches("2024-05"));
    EXPECT_TRUE(Pattern(R"([\w.]+\.\D)").matches("a_1.x"));
    EXPECT_TRUE(Pattern(R"(\s\S\W)").matches(" a!"));
    EXPECT_TRUE(Pattern(R"([\]\-^a-])").matches("-"));
    EXPECT_TRUE(Pattern("[]a]").matches("]"));
}

TEST(Pattern, RefusesWhatIsMalformed) {
    for (const char* text :
         {"(", ")", "[", "[a", "*", "a**{", "a{2", "a{3,2}", "[z-a]", "\\", "\\q", "(?=a)", "a^b",
          "((a{1000}){1000})", "(((((((((((((((((((a)))))))))))))))))))", "a{99999}"})
        EXPECT_THROW(Pattern{text}, duet::ConfigurationError) << text;
}

TEST(Pattern, TakesNoLongerForEvilPatterns) {
    const Pattern evil("(a*)*(a|a)*(a+)+b");
    EXPECT_FALSE(evil.matches(std::string(20000, 'a')));
}

std::string draw(std::mt19937& random, int depth) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    std::string out;
    for (int i = 0, n = 1 + pick(3); i < n; ++i) {
        switch (depth == 0 ? pick(3) : pick(5)) {
            case 0:
                out += "ab";
                break;
            case 1:
                out += "[a-b]";
                break;
            case 2:
                out += "[^a]";
                break;
            case 3:
                out += '(' + draw(random, depth - 1) + ')';
                break;
            default:
                out += '(' + draw(random, depth - 1) + '|' + draw(random, depth - 1) + ')';
        }
        constexpr const char* repeats[] = {"", "", "*", "+", "?", "{1,2}", "{2}"};
        out += repeats[pick(7)];
    }
    return out;
}

TEST(Pattern, AgreesWithTheStandardLibrary) {
    std::mt19937 random(7);
    for (int i = 0; i < 150; ++i) {
        const std::string text = draw(random, 1);
        const Pattern ours(text);
        const std::regex theirs(text);
        for (int j = 0; j < 20; ++j) {
            std::string sample;
            for (auto n = random() % 6; n > 0; --n) sample += "abc"[random() % 3];
            ASSERT_EQ(ours.matches(sample), std::regex_match(sample, theirs)) << text << " with " << sample;
        }
    }
}

}  // namespace
