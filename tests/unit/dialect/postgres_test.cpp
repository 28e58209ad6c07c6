#include <duet/dialect/postgres.hpp>

#include <gtest/gtest.h>

#include "unit/dialect/rendered.hpp"

using namespace duet::literals;
using namespace dialect_test;

namespace {

const duet::Dialect& dialect() { return duet::postgres_dialect(); }

TEST(PostgresValues, StandBesideColumnsWithTheirTypes) {
    EXPECT_EQ(where(dialect(), "name"_c == "Ada"), R"("users"."name" = $1)");
    EXPECT_EQ(where(dialect(), "is_active"_c == true), R"("users"."is_active" = $1)");
    EXPECT_EQ(where(dialect(), "is_active"_c), R"("users"."is_active")");
    EXPECT_EQ(where(dialect(), !"is_active"_c), R"(NOT ("users"."is_active"))");
    EXPECT_EQ(where(dialect(), ("age"_c > 20) == true), R"(("users"."age" > $1) = $2)");
    EXPECT_EQ(where(dialect(), ("age"_c > 20) == "is_active"_c),
              R"(("users"."age" > $1) = "users"."is_active")");
    EXPECT_EQ(where(dialect(), "token"_c == duet::Uuid::parse("00000000-0000-0000-0000-000000000001")),
              R"("users"."token" = $1)");
    EXPECT_EQ(where(dialect(), "nap"_c >= std::chrono::minutes(30)), R"("users"."nap" >= $1)");
    EXPECT_EQ(where(dialect(), "nap"_c.in_({std::chrono::minutes(30)})), R"("users"."nap" = ANY($1))");
    EXPECT_EQ(
        where(dialect(), "tags"_c == std::vector<std::string>{"x", "y"}),
        R"("users"."tags" = CAST(ARRAY(SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS jsonb))) AS text[]))");
    EXPECT_EQ(
        where(dialect(), "lucky"_c == std::vector<int>{8}),
        R"("users"."lucky" = CAST(ARRAY(SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS jsonb))) AS integer[]))");
    EXPECT_EQ(where(dialect(), "profile"_c == duet::Json::parse("[1,2]")),
              R"("users"."profile" = CAST(CAST($1 AS text) AS jsonb))");
    EXPECT_EQ(where(dialect(), "profile"_c != duet::Json(5)),
              R"("users"."profile" <> CAST(CAST($1 AS text) AS jsonb))");
    EXPECT_EQ(where(dialect(), "exact"_c == duet::Decimal::parse("10.5")),
              R"(CAST("users"."exact" AS numeric) = CAST(CAST($1 AS text) AS numeric))");
    EXPECT_EQ(where(dialect(), "exact"_c > 11),
              R"(CAST("users"."exact" AS numeric) > CAST(CAST($1 AS text) AS numeric))");
    EXPECT_EQ(where(dialect(), "exact"_c.in_({duet::Decimal::parse("10.5")})),
              R"(CAST("users"."exact" AS numeric) = ANY(CAST(CAST($1 AS text[]) AS numeric[])))");
    EXPECT_EQ(where(dialect(), "balance"_c > duet::Decimal::parse("10.4")), R"("users"."balance" > $1)");
    EXPECT_EQ(where(dialect(), "bio"_c.is_("ada")), R"("users"."bio" IS NOT DISTINCT FROM $1)");
    EXPECT_EQ(where(dialect(), "bio"_c.is_not("ada")), R"("users"."bio" IS DISTINCT FROM $1)");
    EXPECT_EQ(where(dialect(), "level"_c.is_("level"_c)),
              R"("users"."level" IS NOT DISTINCT FROM "users"."level")");
    EXPECT_EQ(where(dialect(), "color"_c == Color::green), R"("users"."color" = $1)");
    EXPECT_EQ(where(dialect(), "level"_c >= Level::high), R"("users"."level" >= $1)");
    EXPECT_EQ(where(dialect(), "created_at"_c >=
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"("users"."created_at" >= $1)");
    EXPECT_EQ(
        where(dialect(), "created_at"_c.between(duet::Date(std::chrono::year(2024) / 1 / 1), duet::now())),
        R"(("users"."created_at" BETWEEN $1 AND statement_timestamp()))");
    EXPECT_EQ(where(dialect(), "wakes_at"_c > duet::Time::of(7, 0)), R"("users"."wakes_at" > $1)");
    EXPECT_EQ(where(dialect(), "score"_c == "age"_c), R"("users"."score" = "users"."age")");
}

TEST(PostgresLists, AreOneParameter) {
    EXPECT_EQ(where(dialect(), "age"_c.in_({36, 50})), R"("users"."age" = ANY($1))");
    EXPECT_EQ(where(dialect(), "age"_c.not_in({36, 50})), R"("users"."age" <> ALL($1))");
    EXPECT_EQ(where(dialect(), "score"_c.in_(1, 2.5)), R"("users"."score" = ANY($1))");
    EXPECT_EQ(where(dialect(), "name"_c.in_({"Ada", "Bob"})), R"("users"."name" = ANY($1))");
    EXPECT_EQ(where(dialect(), "is_active"_c.in_({true, false})), R"("users"."is_active" = ANY($1))");
    EXPECT_EQ(where(dialect(), "color"_c.in_({Color::red, Color::blue})), R"("users"."color" = ANY($1))");
    EXPECT_EQ(where(dialect(), "created_at"_c.in_({duet::Date(std::chrono::year(2023) / 7 / 15)})),
              R"("users"."created_at" = ANY($1))");
    EXPECT_EQ(where(dialect(), "birthday"_c.in_({duet::Date(std::chrono::year(2000) / 1 / 1)})),
              R"("users"."birthday" = ANY($1))");
    EXPECT_EQ(where(dialect(), "wakes_at"_c.in_({duet::Time::of(12, 0)})), R"("users"."wakes_at" = ANY($1))");
    EXPECT_EQ(where(dialect(), "balance"_c.in_({duet::Decimal::parse("10.5")})),
              R"("users"."balance" = ANY($1))");
    EXPECT_EQ(where(dialect(), "token"_c.in_({duet::Uuid::parse("00000000-0000-0000-0000-000000000003")})),
              R"("users"."token" = ANY($1))");
    EXPECT_EQ(where(dialect(), "created_at"_c.in_(std::vector<duet::Timestamp>{})), "1 = 0");
    EXPECT_EQ(where(dialect(), "token"_c.not_in(std::vector<duet::Uuid>{})), "1 = 1");
    EXPECT_EQ(where(dialect(), "age"_c.in_({1})), R"("users"."age" = ANY($1))");
    EXPECT_EQ(where(dialect(), "bio"_c.not_in({"x"})), R"("users"."bio" <> ALL($1))");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].in_({5, 6})),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END = ANY($2))");
    EXPECT_EQ(where(dialect(), "profile"_c["s"].in_("x", "y")), R"(("users"."profile" #>> $1) = ANY($2))");
}

