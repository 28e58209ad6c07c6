#include <duet/base/error.hpp>

#include <gtest/gtest.h>

#include "unit/statement/models.hpp"

namespace {

using namespace statement_test;

TEST(SelectStatement, SelectsAllColumnsOfItsModel) {
    EXPECT_EQ(sqlite(duet::select<Team>()), R"(SELECT "teams"."id", "teams"."name" FROM "teams")");
}

TEST(SelectStatement, TakesOverWhatAQueryAsked) {
    const auto statement = duet::query<Team>().where("name"_c == "red").order_by("-id").limit(3).statement();
    EXPECT_EQ(sqlite(statement),
              R"(SELECT "teams"."id", "teams"."name" FROM "teams" WHERE "teams"."name" = ? )"
              R"(ORDER BY "teams"."id" DESC LIMIT ?)");
}

TEST(SelectStatement, KeepsItsTypeAsLongAsItsColumnsStay) {
    auto statement = duet::select<Team>();
    statement = statement.where("id"_c > 1);
    statement = statement.order_by("name").limit(1);
    EXPECT_EQ(sqlite(statement), R"(SELECT "teams"."id", "teams"."name" FROM "teams" WHERE "teams"."id" > ? )"
                                 R"(ORDER BY "teams"."name" LIMIT ?)");
}

TEST(SelectStatement, HasAnAliasForASecondReading) {
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto statement = duet::select("name"_c, boss("name"_c).as("boss_name"))
                               .from<Employee>()
                               .left_join(boss, boss("id"_c) == "boss"_c)
                               .where(boss["salary"_c] < "salary"_c);
    EXPECT_EQ(sqlite(statement),
              R"(SELECT "employees"."name", "boss"."name" AS "boss_name" FROM "employees" )"
              R"(LEFT JOIN "employees" AS "boss" ON "boss"."id" = "employees"."boss_id" )"
              R"(WHERE "boss"."salary" < "employees"."salary")");
}

TEST(SelectStatement, JoinsARelation) {
    EXPECT_EQ(sqlite(duet::select("name"_c, "team.name"_c).from<Employee>().join("team"_c)),
              R"(SELECT "employees"."name", "team"."name" FROM "employees" )"
              R"(JOIN "teams" AS "team" ON "team"."id" = "employees"."team_id")");
    EXPECT_EQ(sqlite(duet::select("name"_c, "members.name"_c).from<Team>().left_join("members"_c)),
              R"(SELECT "teams"."name", "members"."name" FROM "teams" )"
              R"(LEFT JOIN "employees" AS "members" ON "members"."team_id" = "teams"."id")");
}

TEST(SelectStatement, RefusesAnAliasThatIsNotJoined) {
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto statement = duet::select("name"_c).from<Employee>().where(boss("id"_c) == 1);
    EXPECT_THROW(sqlite(statement), duet::InvalidQuery);
}

TEST(SelectStatement, PutsACteInFront) {
    const auto rich =
        duet::cte<Node>("rich", duet::select("id"_c, "salary"_c).from<Employee>().where("salary"_c > 9));
    EXPECT_EQ(
        sqlite(duet::select(rich("id"_c)).from(rich)),
        R"(WITH "rich" ("id", "depth") AS (SELECT "employees"."id", "employees"."salary" FROM "employees" )"
        R"(WHERE "employees"."salary" > ?) SELECT "rich"."id" FROM "rich")");
}

TEST(SelectStatement, FollowsATree) {
    const auto tree = duet::recursive_cte<Node>(
        "tree", duet::select("id"_c, 0).from<Employee>().where("boss"_c.is_null()), [](const auto& self) {
            return duet::select("id"_c, self("depth"_c) + 1)
                .template from<Employee>()
                .join(self, self("id"_c) == "boss"_c);
        });
    EXPECT_EQ(
        sqlite(duet::select_from(tree).order_by("depth")),
        R"(WITH RECURSIVE "tree" ("id", "depth") AS (SELECT "employees"."id", ? FROM "employees" )"
        R"(WHERE "employees"."boss_id" IS NULL UNION ALL SELECT "employees"."id", ("tree"."depth" + ?) )"
        R"(FROM "employees" JOIN "tree" ON "tree"."id" = "employees"."boss_id") )"
        R"(SELECT "tree"."id", "tree"."depth" FROM "tree" ORDER BY "tree"."depth")");
    // There the first value would decide on the type of the column.
    EXPECT_EQ(mariadb(duet::select_from(tree)),
              "WITH RECURSIVE `tree` (`id`, `depth`) AS (SELECT `employees`.`id`, "
              "coalesce(?, nullif(9223372036854775807, 9223372036854775807)) FROM `employees` "
              "WHERE `employees`.`boss_id` IS NULL UNION ALL SELECT `employees`.`id`, (`tree`.`depth` + ?) "
              "FROM `employees` JOIN `tree` ON `tree`.`id` = `employees`.`boss_id`) "
              "SELECT `tree`.`id`, `tree`.`depth` FROM `tree`");
}

TEST(SelectStatement, JoinsSetsInTheirOrder) {
    const auto names = duet::select("name"_c).from<Employee>();
    const auto teams = duet::select("name"_c).from<Team>();
    EXPECT_EQ(
        sqlite(names.union_(teams).intersect(names)),
        R"(SELECT * FROM (SELECT "employees"."name" FROM "employees" UNION SELECT "teams"."name" FROM "teams") )"
        R"(AS "part" INTERSECT SELECT "employees"."name" FROM "employees")");
}

}  // namespace
