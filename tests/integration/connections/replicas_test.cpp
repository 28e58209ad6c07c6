#include <duet/testing/postgres.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include "integration/checks.hpp"
#include "integration/support.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Note {
    std::int64_t id{};
    std::string body{};
    static constexpr auto table = duet::table("notes");
};
/// A view that tells who answers.
struct Whoami {
    std::int64_t id{};
    bool standby{};
    std::int64_t port{};
    static constexpr auto table = duet::table("whoami");
};

/// A primary and its streaming standby, once for all tests.
struct Pair {
    duet::testing::EphemeralPostgres primary;
    duet::testing::EphemeralPostgres standby;

    Pair() : standby(following(primary)) {
        primary.ask(
            "CREATE TABLE notes (id bigserial PRIMARY KEY, body text NOT NULL);"
            "CREATE VIEW whoami AS SELECT 1::bigint AS id, pg_is_in_recovery() AS standby, "
            "current_setting('port')::bigint AS port",
            "duet");
        standby.wait_until_caught_up();
    }
    static duet::testing::PostgresOptions following(const duet::testing::EphemeralPostgres& primary) {
        duet::testing::PostgresOptions options;
        options.replica_of = &primary;
        return options;
    }
    static Pair& get() {
        static Pair pair;
        return pair;
    }
};

template <class M>
class Replicas : public ::testing::Test {
protected:
    using Mode = M;
    using Db = duet::BasicDatabase<M>;
    Pair& servers = Pair::get();

    static duet::DatabaseOptions options(duet::ReadYourWrites wish = 0ms) {
        duet::DatabaseOptions made;
        made.replicas.push_back({.url = Pair::get().standby.url()});
        made.read_your_writes = wish;
        return made;
    }
    void SetUp() override {
        if (!servers.standby.running()) servers.standby.start();
        servers.standby.ask("SELECT pg_wal_replay_resume()");
        servers.primary.ask("TRUNCATE notes", "duet");
        servers.standby.wait_until_caught_up();
    }
    void hold_replay() { servers.standby.ask("SELECT pg_wal_replay_pause()"); }
    void go_on_replaying() {
        servers.standby.ask("SELECT pg_wal_replay_resume()");
        servers.standby.wait_until_caught_up();
    }
    template <class Handle>
    static bool on_standby(Handle& handle) {
        return got(handle.template get<Whoami>(1))->standby;
    }
    static bool iteration_on_standby(Db& db) {
        if constexpr (M::is_async) {
            return run_in<M>([](Db& database) -> duet::Task<bool> {
                auto rows = database.template query<Whoami>().iterate(10);
                auto row = co_await rows.next();
                co_return row->standby;
            }(db));
        } else {
            for (const Whoami& row : db.template query<Whoami>().iterate(10)) return row.standby;
            return false;
        }
    }
    template <class Handle>
    static Note write(Handle& handle, std::string body = "x") {
        const Note note{.body = std::move(body)};
        return got(handle.create(note));
    }
    template <class Handle>
    static std::int64_t notes(Handle& handle) {
        return got(handle.template query<Note>().count());
    }
};
TYPED_TEST_SUITE(Replicas, Modes, ModeNames);

TYPED_TEST(Replicas, AnswerReadsOfEveryKind) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(this->on_standby(db));  // prepared, then at once
    EXPECT_TRUE(got(db.template query<Whoami>().where("id"_c == 1).one()).standby);
    EXPECT_TRUE(got(db.template query<Whoami>().all()).at(0).standby);
    EXPECT_TRUE(got(db.template query<Whoami>().select("standby"_c)).at(0));
    EXPECT_EQ(got(db.template query<Whoami>().where("standby"_c == true).count()), 1);
    EXPECT_TRUE(got(db.template query<Whoami>().where("standby"_c == true).exists()));
    EXPECT_TRUE(this->iteration_on_standby(db));
}

TYPED_TEST(Replicas, LeaveWritesAndTransactionsToThePrimary) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    Note note = this->write(db, "first");
    did([&] { return db.update(note, "body"_c = "second"); });
    did([&] { return db.refresh(note); });  // asks for what is true now
    EXPECT_EQ(note.body, "second");
    EXPECT_EQ(got(db.template query<Note>().where("id"_c == note.id).update_bulk("body"_c = "third")), 1);
    in_transaction(db, [&](auto& tx) -> duet::Task<> {
        EXPECT_FALSE((co_await later(tx.template get<Whoami>(1)))->standby);
        const auto locked =
            co_await later(tx.template query<Note>().where("id"_c == note.id).for_update().all());
        EXPECT_EQ(locked.at(0).body, "third");
    });
    EXPECT_FALSE(got(db.sql("SELECT pg_is_in_recovery()").template scalar<bool>()));
    const duet::DatabaseSchema schema = got(db.introspect());
    EXPECT_NE(schema.table("notes"), nullptr);
}