TEST(PostgresArithmetic, CountsTheSameEverywhere) {
    EXPECT_EQ(where(dialect(), "age"_c + 1 > 37), R"(("users"."age" + $1) > $2)");
    EXPECT_EQ(where(dialect(), "age"_c / 5 == 7), R"(("users"."age" / nullif($1, 0)) = $2)");
    EXPECT_EQ(where(dialect(), ("age"_c - 40) / 3 == -1), R"((("users"."age" - $1) / nullif($2, 0)) = $3)");
    EXPECT_EQ(where(dialect(), ("age"_c - 40) % 3 == -1), R"((("users"."age" - $1) % nullif($2, 0)) = $3)");
    EXPECT_EQ(where(dialect(), ("age"_c / ("age"_c - 36)).is_null()),
              R"(("users"."age" / nullif(("users"."age" - $1), 0)) IS NULL)");
    EXPECT_EQ(where(dialect(), ("age"_c % ("age"_c - 36)).is_null()),
              R"(("users"."age" % nullif(("users"."age" - $1), 0)) IS NULL)");
    EXPECT_EQ(where(dialect(), "age"_c / "id"_c == 16), R"(("users"."age" / nullif("users"."id", 0)) = $1)");
    EXPECT_EQ(where(dialect(), "score"_c / 2 == 1.25), R"(("users"."score" / nullif($1, 0)) = $2)");
    EXPECT_EQ(where(dialect(), "age"_c * "age"_c > 2000),
              R"((CAST("users"."age" AS bigint) * "users"."age") > $1)");
    EXPECT_EQ(where(dialect(), "score"_c % 2 == 1),
              R"((CAST(trunc("users"."score") AS bigint) % nullif($1, 0)) = $2)");
    EXPECT_EQ(where(dialect(), -"age"_c < -36), R"((-"users"."age") < $1)");
    EXPECT_EQ(where(dialect(), "balance"_c / 2 > 5.2), R"(("users"."balance" / nullif($1, 0)) > $2)");
    EXPECT_EQ(where(dialect(), "exact"_c + 1 > 11.4),
              R"((CAST("users"."exact" AS numeric) + CAST(CAST($1 AS text) AS numeric)) > $2)");
    EXPECT_EQ(where(dialect(), "nap"_c + std::chrono::minutes(1) > std::chrono::minutes(30)),
              R"(("users"."nap" + $1) > $2)");
    EXPECT_EQ(where(dialect(), "nap"_c * 2 > 3000000000),
              R"((CAST(extract(epoch FROM "users"."nap") * 1000000 AS bigint) * $1) > $2)");
    EXPECT_EQ(where(dialect(), "nap"_c / 1000000 == 60),
              R"((CAST(extract(epoch FROM "users"."nap") * 1000000 AS bigint) / nullif($1, 0)) = $2)");
    EXPECT_EQ(where(dialect(), duet::abs("nap"_c) > std::chrono::minutes(2)),
              R"(greatest("users"."nap", -"users"."nap") > $1)");
    EXPECT_EQ(select(dialect(), "exact"_c + 1),
              R"((CAST("users"."exact" AS numeric) + CAST(CAST($1 AS text) AS numeric)))");
}

