#include <duet/base/error.hpp>
#include <duet/dialect/ddl.hpp>
#include <duet/dialect/sqlite.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "driver/sqlite/introspect.hpp"
#include "unit/schema/blog_models.hpp"

namespace {

using namespace sample;
using Names = std::vector<std::string>;

class SqliteIntrospection : public testing::Test {
protected:
    SqliteIntrospection() {
        sqlite3_open(":memory:", &connection_);
        run("PRAGMA foreign_keys = ON");
    }
    ~SqliteIntrospection() override { sqlite3_close(connection_); }

    void run(const std::string& sql) {
        char* message = nullptr;
        sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, &message);
        EXPECT_EQ(message, nullptr) << message << "\n" << sql;
        sqlite3_free(message);
    }
    DatabaseSchema read() { return driver::sqlite::introspect_sqlite(connection_); }
    SchemaTable read(std::string_view name) {
        const DatabaseSchema schema = read();
        const SchemaTable* table = schema.table(name);
        return table != nullptr ? *table : SchemaTable{};
    }
    void expect_round_trip(std::span<const ModelInfo* const> models) {
        const auto wanted = describe_all(sqlite_dialect(), models);
        for (const SchemaTable& table : wanted) {
            for (const std::string& sql : create_statements(sqlite_dialect(), table)) run(sql);
        }
        const DatabaseSchema schema = read();
        ASSERT_EQ(schema.tables.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const SchemaTable& got = schema.tables[i];
            EXPECT_EQ(got.name, wanted[i].name);
            EXPECT_EQ(got.columns, wanted[i].columns) << got.name;
            EXPECT_EQ(got.indexes, wanted[i].indexes) << got.name;
            EXPECT_EQ(got.uniques, wanted[i].uniques) << got.name;
            EXPECT_EQ(got.foreign_keys, wanted[i].foreign_keys) << got.name;
            EXPECT_EQ(got.checks, wanted[i].checks) << got.name;
            EXPECT_EQ(got, wanted[i]) << got.name;
        }
    }

    sqlite3* connection_ = nullptr;
};

TEST_F(SqliteIntrospection, ReadsBackWhatTheModelsAskedFor) {
    const ModelInfo* const models[] = {&post(), &profile(), &tag(), &user()};
    expect_round_trip(models);
    run("INSERT INTO users (email, name, is_active) VALUES ('a', 'b', 1)");  // the defaults work
}

TEST_F(SqliteIntrospection, ReadsBackEveryTypeAndACompositeKey) {
    static constexpr ColumnInfo columns[] = {
        key("day", date),
        key("number", int32),
        column("a", boolean),
        column("b", optional_of<float64>),
        column("c", blob),
        column("d", time_of_day),
        column("e", timestamp),
        column("f", decimal),
        column("g", optional_of<uuid>),
        column("h", duration),
        column("i", json),
        column("j", numbered_enum),
    };
    static constexpr TableOption options[] = {
        option(Type::default_now, {"day", "d", "e"}),
        foreign_key({"day", "number"}, "pairs", {"x", "y"}, ReferentialAction::restrict),
        foreign_key({"h", "j"}, "pairs", {"x", "y"}, ReferentialAction::set_default),
        option(Type::unique, {"a", "b"}),
        option(Type::unique, {"b", "a"}),
    };
    static constexpr std::int16_t swapped[] = {1, 0};
    ModelInfo info = model("Entry", "entry log", columns, {}, options);
    info.key = swapped;
    const ModelInfo* const models[] = {&info};
    expect_round_trip(models);
}

TEST_F(SqliteIntrospection, TablesThatReferToEachOtherCanBeDropped) {
    run("CREATE TABLE a (id integer PRIMARY KEY, b integer REFERENCES b)");
    run("CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a)");
    run("INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (1, 1); UPDATE a SET b = 1");
    const DatabaseSchema schema = read();
    run("BEGIN; PRAGMA defer_foreign_keys = ON");
    for (auto table = schema.tables.rbegin(); table != schema.tables.rend(); ++table) {
        for (const std::string& sql : drop_statements(sqlite_dialect(), *table)) run(sql);
    }
    run("COMMIT");
    EXPECT_TRUE(read().tables.empty());
}

