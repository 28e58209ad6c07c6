#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Doc {
    std::int64_t id{};
    std::string title{};
    duet::Json body{};
    std::vector<std::byte> raw{};
    std::optional<duet::Timestamp> at{};
    static constexpr auto table = duet::table("docs");
};
inline constexpr auto models = duet::models<Doc>;

/// One file and ways to spoil it.
class Faults : public ::testing::Test {
protected:
    std::string path() const { return folder.file("test.db").string(); }
    std::string url(const std::string& options = {}) const { return "sqlite:///" + path() + options; }
    void write(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
    duet::Database ready() const {
        duet::Database db{url()};
        db.create_all(models);
        return db;
    }
    TemporaryFolder folder;
};

bool mentions(const duet::Error& error, std::string_view text) {
    return std::string_view(error.what()).find(text) != std::string_view::npos;
}

TEST_F(Faults, AFileThatIsNoDatabaseIsLeftAlone) {
    const std::string poem(4096, 'x');
    write(poem);
    duet::Database db{url()};
    const auto error = thrown<duet::ConnectionError>([&] { db.create_all(models); });
    EXPECT_TRUE(mentions(error, "not an SQLite database"));
    EXPECT_TRUE(mentions(error, path()));
    EXPECT_EQ(error.code(), "SQLITE_NOTADB");
    EXPECT_NE(error.where().line(), 0U);
    EXPECT_THROW(count<Doc>(db), duet::ConnectionError);
    std::ifstream file(path(), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), poem);
}

TEST_F(Faults, AMissingFolderAFolderAndAMissingFileAreTold) {
    const auto missing = thrown<duet::ConnectionError>(
        [&] { duet::Database("sqlite:///" + folder.file("no/such/x.db").string()).create_all(models); });
    EXPECT_TRUE(mentions(missing, "does not exist"));
    std::filesystem::create_directory(path());
    const auto directory = thrown<duet::ConnectionError>([&] { ready(); });
    EXPECT_TRUE(mentions(directory, "directory"));
    std::filesystem::remove(path());
    const auto strict = thrown<duet::ConnectionError>(
        [&] { count<Doc>(*std::make_unique<duet::Database>(url("?mode=rw"))); });
    EXPECT_TRUE(mentions(strict, "does not exist"));
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(Faults, AFolderThatComesLaterIsFoundThen) {
    const auto late = folder.file("late");
    duet::Database db{"sqlite:///" + (late / "x.db").string()};
    EXPECT_THROW(db.create_all(models), duet::ConnectionError);
    std::filesystem::create_directory(late);
    db.create_all(models);
    EXPECT_EQ(count<Doc>(db), 0);
}

TEST_F(Faults, AReadOnlyDatabaseIsReadAndRefusesWrites) {
    ready().create(Doc{.title = "kept"});
    duet::Database db{url("?mode=ro")};
    EXPECT_EQ(count<Doc>(db), 1);
    const auto error = thrown<duet::DatabaseError>([&] { return db.create(Doc{.title = "no"}); });
    EXPECT_TRUE(error.code().starts_with("SQLITE_READONLY")) << error.code();
    EXPECT_TRUE(mentions(error, "read-only"));
    EXPECT_THROW(db.transaction([](duet::Transaction& tx) { tx.create(Doc{}); }), duet::DatabaseError);
    EXPECT_EQ(count<Doc>(db), 1);
}

TEST_F(Faults, AFileWithoutWritePermissionIsReadAndRefusesWrites) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may write everything; AReadOnlyDatabaseIsReadAndRefusesWrites tells the same";
    ready().create(Doc{.title = "kept"});
    ::chmod(path().c_str(), 0444);
    duet::Database db{url()};
    EXPECT_EQ(count<Doc>(db), 1);
    EXPECT_THROW(db.create(Doc{.title = "no"}), duet::DatabaseError);
}

