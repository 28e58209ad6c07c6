#include <duet/base/error.hpp>

#include <limits>
#include <span>

#include <gtest/gtest.h>

#include "unit/expr/sql.hpp"

using namespace duet::literals;
using namespace expr_test;

namespace {

constexpr int three[] = {17, 36, 50};

TEST(Comparisons, OfColumnsWithValues) {
    EXPECT_EQ(where<User>("age"_c == 36), (Rendered{R"("users"."age" = ?)", R"(36)", 1}));
    EXPECT_EQ(where<User>("age"_c != 36), (Rendered{R"("users"."age" <> ?)", R"(36)", 2}));
    EXPECT_EQ(where<User>("age"_c < 36), (Rendered{R"("users"."age" < ?)", R"(36)", 1}));
    EXPECT_EQ(where<User>("age"_c <= 36), (Rendered{R"("users"."age" <= ?)", R"(36)", 2}));
    EXPECT_EQ(where<User>("age"_c > 36), (Rendered{R"("users"."age" > ?)", R"(36)", 1}));
    EXPECT_EQ(where<User>("age"_c >= 18), (Rendered{R"("users"."age" >= ?)", R"(18)", 2}));
    EXPECT_EQ(where<User>(18 <= "age"_c), (Rendered{R"(? <= "users"."age")", R"(18)", 2}));
    EXPECT_EQ(where<User>("score"_c > 1), (Rendered{R"("users"."score" > ?)", R"(1)", 2}));
    EXPECT_EQ(where<User>("age"_c > 17.5), (Rendered{R"("users"."age" > ?)", R"(17.5)", 2}));
    EXPECT_EQ(where<User>("name"_c == std::string("Ada")),
              (Rendered{R"("users"."name" = ?)", R"('Ada')", 1}));
    EXPECT_EQ(where<User>("name"_c == std::string_view("Ada")),
              (Rendered{R"("users"."name" = ?)", R"('Ada')", 1}));
    EXPECT_EQ(where<User>("is_active"_c == true), (Rendered{R"("users"."is_active" = ?)", R"(true)", 2}));
    EXPECT_EQ(where<User>(duet::col<&User::age> == 36), (Rendered{R"("users"."age" = ?)", R"(36)", 1}));
    EXPECT_EQ(where<User>(duet::col<&User::manager> == 1),
              (Rendered{R"("users"."manager_id" = ?)", R"(1)", 1}));
}

TEST(Comparisons, OfColumnsWithColumns) {
    EXPECT_EQ(where<User>("age"_c > "score"_c), (Rendered{R"("users"."age" > "users"."score")", "", 3}));
    EXPECT_EQ(where<User>("name"_c == "bio"_c), (Rendered{R"("users"."name" = "users"."bio")", "", 0}));
    EXPECT_EQ(where<User>("id"_c == "manager_id"_c),
              (Rendered{R"("users"."id" = "users"."manager_id")", "", 0}));
}

TEST(Comparisons, WithAnEmptyValueAreTestsForNull) {
    EXPECT_EQ(where<User>("bio"_c == std::nullopt), (Rendered{R"("users"."bio" IS NULL)", "", 1}));
    EXPECT_EQ(where<User>("bio"_c != nullptr), (Rendered{R"("users"."bio" IS NOT NULL)", "", 2}));
    EXPECT_EQ(where<User>("bio"_c == std::optional<std::string>()),
              (Rendered{R"("users"."bio" IS NULL)", "", 1}));
    EXPECT_EQ(where<User>("bio"_c != std::optional<std::string>()),
              (Rendered{R"("users"."bio" IS NOT NULL)", "", 2}));
    EXPECT_EQ(where<User>("bio"_c == std::optional<std::string>("ada")),
              (Rendered{R"("users"."bio" = ?)", R"('ada')", 1}));
    EXPECT_EQ(where<User>("bio"_c.is_(std::nullopt)), (Rendered{R"("users"."bio" IS NULL)", "", 1}));
    EXPECT_EQ(where<User>("bio"_c < std::optional<std::string>()),
              (Rendered{R"("users"."bio" < NULL)", "", 0}));
}

TEST(Comparisons, TakeEveryColumnType) {
    EXPECT_EQ(where<User>("color"_c == Color::green), (Rendered{R"("users"."color" = ?)", R"('green')", 1}));
    EXPECT_EQ(where<User>("level"_c >= Level::high), (Rendered{R"("users"."level" >= ?)", R"(2)", 1}));
    EXPECT_EQ(where<User>("created_at"_c >=
                          duet::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1))),
              (Rendered{R"("users"."created_at" >= ?)", R"('2024-03-01 00:00:00.000000')", 1}));
    EXPECT_EQ(where<User>("created_at"_c >= duet::Date(std::chrono::year(2024) / 3 / 1)),
              (Rendered{R"("users"."created_at" >= ?)", R"('2024-03-01 00:00:00.000000')", 1}));
    EXPECT_EQ(where<User>("birthday"_c < duet::Date(std::chrono::year(2000) / 1 / 1)),
              (Rendered{R"("users"."birthday" < ?)", R"('2000-01-01')", 1}));
    EXPECT_EQ(where<User>("wakes_at"_c > duet::Time::of(7, 0)),
              (Rendered{R"("users"."wakes_at" > ?)", R"('07:00:00.000000')", 2}));
    EXPECT_EQ(where<User>("nap"_c >= std::chrono::hours(0) + std::chrono::minutes(30)),
              (Rendered{R"("users"."nap" >= ?)", R"(1800000000)", 1}));
    EXPECT_EQ(where<User>("balance"_c > duet::Decimal::parse("10.4")),
              (Rendered{R"("users"."balance" > CAST(? AS NUMERIC))", R"(10.4)", 2}));
    EXPECT_EQ(where<User>("balance"_c > 10.25),
              (Rendered{R"("users"."balance" > CAST(? AS NUMERIC))", R"(10.25)", 2}));
    EXPECT_EQ(where<User>("exact"_c == duet::Decimal::parse("10.5")),
              (Rendered{R"("users"."exact" COLLATE duet_decimal = ?)", R"('10.5')", 1}));
    EXPECT_EQ(where<User>("exact"_c > 11),
              (Rendered{R"("users"."exact" COLLATE duet_decimal > ?)", R"('11')", 1}));
    EXPECT_EQ(where<User>("token"_c == duet::Uuid::parse("00000000-0000-0000-0000-000000000001")),
              (Rendered{R"("users"."token" = ?)", R"('00000000000000000000000000000001')", 1}));
    EXPECT_EQ(where<User>("avatar"_c == std::vector<std::byte>{std::byte{255}}),
              (Rendered{R"("users"."avatar" = ?)", R"(blob of 1)", 1}));
    EXPECT_EQ(where<User>("tags"_c == std::vector<std::string>{"x", "y"}),
              (Rendered{R"("users"."tags" = ?)", R"('["x","y"]')", 1}));
    EXPECT_EQ(where<User>("debt"_c >= Money{250}), (Rendered{R"("users"."debt" >= ?)", R"(250)", 1}));
    EXPECT_EQ(where<User>("profile"_c != duet::Json(5)),
              (Rendered{R"("users"."profile" <> ?)", R"('5')", 3}));
}

