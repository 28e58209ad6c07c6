#include <duet/dialect/ddl.hpp>
#include <duet/dialect/sqlite.hpp>

#include <gtest/gtest.h>

#include "unit/schema/blog_models.hpp"

namespace {

using namespace sample;
using Statements = std::vector<std::string>;

TEST(CreateStatements, ReadLikeHandWrittenSql) {
    const SchemaTable table = describe(sqlite_dialect(), post());
    EXPECT_EQ(create_statements(sqlite_dialect(), table),
              (Statements{R"(CREATE TABLE "posts" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "author_id" bigint NOT NULL,
    "parent_id" bigint,
    "title" text NOT NULL,
    CONSTRAINT "one title per author" UNIQUE ("author_id", "title"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id"),
    CONSTRAINT "fk_posts_parent_id_posts" FOREIGN KEY ("parent_id") REFERENCES "posts" ("id") ON DELETE SET NULL
))",
                          R"(CREATE INDEX "ix_posts_parent_id" ON "posts" ("parent_id"))"}));
}

TEST(CreateStatements, SpellDefaultsChecksAndPartialIndexes) {
    const SchemaTable table{
        .name = "t",
        .columns = {{"a", "text", false, "upper('x')", true}, {"b", "integer", false, {}, true}},
        .primary_key = {"b", "a"},
        .indexes = {{"i", {{"a", true}, {"b", false}}, true, "b > 1"}},
        .checks = {{"", "a <> ''"}},
    };
    EXPECT_EQ(create_statements(sqlite_dialect(), table, IfPointless::skip),
              (Statements{R"(CREATE TABLE IF NOT EXISTS "t" (
    "a" text NOT NULL DEFAULT (upper('x')),
    "b" integer NOT NULL,
    PRIMARY KEY ("b", "a"),
    CHECK (a <> '')
))",
                          R"(CREATE UNIQUE INDEX IF NOT EXISTS "i" ON "t" ("a" DESC, "b") WHERE b > 1)"}));
}

TEST(DropStatements, QuoteTheTable) {
    const SchemaTable table{.name = "a \"b\""};
    EXPECT_EQ(drop_statements(sqlite_dialect(), table), Statements{R"(DROP TABLE "a ""b""")"});
    EXPECT_EQ(drop_statements(sqlite_dialect(), table, IfPointless::skip),
              Statements{R"(DROP TABLE IF EXISTS "a ""b""")"});
}

}  // namespace
