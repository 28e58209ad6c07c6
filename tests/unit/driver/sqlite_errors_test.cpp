#include <fstream>

#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

using Names = std::vector<std::string>;

class SqliteErrors : public testing::Test {
protected:
    SqliteErrors() {
        db.script(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT,"
            " age INT CONSTRAINT age_not_negative CHECK (age >= 0));"
            "CREATE UNIQUE INDEX users_lower ON users (lower(name));"
            "CREATE TABLE posts (author INT NOT NULL REFERENCES users ON DELETE RESTRICT);"
            "CREATE TABLE pairs (a INT, b INT, PRIMARY KEY (a, b));"
            "INSERT INTO users VALUES (1, 'ada@example.com', 'Ada', 30); INSERT INTO posts VALUES (1);"
            "INSERT INTO pairs VALUES (1, 2)");
    }

    template <class Exception>
    Exception failure(const std::string& sql, std::vector<BindValue> values = {}) {
        auto error = error_of<Exception>([&] { db.run(sql, std::move(values)); });
        EXPECT_EQ(error.sql(), sql);
        return error;
    }

    Session db;
};

TEST_F(SqliteErrors, NameTheColumnsOfAUniqueConstraint) {
    const auto one =
        failure<UniqueViolation>("INSERT INTO users VALUES (2, ?, 'x', 1)", {view("ada@example.com")});
    EXPECT_EQ(one.columns(), Names{"email"});
    EXPECT_EQ(one.code(), "SQLITE_CONSTRAINT_UNIQUE");
    EXPECT_EQ(std::string_view(one.what()).find("ada@"), std::string_view::npos);
    const auto two = failure<UniqueViolation>("INSERT INTO pairs VALUES (1, 2)");
    EXPECT_EQ(two.columns(), (Names{"a", "b"}));
    const auto key = failure<UniqueViolation>("INSERT INTO users VALUES (1, 'x', 'x', 1)");
    EXPECT_EQ(key.columns(), Names{"id"});
    EXPECT_EQ(key.code(), "SQLITE_CONSTRAINT_PRIMARYKEY");
    const auto index = failure<UniqueViolation>("INSERT INTO users VALUES (2, 'x', 'ADA', 1)");
    EXPECT_EQ(index.constraint(), "users_lower");
}

TEST_F(SqliteErrors, TellTheConstraintsApart) {
    EXPECT_EQ(failure<NotNullViolation>("INSERT INTO users VALUES (2, NULL, 'x', 1)").columns(),
              Names{"email"});
    EXPECT_EQ(failure<CheckViolation>("INSERT INTO users VALUES (2, 'x', 'x', -1)").constraint(),
              "age_not_negative");
    failure<ForeignKeyViolation>("INSERT INTO posts VALUES (99)");
    failure<ForeignKeyViolation>("DELETE FROM users");
}

TEST_F(SqliteErrors, OfASchemaAreDatabaseErrors) {
    EXPECT_EQ(failure<DatabaseError>("SELECT * FROM missing").code(), "SQLITE_ERROR");
    failure<DatabaseError>("SELEC 1");
    failure<ValidationError>("INSERT INTO users (id, email) VALUES ('x', 'y')");
}

TEST_F(SqliteErrors, DoNotRepeatValues) {
    if (db.as_text("SELECT sqlite_compileoption_used('ENABLE_FTS5')") == "1") {
        db.script("CREATE VIRTUAL TABLE words USING fts5(x)");
        const auto error =
            error_of<Error>([&] { db.run("SELECT * FROM words WHERE words MATCH ?", {view("secret \"")}); });
        EXPECT_EQ(std::string_view(error.what()).find("secret"), std::string_view::npos) << error.what();
        const auto column =
            error_of<Error>([&] { db.run("SELECT * FROM words WHERE words MATCH ?", {view("secret:x")}); });
        EXPECT_EQ(std::string_view(column.what()).find("secret"), std::string_view::npos) << column.what();
    }
    for (const char* sql :
         {"SELECT json_extract('{}', ?)", "SELECT json_type('{}', '$[' || ?)", "ATTACH ? AS x"}) {
        SCOPED_TRACE(sql);
        const auto error = error_of<Error>([&] { db.run(sql, {view("/secret path/x")}); });
        EXPECT_EQ(std::string_view(error.what()).find("secret"), std::string_view::npos) << error.what();
    }
}

