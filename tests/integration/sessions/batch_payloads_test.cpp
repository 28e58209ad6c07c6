#include <duet/payload.hpp>

#include "integration/support.hpp"

namespace {

using namespace duet::test;

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance = 5;
    std::optional<std::string> note{};
    duet::Version version{};
    static constexpr auto table = duet::table("accounts", duet::unique("owner"));
};
struct NewAccount {
    std::string owner{};
    std::optional<std::string> note{};
    static constexpr auto rules = duet::rules(duet::length("owner", 1, 10), duet::length("note", 0, 5));
};
struct AccountPatch {
    duet::Patch<std::int64_t> balance{};
    duet::Patch<std::optional<std::string>> note{};
    static constexpr auto rules = duet::rules(duet::range("balance", 0, 1000));
};

template <class B>
class BatchesOfPayloads : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(duet::models<Account>); });
        ada = got(this->db.create(ada));
    }
    Account stored(const Account& account) { return *got(this->db.template get<Account>(account.id)); }

    Account ada{.owner = "Ada", .balance = 10, .note = "first"};
};
TYPED_TEST_SUITE(BatchesOfPayloads, Backends, BackendNames);

TYPED_TEST(BatchesOfPayloads, AreWrittenTogether) {
    Account bob{.id = 99, .owner = "nobody", .balance = 77};
    Account eve;
    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(bob, NewAccount{.owner = "Bob"});
            EXPECT_EQ(bob.owner, "Bob");
            batch.create(eve, NewAccount{.owner = "Eve", .note = "new"});
            batch.update(this->ada, AccountPatch{.balance = 30, .note = nullptr});
            EXPECT_EQ(batch.size(), 3u);
            EXPECT_EQ(this->ada.balance, 10);
        });
    });
    EXPECT_EQ(this->stored(bob).owner, "Bob");
    EXPECT_EQ(this->stored(bob).balance, 5);  // as the model has it
    EXPECT_EQ(this->stored(eve).note, "new");
    EXPECT_EQ(this->ada.balance, 30);
    EXPECT_EQ(this->ada.note, std::nullopt);
    EXPECT_EQ(this->stored(this->ada).balance, 30);
    this->ada.balance = 31;
    did([&] { return this->db.save(this->ada); });  // its version is the row's
}

TYPED_TEST(BatchesOfPayloads, WriteNothingWhenNothingIsSet) {
    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.update(this->ada, AccountPatch{});
            batch.update(this->ada, AccountPatch{.balance = 11});
        });
    });
    EXPECT_EQ(this->stored(this->ada).balance, 11);
    EXPECT_EQ(this->stored(this->ada).note, "first");
}

TYPED_TEST(BatchesOfPayloads, AreCheckedBeforeAnythingIsSent) {
    Account bob;
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.update(this->ada, AccountPatch{.balance = 20});
                         try {
                             batch.create(bob, NewAccount{.owner = "", .note = "too long"});
                         } catch (const duet::ValidationError& error) {
                             EXPECT_EQ(error.faults().size(), 2u);
                             throw;
                         }
                     });
                 }),
                 duet::ValidationError);
    EXPECT_EQ(this->ada.balance, 10);
    EXPECT_EQ(this->stored(this->ada).balance, 10);
}

TYPED_TEST(BatchesOfPayloads, AreAllOrNothing) {
    Account stale = this->ada;
    this->ada.balance = 12;
    did([&] { return this->db.save(this->ada); });
    Account bob;
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(bob, NewAccount{.owner = "Bob"});
                         batch.update(stale, AccountPatch{.balance = 20});
                     });
                 }),
                 duet::StaleData);
    EXPECT_EQ(stale.balance, 10);
    EXPECT_EQ(got(this->db.template query<Account>().count()), 1);
}

}  // namespace
