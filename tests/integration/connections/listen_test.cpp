#include <duet/testing/testing.hpp>

#include <thread>

#include "integration/support.hpp"

// Messages between sessions of PostgreSQL, in both modes from one source.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using duet::Notification;

template <class Mode>
class Listening : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<Mode>;
    using Listener = duet::BasicListener<Mode>;

    static std::optional<Notification> next(Listener& listener, std::chrono::nanoseconds limit = 10s) {
        return got(listener.next(limit));
    }
    /// What comes until nothing comes any more.
    static std::vector<std::string> payloads(Listener& listener) {
        std::vector<std::string> out;
        while (const auto note = next(listener, 300ms)) out.push_back(note->payload);
        return out;
    }
    static void send(Db& db, std::string_view channel, std::string_view payload = {}) {
        did([&] { return db.notify(channel, payload); });
    }

    ServerDatabase server{Server::postgres};
    Db db{server.url()};
};
TYPED_TEST_SUITE(Listening, Modes, ModeNames);

TYPED_TEST(Listening, HandsOutWhatIsSentInItsOrder) {
    auto listener = got(this->db.listen({"orders", "jobs"}));
    for (int i = 0; i < 50; ++i) this->send(this->db, i % 5 == 0 ? "jobs" : "orders", std::to_string(i));
    for (int i = 0; i < 50; ++i) {
        const auto note = this->next(listener);
        ASSERT_TRUE(note);
        EXPECT_EQ(note->channel, i % 5 == 0 ? "jobs" : "orders");
        EXPECT_EQ(note->payload, std::to_string(i));
        EXPECT_GT(note->process, 0);
        EXPECT_FALSE(note->maybe_missed);
    }
    EXPECT_FALSE(this->next(listener, 50ms));
}

TYPED_TEST(Listening, DeliversAfterTheCommitAndNeverAfterARollback) {
    auto listener = got(this->db.listen({"orders"}));
    in_transaction(this->db, [&](duet::BasicTransaction<TypeParam>& tx) -> duet::Task<> {
        co_await later_done([&] { return tx.notify("orders", "kept"); });
        EXPECT_FALSE(co_await later(listener.next(100ms)));
    });
    auto gone = got(this->db.begin());
    did([&] { return gone.notify("orders", "gone"); });
    did([&] { return gone.rollback(); });
    this->send(this->db, "orders", "last");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"kept", "last"}));
}

TYPED_TEST(Listening, TakesChannelNamesAsTheyAre) {
    const std::vector<std::string> names{
        "orders.created",        "Upper Case", "with \"quotes\"",   "it's; DROP", "select",
        "\u00e9t\u00e9 \\ back", "%s",         std::string(63, 'x')};
    auto listener = got(this->db.listen(names));
    this->send(this->db, "upper case", "another");
    for (const std::string& name : names) {
        this->send(this->db, name, name);
        const auto note = this->next(listener);
        ASSERT_TRUE(note) << name;
        EXPECT_EQ(note->channel, name);
        EXPECT_EQ(note->payload, name);
    }
}

TYPED_TEST(Listening, RefusesChannelNamesThatThereCannotBe) {
    auto listener = got(this->db.listen({"good"}));
    for (const std::string& name :
         {std::string(), std::string(64, 'x'), std::string("a\0b", 3), std::string("\xff"),
          std::string(32, 'x') + "\u00e9" + std::string(30, 'x')}) {
        EXPECT_THROW(got(this->db.listen({name})), duet::InvalidQuery);
        EXPECT_THROW(did([&] { return listener.add(name); }), duet::InvalidQuery);
        EXPECT_THROW(this->send(this->db, name), duet::InvalidQuery);
    }
}

TYPED_TEST(Listening, ChecksThePayloadBeforeItIsSent) {
    auto listener = got(this->db.listen({"orders"}));
    duet::StatementCounter statements(this->db);
    EXPECT_THROW(this->send(this->db, "orders", std::string(8000, 'x')), duet::ValidationError);
    EXPECT_THROW(this->send(this->db, "orders", std::string("a\0b", 3)), duet::ValidationError);
    EXPECT_THROW(this->send(this->db, "orders", "\xc3"), duet::ValidationError);
    EXPECT_EQ(statements.count(), 0);
    std::string longest;
    for (int i = 0; i < 3999; ++i) longest += "\u00e9";
    longest += "x";
    this->send(this->db, "orders", longest);
    this->send(this->db, "orders");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{longest, ""}));
}