TYPED_TEST(Replicas, AnswerTransactionsThatOnlyRead) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    in_transaction(
        db,
        [&](auto& tx) -> duet::Task<> { EXPECT_TRUE((co_await later(tx.template get<Whoami>(1)))->standby); },
        {.read_only = true});
    in_transaction(db,
                   [&](auto& tx) -> duet::Task<> {
                       EXPECT_FALSE((co_await later(tx.template get<Whoami>(1)))->standby);
                   },
                   {.isolation = duet::Isolation::serializable, .read_only = true});
    auto tx = got(db.begin({.read_only = true}));
    EXPECT_TRUE(this->on_standby(tx));
    did([&] { return tx.rollback(); });
}

TYPED_TEST(Replicas, ReadsFollowAWriteToThePrimaryForATime) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options(300ms));
    typename TestFixture::Db copy = db;
    typename TestFixture::Db other = db.session();
    this->hold_replay();
    EXPECT_TRUE(this->on_standby(db));
    this->write(db);
    const auto since = std::chrono::steady_clock::now();
    EXPECT_EQ(this->notes(db), 1);
    EXPECT_FALSE(this->on_standby(copy));
    EXPECT_TRUE(this->on_standby(other));
    while (!this->on_standby(db)) std::this_thread::sleep_for(10ms);
    EXPECT_GE(std::chrono::steady_clock::now() - since, 250ms);
    this->go_on_replaying();
}

TYPED_TEST(Replicas, ReadsFollowAWriteUntilTheReplicaHasCaughtUp) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options(duet::until_caught_up));
    EXPECT_TRUE(this->on_standby(db));
    this->hold_replay();
    this->write(db);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(this->notes(db), 1);
    EXPECT_FALSE(this->on_standby(db));
    this->go_on_replaying();
    while (!this->on_standby(db)) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(this->notes(db), 1);

    // Asked once; known from then on.
    const duet::StatementCounter statements{db};
    EXPECT_TRUE(this->on_standby(db));
    EXPECT_EQ(statements.count(), 1U);

    // Transactions that wrote count, others do not.
    this->hold_replay();
    in_transaction(db, [&](auto& tx) -> duet::Task<> {
        EXPECT_FALSE((co_await later(tx.template get<Whoami>(1)))->standby);
    });
    EXPECT_TRUE(this->on_standby(db));
    in_transaction(db, [&](auto& tx) -> duet::Task<> {
        const Note note{.body = "y"};
        co_await later(tx.create(note));
    });
    EXPECT_EQ(this->notes(db), 2);
    EXPECT_FALSE(this->on_standby(db));
    this->go_on_replaying();
}

TYPED_TEST(Replicas, AlwaysShowASessionWhatItWrote) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options(duet::until_caught_up));
    for (int i = 1; i <= 200; ++i) {
        const Note note = this->write(db);
        ASSERT_TRUE(got(db.template get<Note>(note.id)).has_value()) << i;
    }
}

TYPED_TEST(Replicas, AreReplacedByThePrimaryWhenTheyAreDown) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    EXPECT_TRUE(this->on_standby(db));
    EXPECT_TRUE(db.nodes().at(1).up);
    this->servers.standby.kill();
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(this->on_standby(db));
    EXPECT_EQ(got(db.template query<Whoami>().all()).size(), 1U);
    in_transaction(db,
                   [&](auto& tx) -> duet::Task<> {
                       EXPECT_FALSE((co_await later(tx.template get<Whoami>(1)))->standby);
                   },
                   {.read_only = true});
    EXPECT_FALSE(db.nodes().at(1).up);
    EXPECT_THROW(this->on_standby(*std::make_unique<typename TestFixture::Db>(db.on("replica1"))),
                 duet::ConnectionError);

    this->servers.standby.start();
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!this->on_standby(db) && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(this->on_standby(db));
    EXPECT_TRUE(db.nodes().at(1).up);
}

