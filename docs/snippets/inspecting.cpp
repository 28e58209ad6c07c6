// Needs postgres
#include <duet/duet.hpp>
#include <duet/inspect.hpp>
#include <duet/testing/postgres.hpp>

#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    std::string city{};
    int age{};

    static constexpr auto table = duet::table("users", duet::index("city"));
};

namespace {

void fill(duet::Database& db) {
    db.create_all(duet::models<User>);
    std::vector<User> users;
    for (int i = 0; i < 20'000; ++i) {
        users.push_back(
            {.name = "user " + std::to_string(i), .city = "city " + std::to_string(i % 500), .age = i % 90});
    }
    db.create_bulk(users);
    db.execute_script("ANALYZE");
}

TEST(Inspecting, Sql) {
    // [to_sql]
    const auto query =
        duet::query<User>().where("name"_c.startswith("O'") && "age"_c >= 18).order_by("-age").limit(10);
    std::cout << query.to_sql(duet::mariadb) << '\n';  // as it is sent, with placeholders
    std::cout << query.to_sql(duet::postgresql, duet::for_reading) << '\n';
    // [/to_sql]
    EXPECT_EQ(query.to_sql(duet::postgresql, duet::for_reading).to_string(),
              R"(SELECT "users"."id", "users"."name", "users"."city", "users"."age"
FROM "users"
WHERE ("users"."name" LIKE 'O''%'
    AND "users"."age" >= 18)
ORDER BY "users"."age" DESC
LIMIT 10)");

    // [style]
    const duet::ReadableSql sql =
        query.to_sql(duet::sqlite, {.pretty = true, .literals = true, .max_literal = 40});
    const std::string text = sql.to_string();
    // [/style]
    EXPECT_NE(text.find("GLOB"), std::string::npos) << text;

    // [forms]
    const auto old = duet::query<User>().where("age"_c >= 80);
    std::cout << old.as_update("age"_c = "age"_c - 1).to_sql(duet::postgresql, duet::for_reading) << '\n'
              << old.as_delete().to_sql(duet::postgresql) << '\n'
              << old.as_count().to_sql(duet::postgresql) << '\n'
              << old.group_by("city"_c).as_select("city"_c, duet::count()).to_sql(duet::postgresql) << '\n';
    // [/forms]
    EXPECT_EQ(old.as_update("age"_c = "age"_c - 1).to_sql(duet::postgresql, duet::for_reading).to_string(),
              "UPDATE \"users\"\nSET \"age\" = (\"users\".\"age\" - 1)\nWHERE \"users\".\"age\" >= 80");

    // [pretty]
    const std::string pretty = duet::pretty_sql("select name from users where id in (select 1) and age > 3");
    // [/pretty]
    EXPECT_EQ(pretty, R"(select name
from users
where id in (
    select 1
)
    and age > 3)");
}

TEST(Inspecting, Plans) {
    const duet::testing::EphemeralPostgres server;
    duet::Database db{server.url()};
    fill(db);
    // [explain]
    const duet::QueryPlan plan = db.query<User>().where("name"_c == "user 7").explain();
    std::cout << plan << '\n';
    // [/explain]
    EXPECT_EQ(plan.root().step, duet::PlanStep::table_scan);

    // [warnings]
    for (const duet::PlanWarning& warning : plan.warnings({.large_table = 10'000})) {
        std::cout << warning.table << ": " << warning.text << '\n';
    }
    EXPECT_TRUE(db.query<User>().where("city"_c == "city 7").explain().warnings().empty());
    // [/warnings]
    ASSERT_EQ(plan.warnings().size(), 1U);
    EXPECT_EQ(plan.warnings().front().kind, duet::PlanWarning::Kind::missing_index);

    // [analyze]
    const duet::QueryPlan measured =
        db.query<User>().where("city"_c == "city 7" && "age"_c < 30).order_by("name").explain(duet::analyze);
    std::cout << measured << '\n';
    // [/analyze]
    EXPECT_TRUE(measured.analyzed());

    // [others]
    const auto raw = db.sql("SELECT city, count(*) FROM users WHERE age > {} GROUP BY city", 50);
    std::cout << raw.to_sql(duet::for_reading) << '\n' << raw.explain() << '\n';
    std::cout << db.query<User>().where("id"_c == 1).as_update("age"_c = 0).explain() << '\n';
    // [/others]
}

TEST(Inspecting, PlansOfSqlite) {
    duet::Database db{"sqlite://:memory:"};
    fill(db);
    const duet::QueryPlan plan = db.query<User>().where("name"_c != "user 7").order_by("age").explain();
    EXPECT_EQ(plan.to_string(), R"(QUERY PLAN
   -> SCAN on users  (table of 20000 rows)
   -> USE TEMP B-TREE FOR ORDER BY
warning: all 20,000 rows of users are read
warning: USE TEMP B-TREE FOR ORDER BY: rows out of 20,000 are sorted; an index in that order would save it)");
}

}  // namespace
