#include <fstream>

#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

std::string refusal(const std::string& url) {
    return message_of<ConfigurationError>([&] { open_driver(parse_url(url)); });
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(SqliteOptions, RefusesUnknownOnesAndListsTheOthers) {
    const std::string message = refusal("sqlite:///a.db?jurnal_mode=wal");
    EXPECT_TRUE(holds(message, "'jurnal_mode'")) << message;
    EXPECT_TRUE(holds(message, "busy_timeout, journal_mode")) << message;
}

TEST(SqliteOptions, RefusesBadValues) {
    EXPECT_TRUE(holds(refusal("sqlite:///a.db?mode=x"), "ro, rw, rwc, memory"));
    EXPECT_TRUE(holds(refusal("sqlite:///a.db?busy_timeout=long"), "milliseconds"));
    EXPECT_TRUE(holds(refusal("sqlite:///a.db?busy_timeout=-1"), "milliseconds"));
    EXPECT_TRUE(holds(refusal("sqlite:///a.db?cache_size=9999999999999"), "cache_size"));
    EXPECT_TRUE(holds(refusal("sqlite:///a.db?synchronous=1;DROP"), "off, normal"));
    EXPECT_TRUE(holds(refusal("sqlite://?mode=ro"), "mode=ro"));
}

TEST(SqliteOpen, SetsUpAFile) {
    const TemporaryDirectory directory;
    Session db(directory.url("a.db") + "?cache_size=-4000&mmap_size=65536");
    EXPECT_EQ(db.as_text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(db.as_text("PRAGMA synchronous"), "1");
    EXPECT_EQ(db.as_text("PRAGMA foreign_keys"), "1");
    EXPECT_EQ(db.as_text("PRAGMA cache_size"), "-4000");
    EXPECT_EQ(db.as_text("PRAGMA mmap_size"), "65536");
    EXPECT_TRUE(db.driver().topology().separate_writer);
    EXPECT_FALSE(db.driver().topology().single);
}

TEST(SqliteOpen, FollowsTheUrlsJournalMode) {
    const TemporaryDirectory directory;
    Session db(directory.url("a.db") + "?journal_mode=DELETE&synchronous=extra");
    EXPECT_EQ(db.as_text("PRAGMA journal_mode"), "delete");
    EXPECT_EQ(db.as_text("PRAGMA synchronous"), "3");
}

TEST(SqliteOpen, GivesAMemoryDatabaseOneConnection) {
    Session db("sqlite://:memory:");
    EXPECT_TRUE(db.driver().topology().single);
    EXPECT_EQ(Session("sqlite:///x.db?mode=memory").driver().topology().single, true);
}

TEST(SqliteOpen, KeepsReadersFromWriting) {
    const TemporaryDirectory directory;
    Session writer(directory.url("a.db"));
    writer.script("CREATE TABLE t (x)");
    Session reader(directory.url("a.db"), Access::read);
    EXPECT_EQ(reader.as_text("SELECT count(*) FROM t"), "0");
    EXPECT_EQ(error_of<DatabaseError>([&] { reader.run("INSERT INTO t VALUES (1)"); }).code(),
              "SQLITE_READONLY");
}

TEST(SqliteOpen, ReadsWithModeRoAndSaysWhyItDoesNotWrite) {
    const TemporaryDirectory directory;
    Session(directory.url("a.db")).script("CREATE TABLE t (x); INSERT INTO t VALUES (7)");
    Session db(directory.url("a.db") + "?mode=ro");
    EXPECT_EQ(db.as_text("SELECT x FROM t"), "7");
    EXPECT_TRUE(holds(message_of<DatabaseError>([&] { db.run("DELETE FROM t"); }), "read-only"));
}

TEST(SqliteOpen, ReadsAReadOnlyDirectory) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const TemporaryDirectory directory;
    Session(directory.url("a.db")).script("CREATE TABLE t (x); INSERT INTO t VALUES (7)");
    namespace fs = std::filesystem;
    fs::permissions(directory.file("a.db"), fs::perms::owner_read);
    fs::permissions(directory.file(""), fs::perms::owner_read | fs::perms::owner_exec);
    {
        Session db(directory.url("a.db"));
        EXPECT_EQ(db.as_text("SELECT x FROM t"), "7");
        EXPECT_THROW(db.run("DELETE FROM t"), DatabaseError);
    }
    EXPECT_THROW(Session(directory.url("b.db")), ConnectionError);
    fs::permissions(directory.file(""), fs::perms::owner_all);
}

TEST(SqliteOpen, SaysWhatIsWrongWithThePath) {
    const TemporaryDirectory directory;
    const auto message = [&](const std::string& name) {
        return message_of<ConnectionError>([&] { Session(directory.url(name)); });
    };
    EXPECT_TRUE(holds(message("missing/a.db"), directory.file("missing") + " does not exist"));
    EXPECT_TRUE(holds(message("missing.db?mode=rw"), "does not exist"));
    EXPECT_TRUE(holds(message("missing.db?mode=ro"), "does not exist"));
    EXPECT_FALSE(std::filesystem::exists(directory.file("missing.db")));
    std::filesystem::create_directory(directory.file("folder"));
    EXPECT_TRUE(holds(message("folder"), "is a directory"));
}

TEST(SqliteOpen, NoticesAFileThatIsNoDatabase) {
    const TemporaryDirectory directory;
    std::ofstream(directory.file("a.db")) << std::string(5000, 'x');
    const auto error = error_of<ConnectionError>([&] { Session(directory.url("a.db")); });
    EXPECT_EQ(error.code(), "SQLITE_NOTADB");
    EXPECT_TRUE(holds(error.what(), "not an SQLite database"));
}

TEST(SqliteOpen, TakesNamesLiterally) {
    const TemporaryDirectory directory;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(directory.file(""));
    Session("sqlite:///file:x.db%3fmode=memory").script("CREATE TABLE t (x)");
    Session(directory.url("%D1%8F%20%27%23.db")).script("CREATE TABLE t (x)");
    std::filesystem::current_path(before);
    EXPECT_TRUE(std::filesystem::exists(directory.file("file:x.db?mode=memory")));
    EXPECT_TRUE(std::filesystem::exists(directory.file("\xD1\x8F '#.db")));
}

TEST(SqliteOpen, TakesNoMisspeltColumnForAString) {
    Session db;
    db.script("CREATE TABLE t (x)");
    EXPECT_THROW(db.run("SELECT \"misspelt\" FROM t"), DatabaseError);
}

}  // namespace
}  // namespace duet::driver::test
