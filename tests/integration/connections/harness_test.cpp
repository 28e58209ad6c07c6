#include <duet/base/error.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/servers.hpp"
#include "servers/addresses.hpp"
#include "testing/postgres_wire.hpp"
#include "testing/programs.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using duet::test::fast_folder;
using duet::testing::EphemeralMariaDb;
using duet::testing::EphemeralPgBouncer;
using duet::testing::EphemeralPostgres;
using duet::testing::PostgresWire;

fs::path socket_of(const fs::path& folder, int port) { return folder / (".s.PGSQL." + std::to_string(port)); }

/// The sentence of the ConfigurationError that the call throws.
template <class F>
std::string refusal(F call) {
    try {
        call();
    } catch (const duet::ConfigurationError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(EphemeralPostgres, AnswersAndIsGoneWithItsFolderAfterwards) {
    fs::path folder;
    {
        EphemeralPostgres server({.databases = {"duet", "other"}, .parent_folder = fast_folder()});
        folder = server.folder();
        EXPECT_TRUE(server.running());
        EXPECT_EQ(server.ask("SELECT current_database()", "duet"), "duet");
        EXPECT_EQ(server.ask("SELECT current_user", "other"), "duet");
        EXPECT_EQ(server.ask("SHOW server_encoding"), "UTF8");
        EXPECT_EQ(server.ask("SELECT upper('é')"), "É");
        EXPECT_EQ(server.ask("SELECT NULL"), "");
        EXPECT_EQ(server.url(), "postgresql://duet@127.0.0.1:" + std::to_string(server.port()) + "/duet");
        EXPECT_TRUE(says(refusal([&] { (void)server.tls(); }), "PostgresOptions::tls"));
        EXPECT_EQ(server.socket_url("a b"), "postgresql:///a%20b?host=" + folder.string() +
                                                "&port=" + std::to_string(server.port()) + "&user=duet");
        EXPECT_LT(socket_of(folder, server.port()).native().size(), 100U);
        EXPECT_TRUE(says(server.log(), "ready to accept connections"));
        EXPECT_TRUE(fs::exists(folder));
    }
    EXPECT_FALSE(fs::exists(folder));
}

TEST(EphemeralPostgres, ListensOnTheLoopbackPort) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    EXPECT_EQ(server.ask("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL"), "0");
    EXPECT_EQ(server.ask("SHOW port"), std::to_string(server.port()));
    const std::string command = "psql -Atqc 'SELECT 42' '" + server.url() + "'";
    FILE* answer = ::popen(command.c_str(), "r");
    char line[16] = "";
    EXPECT_NE(std::fgets(line, sizeof line, answer), nullptr);
    ::pclose(answer);
    EXPECT_STREQ(line, "42\n");
}

TEST(EphemeralPostgres, KeepsDataAndPortOverStopKillAndStart) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    const std::string url = server.url();
    server.ask("CREATE TABLE notes AS SELECT 7 AS note", "duet");
    server.stop();
    EXPECT_FALSE(server.running());
    EXPECT_TRUE(says(refusal([&] { server.ask("SELECT 1"); }), "is not running"));
    server.start();
    EXPECT_EQ(server.url(), url);
    EXPECT_EQ(server.ask("SELECT note FROM notes", "duet"), "7");
    server.ask("INSERT INTO notes VALUES (8)", "duet");
    server.kill();
    EXPECT_FALSE(server.running());
    server.start();
    EXPECT_EQ(server.ask("SELECT max(note) FROM notes", "duet"), "8");
    EXPECT_TRUE(says(server.log(), "was not properly shut down"));
}

TEST(EphemeralPostgres, IsNotTiedToTheThreadThatStartedIt) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    server.stop();
    std::thread([&] { server.start(); }).join();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(server.ask("SELECT 1"), "1");
}

TEST(EphemeralPostgres, KillIsNoticedByThoseWhoAreConnected) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    PostgresWire client(socket_of(server.folder(), server.port()), "duet", "duet");
    EXPECT_EQ(client.ask("SELECT 1"), "1");
    server.kill();
    EXPECT_THROW(client.ask("SELECT 1"), duet::ConnectionError);
}

TEST(EphemeralPostgres, APausedServerIsSilentUntilItIsResumed) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    PostgresWire client(socket_of(server.folder(), server.port()), "duet", "duet", 200ms);
    EXPECT_EQ(client.ask("SELECT 1"), "1");
    server.pause();
    EXPECT_TRUE(server.running());
    EXPECT_THROW(client.ask("SELECT 2"), duet::ConnectionError);
    server.resume();
    EXPECT_EQ(server.ask("SELECT 3"), "3");
    server.pause();
    server.stop();
    EXPECT_FALSE(server.running());
}