TYPED_TEST(Replicas, AreNotMissedByAnIterationThatBeginsWhileTheyAreDown) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    EXPECT_TRUE(this->on_standby(db));
    this->servers.standby.kill();
    EXPECT_FALSE(this->iteration_on_standby(db));
}

TYPED_TEST(Replicas, AreNotReplacedInsideATransaction) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options());
    auto tx = got(db.begin({.read_only = true}));
    EXPECT_TRUE(this->on_standby(tx));
    this->servers.standby.kill();
    EXPECT_THROW(this->on_standby(tx), duet::ConnectionError);
    did([&] { return tx.rollback(); });
    EXPECT_FALSE(db.nodes().at(1).up);
    EXPECT_FALSE(this->on_standby(db));
}

TYPED_TEST(Replicas, ServeOthersWhenOneIsDown) {
    duet::DatabaseOptions options = this->options();
    options.replicas.front().name = "near";
    options.replicas.push_back({.url = "postgresql://duet@127.0.0.1:1/duet", .name = "gone"});
    typename TestFixture::Db db(this->servers.primary.url(), options);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(this->on_standby(db));
    EXPECT_TRUE(db.nodes().at(1).up);
    EXPECT_FALSE(db.nodes().at(2).up);
    EXPECT_EQ(db.nodes().at(2).name, "gone");
    EXPECT_GE(db.nodes().at(1).pool.open, 1U);
    EXPECT_EQ(db.nodes().at(2).pool.open, 0U);
    auto pinned = db.on("replica");
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(this->on_standby(pinned));
}

TYPED_TEST(Replicas, ShareReadsByWeight) {
    duet::DatabaseOptions options = this->options();
    options.replicas.front() = {.url = this->servers.standby.url(), .weight = 3, .name = "large"};
    options.replicas.push_back({.url = this->servers.standby.socket_url(), .name = "small"});
    options.replicas.push_back({.url = this->servers.primary.url(), .weight = 0, .name = "spare"});
    typename TestFixture::Db db(this->servers.primary.url(), options);
    std::map<std::string, int> reads;
    const duet::QueryHook hook =
        db.on_query([&](const duet::QueryEvent& event) { ++reads[std::string(event.node)]; });
    for (int i = 0; i < 40; ++i) this->notes(db);
    EXPECT_EQ(reads, (std::map<std::string, int>{{"large", 30}, {"small", 10}}));
}

TYPED_TEST(Replicas, GiveHandlesThatStayWithAServer) {
    typename TestFixture::Db db(this->servers.primary.url(), this->options(1h));
    auto primary = db.on("primary");
    auto replica = db.on("replica");
    auto named = db.on("replica1");
    EXPECT_FALSE(this->on_standby(primary));
    EXPECT_TRUE(this->on_standby(replica));
    Note note = this->write(primary);
    EXPECT_FALSE(this->on_standby(db));  // the session wrote
    EXPECT_TRUE(this->on_standby(replica));
    EXPECT_TRUE(this->on_standby(named));
    EXPECT_TRUE(got(named.sql("SELECT pg_is_in_recovery()").template scalar<bool>()));
    EXPECT_THROW(this->write(replica), duet::InvalidQuery);
    EXPECT_THROW(did([&] { return replica.update(note, "body"_c = "z"); }), duet::InvalidQuery);
    EXPECT_THROW(in_transaction(named, [](auto&) -> duet::Task<> { co_return; }), duet::InvalidQuery);
    in_transaction(
        named,
        [&](auto& tx) -> duet::Task<> { EXPECT_TRUE((co_await later(tx.template get<Whoami>(1)))->standby); },
        {.read_only = true});
    EXPECT_THROW((void)db.on("nowhere"), duet::ConfigurationError);
    // What outlives the handle keeps its place.
    const auto query = db.on("replica").template query<Whoami>();
    EXPECT_TRUE(got(query.one()).standby);
}

TYPED_TEST(Replicas, AskARouterWhereToRead) {
    duet::DatabaseOptions options = this->options(1h);
    std::vector<std::string> asked;
    options.router = [&asked](const duet::RouteRequest& request) -> std::string_view {
        asked.push_back(std::string(request.table) + (request.after_write ? "!" : "") +
                        (request.transaction ? "tx" : ""));
        if (request.session == "report") return "replica";
        if (request.table == "notes") return "primary";
        return {};
    };
    typename TestFixture::Db db(this->servers.primary.url(), options);
    EXPECT_TRUE(this->on_standby(db));
    EXPECT_EQ(this->notes(db), 0);
    this->write(db);
    EXPECT_FALSE(this->on_standby(db));
    auto report = db.session("report");
    EXPECT_TRUE(this->on_standby(report));
    EXPECT_EQ(asked, (std::vector<std::string>{"whoami", "notes", "whoami!", "whoami"}));
    // A wish, no order.
    this->servers.standby.kill();
    EXPECT_FALSE(this->on_standby(report));
}

