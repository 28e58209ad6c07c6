#include <duet/dialect/mariadb.hpp>

#include <gtest/gtest.h>

#include "unit/dialect/rendered.hpp"

using namespace duet::literals;
using namespace dialect_test;

namespace {

const duet::Dialect& dialect() { return duet::mariadb_dialect(); }

TEST(MariaDbValues, StandBesideColumnsWithTheirTypes) {
    EXPECT_EQ(where(dialect(), "name"_c == "Ada"), R"(`users`.`name` = ?)");
    EXPECT_EQ(where(dialect(), "is_active"_c == true), R"(`users`.`is_active` = ?)");
    EXPECT_EQ(where(dialect(), "is_active"_c), R"(`users`.`is_active`)");
    EXPECT_EQ(where(dialect(), !"is_active"_c), R"(NOT (`users`.`is_active`))");
    EXPECT_EQ(where(dialect(), ("age"_c > 20) == true), R"((`users`.`age` > ?) = ?)");
    EXPECT_EQ(where(dialect(), ("age"_c > 20) == "is_active"_c),
              R"((`users`.`age` > ?) = `users`.`is_active`)");
    EXPECT_EQ(where(dialect(), "token"_c == duet::Uuid::parse("00000000-0000-0000-0000-000000000001")),
              R"(`users`.`token` = ?)");
    EXPECT_EQ(where(dialect(), "nap"_c >= std::chrono::minutes(30)), R"(`users`.`nap` >= ?)");
    EXPECT_EQ(
        where(dialect(), "nap"_c.in_({std::chrono::minutes(30)})),
        R"(`users`.`nap` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element BIGINT PATH '$')) AS duet_list))");
    EXPECT_EQ(where(dialect(), "tags"_c == std::vector<std::string>{"x", "y"}),
              R"(JSON_EQUALS(`users`.`tags`, ?))");
    EXPECT_EQ(where(dialect(), "lucky"_c == std::vector<int>{8}), R"(JSON_EQUALS(`users`.`lucky`, ?))");
    EXPECT_EQ(where(dialect(), "profile"_c == duet::Json::parse("[1,2]")),
              R"(JSON_EQUALS(`users`.`profile`, ?))");
    EXPECT_EQ(where(dialect(), "profile"_c != duet::Json(5)), R"(NOT JSON_EQUALS(`users`.`profile`, ?))");
    EXPECT_EQ(where(dialect(), "exact"_c == duet::Decimal::parse("10.5")),
              R"(CAST(`users`.`exact` AS DECIMAL(65,30)) = CAST(? AS DECIMAL(65,30)))");
    EXPECT_EQ(where(dialect(), "exact"_c > 11),
              R"(CAST(`users`.`exact` AS DECIMAL(65,30)) > CAST(? AS DECIMAL(65,30)))");
    EXPECT_EQ(
        where(dialect(), "exact"_c.in_({duet::Decimal::parse("10.5")})),
        R"(CAST(`users`.`exact` AS DECIMAL(65,30)) IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element DECIMAL(65,30) PATH '$')) AS duet_list))");
    EXPECT_EQ(where(dialect(), "balance"_c > duet::Decimal::parse("10.4")), R"(`users`.`balance` > ?)");
    EXPECT_EQ(where(dialect(), "bio"_c.is_("ada")), R"(`users`.`bio` <=> ?)");
    EXPECT_EQ(where(dialect(), "bio"_c.is_not("ada")), R"((NOT (`users`.`bio` <=> ?)))");
    EXPECT_EQ(where(dialect(), "level"_c.is_("level"_c)), R"(`users`.`level` <=> `users`.`level`)");
    EXPECT_EQ(where(dialect(), "color"_c == Color::green), R"(`users`.`color` = ?)");
    EXPECT_EQ(where(dialect(), "level"_c >= Level::high), R"(`users`.`level` >= ?)");
    EXPECT_EQ(where(dialect(), "created_at"_c >=
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"(`users`.`created_at` >= ?)");
    EXPECT_EQ(
        where(dialect(), "created_at"_c.between(duet::Date(std::chrono::year(2024) / 1 / 1), duet::now())),
        R"((`users`.`created_at` BETWEEN ? AND NOW(6)))");
    EXPECT_EQ(where(dialect(), "wakes_at"_c > duet::Time::of(7, 0)), R"(`users`.`wakes_at` > ?)");
    EXPECT_EQ(where(dialect(), "score"_c == "age"_c), R"(`users`.`score` = `users`.`age`)");
}

TEST(MariaDbLists, AreOneParameter) {
    EXPECT_EQ(
        where(dialect(), "age"_c.in_({36, 50})),
        R"(`users`.`age` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element BIGINT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "age"_c.not_in({36, 50})),
        R"(`users`.`age` NOT IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element BIGINT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "score"_c.in_(1, 2.5)),
        R"(`users`.`score` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element DOUBLE PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "name"_c.in_({"Ada", "Bob"})),
        R"(`users`.`name` IN (SELECT element COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (element LONGTEXT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "is_active"_c.in_({true, false})),
        R"(`users`.`is_active` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element TINYINT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "color"_c.in_({Color::red, Color::blue})),
        R"(`users`.`color` IN (SELECT element COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (element LONGTEXT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "created_at"_c.in_({duet::Date(std::chrono::year(2023) / 7 / 15)})),
        R"(`users`.`created_at` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element DATETIME(6) PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "birthday"_c.in_({duet::Date(std::chrono::year(2000) / 1 / 1)})),
        R"(`users`.`birthday` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element DATE PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "wakes_at"_c.in_({duet::Time::of(12, 0)})),
        R"(`users`.`wakes_at` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element TIME(6) PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "balance"_c.in_({duet::Decimal::parse("10.5")})),
        R"(`users`.`balance` IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element DECIMAL(65,30) PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "token"_c.in_({duet::Uuid::parse("00000000-0000-0000-0000-000000000003")})),
        R"(`users`.`token` IN (SELECT element COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (element LONGTEXT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "age"_c.not_in({1, 2})),
        R"(`users`.`age` NOT IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element BIGINT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "bio"_c.not_in({"x", "y"})),
        R"(`users`.`bio` NOT IN (SELECT element COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (element LONGTEXT PATH '$')) AS duet_list))");
    EXPECT_EQ(where(dialect(), "age"_c.in_(std::vector<int>{})), "1 = 0");
    EXPECT_EQ(where(dialect(), "bio"_c.not_in(std::vector<std::string>{})), "1 = 1");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].in_({5, 6})),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END IN (SELECT element FROM JSON_TABLE(?, '$[*]' COLUMNS (element BIGINT PATH '$')) AS duet_list))");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"].in_("x", "y")),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) IN (SELECT element COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (element LONGTEXT PATH '$')) AS duet_list))");
}