TEST(EphemeralPostgres, ARefusedSettingIsToldWithTheEndOfTheLog) {
    const std::string sentence = refusal([] {
        EphemeralPostgres server({.settings = {"no_such_setting=1"}, .parent_folder = fast_folder()});
    });
    EXPECT_TRUE(sentence.starts_with("PostgreSQL did not start. The end of its log:\n")) << sentence;
    EXPECT_TRUE(says(sentence, "unrecognized configuration parameter \"no_such_setting\"")) << sentence;
}

TEST(EphemeralPostgres, SettingsAndAccessRulesWinOverTheHarness) {
    EphemeralPostgres server({.settings = {"max_connections=33", "search_path=a'b, public"},
                              .access_rules = {"local all guest reject"},
                              .parent_folder = fast_folder()});
    EXPECT_EQ(server.ask("SHOW max_connections"), "33");
    EXPECT_EQ(server.ask("SHOW search_path"), "a'b, public");
    server.ask("CREATE ROLE guest LOGIN");
    EXPECT_THROW(PostgresWire(socket_of(server.folder(), server.port()), "guest", "duet"),
                 duet::ConnectionError);
}

TEST(EphemeralPostgres, DropsADatabaseThatIsInUse) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    const std::string first = server.create_fresh_database();
    const std::string second = server.create_fresh_database();
    EXPECT_NE(first, second);
    PostgresWire client(socket_of(server.folder(), server.port()), "duet", first);
    server.drop_database(first);
    server.drop_database(first);
    EXPECT_THROW(client.ask("SELECT 1"), duet::ConnectionError);
    EXPECT_EQ(server.ask("SELECT count(*) FROM pg_database WHERE datname LIKE 'fresh%'"), "1");
}

TEST(EphemeralPostgres, ErrorsOfAskCarryTheServersCode) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    try {
        server.ask("SELECT nothing FROM nowhere");
        ADD_FAILURE() << "nothing was thrown";
    } catch (const duet::DatabaseError& error) {
        EXPECT_EQ(error.code(), "42P01");
    }
}

TEST(EphemeralPostgres, AStandbyStreamsFromItsPrimary) {
    EphemeralPostgres primary({.parent_folder = fast_folder()});
    primary.ask("CREATE TABLE notes AS SELECT 1 AS note", "duet");
    EphemeralPostgres standby({.replica_of = &primary, .parent_folder = fast_folder()});
    EXPECT_NE(standby.port(), primary.port());
    // The standby goes on following a primary object that has moved.
    EphemeralPostgres moved = std::move(primary);
    moved.ask("INSERT INTO notes VALUES (2)", "duet");
    standby.wait_until_caught_up();
    EXPECT_EQ(standby.ask("SELECT count(*) FROM notes", "duet"), "2");
    EXPECT_EQ(standby.ask("SELECT pg_is_in_recovery()"), "t");
    EXPECT_THROW(standby.ask("INSERT INTO notes VALUES (3)", "duet"), duet::DatabaseError);
    standby.pause();
    moved.ask("INSERT INTO notes VALUES (3)", "duet");
    standby.resume();
    standby.wait_until_caught_up();
    EXPECT_EQ(standby.ask("SELECT count(*) FROM notes", "duet"), "3");
    EXPECT_TRUE(says(refusal([&] { moved.wait_until_caught_up(); }), "is no standby"));
}

TEST(EphemeralPostgres, DiesWithTheProcessThatOwnsIt) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t owner = ::fork();
    if (owner == 0) {
        EphemeralPostgres server({.parent_folder = fast_folder()});
        server.pause();
        const std::string folder = server.folder().string();
        [[maybe_unused]] const ssize_t written = ::write(ends[1], folder.data(), folder.size());
        ::pause();
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string folder(200, '\0');
    const ssize_t size = ::read(ends[0], folder.data(), folder.size());
    ::close(ends[0]);
    ASSERT_GT(size, 0);
    folder.resize(static_cast<std::size_t>(size));
    EXPECT_TRUE(fs::exists(folder));
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    for (int i = 0; i < 600 && fs::exists(folder); ++i) std::this_thread::sleep_for(20ms);
    EXPECT_FALSE(fs::exists(folder));
}

TEST(EphemeralPgBouncer, PassesOnToTheServer) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    EphemeralPgBouncer bouncer(server, {.parent_folder = fast_folder()});
    EXPECT_NE(bouncer.port(), server.port());
    const auto ask = [&](const char* sql) {
        return PostgresWire(socket_of(bouncer.folder(), bouncer.port()), "duet", "duet").ask(sql);
    };
    EXPECT_EQ(ask("SELECT current_database()"), "duet");
    bouncer.stop();
    EXPECT_THROW(ask("SELECT 1"), duet::ConnectionError);
    bouncer.start();
    EXPECT_EQ(ask("SELECT 1"), "1");
}

