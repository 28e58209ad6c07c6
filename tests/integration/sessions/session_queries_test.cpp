#include <duet/session.hpp>
#include <duet/statement.hpp>

#include <malloc.h>

#include "integration/session_models.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bank;

/// Walks over what iterate gives, in both modes.
template <class Rows, class F>
duet::Task<> walk(Rows rows, F each) {
    if constexpr (requires { rows.begin(); }) {
        for (auto& row : rows) each(row);
    } else {
        while (auto* row = co_await rows.next()) each(*row);
    }
    co_return;
}

template <class B>
class SessionQueries : public Bank<B> {
protected:
    void write(int many) {
        std::vector<Account> accounts;
        for (int n = 0; n < many; ++n)
            accounts.push_back({.owner = "n" + std::to_string(n), .balance = 1000 + n});
        duet::Database(this->db).create_bulk(accounts);
    }
};
TYPED_TEST_SUITE(SessionQueries, Backends, BackendNames);

TYPED_TEST(SessionQueries, PagesAreObjectsOfTheSession) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& ada = co_await same(s.template get<Account>(1));
        ada.owner = "Countess";  // written before
        const auto query = s.template query<Account>().order_by("balance");
        const auto page = co_await later(query.paginate(2, 0));
        EXPECT_EQ(page.total, 3);
        EXPECT_EQ(page.items.size(), 2u);
        EXPECT_EQ(&page.items[0], &ada);
        EXPECT_TRUE(page.has_next());
        const auto found =
            co_await later(s.template query<Account>().where("owner"_c == "Countess").paginate(5));
        EXPECT_EQ(found.total, 1);
        for (Account& account : page.items) account.balance += 1;
        const auto last = co_await later(query.paginate(2, 2));
        EXPECT_EQ(last.items.size(), 1u);
        EXPECT_FALSE(last.has_next());
    });
    EXPECT_EQ(this->balances(), (std::vector<std::int64_t>{101, 201, 300}));
}

TYPED_TEST(SessionQueries, KeysetPagesVisitEachRowOnce) {
    this->write(25);
    this->in_session([&](auto& s) -> duet::Task<> {
        std::string cursor;
        std::size_t seen = 0;
        std::vector<std::int64_t> ids;
        do {
            const auto page =
                co_await later(s.template query<Account>().order_by("-balance").page_after(cursor, 10));
            for (Account& account : page.items) {
                EXPECT_TRUE(s.contains(account));
                ids.push_back(account.id);
                account.note = "seen";
            }
            seen += page.items.size();
            EXPECT_EQ(s.size(), seen);  // the row that tells that there is more is no object
            cursor = page.next;
        } while (!cursor.empty());
        EXPECT_EQ(seen, 28u);
        std::sort(ids.begin(), ids.end());
        EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
    });
    for (const Account& account : rows<Account>(this->db)) EXPECT_EQ(account.note, "seen");
}

TYPED_TEST(SessionQueries, KeysetCursorsAreThoseOfTheRowsThatWereRead) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& bob = co_await same(s.template get<Account>(2));
        s.autoflush(false);
        bob.balance = 10'000;
        const auto page = co_await later(s.template query<Account>().order_by("balance").page_after("", 2));
        EXPECT_EQ(&page.items[1], &bob);
        const auto next =
            co_await later(s.template query<Account>().order_by("balance").page_after(page.next, 2));
        EXPECT_EQ(next.items.size(), 1u);
        if (!next.items.empty()) {
            EXPECT_EQ(next.items[0].owner, "Cyd");
        }
    });
}

TYPED_TEST(SessionQueries, IteratesAndWritesBatchByBatch) {
    this->write(100);
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& mine = co_await same(s.template get<Account>(50));
        std::size_t seen = 0;
        std::size_t most = 0;
        bool met = false;
        co_await walk(s.template query<Account>().where("balance"_c >= 0).iterate(10), [&](Account& account) {
            ++seen;
            account.balance += 1;
            met = met || &account == &mine;
            most = std::max(most, s.size());
        });
        EXPECT_EQ(seen, 103u);
        EXPECT_LE(most, 11u);
        EXPECT_TRUE(met);
        EXPECT_EQ(s.size(), 1u);  // the one that it had before
        EXPECT_TRUE(s.contains(mine));
        EXPECT_EQ(s.pending().changed, 0u);
    });
    const auto balances = this->balances();
    EXPECT_EQ(balances[0], 101);
    EXPECT_EQ(balances[102], 1100);
}