TYPED_TEST(Listening, AddsAndRemovesChannels) {
    auto listener = got(this->db.listen({"a"}));
    did([&] { return listener.add("b.c"); });
    did([&] { return listener.add("b.c"); });
    EXPECT_EQ(listener.channels(), (std::vector<std::string>{"a", "b.c"}));
    this->send(this->db, "b.c", "1");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"1"}));
    this->send(this->db, "a", "2");
    this->send(this->db, "b.c", "3");
    did([&] { return listener.remove("a"); });
    this->send(this->db, "a", "4");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"3"}));
}

TYPED_TEST(Listening, ServesSeveralListenersWithoutTouchingThePool) {
    auto first = got(this->db.listen({"orders"}));
    auto second = got(this->db.listen({"orders"}));
    EXPECT_EQ(this->db.pool_stats().open, 0);
    this->send(this->db, "orders", "both");
    EXPECT_EQ(this->payloads(first), (std::vector<std::string>{"both"}));
    EXPECT_EQ(this->payloads(second), (std::vector<std::string>{"both"}));
    EXPECT_EQ(this->db.pool_stats().checked_out, 0);
}

TYPED_TEST(Listening, EndsWithNothingWhenTheTimeIsOver) {
    auto listener = got(this->db.listen({"orders"}));
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(this->next(listener, 100ms));
    EXPECT_GE(std::chrono::steady_clock::now() - before, 100ms);
    EXPECT_FALSE(this->next(listener, 0ms));
    this->send(this->db, "orders", "there");
    std::this_thread::sleep_for(100ms);
    const auto note = this->next(listener, 0ms);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->payload, "there");
}

TYPED_TEST(Listening, SurvivesItsOwnConnectionBeingTerminated) {
    auto listener = got(this->db.listen({"orders", "Jobs.new"}));
    this->send(this->db, "orders", "before");
    const auto killed = got(this->db
                                .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                     "WHERE pid <> pg_backend_pid() AND datname = current_database() "
                                     "AND query LIKE '%LISTEN%'")
                                .template scalar<std::int64_t>());
    EXPECT_EQ(killed, 1);
    EXPECT_EQ(this->next(listener)->payload, "before");
    const auto lost = this->next(listener);
    ASSERT_TRUE(lost);
    EXPECT_TRUE(lost->maybe_missed);
    EXPECT_EQ(lost->channel, "");
    EXPECT_TRUE(listener.connected());
    this->send(this->db, "Jobs.new", "after");
    const auto after = this->next(listener);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->payload, "after");
    EXPECT_FALSE(after->maybe_missed);
}

TYPED_TEST(Listening, IsRefusedBehindAPoolerThatWorksByTransactions) {
    typename TestFixture::Db pooled(pgbouncer_url());
    EXPECT_THROW(got(pooled.listen({"orders"})), duet::ConfigurationError);
    duet::ListenOptions direct;
    direct.url = this->server.url();
    auto listener = got(pooled.listen({"orders"}, direct));
    this->send(this->db, "orders", "direct");
    EXPECT_EQ(this->next(listener)->payload, "direct");
}

TYPED_TEST(Listening, IsRefusedWhereThereAreNoNotifications) {
    typename TestFixture::Db sqlite("sqlite://:memory:");
    EXPECT_THROW(got(sqlite.listen({"orders"})), duet::UnsupportedByDialect);
    EXPECT_THROW(this->send(sqlite, "orders"), duet::UnsupportedByDialect);
}

TYPED_TEST(Listening, TellsWhenItCannotConnect) {
    typename TestFixture::Db nowhere("postgresql://nobody@127.0.0.1:1/none");
    EXPECT_THROW(got(nowhere.listen({"orders"})), duet::ConnectionError);
}

