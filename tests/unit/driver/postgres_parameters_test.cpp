#include <duet/base/error.hpp>
#include <duet/postgres.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/driver/postgres_support.hpp"

namespace {

using duet::driver::BindValue;
using duet::driver::postgres::Parameters;
using duet::testing_postgres::bytes;
using duet::testing_postgres::send;
using duet::testing_postgres::send_value;

constexpr duet::TypeInfo text_view{.kind = duet::Kind::text_view, .size = 0};
constexpr duet::TypeInfo json_path{.kind = duet::Kind::json_path, .size = 0};

BindValue text_value(std::string_view text) { return {&text_view, text.data(), text.size()}; }

TEST(PostgresParameters, SendIntegersOfEveryWidthAsInt8) {
    for (const auto& sent :
         {send_value(std::int8_t{-2}), send_value(std::int32_t{-2}), send_value(std::int64_t{-2})}) {
        EXPECT_EQ(sent.type, 20U);
        EXPECT_EQ(sent.format, 1);
        EXPECT_EQ(sent.bytes, bytes("ffffffff fffffffe"));
    }
    EXPECT_EQ(send_value(std::uint32_t{4'000'000'000}).bytes, bytes("00000000 ee6b2800"));
}

TEST(PostgresParameters, RefuseUnsignedIntegersBeyondInt8) {
    EXPECT_THROW(send_value(std::numeric_limits<std::uint64_t>::max()), duet::ValidationError);
}

// What an array of texts becomes (of an enum, of a domain) is the server's affair.
TEST(PostgresParameters, SendArraysThatFitAnyColumnAsText) {
    std::vector<std::optional<std::string>> texts{"a", std::nullopt, "NULL", "q\"{,}\\", ""};
    const BindValue array{&duet::detail::type_info<decltype(texts)>, &texts, 0, true};
    const auto sent = send(array);
    EXPECT_EQ(sent.type, 0U);
    EXPECT_EQ(sent.format, 0);
    EXPECT_EQ(sent.bytes, R"({"a",NULL,"NULL","q\"{,}\\",""})");
    std::vector<std::string> bad{"a", std::string("\0", 1)};
    EXPECT_THROW(send({&duet::detail::type_info<decltype(bad)>, &bad, 0, true}), duet::ValidationError);
}

// The sizes alone decide: nothing looks at the bytes.
TEST(PostgresParameters, RefuseAGigabyteBeforeTouchingIt) {
    static constexpr duet::TypeInfo blob_view{.kind = duet::Kind::blob_view, .size = 0};
    const auto encode = [](std::vector<BindValue> values) {
        duet::Plan plan;
        for (std::size_t i = 0; i < values.size(); ++i) plan.binds.push_back({static_cast<std::uint16_t>(i)});
        Parameters().encode(plan, values);
    };
    const char place = 'x';
    const BindValue too_large{&blob_view, &place, std::size_t{1} << 30};
    const BindValue half{&blob_view, &place, std::size_t{1} << 29};
    EXPECT_THROW(encode({too_large}), duet::ValidationError);
    EXPECT_THROW(encode({{&text_view, &place, std::size_t{1} << 30}}), duet::ValidationError);
    EXPECT_THROW(encode({{&blob_view, &place, std::size_t{5} << 30}}), duet::ValidationError);
    EXPECT_THROW(encode({half, half}), duet::ValidationError) << "all together as well";
    EXPECT_NO_THROW(encode({half}));
}

TEST(PostgresParameters, SendScalarsInTheirBinaryForms) {
    EXPECT_EQ(send_value(true).bytes, bytes("01"));
    EXPECT_EQ(send_value(1.5).bytes, bytes("3ff80000 00000000"));
    EXPECT_EQ(send_value(1.5F).type, 701U);
    EXPECT_EQ(send_value(duet::Date{std::chrono::days{10'958}}).bytes, bytes("00000001"));
    EXPECT_EQ(send_value(duet::Time::of(0, 0, 1)).bytes, bytes("00000000 000f4240"));
    EXPECT_EQ(send_value(duet::Timestamp{std::chrono::seconds{946'684'801}}).bytes,
              bytes("00000000 000f4240"));
    EXPECT_EQ(send_value(std::chrono::seconds{1}).bytes, bytes("00000000 000f4240 00000000 00000000"));
    EXPECT_EQ(send_value(std::vector<std::byte>{std::byte{0}, std::byte{1}}).bytes, bytes("0001"));
    EXPECT_EQ(send_value(std::vector<std::byte>{}).bytes, "");
}

TEST(PostgresParameters, SendTheEndsOfTimeAsInfinity) {
    EXPECT_EQ(send_value(duet::Timestamp::max()).bytes, bytes("7fffffff ffffffff"));
    EXPECT_EQ(send_value(duet::Timestamp::min()).bytes, bytes("80000000 00000000"));
    EXPECT_EQ(send_value(duet::Date::max()).bytes, bytes("7fffffff"));
    EXPECT_EQ(send_value(duet::Date::min()).bytes, bytes("80000000"));
}

TEST(PostgresParameters, RefuseMomentsOutsideOfTheServersCalendar) {
    EXPECT_THROW(send_value(duet::Date{std::chrono::days{-3'000'000}}), duet::ValidationError);
    EXPECT_THROW(send_value(duet::Timestamp::min() + std::chrono::microseconds{1}), duet::ValidationError);
}

TEST(PostgresParameters, SendDecimalsWithTheirScale) {
    EXPECT_EQ(send_value(duet::Decimal::parse("0")).bytes, bytes("0000 0000 0000 0000"));
    EXPECT_EQ(send_value(duet::Decimal::parse("-12345.60")).bytes,
              bytes("0003 0001 4000 0002 0001 0929 1770"));
    EXPECT_EQ(send_value(duet::Decimal::parse("0.0001")).bytes, bytes("0001 ffff 0000 0004 0001"));
    EXPECT_EQ(send_value(duet::Decimal::parse("10000")).bytes, bytes("0001 0001 0000 0000 0001"));
}

TEST(PostgresParameters, LeaveTheTypeOfTextsToTheServer) {
    const auto sent = send_value(std::string("abc"));
    EXPECT_EQ(sent.type, 0U);
    EXPECT_EQ(sent.format, 0);
    EXPECT_EQ(sent.bytes, "abc");
    EXPECT_EQ(send(text_value(std::string_view("abcd").substr(0, 3))).bytes, "abc");
}

TEST(PostgresParameters, BindStringsWhereTheyLie) {
    const std::string text(1000, 'x');
    const BindValue value{&duet::detail::type_info<std::string>, &text};
    duet::Plan plan;
    plan.binds = {{0}};
    Parameters parameters;
    parameters.encode(plan, {&value, 1});
    EXPECT_EQ(parameters.data()[0], text.data());
}

TEST(PostgresParameters, RefuseTextThatTheServerCannotKeep) {
    EXPECT_THROW(send_value(std::string("a\0b", 3)), duet::ValidationError);
    EXPECT_THROW(send_value(std::string("\xff")), duet::ValidationError);
    EXPECT_THROW(send_value(std::vector<std::string>{std::string("a\0b", 3)}), duet::ValidationError);
}

TEST(PostgresParameters, GiveNullTheTypeOfItsColumn) {
    EXPECT_EQ(send_value(std::optional<int>{}).type, 20U);
    EXPECT_EQ(send_value(std::optional<std::string>{}).type, 0U);
    EXPECT_EQ(send_value(std::optional<std::vector<int>>{}).type, 1007U);
    EXPECT_FALSE(send_value(std::optional<int>{}).bytes.has_value());
    EXPECT_EQ(send({nullptr, nullptr}).type, 0U);
}

TEST(PostgresParameters, SendArraysOfTheirElementsWidth) {
    const auto sent = send_value(std::vector<std::optional<std::int32_t>>{1, std::nullopt});
    EXPECT_EQ(sent.type, 1007U);
    EXPECT_EQ(sent.bytes, bytes("00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff"));
    EXPECT_EQ(send_value(std::vector<std::string>{}).bytes, bytes("00000000 00000000 00000019"));
}

TEST(PostgresParameters, SendNestedArraysAsJson) {
    const auto sent = send_value(std::vector<std::vector<int>>{{1}, {2, 3}});
    EXPECT_EQ(sent.type, 3802U);
    EXPECT_EQ(sent.bytes, "[[1],[2,3]]");
}

TEST(PostgresParameters, SendListsInOneParameter) {
    const std::int64_t numbers[] = {1, 2};
    const auto sent = send({&duet::detail::type_info<std::int64_t>, numbers, 2, true});
    EXPECT_EQ(sent.type, 1016U);
    EXPECT_EQ(sent.bytes, bytes("00000001 00000000 00000014 00000002 00000001"
                                "00000008 0000000000000001 00000008 0000000000000002"));
    std::string packed;
    for (const std::string_view text : {"a\"\\", "", "NULL"}) {
        const std::uint64_t size = text.size();
        packed.append(reinterpret_cast<const char*>(&size), 8);
        packed += text;
    }
    EXPECT_EQ(send({&text_view, packed.data(), 3, true}).bytes, R"({"a\"\\","","NULL"})");
    EXPECT_EQ(send({&text_view, packed.data(), 0, true}).bytes, "{}");
}

TEST(PostgresParameters, EscapeWildcardsOfPatterns) {
    EXPECT_EQ(send(text_value("5%_\\"), duet::Transform::like_contains).bytes, "%5\\%\\_\\\\%");
    EXPECT_EQ(send(text_value("a"), duet::Transform::like_prefix).bytes, "a%");
    EXPECT_EQ(send(text_value("a"), duet::Transform::like_suffix).bytes, "%a");
}

TEST(PostgresParameters, SendJsonPathsAsTheirKeys) {
    const std::string keys = R"(["a\"b",-1])";
    const auto sent = send({&json_path, keys.data(), keys.size()}, duet::Transform::json_path);
    EXPECT_EQ(sent.type, 1009U);
    EXPECT_EQ(sent.bytes,
              bytes("00000001 00000000 00000019 00000002 00000001 00000003 612262 00000002 2d31"));
}

TEST(PostgresParameters, SendTypesOfPostgresAsTheirText) {
    EXPECT_EQ(send_value(duet::pg::Inet{"10.0.0.1", 8}).bytes, "10.0.0.1/8");
    EXPECT_EQ(send_value(duet::pg::Inet{"10.0.0.1", 8}).type, 0U);
    EXPECT_EQ(send_value(duet::pg::Interval{14, -3, -1}).bytes, "14 mons -3 days -00:00:00.000001");
    EXPECT_EQ(send_value(duet::pg::Range<std::int32_t>{1, 5}).bytes, R"(["1","5"))");
    EXPECT_EQ(send_value(std::vector<duet::pg::Inet>{{"::1", {}}}).bytes, R"({"::1"})");
}

TEST(PostgresParameters, StayRightWhenUsedAgain) {
    Parameters parameters;
    duet::Plan plan;
    plan.binds = {{0}, {1}, {0}};
    for (const std::size_t size : {std::size_t{3}, std::size_t{1'000'000}, std::size_t{5}}) {
        const std::string text(size, 'y');
        const BindValue values[] = {text_value(text), text_value("z")};
        parameters.encode(plan, values);
        ASSERT_EQ(parameters.count(), 3);
        EXPECT_EQ(parameters.data()[0], text);
        EXPECT_STREQ(parameters.data()[1], "z");
        EXPECT_EQ(parameters.data()[2], text);
        EXPECT_EQ(parameters.bytes(), 2 * size + 1);
    }
    EXPECT_TRUE(parameters.same_types(parameters.type_list()));
    EXPECT_FALSE(parameters.same_types(parameters.type_list().first(2)));
}

TEST(PostgresParameters, RefuseMoreThanTheProtocolCanNumber) {
    Parameters parameters;
    duet::Plan plan;
    plan.binds.resize(65'536);
    const BindValue value{nullptr, nullptr};
    EXPECT_THROW(parameters.encode(plan, {&value, 1}), duet::InvalidQuery);
    plan.binds = {{1}};
    EXPECT_THROW(parameters.encode(plan, {&value, 1}), duet::InvalidQuery);
}

}  // namespace