TYPED_TEST(Replicas, ArePassedOverWhenTheyLagTooMuch) {
    duet::DatabaseOptions options = this->options();
    options.max_lag = 50ms;
    typename TestFixture::Db db(this->servers.primary.url(), options);
    EXPECT_TRUE(this->on_standby(db));
    EXPECT_EQ(db.nodes().at(1).lag, 0ms);
    this->hold_replay();
    this->write(db);
    std::this_thread::sleep_for(1100ms);  // until it is asked again
    EXPECT_FALSE(this->on_standby(db));
    EXPECT_GT(db.nodes().at(1).lag, 50ms);
    this->go_on_replaying();
    std::this_thread::sleep_for(1100ms);
    EXPECT_TRUE(this->on_standby(db));
}

TYPED_TEST(Replicas, CanBeGivenAsAListOfNodes) {
    const std::vector<duet::Node> nodes = {
        {.url = this->servers.standby.url(), .role = duet::Role::replica},
        {.url = this->servers.primary.url(), .role = duet::Role::primary, .name = "main"}};
    duet::DatabaseOptions options;
    options.read_your_writes = 0ms;
    typename TestFixture::Db db(nodes, options);
    EXPECT_TRUE(this->on_standby(db));
    auto main = db.on("main");
    EXPECT_FALSE(this->on_standby(main));
    EXPECT_EQ(db.nodes().size(), 2U);
    EXPECT_EQ(db.nodes().at(0).role, duet::Role::primary);
    EXPECT_EQ(got(db.warm_up(2)), 2U);  // one each was open
}

TYPED_TEST(Replicas, AreUsedByManyAtOnce) {
    duet::DatabaseOptions options = this->options(duet::until_caught_up);
    options.max_lag = 10s;
    typename TestFixture::Db db(this->servers.primary.url(), options);
    std::atomic<int> missed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                const Note note = this->write(db);
                if (!got(db.template get<Note>(note.id))) ++missed;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(missed.load(), 0);
}

TEST(ReplicaOptions, AreRefusedWhereTheyMakeNoSense) {
    duet::DatabaseOptions options;
    options.replicas.push_back({.url = "sqlite://:memory:"});
    EXPECT_THROW(duet::Database("sqlite://:memory:", options), duet::ConfigurationError);
    EXPECT_THROW(duet::Database("postgresql://localhost/x", options), duet::ConfigurationError);
    options.replicas.front() = {.url = "mariadb://localhost/x"};
    options.read_your_writes = duet::until_caught_up;
    EXPECT_THROW(duet::Database("mariadb://localhost/x", options), duet::ConfigurationError);
    options.read_your_writes = 1s;
    EXPECT_NO_THROW(duet::Database("mariadb://localhost/x", options));
    options.replicas.front().name = "replica";
    EXPECT_THROW(duet::Database("mariadb://localhost/x", options), duet::ConfigurationError);
    options.replicas = {{.url = "mariadb://localhost/x", .name = "a"},
                        {.url = "mariadb://localhost/x", .name = "a"}};
    EXPECT_THROW(duet::Database("mariadb://localhost/x", options), duet::ConfigurationError);
    EXPECT_THROW(duet::Database(std::vector<duet::Node>{{.url = "mariadb://localhost/x"}}),
                 duet::ConfigurationError);
}

TEST(ReplicaOptions, AreNotNeededToNameTheRoles) {
    duet::Database db{"sqlite://:memory:"};
    EXPECT_EQ(db.on("primary").sql("SELECT 1").scalar<int>(), 1);
    EXPECT_EQ(db.on("replica").sql("SELECT 1").scalar<int>(), 1);
    EXPECT_THROW((void)db.on("replica1"), duet::ConfigurationError);
    EXPECT_EQ(db.session().sql("SELECT 1").scalar<int>(), 1);
    EXPECT_EQ(db.nodes().size(), 1U);
}

}  // namespace