TEST(Comparisons, OfRelationsTakeRowsAndKeys) {
    EXPECT_EQ(where<Post>("author"_c == User{.id = 1}), (Rendered{R"("posts"."author_id" = ?)", R"(1)", 2}));
    EXPECT_EQ(where<Post>("author"_c == 1), (Rendered{R"("posts"."author_id" = ?)", R"(1)", 2}));
    EXPECT_EQ(where<Post>("author_id"_c == 1), (Rendered{R"("posts"."author_id" = ?)", R"(1)", 2}));
    EXPECT_EQ(where<Post>("author"_c == Post{.author = 2}.author),
              (Rendered{R"("posts"."author_id" = ?)", R"(2)", 1}));
    EXPECT_EQ(where<Post>("author"_c.in_(std::vector<User>{{.id = 1}, {.id = 2}})),
              (Rendered{R"("posts"."author_id" IN (SELECT value FROM duet_array(?)))", R"([1, 2])", 3}));
    EXPECT_EQ(where<User>("manager"_c == User{.id = 1}),
              (Rendered{R"("users"."manager_id" = ?)", R"(1)", 1}));
    EXPECT_EQ(where<User>("manager"_c == std::nullopt), (Rendered{R"("users"."manager_id" IS NULL)", "", 1}));
    EXPECT_EQ(where<Post>("author.manager"_c == User{.id = 1}),
              (Rendered{R"("author"."manager_id" = ?)", R"(1)", 1}));
}

