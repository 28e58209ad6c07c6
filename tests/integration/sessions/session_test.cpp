#include <duet/session.hpp>

#include <malloc.h>

#include "integration/session_models.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bank;

template <class B>
class SessionBasics : public Bank<B> {};
TYPED_TEST_SUITE(SessionBasics, Backends, BackendNames);

TYPED_TEST(SessionBasics, GivesTheSameObjectForTheSameRow) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& first = co_await same(s.template get<Account>(1));
        Account& again = co_await same(s.template get<Account>(1));
        EXPECT_EQ(&first, &again);
        Account* const found = co_await later(s.template find<Account>(1));
        EXPECT_EQ(found, &first);
        const auto all = co_await later(s.template query<Account>().order_by("id").all());
        EXPECT_EQ(all.size(), 3u);
        EXPECT_EQ(&all[0], &first);
        EXPECT_EQ(s.size(), 3u);
        Account* const none = co_await later(s.template find<Account>(99));
        EXPECT_EQ(none, nullptr);
    });
    EXPECT_THROW(
        this->in_session([&](auto& s) -> duet::Task<> { (void)co_await same(s.template get<Account>(99)); }),
        duet::NotFound);
}

TYPED_TEST(SessionBasics, WritesTheColumnsThatChangedAndNoOthers) {
    std::vector<std::string> writes;
    {
        const auto hook = this->db.on_query([&](const duet::QueryEvent& event) {
            if (event.sql.substr(0, 6) == "UPDATE") writes.emplace_back(event.sql);
        });
        this->in_session([&](auto& s) -> duet::Task<> {
            Account& from = co_await same(s.template get<Account>(1));
            Account& to = co_await same(s.template get<Account>(2));
            from.balance -= 10;
            to.balance += 10;
            EXPECT_TRUE(s.is_modified(from));
            EXPECT_EQ(s.changes(from), (std::vector<std::string_view>{"balance"}));
            EXPECT_EQ(s.pending().changed, 2u);
        });
    }
    ASSERT_EQ(writes.size(), this->is_postgres ? 1u : 2u);  // there by arrays
    EXPECT_EQ(writes[0].find("owner"), std::string::npos) << writes[0];
    EXPECT_EQ(this->balances(), (std::vector<std::int64_t>{90, 210, 300}));
}

TYPED_TEST(SessionBasics, WritesNothingWhenNothingChanged) {
    duet::StatementCounter counter(this->db);
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& account = co_await same(s.template get<Account>(1));
        account.balance += 5;
        account.balance -= 5;
        EXPECT_FALSE(s.is_modified(account));
    });
    EXPECT_LE(counter.count(), 3u);  // BEGIN, SELECT, COMMIT
}

TYPED_TEST(SessionBasics, RollsBackWhatABlockThrewOutOf) {
    EXPECT_THROW(this->in_session([&](auto& s) -> duet::Task<> {
        Account& account = co_await same(s.template get<Account>(1));
        account.balance = 0;
        co_await later_done([&] { return s.flush(); });
        throw std::string("stop");
    }),
                 std::string);
    EXPECT_EQ(this->balances(), (std::vector<std::int64_t>{100, 200, 300}));
}

TYPED_TEST(SessionBasics, AddsAndRemovesObjects) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& fresh = s.add(Account{.owner = "Dora", .balance = 400});
        EXPECT_EQ(fresh.id, 0);
        EXPECT_EQ(s.pending().added, 1u);
        Account& gone = co_await same(s.template get<Account>(3));
        s.remove(gone);
        EXPECT_EQ(s.pending().removed, 1u);
        Account* const none = co_await later(s.template find<Account>(3));
        EXPECT_EQ(none, nullptr);
        co_await later_done([&] { return s.flush(); });
        EXPECT_GT(fresh.id, 0);
        Account* const found = co_await later(s.template find<Account>(fresh.id));
        EXPECT_EQ(found, &fresh);
        fresh.balance = 500;
    });
    EXPECT_EQ(this->balances(), (std::vector<std::int64_t>{100, 200, 500}));
}

