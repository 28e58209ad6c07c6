#include <type_traits>

#include <gtest/gtest.h>

#include "unit/expr/sql.hpp"

using namespace duet::literals;
using namespace expr_test;

namespace {

TEST(Arithmetic, IsParenthesized) {
    EXPECT_EQ(where<User>("age"_c + 1 > 37), (Rendered{R"(("users"."age" + ?) > ?)", R"(1, 37)", 1}));
    EXPECT_EQ(where<User>("age"_c - 1 == 35), (Rendered{R"(("users"."age" - ?) = ?)", R"(1, 35)", 1}));
    EXPECT_EQ(where<User>("age"_c * 2 + "score"_c > 70),
              (Rendered{R"((("users"."age" * ?) + "users"."score") > ?)", R"(2, 70)", 2}));
    EXPECT_EQ(where<User>("age"_c / 2 == 18), (Rendered{R"(("users"."age" / ?) = ?)", R"(2, 18)", 1}));
    EXPECT_EQ(where<User>("age"_c % 2 == 0), (Rendered{R"(("users"."age" % ?) = ?)", R"(2, 0)", 2}));
    EXPECT_EQ(where<User>(-"age"_c < -36), (Rendered{R"((-"users"."age") < ?)", R"(-36)", 1}));
    EXPECT_EQ(where<User>(100 - "age"_c > 60), (Rendered{R"((? - "users"."age") > ?)", R"(100, 60)", 2}));
    EXPECT_EQ(where<User>(("age"_c + 1) * 2 == 36),
              (Rendered{R"((("users"."age" + ?) * ?) = ?)", R"(1, 2, 36)", 1}));
    EXPECT_EQ(select<User>("balance"_c + duet::Decimal::parse("0.5")),
              (Rendered{R"(("users"."balance" + ?))", R"(0.5)", 3}));
    EXPECT_EQ(where<User>("debt"_c + 1 > 250), (Rendered{R"(("users"."debt" + ?) > ?)", R"(1, 250)", 1}));
}

TEST(TextFunctions, AreRendered) {
    EXPECT_EQ(where<User>(duet::lower("name"_c) == "ada"),
              (Rendered{R"(lower("users"."name") = ?)", R"('ada')", 1}));
    EXPECT_EQ(where<User>(duet::upper("name"_c) == "ADA"),
              (Rendered{R"(upper("users"."name") = ?)", R"('ADA')", 1}));
    EXPECT_EQ(where<User>(duet::length("name"_c) == 3),
              (Rendered{R"(length("users"."name") = ?)", R"(3)", 2}));
    EXPECT_EQ(where<User>(duet::trim("name"_c) == "Ada"),
              (Rendered{R"(trim("users"."name") = ?)", R"('Ada')", 1}));
    EXPECT_EQ(where<User>(duet::ltrim("name"_c) == "Ada"),
              (Rendered{R"(ltrim("users"."name") = ?)", R"('Ada')", 1}));
    EXPECT_EQ(where<User>(duet::rtrim("name"_c) == "Ada"),
              (Rendered{R"(rtrim("users"."name") = ?)", R"('Ada')", 1}));
    EXPECT_EQ(where<User>(duet::replace("name"_c, "d", "n") == "Ana"),
              (Rendered{R"(replace("users"."name", ?, ?) = ?)", R"('d', 'n', 'Ana')", 1}));
    EXPECT_EQ(where<User>(duet::substr("name"_c, 2) == "da"),
              (Rendered{R"(substr("users"."name", ?) = ?)", R"(2, 'da')", 1}));
    EXPECT_EQ(where<User>(duet::substr("name"_c, 1, 1) == "A"),
              (Rendered{R"(substr("users"."name", ?, ?) = ?)", R"(1, 1, 'A')", 1}));
    EXPECT_EQ(
        where<User>(duet::concat("name"_c, " ", "bio"_c) == "Bob "),
        (Rendered{R"((coalesce("users"."name", '') || coalesce(?, '') || coalesce("users"."bio", '')) = ?)",
                  R"(' ', 'Bob ')", 1}));
    EXPECT_EQ(where<User>(duet::lower("name"_c).startswith("a")),
              (Rendered{R"(lower("users"."name") GLOB ?)", R"('a')", 1}));
}

TEST(Functions, ChooseBetweenValues) {
    EXPECT_EQ(where<User>(duet::coalesce("bio"_c, "name"_c) == "Bob"),
              (Rendered{R"(coalesce("users"."bio", "users"."name") = ?)", R"('Bob')", 1}));
    EXPECT_EQ(where<User>(duet::coalesce("bio"_c, "-") == "-"),
              (Rendered{R"(coalesce("users"."bio", ?) = ?)", R"('-', '-')", 1}));
    EXPECT_EQ(where<User>(duet::nullif("age"_c, 17).is_null()),
              (Rendered{R"(nullif("users"."age", ?) IS NULL)", R"(17)", 1}));
    EXPECT_EQ(
        where<User>(duet::greatest("age"_c, "score"_c, 40) == 50),
        (Rendered{
            R"((SELECT max(value) FROM (SELECT "users"."age" AS value UNION ALL SELECT "users"."score" UNION ALL SELECT ?)) = ?)",
            R"(40, 50)", 1}));
    EXPECT_EQ(where<User>(duet::least("age"_c, 20) == 17),
              (Rendered{R"((SELECT min(value) FROM (SELECT "users"."age" AS value UNION ALL SELECT ?)) = ?)",
                        R"(20, 17)", 1}));
}

TEST(Functions, OfNumbers) {
    EXPECT_EQ(where<User>(duet::abs("age"_c - 36) == 14),
              (Rendered{R"(abs(("users"."age" - ?)) = ?)", R"(36, 14)", 1}));
    EXPECT_EQ(where<User>(duet::round("score"_c) == 2),
              (Rendered{R"(round("users"."score") = ?)", R"(2)", 1}));
    EXPECT_EQ(where<User>(duet::round("score"_c, 1) == 1.5),
              (Rendered{R"(round("users"."score", ?) = ?)", R"(1, 1.5)", 1}));
    EXPECT_EQ(order<User>(duet::random()), (Rendered{R"(random())", "", 3}));
    EXPECT_EQ(where<User>(duet::fn<double>("sqrt")("age"_c) == 6.0),
              (Rendered{R"(sqrt("users"."age") = ?)", R"(6.0)", 1}));
    EXPECT_EQ(where<User>(duet::fn<std::string>("printf")("%d", "age"_c) == "17"),
              (Rendered{R"(printf(?, "users"."age") = ?)", R"('%d', '17')", 1}));
}

TEST(Functions, Cast) {
    EXPECT_EQ(where<User>(duet::cast<std::string>("age"_c) == "17"),
              (Rendered{R"(CAST("users"."age" AS TEXT) = ?)", R"('17')", 1}));
    EXPECT_EQ(where<User>(duet::cast<int>("score"_c) == 2),
              (Rendered{R"(CAST("users"."score" AS INTEGER) = ?)", R"(2)", 1}));
    EXPECT_EQ(where<User>(duet::cast<double>("age"_c) > 1.5),
              (Rendered{R"(CAST("users"."age" AS REAL) > ?)", R"(1.5)", 3}));
    EXPECT_EQ(select<User>(duet::cast<duet::Date>("created_at"_c)),
              (Rendered{R"(date("users"."created_at"))", "", 3}));
}

TEST(DateFunctions, TakeParts) {
    EXPECT_EQ(where<User>(duet::year("created_at"_c) == 2024),
              (Rendered{R"(CAST(strftime('%Y', "users"."created_at") AS INTEGER) = ?)", R"(2024)", 2}));
    EXPECT_EQ(
        where<User>(duet::quarter("created_at"_c) == 3),
        (Rendered{R"(((CAST(strftime('%m', "users"."created_at") AS INTEGER) + 2) / 3) = ?)", R"(3)", 1}));
    EXPECT_EQ(where<User>(duet::month("created_at"_c) == 2),
              (Rendered{R"(CAST(strftime('%m', "users"."created_at") AS INTEGER) = ?)", R"(2)", 1}));
    EXPECT_EQ(
        where<User>(duet::week("created_at"_c) == 9),
        (Rendered{
            R"(((CAST(strftime('%j', date(date("users"."created_at"), '-3 days', 'weekday 4')) AS INTEGER) - 1) / 7 + 1) = ?)",
            R"(9)", 2}));
    EXPECT_EQ(where<User>(duet::day("created_at"_c) == 29),
              (Rendered{R"(CAST(strftime('%d', "users"."created_at") AS INTEGER) = ?)", R"(29)", 1}));
    EXPECT_EQ(where<User>(duet::hour("created_at"_c) == 10),
              (Rendered{R"(CAST(strftime('%H', "users"."created_at") AS INTEGER) = ?)", R"(10)", 1}));
    EXPECT_EQ(where<User>(duet::minute("created_at"_c) == 20),
              (Rendered{R"(CAST(strftime('%M', "users"."created_at") AS INTEGER) = ?)", R"(20)", 1}));
    EXPECT_EQ(where<User>(duet::second("created_at"_c) == 30),
              (Rendered{R"(CAST(strftime('%S', "users"."created_at") AS INTEGER) = ?)", R"(30)", 1}));
    EXPECT_EQ(where<User>(duet::weekday("created_at"_c) == 4),
              (Rendered{R"(CAST(strftime('%w', date("users"."created_at")) AS INTEGER) = ?)", R"(4)", 1}));
    EXPECT_EQ(where<User>(duet::day_of_year("created_at"_c) == 60),
              (Rendered{R"(CAST(strftime('%j', "users"."created_at") AS INTEGER) = ?)", R"(60)", 1}));
    EXPECT_EQ(where<User>(duet::date("created_at"_c) == duet::Date(std::chrono::year(2024) / 3 / 1)),
              (Rendered{R"(date("users"."created_at") = ?)", R"('2024-03-01')", 1}));
    EXPECT_EQ(where<User>(duet::year("birthday"_c) == 1990),
              (Rendered{R"(CAST(strftime('%Y', "users"."birthday") AS INTEGER) = ?)", R"(1990)", 1}));
    EXPECT_EQ(where<User>(duet::hour("wakes_at"_c) == 7),
              (Rendered{R"(CAST(strftime('%H', "users"."wakes_at") AS INTEGER) = ?)", R"(7)", 1}));
}

TEST(DateFunctions, Truncate) {
    EXPECT_EQ(where<User>(duet::trunc_year("created_at"_c) == duet::Date(std::chrono::year(2024) / 1 / 1)),
              (Rendered{R"(strftime('%Y-01-01 00:00:00.000000', "users"."created_at") = ?)",
                        R"('2024-01-01 00:00:00.000000')", 2}));
    EXPECT_EQ(where<User>(duet::trunc_month("created_at"_c) ==
                          duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 1))),
              (Rendered{R"(strftime('%Y-%m-01 00:00:00.000000', "users"."created_at") = ?)",
                        R"('2024-02-01 00:00:00.000000')", 1}));
    EXPECT_EQ(
        select<User>(duet::trunc_quarter("created_at"_c)),
        (Rendered{
            R"((strftime('%Y-', "users"."created_at") || substr('01040710', ((CAST(strftime('%m', "users"."created_at") AS INTEGER) - 1) / 3) * 2 + 1, 2) || '-01 00:00:00.000000'))",
            "", 3}));
    EXPECT_EQ(select<User>(duet::trunc_week("created_at"_c)),
              (Rendered{R"((date(date("users"."created_at"), 'weekday 0', '-6 days') || ' 00:00:00.000000'))",
                        "", 3}));
    EXPECT_EQ(select<User>(duet::trunc_day("created_at"_c)),
              (Rendered{R"(strftime('%Y-%m-%d 00:00:00.000000', "users"."created_at"))", "", 3}));
    EXPECT_EQ(select<User>(duet::trunc_hour("created_at"_c)),
              (Rendered{R"(strftime('%Y-%m-%d %H:00:00.000000', "users"."created_at"))", "", 3}));
    EXPECT_EQ(select<User>(duet::trunc_minute("created_at"_c)),
              (Rendered{R"(strftime('%Y-%m-%d %H:%M:00.000000', "users"."created_at"))", "", 3}));
    EXPECT_EQ(select<User>(duet::trunc_second("created_at"_c)),
              (Rendered{R"(strftime('%Y-%m-%d %H:%M:%S.000000', "users"."created_at"))", "", 3}));
    EXPECT_EQ(where<User>("created_at"_c <= duet::now()),
              (Rendered{R"("users"."created_at" <= strftime('%Y-%m-%d %H:%M:%f000', 'now'))", "", 3}));
}