TEST(PostgresFunctions, AreSpelt) {
    EXPECT_EQ(where(dialect(), duet::length("name"_c) == 3), R"(length("users"."name") = $1)");
    EXPECT_EQ(where(dialect(), duet::trim("name"_c) == "Ada"), R"(btrim("users"."name") = $1)");
    EXPECT_EQ(where(dialect(), duet::substr("name"_c, 2) == "da"),
              R"(substr("users"."name", CAST($1 AS integer)) = $2)");
    EXPECT_EQ(where(dialect(), duet::substr("name"_c, 1, "id"_c) == "A"),
              R"(substr("users"."name", CAST($1 AS integer), CAST("users"."id" AS integer)) = $2)");
    EXPECT_EQ(where(dialect(), duet::concat("name"_c, " ", "bio"_c) == "Bob "),
              R"(concat("users"."name", CAST($1 AS text), "users"."bio") = $2)");
    EXPECT_EQ(where(dialect(), duet::concat("name"_c, "/", "age"_c) == "Ada/36"),
              R"(concat("users"."name", CAST($1 AS text), "users"."age") = $2)");
    EXPECT_EQ(where(dialect(), duet::coalesce("bio"_c, "-") == "-"), R"(coalesce("users"."bio", $1) = $2)");
    EXPECT_EQ(where(dialect(), duet::nullif("age"_c, 17).is_null()), R"(nullif("users"."age", $1) IS NULL)");
    EXPECT_EQ(where(dialect(), duet::greatest("age"_c, "manager"_c, 40) == 40),
              R"(greatest("users"."age", "users"."manager_id", $1) = $2)");
    EXPECT_EQ(where(dialect(), duet::least("manager"_c, "age"_c) == 1),
              R"(least("users"."manager_id", "users"."age") = $1)");
    EXPECT_EQ(where(dialect(), duet::abs("age"_c - 36) == 14), R"(abs(("users"."age" - $1)) = $2)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c) == 2),
        R"(CASE WHEN abs("users"."score") < 1e15 THEN CAST(round(CAST("users"."score" AS numeric)) AS double precision) ELSE "users"."score" END = $1)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c) == 3),
        R"(CASE WHEN abs("users"."score") < 1e15 THEN CAST(round(CAST("users"."score" AS numeric)) AS double precision) ELSE "users"."score" END = $1)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c * 1.01, 2) == 2.53),
        R"(CASE WHEN abs(("users"."score" * $1)) < 1e15 THEN CAST(round(CAST(("users"."score" * $1) AS numeric), CAST($2 AS integer)) AS double precision) ELSE ("users"."score" * $1) END = $3)");
    EXPECT_EQ(where(dialect(), duet::round("balance"_c) == 11), R"(round("users"."balance") = $1)");
    EXPECT_EQ(where(dialect(), duet::replace("name"_c, "d", "n") == "Ana"),
              R"(replace("users"."name", CAST($1 AS text), CAST($2 AS text)) = $3)");
    EXPECT_EQ(where(dialect(), duet::upper("name"_c) == "ADA"), R"(upper("users"."name") = $1)");
    EXPECT_EQ(order(dialect(), duet::random()),
              R"(CAST(floor((random() * 2 - 1) * 9223372036854774784) AS bigint))");
    EXPECT_EQ(where(dialect(), duet::fn<double>("sqrt")("age"_c) == 6.0), R"(sqrt("users"."age") = $1)");
}