TEST_F(Faults, AFullDatabaseRefusesAndLosesNothing) {
    duet::Database db = ready();
    db.create(Doc{.title = "kept"});
    db.execute_script("PRAGMA max_page_count = 20");
    std::vector<Doc> many(100, Doc{.title = std::string(2000, 'x')});
    const auto error = thrown<duet::DatabaseError>([&] { return db.create_bulk(many); });
    EXPECT_EQ(error.code(), "SQLITE_FULL");
    EXPECT_EQ(count<Doc>(db), 1);
    EXPECT_EQ(many[0].id, 0);

    db.create(Doc{.title = "small"});
    EXPECT_EQ(count<Doc>(db), 2);
}

TEST_F(Faults, AFullDatabaseLetsNothingEscapeFromATransactionItRolledBack) {
    duet::Database db = ready();
    db.execute_script("PRAGMA max_page_count = 20");
    bool full = false;
    try {
        db.transaction([&](duet::Transaction& tx) {
            tx.create(Doc{.title = "first"});
            for (int i = 0; i < 1000 && !full; ++i) {
                try {
                    tx.create(Doc{.title = std::string(3000, 'x')});
                } catch (const duet::DatabaseError&) {
                    full = true;
                }
            }
            tx.create(Doc{.title = "after"});
        });
        EXPECT_EQ(db.query<Doc>().where("title"_c == "first").count(),
                  db.query<Doc>().where("title"_c == "after").count());
    } catch (const duet::DatabaseError&) {
        EXPECT_EQ(count<Doc>(db), 0) << "what the block did is gone as a whole";
    }
    EXPECT_TRUE(full);
}

TEST_F(Faults, ALockedDatabaseIsToldAfterTheBusyTimeout) {
    ready().create(Doc{.title = "kept"});
    int ready_pipe[2];
    int done_pipe[2];
    ASSERT_EQ(::pipe(ready_pipe) | ::pipe(done_pipe), 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
        duet::Database other{url()};
        auto tx = other.begin();
        tx.create(Doc{.title = "theirs"});
        char byte = 'x';
        (void)!::write(ready_pipe[1], &byte, 1);
        (void)!::read(done_pipe[0], &byte, 1);
        ::_exit(0);  // dies with the transaction open
    }
    char byte = 'x';
    ASSERT_EQ(::read(ready_pipe[0], &byte, 1), 1);
    duet::Database db{url("?busy_timeout=50")};
    const auto began = std::chrono::steady_clock::now();
    const auto error = thrown<duet::LockTimeout>([&] { return db.create(Doc{.title = "mine"}); });
    EXPECT_GE(std::chrono::steady_clock::now() - began, 45ms);
    EXPECT_TRUE(error.code().starts_with("SQLITE_BUSY"));
    EXPECT_EQ(count<Doc>(db), 1) << "readers do not wait";
    ASSERT_EQ(::write(done_pipe[1], &byte, 1), 1);
    ::waitpid(child, nullptr, 0);
    db.create(Doc{.title = "mine"});
    EXPECT_EQ(count<Doc>(db), 2);
    for (const int fd : {ready_pipe[0], ready_pipe[1], done_pipe[0], done_pipe[1]}) ::close(fd);
}

TEST_F(Faults, AFileCutOffUnderUsIsAnErrorAndNoCrash) {
    duet::Database db = ready();
    std::vector<Doc> many(300, Doc{.title = std::string(1000, 'x')});
    db.create_bulk(many);
    db.execute_script("PRAGMA wal_checkpoint(TRUNCATE)");
    std::filesystem::resize_file(path(), 4096 * 3);
    duet::Database fresh{url()};
    EXPECT_THROW(fresh.all(duet::query<Doc>()), duet::DatabaseError);
    EXPECT_THROW(fresh.all(duet::query<Doc>()), duet::DatabaseError) << "and again on a new connection";
}

TEST_F(Faults, ADamagedFileIsAnErrorAndNoCrash) {
    {
        duet::Database db = ready();
        std::vector<Doc> many(300, Doc{.title = std::string(1000, 'x')});
        db.create_bulk(many);
    }
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 2; page < 60; ++page) {
        file.seekp(page * 4096);
        file << std::string(64, '\x7f');
    }
    file.close();
    duet::Database fresh{url()};
    const auto error = thrown<duet::DatabaseError>([&] { return fresh.all(duet::query<Doc>()); });
    EXPECT_TRUE(error.code().starts_with("SQLITE_CORRUPT")) << error.code();
}