TEST(Cases, ResultInTheFirstBranchThatHolds) {
    EXPECT_EQ(where<User>(duet::case_().when("age"_c < 18, "minor").otherwise("adult") == "minor"),
              (Rendered{R"(CASE WHEN "users"."age" < ? THEN ? ELSE ? END = ?)",
                        R"(18, 'minor', 'adult', 'minor')", 1}));
    EXPECT_EQ(select<User>(duet::case_().when("age"_c < 18, 1).when("age"_c < 40, 2.5).as("band")),
              (Rendered{R"(CASE WHEN "users"."age" < ? THEN ? WHEN "users"."age" < ? THEN ? END AS "band")",
                        R"(18, 1, 40, 2.5)", 3}));
    EXPECT_EQ(where<User>(duet::case_().when("is_active"_c, "color"_c).otherwise(Color::blue) == Color::blue),
              (Rendered{R"(CASE WHEN "users"."is_active" THEN "users"."color" ELSE ? END = ?)",
                        R"('blue', 'blue')", 2}));
    EXPECT_EQ(
        where<User>(duet::case_().when("bio"_c.is_null(), std::nullopt).otherwise("age"_c) > 40),
        (Rendered{R"(CASE WHEN "users"."bio" IS NULL THEN NULL ELSE "users"."age" END > ?)", R"(40)", 1}));
}