TEST(PostgresCasts, Convert) {
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("age"_c) == "17"),
              R"(CAST("users"."age" AS text) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("is_active"_c) == "1"),
              R"(CAST(CAST("users"."is_active" AS integer) AS text) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("token"_c) == "00000000000000000000000000000001"),
              R"(replace(CAST("users"."token" AS text), '-', '') = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("created_at"_c) == "2024-02-29 10:20:30.000000"),
              R"(to_char("users"."created_at", 'YYYY-MM-DD HH24:MI:SS.US') = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<int>("score"_c) == 2),
              R"(CAST(trunc("users"."score") AS bigint) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<int>(-"score"_c) == -2),
              R"(CAST(trunc((-"users"."score")) AS bigint) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<int>("is_active"_c) == 1),
              R"(CAST(CAST("users"."is_active" AS integer) AS bigint) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<int>(duet::cast<std::string>("age"_c)) == 36),
              R"(CAST(trunc(CAST(CAST("users"."age" AS text) AS numeric)) AS bigint) = $1)");
    EXPECT_EQ(where(dialect(), duet::cast<double>("age"_c) / 8 == 4.5),
              R"((CAST("users"."age" AS double precision) / nullif($1, 0)) = $2)");
    EXPECT_EQ(where(dialect(), duet::cast<bool>("score"_c)), R"(("users"."score" <> 0))");
    EXPECT_EQ(where(dialect(), duet::cast<std::int64_t>("nap"_c) == 60000000),
              R"(CAST(CAST(extract(epoch FROM "users"."nap") * 1000000 AS bigint) AS bigint) = $1)");
    EXPECT_EQ(where(dialect(),
                    duet::cast<duet::Date>("created_at"_c) == duet::Date(std::chrono::year(2024) / 3 / 1)),
              R"(CAST("users"."created_at" AS date) = $1)");
    EXPECT_EQ(select(dialect(), duet::cast<duet::Timestamp>("created_at"_c)),
              R"(CAST("users"."created_at" AS timestamptz))");
    EXPECT_EQ(select(dialect(), duet::cast<duet::Decimal>("score"_c)), R"(CAST("users"."score" AS numeric))");
}