TYPED_TEST(SessionQueries, IterationsAddRemoveAndRollBack) {
    this->write(20);
    EXPECT_THROW(this->in_session([&](auto& s) -> duet::Task<> {
        co_await walk(s.template query<Account>().where("balance"_c < 10'000).iterate(4),
                      [&](Account& account) {
                          if (account.id % 2 == 0) s.remove(account);
                          if (account.id % 5 == 0) s.add(Account{.owner = "new", .balance = 20'000});
                          account.note = "x";
                      });
        const auto left = co_await later(s.template query<Account>().count());
        EXPECT_EQ(left, 12 + 4);
        throw std::string("stop");
    }),
                 std::string);
    EXPECT_EQ(this->balances().size(), 23u);
    // By hand: the session goes on after a rollback, though the objects are gone.
    auto s = got(this->db.begin_session());
    Account& ada = got(s.template get<Account>(1));
    if constexpr (TestFixture::Mode::is_async) {
        duet::run(walk(s.template query<Account>().iterate(7), [](Account& a) { a.balance = 0; }));
    } else {
        duet::detail::complete_inline(
            walk(s.template query<Account>().iterate(7), [](Account& a) { a.balance = 0; }));
    }
    EXPECT_EQ(ada.balance, 0);
    did([&] { return s.rollback(); });
    EXPECT_EQ(ada.balance, 100);
    EXPECT_EQ(got(s.template query<Account>().where("balance"_c == 0).count()), 0);
}

TYPED_TEST(SessionQueries, AnIterationThatIsLeftKeepsItsLastObjects) {
    this->write(20);
    this->in_session([&](auto& s) -> duet::Task<> {
        auto rows = s.template query<Account>().iterate(8);
        if constexpr (requires { rows.begin(); }) {
            for (Account& account : rows) {
                account.note = "kept";
                if (account.id == 3) break;
            }
        } else {
            while (Account* account = co_await rows.next()) {
                account->note = "kept";
                if (account->id == 3) break;
            }
        }
        EXPECT_EQ(s.size(), 8u);
        EXPECT_EQ(s.pending().changed, 3u);
    });
    EXPECT_EQ(duet::Database(this->db).template query<Account>().where("note"_c == "kept").count(), 3);
}

/// The rows of an iteration in either mode.
template <class Rows>
duet::Task<std::vector<std::string>> walked(Rows rows) {
    std::vector<std::string> out;
    if constexpr (requires { rows.next(); }) {
        while (auto row = co_await rows.next()) out.push_back(*row);
    } else {
        for (const std::string& row : rows) out.push_back(row);
    }
    co_return out;
}

TYPED_TEST(SessionQueries, IteratesOverTheRowsOfAStatement) {
    const auto owners = duet::select("owner"_c).from<Account>().order_by("id");
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& ada = co_await same(s.template get<Account>(1));
        const std::size_t before =
            static_cast<std::size_t>(co_await later(s.template query<Account>().count()));
        auto rows = s.execute(owners).iterate(2);
        ada.owner = "Countess";  // nothing has been sent yet
        s.add(Account{.owner = "Zoe", .balance = 1});
        const std::vector<std::string> all = co_await walked(std::move(rows));
        EXPECT_EQ(all.size(), before + 1);
        EXPECT_EQ(all.front(), "Countess");
        EXPECT_EQ(all.back(), "Zoe");
        EXPECT_FALSE(s.is_modified(ada));
        const std::vector<std::string> texts =
            co_await walked(s.execute(owners).template as<std::string>().iterate(1));
        EXPECT_EQ(texts, all);
    });
}

TYPED_TEST(SessionQueries, ObjectsMayChangeWhileAStatementIsWalked) {
    const auto ids = duet::select("id"_c).from<Account>().order_by("id");
    std::size_t seen = 0;
    this->in_session([&](auto& s) -> duet::Task<> {
        auto rows = s.execute(ids).iterate(2);
        const auto raise = [&](std::int64_t id) -> duet::Task<> {
            Account& account = co_await same(s.template get<Account>(id));
            account.balance += 1;
            co_await later_done([&] { return s.flush(); });
            ++seen;
        };
        if constexpr (requires { rows.next(); }) {
            while (auto id = co_await rows.next()) co_await raise(*id);
        } else {
            for (const std::int64_t id : rows) co_await raise(id);
        }
    });
    EXPECT_EQ(seen, rows<Account>(this->db).size());
    EXPECT_EQ(rows<Account>(this->db)[0].balance % 100, 1);
}

TYPED_TEST(SessionQueries, StatementsThatWriteAreNotWalked) {
    if (this->is_mariadb) return;  // no RETURNING for updates
    const auto raise = duet::update<Account>().set("balance"_c = 1).where("id"_c == 1).returning("owner"_c);
    EXPECT_THROW(
        this->in_session([&](auto& s) -> duet::Task<> { (void)co_await walked(s.execute(raise).iterate()); }),
        duet::InvalidQuery);
}

TYPED_TEST(SessionQueries, StatementsSeeWhatWasChanged) {
    const auto owners = duet::select("owner"_c).from<Account>().where("balance"_c > 1000).order_by("id");
    const auto raise = duet::update<Account>().set("balance"_c = "balance"_c + 1).where("id"_c == 1);
    this->in_session([&](auto& s) -> duet::Task<> {
        Account& ada = co_await same(s.template get<Account>(1));
        Account& bob = co_await same(s.template get<Account>(2));
        ada.balance = 5000;
        s.add(Account{.owner = "Dora", .balance = 6000});
        const auto rich = co_await later(s.execute(owners).all());
        EXPECT_EQ(rich, (std::vector<std::string>{"Ada", "Dora"}));
        bob.balance = 7000;
        const auto ids = co_await later(
            s.execute(s.template query<Account>().where("balance"_c > 1000).order_by("id").statement())
                .all());
        EXPECT_EQ(ids.size(), 3u);
        const auto changed = co_await later(s.execute(raise));
        EXPECT_EQ(changed, 1);
        EXPECT_EQ(ada.balance, 5000);
        (void)co_await same(s.template get<Account>(1));
        EXPECT_EQ(ada.balance, 5001);
        bob.balance = 8000;
        const auto sum = co_await later(
            s.sql("SELECT balance FROM accounts WHERE id = {}", 2).template scalar<std::int64_t>());
        EXPECT_EQ(sum, 8000);
        const auto hit =
            co_await later(s.sql("UPDATE accounts SET balance = {} WHERE id = {}", 9000, 2).execute());
        EXPECT_EQ(hit, 1);
        (void)co_await same(s.template get<Account>(2));
        EXPECT_EQ(bob.balance, 9000);
        const auto plan = co_await later(s.template query<Account>().where("id"_c == 1).explain());
        EXPECT_FALSE(plan.to_string().empty());
    });
}

TEST(SessionIteration, HasFlatMemory) {
    SqliteFile file;
    duet::Database db{file.url()};
    db.create_all(models);
    std::vector<Account> accounts;
    for (int n = 0; n < 20'000; ++n) accounts.push_back({.owner = std::string(1000, 'x'), .balance = n});
    db.create_bulk(accounts);
    accounts = {};
    db.session([&](duet::Session& s) {
        std::size_t early = 0;
        std::size_t n = 0;
        for (Account& account : s.query<Account>().iterate(500)) {
            account.balance += 1;
            if (++n == 4'999) early = ::mallinfo2().uordblks;
        }
        EXPECT_LT(::mallinfo2().uordblks, early + 2'000'000);
        EXPECT_EQ(s.size(), 0u);
    });
    EXPECT_EQ(db.query<Account>().where("balance"_c == 20'000).count(), 1);
}

}  // namespace
