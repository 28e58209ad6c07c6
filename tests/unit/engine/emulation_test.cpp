#include "unit/engine/fixture.hpp"

namespace engine_test {
namespace {

using Emulation = ScriptedTest;

duet::UniqueViolation violation_of(const char* constraint) {
    duet::UniqueViolation error("taken");
    error.set_constraint(constraint);
    return error;
}

TEST_F(Emulation, ComputedValuesAreReadAfterAnUpdateThatCannotReturnThem) {
    server.dialect.can.update_returning = false;
    server.on("SELECT", {.rows = {{std::int64_t{6}}}});
    Account account{.id = 1, .score = 5};
    db.update(account, "score"_c = "score"_c + 1);
    EXPECT_EQ(account.score, 6);
    ASSERT_EQ(server.log.size(), 4u);
    EXPECT_EQ(server.log[0], "BEGIN");
    EXPECT_TRUE(server.log[1].starts_with("UPDATE"));
    EXPECT_TRUE(server.log[2].starts_with("SELECT"));
    EXPECT_EQ(server.log[3], "COMMIT");
}

TEST_F(Emulation, AnUpsertIsRefusedWhereAnotherKeyCouldBeInTheWay) {
    server.dialect.can.upsert_target = false;
    Badge badge{.code = "a", .serial = "b"};
    EXPECT_THROW(db.upsert(badge, duet::conflict_on("code"), duet::set("serial")),
                 duet::UnsupportedByDialect);
    Account account{.id = 4, .name = "ada"};
    EXPECT_THROW(db.upsert(account, duet::conflict_on("name"), duet::set("score")),
                 duet::UnsupportedByDialect)
        << "its own key may be there as well";
    EXPECT_THROW(db.upsert(account, duet::conflict_on("score"), duet::set("name")),
                 duet::UnsupportedByDialect);
    EXPECT_TRUE(server.log.empty());
}

TEST_F(Emulation, AnUpsertGoesOutWhereOnlyTheWantedKeyCanBeInTheWay) {
    server.dialect.can.upsert_target = false;
    server.on("INSERT", {.rows = {{std::int64_t{3}, "ada", std::int64_t{8}}}});
    Account account{.name = "ada"};
    EXPECT_TRUE(db.upsert(account, duet::conflict_on("name"), duet::set("score")));
    EXPECT_EQ(account.id, 3);
    EXPECT_EQ(account.score, 8);
}

TEST_F(Emulation, AnUpsertWithoutReturningReadsTheRow) {
    server.dialect.can.upsert_target = server.dialect.can.returning = false;
    server.dialect.can.keys = duet::Capabilities::Keys::first;
    server.on("SELECT", {.rows = {{std::int64_t{3}, "ada", std::int64_t{8}}}});
    Account account{.name = "ada"};
    EXPECT_TRUE(db.upsert(account, duet::conflict_on("name"), duet::set("score")));
    EXPECT_EQ(account.id, 3);
    ASSERT_EQ(server.log.size(), 4u);
    EXPECT_EQ(server.log[0], "BEGIN");
    EXPECT_NE(server.log[2].find("\"name\" = "), std::string::npos) << server.log[2];
}

TEST_F(Emulation, DoingNothingIsAnInsertWhoseRefusalIsUnderstood) {
    server.dialect.can.upsert_target = false;
    server.on("INSERT", failing(violation_of("badges.uq_badges_code")));
    Badge badge{.code = "a", .serial = "b"};
    EXPECT_FALSE(db.upsert(badge, duet::conflict_on("code"), duet::do_nothing));
    EXPECT_EQ(server.log[0].find("CONFLICT"), std::string::npos);

    server.on("INSERT", failing(violation_of("uq_badges_serial")));
    EXPECT_THROW(db.upsert(badge, duet::conflict_on("code"), duet::do_nothing), duet::UniqueViolation);
    EXPECT_EQ(badge.id, 0);
}

TEST_F(Emulation, AnUnknownKeyIsFoundOutByLooking) {
    server.dialect.can.upsert_target = false;
    server.on("INSERT", failing(violation_of("some_index")));
    server.on("SELECT", {.rows = {{std::int64_t{3}, "a", "b"}}});
    Badge badge{.code = "a", .serial = "b"};
    EXPECT_FALSE(db.upsert(badge, duet::conflict_on("code"), duet::do_nothing));
    server.on("INSERT", failing(violation_of("some_index")));
    EXPECT_THROW(db.upsert(badge, duet::conflict_on("code"), duet::do_nothing), duet::UniqueViolation);
}

TEST_F(Emulation, ExplainJoinsLines) {
    server.on("EXPLAIN",
              {.rows = {{"{\"table\": {\"table_name\": "}, {"\"t\", \"access_type\": \"ALL\"}}"}}});
    EXPECT_EQ(db.query<Account>().explain().root().table, "t");
}

TEST_F(Emulation, TablesAreDroppedWithoutATransactionWhereThatMeansNothing) {
    server.dialect.can.transactional_ddl = false;
    db.drop_all(duet::models<Account>);
    ASSERT_EQ(server.log.size(), 1u);
    EXPECT_TRUE(server.log[0].starts_with("DROP TABLE")) << server.log[0];
}

}  // namespace
}  // namespace engine_test