TEST(PostgresDates, AreTakenApart) {
    EXPECT_EQ(where(dialect(), duet::year("created_at"_c) == 2024),
              R"(CAST(extract(year FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::quarter("created_at"_c) == 3),
              R"(CAST(extract(quarter FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::month("created_at"_c) == 2),
              R"(CAST(extract(month FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::week("created_at"_c) == 9),
              R"(CAST(extract(week FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::day("created_at"_c) == 29),
              R"(CAST(extract(day FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::hour("created_at"_c) == 10),
              R"(CAST(extract(hour FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::minute("created_at"_c) == 20),
              R"(CAST(extract(minute FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::second("created_at"_c) == 59),
              R"(CAST(floor(extract(second FROM "users"."created_at")) AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::weekday("created_at"_c) == 4),
              R"(CAST(extract(dow FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::day_of_year("created_at"_c) == 60),
              R"(CAST(extract(doy FROM "users"."created_at") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::date("created_at"_c) == duet::Date(std::chrono::year(2024) / 3 / 1)),
              R"(CAST("users"."created_at" AS date) = $1)");
    EXPECT_EQ(where(dialect(), duet::week("birthday"_c) == 52),
              R"(CAST(extract(week FROM "users"."birthday") AS integer) = $1)");
    EXPECT_EQ(where(dialect(), duet::hour("wakes_at"_c) == 7),
              R"(CAST(extract(hour FROM "users"."wakes_at") AS integer) = $1)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_year("created_at"_c) == duet::Date(std::chrono::year(2024) / 1 / 1)),
        R"(date_trunc('year', "users"."created_at") = $1)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_quarter("created_at"_c) == duet::Date(std::chrono::year(2023) / 7 / 1)),
        R"(date_trunc('quarter', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), duet::trunc_month("created_at"_c) ==
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"(date_trunc('month', "users"."created_at") = $1)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_week("created_at"_c) == duet::Date(std::chrono::year(2024) / 2 / 26)),
        R"(date_trunc('week', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), duet::trunc_day("created_at"_c) ==
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"(date_trunc('day', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), duet::trunc_hour("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::hours(10))),
              R"(date_trunc('hour', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), duet::trunc_minute("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::minutes(620))),
              R"(date_trunc('minute', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), duet::trunc_second("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::seconds(37230))),
              R"(date_trunc('second', "users"."created_at") = $1)");
    EXPECT_EQ(where(dialect(), "created_at"_c <= duet::now()),
              R"("users"."created_at" <= statement_timestamp())");
}

