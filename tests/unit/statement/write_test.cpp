#include <duet/base/error.hpp>

#include <gtest/gtest.h>

#include "unit/statement/models.hpp"

namespace {

using namespace statement_test;

struct Archived {
    std::int64_t id{};
    int depth{};
    static constexpr auto table = duet::table("nodes");
};

struct Page {
    std::int64_t id{};
    std::string slug{};
    int views{};
    std::optional<std::string> title{};
    duet::SoftDelete soft_delete{};
    static constexpr auto table = duet::table("pages", duet::unique("slug"));
};

TEST(InsertStatement, NamesTheColumnsItGives) {
    const auto statement = duet::insert<Page>().values("slug"_c = "a", "views"_c = 1);
    EXPECT_EQ(sqlite(statement), R"(INSERT INTO "pages" ("slug", "views") VALUES (?, ?))");
    EXPECT_EQ(postgres(statement), R"(INSERT INTO "pages" ("slug", "views") VALUES ($1, $2))");
    EXPECT_EQ(mariadb(statement), "INSERT INTO `pages` (`slug`, `views`) VALUES (?, ?)");
}

TEST(InsertStatement, TakesSeveralRowsInAnyOrderOfColumns) {
    const auto statement = duet::insert<Page>()
                               .values("slug"_c = "a", "title"_c = "A")
                               .values("title"_c = nullptr, "slug"_c = "b");
    EXPECT_EQ(sqlite(statement), R"(INSERT INTO "pages" ("slug", "title") VALUES (?, ?), (?, NULL))");
    EXPECT_THROW(sqlite(statement.values("slug"_c = "c")), duet::InvalidQuery);
    EXPECT_THROW(sqlite(statement.values("slug"_c = "c", "views"_c = 1)), duet::InvalidQuery);
}

TEST(InsertStatement, TakesObjectsAndStructs) {
    EXPECT_EQ(sqlite(duet::insert<Page>().values(Page{.slug = "a"})),
              R"(INSERT INTO "pages" ("slug", "views", "title", "deleted_at") VALUES (?, ?, NULL, NULL))");
    EXPECT_EQ(sqlite(duet::insert<Page>().values(std::vector<Page>{{.id = 7, .slug = "a"}})),
              R"(INSERT INTO "pages" ("id", "slug", "views", "title", "deleted_at") )"
              R"(VALUES (?, ?, ?, NULL, NULL))");
    struct Draft {
        int views{};
        std::string slug{};
    };
    EXPECT_EQ(sqlite(duet::insert<Page>().values(std::vector<Draft>{{1, "a"}, {2, "b"}})),
              R"(INSERT INTO "pages" ("views", "slug") VALUES (?, ?), (?, ?))");
}

TEST(InsertStatement, LeavesColumnsToTheDatabase) {
    EXPECT_EQ(sqlite(duet::insert<Page>().default_values()), R"(INSERT INTO "pages" DEFAULT VALUES)");
    EXPECT_EQ(mariadb(duet::insert<Page>().default_values()), "INSERT INTO `pages` () VALUES ()");
    const auto statement = duet::insert<Page>().values("slug"_c = "a", "views"_c = duet::by_default);
    EXPECT_EQ(postgres(statement), R"(INSERT INTO "pages" ("slug", "views") VALUES ($1, DEFAULT))");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite(duet::insert<Page>()), duet::InvalidQuery);
    EXPECT_THROW(sqlite(duet::insert<Page>().default_values().default_values()), duet::InvalidQuery);
}

TEST(InsertStatement, HasNoColumnsToComputeFrom) {
    EXPECT_THROW(sqlite(duet::insert<Page>().values("views"_c = "views"_c + 1)), duet::InvalidQuery);
    EXPECT_THROW(sqlite(duet::insert<Page>().values("views"_c = duet::excluded("views"_c))),
                 duet::InvalidQuery);
    EXPECT_EQ(sqlite(duet::insert<Page>().values("views"_c =
                                                     duet::scalar(duet::select(duet::count()).from<Team>()))),
              R"(INSERT INTO "pages" ("views") VALUES ((SELECT count(*) FROM "teams")))");
}

