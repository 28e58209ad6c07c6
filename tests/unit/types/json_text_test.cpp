#include <duet/base/error.hpp>
#include <duet/types/json_number.hpp>
#include <duet/types/json_text.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using duet::ValidationError;
using duet::detail::JsonArrayReader;
using duet::detail::JsonKind;

std::string quoted(std::string_view text) {
    std::string out;
    duet::detail::append_json_string(out, text);
    return out;
}

template <class Number>
std::string written(Number value) {
    std::string out;
    duet::detail::append_json_number(out, value);
    return out;
}

TEST(JsonWriter, EscapesWhatJsonDemandsAndNoMore) {
    EXPECT_EQ(quoted(""), "\"\"");
    EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(quoted({"\0\x1F\x7F", 3}), "\"\\u0000\\u001F\x7F\"");
    EXPECT_EQ(quoted("\xC3\xBC\xF0\x9F\x8E\x89"), "\"\xC3\xBC\xF0\x9F\x8E\x89\"");
    EXPECT_THROW(quoted("\xC3"), ValidationError);
}

TEST(JsonWriter, WritesNumbersThatReadBack) {
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(written(1.0), "1.0");
    EXPECT_EQ(written(0.1), "0.1");
    EXPECT_EQ(written(-0.0), "-0.0");
    EXPECT_EQ(written(1e300), "1e+300");
    EXPECT_THROW(written(std::nan("")), ValidationError);
    EXPECT_THROW(written(-std::numeric_limits<double>::infinity()), ValidationError);
}

TEST(JsonNumber, FindsTheIntegerHoweverItIsWritten) {
    const auto read = [](std::string_view text, std::int64_t& out) {
        return duet::detail::json_number_to_int64(text, out);
    };
    const std::pair<const char*, std::int64_t> good[] = {
        {"0", 0},
        {"-0", 0},
        {"0.000", 0},
        {"0e9", 0},
        {"1.0", 1},
        {"1e3", 1000},
        {"1.5e1", 15},
        {"-120e-1", -12},
        {"0.001e3", 1},
        {"100e-2", 1},
        {"9223372036854775807.0", std::numeric_limits<std::int64_t>::max()},
        {"-9.223372036854775808e18", std::numeric_limits<std::int64_t>::min()}};
    for (const auto& [text, expected] : good) {
        std::int64_t value = 42;
        EXPECT_TRUE(read(text, value)) << text;
        EXPECT_EQ(value, expected) << text;
    }
    for (const char* bad : {"1.5", "0.1", "1e-1", "9223372036854775808", "1e19", "1e99999999999999999999",
                            "1e-99999999999999999999", "123456789012345678901234567890"}) {
        std::int64_t value = 42;
        EXPECT_FALSE(read(bad, value)) << bad;
        EXPECT_EQ(value, 42) << bad;
    }
    std::uint64_t big = 0;
    EXPECT_TRUE(duet::detail::json_number_to_uint64("1.8446744073709551615e19", big));
    EXPECT_EQ(big, std::numeric_limits<std::uint64_t>::max());
    EXPECT_FALSE(duet::detail::json_number_to_uint64("-1", big));
    EXPECT_TRUE(duet::detail::json_number_to_uint64("-0.0", big));
}

TEST(JsonNumber, ComparesToTheLastDigit) {
    using duet::detail::json_numbers_equal;
    for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"1", "1.0"},
                                                                               {"10", "1e1"},
                                                                               {"0.1", "1e-1"},
                                                                               {"-0", "0.0"},
                                                                               {"100", "1.00E+2"},
                                                                               {"0.0012", "12e-4"},
                                                                               {"123.450", "12345e-2"},
                                                                               {"1e1000", "10e999"}}) {
        EXPECT_TRUE(json_numbers_equal(a, b)) << a << " " << b;
        EXPECT_TRUE(json_numbers_equal(b, a)) << a << " " << b;
    }
    for (const auto& [a, b] :
         std::vector<std::pair<const char*, const char*>>{{"1", "-1"},
                                                          {"1", "10"},
                                                          {"1.01", "1.1"},
                                                          {"9007199254740993", "9007199254740992.0"},
                                                          {"0.1", "0.10000001"},
                                                          {"12", "123"}}) {
        EXPECT_FALSE(json_numbers_equal(a, b)) << a << " " << b;
        EXPECT_FALSE(json_numbers_equal(b, a)) << a << " " << b;
    }
}