TEST(Aggregates, AreRendered) {
    EXPECT_EQ(select<User>(duet::count()), (Rendered{R"(count(*))", "", 1}));
    EXPECT_EQ(select<User>(duet::count("bio"_c)), (Rendered{R"(count("users"."bio"))", "", 1}));
    EXPECT_EQ(select<User>(duet::count_distinct("age"_c)),
              (Rendered{R"(count(DISTINCT "users"."age"))", "", 1}));
    EXPECT_EQ(select<User>(duet::sum("age"_c)), (Rendered{R"(sum("users"."age"))", "", 1}));
    EXPECT_EQ(select<User>(duet::avg("score"_c)), (Rendered{R"(avg("users"."score"))", "", 1}));
    EXPECT_EQ(select<User>(duet::min("name"_c)), (Rendered{R"(min("users"."name"))", "", 1}));
    EXPECT_EQ(select<User>(duet::max("created_at"_c).as("last")),
              (Rendered{R"(max("users"."created_at") AS "last")", "", 1}));
    EXPECT_EQ(select<User>(duet::count().filter("is_active"_c == true)),
              (Rendered{R"(count(*) FILTER (WHERE "users"."is_active" = ?))", R"(true)", 1}));
    EXPECT_EQ(
        select<User>(duet::sum("age"_c).filter("age"_c > 18 && "name"_c == "Ada").as("total")),
        (Rendered{R"(sum("users"."age") FILTER (WHERE "users"."age" > ? AND "users"."name" = ?) AS "total")",
                  R"(18, 'Ada')", 1}));
    EXPECT_EQ(select<User>(duet::sum("age"_c + 1) * 2),
              (Rendered{R"((sum(("users"."age" + ?)) * ?))", R"(1, 2)", 1}));
}