TEST_F(Faults, AMissingTableAndAMissingColumnNameThemselves) {
    duet::Database db{url()};
    const auto table = thrown<duet::DatabaseError>([&] { return db.all(duet::query<Doc>()); });
    EXPECT_TRUE(mentions(table, "docs"));
    EXPECT_FALSE(table.sql().empty());
    db.execute_script("CREATE TABLE docs (id INTEGER PRIMARY KEY)");
    const auto column = thrown<duet::DatabaseError>([&] { return db.all(duet::query<Doc>()); });
    EXPECT_TRUE(mentions(column, "title"));
    db.execute_script("DROP TABLE docs");
    db.create_all(models);
    EXPECT_EQ(count<Doc>(db), 0) << "statements prepared before are prepared anew";
}

TEST_F(Faults, AColumnThatIsAddedMeanwhileDoesNotMatter) {
    duet::Database db = ready();
    db.create(Doc{.title = "a"});
    EXPECT_EQ(rows<Doc>(db).size(), 1U);
    duet::Database other{url()};
    other.execute_script("ALTER TABLE docs ADD COLUMN extra TEXT DEFAULT 'x'");
    EXPECT_EQ(rows<Doc>(db)[0].title, "a");
    db.create(Doc{.title = "b"});
    EXPECT_EQ(count<Doc>(db), 2);
}

template <class B>
class BadData : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    /// One row in a table that another program has made of plain texts, with what SQL calls `expression` in
    /// one column.
    void store(const std::string& column, const std::string& expression) {
        std::string script = "DROP TABLE docs; CREATE TABLE docs AS SELECT 1 AS id";
        for (const auto& [name, value] : {std::pair<std::string, std::string>{"title", "'t'"},
                                          {"body", "'{}'"},
                                          {"raw", "''"},
                                          {"at", "'2026-01-01 00:00:00'"}}) {
            script += ", " + (name == column ? expression : value) + " AS " + name;
        }
        did([&] { return this->db.execute_script(script); });
    }
    auto read() { return this->db.all(duet::query<Doc>()); }
    Doc round_trip(const Doc& doc) { return *find<Doc>(this->db, got(this->db.create(doc)).id); }
};
TYPED_TEST_SUITE(BadData, Backends, BackendNames);

TYPED_TEST(BadData, InColumnsIsToldWithTheColumn) {
    for (const auto& [column, literal] :
         {std::pair("body", "'{\"a\":'"), std::pair("body", "'nonsense'"), std::pair("at", "'yesterday'"),
          std::pair("at", "'2026-13-01 00:00:00'"), std::pair("at", "'2026-02-30'")}) {
        this->store(column, literal);
        const auto error = thrown<duet::ValidationError>([&] { return this->read(); });
        EXPECT_TRUE(mentions(error, std::string("docs.") + column)) << literal << ": " << error.what();
        EXPECT_NE(error.where().line(), 0U);
    }
    this->store("title", "'fine'");
    EXPECT_EQ(got(this->read()).size(), 1U) << "the connection is usable";
}

TYPED_TEST(BadData, IsRefusedOnItsWayIn) {
    const Doc broken{.title = "\xc3\x28"};
    EXPECT_THROW(did([&] { return this->db.create(broken); }), duet::ValidationError);
    EXPECT_THROW(did([&] { return this->db.count(duet::query<Doc>().where("title"_c == "\xff")); }),
                 duet::ValidationError);
    EXPECT_THROW(did([&] { return this->db.count(duet::query<Doc>().where("title"_c.icontains("\xff"))); }),
                 duet::ValidationError);
    const std::string script("SELECT 1;\0SELECT 2", 18);
    EXPECT_THROW(did([&] { return this->db.execute_script(script); }), duet::InvalidQuery);
    EXPECT_EQ(count<Doc>(this->db), 0);
}

