#include <gtest/gtest.h>

#include "unit/expr/sql.hpp"

using namespace duet::literals;
using namespace expr_test;

namespace {

TEST(Logic, KeepsTheStructureThatWasWritten) {
    EXPECT_EQ(where<User>("age"_c > 20 && "name"_c == "Ada"),
              (Rendered{R"(("users"."age" > ? AND "users"."name" = ?))", R"(20, 'Ada')", 1}));
    EXPECT_EQ(where<User>("age"_c > 20 && ("name"_c == "Ada" || "name"_c == "Bob")),
              (Rendered{R"(("users"."age" > ? AND ("users"."name" = ? OR "users"."name" = ?)))",
                        R"(20, 'Ada', 'Bob')", 1}));
    EXPECT_EQ(where<User>(("age"_c > 20 && "name"_c == "Ada") || "name"_c == "Bob"),
              (Rendered{R"((("users"."age" > ? AND "users"."name" = ?) OR "users"."name" = ?))",
                        R"(20, 'Ada', 'Bob')", 2}));
    EXPECT_EQ(where<User>(!("age"_c > 20 && "name"_c == "Ada")),
              (Rendered{R"(NOT ("users"."age" > ? AND "users"."name" = ?))", R"(20, 'Ada')", 2}));
    EXPECT_EQ(where<User>(duet::always()), (Rendered{R"(1 = 1)", "", 3}));
    EXPECT_EQ(where<User>(duet::never() || "age"_c > 20),
              (Rendered{R"((1 = 0 OR "users"."age" > ?))", R"(20)", 2}));
}

TEST(Logic, WritesChainsFlatAndNegatesOnce) {
    EXPECT_EQ(
        where<User>(("age"_c == 1 || "age"_c == 2) || ("age"_c == 3 || "age"_c == 4)),
        (Rendered{R"(("users"."age" = ? OR "users"."age" = ? OR "users"."age" = ? OR "users"."age" = ?))",
                  R"(1, 2, 3, 4)", 0}));
    EXPECT_EQ(where<User>(!!!("age"_c == 1)), (Rendered{R"(NOT ("users"."age" = ?))", R"(1)", 3}));
    EXPECT_EQ(where<User>(!!("age"_c == 1 && "age"_c == 2)),
              (Rendered{R"(("users"."age" = ? AND "users"."age" = ?))", R"(1, 2)", 0}));
}

TEST(Relations, AreFilteredByTheirRows) {
    EXPECT_EQ(
        where<User>(duet::any("posts"_c)),
        (Rendered{R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))", "", 2}));
    EXPECT_EQ(
        where<User>(duet::any("posts"_c, "views"_c > 5)),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > ?))",
            R"(5)", 1}));
    EXPECT_EQ(
        where<User>(duet::all("posts"_c, "views"_c > 5)),
        (Rendered{
            R"(NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND ("posts"."views" > ?) IS NOT TRUE))",
            R"(5)", 1}));
    EXPECT_EQ(
        where<User>(duet::none("posts"_c)),
        (Rendered{R"(NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))", "", 1}));
    EXPECT_EQ(
        where<User>(duet::none("posts"_c, "views"_c > 5 && "title"_c.contains("n"))),
        (Rendered{
            R"(NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND ("posts"."views" > ? AND instr("posts"."title", ?) > 0)))",
            R"(5, 'n')", 2}));
    EXPECT_EQ(
        where<User>(duet::any("posts.comments"_c, "text"_c == "First!")),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" JOIN "comments" ON "comments"."post_id" = "posts"."id" WHERE "posts"."author_id" = "users"."id" AND EXISTS (SELECT 1 FROM "comments" AS "comments_2" WHERE "comments_2"."id" = "comments"."id" AND "comments_2"."text" = ?)))",
            R"('First!')", 1}));
    EXPECT_EQ(
        where<Post>(duet::any("tags"_c, "label"_c == "art")),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "tags" WHERE "tags"."label" IN (SELECT "tags_link"."tag_id" FROM "posts_tags" AS "tags_link" WHERE "tags_link"."post_id" = "posts"."id") AND "tags"."label" = ?))",
            R"('art')", 2}));
    EXPECT_EQ(
        where<User>(duet::any("badge"_c)),
        (Rendered{R"(EXISTS (SELECT 1 FROM "badges" AS "badge" WHERE "badge"."owner_id" = "users"."id"))", "",
                  1}));
    EXPECT_EQ(
        where<Comment>(duet::any("post.tags"_c, "label"_c == "math")),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "tags" WHERE "tags"."label" IN (SELECT "tags_link"."tag_id" FROM "posts_tags" AS "tags_link" WHERE "tags_link"."post_id" = "post"."id") AND "tags"."label" = ?))",
            R"('math')", 1}));
    EXPECT_EQ(
        where<User>(duet::any("posts"_c, duet::any("comments"_c))),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND EXISTS (SELECT 1 FROM "comments" WHERE "comments"."post_id" = "posts"."id")))",
            "", 1}));
    EXPECT_EQ(
        where<User>(duet::any("posts"_c, duet::Condition<Post>())),
        (Rendered{R"(EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))", "", 2}));
}