TEST(PostgresMatches, TakeTextsLiterally) {
    EXPECT_EQ(where(dialect(), "name"_c.contains("%_")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.contains("AD")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.icontains("AD")), R"("users"."name" ILIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.startswith("Ad")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.istartswith("AD")), R"("users"."name" ILIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.endswith("da")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.iendswith("DA")), R"("users"."name" ILIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.like("A%")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.like("a%")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.ilike("a%")), R"("users"."name" ILIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.regex("^[AB]")), R"("users"."name" ~ $1)");
    EXPECT_EQ(where(dialect(), "name"_c.like("100\\%%")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(where(dialect(), "name"_c.like("\\")), R"("users"."name" LIKE $1)");
    EXPECT_EQ(
        where(dialect(), "name"_c.contains("bio"_c)),
        R"("users"."name" LIKE ('%' || replace(replace(replace("users"."bio", '\', '\\'), '%', '\%'), '_', '\_') || '%'))");
    EXPECT_EQ(
        where(dialect(), "name"_c.icontains("bio"_c)),
        R"("users"."name" ILIKE ('%' || replace(replace(replace("users"."bio", '\', '\\'), '%', '\%'), '_', '\_') || '%'))");
    EXPECT_EQ(
        where(dialect(), "name"_c.startswith("name"_c)),
        R"("users"."name" LIKE (replace(replace(replace("users"."name", '\', '\\'), '%', '\%'), '_', '\_') || '%'))");
    EXPECT_EQ(
        where(dialect(), "name"_c.iendswith("name"_c)),
        R"("users"."name" ILIKE ('%' || replace(replace(replace("users"."name", '\', '\\'), '%', '\%'), '_', '\_')))");
    EXPECT_EQ(where(dialect(), !"bio"_c.contains("ada")), R"(NOT ("users"."bio" LIKE $1))");
    EXPECT_EQ(where(dialect(), "color"_c.startswith("gr")), R"("users"."color" LIKE $1)");
}

TEST(PostgresCases, TellTheTypeOfTheirResults) {
    EXPECT_EQ(where(dialect(), duet::case_().when("age"_c < 18, "minor").otherwise("adult") == "minor"),
              R"(CASE WHEN "users"."age" < $1 THEN CAST($2 AS text) ELSE CAST($3 AS text) END = $4)");
    EXPECT_EQ(select(dialect(), duet::case_().when("age"_c < 18, 1).when("age"_c < 40, 2.5).as("band")),
              R"(CASE WHEN "users"."age" < $1 THEN $2 WHEN "users"."age" < $3 THEN $4 END AS "band")");
    EXPECT_EQ(
        where(dialect(), duet::case_().when("is_active"_c, "color"_c).otherwise(Color::blue) == Color::blue),
        R"(CASE WHEN "users"."is_active" THEN "users"."color" ELSE $1 END = $2)");
    EXPECT_EQ(where(dialect(), duet::case_().when("bio"_c.is_null(), std::nullopt).otherwise("age"_c) > 40),
              R"(CASE WHEN "users"."bio" IS NULL THEN NULL ELSE "users"."age" END > $1)");
}

TEST(PostgresAggregates, HaveTheTypesThatAreAskedFor) {
    EXPECT_EQ(select(dialect(), duet::count()), R"(count(*))");
    EXPECT_EQ(select(dialect(), duet::count_distinct("age"_c)), R"(count(DISTINCT "users"."age"))");
    EXPECT_EQ(select(dialect(), duet::sum("age"_c)), R"(CAST(sum("users"."age") AS bigint))");
    EXPECT_EQ(select(dialect(), duet::sum("score"_c)), R"(sum("users"."score"))");
    EXPECT_EQ(select(dialect(), duet::sum("balance"_c)), R"(sum("users"."balance"))");
    EXPECT_EQ(select(dialect(), duet::sum("nap"_c)), R"(sum("users"."nap"))");
    EXPECT_EQ(select(dialect(), duet::avg("age"_c)), R"(CAST(avg("users"."age") AS double precision))");
    EXPECT_EQ(
        select(dialect(), duet::avg("nap"_c)),
        R"(CAST(avg(CAST(extract(epoch FROM "users"."nap") * 1000000 AS bigint)) AS double precision))");
    EXPECT_EQ(select(dialect(), duet::min("name"_c)), R"(min("users"."name"))");
    EXPECT_EQ(select(dialect(), duet::max("is_active"_c)), R"(bool_or("users"."is_active"))");
    EXPECT_EQ(select(dialect(), duet::min("token"_c)), R"(CAST(min(CAST("users"."token" AS text)) AS uuid))");
    EXPECT_EQ(select(dialect(), duet::max("avatar"_c)),
              R"(decode(max(encode("users"."avatar", 'hex')), 'hex'))");
    EXPECT_EQ(select(dialect(), duet::max("exact"_c)), R"(max(CAST("users"."exact" AS numeric)))");
    EXPECT_EQ(
        select(dialect(), duet::sum("age"_c).filter("age"_c > 18 && "name"_c == "Ada").as("total")),
        R"(CAST(sum("users"."age") FILTER (WHERE "users"."age" > $1 AND "users"."name" = $2) AS bigint) AS "total")");
    EXPECT_EQ(select(dialect(), duet::count().filter("is_active"_c == true)),
              R"(count(*) FILTER (WHERE "users"."is_active" = $1))");
}

TEST(PostgresJson, IsReachedInto) {
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] == 5),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END = $2)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] > 4.5),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS double precision) END > $2)");
    EXPECT_EQ(where(dialect(), "profile"_c["s"] == "x"), R"(("users"."profile" #>> $1) = $2)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"] == 5),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END = $2)");
    EXPECT_EQ(where(dialect(), "profile"_c["list"][1] == "b"), R"(("users"."profile" #>> $1) = $2)");
    EXPECT_EQ(
        where(dialect(), "profile"_c[-1] == 2),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END = $2)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["no"] == false),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'boolean' THEN CAST(("users"."profile" #>> $1) AS boolean) END = $2)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] < "age"_c),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END < "users"."age")");
    EXPECT_EQ(where(dialect(), "profile"_c["s"].icontains("X")), R"(("users"."profile" #>> $1) ILIKE $2)");
    EXPECT_EQ(where(dialect(), "profile"_c["s"] == "name"_c),
              R"(("users"."profile" #>> $1) = "users"."name")");
    EXPECT_EQ(where(dialect(), "profile"_c["flags"]["beta"][0].is_true()),
              R"(("users"."profile" #> $1) IS NOT DISTINCT FROM CAST('true' AS jsonb))");
    EXPECT_EQ(where(dialect(), !"profile"_c["flags"]["beta"][0].is_true()),
              R"(NOT (("users"."profile" #> $1) IS NOT DISTINCT FROM CAST('true' AS jsonb)))");
    EXPECT_EQ(where(dialect(), "profile"_c["no"].is_false()),
              R"(("users"."profile" #> $1) IS NOT DISTINCT FROM CAST('false' AS jsonb))");
    EXPECT_EQ(where(dialect(), "profile"_c["n"].is_null()), R"(("users"."profile" #>> $1) IS NULL)");
    EXPECT_EQ(where(dialect(), "profile"_c["flags"].is_not_null()),
              R"(("users"."profile" #>> $1) IS NOT NULL)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["list"].contains("a")),
        R"((("users"."profile" #> $1) @> to_jsonb(CAST($2 AS text)) AND ("users"."profile" #> $1) IS NOT NULL))");
    EXPECT_EQ(
        where(dialect(), !"profile"_c["list"].contains("a")),
        R"(NOT ((("users"."profile" #> $1) @> to_jsonb(CAST($2 AS text)) AND ("users"."profile" #> $1) IS NOT NULL)))");
    EXPECT_EQ(where(dialect(), "profile"_c.contains(2)),
              R"((("users"."profile" #> $1) @> to_jsonb($2) AND ("users"."profile" #> $1) IS NOT NULL))");
    EXPECT_EQ(where(dialect(), "profile"_c["flags"].has_key("beta")),
              R"(("users"."profile" #> $1) IS NOT NULL)");
    EXPECT_EQ(where(dialect(), "profile"_c.has_key("n")), R"(("users"."profile" #> $1) IS NOT NULL)");
    EXPECT_EQ(
        select(dialect(), "profile"_c["n"].as<int>()),
        R"(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END)");
    EXPECT_EQ(select(dialect(), "profile"_c["list"].as<duet::Json>()), R"(("users"."profile" #> $1))");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].as<int>() + 1 == 6),
        R"((CAST(trunc(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END) AS bigint) + $2) = $3)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].as<int>() / 2 == 2),
        R"((CAST(trunc(CASE WHEN jsonb_typeof(("users"."profile" #> $1)) = 'number' THEN CAST(("users"."profile" #>> $1) AS numeric) END) AS bigint) / nullif($2, 0)) = $3)");
    EXPECT_EQ(where(dialect(), "tags"_c.contains("x")), R"(coalesce($1 = ANY("users"."tags"), FALSE))");
    EXPECT_EQ(where(dialect(), !"tags"_c.contains("x")),
              R"(NOT (coalesce($1 = ANY("users"."tags"), FALSE)))");
    EXPECT_EQ(where(dialect(), "lucky"_c.contains(8)), R"(coalesce($1 = ANY("users"."lucky"), FALSE))");
}

