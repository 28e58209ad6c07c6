#include <duet/base/error.hpp>
#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>
#include <duet/functions.hpp>

#include <gtest/gtest.h>

#include "unit/dialect/rendered.hpp"

using namespace duet::literals;
using namespace dialect_test;

namespace {

template <class E>
std::string sqlite(const E& e) {
    return select(duet::sqlite_dialect(), e);
}
template <class E>
std::string postgres(const E& e) {
    return select(duet::postgres_dialect(), e);
}
template <class E>
std::string mariadb(const E& e) {
    return select(duet::mariadb_dialect(), e);
}
template <class E>
std::string mysql(const E& e) {
    return select(duet::mysql_dialect(), e);
}

TEST(RenderedAggregates, OfPostgresRefuseOrdersThatItDoesNotHave) {
    const auto names = duet::string_agg("name"_c, ", ", duet::order_by("-name")).distinct();
    EXPECT_EQ(postgres(names),
              R"(string_agg(DISTINCT "users"."name", CAST($1 AS text) ORDER BY "users"."name" DESC))");
    EXPECT_THROW(postgres(duet::string_agg("name"_c, ", ", duet::order_by("-age")).distinct()),
                 duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(duet::string_agg("age"_c, ", ", duet::order_by("age")).distinct()),
                 duet::UnsupportedByDialect)
        << "the text of a number is in another order";
    EXPECT_THROW(postgres(duet::array_agg("name"_c, duet::order_by("-age")).over()),
                 duet::UnsupportedByDialect);
    EXPECT_NO_THROW(postgres(duet::array_agg("name"_c).over()));
    EXPECT_NO_THROW(sqlite(duet::string_agg("name"_c, ", ", duet::order_by("-age")).distinct()));
}

TEST(RenderedWindows, HavePartitionsOrdersAndFrames) {
    const auto place =
        duet::row_number().over(duet::partition_by("name"_c, "age"_c), duet::order_by("-score"));
    EXPECT_EQ(
        sqlite(place),
        R"(row_number() OVER (PARTITION BY "users"."name", "users"."age" ORDER BY "users"."score" DESC))");
    EXPECT_EQ(mariadb(place),
              "row_number() OVER (PARTITION BY `users`.`name`, `users`.`age` ORDER BY `users`.`score` DESC)");
    EXPECT_EQ(postgres(duet::count().over()), "count(*) OVER ()");
    const auto sum = duet::sum("age"_c).over(duet::order_by("id"),
                                             duet::rows(duet::unbounded_preceding, duet::current_row));
    EXPECT_EQ(
        postgres(sum),
        R"(CAST(sum("users"."age") OVER (ORDER BY "users"."id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bigint))");
    EXPECT_EQ(
        sqlite(duet::max("id"_c).over(duet::order_by("id"),
                                      duet::groups(duet::preceding(2), duet::following(1)).exclude_ties())),
        R"(max("users"."id") OVER (ORDER BY "users"."id" GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE TIES))");
}

TEST(RenderedWindows, PutNullsWhereOrdersPutThem) {
    EXPECT_EQ(postgres(duet::rank().over(duet::order_by("bio"))),
              R"(rank() OVER (ORDER BY "users"."bio" NULLS FIRST))");
    EXPECT_EQ(postgres(duet::rank().over(duet::order_by("-bio"))),
              R"(rank() OVER (ORDER BY "users"."bio" DESC NULLS LAST))");
    EXPECT_EQ(mariadb(duet::rank().over(duet::order_by(duet::asc("bio"_c).nulls_last()))),
              "rank() OVER (ORDER BY `users`.`bio` IS NULL, `users`.`bio`)");
}

TEST(RenderedWindows, OrderDecimalsInTextByTheirValue) {
    EXPECT_EQ(sqlite(duet::rank().over(duet::order_by("exact"))),
              R"(rank() OVER (ORDER BY "users"."exact" COLLATE duet_decimal))");
    EXPECT_EQ(postgres(duet::rank().over(duet::order_by("exact"))),
              R"(rank() OVER (ORDER BY CAST("users"."exact" AS numeric)))");
}

TEST(RenderedWindows, FilterByCaseWhereThereIsNoFilter) {
    const auto grown = duet::count().filter("age"_c > 17).over(duet::partition_by("name"_c));
    EXPECT_EQ(sqlite(grown),
              R"(count(*) FILTER (WHERE "users"."age" > ?) OVER (PARTITION BY "users"."name"))");
    EXPECT_EQ(mariadb(grown),
              "count(CASE WHEN `users`.`age` > ? THEN 1 END) OVER (PARTITION BY `users`.`name`)");
}

