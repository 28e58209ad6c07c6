#include <duet/statement.hpp>
#include <duet/testing/postgres.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "integration/support.hpp"

namespace {

using namespace duet::test;

struct Note {
    std::int64_t id{};
    std::string body{};
    static constexpr auto table = duet::table("notes");
};

/// A primary and its standby.
struct Pair {
    duet::testing::EphemeralPostgres primary;
    duet::testing::EphemeralPostgres standby;

    Pair() : standby(following(primary)) {
        primary.ask("CREATE TABLE notes (id bigserial PRIMARY KEY, body text NOT NULL)", "duet");
        standby.wait_until_caught_up();
    }
    static duet::testing::PostgresOptions following(const duet::testing::EphemeralPostgres& primary) {
        duet::testing::PostgresOptions options;
        options.replica_of = &primary;
        return options;
    }
};

template <class M>
class StatementsThatWriteBesideReplicas : public ::testing::Test {};
TYPED_TEST_SUITE(StatementsThatWriteBesideReplicas, Modes, ModeNames);

TYPED_TEST(StatementsThatWriteBesideReplicas, GoToThePrimaryAndAreReadBack) {
    static Pair servers;
    servers.primary.ask("TRUNCATE notes", "duet");
    servers.standby.wait_until_caught_up();
    duet::DatabaseOptions options;
    options.replicas.push_back({.url = servers.standby.url()});
    options.read_your_writes = std::chrono::minutes(1);
    duet::BasicDatabase<TypeParam> db(servers.primary.url(), options);

    servers.standby.ask("SELECT pg_wal_replay_pause()");
    const auto insert = duet::insert<Note>().values("body"_c = "a").values("body"_c = "b");
    EXPECT_EQ(got(db.execute(insert)), 2);
    // A write is noted: what reads next sees it.
    EXPECT_EQ(got(db.template query<Note>().count()), 2);
    const auto returned = insert.returning("body"_c);
    EXPECT_EQ(got(db.execute(returned).all()), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(got(db.execute(duet::select<Note>()).all()).size(), 4u);

    struct Gone {
        std::string body{};
    };
    const auto gone =
        duet::cte<Gone>("gone", duet::remove<Note>().where("body"_c == "a").returning("body"_c));
    EXPECT_EQ(got(db.execute(duet::select_from(gone)).all()).size(), 2u);
    EXPECT_EQ(got(db.template query<Note>().count()), 2);
    servers.standby.ask("SELECT pg_wal_replay_resume()");
}

}  // namespace