template <class M, class E, class T>
constexpr bool yields(const E&, std::type_identity<T>) {
    return std::is_same_v<duet::expr::result_t<M, E>, T>;
}
template <class T>
inline constexpr std::type_identity<T> a{};

TEST(Results, HaveTheTypeOfTheColumn) {
    EXPECT_TRUE(yields<User>("id"_c, a<std::int64_t>));
    EXPECT_TRUE(yields<User>("age"_c, a<int>));
    EXPECT_TRUE(yields<User>("bio"_c, a<std::optional<std::string>>));
    EXPECT_TRUE(yields<User>("color"_c, a<Color>));
    EXPECT_TRUE(yields<User>("debt"_c, a<Money>));
    EXPECT_TRUE(yields<User>("tags"_c, a<std::vector<std::string>>));
    EXPECT_TRUE(yields<User>("manager"_c, a<std::optional<std::int64_t>>));
    EXPECT_TRUE(yields<Post>("author"_c, a<std::int64_t>));
    EXPECT_TRUE(yields<Post>("author.name"_c, a<std::string>));
    EXPECT_TRUE(yields<User>("manager.name"_c, a<std::optional<std::string>>));
    EXPECT_TRUE(yields<User>("badge.updated_at"_c, a<std::optional<duet::Timestamp>>));
    EXPECT_TRUE(yields<User>(duet::col<&User::color>.as("c"), a<Color>));
}

