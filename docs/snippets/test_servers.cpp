// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/testing.hpp>

#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Author {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("authors", duet::unique("name"));
};

// [server]
/// One server for all tests of this program: about a second at the start, and gone at the end.
duet::testing::EphemeralPostgres& server() {
    static duet::testing::EphemeralPostgres started;
    return started;
}

class OnPostgres : public testing::Test {
protected:
    const std::string name = server().create_fresh_database();  // some ten milliseconds
    duet::Database db{server().url(name)};

    void SetUp() override { db.create_all(duet::models<Author>); }
};

TEST_F(OnPostgres, RefusesTheSameNameTwice) {
    db.create(Author{.name = "Ada"});
    EXPECT_THROW(db.create(Author{.name = "Ada"}), duet::UniqueViolation);
}
// [/server]

// [failure]
TEST_F(OnPostgres, SurvivesARestart) {
    db.create(Author{.name = "Ada"});
    server().kill();  // as a power cut would
    EXPECT_THROW((void)db.query<Author>().count(), duet::ConnectionError);
    server().start();
    EXPECT_EQ(db.query<Author>().count(), 1);  // the pool heals by itself
}
// [/failure]

// [tls]
TEST(Server, SpeaksTls) {
    const duet::testing::EphemeralPostgres secure(
        {.access_rules = {"hostnossl all all all reject"}, .tls = true});
    duet::Database verified{secure.url() +
                            "?sslmode=verify-full&sslrootcert=" + secure.tls().authority.string()};
    EXPECT_EQ(verified.sql("SELECT 42").scalar<int>(), 42);
    duet::Database plain{secure.url() + "?sslmode=disable"};
    EXPECT_THROW(plain.sql("SELECT 42").scalar<int>(), duet::ConnectionError);
}
// [/tls]

// [options]
TEST(Server, TakesSettings) {
    const duet::testing::EphemeralPostgres primary({.settings = {"max_connections=50", "log_statement=all"}});
    const duet::testing::EphemeralPostgres standby({.replica_of = &primary});
    primary.ask("CREATE TABLE facts AS SELECT 42 AS answer", "duet");
    standby.wait_until_caught_up();
    EXPECT_EQ(standby.ask("SELECT answer FROM facts", "duet"), "42");
}
// [/options]