TEST(MariaDbArithmetic, CountsTheSameEverywhere) {
    EXPECT_EQ(where(dialect(), "age"_c + 1 > 37), R"((`users`.`age` + ?) > ?)");
    EXPECT_EQ(where(dialect(), "age"_c / 5 == 7), R"((`users`.`age` DIV nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), ("age"_c - 40) / 3 == -1), R"(((`users`.`age` - ?) DIV nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), ("age"_c - 40) % 3 == -1), R"(((`users`.`age` - ?) % nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), ("age"_c / ("age"_c - 36)).is_null()),
              R"((`users`.`age` DIV nullif((`users`.`age` - ?), 0)) IS NULL)");
    EXPECT_EQ(where(dialect(), ("age"_c % ("age"_c - 36)).is_null()),
              R"((`users`.`age` % nullif((`users`.`age` - ?), 0)) IS NULL)");
    EXPECT_EQ(where(dialect(), "age"_c / "id"_c == 16), R"((`users`.`age` DIV nullif(`users`.`id`, 0)) = ?)");
    EXPECT_EQ(where(dialect(), "score"_c / 2 == 1.25), R"((`users`.`score` / nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), "age"_c * "age"_c > 2000), R"((`users`.`age` * `users`.`age`) > ?)");
    EXPECT_EQ(where(dialect(), "score"_c % 2 == 1),
              R"((CAST(TRUNCATE(`users`.`score`, 0) AS SIGNED) % nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), -"age"_c < -36), R"((-`users`.`age`) < ?)");
    EXPECT_EQ(where(dialect(), "balance"_c / 2 > 5.2), R"((`users`.`balance` / nullif(?, 0)) > ?)");
    EXPECT_EQ(where(dialect(), "exact"_c + 1 > 11.4),
              R"((CAST(`users`.`exact` AS DECIMAL(65,30)) + CAST(? AS DECIMAL(65,30))) > ?)");
    EXPECT_EQ(where(dialect(), "nap"_c + std::chrono::minutes(1) > std::chrono::minutes(30)),
              R"((`users`.`nap` + ?) > ?)");
    EXPECT_EQ(where(dialect(), "nap"_c * 2 > 3000000000), R"((`users`.`nap` * ?) > ?)");
    EXPECT_EQ(where(dialect(), "nap"_c / 1000000 == 60), R"((`users`.`nap` DIV nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), duet::abs("nap"_c) > std::chrono::minutes(2)), R"(abs(`users`.`nap`) > ?)");
    EXPECT_EQ(select(dialect(), "exact"_c + 1),
              R"((CAST(`users`.`exact` AS DECIMAL(65,30)) + CAST(? AS DECIMAL(65,30))))");
}

TEST(MariaDbFunctions, AreSpelt) {
    EXPECT_EQ(where(dialect(), duet::length("name"_c) == 3), R"(CHAR_LENGTH(`users`.`name`) = ?)");
    EXPECT_EQ(where(dialect(), duet::trim("name"_c) == "Ada"), R"(trim(`users`.`name`) = ?)");
    EXPECT_EQ(where(dialect(), duet::substr("name"_c, 2) == "da"), R"(substr(`users`.`name`, ?) = ?)");
    EXPECT_EQ(where(dialect(), duet::substr("name"_c, 1, "id"_c) == "A"),
              R"(substr(`users`.`name`, ?, `users`.`id`) = ?)");
    EXPECT_EQ(where(dialect(), duet::concat("name"_c, " ", "bio"_c) == "Bob "),
              R"(concat(coalesce(`users`.`name`, ''), coalesce(?, ''), coalesce(`users`.`bio`, '')) = ?)");
    EXPECT_EQ(where(dialect(), duet::concat("name"_c, "/", "age"_c) == "Ada/36"),
              R"(concat(coalesce(`users`.`name`, ''), coalesce(?, ''), coalesce(`users`.`age`, '')) = ?)");
    EXPECT_EQ(where(dialect(), duet::coalesce("bio"_c, "-") == "-"), R"(coalesce(`users`.`bio`, ?) = ?)");
    EXPECT_EQ(where(dialect(), duet::nullif("age"_c, 17).is_null()), R"(nullif(`users`.`age`, ?) IS NULL)");
    EXPECT_EQ(
        where(dialect(), duet::greatest("age"_c, "manager"_c, 40) == 40),
        R"(greatest(coalesce(`users`.`age`, `users`.`manager_id`, ?), coalesce(`users`.`manager_id`, ?, `users`.`age`), coalesce(?, `users`.`age`, `users`.`manager_id`)) = ?)");
    EXPECT_EQ(
        where(dialect(), duet::least("manager"_c, "age"_c) == 1),
        R"(least(coalesce(`users`.`manager_id`, `users`.`age`), coalesce(`users`.`age`, `users`.`manager_id`)) = ?)");
    EXPECT_EQ(where(dialect(), duet::abs("age"_c - 36) == 14), R"(abs((`users`.`age` - ?)) = ?)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c) == 2),
        R"(CASE WHEN abs(`users`.`score`) < 1e15 THEN CAST(round(CAST(`users`.`score` AS DECIMAL(65,30))) AS DOUBLE) ELSE `users`.`score` END = ?)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c) == 3),
        R"(CASE WHEN abs(`users`.`score`) < 1e15 THEN CAST(round(CAST(`users`.`score` AS DECIMAL(65,30))) AS DOUBLE) ELSE `users`.`score` END = ?)");
    EXPECT_EQ(
        where(dialect(), duet::round("score"_c * 1.01, 2) == 2.53),
        R"(CASE WHEN abs((`users`.`score` * ?)) < 1e15 THEN CAST(round(CAST((`users`.`score` * ?) AS DECIMAL(65,30)), ?) AS DOUBLE) ELSE (`users`.`score` * ?) END = ?)");
    EXPECT_EQ(where(dialect(), duet::round("balance"_c) == 11), R"(round(`users`.`balance`) = ?)");
    EXPECT_EQ(where(dialect(), duet::replace("name"_c, "d", "n") == "Ana"),
              R"(replace(`users`.`name`, ?, ?) = ?)");
    EXPECT_EQ(where(dialect(), duet::upper("name"_c) == "ADA"), R"(upper(`users`.`name`) = ?)");
    EXPECT_EQ(order(dialect(), duet::random()), R"(CAST((RAND() * 2 - 1) * 9223372036854774784 AS SIGNED))");
    EXPECT_EQ(where(dialect(), duet::fn<double>("sqrt")("age"_c) == 6.0), R"(sqrt(`users`.`age`) = ?)");
}

TEST(MariaDbCasts, Convert) {
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("age"_c) == "17"),
              R"(CAST(`users`.`age` AS CHAR) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("is_active"_c) == "1"),
              R"(CAST(`users`.`is_active` AS CHAR) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("token"_c) == "00000000000000000000000000000001"),
              R"(CAST(`users`.`token` AS CHAR) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<std::string>("created_at"_c) == "2024-02-29 10:20:30.000000"),
              R"(CAST(`users`.`created_at` AS CHAR) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<int>("score"_c) == 2),
              R"(CAST(TRUNCATE(`users`.`score`, 0) AS SIGNED) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<int>(-"score"_c) == -2),
              R"(CAST(TRUNCATE((-`users`.`score`), 0) AS SIGNED) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<int>("is_active"_c) == 1),
              R"(CAST(`users`.`is_active` AS SIGNED) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<int>(duet::cast<std::string>("age"_c)) == 36),
              R"(CAST(CAST(`users`.`age` AS CHAR) AS SIGNED) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<double>("age"_c) / 8 == 4.5),
              R"((CAST(`users`.`age` AS DOUBLE) / nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), duet::cast<bool>("score"_c)), R"((`users`.`score` <> 0))");
    EXPECT_EQ(where(dialect(), duet::cast<std::int64_t>("nap"_c) == 60000000),
              R"(CAST(`users`.`nap` AS SIGNED) = ?)");
    EXPECT_EQ(where(dialect(),
                    duet::cast<duet::Date>("created_at"_c) == duet::Date(std::chrono::year(2024) / 3 / 1)),
              R"(CAST(`users`.`created_at` AS DATE) = ?)");
    EXPECT_EQ(select(dialect(), duet::cast<duet::Timestamp>("created_at"_c)),
              R"(CAST(`users`.`created_at` AS DATETIME(6)))");
    EXPECT_EQ(select(dialect(), duet::cast<duet::Decimal>("score"_c)),
              R"(CAST(`users`.`score` AS DECIMAL(38,10)))");
}

TEST(MariaDbDates, AreTakenApart) {
    EXPECT_EQ(where(dialect(), duet::year("created_at"_c) == 2024), R"(YEAR(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::quarter("created_at"_c) == 3), R"(QUARTER(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::month("created_at"_c) == 2), R"(MONTH(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::week("created_at"_c) == 9), R"(WEEK(`users`.`created_at`, 3) = ?)");
    EXPECT_EQ(where(dialect(), duet::day("created_at"_c) == 29), R"(DAYOFMONTH(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::hour("created_at"_c) == 10), R"(HOUR(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::minute("created_at"_c) == 20), R"(MINUTE(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::second("created_at"_c) == 59), R"(SECOND(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::weekday("created_at"_c) == 4),
              R"((DAYOFWEEK(`users`.`created_at`) - 1) = ?)");
    EXPECT_EQ(where(dialect(), duet::day_of_year("created_at"_c) == 60),
              R"(DAYOFYEAR(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::date("created_at"_c) == duet::Date(std::chrono::year(2024) / 3 / 1)),
              R"(DATE(`users`.`created_at`) = ?)");
    EXPECT_EQ(where(dialect(), duet::week("birthday"_c) == 52), R"(WEEK(`users`.`birthday`, 3) = ?)");
    EXPECT_EQ(where(dialect(), duet::hour("wakes_at"_c) == 7), R"(HOUR(`users`.`wakes_at`) = ?)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_year("created_at"_c) == duet::Date(std::chrono::year(2024) / 1 / 1)),
        R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-01-01 00:00:00') AS DATETIME(6)) = ?)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_quarter("created_at"_c) == duet::Date(std::chrono::year(2023) / 7 / 1)),
        R"(CAST(MAKEDATE(YEAR(`users`.`created_at`), 1) + INTERVAL (QUARTER(`users`.`created_at`) - 1) QUARTER AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), duet::trunc_month("created_at"_c) ==
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-%m-01 00:00:00') AS DATETIME(6)) = ?)");
    EXPECT_EQ(
        where(dialect(), duet::trunc_week("created_at"_c) == duet::Date(std::chrono::year(2024) / 2 / 26)),
        R"(CAST(DATE(`users`.`created_at`) - INTERVAL WEEKDAY(`users`.`created_at`) DAY AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), duet::trunc_day("created_at"_c) ==
                                   duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-%m-%d 00:00:00') AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), duet::trunc_hour("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::hours(10))),
              R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-%m-%d %H:00:00') AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), duet::trunc_minute("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::minutes(620))),
              R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-%m-%d %H:%i:00') AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), duet::trunc_second("created_at"_c) ==
                                   (duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) +
                                    std::chrono::seconds(37230))),
              R"(CAST(DATE_FORMAT(`users`.`created_at`, '%Y-%m-%d %H:%i:%s') AS DATETIME(6)) = ?)");
    EXPECT_EQ(where(dialect(), "created_at"_c <= duet::now()), R"(`users`.`created_at` <= NOW(6))");
}

TEST(MariaDbMatches, TakeTextsLiterally) {
    EXPECT_EQ(where(dialect(), "name"_c.contains("%_")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.contains("AD")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.icontains("AD")), R"(lower(`users`.`name`) LIKE lower(?))");
    EXPECT_EQ(where(dialect(), "name"_c.startswith("Ad")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.istartswith("AD")), R"(lower(`users`.`name`) LIKE lower(?))");
    EXPECT_EQ(where(dialect(), "name"_c.endswith("da")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.iendswith("DA")), R"(lower(`users`.`name`) LIKE lower(?))");
    EXPECT_EQ(where(dialect(), "name"_c.like("A%")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.like("a%")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.ilike("a%")), R"(lower(`users`.`name`) LIKE lower(?))");
    EXPECT_EQ(where(dialect(), "name"_c.regex("^[AB]")), R"(`users`.`name` REGEXP ?)");
    EXPECT_EQ(where(dialect(), "name"_c.like("100\\%%")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(where(dialect(), "name"_c.like("\\")), R"(`users`.`name` LIKE ?)");
    EXPECT_EQ(
        where(dialect(), "name"_c.contains("bio"_c)),
        R"(`users`.`name` LIKE concat('%', replace(replace(replace(`users`.`bio`, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '%'))");
    EXPECT_EQ(
        where(dialect(), "name"_c.icontains("bio"_c)),
        R"(lower(`users`.`name`) LIKE lower(concat('%', replace(replace(replace(`users`.`bio`, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '%')))");
    EXPECT_EQ(
        where(dialect(), "name"_c.startswith("name"_c)),
        R"(`users`.`name` LIKE concat(replace(replace(replace(`users`.`name`, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '%'))");
    EXPECT_EQ(
        where(dialect(), "name"_c.iendswith("name"_c)),
        R"(lower(`users`.`name`) LIKE lower(concat('%', replace(replace(replace(`users`.`name`, '\\', '\\\\'), '%', '\\%'), '_', '\\_'))))");
    EXPECT_EQ(where(dialect(), !"bio"_c.contains("ada")), R"(NOT (`users`.`bio` LIKE ?))");
    EXPECT_EQ(where(dialect(), "color"_c.startswith("gr")), R"(`users`.`color` LIKE ?)");
}

TEST(MariaDbCases, TellTheTypeOfTheirResults) {
    EXPECT_EQ(where(dialect(), duet::case_().when("age"_c < 18, "minor").otherwise("adult") == "minor"),
              R"(CASE WHEN `users`.`age` < ? THEN ? ELSE ? END = ?)");
    EXPECT_EQ(select(dialect(), duet::case_().when("age"_c < 18, 1).when("age"_c < 40, 2.5).as("band")),
              R"(CASE WHEN `users`.`age` < ? THEN ? WHEN `users`.`age` < ? THEN ? END AS `band`)");
    EXPECT_EQ(
        where(dialect(), duet::case_().when("is_active"_c, "color"_c).otherwise(Color::blue) == Color::blue),
        R"(CASE WHEN `users`.`is_active` THEN `users`.`color` ELSE ? END = ?)");
    EXPECT_EQ(where(dialect(), duet::case_().when("bio"_c.is_null(), std::nullopt).otherwise("age"_c) > 40),
              R"(CASE WHEN `users`.`bio` IS NULL THEN NULL ELSE `users`.`age` END > ?)");
}

TEST(MariaDbAggregates, HaveTheTypesThatAreAskedFor) {
    EXPECT_EQ(select(dialect(), duet::count()), R"(count(*))");
    EXPECT_EQ(select(dialect(), duet::count_distinct("age"_c)), R"(count(DISTINCT `users`.`age`))");
    EXPECT_EQ(select(dialect(), duet::sum("age"_c)), R"(CAST(sum(`users`.`age`) AS SIGNED))");
    EXPECT_EQ(select(dialect(), duet::sum("score"_c)), R"(sum(`users`.`score`))");
    EXPECT_EQ(select(dialect(), duet::sum("balance"_c)), R"(sum(`users`.`balance`))");
    EXPECT_EQ(select(dialect(), duet::sum("nap"_c)), R"(CAST(sum(`users`.`nap`) AS SIGNED))");
    EXPECT_EQ(select(dialect(), duet::avg("age"_c)), R"(avg(CAST(`users`.`age` AS DOUBLE)))");
    EXPECT_EQ(select(dialect(), duet::avg("nap"_c)), R"(avg(CAST(`users`.`nap` AS DOUBLE)))");
    EXPECT_EQ(select(dialect(), duet::min("name"_c)), R"(min(`users`.`name`))");
    EXPECT_EQ(select(dialect(), duet::max("is_active"_c)), R"(max(`users`.`is_active`))");
    EXPECT_EQ(select(dialect(), duet::min("token"_c)), R"(min(`users`.`token`))");
    EXPECT_EQ(select(dialect(), duet::max("avatar"_c)), R"(max(`users`.`avatar`))");
    EXPECT_EQ(select(dialect(), duet::max("exact"_c)), R"(max(CAST(`users`.`exact` AS DECIMAL(65,30))))");
    EXPECT_EQ(
        select(dialect(), duet::sum("age"_c).filter("age"_c > 18 && "name"_c == "Ada").as("total")),
        R"(CAST(sum(CASE WHEN `users`.`age` > ? AND `users`.`name` = ? THEN `users`.`age` END) AS SIGNED) AS `total`)");
    EXPECT_EQ(select(dialect(), duet::count().filter("is_active"_c == true)),
              R"(count(CASE WHEN `users`.`is_active` = ? THEN 1 END))");
}

TEST(MariaDbJson, IsReachedInto) {
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] == 5),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] > 4.5),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DOUBLE) END > ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"] == "x"),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"] == 5),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["list"][1] == "b"),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c[-1] == 2),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["no"] == false),
        R"(CASE JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"] < "age"_c),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END < `users`.`age`)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"].icontains("X")),
        R"(lower((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin)) LIKE lower(?))");
    EXPECT_EQ(
        where(dialect(), "profile"_c["s"] == "name"_c),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) = `users`.`name`)");
    EXPECT_EQ(where(dialect(), "profile"_c["flags"]["beta"][0].is_true()),
              R"(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) <=> 'true')");
    EXPECT_EQ(where(dialect(), !"profile"_c["flags"]["beta"][0].is_true()),
              R"(NOT (JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) <=> 'true'))");
    EXPECT_EQ(where(dialect(), "profile"_c["no"].is_false()),
              R"(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) <=> 'false')");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].is_null()),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) IS NULL)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["flags"].is_not_null()),
        R"((JSON_UNQUOTE(nullif(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), 'null')) COLLATE utf8mb4_nopad_bin) IS NOT NULL)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["list"].contains("a")),
        R"(coalesce(JSON_CONTAINS(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), JSON_QUOTE(?)), 0))");
    EXPECT_EQ(
        where(dialect(), !"profile"_c["list"].contains("a")),
        R"(NOT (coalesce(JSON_CONTAINS(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), JSON_QUOTE(?)), 0)))");
    EXPECT_EQ(
        where(dialect(), "profile"_c.contains(2)),
        R"(coalesce(JSON_CONTAINS(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)), CAST(? AS CHAR)), 0))");
    EXPECT_EQ(where(dialect(), "profile"_c["flags"].has_key("beta")),
              R"(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) IS NOT NULL)");
    EXPECT_EQ(where(dialect(), "profile"_c.has_key("n")),
              R"(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)) IS NOT NULL)");
    EXPECT_EQ(
        select(dialect(), "profile"_c["n"].as<int>()),
        R"(CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END)");
    EXPECT_EQ(select(dialect(), "profile"_c["list"].as<duet::Json>()),
              R"(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?)))");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].as<int>() + 1 == 6),
        R"((CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END + ?) = ?)");
    EXPECT_EQ(
        where(dialect(), "profile"_c["n"].as<int>() / 2 == 2),
        R"((CASE WHEN JSON_TYPE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(`users`.`profile`, IF(`users`.`profile` IS NULL, NULL, ?))) AS DECIMAL(50,15)) END DIV nullif(?, 0)) = ?)");
    EXPECT_EQ(where(dialect(), "tags"_c.contains("x")),
              R"(coalesce(JSON_CONTAINS(`users`.`tags`, JSON_QUOTE(?)), 0))");
    EXPECT_EQ(where(dialect(), !"tags"_c.contains("x")),
              R"(NOT (coalesce(JSON_CONTAINS(`users`.`tags`, JSON_QUOTE(?)), 0)))");
    EXPECT_EQ(where(dialect(), "lucky"_c.contains(8)),
              R"(coalesce(JSON_CONTAINS(`users`.`lucky`, CAST(? AS CHAR)), 0))");
}