TEST(Comparisons, ReachAcrossRelations) {
    EXPECT_EQ(where<Post>("author.name"_c == "Ada"), (Rendered{R"("author"."name" = ?)", R"('Ada')", 2}));
    EXPECT_EQ(where<User>("manager.manager.name"_c == "Ada"),
              (Rendered{R"("manager_2"."name" = ?)", R"('Ada')", 1}));
    EXPECT_EQ(
        where<User>("posts.title"_c == "Notes"),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" = ?))",
            R"('Notes')", 1}));
    EXPECT_EQ(
        where<User>("posts.comments.text"_c.icontains("first")),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" JOIN "comments" ON "comments"."post_id" = "posts"."id" WHERE "posts"."author_id" = "users"."id" AND "comments"."text" LIKE ? ESCAPE '\'))",
            R"('first')", 1}));
    EXPECT_EQ(
        where<User>(!("posts.views"_c > 5)),
        (Rendered{
            R"(NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > ?)))",
            R"(5)", 2}));
    EXPECT_EQ(
        where<Post>("tags.label"_c == "art"),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "tags" WHERE "tags"."label" IN (SELECT "tags_link"."tag_id" FROM "posts_tags" AS "tags_link" WHERE "tags_link"."post_id" = "posts"."id") AND "tags"."label" = ?))",
            R"('art')", 2}));
    EXPECT_EQ(where<User>("badge.number"_c == 7), (Rendered{R"("badge"."number" = ?)", R"(7)", 1}));
}

TEST(Lookups, InTakesListsRangesAndValues) {
    EXPECT_EQ(where<User>("age"_c.in_({36, 50})),
              (Rendered{R"("users"."age" IN (SELECT value FROM duet_array(?)))", R"([36, 50])", 2}));
    EXPECT_EQ(where<User>("age"_c.in_(36, 50L)),
              (Rendered{R"("users"."age" IN (SELECT value FROM duet_array(?)))", R"([36, 50])", 2}));
    EXPECT_EQ(where<User>("age"_c.in_(std::vector<short>{36})),
              (Rendered{R"("users"."age" IN (SELECT value FROM duet_array(?)))", R"([36])", 1}));
    EXPECT_EQ(where<User>("age"_c.in_(std::span<const int>(three))),
              (Rendered{R"("users"."age" IN (SELECT value FROM duet_array(?)))", R"([17, 36, 50])", 3}));
    EXPECT_EQ(where<User>("score"_c.in_(1, 2.5)),
              (Rendered{R"("users"."score" IN (SELECT value FROM duet_array(?)))", R"([1.0, 2.5])", 1}));
    EXPECT_EQ(where<User>("name"_c.in_({"Ada", "Bob"})),
              (Rendered{R"("users"."name" IN (SELECT value FROM duet_array(?)))", R"(['Ada', 'Bob'])", 2}));
    EXPECT_EQ(where<User>("name"_c.in_("Ada", std::string("Bob"))),
              (Rendered{R"("users"."name" IN (SELECT value FROM duet_array(?)))", R"(['Ada', 'Bob'])", 2}));
    EXPECT_EQ(where<User>("age"_c.not_in({36, 50})),
              (Rendered{R"("users"."age" NOT IN (SELECT value FROM duet_array(?)))", R"([36, 50])", 1}));
    EXPECT_EQ(where<User>("age"_c.in_(std::vector<int>())), (Rendered{"1 = 0", "", 0}));
    EXPECT_EQ(where<User>("age"_c.not_in(std::vector<int>())), (Rendered{"1 = 1", "", 3}));
    EXPECT_EQ(where<User>("bio"_c.in_(std::vector<std::optional<std::string>>{"ada", std::nullopt})),
              (Rendered{R"("users"."bio" IN (SELECT value FROM duet_array(?)))", R"(['ada'])", 1}));
}