TEST(EphemeralPgBouncer, ARefusedSettingIsToldWithTheEndOfTheLog) {
    EphemeralPostgres server({.parent_folder = fast_folder()});
    const std::string sentence = refusal([&] { EphemeralPgBouncer bouncer(server, {.pool_mode = "idle"}); });
    EXPECT_TRUE(sentence.starts_with("PgBouncer did not start. ")) << sentence;
    EXPECT_TRUE(says(sentence, "pool_mode")) << sentence;
}

TEST(EphemeralMariaDb, AnswersAndIsGoneWithItsFolderAfterwards) {
    fs::path folder;
    {
        EphemeralMariaDb server({.parent_folder = fast_folder()});
        folder = server.folder();
        EXPECT_EQ(server.ask("SELECT DATABASE()", "duet"), "duet");
        EXPECT_EQ(server.ask("SELECT 1 FROM mysql.user WHERE 1 = 0"), "");
        EXPECT_EQ(server.ask("SELECT NULL"), "");
        EXPECT_EQ(server.ask("SELECT REPEAT('x', 300)"), std::string(300, 'x'));
        EXPECT_EQ(server.ask("SELECT @@character_set_database", "duet"), "utf8mb4");
        EXPECT_EQ(server.ask("SELECT GROUP_CONCAT(user, '@', host ORDER BY user) FROM mysql.global_priv "
                             "WHERE user NOT LIKE '%.sys'"),
                  "duet@%,root@localhost");
        EXPECT_EQ(server.url(), "mariadb://duet:secret@127.0.0.1:" + std::to_string(server.port()) + "/duet");
        EXPECT_EQ(server.socket_url(),
                  "mariadb://duet:secret@localhost/duet?socket=" + (folder / "socket").string());
        EXPECT_THROW(server.ask("SELECT nothing"), duet::DatabaseError);
        EXPECT_TRUE(server.running());
    }
    EXPECT_FALSE(fs::exists(folder));
}

TEST(EphemeralMariaDb, LetsItsUserInByPassword) {
    EphemeralMariaDb server({.parent_folder = fast_folder()});
    const std::string command =
        "mariadb --no-defaults -h127.0.0.1 -uduet -psecret -NBe 'SELECT CURRENT_USER()' duet -P" +
        std::to_string(server.port());
    FILE* answer = ::popen(command.c_str(), "r");
    char line[32] = "";
    EXPECT_NE(std::fgets(line, sizeof line, answer), nullptr);
    ::pclose(answer);
    EXPECT_STREQ(line, "duet@%\n");
}

TEST(EphemeralMariaDb, KeepsDataAndPortOverStopKillAndStart) {
    EphemeralMariaDb server({.parent_folder = fast_folder()});
    const std::string url = server.url();
    server.ask("CREATE TABLE notes AS SELECT 7 AS note", "duet");
    server.stop();
    EXPECT_FALSE(server.running());
    server.start();
    EXPECT_EQ(server.url(), url);
    EXPECT_EQ(server.ask("SELECT note FROM notes", "duet"), "7");
    server.kill();
    EXPECT_FALSE(server.running());
    server.start();
    EXPECT_EQ(server.ask("SELECT note FROM notes", "duet"), "7");
}

TEST(EphemeralMariaDb, ARefusedSettingIsToldWithTheEndOfTheLog) {
    const std::string sentence = refusal(
        [] { EphemeralMariaDb server({.settings = {"no-such-setting=1"}, .parent_folder = fast_folder()}); });
    EXPECT_TRUE(sentence.starts_with("MariaDB did not start. ")) << sentence;
    EXPECT_TRUE(says(sentence, "unknown variable 'no-such-setting=1'")) << sentence;
}

TEST(Harness, AProgramThatIsMissingIsNamedWithItsPackage) {
    const std::string sentence =
        refusal([] { duet::testing::find_program("no-such-server", {"/no/such/folder"}, "some-package"); });
    EXPECT_EQ(
        sentence,
        "The program 'no-such-server' was not found, neither on PATH nor in /no/such/folder; on Debian it "
        "comes with the package some-package");
}

TEST(Harness, AFolderThatCannotBeMadeIsNamed) {
    const std::string sentence =
        refusal([] { EphemeralPostgres server({.parent_folder = "/no/such/folder"}); });
    EXPECT_TRUE(says(sentence, "Cannot make a folder in /no/such/folder")) << sentence;
}

TEST(SuiteServers, EachTestGetsDatabasesOfItsOwn) {
    const std::string first = duet::test::postgres_url();
    const std::string second = duet::test::pgbouncer_url();
    const std::string third = duet::test::mariadb_url();
    EXPECT_TRUE(first.starts_with("postgresql://duet@127.0.0.1:")) << first;
    EXPECT_TRUE(second.starts_with("postgresql://duet@127.0.0.1:")) << second;
    EXPECT_TRUE(third.starts_with("mariadb://duet:secret@127.0.0.1:")) << third;
    EXPECT_NE(first, duet::test::postgres_url());
}

}  // namespace
