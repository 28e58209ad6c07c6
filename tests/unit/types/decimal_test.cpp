#include <duet/base/error.hpp>
#include <duet/types/decimal.hpp>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

namespace {

using duet::Decimal;
using duet::ValidationError;

Decimal d(std::string_view text) { return Decimal::parse(text); }
std::string text(const Decimal& value) { return value.to_string(); }

const std::string nines(38, '9');

TEST(DecimalText, KeepsTheDigitsAsWritten) {
    for (const char* same :
         {"0", "1", "-1", "1.10", "0.00", "-0.05", "100", "123456789012345678901234567890.12345678"}) {
        EXPECT_EQ(text(d(same)), same);
    }
    EXPECT_EQ(text(d("+1.5")), "1.5");
    EXPECT_EQ(text(d(".5")), "0.5");
    EXPECT_EQ(text(d("5.")), "5");
    EXPECT_EQ(text(d("0007.50")), "7.50");
    EXPECT_EQ(text(d("-0.0")), "0.0");
}

TEST(DecimalText, ReadsExponents) {
    EXPECT_EQ(text(d("1e3")), "1000");
    EXPECT_EQ(text(d("1.5E+3")), "1500");
    EXPECT_EQ(text(d("1.50e1")), "15.0");
    EXPECT_EQ(text(d("12e-3")), "0.012");
    EXPECT_EQ(text(d("1e37")), "1" + std::string(37, '0'));
    EXPECT_EQ(text(d("1e-38")), "0." + std::string(37, '0') + "1");
    EXPECT_EQ(text(d("0e99999999999999999999")), "0");
    EXPECT_EQ(d("0e-99999999999999999999"), 0);
}

TEST(DecimalText, ReachesTheExtremes) {
    EXPECT_EQ(text(d(nines)), nines);
    EXPECT_EQ(text(d("-0." + nines)), "-0." + nines);
    EXPECT_EQ(text(d("-0." + nines)).size(), Decimal::max_text_size);
    EXPECT_EQ(d("-0." + nines).scale(), 38);
    EXPECT_THROW(d("1" + nines), ValidationError);
    EXPECT_THROW(d("0.0" + nines), ValidationError);
    EXPECT_THROW(d("1e38"), ValidationError);
    EXPECT_THROW(d("1e-39"), ValidationError);
    EXPECT_THROW(d("1e999999999999999999999"), ValidationError);
    EXPECT_THROW(d("1e-999999999999999999999"), ValidationError);
}

TEST(DecimalText, DropsZerosAtTheEndRatherThanRefusing) {
    EXPECT_EQ(text(d(nines + ".000")), nines);
    EXPECT_EQ(text(d("1." + std::string(60, '0'))), "1." + std::string(37, '0'));
    EXPECT_EQ(text(d(std::string(100, '0') + "1")), "1");
    EXPECT_EQ(text(d("0." + std::string(60, '0'))), "0." + std::string(38, '0'));
}

TEST(DecimalText, RefusesEverythingElse) {
    for (const char* bad :
         {"",   "-",  "+",   ".",    "-.",  "1..2",     "1.2.3", "1e", "1e+",   "1e1.5", "e5",
          "1 ", " 1", "1,5", "0x10", "NaN", "Infinity", "--1",   "1-", "1e5e5", "\xFF"}) {
        Decimal kept = 7;
        EXPECT_FALSE(Decimal::try_parse(bad, kept)) << bad;
        EXPECT_EQ(kept, 7);
        EXPECT_THROW(d(bad), ValidationError) << bad;
    }
}

TEST(DecimalValue, ComesFromEveryInteger) {
    static_assert(Decimal{5}.scale() == 0 && Decimal{-5}.is_negative());
    EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(text(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(text(static_cast<std::int8_t>(-128)), "-128");
    EXPECT_EQ(text(std::numeric_limits<std::uint32_t>::max()), "4294967295");
}

TEST(DecimalValue, ComparesByNumberNotByWriting) {
    EXPECT_EQ(d("1.10"), d("1.1"));
    EXPECT_EQ(d("0.000"), d("-0"));
    EXPECT_EQ(d("1e37"), d("1" + std::string(37, '0') + ".0"));
    EXPECT_LT(d("1.1"), d("1.11"));
    EXPECT_GT(d("-1.1"), d("-1.11"));
    EXPECT_LT(d("-0.1"), d("0.01"));
    EXPECT_LT(d("0." + nines), 1);
    EXPECT_GT(d(nines), d("0." + nines));
    EXPECT_LT(d("-" + nines), d("-0." + nines));
    EXPECT_NE(d("1e-38"), 0);
}

TEST(DecimalValue, HashesAsItCompares) {
    const std::unordered_set<Decimal> set{d("1.1"), d("1.10"), d("1.100"), 0,        d("0.000"),
                                          d("-0"),  10,        d("1e1"),   d("10.0")};
    EXPECT_EQ(set.size(), 3U);
}

TEST(DecimalValue, CountsItsDigits) {
    EXPECT_EQ(d("0").significant_digits(), 1);
    EXPECT_EQ(d("0.05").significant_digits(), 1);
    EXPECT_EQ(d("1.10").significant_digits(), 3);
    EXPECT_EQ(d("1000").significant_digits(), 4);
    EXPECT_EQ(d(nines).significant_digits(), 38);
}

TEST(DecimalArithmetic, IsExact) {
    EXPECT_EQ(text(d("0.1") + d("0.2")), "0.3");
    EXPECT_EQ(text(d("1.10") + 1), "2.10");
    EXPECT_EQ(text(d("1") - d("1.00")), "0.00");
    EXPECT_EQ(text(d("1.5") - 3), "-1.5");
    EXPECT_EQ(text(d("1.10") * 3), "3.30");
    EXPECT_EQ(text(d("-1.5") * d("-1.5")), "2.25");
    EXPECT_EQ(text(-d("0.0")), "0.0");
    EXPECT_EQ(text(-d("1.5")), "-1.5");
    Decimal sum;
    for (int i = 0; i < 1000; ++i) sum += d("0.001");
    EXPECT_EQ(sum, 1);
    EXPECT_EQ(sum *= 2, 2);
    EXPECT_EQ(sum -= 3, -1);
}

TEST(DecimalArithmetic, GivesUpZerosBeforeItOverflows) {
    EXPECT_EQ(d("1e37") + d("0.00000"), d("1e37"));
    EXPECT_EQ(d("1e37") - d("0.1"), d("9999999999999999999999999999999999999.9"));
    EXPECT_EQ(d(nines) - d("0." + std::string(38, '0')), d(nines));
    EXPECT_EQ(d("0.5e-37") + d("0.5e-37"), d("1e-37"));
    EXPECT_EQ(d("9e36") + d("1.0"), d("9000000000000000000000000000000000001"));
    EXPECT_EQ(d("1e-38") * d("1e37"), d("0.1"));
    EXPECT_EQ(d("0.00000000000000000000000000000000000001") * d("100000000000000000000"), d("1e-18"));
    // 2^100 * 5^50 is 2^50 with fifty zeros behind it.
    EXPECT_EQ(d("1267650600228229401496703205376e-38") * d("88817841970012523233890533447265625e-12"),
              1125899906842624);
    EXPECT_EQ(d("88817841970012523233890533447265625e-30") * d("1267650600228229401496703205376e-20"),
              1125899906842624);
}

TEST(DecimalArithmetic, RefusesToOverflowOrRound) {
    EXPECT_THROW(d(nines) + 1, ValidationError);
    EXPECT_THROW(d(nines) + d(nines), ValidationError);
    EXPECT_THROW(-d(nines) - d("0.1"), ValidationError);
    EXPECT_THROW(d("1e37") + d("1e-38"), ValidationError);
    EXPECT_THROW(d("1e20") * d("1e20"), ValidationError);
    EXPECT_THROW(d("1e-20") * d("1e-20"), ValidationError);
    EXPECT_THROW(d(nines) * d(nines), ValidationError);
    EXPECT_EQ(d(nines) * 0, 0);
    EXPECT_EQ(d("1e-38") * d("0." + std::string(38, '0')), 0);
}

TEST(DecimalRounding, GoesHalfToEven) {
    EXPECT_EQ(text(d("0.125").rescale(2)), "0.12");
    EXPECT_EQ(text(d("0.135").rescale(2)), "0.14");
    EXPECT_EQ(text(d("0.1250001").rescale(2)), "0.13");
    EXPECT_EQ(text(d("-2.5").rescale(0)), "-2");
    EXPECT_EQ(text(d("-3.5").rescale(0)), "-4");
    EXPECT_EQ(text(d("-0.4").rescale(0)), "0");
    EXPECT_EQ(text(d("0." + nines).rescale(0)), "1");
    EXPECT_EQ(text(d("0.5e-37").rescale(0)), "0");
    EXPECT_EQ(text(d("9.99").round(1)), "10.0");
}

TEST(DecimalRounding, AddsDigitsOnlyWhenRescaling) {
    EXPECT_EQ(text(d("1.5").rescale(4)), "1.5000");
    EXPECT_EQ(text(d("1.5").round(4)), "1.5");
    EXPECT_THROW(d(nines).rescale(1), ValidationError);
    EXPECT_THROW(d("10").rescale(38), ValidationError);
    EXPECT_THROW(d("1").rescale(39), ValidationError);
    EXPECT_THROW(d("1").rescale(-1), ValidationError);
    EXPECT_THROW(d("1").round(-1), ValidationError);
}

TEST(DecimalDouble, IsTheNearestOne) {
    EXPECT_EQ(d("0.1").to_double(), 0.1);
    EXPECT_EQ(d("-1.5").to_double(), -1.5);
    EXPECT_EQ(d("0.30000000000000004").to_double(), 0.1 + 0.2);
    EXPECT_EQ(d(nines).to_double(), 1e38);
    EXPECT_EQ(d("1e-38").to_double(), 1e-38);
}

TEST(DecimalDouble, ComesFromTheShortestText) {
    EXPECT_EQ(text(Decimal::from_shortest(0.1)), "0.1");
    EXPECT_EQ(text(Decimal::from_shortest(19.99)), "19.99");
    EXPECT_EQ(text(Decimal::from_shortest(-3.0)), "-3");
    EXPECT_EQ(text(Decimal::from_shortest(1e22)), "1" + std::string(22, '0'));
    EXPECT_EQ(Decimal::from_shortest(-0.0), 0);
    for (const double bad :
         {1e300, 1e-300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THROW(Decimal::from_shortest(bad), ValidationError);
    }
    std::mt19937_64 random{3};
    std::uniform_real_distribution<double> doubles{-1e9, 1e9};
    for (int i = 0; i < 20'000; ++i) {
        const double value = doubles(random);
        ASSERT_EQ(Decimal::from_shortest(value).to_double(), value);
    }
}

// Numbers of every size and scale, as text.
std::string draw(std::mt19937_64& random, std::size_t max_digits) {
    std::string digits = random() % 2 != 0 ? "-" : "";
    const std::size_t whole = 1 + random() % max_digits;
    const std::size_t fraction = random() % (max_digits + 1 - whole);
    digits += static_cast<char>('1' + random() % 9);
    for (std::size_t i = 1; i < whole; ++i) digits += static_cast<char>('0' + random() % 10);
    if (fraction > 0) digits += '.';
    for (std::size_t i = 0; i < fraction; ++i) digits += static_cast<char>('0' + random() % 10);
    return digits;
}

TEST(DecimalProperties, TextGoesRoundTrip) {
    std::mt19937_64 random{4};
    for (int i = 0; i < 50'000; ++i) {
        const std::string written = draw(random, 38);
        ASSERT_EQ(text(d(written)), written);
    }
}

TEST(DecimalProperties, ArithmeticFollowsItsLaws) {
    std::mt19937_64 random{5};
    for (int i = 0; i < 20'000; ++i) {
        const Decimal a = d(draw(random, 12));
        const Decimal b = d(draw(random, 12));
        const Decimal c = d(draw(random, 12));
        ASSERT_EQ(a + b, b + a);
        ASSERT_EQ((a + b) - b, a);
        ASSERT_EQ((a + b) + c, a + (b + c));
        ASSERT_EQ(a * b, b * a);
        ASSERT_EQ(a * (b + c), a * b + a * c);
        ASSERT_EQ(a<b, (b - a)> 0);
        ASSERT_EQ(a <=> b, -b <=> -a);
        ASSERT_EQ(std::hash<Decimal>{}(a), std::hash<Decimal>{}(a.rescale(20)));
        ASSERT_EQ(a.rescale(20), a);
        const Decimal rounded = a.round(3);
        const Decimal distance = a < rounded ? rounded - a : a - rounded;
        ASSERT_LE(distance, d("0.0005"));
    }
}

TEST(DecimalProperties, AgreesWithIntegerArithmetic) {
    std::mt19937_64 random{6};
    std::uniform_int_distribution<std::int64_t> numbers{-2'000'000'000, 2'000'000'000};
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t a = numbers(random);
        const std::int64_t b = numbers(random);
        ASSERT_EQ(Decimal{a} + b, a + b);
        ASSERT_EQ(Decimal{a} - b, a - b);
        ASSERT_EQ(Decimal{a} * b, a * b);
        ASSERT_EQ(Decimal{a} <=> Decimal{b}, a <=> b);
    }
}

}  // namespace