TEST_F(SqliteErrors, OfBadTextsAreInvalidQueries) {
    EXPECT_THROW(db.prepare(""), InvalidQuery);
    EXPECT_THROW(db.prepare("  -- nothing\n ; "), InvalidQuery);
    EXPECT_THROW(db.prepare("SELECT 1; SELECT 2"), InvalidQuery);
    EXPECT_THROW(db.prepare("SELECT 1; nonsense"), InvalidQuery);
    EXPECT_THROW(db.prepare(std::string("SELECT 1\0", 9)), InvalidQuery);
    EXPECT_THROW(db.prepare("SELECT ?"), InvalidQuery);
    EXPECT_THROW(db.prepare("SELECT 1", {{0}}), InvalidQuery);
    EXPECT_NO_THROW(db.prepare("SELECT 1; -- done\n /* really */ ;"));
    EXPECT_THROW(db.script(std::string_view("SELECT 1\0", 9)), InvalidQuery);
}

TEST_F(SqliteErrors, RefuseAnExecutionWithoutItsValues) {
    const auto statement = db.prepare("SELECT ?", {{0}});
    Outcome outcome;
    EXPECT_THROW(db.connection().execute(*statement, {}, nullptr, all_rows, outcome), InvalidQuery);
}

TEST_F(SqliteErrors, StopAScriptAtTheFirstAndNameItsStatement) {
    const auto error = error_of<UniqueViolation>(
        [&] { db.script("CREATE TABLE t (x); INSERT INTO pairs VALUES (1, 2); DROP TABLE t"); });
    EXPECT_EQ(error.sql(), " INSERT INTO pairs VALUES (1, 2);");
    EXPECT_EQ(db.as_text("SELECT count(*) FROM t"), "0");
}

TEST_F(SqliteErrors, LeaveNothingOpen) {
    EXPECT_THROW(db.run("INSERT INTO pairs VALUES (5, 5), (1, 2)"), UniqueViolation);
    EXPECT_FALSE(db.connection().in_transaction());
    EXPECT_TRUE(db.connection().usable());
    EXPECT_EQ(db.as_text("SELECT count(*) FROM pairs"), "1");
}

TEST(SqliteFiles, ReportALockThatIsNotGranted) {
    const TemporaryDirectory directory;
    Session one(directory.url("a.db"));
    one.script("CREATE TABLE t (x); BEGIN IMMEDIATE");
    Session two(directory.url("a.db") + "?busy_timeout=20");
    const auto error = error_of<LockTimeout>([&] { two.run("INSERT INTO t VALUES (1)"); });
    EXPECT_EQ(error.code(), "SQLITE_BUSY");
    one.script("COMMIT");
    two.run("INSERT INTO t VALUES (1)");
}

TEST(SqliteFiles, ReportAStaleSnapshot) {
    const TemporaryDirectory directory;
    Session one(directory.url("a.db"));
    one.script("CREATE TABLE t (x)");
    Session two(directory.url("a.db"));
    two.script("BEGIN; SELECT * FROM t");
    one.run("INSERT INTO t VALUES (1)");
    EXPECT_THROW(two.run("INSERT INTO t VALUES (2)"), SerializationFailure);
    two.script("ROLLBACK");
}

TEST(SqliteFiles, ReportAFullDatabase) {
    Session db;
    db.script("CREATE TABLE t (x); PRAGMA max_page_count = 3");
    const std::string big(100'000, 'x');
    const auto error = error_of<DatabaseError>([&] { db.run("INSERT INTO t VALUES (?)", {view(big)}); });
    EXPECT_EQ(error.code(), "SQLITE_FULL");
    EXPECT_EQ(db.as_text("SELECT count(*) FROM t"), "0");
}

TEST(SqliteFiles, ReportDamage) {
    const TemporaryDirectory directory;
    Session(directory.url("a.db") + "?journal_mode=delete")
        .script(
            "CREATE TABLE t (x); INSERT INTO t SELECT zeroblob(3000) FROM json_each('[1,2,3,4,5,6,7,8]')");
    {
        std::fstream file(directory.file("a.db"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(4096, '\x7F');
    }
    Session db(directory.url("a.db") + "?journal_mode=delete");
    EXPECT_EQ(error_of<DatabaseError>([&] { db.as_text("SELECT count(x) FROM t"); }).code(),
              "SQLITE_CORRUPT");
    EXPECT_FALSE(db.connection().usable());
}

}  // namespace
}  // namespace duet::driver::test