TEST(InsertStatement, TakesTheRowsOfASelect) {
    const auto rows = duet::select("name"_c, "id"_c).from<Team>().where("id"_c > 3);
    const auto statement = duet::insert<Page>().from_select("slug"_c, "views"_c, rows);
    EXPECT_EQ(postgres(statement),
              R"(INSERT INTO "pages" ("slug", "views") SELECT "teams"."name", "teams"."id" FROM "teams" )"
              R"(WHERE "teams"."id" > $1)");
    EXPECT_EQ(
        sqlite(statement.on_conflict("slug"_c).do_nothing()),
        R"(INSERT INTO "pages" ("slug", "views") SELECT * FROM (SELECT "teams"."name", "teams"."id" FROM "teams" )"
        R"(WHERE "teams"."id" > ?) AS "selected" WHERE 1 = 1 ON CONFLICT ("slug") DO NOTHING)");
    EXPECT_THROW(sqlite(statement.values("slug"_c = "a", "views"_c = 1)), duet::InvalidQuery);
}

TEST(InsertStatement, ChangesTheRowThatIsInTheWay) {
    const auto statement = duet::insert<Page>()
                               .values("slug"_c = "a", "views"_c = 1)
                               .on_conflict("slug"_c)
                               .do_update("title"_c, "views"_c = "views"_c + duet::excluded("views"_c));
    EXPECT_EQ(sqlite(statement),
              R"(INSERT INTO "pages" ("slug", "views") VALUES (?, ?) ON CONFLICT ("slug") DO UPDATE SET )"
              R"("title" = excluded."title", "views" = ("pages"."views" + excluded."views"))");
    EXPECT_EQ(mariadb(statement),
              "INSERT INTO `pages` (`slug`, `views`) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
              "`title` = VALUES(`title`), `views` = (`pages`.`views` + VALUES(`views`))");
    const auto some = statement.where("views"_c < duet::excluded("views"_c));
    EXPECT_TRUE(sqlite(some).ends_with(R"( WHERE "pages"."views" < excluded."views")"));
    EXPECT_THROW(mariadb(some), duet::UnsupportedByDialect);
}

