#include "unit/engine/fixture.hpp"

namespace engine_test {
namespace {

using Transactions = ScriptedTest;

TEST_F(Transactions, BeginTravelsWithTheFirstStatement) {
    {
        auto tx = db.begin();
        EXPECT_TRUE(server.log.empty());
        (void)tx.query<Account>().count();
        tx.commit();
    }
    ASSERT_EQ(server.log.size(), 3u);
    EXPECT_EQ(server.log[0], "BEGIN");
    EXPECT_EQ(server.log[2], "COMMIT");
}

TEST_F(Transactions, TakeTheirOptionsByName) {
    const auto nothing = [](duet::Transaction& tx) { (void)tx.query<Account>().count(); };
    db.transaction(nothing, {.isolation = duet::Isolation::serializable, .read_only = true, .retries = 3});
    EXPECT_EQ(server.log[0], "BEGIN SERIALIZABLE READ ONLY");
    server.log.clear();
    db.transaction(nothing, duet::serializable(2));
    EXPECT_EQ(server.log[0], "BEGIN SERIALIZABLE");
}

TEST_F(Transactions, RunAgainWhenTheCommitItselfCollides) {
    server.on("COMMIT", failing(duet::SerializationFailure("collided")));
    int runs = 0;
    db.transaction(
        [&](duet::Transaction& tx) {
            ++runs;
            (void)tx.query<Account>().count();
        },
        duet::retry(1));
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(server.count("BEGIN"), 2u);
    EXPECT_EQ(server.count("ROLLBACK"), 0u) << "the failed COMMIT has ended it";
    EXPECT_EQ(db.pool_stats().checked_out, 0u);
}

TEST_F(Transactions, RollBackADroppedSavepointBeforeTheNextOperation) {
    duet::engine::Engine engine(std::make_unique<duet::testing::ScriptedDriver>(server), {});
    auto outer =
        std::make_unique<duet::engine::TransactionState>(engine, nullptr, duet::TransactionOptions{});
    auto& state = *outer;
    duet::Transaction tx(std::move(outer));
    duet::detail::complete_inline(state.begin({}));
    {
        duet::engine::TransactionState inner(engine, &state, {});
        duet::detail::complete_inline(inner.begin({}));
    }
    (void)tx.query<Account>().count();
    tx.commit();
    const Log expected{"BEGIN", "SAVEPOINT duet_1", "ROLLBACK TO SAVEPOINT duet_1",
                       "RELEASE SAVEPOINT duet_1"};
    ASSERT_EQ(server.log.size(), 6u);
    EXPECT_EQ(Log(server.log.begin(), server.log.begin() + 4), expected);
    EXPECT_EQ(server.log[5], "COMMIT");
}

TEST_F(Transactions, LeaveTheirConnectionToThePoolWhenDropped) {
    {
        auto tx = db.begin();
        (void)tx.query<Account>().count();
    }
    EXPECT_EQ(db.pool_stats().checked_out, 0u);
    (void)db.query<Account>().count();
    EXPECT_EQ(server.count("COMMIT"), 0u);
}

TEST_F(Transactions, EndTheirIterations) {
    server.on("SELECT",
              {.rows = {{std::int64_t{1}, "a", std::int64_t{0}}, {std::int64_t{2}, "b", std::int64_t{0}}}});
    auto tx = db.begin();
    auto rows = tx.query<Account>().iterate(1);
    auto it = rows.begin();
    EXPECT_EQ((*it).id, 1);
    tx.commit();
    EXPECT_EQ(server.closed_cursors, 1);
    EXPECT_THROW(++it, duet::InvalidQuery);
}

TEST_F(Transactions, BeginOnAnotherConnectionWhenTheirsIsGone) {
    (void)db.query<Account>().count();
    ++server.restarts;
    server.tells_unstarted = true;
    auto tx = db.begin();
    // A BEGIN that was held back fails with the first statement.
    EXPECT_THROW((void)tx.query<Account>().count(), duet::ConnectionError);
    EXPECT_NO_THROW(tx.rollback());
}

}  // namespace
}  // namespace engine_test