TEST(Lookups, InTakesEveryType) {
    EXPECT_EQ(
        where<User>("is_active"_c.in_({true, false})),
        (Rendered{R"("users"."is_active" IN (SELECT value FROM duet_array(?)))", R"([true, false])", 3}));
    EXPECT_EQ(where<User>("color"_c.in_({Color::red, Color::blue})),
              (Rendered{R"("users"."color" IN (SELECT value FROM duet_array(?)))", R"(['red', 'blue'])", 2}));
    EXPECT_EQ(where<User>("level"_c.in_({Level::high})),
              (Rendered{R"("users"."level" IN (SELECT value FROM duet_array(?)))", R"([2])", 1}));
    EXPECT_EQ(where<User>("created_at"_c.in_({duet::Date(std::chrono::year(2023) / 7 / 15)})),
              (Rendered{R"("users"."created_at" IN (SELECT value FROM duet_array(?)))",
                        R"(['2023-07-15 00:00:00.000000'])", 1}));
    EXPECT_EQ(
        where<User>("birthday"_c.in_({duet::Date(std::chrono::year(2000) / 1 / 1)})),
        (Rendered{R"("users"."birthday" IN (SELECT value FROM duet_array(?)))", R"(['2000-01-01'])", 1}));
    EXPECT_EQ(where<User>("wakes_at"_c.in_({duet::Time::of(12, 0)})),
              (Rendered{R"("users"."wakes_at" IN (SELECT value FROM duet_array(?)))",
                        R"(['12:00:00.000000'])", 1}));
    EXPECT_EQ(where<User>("nap"_c.in_({std::chrono::minutes(30)})),
              (Rendered{R"("users"."nap" IN (SELECT value FROM duet_array(?)))", R"([1800000000])", 1}));
    EXPECT_EQ(where<User>("balance"_c.in_({duet::Decimal::parse("10.5")})),
              (Rendered{R"("users"."balance" IN (SELECT CAST(value AS NUMERIC) FROM duet_array(?)))",
                        R"([10.5])", 1}));
    EXPECT_EQ(where<User>("balance"_c.in_({0, 1})),
              (Rendered{R"("users"."balance" IN (SELECT CAST(value AS NUMERIC) FROM duet_array(?)))",
                        R"([0, 1])", 1}));
    EXPECT_EQ(where<User>("token"_c.in_({duet::Uuid::parse("00000000-0000-0000-0000-000000000003")})),
              (Rendered{R"("users"."token" IN (SELECT value FROM duet_array(?)))",
                        R"(['00000000000000000000000000000003'])", 1}));
    EXPECT_EQ(where<User>("debt"_c.in_({Money{1}, Money{250}})),
              (Rendered{R"("users"."debt" IN (SELECT value FROM duet_array(?)))", R"([1, 250])", 2}));
}