TEST(InsertStatement, LeavesTheRowAloneThatIsInTheWay) {
    const auto statement = duet::insert<Page>().values("slug"_c = "a").on_conflict("slug"_c).do_nothing();
    EXPECT_EQ(postgres(statement),
              R"(INSERT INTO "pages" ("slug") VALUES ($1) ON CONFLICT ("slug") DO NOTHING)");
    EXPECT_EQ(sqlite(duet::insert<Page>().values("slug"_c = "a").on_conflict().do_nothing()),
              R"(INSERT INTO "pages" ("slug") VALUES (?) ON CONFLICT DO NOTHING)");
    EXPECT_THROW(mariadb(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite(statement.where("views"_c == 1)), duet::InvalidQuery);
}

TEST(InsertStatement, NeedsTheOnlyKeyOfATableWhereAnyCounts) {
    const auto given = duet::insert<Page>().values("id"_c = 1, "slug"_c = "a");
    EXPECT_THROW(mariadb(given.on_conflict("slug"_c).do_update("views"_c = 1)), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(given.on_conflict("views"_c).do_update("views"_c = 1)), duet::UnsupportedByDialect);
}

TEST(InsertStatement, GivesItsRowsBack) {
    const auto statement = duet::insert<Page>().values("slug"_c = "a");
    EXPECT_EQ(
        sqlite(statement.returning("id"_c, ("views"_c + 1).as("next"))),
        R"(INSERT INTO "pages" ("slug") VALUES (?) RETURNING "pages"."id", ("pages"."views" + ?) AS "next")");
    EXPECT_EQ(
        sqlite(statement.returning()),
        R"(INSERT INTO "pages" ("slug") VALUES (?) RETURNING "pages"."id", "pages"."slug", "pages"."views", )"
        R"("pages"."title", "pages"."deleted_at")");
    struct Key {
        std::string slug{};
        std::int64_t id{};
    };
    EXPECT_EQ(sqlite(statement.returning<Key>()),
              R"(INSERT INTO "pages" ("slug") VALUES (?) RETURNING "pages"."slug", "pages"."id")");
    EXPECT_THROW(statement.returning("id"_c).to_sql(duet::mysql_dialect()), duet::UnsupportedByDialect);
}

TEST(UpdateStatement, ChangesTheRowsThatASelectSees) {
    const auto statement = duet::update<Page>().set("views"_c = "views"_c + 1).where("slug"_c == "a");
    EXPECT_EQ(sqlite(statement),
              R"(UPDATE "pages" SET "views" = ("pages"."views" + ?) WHERE "pages"."slug" = ? AND )"
              R"("pages"."deleted_at" IS NULL)");
    EXPECT_EQ(sqlite(statement.with_deleted()),
              R"(UPDATE "pages" SET "views" = ("pages"."views" + ?) WHERE "pages"."slug" = ?)");
}

TEST(UpdateStatement, NeedsAConditionAndAnAssignment) {
    EXPECT_THROW(sqlite(duet::update<Page>().set("views"_c = 1)), duet::InvalidQuery);
    EXPECT_THROW(sqlite(duet::update<Page>().where("id"_c == 1)), duet::InvalidQuery);
    EXPECT_EQ(sqlite(duet::update<Team>().set("name"_c = "x").where(duet::all_rows)),
              R"(UPDATE "teams" SET "name" = ?)");
}

TEST(UpdateStatement, ReadsOtherTables) {
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto statement =
        duet::update<Employee>().set("salary"_c = boss("salary"_c)).from(boss, boss("id"_c) == "boss"_c);
    EXPECT_EQ(sqlite(statement),
              R"(UPDATE "employees" SET "salary" = "boss"."salary" FROM "employees" AS "boss" )"
              R"(WHERE "boss"."id" = "employees"."boss_id")");
    EXPECT_EQ(mariadb(statement),
              "UPDATE `employees`, `employees` AS `boss` SET `employees`.`salary` = `boss`.`salary` "
              "WHERE `boss`.`id` = `employees`.`boss_id`");
    EXPECT_THROW(sqlite(statement.limit(1)), duet::InvalidQuery);
    EXPECT_THROW(sqlite(statement.where("team.name"_c == "red")), duet::InvalidQuery);
    EXPECT_THROW(sqlite(duet::update<Employee>().set("name"_c = "team.name"_c).where("id"_c == 1)),
                 duet::InvalidQuery);
}

TEST(UpdateStatement, ChoosesRowsByOrderAndAcrossRelations) {
    EXPECT_EQ(sqlite(duet::update<Team>().set("name"_c = "x").where("id"_c > 1).order_by("-id").limit(2)),
              R"(UPDATE "teams" SET "name" = ? WHERE "id" IN (SELECT "teams"."id" FROM "teams" )"
              R"(WHERE "teams"."id" > ? ORDER BY "teams"."id" DESC LIMIT ?))");
    EXPECT_EQ(
        sqlite(duet::update<Employee>().set("salary"_c = 1).where("team.name"_c == "red")),
        R"(UPDATE "employees" SET "salary" = ? WHERE "id" IN (SELECT "employees"."id" FROM "employees" )"
        R"(LEFT JOIN "teams" AS "team" ON "team"."id" = "employees"."team_id" WHERE "team"."name" = ?))");
}

TEST(UpdateStatement, GivesItsRowsBackWhereThatIs) {
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto statement =
        duet::update<Employee>().set("salary"_c = boss("salary"_c)).from(boss, boss("id"_c) == "boss"_c);
    EXPECT_TRUE(sqlite(statement.returning("id"_c)).ends_with(R"( RETURNING "employees"."id")"));
    EXPECT_TRUE(postgres(statement.returning("id"_c, boss("id"_c)))
                    .ends_with(R"( RETURNING "employees"."id", "boss"."id")"));
    EXPECT_THROW(sqlite(statement.returning(boss("id"_c))), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(statement.returning("id"_c)), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(statement.returning("team.name"_c)), duet::InvalidQuery);
}

TEST(RemoveStatement, RemovesForGood) {
    EXPECT_EQ(sqlite(duet::remove<Page>().where("views"_c == 0).only_deleted()),
              R"(DELETE FROM "pages" WHERE "pages"."views" = ? AND "pages"."deleted_at" IS NOT NULL)");
    EXPECT_THROW(sqlite(duet::remove<Page>()), duet::InvalidQuery);
}

TEST(RemoveStatement, ReadsOtherTables) {
    constexpr auto team = duet::alias<Team>("team");
    const auto statement =
        duet::remove<Employee>().using_(team, team("id"_c) == "team"_c).where(team("name"_c) == "red");
    EXPECT_EQ(postgres(statement),
              R"(DELETE FROM "employees" USING "teams" AS "team" WHERE "team"."id" = "employees"."team_id" )"
              R"(AND "team"."name" = $1)");
    EXPECT_EQ(sqlite(statement), R"(DELETE FROM "employees" WHERE EXISTS (SELECT 1 FROM "teams" AS "team" )"
                                 R"(WHERE "team"."id" = "employees"."team_id" AND "team"."name" = ?))");
    EXPECT_EQ(
        mariadb(statement),
        "DELETE `employees` FROM `employees`, `teams` AS `team` WHERE `team`.`id` = `employees`.`team_id` "
        "AND `team`.`name` = ?");
    EXPECT_TRUE(mariadb(statement.returning("id"_c)).starts_with("DELETE FROM `employees` WHERE EXISTS ("));
}

TEST(WriteStatement, HasCtesInFront) {
    const auto red =
        duet::cte<Node>("red", duet::select("id"_c, "id"_c).from<Team>().where("name"_c == "red"));
    const auto statement = duet::remove<Employee>().using_(red, red("id"_c) == "team"_c);
    EXPECT_EQ(postgres(statement),
              R"(WITH "red" ("id", "depth") AS (SELECT "teams"."id", "teams"."id" FROM "teams" )"
              R"(WHERE "teams"."name" = $1) DELETE FROM "employees" USING "red" )"
              R"(WHERE "red"."id" = "employees"."team_id")");
    EXPECT_EQ(mariadb(statement),
              "DELETE `employees` FROM `employees`, (WITH `red` (`id`, `depth`) AS (SELECT `teams`.`id`, "
              "`teams`.`id` FROM `teams` WHERE `teams`.`name` = ?) SELECT * FROM `red`) AS `red` "
              "WHERE `red`.`id` = `employees`.`team_id`");
    const auto inside = duet::remove<Employee>().where("team"_c.in_(duet::select(red("id"_c)).from(red)));
    EXPECT_EQ(mariadb(inside),
              "DELETE FROM `employees` WHERE `employees`.`team_id` IN (WITH `red` (`id`, `depth`) AS "
              "(SELECT `teams`.`id`, `teams`.`id` FROM `teams` WHERE `teams`.`name` = ?) SELECT `red`.`id` "
              "FROM `red`)");
}

TEST(WriteStatement, CanBeACte) {
    const auto gone = duet::cte<Node>(
        "gone", duet::remove<Employee>().where("salary"_c == 0).returning("id"_c, "salary"_c));
    const auto statement = duet::insert<Archived>().from_select("id"_c, "depth"_c, duet::select_from(gone));
    EXPECT_EQ(postgres(statement),
              R"(WITH "gone" ("id", "depth") AS (DELETE FROM "employees" WHERE "employees"."salary" = $1 )"
              R"(RETURNING "employees"."id", "employees"."salary") INSERT INTO "nodes" ("id", "depth") )"
              R"(SELECT "gone"."id", "gone"."depth" FROM "gone")");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(statement), duet::UnsupportedByDialect);
}

TEST(WriteStatement, StandsNowhereElseInsideOfAStatement) {
    const auto gone = duet::subquery<Node>(
        "gone", duet::remove<Employee>().where("salary"_c == 0).returning("id"_c, "salary"_c));
    EXPECT_THROW(postgres(duet::select_from(gone)), duet::InvalidQuery);
}

}  // namespace
