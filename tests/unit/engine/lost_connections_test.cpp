#include <duet/functions.hpp>

#include "unit/engine/fixture.hpp"

namespace engine_test {
namespace {

/// A database whose server was restarted behind the back of the pool.
class LostConnections : public ScriptedTest {
protected:
    void SetUp() override {
        (void)db.query<Account>().count();
        (void)db.get<Account>(1);
        (void)db.create(Account{});
        server.log.clear();
        ++server.restarts;
    }
};

TEST_F(LostConnections, AreReplacedForReads) {
    server.on("SELECT", {.rows = {{std::int64_t{1}, "ada", std::int64_t{5}}}});
    EXPECT_EQ(db.query<Account>().all().size(), 1u);
    EXPECT_EQ(server.connects, 2);
}

TEST_F(LostConnections, AreReplacedForReadsOnTheSpot) {
    server.on("SELECT", {.rows = {{std::int64_t{1}, "ada", std::int64_t{5}}}});
    EXPECT_EQ(db.get<Account>(1)->name, "ada");
    EXPECT_EQ(server.connects, 2);
}

TEST_F(LostConnections, AreReplacedForReadsInCoroutines) {
    server.on("SELECT", {.rows = {{std::int64_t{1}, "ada", std::int64_t{5}}}});
    EXPECT_EQ(duet::run(async.get<Account>(1))->name, "ada");
}

TEST_F(LostConnections, AreNotReplacedForWritesThatMayHaveHappened) {
    EXPECT_THROW((void)db.create(Account{}), duet::ConnectionError);
    EXPECT_TRUE(server.log.empty());
    EXPECT_EQ(server.connects, 1);
    Account account{.id = 1};
    EXPECT_NO_THROW(db.update(account, "score"_c = 3)) << "the dead connection is gone";
}

TEST_F(LostConnections, AreReplacedForWritesThatHaveNotBegun) {
    server.tells_unstarted = true;
    server.on("INSERT", {.last_key = 9});
    EXPECT_EQ(db.create(Account{}).id, 9);
    EXPECT_EQ(server.count("INSERT"), 1u);
    const Account fresh{};
    ++server.restarts;
    EXPECT_NO_THROW((void)duet::run(async.create(fresh)));
    EXPECT_EQ(server.count("INSERT"), 2u);
}

TEST_F(LostConnections, AreNotReplacedOnceRowsAreThere) {
    ++server.connects;
    db = duet::Database(duet::testing::scripted_url(server));
    Reply cut = failing(duet::ConnectionError("cut"), true);
    cut.rows = {{std::int64_t{1}, "ada", std::int64_t{5}}};
    server.on("SELECT", cut);
    EXPECT_THROW((void)db.query<Account>().all(), duet::ConnectionError);
    EXPECT_EQ(server.count("SELECT"), 1u);
}

TEST_F(LostConnections, AreNotReplacedForReadsWithFunctionsThatNobodyKnows) {
    // They may have charged somebody's card.
    const auto charged = [&] { return db.query<Account>().select(duet::fn<int>("charge")("id"_c)); };
    EXPECT_THROW((void)charged(), duet::ConnectionError);
    EXPECT_EQ(server.connects, 1);
}

TEST_F(LostConnections, AreReplacedOnlyOnce) {
    server.on("SELECT", failing(duet::ConnectionError("cut"), true));
    server.on("SELECT", failing(duet::ConnectionError("cut"), true));
    EXPECT_THROW((void)db.query<Account>().all(), duet::ConnectionError);
    EXPECT_EQ(server.count("SELECT"), 1u);
}

TEST_F(LostConnections, AreReplacedForIterations) {
    server.on("SELECT", {.rows = {{std::int64_t{1}, "ada", std::int64_t{5}}}});
    int rows = 0;
    for (const Account& account : db.query<Account>().iterate(10)) rows += static_cast<int>(account.id);
    EXPECT_EQ(rows, 1);
}

TEST_F(LostConnections, AreNotReplacedForIterationsWithFunctionsThatNobodyKnows) {
    const auto charged = db.query<Account>().where(duet::fn<bool>("charge")("id"_c));
    EXPECT_THROW(
        {
            for (const Account& account : charged.iterate(10)) (void)account;
        },
        duet::ConnectionError);
    EXPECT_EQ(server.connects, 1);
}

TEST_F(LostConnections, WritesOfSeveralStatementsStopAtTheirFirst) {
    // The UPDATE has happened when the connection is lost: nothing of it is repeated.
    server.tells_unstarted = true;
    server.dialect.can.update_returning = false;
    server.on("SELECT", failing(duet::ConnectionError("cut"), true));
    Account account{.id = 1};
    EXPECT_THROW(db.update(account, "score"_c = "score"_c + 1), duet::ConnectionError);
    EXPECT_EQ(server.count("UPDATE"), 1u);
}

}  // namespace
}  // namespace engine_test
