#include <duet/base/error.hpp>
#include <duet/functions.hpp>

#include <string>

#include <gtest/gtest.h>

#include "unit/statement/models.hpp"

// Mistakes that only the whole statement shows: a sentence says what is wrong, and nothing is sent.
namespace {

using namespace statement_test;

constexpr auto boss = duet::alias<Employee>("boss");

/// What all databases say against a statement; empty where one of them takes it.
template <class S>
std::string objection(const S& statement) {
    std::string said;
    for (const duet::Dialect* dialect :
         {&duet::sqlite_dialect(), &duet::postgres_dialect(), &duet::mariadb_dialect()}) {
        try {
            statement.to_sql(*dialect);
            return {};
        } catch (const duet::InvalidQuery& e) {
            said = e.what();
        }
    }
    return said;
}
bool mentions(const std::string& sentence, std::string_view words) {
    return sentence.find(words) != std::string::npos;
}

TEST(StatementMistakes, AColumnBesideAnAggregateNeedsAGroup) {
    const auto beside = duet::select("name"_c, duet::count()).from<Employee>();
    EXPECT_TRUE(mentions(objection(beside), "'name' stands beside an aggregate"));
    EXPECT_TRUE(
        mentions(objection(duet::select(duet::sum("salary"_c) + "id"_c).from<Employee>()), "aggregate"));
    EXPECT_TRUE(mentions(objection(duet::select<Employee>().add_columns(duet::count())), "'id' stands"));
    EXPECT_TRUE(mentions(objection(duet::select("name"_c).from<Employee>().having(duet::count() > 1)),
                         "stands beside having()"));
    EXPECT_TRUE(
        mentions(objection(duet::select(duet::sum("salary"_c), duet::rank().over(duet::order_by("name"_c)))
                               .from<Employee>()),
                 "aggregate"));
}

TEST(StatementMistakes, WhatHasOneValueMayStandBesideAnAggregate) {
    const auto average = duet::select(duet::avg("salary"_c))
                             .from(boss)
                             .where(boss("team"_c) == duet::outer<Employee>("team"_c));
    EXPECT_NO_THROW(postgres(duet::select(duet::count(), 1, duet::max("salary"_c) + 1).from<Employee>()));
    EXPECT_NO_THROW(postgres(duet::select(duet::count().filter("id"_c > 1)).from<Employee>()));
    EXPECT_NO_THROW(
        postgres(duet::select(duet::sum(duet::sum("salary"_c)).over(duet::order_by(duet::max("id"_c))))
                     .from<Employee>()));
    EXPECT_NO_THROW(postgres(duet::select("name"_c, duet::scalar(average)).from<Employee>()));
    EXPECT_NO_THROW(postgres(duet::select("name"_c, duet::sum("salary"_c).over()).from<Employee>()));
    // A column of the statement around is one value.
    const auto inner = duet::select(duet::count() + boss("id"_c)).from<Team>();
    EXPECT_NO_THROW(postgres(duet::select(boss("name"_c), duet::scalar(inner)).from(boss)));
}

TEST(StatementMistakes, AnAggregateIsNoConditionOnRows) {
    const auto plain = duet::select("name"_c).from<Employee>();
    EXPECT_TRUE(mentions(objection(plain.where(duet::count() > 1)), "that is for having"));
    EXPECT_TRUE(mentions(objection(plain.where("id"_c > 1 || duet::max("salary"_c) > 1)), "having"));
    EXPECT_TRUE(mentions(objection(duet::select(duet::count()).from<Employee>().group_by(duet::count())),
                         "cannot stand in group_by"));
    EXPECT_TRUE(mentions(objection(plain.join(boss, boss("id"_c) == duet::max("id"_c))), "of a join"));
}

TEST(StatementMistakes, TwoSourcesNeedTwoNames) {
    const auto once = duet::select("name"_c).from<Employee>().join(boss, boss("id"_c) == "boss"_c);
    EXPECT_TRUE(mentions(objection(once.join(boss, boss("id"_c) == "id"_c)), "named 'boss'"));
    EXPECT_TRUE(mentions(objection(once.left_join("boss"_c, boss)), "named 'boss'"));
    EXPECT_TRUE(mentions(objection(duet::select("name"_c).from(boss).cross_join(boss)), "named 'boss'"));
}

TEST(StatementMistakes, OrderSpeaksOfLabelsThatThereAre) {
    const auto list = duet::select("name"_c, "salary"_c.as("pay")).from<Employee>();
    EXPECT_TRUE(mentions(objection(list.order_by(duet::label("wages"))), "named 'wages'"));
    EXPECT_NO_THROW(postgres(list.order_by(duet::label("pay"), duet::label("name"))));
}

TEST(StatementMistakes, ALabelInASubqueryIsAField) {
    const auto rows =
        duet::subquery<Node>("rows", duet::select("id"_c, "salary"_c.as("pay")).from<Employee>());
    EXPECT_TRUE(mentions(objection(duet::select("depth"_c).from(rows)), "no field of the struct"));
    const auto unnamed = duet::subquery<Node>("rows", duet::select("id"_c, "salary"_c).from<Employee>());
    EXPECT_EQ(sqlite(duet::select("depth"_c).from(unnamed)),
              R"(SELECT "rows"."depth" FROM (SELECT "employees"."id", "employees"."salary" AS "depth" )"
              R"(FROM "employees") AS "rows")");
}

TEST(StatementMistakes, PostgresJoinsFullyWhereColumnsAreEqual) {
    const auto employees = duet::select("name"_c).from<Employee>();
    EXPECT_THROW(postgres(employees.full_join(boss, boss("salary"_c) > "salary"_c)),
                 duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(employees.full_join(boss, boss("id"_c) == 1)), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(employees.full_join(boss, boss("id"_c) == "boss"_c || boss("id"_c) == "id"_c)),
                 duet::UnsupportedByDialect);
    EXPECT_NO_THROW(
        postgres(employees.full_join(boss, boss("salary"_c) > "salary"_c && boss("id"_c) == "boss"_c)));
    EXPECT_NO_THROW(sqlite(employees.full_join(boss, boss("salary"_c) > "salary"_c)));
}

TEST(StatementMistakes, PostgresLocksNoGroups) {
    const auto locked = duet::select(duet::count()).from<Employee>().for_update();
    EXPECT_THROW(postgres(locked), duet::UnsupportedByDialect);
    EXPECT_THROW(postgres(duet::select("name"_c).from<Employee>().distinct().for_update()),
                 duet::UnsupportedByDialect);
    EXPECT_NO_THROW(mariadb(locked));
    EXPECT_NO_THROW(postgres(duet::select("name"_c).from<Employee>().for_update()));
}

TEST(StatementMistakes, NobodyLocksTheRowsOfASetOperation) {
    const auto names = duet::select("name"_c).from<Employee>();
    const auto locked = names.union_(names).for_update();
    EXPECT_THROW(postgres(locked), duet::UnsupportedByDialect);
    EXPECT_THROW(mariadb(locked), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite(locked), duet::UnsupportedByDialect);
}

TEST(StatementMistakes, PostgresLocksNoGroupsOfQueries) {
    const auto employees = duet::query<Employee>();
    EXPECT_THROW(employees.distinct().for_update().to_sql(duet::postgresql), duet::UnsupportedByDialect);
    EXPECT_NO_THROW(employees.for_update().to_sql(duet::postgresql));
    EXPECT_NO_THROW(employees.distinct().for_update().to_sql(duet::mariadb));
}

TEST(StatementMistakes, TiesNeedALimit) {
    const auto names = duet::select("name"_c).from<Employee>().order_by("name").with_ties();
    EXPECT_THROW(postgres(names), duet::InvalidQuery);
    EXPECT_THROW(mariadb(names), duet::InvalidQuery);
    EXPECT_NO_THROW(postgres(names.limit(1)));
}

TEST(StatementMistakes, GroupsHaveOneValueOfWhatTheyAreGroupedBy) {
    const auto by_name = duet::select("salary"_c).from<Employee>().group_by("name"_c);
    EXPECT_THROW(postgres(by_name), duet::UnsupportedByDialect);
    EXPECT_NO_THROW(postgres(by_name.columns("name"_c, duet::count())));
    EXPECT_NO_THROW(postgres(duet::select("salary"_c, duet::count()).from<Employee>().group_by("id"_c)));
    EXPECT_NO_THROW(
        postgres(duet::select("team.name"_c, duet::count()).from<Employee>().group_by("team.id"_c)));
}

TEST(StatementMistakes, AggregatesDoNotNest) {
    EXPECT_TRUE(mentions(objection(duet::select(duet::sum(duet::sum("salary"_c))).from<Employee>()),
                         "an aggregate of an aggregate"));
    EXPECT_TRUE(mentions(
        objection(duet::update<Employee>().set("salary"_c = duet::max("salary"_c)).where("id"_c == 1)),
        "cannot be assigned"));
}

TEST(StatementMistakes, WindowsAreKnownByOneName) {
    const auto ranked = duet::select(duet::rank().over("w")).from<Employee>();
    EXPECT_TRUE(mentions(objection(ranked), "no window is named 'w'"));
    const auto once = ranked.window("w", duet::order_by("id"));
    EXPECT_NO_THROW(sqlite(once));
    EXPECT_TRUE(mentions(objection(once.window("w", duet::order_by("name"))), "two windows are named 'w'"));
}

TEST(StatementMistakes, FramesNeedAnOrderToMeasureAlong) {
    const auto total = [](const auto&... window) {
        return duet::select(duet::sum("salary"_c).over(window...)).template from<Employee>();
    };
    const auto around = duet::range(duet::preceding(1), duet::current_row);
    EXPECT_TRUE(mentions(objection(total(around)), "an order of one term"));
    EXPECT_TRUE(mentions(objection(total(duet::order_by("id", "salary"), around)), "an order of one term"));
    EXPECT_NO_THROW(sqlite(total(duet::order_by("id"), around)));
    EXPECT_NO_THROW(sqlite(total(duet::range(duet::unbounded_preceding, duet::current_row))));
    EXPECT_THROW(sqlite(total(duet::groups(duet::preceding(1), duet::current_row))), duet::InvalidQuery);
}

TEST(StatementMistakes, WritesNameAColumnOnce) {
    EXPECT_TRUE(mentions(objection(duet::insert<Team>().values("name"_c = "x", "name"_c = "y")), "twice"));
    EXPECT_TRUE(mentions(
        objection(duet::update<Team>().set("name"_c = "x", "name"_c = "y").where("id"_c == 1)), "twice"));
}

TEST(StatementMistakes, SetOperationsYieldWhatTheirFirstPartSelects) {
    const auto both =
        duet::select("id"_c, "name"_c).from<Employee>().union_(duet::select("id"_c, "name"_c).from<Team>());
    EXPECT_TRUE(mentions(objection(both.order_by("salary")), "yields no column 'salary'"));
    EXPECT_TRUE(mentions(objection(both.where("salary"_c > 1)), "yields no column 'salary'"));
    EXPECT_TRUE(mentions(objection(both.add_columns(duet::count())), "aggregate"));
    const std::string parts = R"(FROM (SELECT "employees"."id", "employees"."name" FROM "employees" UNION )"
                              R"(SELECT "teams"."id", "teams"."name" FROM "teams") AS "part")";
    EXPECT_EQ(sqlite(both.columns("name"_c)), R"(SELECT "part"."name" )" + parts);
    EXPECT_EQ(sqlite(both.add_columns("id"_c + 1)), R"(SELECT "part".*, ("part"."id" + ?) )" + parts);
    EXPECT_EQ(sqlite(both.group_by("name"_c).columns("name"_c, duet::count())),
              R"(SELECT "part"."name", count(*) )" + parts + R"( GROUP BY "part"."name")");
}

}  // namespace