TEST(Relations, AreCounted) {
    EXPECT_EQ(where<User>(duet::count_of("posts"_c) > 1),
              (Rendered{R"((SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") > ?)",
                        R"(1)", 1}));
    EXPECT_EQ(
        where<User>(duet::count_of("posts"_c, "views"_c > 0) == 1),
        (Rendered{
            R"((SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > ?) = ?)",
            R"(0, 1)", 2}));
    EXPECT_EQ(
        order<User>(duet::desc(duet::count_of("posts"_c))),
        (Rendered{R"((SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") DESC)", "", 3}));
}

TEST(Subqueries, ReferToTheQueryAroundThem) {
    EXPECT_EQ(
        where<User>(
            duet::exists(query<Post>().where("author"_c == duet::outer<User>("id"_c) && "views"_c > 5))),
        (Rendered{
            R"(EXISTS (SELECT 1 FROM "posts" WHERE ("posts"."author_id" = "users"."id" AND "posts"."views" > ?)))",
            R"(5)", 1}));
    EXPECT_EQ(where<User>(!duet::exists(query<Post>().where("author"_c == duet::outer<User>("id"_c)))),
              (Rendered{R"(NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")))",
                        "", 1}));
}

TEST(Subqueries, YieldValues) {
    EXPECT_EQ(
        where<User>("age"_c > duet::value(query<User>(), duet::avg("age"_c))),
        (Rendered{R"("users"."age" > (SELECT avg("users_2"."age") FROM "users" AS "users_2"))", "", 2}));
    EXPECT_EQ(
        select<User>(
            duet::value(query<Post>().where("author"_c == duet::outer<User>("id"_c)), duet::max("views"_c))
                .as("best")),
        (Rendered{
            R"((SELECT max("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id") AS "best")",
            "", 3}));
    EXPECT_EQ(
        where<User>("name"_c == duet::value(query<User>().where("age"_c > 40).order_by("-age").limit(1),
                                            duet::concat("name"_c, ""))),
        (Rendered{
            R"("users"."name" = (SELECT (coalesce("users_2"."name", '') || coalesce(?, '')) FROM "users" AS "users_2" WHERE "users_2"."age" > ? ORDER BY "users_2"."age" DESC LIMIT ?))",
            R"('', 40, 1)", 1}));
}

TEST(Subqueries, YieldTheFirstOfSeveralRows) {
    EXPECT_EQ(
        where<User>("name"_c == duet::value(query<User>().order_by("-age"), "name"_c)),
        (Rendered{
            R"("users"."name" = (SELECT "users_2"."name" FROM "users" AS "users_2" ORDER BY "users_2"."age" DESC LIMIT 1))",
            "", 1}));
}

TEST(Conditions, AreBuiltUpAtRunTime) {
    duet::Condition<User> c;
    EXPECT_TRUE(c.empty());
    for (const char* name : {"Ada", "Bob"}) c = c || "name"_c == name;
    c = c && "age"_c > 20;
    EXPECT_EQ(where<User>(c),
              (Rendered{R"((("users"."name" = ? OR "users"."name" = ?) AND "users"."age" > ?))",
                        "'Ada', 'Bob', 20", 1}));
    EXPECT_EQ(where<User>(!c).rows, 2);
}

TEST(Conditions, ThatAreEmptyAddNothing) {
    const duet::Condition<User> empty;
    const duet::Condition<User> adult = "age"_c >= 18;
    EXPECT_EQ(where<User>(empty).rows, 3);
    EXPECT_EQ(query<User>().where(empty).data().clauses.bytes.size(), 0u);
    EXPECT_EQ(where<User>(empty && adult), where<User>(adult));
    EXPECT_EQ(where<User>(adult || empty), where<User>(adult));
    EXPECT_TRUE((!empty).empty());
}

TEST(Conditions, OutliveWhatTheyWereMadeOf) {
    const auto named = [] {
        const std::string name = "a name that is too long for any small buffer, or so one should think; Ada";
        return "name"_c == name.substr(name.size() - 3);
    };
    EXPECT_EQ(where<User>(named()), (Rendered{R"("users"."name" = ?)", "'Ada'", 1}));
}

}  // namespace