TEST(JsonNumber, TurnsTheTooSmallIntoZero) {
    double value = 1;
    EXPECT_TRUE(duet::detail::json_number_to_double("-1e-400", value));
    EXPECT_TRUE(value == 0 && std::signbit(value));
    EXPECT_FALSE(duet::detail::json_number_to_double("1e400", value));
    EXPECT_TRUE(duet::detail::json_number_to_double("0." + std::string(500, '0') + "1", value));
    EXPECT_EQ(value, 0);
}

TEST(JsonArray, GivesEveryKindOfElement) {
    JsonArrayReader reader{
        R"( [ null , true, -7, 18446744073709551615, 1.5, "a\nb\u00e9\ud83c\udf89", [1, [2]], {"k": 1} ] )"};
    ASSERT_TRUE(reader.next());
    EXPECT_TRUE(reader.is_null());
    ASSERT_TRUE(reader.next());
    EXPECT_TRUE(reader.to_bool());
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.kind(), JsonKind::integer);
    EXPECT_EQ(reader.to_int64(), -7);
    EXPECT_EQ(reader.to_double(), -7.0);
    EXPECT_THROW(reader.to_uint64(), ValidationError);
    EXPECT_THROW(reader.to_text(), ValidationError);
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.to_uint64(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_THROW(reader.to_int64(), ValidationError);
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.kind(), JsonKind::real);
    EXPECT_EQ(reader.to_double(), 1.5);
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.to_text(), "a\nb\xC3\xA9\xF0\x9F\x8E\x89");
    EXPECT_THROW(reader.to_double(), ValidationError);
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.kind(), JsonKind::array);
    EXPECT_EQ(reader.raw(), "[1, [2]]");
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.kind(), JsonKind::object);
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.next());
}

TEST(JsonArray, KnowsTheEmptyOne) {
    JsonArrayReader reader{" [ ] "};
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.next());
}

TEST(JsonArray, RefusesMalformedText) {
    for (const char* bad : {"",           "{}",         "1",       "[",     "[1",        "[1,",
                            "[1,]",       "[,1]",       "[1 2]",   "[1]]",  "[1] x",     "[01]",
                            "[1.]",       "[+1]",       "[nul]",   "[\"a]", "[\"\\x\"]", "[\"\\ud800\"]",
                            "[\"\x01\"]", "[\"\xFF\"]", "[1e999]", "[NaN]"}) {
        const auto drain = [&] {
            for (JsonArrayReader reader{bad}; reader.next();) {
            }
        };
        EXPECT_THROW(drain(), ValidationError) << bad;
    }
}

TEST(JsonArray, RereadsWhatTheWriterWrote) {
    std::mt19937_64 random{7};
    for (int round = 0; round < 200; ++round) {
        std::vector<double> doubles;
        std::vector<std::string> texts;
        std::string numbers_text = "[";
        std::string texts_text = "[";
        for (int i = 0; i < 20; ++i) {
            const double value = std::bit_cast<double>(random());
            std::string text;
            for (auto left = random() % 12; left > 0; --left) text += static_cast<char>(random() % 128);
            if (!std::isfinite(value)) continue;
            if (!doubles.empty()) {
                numbers_text += ',';
                texts_text += ',';
            }
            duet::detail::append_json_number(numbers_text, value);
            duet::detail::append_json_string(texts_text, text);
            doubles.push_back(value);
            texts.push_back(text);
        }
        std::vector<double> doubles_again;
        std::vector<std::string> texts_again;
        for (JsonArrayReader reader{numbers_text += ']'}; reader.next();)
            doubles_again.push_back(reader.to_double());
        for (JsonArrayReader reader{texts_text += ']'}; reader.next();)
            texts_again.push_back(reader.to_text());
        ASSERT_EQ(doubles_again, doubles);
        ASSERT_EQ(texts_again, texts);
    }
}

}  // namespace
