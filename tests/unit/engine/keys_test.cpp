#include "unit/engine/fixture.hpp"

namespace engine_test {
namespace {

using Keys = ScriptedTest;
using Way = duet::Capabilities::Keys;

std::vector<Account> accounts(std::size_t count) { return std::vector<Account>(count); }

TEST_F(Keys, OfOneObjectComesFromReturning) {
    server.dialect.can.keys = Way::returned;
    server.on("INSERT", {.rows = {{std::int64_t{41}}}});
    const Account account = db.create(Account{.name = "ada"});
    EXPECT_EQ(account.id, 41);
    EXPECT_TRUE(server.log[0].ends_with(" RETURNING \"id\"")) << server.log[0];
    server.on("INSERT", {.rows = {{std::int64_t{42}}}});
    EXPECT_EQ(db.create(Account{.name = "bob"}).id, 42) << "with the statement that is prepared";
    server.on("INSERT", {.rows = {{std::int64_t{43}}}});
    const Account fresh{.name = "eve"};
    EXPECT_EQ(duet::run(async.create(fresh)).id, 43);
}

TEST_F(Keys, AreNotAskedForWhenGiven) {
    server.dialect.can.keys = Way::returned;
    EXPECT_EQ(db.create(Account{.id = 7}).id, 7);
    EXPECT_EQ(server.log[0].find("RETURNING"), std::string::npos);
}

TEST_F(Keys, OfManyGoToTheRowsInTheOrderOfTheirNumbers) {
    server.dialect.can.keys = Way::returned;
    server.on("INSERT", {.rows = {{std::int64_t{12}}, {std::int64_t{10}}, {std::int64_t{11}}}});
    auto many = accounts(3);
    db.create_bulk(many);
    EXPECT_EQ(many[0].id, 10);
    EXPECT_EQ(many[1].id, 11);
    EXPECT_EQ(many[2].id, 12);
    EXPECT_EQ(server.log.size(), 1u) << "one statement needs no transaction";
}

TEST_F(Keys, OfManyCountFromTheFirstWhereThatIsReported) {
    server.dialect.can.keys = Way::first;
    server.on("INSERT", {.last_key = 7});
    auto many = accounts(3);
    db.create_bulk(many);
    EXPECT_EQ(many[0].id, 7);
    EXPECT_EQ(many[2].id, 9);
}

TEST_F(Keys, AreTakenBackWhenALaterStatementFails) {
    server.dialect.can.keys = Way::returned;
    server.dialect.can.insert_rows = 2;
    server.on("INSERT", {.rows = {{std::int64_t{1}}, {std::int64_t{2}}}});
    server.on("INSERT", failing(duet::UniqueViolation("taken")));
    auto many = accounts(3);
    EXPECT_THROW(db.create_bulk(many), duet::UniqueViolation);
    for (const Account& account : many) EXPECT_EQ(account.id, 0);
    EXPECT_EQ(server.log.front(), "BEGIN");
    EXPECT_EQ(server.log.back(), "ROLLBACK");
}

TEST_F(Keys, FewerThanRowsAreAnError) {
    server.dialect.can.keys = Way::returned;
    server.on("INSERT", {.rows = {{std::int64_t{1}}}});
    auto many = accounts(2);
    EXPECT_THROW(db.create_bulk(many), duet::DatabaseError);
    EXPECT_EQ(many[0].id, 0);
}

}  // namespace
}  // namespace engine_test