TEST_F(SqliteIntrospection, ReadsWhatDjangoWrote) {
    run(R"(CREATE TABLE "blog_author" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "email" varchar(100) NOT NULL UNIQUE))");
    run(R"(CREATE TABLE "blog_post" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "body" text NULL, "views" integer unsigned NOT NULL CHECK ("views" >= 0), "score" real NOT NULL, "price" decimal NOT NULL, "live" bool NOT NULL, "at" datetime NOT NULL, "uid" char(32) NOT NULL, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "blob" BLOB NOT NULL, "author_id" bigint NOT NULL REFERENCES "blog_author" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "score_ok" CHECK ("score" >= 0.0), CONSTRAINT "uq_title" UNIQUE ("title", "author_id")))");
    run(R"(CREATE UNIQUE INDEX "uq_live" ON "blog_post" ("title") WHERE "live")");
    run(R"(CREATE INDEX "blog_post_author_id_dd7a8485" ON "blog_post" ("author_id"))");
    run(R"(CREATE INDEX "ix_at" ON "blog_post" ("at" DESC, "title"))");

    EXPECT_EQ(read("blog_author"), (SchemaTable{.name = "blog_author",
                                                .columns = {{"id", "integer", false, {}, true},
                                                            {"email", "varchar(100)", false, {}, false}},
                                                .primary_key = {"id"},
                                                .auto_increment = true,
                                                .uniques = {{"", {"email"}}}}));
    const SchemaTable post = read("blog_post");
    EXPECT_EQ(post.column("views")->type, "integer unsigned");
    EXPECT_TRUE(post.column("body")->nullable);
    EXPECT_EQ(post.checks, (std::vector<SchemaCheck>{{"", "\"views\" >= 0"},
                                                     {"", "(JSON_VALID(\"data\") OR \"data\" IS NULL)"},
                                                     {"score_ok", "\"score\" >= 0.0"}}));
    EXPECT_EQ(post.uniques, (std::vector<SchemaUnique>{{"uq_title", {"title", "author_id"}}}));
    EXPECT_EQ(post.foreign_keys,
              (std::vector<SchemaForeignKey>{{"", {"author_id"}, "blog_author", {"id"}, {}}}));
    EXPECT_EQ(post.indexes, (std::vector<SchemaIndex>{
                                {"uq_live", {{"title", false}}, true, "\"live\""},
                                {"blog_post_author_id_dd7a8485", {{"author_id", false}}, false, {}},
                                {"ix_at", {{"at", true}, {"title", false}}, false, {}},
                            }));
}

TEST_F(SqliteIntrospection, ReadsWhatSqlalchemyWrote) {
    run("CREATE TABLE author (\n\tid INTEGER NOT NULL, \n\temail VARCHAR(100) NOT NULL, \n\tPRIMARY KEY "
        "(id), "
        "\n\tCONSTRAINT uq_author_email UNIQUE (email)\n)");
    run("CREATE TABLE post (\n\tid BIGINT NOT NULL, \n\tlive BOOLEAN DEFAULT 1 NOT NULL, \n\tat DATETIME "
        "DEFAULT "
        "(CURRENT_TIMESTAMP) NOT NULL, \n\tprice NUMERIC(10, 2), \n\tkind VARCHAR(1), \n\tauthor_id INTEGER "
        "NOT NULL, "
        "\n\tPRIMARY KEY (id), \n\tCONSTRAINT price_ok CHECK (price >= 0), \n\tCONSTRAINT kind CHECK (kind "
        "IN ('a', "
        "'b')), \n\tFOREIGN KEY(author_id) REFERENCES author (id) ON DELETE CASCADE\n)");
    run("CREATE INDEX ix_live ON post (at DESC, live) WHERE live = 1");

    const SchemaTable author = read("author");
    EXPECT_FALSE(author.auto_increment);
    EXPECT_EQ(author.columns[0], (SchemaColumn{"id", "integer", false, {}, true}));
    EXPECT_EQ(author.uniques, (std::vector<SchemaUnique>{{"uq_author_email", {"email"}}}));

    EXPECT_EQ(
        read("post"),
        (SchemaTable{.name = "post",
                     .columns = {{"id", "bigint", false, {}, true},
                                 {"live", "boolean", false, "1", false},
                                 {"at", "datetime", false, "CURRENT_TIMESTAMP", false},
                                 {"price", "numeric(10, 2)", true, {}, false},
                                 {"kind", "varchar(1)", true, {}, false},
                                 {"author_id", "integer", false, {}, false}},
                     .primary_key = {"id"},
                     .indexes = {{"ix_live", {{"at", true}, {"live", false}}, false, "live = 1"}},
                     .foreign_keys = {{"", {"author_id"}, "author", {"id"}, ReferentialAction::cascade}},
                     .checks = {{"price_ok", "price >= 0"}, {"kind", "kind IN ('a', 'b')"}}}));
}