TEST(PostgresOrders, PutNullsFirst) {
    EXPECT_EQ(order(dialect(), "age"), R"("users"."age")");
    EXPECT_EQ(order(dialect(), "-bio"), R"("users"."bio" DESC NULLS LAST)");
    EXPECT_EQ(order(dialect(), "bio"), R"("users"."bio" NULLS FIRST)");
    EXPECT_EQ(order(dialect(), duet::asc("bio"_c).nulls_last()), R"("users"."bio" NULLS LAST)");
    EXPECT_EQ(order(dialect(), duet::desc("bio"_c).nulls_first()), R"("users"."bio" DESC NULLS FIRST)");
    EXPECT_EQ(order(dialect(), duet::desc("bio"_c).nulls_last()), R"("users"."bio" DESC NULLS LAST)");
    EXPECT_EQ(order(dialect(), duet::desc(duet::lower("name"_c))), R"(lower("users"."name") DESC)");
    EXPECT_EQ(order(dialect(), "manager.name"), R"("manager"."name" NULLS FIRST)");
    EXPECT_EQ(
        order(dialect(), "-posts.views"),
        R"((SELECT MAX("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id") DESC NULLS LAST)");
    EXPECT_EQ(order(dialect(), "exact"), R"(CAST("users"."exact" AS numeric))");
}

