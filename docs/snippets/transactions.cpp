#include <duet/duet.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};

    static constexpr auto table = duet::table("accounts", duet::check("solvent", "balance >= 0"));
};

namespace {

// [transfer]
struct InsufficientFunds : std::runtime_error {
    InsufficientFunds() : std::runtime_error("insufficient funds") {}
};

void transfer(duet::Database& db, std::int64_t from, std::int64_t to, std::int64_t amount) {
    db.transaction(
        [&](duet::Transaction& tx) {  // commits at the end; whatever leaves it as an exception rolls back
            Account payer = tx.query<Account>().where("id"_c == from).one();
            Account payee = tx.query<Account>().where("id"_c == to).one();
            if (payer.balance < amount) throw InsufficientFunds{};
            tx.update(payer, "balance"_c = "balance"_c - amount);
            tx.update(payee, "balance"_c = "balance"_c + amount);
        });
}
// [/transfer]

struct Transactions : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    Account ada, bob;
    void SetUp() override {
        db.create_all(duet::models<Account>);
        ada = db.create(Account{.owner = "Ada", .balance = 100});
        bob = db.create(Account{.owner = "Bob"});
    }
};

TEST_F(Transactions, Blocks) {
    transfer(db, ada.id, bob.id, 30);
    EXPECT_THROW(transfer(db, ada.id, bob.id, 300), InsufficientFunds);
    EXPECT_EQ(db.get<Account>(bob.id)->balance, 30);

    // [result]
    const auto account = db.transaction([&](duet::Transaction& tx) {
        return tx.create(
            Account{.owner = "Cleo", .balance = 5});  // what the block returns, transaction() returns
    });
    // [/result]
    EXPECT_EQ(account.owner, "Cleo");

    // [nested]
    db.transaction([&](duet::Transaction& tx) {
        tx.create(Account{.owner = "Dan"});
        try {
            tx.transaction([&](duet::Transaction& nested) {  // a savepoint
                nested.create(Account{.owner = "Eve", .balance = -1});
            });
        } catch (const duet::CheckViolation& error) {
            std::cout << error.constraint() << " says no; Dan stays\n";
        }
    });
    // [/nested]
    EXPECT_EQ(db.query<Account>().where("owner"_c == "Dan").count(), 1);
    EXPECT_EQ(db.query<Account>().where("owner"_c == "Eve").count(), 0);
}

TEST_F(Transactions, ByHand) {
    // [by_hand]
    duet::Transaction tx = db.begin();
    tx.create(Account{.owner = "Fay"});
    tx.commit();  // without it, the end of the scope rolls back
    // [/by_hand]
    EXPECT_EQ(db.query<Account>().count(), 3);

    std::string mail;
    // [on_commit]
    db.transaction([&](duet::Transaction& tx2) {
        tx2.create(Account{.owner = "Gus"});
        tx2.on_commit(
            [&] { mail = "welcome, Gus"; });  // after the outermost transaction has committed, or never
        tx2.on_rollback([] { std::cout << "no Gus\n"; });
    });
    // [/on_commit]
    EXPECT_EQ(mail, "welcome, Gus");
}

TEST_F(Transactions, Options) {
    // [options]
    db.transaction([&](duet::Transaction& tx) { tx.update(ada, "balance"_c = 7); }, duet::retry(5));

    const auto total = db.transaction(
        [](duet::Transaction& tx) { return tx.query<Account>().aggregate(duet::sum("balance"_c)); },
        {.locking = duet::Locking::deferred, .read_only = true, .timeout = 2s});
    // [/options]
    EXPECT_EQ(total, 7);
    EXPECT_THROW(db.transaction([](duet::Transaction& tx) { tx.create(Account{}); }, {.read_only = true}),
                 duet::InvalidQuery);
}

}  // namespace