TEST(MariaDbOrders, PutNullsFirst) {
    EXPECT_EQ(order(dialect(), "age"), R"(`users`.`age`)");
    EXPECT_EQ(order(dialect(), "-bio"), R"(`users`.`bio` DESC)");
    EXPECT_EQ(order(dialect(), "bio"), R"(`users`.`bio`)");
    EXPECT_EQ(order(dialect(), duet::asc("bio"_c).nulls_last()), R"(`users`.`bio` IS NULL, `users`.`bio`)");
    EXPECT_EQ(order(dialect(), duet::desc("bio"_c).nulls_first()),
              R"(`users`.`bio` IS NOT NULL, `users`.`bio` DESC)");
    EXPECT_EQ(order(dialect(), duet::desc("bio"_c).nulls_last()), R"(`users`.`bio` DESC)");
    EXPECT_EQ(order(dialect(), duet::desc(duet::lower("name"_c))), R"(lower(`users`.`name`) DESC)");
    EXPECT_EQ(order(dialect(), "manager.name"), R"(`manager`.`name`)");
    EXPECT_EQ(order(dialect(), "-posts.views"),
              R"((SELECT MAX(`posts`.`views`) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`) DESC)");
    EXPECT_EQ(order(dialect(), "exact"), R"(CAST(`users`.`exact` AS DECIMAL(65,30)))");
}