TEST(Lookups, InTakesQueries) {
    EXPECT_EQ(
        where<Post>("author"_c.in_(query<User>().where("age"_c > 18))),
        (Rendered{R"("posts"."author_id" IN (SELECT "users"."id" FROM "users" WHERE "users"."age" > ?))",
                  R"(18)", 2}));
    EXPECT_EQ(
        where<Post>("author"_c.not_in(query<User>().where("age"_c > 18))),
        (Rendered{R"("posts"."author_id" NOT IN (SELECT "users"."id" FROM "users" WHERE "users"."age" > ?))",
                  R"(18)", 1}));
    EXPECT_EQ(
        where<User>("id"_c.in_(query<Post>().where("views"_c > 5), "author"_c)),
        (Rendered{R"("users"."id" IN (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."views" > ?))",
                  R"(5)", 1}));
    EXPECT_EQ(
        where<User>("name"_c.in_(query<Post>().where("views"_c > 4), "author.name"_c)),
        (Rendered{
            R"("users"."name" IN (SELECT "author"."name" FROM "posts" LEFT JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."views" > ?))",
            R"(4)", 2}));
    EXPECT_EQ(
        where<User>("id"_c.in_(query<User>().order_by("-age").limit(1))),
        (Rendered{
            R"("users"."id" IN (SELECT "users_2"."id" FROM "users" AS "users_2" ORDER BY "users_2"."age" DESC LIMIT ?))",
            R"(1)", 1}));
    EXPECT_EQ(
        where<User>("id"_c.not_in(query<User>(), "manager"_c)),
        (Rendered{
            R"("users"."id" NOT IN (SELECT "users_2"."manager_id" FROM "users" AS "users_2" WHERE "users_2"."manager_id" IS NOT NULL))",
            "", 1}));
}

TEST(Lookups, BetweenIncludesBothEnds) {
    EXPECT_EQ(where<User>("age"_c.between(17, 36)),
              (Rendered{R"(("users"."age" BETWEEN ? AND ?))", R"(17, 36)", 2}));
    EXPECT_EQ(where<User>("created_at"_c.between(duet::Date(std::chrono::year(2024) / 1 / 1), duet::now())),
              (Rendered{R"(("users"."created_at" BETWEEN ? AND strftime('%Y-%m-%d %H:%M:%f000', 'now')))",
                        R"('2024-01-01 00:00:00.000000')", 2}));
    EXPECT_EQ(where<User>("age"_c.between("score"_c, 40)),
              (Rendered{R"(("users"."age" BETWEEN "users"."score" AND ?))", R"(40)", 2}));
}

TEST(Lookups, OfNullAndTruth) {
    EXPECT_EQ(where<User>("bio"_c.is_null()), (Rendered{R"("users"."bio" IS NULL)", "", 1}));
    EXPECT_EQ(where<User>("bio"_c.is_not_null()), (Rendered{R"("users"."bio" IS NOT NULL)", "", 2}));
    EXPECT_EQ(where<User>("bio"_c.is_("ada")), (Rendered{R"("users"."bio" IS ?)", R"('ada')", 1}));
    EXPECT_EQ(where<User>("bio"_c.is_not("ada")), (Rendered{R"("users"."bio" IS NOT ?)", R"('ada')", 2}));
    EXPECT_EQ(where<User>("bio"_c.is_("name"_c)), (Rendered{R"("users"."bio" IS "users"."name")", "", 0}));
    EXPECT_EQ(where<User>("is_active"_c.is_true()), (Rendered{R"("users"."is_active" IS TRUE)", "", 2}));
    EXPECT_EQ(where<User>("is_active"_c.is_false()), (Rendered{R"("users"."is_active" IS FALSE)", "", 1}));
    EXPECT_EQ(where<User>("is_active"_c), (Rendered{R"("users"."is_active")", "", 2}));
    EXPECT_EQ(where<User>(!"is_active"_c), (Rendered{R"(NOT ("users"."is_active"))", "", 1}));
}

