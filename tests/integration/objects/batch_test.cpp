#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    static constexpr auto table =
        duet::table("accounts", duet::unique("owner"), duet::check("not_negative", "balance >= 0"));
};

struct Ticket {
    duet::Uuid id{};
    std::string text{};
    duet::Timestamps times{};
    static constexpr auto table = duet::table("tickets");
};

template <class B>
class Batches : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(duet::models<Account>); });
        account = got(this->db.create(account));
    }
    std::int64_t balance_of(std::int64_t id) { return got(this->db.template get<Account>(id))->balance; }
    std::int64_t rows() { return got(this->db.template query<Account>().count()); }

    Account account{.owner = "Ada", .balance = 10};
};
TYPED_TEST_SUITE(Batches, Backends, BackendNames);

TYPED_TEST(Batches, WriteEverythingAndFillTheKeysIn) {
    Account bob{.owner = "Bob", .balance = 1};
    Account eve{.owner = "Eve", .balance = 2};
    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(bob);
            batch.create(eve);
            batch.update(this->account, "balance"_c = 30);
            EXPECT_EQ(batch.size(), 3U);
        });
    });
    EXPECT_NE(bob.id, 0);
    EXPECT_NE(eve.id, bob.id);
    EXPECT_EQ(this->account.balance, 30);
    EXPECT_EQ(this->balance_of(this->account.id), 30);
    EXPECT_EQ(this->balance_of(eve.id), 2);

    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.remove(bob);
            batch.update_bulk(duet::query<Account>().where("owner"_c == "Eve"),
                              "balance"_c = "balance"_c + 5);
        });
    });
    EXPECT_EQ(this->rows(), 2);
    EXPECT_EQ(this->balance_of(eve.id), 7);
}

TYPED_TEST(Batches, DoNothingAtAllWhenOneOfThemFails) {
    Account bob{.owner = "Bob", .balance = 1};
    Account other_ada{.owner = "Ada", .balance = 1};
    Account late{.owner = "Late", .balance = 1};
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(bob);
                         batch.create(other_ada);
                         batch.create(late);
                     });
                 }),
                 duet::UniqueViolation);
    EXPECT_EQ(this->rows(), 1);
    for (const Account* created : {&bob, &other_ada, &late}) EXPECT_EQ(created->id, 0);

    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(late);
                         batch.update_bulk(duet::query<Account>().where("id"_c == this->account.id),
                                           "balance"_c = "balance"_c - 100);
                     });
                 }),
                 duet::CheckViolation);
    EXPECT_EQ(this->rows(), 1);
    EXPECT_EQ(this->balance_of(this->account.id), 10);
    EXPECT_EQ(late.id, 0);
}

TYPED_TEST(Batches, LeaveObjectsAsTheyWereWhenTheyFail) {
    did([this] { return this->db.create_all(duet::models<Ticket>); });
    Ticket first{.text = "first"};
    Ticket second{.id = duet::Uuid::v4(), .text = "second"};
    const duet::Uuid given = second.id;
    Account bob{.owner = "Bob", .balance = 1};
    Account numbered{.id = 77, .owner = "Numbered", .balance = 1};
    Account bad{.owner = "Ada", .balance = 1};
    const auto all = [&](duet::Batch& batch) {
        batch.create(first);
        batch.create(second);
        batch.create(bob);
        batch.create(numbered);
        batch.create(bad);
    };
    EXPECT_THROW(did([&] { return this->db.batch(all); }), duet::UniqueViolation);
    EXPECT_EQ(first.id, duet::Uuid{});
    EXPECT_EQ(first.times.created_at, duet::Timestamp{});
    EXPECT_EQ(second.id, given);
    EXPECT_EQ(bob.id, 0);
    EXPECT_EQ(numbered.id, 77);

    bad.owner = "Good";
    did([&] { return this->db.batch(all); });
    EXPECT_EQ(this->rows(), 4);
    EXPECT_NE(first.id, duet::Uuid{});
    EXPECT_NE(bob.id, 0);
}

TYPED_TEST(Batches, AreTakenBackWhenARowIsGone) {
    Account gone{.id = 4711, .owner = "Nobody", .balance = 0};
    Account bob{.owner = "Bob", .balance = 1};
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(bob);
                         batch.update(gone, "balance"_c = 3);
                     });
                 }),
                 duet::NotFound);
    EXPECT_EQ(this->rows(), 1);
}

TYPED_TEST(Batches, RefuseToChangeWhatTheyCreateThemselves) {
    Account bob{.owner = "Bob", .balance = 1};
    const auto error = thrown<duet::InvalidQuery>([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(bob);
            batch.update(bob, "balance"_c = 3);
        });
    });
    EXPECT_NE(std::string_view(error.what()).find("no key yet"), std::string_view::npos) << error.what();
    thrown<duet::InvalidQuery>([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(bob);
            batch.remove(bob);
        });
    });
    EXPECT_EQ(bob.id, 0);
    EXPECT_EQ(this->rows(), 1);

    Account keyed{.id = 4711, .owner = "Eve", .balance = 1};  // known from the start
    did([&] {
        return this->db.batch([&](duet::Batch& batch) {
            batch.create(keyed);
            batch.update(keyed, "balance"_c = 3);
        });
    });
    EXPECT_EQ(this->balance_of(4711), 3);
}

TYPED_TEST(Batches, WithAValueThatCannotBeSentDoNothing) {
    Account bad{.owner = std::string("\xff\xfe"), .balance = 1};
    Account bob{.owner = "Bob", .balance = 1};
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(bad);
                         batch.create(bob);
                     });
                 }),
                 duet::ValidationError);
    EXPECT_THROW(did([&] {
                     return this->db.batch([&](duet::Batch& batch) {
                         batch.create(bob);
                         batch.create(bad);
                     });
                 }),
                 duet::ValidationError);
    EXPECT_EQ(this->rows(), 1);
    did([] {});
    EXPECT_EQ(got(this->db.query(duet::query<Account>()).count()), 1)
        << "the connection is as good as before";
}

TYPED_TEST(Batches, InsideATransactionGoWithIt) {
    Account bob{.owner = "Bob", .balance = 1};
    Account eve{.owner = "Eve", .balance = 2};
    try {
        in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
            co_await later_done([&] {
                return tx.batch([&](duet::Batch& batch) {
                    batch.create(bob);
                    batch.create(eve);
                });
            });
            const auto inside = co_await later(tx.query(duet::query<Account>()).count());
            EXPECT_EQ(inside, 3);
            throw std::runtime_error("take it back");
        });
        ADD_FAILURE();
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(this->rows(), 1);
}

TYPED_TEST(Batches, OfNothingAreNothing) {
    did([&] { return this->db.batch([](duet::Batch&) {}); });
    EXPECT_EQ(this->rows(), 1);
}

}  // namespace
