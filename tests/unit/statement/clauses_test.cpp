#include <duet/base/error.hpp>

#include <vector>

#include <gtest/gtest.h>

#include "unit/statement/models.hpp"

namespace {

using namespace statement_test;

constexpr auto boss = duet::alias<Employee>("boss");

struct Name {
    std::string name{};
};

TEST(StatementClauses, SayRollupInTheWordsOfTheDatabase) {
    const auto statement = duet::select(duet::nullable("name"_c), duet::count())
                               .from<Employee>()
                               .group_by(duet::rollup("name"_c, "salary"_c));
    EXPECT_EQ(postgres(statement), R"(SELECT "employees"."name", count(*) FROM "employees" )"
                                   R"(GROUP BY ROLLUP (("employees"."name"), ("employees"."salary")))");
    EXPECT_EQ(mariadb(statement),
              "SELECT `employees`.`name`, count(*) FROM `employees` "
              "GROUP BY `employees`.`name`, `employees`.`salary` WITH ROLLUP");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(statement.group_by("id"_c)), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(statement.order_by("name")), duet::UnsupportedByDialect);
}

TEST(StatementClauses, SayGroupingSetsInTheirOrder) {
    const auto statement = duet::select(duet::count())
                               .from<Team>()
                               .group_by(duet::grouping_sets(duet::group("id"_c, "name"_c),
                                                             duet::group("name"_c), duet::group()));
    EXPECT_EQ(postgres(statement),
              R"(SELECT count(*) FROM "teams" )"
              R"(GROUP BY GROUPING SETS (("teams"."id", "teams"."name"), ("teams"."name"), ()))");
}

TEST(StatementClauses, NumberTheRowsWhereThereIsNoDistinctOn) {
    const auto statement =
        duet::select("name"_c).from<Employee>().distinct_on("team"_c).order_by("team", "-salary").limit(2);
    EXPECT_EQ(postgres(statement),
              R"(SELECT DISTINCT ON ("employees"."team_id") "employees"."name" FROM "employees" )"
              R"(ORDER BY "employees"."team_id", "employees"."salary" DESC LIMIT $1)");
    EXPECT_EQ(
        sqlite(statement),
        R"(SELECT "part"."c1" AS "name" FROM (SELECT "employees"."name" AS "c1", )"
        R"("employees"."team_id" AS "k1", "employees"."salary" AS "k2", row_number() OVER )"
        R"((PARTITION BY "employees"."team_id" ORDER BY "employees"."team_id", "employees"."salary" DESC) )"
        R"(AS "place" FROM "employees") AS "part" WHERE "part"."place" = 1 )"
        R"(ORDER BY "part"."k1", "part"."k2" DESC LIMIT ?)");
}

TEST(StatementClauses, ShowHintsToTheirDatabaseAlone) {
    const auto statement = duet::select("name"_c)
                               .from<Team>()
                               .hint(duet::sqlite, "INDEXED BY teams_name")
                               .hint(duet::mariadb, "USE INDEX (teams_name)")
                               .hint(duet::mysql, "MAX_EXECUTION_TIME(5)")
                               .hint(duet::postgresql, "IndexScan(teams)");
    EXPECT_EQ(sqlite(statement), R"(SELECT "teams"."name" FROM "teams" INDEXED BY teams_name)");
    EXPECT_EQ(mariadb(statement), "SELECT `teams`.`name` FROM `teams` USE INDEX (teams_name)");
    EXPECT_EQ(postgres(statement), R"(/*+ IndexScan(teams) */ SELECT "teams"."name" FROM "teams")");
    EXPECT_EQ(statement.to_sql(duet::mysql),
              "SELECT /*+ MAX_EXECUTION_TIME(5) */ `teams`.`name` FROM `teams`");
}

TEST(StatementClauses, DefineACteOnceHoweverDeepItIsUsed) {
    const auto rich = duet::cte<Name>("rich", duet::select("name"_c).from<Employee>().where("salary"_c > 9));
    const auto statement =
        duet::select("name"_c).from(rich).where("name"_c.in_(duet::select("name"_c).from(rich)));
    EXPECT_EQ(postgres(statement),
              R"(WITH "rich" ("name") AS (SELECT "employees"."name" FROM "employees" )"
              R"(WHERE "employees"."salary" > $1) SELECT "rich"."name" FROM "rich" )"
              R"(WHERE "rich"."name" IN (SELECT "rich_2"."name" FROM "rich" AS "rich_2"))");
}

TEST(StatementClauses, QuoteTheNamesThatRunTimeGives) {
    const auto odd = duet::cte<Name>("a\"b", duet::select("name"_c).from<Team>());
    EXPECT_EQ(
        sqlite(duet::select_from(odd)),
        R"(WITH "a""b" ("name") AS (SELECT "teams"."name" FROM "teams") SELECT "a""b"."name" FROM "a""b")");
    EXPECT_THROW(duet::cte<Name>("", duet::select("name"_c).from<Team>()), duet::InvalidQuery);
}