TEST(Lookups, OfTextTakeItLiterally) {
    EXPECT_EQ(where<User>("name"_c.contains("%_")),
              (Rendered{R"(instr("users"."name", ?) > 0)", R"('%_')", 1}));
    EXPECT_EQ(where<User>("name"_c.icontains("%_e")),
              (Rendered{R"("users"."name" LIKE ? ESCAPE '\')", R"('%_e')", 1}));
    EXPECT_EQ(where<User>("name"_c.startswith("Ad")), (Rendered{R"("users"."name" GLOB ?)", R"('Ad')", 1}));
    EXPECT_EQ(where<User>("name"_c.istartswith("AD")),
              (Rendered{R"("users"."name" LIKE ? ESCAPE '\')", R"('AD')", 1}));
    EXPECT_EQ(where<User>("name"_c.endswith("da")),
              (Rendered{R"(substr("users"."name", length("users"."name") - length(?) + 1) = ?)",
                        R"('da', 'da')", 1}));
    EXPECT_EQ(where<User>("name"_c.iendswith("DA")),
              (Rendered{R"("users"."name" LIKE ? ESCAPE '\')", R"('DA')", 1}));
    EXPECT_EQ(where<User>("name"_c.contains("bio"_c)),
              (Rendered{R"(instr("users"."name", "users"."bio") > 0)", "", 0}));
    EXPECT_EQ(
        where<User>("name"_c.icontains("bio"_c)),
        (Rendered{
            R"("users"."name" LIKE ('%' || replace(replace(replace("users"."bio", '\', '\\'), '%', '\%'), '_', '\_') || '%') ESCAPE '\')",
            "", 0}));
    EXPECT_EQ(where<User>("color"_c.startswith("gr")), (Rendered{R"("users"."color" GLOB ?)", R"('gr')", 1}));
}

TEST(Lookups, OfPatterns) {
    EXPECT_EQ(where<User>("name"_c.like("A%")), (Rendered{R"("users"."name" GLOB ?)", R"('A%')", 1}));
    EXPECT_EQ(where<User>("name"_c.like("a%")), (Rendered{R"("users"."name" GLOB ?)", R"('a%')", 0}));
    EXPECT_EQ(where<User>("name"_c.ilike("a%")),
              (Rendered{R"("users"."name" LIKE ? ESCAPE '\')", R"('a%')", 1}));
    EXPECT_EQ(where<User>("name"_c.regex("^[AB]")),
              (Rendered{R"("users"."name" REGEXP ?)", R"('^[AB]')", 2}));
}

TEST(Lookups, OfArraysAskForAnElement) {
    EXPECT_EQ(where<User>("tags"_c.contains("x")),
              (Rendered{R"(EXISTS (SELECT 1 FROM json_each("users"."tags") WHERE value = ?))", R"('x')", 2}));
    EXPECT_EQ(where<User>("lucky"_c.contains(8)),
              (Rendered{R"(EXISTS (SELECT 1 FROM json_each("users"."lucky") WHERE value = ?))", R"(8)", 2}));
}

TEST(JsonPaths, CompareWithScalars) {
    EXPECT_EQ(where<User>("profile"_c["n"] == 5),
              (Rendered{R"(json_extract("users"."profile", ?) = ?)", R"('["n"]', 5)", 1}));
    EXPECT_EQ(where<User>("profile"_c["n"] > 4.5),
              (Rendered{R"(json_extract("users"."profile", ?) > ?)", R"('["n"]', 4.5)", 1}));
    EXPECT_EQ(where<User>("profile"_c["s"] == "x"),
              (Rendered{R"(json_extract("users"."profile", ?) = ?)", R"('["s"]', 'x')", 1}));
    EXPECT_EQ(where<User>("profile"_c["list"][1] == "b"),
              (Rendered{R"(json_extract("users"."profile", ?) = ?)", R"('["list",1]', 'b')", 1}));
    EXPECT_EQ(where<User>("profile"_c[0] == 1),
              (Rendered{R"(json_extract("users"."profile", ?) = ?)", R"('[0]', 1)", 1}));
    EXPECT_EQ(where<User>("profile"_c["no"] == false),
              (Rendered{R"(json_extract("users"."profile", ?) = ?)", R"('["no"]', false)", 1}));
    EXPECT_EQ(where<User>("profile"_c["n"] < "age"_c),
              (Rendered{R"(json_extract("users"."profile", ?) < "users"."age")", R"('["n"]')", 1}));
    EXPECT_EQ(where<User>("profile"_c["s"].icontains("X")),
              (Rendered{R"(json_extract("users"."profile", ?) LIKE ? ESCAPE '\')", R"('["s"]', 'X')", 1}));
    EXPECT_EQ(where<User>("profile"_c["n"].in_({5, 6})),
              (Rendered{R"(json_extract("users"."profile", ?) IN (SELECT value FROM duet_array(?)))",
                        R"('["n"]', [5, 6])", 1}));
    EXPECT_EQ(
        where<User>("profile"_c["a.b"] == 1 || "profile"_c[std::string("n")] == 5),
        (Rendered{R"((json_extract("users"."profile", ?) = ? OR json_extract("users"."profile", ?) = ?))",
                  R"('["a.b"]', 1, '["n"]', 5)", 1}));
}