/// A server that a test may stop and kill.
template <class Mode>
class ListeningThroughFailures : public Listening<Mode> {
protected:
    duet::testing::EphemeralPostgres own;
    typename Listening<Mode>::Db own_db{own.url()};
};
TYPED_TEST_SUITE(ListeningThroughFailures, Modes, ModeNames);

TYPED_TEST(ListeningThroughFailures, ComesBackAfterTheServerWasKilled) {
    auto listener = got(this->own_db.listen({"orders"}));
    this->own.kill();
    EXPECT_FALSE(this->next(listener, 500ms));
    EXPECT_FALSE(listener.connected());
    did([&] { return listener.add("added.meanwhile"); });
    this->own.start();
    const auto lost = this->next(listener, 30s);
    ASSERT_TRUE(lost);
    EXPECT_TRUE(lost->maybe_missed);
    typename TestFixture::Db fresh(this->own.url());
    this->send(fresh, "orders", "1");
    this->send(fresh, "added.meanwhile", "2");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"1", "2"}));
}

TYPED_TEST(ListeningThroughFailures, NoticesAServerThatHasFallenSilent) {
    duet::ListenOptions options;
    options.heartbeat = 200ms;
    auto listener = got(this->own_db.listen({"orders"}, options));
    EXPECT_FALSE(this->next(listener, 1s));  // a few signs of life
    EXPECT_TRUE(listener.connected());
    this->own.pause();
    EXPECT_FALSE(this->next(listener, 1s));
    EXPECT_FALSE(listener.connected());
    this->own.resume();
    const auto lost = this->next(listener, 30s);
    ASSERT_TRUE(lost);
    EXPECT_TRUE(lost->maybe_missed);
    this->send(this->own_db, "orders", "back");
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"back"}));
}

TYPED_TEST(ListeningThroughFailures, CountsAnAnswerThatCameWhileNobodyLooked) {
    duet::ListenOptions options;
    options.heartbeat = 50ms;
    auto listener = got(this->own_db.listen({"orders"}, options));
    EXPECT_FALSE(this->next(listener, 51ms));
    std::this_thread::sleep_for(200ms);
    this->send(this->own_db, "orders", "one");
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(this->payloads(listener), (std::vector<std::string>{"one"}));
}

TEST(AsyncListening, EndsWithQueryCanceledAndLosesNothing) {
    const ServerDatabase server{Server::postgres};
    duet::AsyncDatabase db(server.url());
    duet::run([&]() -> duet::Task<> {
        auto listener = co_await db.listen({"orders"});
        try {
            co_await duet::timeout(listener.next(), 100ms);
            ADD_FAILURE();
        } catch (const duet::QueryCanceled&) {
        }
        co_await db.notify("orders", "kept");
        const auto note = co_await listener.next();
        EXPECT_EQ(note->payload, "kept");
    });
}

TEST(AsyncListening, WaitsBesideOtherWorkAndRefusesASecondReader) {
    const ServerDatabase server{Server::postgres};
    duet::AsyncDatabase db(server.url());
    duet::run([&]() -> duet::Task<> {
        auto listener = co_await db.listen({"jobs"});
        std::vector<std::string> seen;
        auto read = [&]() -> duet::Task<> {
            while (auto note = co_await listener.next(5s)) {
                seen.push_back(note->payload);
                if (note->payload == "end") break;
            }
        };
        auto write = [&]() -> duet::Task<> {
            for (int i = 0; i < 20; ++i) co_await db.notify("jobs", std::to_string(i));
            try {
                co_await listener.next(1ms);
                ADD_FAILURE();
            } catch (const duet::InvalidQuery&) {
            }
            co_await db.notify("jobs", "end");
        };
        co_await duet::when_all(read(), write());
        EXPECT_EQ(seen.size(), 21);
    });
}

TEST(AsyncListening, MindsNoTaskThatIsNeverAwaited) {
    const ServerDatabase server{Server::postgres};
    duet::AsyncDatabase db(server.url());
    duet::run([&]() -> duet::Task<> {
        auto listener = co_await db.listen({"jobs"});
        { duet::Task<std::optional<Notification>> dropped = listener.next(); }
        co_await db.notify("jobs", "1");
        const auto note = co_await listener.next(5s);
        EXPECT_EQ(note->payload, "1");
    });
}

}  // namespace
