#include <duet/base/error.hpp>

#include <gtest/gtest.h>

#include "unit/expr/sql.hpp"

using namespace duet::literals;
using namespace expr_test;

namespace {

TEST(OrderTerms, OfLiterals) {
    EXPECT_EQ(order<User>("age"), (Rendered{R"("users"."age")", "", 3}));
    EXPECT_EQ(order<User>("-created_at"), (Rendered{R"("users"."created_at" DESC)", "", 3}));
    EXPECT_EQ(order<Post>("-author.name"), (Rendered{R"("author"."name" DESC)", "", 3}));
    EXPECT_EQ(order<Post>("author"), (Rendered{R"("posts"."author_id")", "", 3}));
    EXPECT_EQ(
        order<User>("-posts.views"),
        (Rendered{
            R"((SELECT MAX("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id") DESC)", "",
            3}));
}

TEST(OrderTerms, OfExpressions) {
    EXPECT_EQ(order<User>("age"_c), (Rendered{R"("users"."age")", "", 3}));
    EXPECT_EQ(order<User>(duet::desc("age"_c)), (Rendered{R"("users"."age" DESC)", "", 3}));
    EXPECT_EQ(order<User>(duet::asc("bio"_c).nulls_first()),
              (Rendered{R"("users"."bio" NULLS FIRST)", "", 3}));
    EXPECT_EQ(order<User>(duet::desc("bio"_c).nulls_last()),
              (Rendered{R"("users"."bio" DESC NULLS LAST)", "", 3}));
    EXPECT_EQ(order<User>(duet::desc(duet::lower("name"_c))),
              (Rendered{R"(lower("users"."name") DESC)", "", 3}));
    EXPECT_EQ(order<User>("age"_c + 1), (Rendered{R"(("users"."age" + ?))", R"(1)", 3}));
    EXPECT_EQ(order<User>(duet::col<&User::age>), (Rendered{R"("users"."age")", "", 3}));
}

TEST(OrderTerms, OfRunTimeText) {
    EXPECT_EQ(order<User>(duet::runtime("-age")), (Rendered{R"("users"."age" DESC)", "", 3}));
    EXPECT_EQ(order<Post>(duet::runtime("-author.name, title,-id")),
              (Rendered{R"("author"."name" DESC, "posts"."title", "posts"."id" DESC)", "", 3}));
}

TEST(RunTimeColumns, AreCheckedWhenTheQueryIsBuilt) {
    EXPECT_EQ(where<User>(duet::runtime_column("age") >= 18),
              (Rendered{R"("users"."age" >= ?)", R"(18)", 2}));
    EXPECT_EQ(where<Post>(duet::runtime_column("author.name").contains("A")),
              (Rendered{R"(instr("author"."name", ?) > 0)", R"('A')", 2}));
    EXPECT_EQ(where<User>(duet::runtime_column("age").in_({17})),
              (Rendered{R"("users"."age" IN (SELECT value FROM duet_array(?)))", R"([17])", 1}));
    EXPECT_EQ(where<User>(duet::runtime_column("age") + 1 == 18),
              (Rendered{R"(("users"."age" + ?) = ?)", R"(1, 18)", 1}));
    EXPECT_EQ(where<User>(duet::runtime_column("created_at") >= duet::Date(std::chrono::year(2024) / 3 / 1)),
              (Rendered{R"("users"."created_at" >= ?)", R"('2024-03-01 00:00:00.000000')", 1}));
    EXPECT_EQ(where<User>(duet::runtime_column("exact") == 0),
              (Rendered{R"("users"."exact" COLLATE duet_decimal = ?)", R"('0')", 1}));
    EXPECT_EQ(
        where<User>(duet::runtime_column("is_active").is_true() &&
                    duet::runtime_column("age").between(1, 40)),
        (Rendered{R"(("users"."is_active" IS TRUE AND ("users"."age" BETWEEN ? AND ?)))", R"(1, 40)", 1}));
}

TEST(Assignments, AreRendered) {
    EXPECT_EQ(update<User>("age"_c = 32), (Rendered{R"("age" = ?)", R"(32)", 3}));
    EXPECT_EQ(update<User>("age"_c = "age"_c + 1), (Rendered{R"("age" = ("users"."age" + ?))", R"(1)", 3}));
    EXPECT_EQ(update<User>("bio"_c = std::nullopt), (Rendered{R"("bio" = NULL)", "", 3}));
    EXPECT_EQ(update<User>("bio"_c = "x"), (Rendered{R"("bio" = ?)", R"('x')", 3}));
    EXPECT_EQ(update<User>("bio"_c = "name"_c), (Rendered{R"("bio" = "users"."name")", "", 3}));
    EXPECT_EQ(update<User>("color"_c = Color::green), (Rendered{R"("color" = ?)", R"('green')", 3}));
    EXPECT_EQ(update<User>("created_at"_c = duet::now()),
              (Rendered{R"("created_at" = strftime('%Y-%m-%d %H:%M:%f000', 'now'))", "", 3}));
    EXPECT_EQ(update<User>("created_at"_c = duet::Date(std::chrono::year(2024) / 3 / 1)),
              (Rendered{R"("created_at" = ?)", R"('2024-03-01 00:00:00.000000')", 3}));
    EXPECT_EQ(update<User>("manager"_c = User{.id = 1}), (Rendered{R"("manager_id" = ?)", R"(1)", 3}));
    EXPECT_EQ(update<User>("manager"_c = std::nullopt), (Rendered{R"("manager_id" = NULL)", "", 3}));
    EXPECT_EQ(update<Post>("author"_c = 2), (Rendered{R"("author_id" = ?)", R"(2)", 3}));
    EXPECT_EQ(update<User>("exact"_c = 5), (Rendered{R"("exact" = ?)", R"('5')", 3}));
    EXPECT_EQ(update<User>("tags"_c = std::vector<std::string>{"a"}),
              (Rendered{R"("tags" = ?)", R"('["a"]')", 3}));
    EXPECT_EQ(update<User>("profile"_c = duet::Json::array({1, "x"})),
              (Rendered{R"("profile" = ?)", R"('[1,"x"]')", 3}));
    EXPECT_EQ(update<User>("age"_c = duet::case_().when("age"_c > 18, 1).otherwise(0)),
              (Rendered{R"("age" = CASE WHEN "users"."age" > ? THEN ? ELSE ? END)", R"(18, 1, 0)", 3}));
    EXPECT_EQ(update<User>("debt"_c = Money{5}), (Rendered{R"("debt" = ?)", R"(5)", 3}));
    EXPECT_EQ(update<User>("avatar"_c = std::vector<std::byte>{}),
              (Rendered{R"("avatar" = ?)", R"(blob of 0)", 3}));
    EXPECT_EQ(update<User>("nap"_c = std::chrono::seconds(90)), (Rendered{R"("nap" = ?)", R"(90000000)", 3}));
    EXPECT_EQ(update<User>(duet::col<& User::age> = 1), (Rendered{R"("age" = ?)", R"(1)", 3}));
}

std::string message_of(const auto& action) {
    try {
        action();
    } catch (const duet::InvalidQuery& e) {
        return e.what();
    }
    return "nothing was thrown";
}

TEST(OrderTerms, OfRunTimeTextNameWhatThereIsNot) {
    EXPECT_EQ(message_of([] { order<User>(duet::runtime("-naem")); }),
              "User has no column or relation 'naem' (in 'naem', from User)");
    EXPECT_EQ(message_of([] { order<Post>(duet::runtime("title,author.naem")); }),
              "User has no column or relation 'naem' (in 'author.naem', from Post)");
    EXPECT_EQ(message_of([] { order<User>(duet::runtime("posts")); }),
              "'posts' of User is a relation to many rows and no column");
    for (const char* text :
         {"", ",", "age,", "-", "--age", "age;", "age desc", ".", "author.", "manager..age",
          "manager.manager.manager.manager.manager.manager.manager.manager.manager.age"}) {
        EXPECT_THROW(order<User>(duet::runtime(text)), duet::InvalidQuery) << text;
    }
}

TEST(OrderTerms, OrderByNothingWhenEmpty) { EXPECT_EQ(order<User>(duet::OrderTerm<User>()).rows, 3); }

TEST(OrderTerms, NeedNoDestructorSoThatQueriesCanBeStaticObjects) {
    static_assert(std::is_trivially_destructible_v<duet::OrderTerm<User>>);
    static const auto stored = query<User>().order_by("-age").order_by(duet::lower("name"_c));
    EXPECT_EQ(run(stored.data(), " ORDER BY "),
              run(query<User>().order_by("-age").order_by(duet::lower("name"_c)).data(), " ORDER BY "));
}

TEST(RunTimeColumns, ThrowWhatTheCompilerWouldHaveSaid) {
    EXPECT_THROW(where<User>(duet::runtime_column("naem") == 1), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("age") == "x"), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("age").between(1, "x")), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("age").contains("x")), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("age").in_({"x"})), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("name").is_true()), duet::InvalidQuery);
    EXPECT_THROW(where<User>(duet::runtime_column("name") + 1 > 2), duet::InvalidQuery);
}

TEST(Assignments, TellPlainValuesFromExpressions) {
    EXPECT_TRUE(decltype("age"_c = 1)::is_plain_value);
    EXPECT_FALSE(decltype("age"_c = "age"_c + 1)::is_plain_value);
    EXPECT_EQ(decltype("name"_c = "x")::column<User>(), 2);
}

}  // namespace