TEST(JsonPaths, HaveTestsOfTheirOwn) {
    EXPECT_EQ(where<User>("profile"_c["flags"]["beta"][0].is_true()),
              (Rendered{R"(json_type("users"."profile", ?) IS 'true')", R"('["flags","beta",0]')", 1}));
    EXPECT_EQ(where<User>("profile"_c["no"].is_false()),
              (Rendered{R"(json_type("users"."profile", ?) IS 'false')", R"('["no"]')", 1}));
    EXPECT_EQ(where<User>("profile"_c["n"].is_null()),
              (Rendered{R"(json_extract("users"."profile", ?) IS NULL)", R"('["n"]')", 2}));
    EXPECT_EQ(where<User>("profile"_c["n"].is_not_null()),
              (Rendered{R"(json_extract("users"."profile", ?) IS NOT NULL)", R"('["n"]')", 1}));
    EXPECT_EQ(where<User>("profile"_c["list"].contains("a")),
              (Rendered{R"(EXISTS (SELECT 1 FROM json_each("users"."profile", ?) WHERE value = ?))",
                        R"('["list"]', 'a')", 1}));
    EXPECT_EQ(where<User>("profile"_c.contains(2)),
              (Rendered{R"(EXISTS (SELECT 1 FROM json_each("users"."profile", ?) WHERE value = ?))",
                        R"('[]', 2)", 1}));
    EXPECT_EQ(where<User>("profile"_c.has_key("flags")),
              (Rendered{R"(json_type("users"."profile", ?) IS NOT NULL)", R"('["flags"]')", 1}));
    EXPECT_EQ(where<User>("profile"_c["flags"].has_key("beta")),
              (Rendered{R"(json_type("users"."profile", ?) IS NOT NULL)", R"('["flags","beta"]')", 1}));
    EXPECT_EQ(select<User>("profile"_c["n"].as<int>()),
              (Rendered{R"(json_extract("users"."profile", ?))", R"('["n"]')", 3}));
    EXPECT_EQ(select<User>("profile"_c["list"].as<duet::Json>()),
              (Rendered{R"(("users"."profile" -> ?))", R"('["list"]')", 3}));
    EXPECT_EQ(where<User>("profile"_c["n"].as<int>() + 1 == 6),
              (Rendered{R"((json_extract("users"."profile", ?) + ?) = ?)", R"('["n"]', 1, 6)", 1}));
}

TEST(Values, ThatCannotBeStoredThrow) {
    EXPECT_THROW(where<User>("color"_c == static_cast<Color>(9)), duet::ValidationError);
    EXPECT_THROW(where<User>("color"_c.in_({static_cast<Color>(9)})), duet::ValidationError);
    EXPECT_THROW(where<User>("balance"_c == std::numeric_limits<double>::infinity()), duet::ValidationError);
}

TEST(Expressions, DoNotHijackTheOperatorsOfOthers) {
    EXPECT_TRUE(duet::Uuid() == duet::Uuid());
    EXPECT_TRUE(duet::Decimal(1) < duet::Decimal(2));
    EXPECT_TRUE(duet::Json(1) == duet::Json(1));
    EXPECT_TRUE(std::string("a") == "a");
    EXPECT_TRUE(Money{1} == Money{1});
}

}  // namespace