TYPED_TEST(BadData, DoesNotIncludeNulBytesAndQuotes) {
    using namespace std::string_literals;
    const Doc quotes{.title = "ab'; DROP TABLE docs; --\"\\", .body = duet::Json::parse(R"({"k":"\"'\\"})")};
    EXPECT_EQ(this->round_trip(quotes).title, quotes.title);
    EXPECT_EQ(this->round_trip(quotes).body, quotes.body);
    const Doc odd{.title = "a\0b'; DROP TABLE docs; --\"\0"s,
                  .body = duet::Json::parse(R"({"k":"\u0000'"})")};
    if (this->is_postgres) {  // which has no such texts, not even in JSON
        const Doc in_json{.body = odd.body};
        for (const Doc& doc : {odd, in_json})
            EXPECT_THROW(did([&] { return this->db.create(doc); }), duet::ValidationError);
        EXPECT_THROW(did([&] { return this->db.count(duet::query<Doc>().where("title"_c == odd.title)); }),
                     duet::ValidationError);
        EXPECT_EQ(got(this->db.count(duet::query<Doc>().where("title"_c == quotes.title))), 2);
        return;
    }
    const Doc back = this->round_trip(odd);
    EXPECT_EQ(back.title, odd.title);
    EXPECT_EQ(back.body.text(), odd.body.text());
    EXPECT_EQ(got(this->db.count(duet::query<Doc>().where("title"_c == odd.title))), 1);
    EXPECT_EQ(got(this->db.count(duet::query<Doc>().where("title"_c == "a"))), 0);
}

TYPED_TEST(BadData, DoesNotIncludeLargeValues) {
    const Doc large{.title = std::string(20'000'000, 'x'),
                    .raw = std::vector<std::byte>(5'000'000, std::byte{0})};
    const Doc back = this->round_trip(large);
    EXPECT_EQ(back.title, large.title);
    EXPECT_EQ(back.raw, large.raw);
}

TYPED_TEST(BadData, IncludesValuesBeyondTheLimitOfTheDatabase) {
    const std::string raw = this->sql({.sqlite = "zeroblob({})",
                                       .postgres = "CAST(repeat('x', CAST({} AS integer)) AS bytea)",
                                       .mariadb = "repeat('x', {})"});
    const auto error = thrown<duet::ValidationError>([&] {
        return this->db
            .sql(duet::runtime("INSERT INTO docs (title, body, raw) VALUES ('t', '[]', " + raw + ")"),
                 2'000'000'000)
            .execute();
    });
    EXPECT_EQ(error.code(), this->sql({.sqlite = "SQLITE_TOOBIG", .postgres = "54000", .mariadb = "1301"}))
        << error.what();
    EXPECT_EQ(count<Doc>(this->db), 0);
}

TYPED_TEST(BadData, IncludesValuesThatTheServerWouldNotTake) {
    if constexpr (TestFixture::is_mariadb) {  // max_allowed_packet; the gigabyte of PostgreSQL is a unit test
        const Doc large{.title = std::string(40'000'000, 'x')};
        EXPECT_THROW(did([&] { return this->db.create(large); }), duet::ValidationError);
        EXPECT_EQ(count<Doc>(this->db), 0) << "and the connection lives";
    }
}

TYPED_TEST(BadData, OfForeignTextsIsReadAsItIsAndNotWrittenBack) {
    if constexpr (!TestFixture::is_sqlite) {
        // No text of the servers is anything but UTF-8; bytes that are read as text may be.
        const std::string script = this->sql(
            {.postgres =
                 "INSERT INTO docs (title, body, raw) VALUES (convert_from('\\xff', 'UTF8'), '{}', '')",
             .mariadb = "INSERT INTO docs (title, body, raw) VALUES (x'ff', '{}', '')"});
        EXPECT_THROW(did([&] { return this->db.execute_script(script); }), duet::ValidationError);
    } else {
        this->store("title", "CAST(x'ff' AS TEXT)");
        std::vector<Doc> docs = got(this->read());
        ASSERT_EQ(docs.size(), 1U);
        EXPECT_EQ(docs[0].title, "\xff");
        EXPECT_THROW(did([&] { return this->db.save(docs[0]); }), duet::ValidationError);
    }
}

}  // namespace