TYPED_TEST(SessionBasics, FlushesBeforeAQueryThatCouldSeeTheChange) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& account = co_await same(s.template get<Account>(1));
        account.balance = 1000;
        const auto count = co_await later(s.template query<Account>().where("balance"_c == 1000).count());
        EXPECT_EQ(count, 1);
        account.balance = 2000;
        {
            const auto quiet = s.no_autoflush();
            const auto unseen =
                co_await later(s.template query<Account>().where("balance"_c == 2000).count());
            EXPECT_EQ(unseen, 0);
        }
        const auto rich = co_await later(s.template query<Account>().where("balance"_c == 2000).all());
        EXPECT_EQ(rich.size(), 1u);
        if (!rich.empty()) {
            EXPECT_EQ(&rich[0], &account);
        }
    });
}

TYPED_TEST(SessionBasics, LoadedValuesDoNotOverwriteChanges) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& account = co_await same(s.template get<Account>(1));
        account.owner = "Changed";
        const auto quiet = s.no_autoflush();
        const auto all = co_await later(s.template query<Account>().all());
        EXPECT_EQ(all.size(), 3u);
        EXPECT_EQ(account.owner, "Changed");
        co_await later_done([&] { return s.refresh(account); });
        EXPECT_EQ(account.owner, "Ada");
        EXPECT_FALSE(s.is_modified(account));
    });
}

TYPED_TEST(SessionBasics, GoesOnAfterACommitByHand) {
    auto s = got(this->db.begin_session());
    Account& account = got(s.template get<Account>(1));
    account.balance = 1;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->balances()[0], 1);
    got(this->db.template query<Account>().where("id"_c == 1).update_bulk("balance"_c = 7));
    EXPECT_EQ(account.balance, 1);
    EXPECT_EQ(got(s.template get<Account>(1)).balance, 7);  // read again
    EXPECT_EQ(account.balance, 7);
    account.balance = 8;
    did([&] { return s.rollback(); });
    EXPECT_EQ(account.balance, 7);
    EXPECT_EQ(this->balances()[0], 7);
}

TYPED_TEST(SessionBasics, RollsBackWhenItGoesOutOfScopeByHand) {
    {
        auto s = got(this->db.begin_session());
        got(s.template get<Account>(1)).balance = 1;
        did([&] { return s.flush(); });
    }
    EXPECT_EQ(this->balances()[0], 100);
}

TYPED_TEST(SessionBasics, ReturnsWhatItsBlockReturns) {
    if constexpr (TestFixture::Mode::is_async) {
        auto block = [](duet::AsyncSession& s) -> duet::Task<std::int64_t> {
            Account& account = co_await s.get<Account>(2);
            co_return account.balance;
        };
        EXPECT_EQ(duet::run(this->db.session(block)), 200);
    } else {
        EXPECT_EQ(this->db.session([](duet::Session& s) { return s.get<Account>(2).balance; }), 200);
    }
}

TYPED_TEST(SessionBasics, GivesEachAttemptASessionOfItsOwn) {
    int attempts = 0;
    this->in_session(
        [&](auto& s) -> duet::Task<> {
            EXPECT_EQ(s.size(), 0u);
            Account& account = co_await same(s.template get<Account>(1));
            EXPECT_EQ(account.balance, 100);
            account.balance += 1;
            if (++attempts < 3) throw duet::SerializationFailure("again");
        },
        duet::retry(5));
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(this->balances()[0], 101);
}

TYPED_TEST(SessionBasics, DoesNotBringBackWhatWasExpunged) {
    auto s = got(this->db.begin_session());
    Account& account = got(s.template get<Account>(1));
    account.balance = 5;
    did([&] { return s.flush(); });
    s.expunge(account);
    did([&] { return s.rollback(); });
    EXPECT_FALSE(s.contains(account));
    EXPECT_EQ(account.balance, 5);
    EXPECT_NE(&got(s.template get<Account>(1)), &account);
    EXPECT_EQ(got(s.template get<Account>(1)).balance, 100);
}

TEST(SessionMemory, StaysFlatInAnImportThatLetsGo) {
    SqliteFile file;
    duet::Database db{file.url()};
    db.create_all(models);
    std::size_t early = 0;
    db.session([&](duet::Session& s) {
        for (int n = 0; n < 20'000; ++n) {
            s.add(Account{.owner = std::string(1000, 'x'), .balance = n});
            if (n % 1000 != 999) continue;
            s.flush();
            s.expunge_all();
            if (n == 4'999) early = ::mallinfo2().uordblks;
        }
        // What is not let go would be 15 MB and more; SQLite keeps 2 MB of pages.
        EXPECT_LT(::mallinfo2().uordblks, early + 4'000'000);
    });
    EXPECT_EQ(db.query<Account>().count(), 20'000);
}

}  // namespace