TEST(RenderedWindows, LeaveFramesOutWhereTheyMeanNothing) {
    const auto frame = duet::rows(duet::preceding(1), duet::current_row);
    EXPECT_EQ(mariadb(duet::rank().over(duet::order_by("id"), frame)), "rank() OVER (ORDER BY `users`.`id`)");
    EXPECT_EQ(
        mariadb(duet::nth_value("id"_c, 2).over(duet::order_by("id"), frame)),
        "nth_value(`users`.`id`, 2) OVER (ORDER BY `users`.`id` ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)");
}

TEST(RenderedWindows, StandInForMissingRows) {
    const auto before = duet::lag("age"_c, 2, 0).over(duet::order_by("id"));
    EXPECT_EQ(sqlite(before), R"(lag("users"."age", 2, ?) OVER (ORDER BY "users"."id"))");
    EXPECT_EQ(mysql(before), "lag(`users`.`age`, 2, ?) OVER (ORDER BY `users`.`id`)");
    EXPECT_EQ(
        mariadb(before),
        "CASE WHEN row_number() OVER (ORDER BY `users`.`id`) > 2 THEN lag(`users`.`age`, 2) OVER (ORDER BY "
        "`users`.`id`) ELSE ? END");
}

TEST(RenderedWindows, MayHaveNames) {
    TestQuery<User> q;
    duet::expr::WindowOf<void, User, duet::expr::OrderList<duet::expr::OrderText>>::add(q.query.clauses, "w",
                                                                                        duet::order_by("id"));
    const auto named = q.select(duet::rank().over("w"));
    EXPECT_EQ(duet::render(duet::sqlite_dialect(), named.data(), duet::Verb::rows).sql,
              R"(SELECT rank() OVER "w" FROM "users" WINDOW "w" AS (ORDER BY "users"."id"))");
    const auto refined = q.select(duet::count().over("w", duet::rows(duet::current_row, duet::current_row)));
    EXPECT_EQ(
        duet::render(duet::mariadb_dialect(), refined.data(), duet::Verb::rows).sql,
        "SELECT count(*) OVER (`w` ROWS BETWEEN CURRENT ROW AND CURRENT ROW) FROM `users` WINDOW `w` AS "
        "(ORDER BY `users`.`id`)");
}

TEST(RenderedWindows, AreRefusedByNameWhereTheDatabaseLacksThem) {
    const auto by_id = duet::order_by("id");
    const auto groups = duet::count().over(by_id, duet::groups(duet::current_row, duet::current_row));
    const auto hours =
        duet::count().over(by_id, duet::range(duet::preceding(std::chrono::hours(1)), duet::current_row));
    EXPECT_THROW(mariadb(groups), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite(hours), duet::UnsupportedByDialect);
    EXPECT_EQ(
        postgres(hours),
        R"(count(*) OVER (ORDER BY "users"."id" RANGE BETWEEN INTERVAL '3600000000 microseconds' PRECEDING AND CURRENT ROW))");
    EXPECT_THROW(postgres(duet::first_value("id"_c).ignore_nulls().over(by_id)), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(duet::count_distinct("id"_c).over(by_id)), duet::UnsupportedByDialect);
}

TEST(RenderedWindows, RefuseFramesOfRowsThatAreMeasuredInTime) {
    EXPECT_THROW(
        postgres(duet::count().over(duet::order_by("id"),
                                    duet::rows(duet::preceding(std::chrono::hours(1)), duet::current_row))),
        duet::InvalidQuery);
}

TEST(RenderedAggregates, PutTextsTogether) {
    const auto names = duet::string_agg("name"_c, ", ", duet::order_by("-age")).filter("is_active"_c);
    EXPECT_EQ(
        postgres(names),
        R"(string_agg("users"."name", CAST($1 AS text) ORDER BY "users"."age" DESC) FILTER (WHERE "users"."is_active"))");
    EXPECT_EQ(mariadb(names),
              "substr(group_concat(CASE WHEN `users`.`is_active` THEN concat(?, `users`.`name`) END ORDER BY "
              "`users`.`age` DESC SEPARATOR ''), char_length(?) + 1)");
    EXPECT_EQ(sqlite(names),
              R"(duet_gather('a-l', "users"."name", ?, "users"."age") FILTER (WHERE "users"."is_active"))");
    EXPECT_EQ(sqlite(duet::string_agg("name"_c, ", ")), R"(group_concat("users"."name", ?))");
}

TEST(RenderedAggregates, GatherValues) {
    EXPECT_EQ(postgres(duet::array_agg("age"_c, duet::order_by("id"))),
              R"(coalesce(array_agg("users"."age" ORDER BY "users"."id"), '{}'))");
    EXPECT_EQ(sqlite(duet::array_agg("age"_c)), R"(json_group_array("users"."age"))");
    EXPECT_EQ(mariadb(duet::json_array_agg("name"_c)),
              "concat('[', coalesce(group_concat(JSON_QUOTE(`users`.`name`) COLLATE utf8mb4_nopad_bin "
              "SEPARATOR ', '), ''), ']')");
    EXPECT_EQ(
        postgres(duet::json_object_agg("name"_c, "token"_c)),
        "coalesce(jsonb_object_agg(\"users\".\"name\", replace(CAST(\"users\".\"token\" AS text), '-', '')), "
        "CAST('{}' AS jsonb))");
}

