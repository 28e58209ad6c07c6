#include <duet/async/when_all.hpp>
#include <duet/testing/testing.hpp>

#include "integration/checks.hpp"
#include "servers/addresses.hpp"

/// PgBouncer in session mode: a client keeps its server connection. duet cannot tell that from transaction
/// mode, and takes it for that.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Note {
    std::int64_t id{};
    std::string text{};
    int number{};
    static constexpr auto table = duet::table("notes", duet::unique("text"));
};

duet::testing::EphemeralPostgres& server() {
    static duet::testing::EphemeralPostgres started({.parent_folder = fast_folder()});
    return started;
}

struct SessionPooler {
    static constexpr const char* name = "SessionPooler";
    static std::string url() {
        static const duet::testing::EphemeralPgBouncer bouncer(
            server(), {.pool_mode = "session", .parent_folder = fast_folder()});
        return bouncer.url(server().create_fresh_database());
    }
};

template <class B>
class BehindSessions : public ::testing::Test {
protected:
    void SetUp() override {
        did([this] { return db.create_all(duet::models<Note>); });
    }
    std::int64_t notes() { return got(db.count(duet::query<Note>())); }

    const std::string url = SessionPooler::url();
    duet::BasicDatabase<typename B::mode> db{url};
};
using Modes = ::testing::Types<Backend<SessionPooler, duet::Blocking>, Backend<SessionPooler, duet::Async>>;
TYPED_TEST_SUITE(BehindSessions, Modes, BackendNames);

TYPED_TEST(BehindSessions, EverythingOrdinaryWorks) {
    std::vector<Note> list;
    for (int i = 1; i <= 500; ++i) list.push_back({.text = std::to_string(i), .number = i});
    EXPECT_EQ(got(this->db.create_bulk(list)), 500u);
    Note& first = list[0];
    first.number = 7;
    did([&] { return this->db.save(first); });
    EXPECT_EQ(find<Note>(this->db, first.id)->number, 7);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(this->notes(), 500);

    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    const Note note{.text = "gone"};
                                    co_await later(tx.create(note));
                                    EXPECT_THROW(co_await later(tx.transaction(
                                                     [&](auto& inner) { return inner.create(note); })),
                                                 duet::UniqueViolation);
                                    throw std::string("stop");
                                }),
                 std::string);
    EXPECT_EQ(this->notes(), 500);
}

TYPED_TEST(BehindSessions, NothingOfASessionTravelsToTheNextUser) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        co_await later_done(
            [&] { return tx.execute_script("SET search_path = nowhere; CREATE TEMP TABLE mine (a int)"); });
    });
    for (int i = 0; i < 3; ++i) EXPECT_EQ(this->notes(), 0);
    EXPECT_FALSE(got(this->db.sql("SELECT to_regclass('pg_temp.mine') IS NOT NULL").template scalar<bool>()));
}

TYPED_TEST(BehindSessions, StatementsAreStopped) {
    auto impatient = this->db.within(200ms);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(did([&] { return impatient.sql("SELECT 1 FROM pg_sleep(20)").template scalar<int>(); }),
                 duet::QueryCanceled);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(this->notes(), 0);
}

TYPED_TEST(BehindSessions, WhatNeedsOneSessionIsRefusedAsInTransactionMode) {
    EXPECT_THROW((void)got(this->db.advisory_lock("nightly")), duet::ConfigurationError);
    EXPECT_THROW((void)got(this->db.listen({"news"})), duet::ConfigurationError);
    duet::BasicDatabase<typename TypeParam::mode> limited{this->url + "?statement_timeout=5s"};
    EXPECT_THROW(did([&] { return limited.sql("SELECT 1").template scalar<int>(); }),
                 duet::ConfigurationError);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        co_await later_done([&] { return tx.advisory_lock("nightly"); });
    });
}

TEST(BehindSessionsTogether, CoroutinesShareThePool) {
    duet::DatabaseOptions options;
    options.pool.size = 3;
    options.pool.max_overflow = 2;
    duet::AsyncDatabase db{SessionPooler::url(), options};
    duet::run(db.create_all(duet::models<Note>));
    std::vector<duet::Task<Note>> tasks;
    std::vector<Note> list;
    for (int i = 0; i < 200; ++i) list.push_back({.text = std::to_string(i)});
    for (const Note& note : list) tasks.push_back(db.create(note));
    EXPECT_EQ(duet::run(duet::when_all(std::move(tasks))).size(), 200u);
    EXPECT_EQ(duet::run(db.count(duet::query<Note>())), 200);
    EXPECT_LE(db.pool_stats().size, 5u);
}

}  // namespace