TEST(PostgresQueries, Nest) {
    EXPECT_EQ(
        where(dialect(), "id"_c.in_(query<User>().order_by("-age").limit(1))),
        R"("users"."id" IN (SELECT "users_2"."id" FROM "users" AS "users_2" ORDER BY "users_2"."age" DESC LIMIT $1))");
    EXPECT_EQ(
        where(dialect(), "id"_c.not_in(query<User>(), "manager"_c)),
        R"("users"."id" NOT IN (SELECT "users_2"."manager_id" FROM "users" AS "users_2" WHERE "users_2"."manager_id" IS NOT NULL))");
    EXPECT_EQ(
        where(dialect(), "posts.title"_c == "Notes"),
        R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" = $1))");
    EXPECT_EQ(
        where(dialect(), duet::any("posts"_c, "views"_c > 5)),
        R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > $1))");
    EXPECT_EQ(
        where(dialect(), duet::all("posts"_c, "views"_c > 4)),
        R"(NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND ("posts"."views" > $1) IS NOT TRUE))");
    EXPECT_EQ(where(dialect(), duet::count_of("posts"_c) > 1),
              R"((SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") > $1)");
    EXPECT_EQ(where(dialect(), duet::exists(query<Post>().where("author"_c == duet::outer<User>("id"_c)))),
              R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))");
    EXPECT_EQ(
        where(dialect(), "age"_c > duet::value(query<User>(), duet::avg("age"_c))),
        R"("users"."age" > (SELECT CAST(avg("users_2"."age") AS double precision) FROM "users" AS "users_2"))");
    EXPECT_EQ(where(dialect(), duet::exists(query<Post>().where("title"_c == "Notes").limit(1))),
              R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."title" = $1 LIMIT $2))");
}

TEST(PostgresAssignments, KnowTheirColumn) {
    EXPECT_EQ(update(dialect(), "age"_c = "age"_c + 1), R"("age" = ("users"."age" + $1))");
    EXPECT_EQ(update(dialect(), "name"_c = duet::concat("name"_c, "!")),
              R"("name" = concat("users"."name", CAST($1 AS text)))");
    EXPECT_EQ(update(dialect(), "exact"_c = duet::Decimal::parse("1.5")), R"("exact" = $1)");
    EXPECT_EQ(
        update(dialect(), "tags"_c = std::vector<std::string>{"x"}),
        R"("tags" = CAST(ARRAY(SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS jsonb))) AS text[]))");
    EXPECT_EQ(update(dialect(), "profile"_c = duet::Json::parse("[1]")),
              R"("profile" = CAST(CAST($1 AS text) AS jsonb))");
    EXPECT_EQ(update(dialect(), "nap"_c = std::chrono::seconds(90)), R"("nap" = $1)");
    EXPECT_EQ(update(dialect(), "is_active"_c = duet::case_().when("age"_c > 18, true).otherwise(false)),
              R"("is_active" = CASE WHEN "users"."age" > $1 THEN $2 ELSE $3 END)");
    EXPECT_EQ(update(dialect(), "bio"_c = std::nullopt), R"("bio" = NULL)");
    EXPECT_EQ(update(dialect(), "age"_c = "age"_c / 2), R"("age" = ("users"."age" / nullif($1, 0)))");
    EXPECT_EQ(update(dialect(), "created_at"_c = duet::now()), R"("created_at" = statement_timestamp())");
}

}  // namespace