TEST_F(SqliteIntrospection, FollowsAlterTable) {
    run("CREATE TABLE t (a integer, b text, UNIQUE (a, b), CONSTRAINT c CHECK (b <> ')'))");
    run("ALTER TABLE t ADD COLUMN d text CONSTRAINT e CHECK (d <> '')");
    run("ALTER TABLE t RENAME COLUMN b TO \"the b\"");
    run("ALTER TABLE t RENAME TO \"u v\"");
    const SchemaTable table = read("u v");
    EXPECT_EQ(table.uniques, (std::vector<SchemaUnique>{{"", {"a", "the b"}}}));
    EXPECT_EQ(table.checks.size(), 2U);
    EXPECT_NE(table.column("d"), nullptr);
}

TEST_F(SqliteIntrospection, ReadsImplicitReferencesAndExpressions) {
    run("CREATE TABLE o (a text, b text, PRIMARY KEY (b, a)) WITHOUT ROWID");
    run("CREATE TABLE t (x text, y text, z AS (x || y) STORED, FOREIGN KEY (x, y) REFERENCES O)");
    run("CREATE INDEX i ON t (lower(x) DESC, y)");
    const SchemaTable table = read("t");
    EXPECT_EQ(table.columns.size(), 3U);
    ASSERT_EQ(table.foreign_keys.size(), 1U);
    EXPECT_EQ(table.foreign_keys[0].referenced, (Names{"b", "a"}));
    EXPECT_EQ(table.indexes[0].columns, (std::vector<SchemaIndex::Column>{{"lower(x)", true}, {"y", false}}));
    EXPECT_FALSE(read("o").columns[0].nullable);
}

TEST_F(SqliteIntrospection, LeavesOutViewsAndTemporaryTables) {
    run("CREATE TABLE t (a integer PRIMARY KEY AUTOINCREMENT); CREATE VIEW v AS SELECT 1; "
        "CREATE TEMP TABLE t (zzz); CREATE TABLE sqlitex (a)");
    const DatabaseSchema schema = read();
    ASSERT_EQ(schema.tables.size(), 2U);
    EXPECT_EQ(schema.tables[0].columns[0].name, "a");
    EXPECT_EQ(schema.tables[1].name, "sqlitex");
}

TEST_F(SqliteIntrospection, WorksInsideOfATransactionAndLeavesItOpen) {
    run("BEGIN; CREATE TABLE t (a)");
    EXPECT_EQ(read().tables.size(), 1U);
    run("ROLLBACK");
    EXPECT_TRUE(read().tables.empty());
    EXPECT_EQ(sqlite3_get_autocommit(connection_), 1);
}

TEST_F(SqliteIntrospection, ReportsTheErrorsOfTheDatabase) {
    sqlite3_set_authorizer(
        connection_,
        [](void*, int, const char*, const char*, const char*, const char*) { return SQLITE_DENY; }, nullptr);
    EXPECT_THROW(read(), DatabaseError);
}

}  // namespace
