#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/query/builder.hpp>

#include <gtest/gtest.h>

#include "unit/dialect/rendered.hpp"

using namespace duet::literals;
using namespace dialect_test;

namespace {

using duet::InsertSpec;
using duet::Verb;
using duet::shape::QueryData;
using Texts = std::vector<std::string>;

const duet::Dialect& postgres() { return duet::postgres_dialect(); }
const duet::Dialect& mariadb() { return duet::mariadb_dialect(); }
const duet::Dialect& mysql() { return duet::mysql_dialect(); }

std::string behind_from(const duet::Dialect& dialect, const QueryData& query, Verb verb) {
    return rendered(dialect, query, verb, " FROM ");
}

/// Users by the last digit of their age.
QueryData grouped() {
    QueryData q =
        query<User>().select("age"_c % 10).select(duet::count().as("n")).order_by("age"_c % 10).data();
    duet::expr::add<duet::expr::Role::group, User>(q.clauses, "age"_c % 10);
    duet::expr::add<duet::expr::Role::having, User>(q.clauses, "age"_c % 10 > 1);
    return q;
}

TEST(PostgresGroups, AreTheSameWordsWhereverTheyAreSaid) {
    const duet::Plan plan = duet::render(postgres(), grouped(), Verb::rows);
    EXPECT_EQ(plan.sql,
              R"sql(SELECT ("users"."age" % nullif($1, 0)), count(*) AS "n" FROM "users" )sql"
              R"sql(GROUP BY ("users"."age" % nullif($1, 0)) HAVING ("users"."age" % nullif($1, 0)) > $2 )sql"
              R"sql(ORDER BY ("users"."age" % nullif($1, 0)) NULLS FIRST)sql");
    EXPECT_EQ(plan.binds.size(), 2u);
    EXPECT_EQ(plan.equal_values.size(), 3u) << "values that whoever executes it has to compare";
}

TEST(MariaDbGroups, AreSeenByHavingThroughAnAggregate) {
    EXPECT_EQ(
        behind_from(mariadb(), grouped(), Verb::rows),
        R"sql(`users` GROUP BY (`users`.`age` % nullif(?, 0)) )sql"
        R"sql(HAVING min((`users`.`age` % nullif(?, 0))) > ? ORDER BY (`users`.`age` % nullif(?, 0)))sql");
}

TEST(PostgresDistinct, OrdersByWhatIsSelectedOrByAnythingForWholeRows) {
    QueryData rows = query<User>().order_by("manager.name").data();
    rows.flags |= duet::shape::distinct;
    EXPECT_EQ(duet::render(postgres(), rows, Verb::rows).sql.find("DISTINCT"), std::string::npos);
    QueryData list = query<User>().select("age"_c).order_by("age").data();
    list.flags |= duet::shape::distinct;
    EXPECT_EQ(duet::render(postgres(), list, Verb::rows).sql,
              R"(SELECT DISTINCT "users"."age" FROM "users" ORDER BY "users"."age")");
    QueryData other = query<User>().select("age"_c).order_by("name").data();
    other.flags |= duet::shape::distinct;
    EXPECT_THROW(duet::render(postgres(), other, Verb::rows), duet::UnsupportedByDialect);
}

TEST(PostgresAggregates, NeedNoOrder) {
    EXPECT_EQ(
        behind_from(postgres(), query<User>().select(duet::count()).order_by("-age").data(), Verb::rows),
        R"("users")");
}

TEST(RowLocks, AreForTheRowsOfTheQuery) {
    QueryData q = query<User>().where("manager.name"_c == "Ada").data();
    q.flags |= duet::shape::for_update | duet::shape::skip_locked;
    EXPECT_TRUE(
        duet::render(postgres(), q, Verb::rows).sql.ends_with(R"( FOR UPDATE OF "users" SKIP LOCKED)"));
    EXPECT_TRUE(duet::render(mariadb(), q, Verb::rows).sql.ends_with(" FOR UPDATE SKIP LOCKED"));
}

TEST(RowLocks, AreForTheRowsThatOfNames) {
    QueryData q = query<User>().where("manager.manager.manager.name"_c == "Ada").data();
    q.flags |= duet::shape::for_update | duet::shape::lock_of | duet::shape::no_wait;
    duet::detail::add_locked(q, {});
    duet::detail::add_locked(q, duet::expr::resolve(*q.model, "manager.manager").path_to_relation());
    const std::string sql = duet::render(postgres(), q, Verb::rows).sql;
    EXPECT_TRUE(sql.ends_with(R"( FOR UPDATE OF "users", "manager_2" NOWAIT)")) << sql;
    EXPECT_NE(sql.find(R"(FROM "users" JOIN "users" AS "manager" ON)"), std::string::npos) << sql;
    EXPECT_NE(sql.find(R"( JOIN "users" AS "manager_2" ON)"), std::string::npos) << sql;
    EXPECT_EQ(sql.find(R"(LEFT JOIN "users" AS "manager_2" ON)"), std::string::npos) << sql;
    EXPECT_NE(sql.find(R"(LEFT JOIN "users" AS "manager_3" ON)"), std::string::npos) << sql;
    EXPECT_THROW(duet::render(mariadb(), q, Verb::rows), duet::UnsupportedByDialect);
    EXPECT_TRUE(
        duet::render(mysql(), q, Verb::rows).sql.ends_with(" FOR UPDATE OF `users`, `manager_2` NOWAIT"));
}

TEST(Limits, AreWhereTheDatabaseTakesThem) {
    QueryData skips = query<User>().data();
    skips.set_offset(2);
    EXPECT_EQ(behind_from(postgres(), skips, Verb::rows), R"("users" OFFSET $1)");
    EXPECT_EQ(behind_from(mariadb(), skips, Verb::rows), "`users` LIMIT 18446744073709551615 OFFSET ?");
    EXPECT_EQ(behind_from(postgres(), query<User>().limit(2).data(), Verb::count),
              R"((SELECT 1 FROM "users" LIMIT $1) AS counted)");
}

TEST(MariaDbSubqueries, WithALimitDoNotReferToTheQueryAround) {
    const auto own = query<User>().where("age"_c < duet::outer<User>("age"_c)).limit(1);
    EXPECT_THROW(where(mariadb(), "id"_c.in_(own)), duet::UnsupportedByDialect);
    EXPECT_NO_THROW(where(postgres(), "id"_c.in_(own)));
}

TEST(Writes, WithLimitsGoThroughTheKeyUnlessTheDatabaseKnowsThem) {
    const QueryData q = query<User>().where("age"_c > 1).order_by("-age").limit(1).data();
    EXPECT_EQ(
        duet::render(postgres(), q, Verb::remove).sql,
        R"(DELETE FROM "users" WHERE "id" IN (SELECT "users"."id" FROM "users" WHERE "users"."age" > $1 )"
        R"(ORDER BY "users"."age" DESC LIMIT $2))");
    EXPECT_EQ(duet::render(mariadb(), q, Verb::remove).sql,
              "DELETE FROM `users` WHERE `users`.`age` > ? ORDER BY `users`.`age` DESC LIMIT ?");
}

TEST(MariaDbWrites, ReadTheirOwnTableThroughATableOfItsOwn) {
    const QueryData joined = query<User>().where("manager.name"_c == "Ada").data();
    EXPECT_EQ(
        duet::render(mariadb(), joined, Verb::remove).sql,
        "DELETE FROM `users` WHERE `id` IN (SELECT * FROM (SELECT `users`.`id` FROM `users` LEFT JOIN "
        "`users` AS `manager` ON `manager`.`id` = `users`.`manager_id` WHERE `manager`.`name` = ? LIMIT "
        "18446744073709551615) AS chosen)");
    const QueryData nested = query<User>().where("id"_c.in_(query<User>().where("age"_c > 9))).data();
    EXPECT_EQ(duet::render(mysql(), nested, Verb::remove).sql,
              "DELETE FROM `users` WHERE `id` IN (SELECT * FROM (SELECT `users`.`id` FROM `users` WHERE "
              "`users`.`id` IN (SELECT `users_2`.`id` FROM `users` AS `users_2` WHERE `users_2`.`age` > ?) "
              "LIMIT 18446744073709551615) AS chosen)");
}

TEST(Inserts, AreSpelt) {
    const duet::ModelInfo& post = duet::detail::model_info<Post>;
    const std::vector<std::int16_t> columns{0, 1, 2};
    const std::vector<std::int16_t> key{0};
    const std::vector<std::int16_t> updated{1};
    EXPECT_EQ(
        duet::render_insert(postgres(), post, {.columns = columns, .rows = 2, .returning = key}).sql,
        R"(INSERT INTO "posts" ("id", "title", "views") VALUES ($1, $2, $3), ($4, $5, $6) RETURNING "id")");
    EXPECT_EQ(duet::render_insert(mariadb(), post, {}).sql, "INSERT INTO `posts` () VALUES ()");
    QueryData set;
    set.model = &post;
    duet::expr::add<duet::expr::Role::set, Post>(set.clauses, "views"_c = "views"_c + 1);
    const InsertSpec upsert{.columns = columns,
                            .on_conflict = InsertSpec::OnConflict::update,
                            .conflict_columns = key,
                            .update_columns = updated,
                            .update_set = &set};
    EXPECT_EQ(duet::render_insert(postgres(), post, upsert).sql,
              R"(INSERT INTO "posts" ("id", "title", "views") VALUES ($1, $2, $3) ON CONFLICT ("id") )"
              R"(DO UPDATE SET "title" = excluded."title", "views" = ("posts"."views" + $4))");
    EXPECT_EQ(duet::render_insert(mariadb(), post, upsert).sql,
              "INSERT INTO `posts` (`id`, `title`, `views`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE "
              "`title` = VALUES(`title`), `views` = (`posts`.`views` + ?)");
    const InsertSpec ignore{.columns = columns, .on_conflict = InsertSpec::OnConflict::ignore};
    EXPECT_THROW(duet::render_insert(mariadb(), post, ignore), duet::InvalidQuery);
}

TEST(Begin, SaysTheIsolation) {
    EXPECT_EQ(postgres().begin({}), "BEGIN");
    EXPECT_EQ(
        postgres().begin({.isolation = duet::Isolation::serializable, .read_only = true, .deferrable = true}),
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE");
    EXPECT_EQ(mariadb().begin({.isolation = duet::Isolation::read_committed}),
              "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION");
    EXPECT_EQ(mariadb().begin({.read_only = true}), "START TRANSACTION READ ONLY");
}

TEST(ColumnTypes, FollowTheUseOfTheColumn) {
    const auto types = [](const duet::Dialect& dialect) {
        Texts out;
        for (const duet::SchemaColumn& c : duet::describe(dialect, duet::detail::model_info<User>).columns)
            out.push_back(c.type);
        return out;
    };
    EXPECT_EQ(types(postgres()), (Texts{"bigint", "text",    "text",     "integer", "double precision",
                                        "text",   "boolean", "text",     "integer", "timestamptz",
                                        "date",   "time",    "interval", "numeric", "text",
                                        "uuid",   "bytea",   "jsonb",    "text[]",  "integer[]",
                                        "bigint", "bigint"}));
    EXPECT_EQ(types(mariadb()),
              (Texts{"bigint",  "longtext",       "longtext", "int",         "double",   "longtext",
                     "boolean", "varchar(64)",    "int",      "datetime(6)", "date",     "time(6)",
                     "bigint",  "decimal(38,10)", "longtext", "char(32)",    "longblob", "json",
                     "json",    "json",           "bigint",   "bigint"}));
    EXPECT_EQ(duet::describe(mariadb(), duet::detail::model_info<Tag>).columns[0].type, "varchar(255)");
}

const std::vector<duet::SchemaTable>& cycle() {
    static const std::vector<duet::SchemaTable> tables{
        {.name = "a",
         .columns = {{"id", "bigint", false, {}, true}, {"b_id", "bigint", true}},
         .primary_key = {"id"},
         .indexes = {{"i", {{"b_id"}}, false, "b_id > 1"}},
         .foreign_keys = {{"to_b", {"b_id"}, "b", {"id"}}}},
        {.name = "b",
         .columns = {{"id", "bigint", false, {}, true}, {"a_id", "bigint", true}},
         .primary_key = {"id"},
         .foreign_keys = {{"to_a", {"a_id"}, "a", {"id"}}}}};
    return tables;
}

TEST(CreateAll, AddsKeysThatReferAheadWhenAllTablesAreThere) {
    const Texts sql = duet::create_all_statements(postgres(), cycle());
    ASSERT_EQ(sql.size(), 4u);
    EXPECT_EQ(sql[0].find("to_b"), std::string::npos);
    EXPECT_EQ(sql[1], R"(CREATE INDEX "i" ON "a" ("b_id" NULLS FIRST) WHERE b_id > 1)");
    EXPECT_NE(sql[2].find("to_a"), std::string::npos);
    EXPECT_EQ(sql[3], R"(ALTER TABLE "a" ADD CONSTRAINT "to_b" FOREIGN KEY ("b_id") REFERENCES "b" ("id"))");
    EXPECT_TRUE(duet::create_all_statements(postgres(), cycle(), duet::IfPointless::skip)[3].starts_with(
        "DO $duet$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'to_b'"));
}

TEST(CreateAll, MakesWholeIndexesOfPartialOnesWhereThereAreNone) {
    const Texts sql = duet::create_all_statements(mariadb(), cycle());
    EXPECT_EQ(sql[1], "CREATE INDEX `i` ON `a` (`b_id`)");
    EXPECT_TRUE(sql[0].ends_with(") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"));
    const Texts in_table = duet::create_all_statements(mysql(), cycle());
    EXPECT_NE(in_table[0].find("INDEX `i` (`b_id`)"), std::string::npos);
    std::vector<duet::SchemaTable> unique = cycle();
    unique[0].indexes[0].unique = true;
    EXPECT_THROW(duet::create_all_statements(mariadb(), unique), duet::UnsupportedByDialect);
    EXPECT_THROW(duet::create_all_statements(mysql(), unique), duet::UnsupportedByDialect);
}

TEST(DropAll, LetsGoOfCyclesFirst) {
    EXPECT_EQ(duet::drop_all_statements(postgres(), cycle(), duet::IfPointless::skip),
              (Texts{R"(ALTER TABLE IF EXISTS "a" DROP CONSTRAINT IF EXISTS "to_b")",
                     R"(DROP TABLE IF EXISTS "b")", R"(DROP TABLE IF EXISTS "a")"}));
    EXPECT_EQ(duet::drop_all_statements(mariadb(), cycle()),
              (Texts{"SET FOREIGN_KEY_CHECKS = 0", "DROP TABLE `b`", "DROP TABLE `a`",
                     "SET FOREIGN_KEY_CHECKS = 1"}));
}

}  // namespace