TEST(MariaDbQueries, Nest) {
    EXPECT_EQ(
        where(dialect(), "id"_c.in_(query<User>().order_by("-age").limit(1))),
        R"(`users`.`id` IN (SELECT * FROM (SELECT `users_2`.`id` FROM `users` AS `users_2` ORDER BY `users_2`.`age` DESC LIMIT ?) AS chosen))");
    EXPECT_EQ(
        where(dialect(), "id"_c.not_in(query<User>(), "manager"_c)),
        R"(`users`.`id` NOT IN (SELECT `users_2`.`manager_id` FROM `users` AS `users_2` WHERE `users_2`.`manager_id` IS NOT NULL))");
    EXPECT_EQ(
        where(dialect(), "posts.title"_c == "Notes"),
        R"(EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id` AND `posts`.`title` = ?))");
    EXPECT_EQ(
        where(dialect(), duet::any("posts"_c, "views"_c > 5)),
        R"(EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id` AND `posts`.`views` > ?))");
    EXPECT_EQ(
        where(dialect(), duet::all("posts"_c, "views"_c > 4)),
        R"(NOT EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id` AND (`posts`.`views` > ?) IS NOT TRUE))");
    EXPECT_EQ(where(dialect(), duet::count_of("posts"_c) > 1),
              R"((SELECT count(*) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`) > ?)");
    EXPECT_EQ(where(dialect(), duet::exists(query<Post>().where("author"_c == duet::outer<User>("id"_c)))),
              R"(EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))");
    EXPECT_EQ(where(dialect(), "age"_c > duet::value(query<User>(), duet::avg("age"_c))),
              R"(`users`.`age` > (SELECT avg(CAST(`users_2`.`age` AS DOUBLE)) FROM `users` AS `users_2`))");
    // A prepared statement would keep what the first execution found out about NULL.
    EXPECT_EQ(
        where(dialect(), "manager"_c.not_in(query<User>().where("age"_c > 1))),
        R"(CASE WHEN `users`.`manager_id` IS NOT NULL THEN `users`.`manager_id` NOT IN (SELECT `users_2`.`id` FROM `users` AS `users_2` WHERE `users_2`.`age` > ?) WHEN EXISTS (SELECT `users_2`.`id` FROM `users` AS `users_2` WHERE `users_2`.`age` > ?) THEN NULL ELSE TRUE END)");
    EXPECT_EQ(
        where(dialect(), !("id"_c > 3 && "manager"_c.in_(query<User>().where("age"_c > 1)))),
        R"(NOT (`users`.`id` > ? AND CASE WHEN `users`.`manager_id` IS NOT NULL THEN `users`.`manager_id` IN (SELECT `users_2`.`id` FROM `users` AS `users_2` WHERE `users_2`.`age` > ?) WHEN EXISTS (SELECT `users_2`.`id` FROM `users` AS `users_2` WHERE `users_2`.`age` > ?) THEN NULL ELSE FALSE END))");
    EXPECT_EQ(where(dialect(), duet::exists(query<Post>().where("title"_c == "Notes").limit(1))),
              R"(EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`title` = ? LIMIT ?))");
}