TEST(RenderedAggregates, OfOrderedSets) {
    const auto median = duet::percentile_cont(0.5).within_group(duet::desc("age"_c));
    EXPECT_EQ(postgres(median), R"(percentile_cont(0.5) WITHIN GROUP (ORDER BY "users"."age" DESC))");
    EXPECT_EQ(sqlite(median), R"(duet_percentile_cont("users"."age", 0.5, 1))");
    EXPECT_THROW(mariadb(median), duet::UnsupportedByDialect);
    EXPECT_EQ(mariadb(median.over()),
              "percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(`users`.`age` AS DOUBLE) DESC) OVER ()");
    EXPECT_THROW(postgres(median.over()), duet::UnsupportedByDialect);
    EXPECT_THROW(mysql(median.over()), duet::UnsupportedByDialect);
}

TEST(RenderedFragments, HoldValuesAsParameters) {
    const auto raw = duet::raw<std::string>("lower({}) || {} || '{{}}'", "name"_c, "'; --");
    EXPECT_EQ(postgres(raw), R"((lower("users"."name") || CAST($1 AS text) || '{}'))");
    EXPECT_EQ(sqlite(raw), R"((lower("users"."name") || ? || '{}'))");
    EXPECT_EQ(
        where(duet::postgres_dialect(), duet::op<bool>("&&")("tags"_c, std::vector<std::string>{"x"})),
        R"(("users"."tags" && CAST(ARRAY(SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS jsonb))) AS text[])))");
    EXPECT_EQ(where(duet::postgres_dialect(), duet::op<bool>("?")("profile"_c, "x")),
              R"(("users"."profile" ? $1))");
    EXPECT_THROW(where(duet::sqlite_dialect(), duet::op<bool>("?")("profile"_c, "x")),
                 duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(duet::op<int>("#")("age"_c, 3)), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(duet::raw<int>("{} + $1", "age"_c)), duet::UnsupportedByDialect);
    EXPECT_EQ(postgres(duet::raw<int>("{}::integer", "age"_c)), R"(("users"."age"::integer))");
    EXPECT_EQ(sqlite(duet::raw<std::string>("'$1 :a @b ?'")), "('$1 :a @b ?')");
    EXPECT_THROW(sqlite(duet::raw<int>(":a")), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite(duet::raw<int>("@a")), duet::UnsupportedByDialect);
    EXPECT_EQ(mariadb(duet::raw<std::string>("concat({}, '#?')", "name"_c)),
              "(concat(`users`.`name`, '#?'))");
}

TEST(RenderedFragments, CastCollateAndCompareRows) {
    EXPECT_EQ(postgres(duet::cast_to<duet::Decimal>("age"_c, "numeric(10,2)")),
              R"(CAST("users"."age" AS numeric(10,2)))");
    EXPECT_EQ(where(duet::postgres_dialect(), duet::collate("name"_c, "de-x-icu") > "a"),
              R"(("users"."name" COLLATE "de-x-icu") > $1)");
    EXPECT_EQ(where(duet::sqlite_dialect(), duet::tuple("age"_c, "name"_c) < duet::tuple(3, "x")),
              R"(("users"."age", "users"."name") < (?, ?))");
    EXPECT_EQ(postgres(duet::fn<std::string>("tools.slug")("name"_c)), R"(tools.slug("users"."name"))");
}

TEST(RenderedMoments, MoveByDurations) {
    const auto later = "created_at"_c + std::chrono::hours(1);
    EXPECT_EQ(postgres(later), R"(("users"."created_at" + $1))");
    EXPECT_EQ(mariadb(later), "(`users`.`created_at` + INTERVAL ? MICROSECOND)");
    EXPECT_EQ(sqlite(later), R"(duet_time_shift("users"."created_at", (?)))");
    EXPECT_EQ(sqlite(duet::now() - "nap"_c),
              R"(duet_time_shift(strftime('%Y-%m-%d %H:%M:%f000', 'now'), -("users"."nap")))");
    const auto age = duet::now() - "birthday"_c;
    EXPECT_EQ(postgres(age), R"((statement_timestamp() - CAST("users"."birthday" AS timestamptz)))");
    EXPECT_EQ(mariadb(age), "TIMESTAMPDIFF(MICROSECOND, CAST(`users`.`birthday` AS DATETIME(6)), NOW(6))");
}

}  // namespace