TEST(Results, AreComputed) {
    EXPECT_TRUE(yields<User>(duet::count(), a<std::int64_t>));
    EXPECT_TRUE(yields<User>(duet::sum("age"_c), a<std::optional<std::int64_t>>));
    EXPECT_TRUE(yields<User>(duet::sum("score"_c), a<std::optional<double>>));
    EXPECT_TRUE(yields<User>(duet::sum("balance"_c), a<std::optional<duet::Decimal>>));
    EXPECT_TRUE(yields<User>(duet::avg("age"_c), a<std::optional<double>>));
    EXPECT_TRUE(yields<User>(duet::min("color"_c), a<std::optional<Color>>));
    EXPECT_TRUE(yields<User>(duet::max("birthday"_c).as("x"), a<std::optional<duet::Date>>));
    EXPECT_TRUE(yields<User>("age"_c + 1, a<std::int64_t>));
    EXPECT_TRUE(yields<User>("age"_c * 0.5, a<double>));
    EXPECT_TRUE(yields<User>("age"_c / 2, a<std::optional<std::int64_t>>));
    EXPECT_TRUE(yields<User>(duet::lower("name"_c), a<std::string>));
    EXPECT_TRUE(yields<User>(duet::upper("bio"_c), a<std::optional<std::string>>));
    EXPECT_TRUE(yields<User>(duet::coalesce("bio"_c, "-"), a<std::string>));
    EXPECT_TRUE(yields<User>(duet::coalesce("level"_c, Level::low), a<Level>));
    EXPECT_TRUE(yields<User>(duet::year("birthday"_c), a<std::optional<std::int64_t>>));
    EXPECT_TRUE(yields<User>(duet::trunc_day("created_at"_c), a<duet::Timestamp>));
    EXPECT_TRUE(yields<User>(duet::cast<duet::Decimal>("score"_c), a<duet::Decimal>));
    EXPECT_TRUE(yields<User>("age"_c > 3, a<bool>));
    EXPECT_TRUE(yields<User>("profile"_c["n"].as<int>(), a<std::optional<int>>));
    EXPECT_TRUE(yields<User>(duet::count_of("posts"_c), a<std::int64_t>));
    EXPECT_TRUE(yields<User>(duet::fn<double>("sqrt")("age"_c), a<double>));
    EXPECT_TRUE(yields<User>(duet::case_().when("age"_c > 3, "x").otherwise("y"), a<std::string>));
    EXPECT_TRUE(yields<User>(duet::case_().when("age"_c > 3, 1), a<std::optional<std::int64_t>>));
    EXPECT_TRUE(
        yields<User>(duet::value(query<Post>(), duet::max("title"_c)), a<std::optional<std::string>>));
    // Of several kinds of numbers: one that holds them all.
    EXPECT_TRUE(yields<User>(duet::greatest("age"_c, "score"_c), a<double>));
    EXPECT_TRUE(yields<User>(duet::least("age"_c, "score"_c, "balance"_c), a<duet::Decimal>));
    EXPECT_TRUE(yields<User>(duet::case_().when("age"_c > 3, 1).otherwise("balance"_c), a<duet::Decimal>));
    EXPECT_TRUE(yields<User>(duet::coalesce("age"_c, 1), a<int>));
    EXPECT_TRUE(yields<User>(duet::coalesce("age"_c, 1.5), a<double>));
}

}  // namespace