TEST(MariaDbAssignments, KnowTheirColumn) {
    EXPECT_EQ(update(dialect(), "age"_c = "age"_c + 1), R"(`age` = (`users`.`age` + ?))");
    EXPECT_EQ(update(dialect(), "name"_c = duet::concat("name"_c, "!")),
              R"(`name` = concat(coalesce(`users`.`name`, ''), coalesce(?, '')))");
    EXPECT_EQ(update(dialect(), "exact"_c = duet::Decimal::parse("1.5")), R"(`exact` = ?)");
    EXPECT_EQ(update(dialect(), "tags"_c = std::vector<std::string>{"x"}), R"(`tags` = ?)");
    EXPECT_EQ(update(dialect(), "profile"_c = duet::Json::parse("[1]")), R"(`profile` = ?)");
    EXPECT_EQ(update(dialect(), "nap"_c = std::chrono::seconds(90)), R"(`nap` = ?)");
    EXPECT_EQ(update(dialect(), "is_active"_c = duet::case_().when("age"_c > 18, true).otherwise(false)),
              R"(`is_active` = CASE WHEN `users`.`age` > ? THEN ? ELSE ? END)");
    EXPECT_EQ(update(dialect(), "bio"_c = std::nullopt), R"(`bio` = NULL)");
    EXPECT_EQ(update(dialect(), "age"_c = "age"_c / 2), R"(`age` = (`users`.`age` DIV nullif(?, 0)))");
    EXPECT_EQ(update(dialect(), "created_at"_c = duet::now()), R"(`created_at` = NOW(6))");
}

}  // namespace