TEST(StatementClauses, EndWhereTheyAreNestedTooDeeply) {
    auto statement = duet::select("name"_c).from<Team>();
    for (int i = 0; i < 300; ++i) statement = statement.limit(1).union_(duet::select("name"_c).from<Team>());
    EXPECT_THROW(sqlite(statement), duet::InvalidQuery);
}

TEST(StatementClauses, TellOptimisersWhatToKeep) {
    const auto names = duet::select("name"_c).from<Team>();
    const auto statement = duet::select_from(duet::cte<Name>("n", names, duet::materialized));
    EXPECT_EQ(
        sqlite(statement),
        R"(WITH "n" ("name") AS MATERIALIZED (SELECT "teams"."name" FROM "teams") SELECT "n"."name" FROM "n")");
    EXPECT_EQ(mariadb(statement),
              "WITH `n` (`name`) AS (SELECT `teams`.`name` FROM `teams`) SELECT `n`.`name` FROM `n`");
}

TEST(StatementClauses, NameTheColumnsOfValues) {
    const std::vector<Node> list{{1, 2}, {3, 4}, {5, 6}};
    const auto statement = duet::select_from(duet::values<Node>("v", list));
    EXPECT_EQ(
        sqlite(statement),
        R"(SELECT "v"."id", "v"."depth" FROM (SELECT ? AS "id", ? AS "depth" UNION ALL VALUES (?, ?), (?, ?)) AS "v")");
    EXPECT_EQ(postgres(statement), R"(SELECT "v"."id", "v"."depth" FROM (SELECT $1 AS "id", $2 AS "depth" )"
                                   R"(UNION ALL VALUES ($3, $4), ($5, $6)) AS "v")");
    // There the first values would decide on the types.
    const std::string head =
        "SELECT `v`.`id`, `v`.`depth` FROM (SELECT nullif(9223372036854775807, 9223372036854775807) AS `id`, "
        "nullif(9223372036854775807, 9223372036854775807) AS `depth` FROM DUAL WHERE 1 = 0 UNION ALL ";
    EXPECT_EQ(mariadb(statement), head + "VALUES (?, ?), (?, ?), (?, ?)) AS `v`");
    EXPECT_EQ(statement.to_sql(duet::mysql),
              head + "SELECT ?, ? UNION ALL SELECT ?, ? UNION ALL SELECT ?, ?) AS `v`");
}

TEST(StatementClauses, JoinLaterallyWhereThatIsKnown) {
    const auto first = duet::subquery<Name>(
        "first",
        duet::select(boss("name"_c)).from(boss).where(boss("team"_c) == duet::outer<Team>("id"_c)).limit(1));
    const auto statement = duet::select("name"_c, first("name"_c)).from<Team>().lateral_join(first);
    EXPECT_EQ(
        postgres(statement),
        R"(SELECT "teams"."name", "first"."name" FROM "teams" CROSS JOIN LATERAL (SELECT "boss"."name" )"
        R"(FROM "employees" AS "boss" WHERE "boss"."team_id" = "teams"."id" LIMIT $1) AS "first")");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(statement), duet::UnsupportedByDialect);
    // Without the word it sees nothing of its neighbours.
    EXPECT_THROW(postgres(duet::select("name"_c).from<Team>().cross_join(first)), duet::InvalidQuery);
}

TEST(StatementClauses, LockTheRowsOfAliases) {
    const auto statement = duet::select("name"_c)
                               .from<Employee>()
                               .join(boss, boss("id"_c) == "boss"_c)
                               .for_update(duet::of(boss), duet::no_wait);
    EXPECT_EQ(postgres(statement), R"(SELECT "employees"."name" FROM "employees" JOIN "employees" AS "boss" )"
                                   R"(ON "boss"."id" = "employees"."boss_id" FOR UPDATE OF "boss" NOWAIT)");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(duet::select("name"_c).from<Employee>().for_update(duet::of(boss))),
                 duet::InvalidQuery);
}

TEST(StatementClauses, KeepTies) {
    const auto statement =
        duet::select("name"_c).from<Team>().order_by("name").limit(1).offset(2).with_ties();
    EXPECT_EQ(mariadb(statement),
              "SELECT `teams`.`name` FROM `teams` ORDER BY `teams`.`name` OFFSET ? ROWS FETCH FIRST ? ROWS "
              "WITH TIES");
    EXPECT_THROW(sqlite(statement), duet::UnsupportedByDialect);
}

TEST(StatementClauses, BindTheValuesOfItsSelectList) {
    EXPECT_EQ(sqlite(duet::select("name"_c, 7, "text").from<Team>()),
              R"(SELECT "teams"."name", ?, ? FROM "teams")");
}

}  // namespace
