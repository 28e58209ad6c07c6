#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "integration/checks.hpp"

/// Transactions that meet others: a second operation, another connection, another process.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Account {
    std::int64_t id{};
    std::string owner{};
    int balance{};
    static constexpr auto table = duet::table("accounts", duet::unique("owner"));
};
inline constexpr auto models = duet::models<Account>;

TEST(TransactionsTogether, RefuseTheParentHandleWhileANestedOneIsOpen) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(models);
    db.transaction([&](duet::Transaction& tx) {
        tx.transaction([&](duet::Transaction& inner) {
            EXPECT_THROW(count<Account>(tx), duet::InvalidQuery);
            EXPECT_THROW(tx.commit(), duet::InvalidQuery);
            EXPECT_EQ(count<Account>(inner), 0);
        });
        EXPECT_EQ(count<Account>(tx), 0);
    });
}

TEST(TransactionsTogether, RefuseASecondOperationMeanwhile) {
    duet::AsyncDatabase db{"sqlite://:memory:"};
    duet::run([&]() -> duet::Task<> {
        co_await db.create_all(models);
        auto tx = co_await db.begin();
        auto slow = tx.sql(
                          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
                          "SELECT count(*) FROM n")
                        .scalar<std::int64_t>();
        bool refused = false;
        const auto second = [&]() -> duet::Task<std::int64_t> {
            try {
                co_return co_await tx.count(duet::query<Account>());
            } catch (const duet::InvalidQuery&) {
                refused = true;
            }
            co_return -1;
        };
        const auto results = co_await duet::when_all(std::move(slow), second());
        EXPECT_EQ(std::get<0>(results), 300000);
        EXPECT_TRUE(refused);
        const std::int64_t after = co_await tx.count(duet::query<Account>());
        EXPECT_EQ(after, 0);
        co_await tx.commit();
    });
}

/// Another process that holds the file's write lock for a while.
class OtherProcess {
public:
    OtherProcess(const std::string& url, std::chrono::milliseconds hold) {
        int ready[2];
        if (::pipe(ready) != 0) throw std::runtime_error("pipe");
        child_ = ::fork();
        if (child_ == 0) {
            {
                duet::Database db{url};
                auto tx = db.begin();
                tx.create(Account{.owner = "other", .balance = 1});
                (void)!::write(ready[1], "x", 1);
                std::this_thread::sleep_for(hold);
                tx.commit();
            }
            ::_exit(0);
        }
        char byte = 0;
        (void)!::read(ready[0], &byte, 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~OtherProcess() { ::waitpid(child_, nullptr, 0); }

private:
    ::pid_t child_;
};

TEST(TransactionsWithOtherProcesses, WaitForTheLock) {
    const SqliteFile server;
    { duet::Database{server.url()}.create_all(models); }
    const OtherProcess other(server.url(), 150ms);
    duet::Database db{server.url()};
    db.transaction([](duet::Transaction& tx) { tx.create(Account{.owner = "mine"}); });
    EXPECT_EQ(count<Account>(db), 2);
}

TEST(TransactionsWithOtherProcesses, RetryWhenTheLockIsNotToBeHad) {
    const SqliteFile server;
    { duet::Database{server.url()}.create_all(models); }
    const OtherProcess other(server.url(), 400ms);
    duet::Database db{server.url() + "?busy_timeout=30"};
    EXPECT_THROW(db.transaction([](duet::Transaction&) {}), duet::LockTimeout);
    EXPECT_THROW(db.create(Account{.owner = "x"}), duet::LockTimeout);
    EXPECT_EQ(count<Account>(db), 0) << "readers do not wait";
    int runs = 0;
    db.transaction(
        [&](duet::Transaction& tx) {
            ++runs;
            tx.create(Account{.owner = "mine"});
        },
        duet::retry(1000));
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(count<Account>(db), 2);
}

TEST(TransactionsWithOtherProcesses, RunADeferredBlockAgainWhenItsSnapshotIsOld) {
    const SqliteFile server;
    duet::Database db{server.url()};
    duet::Database other{server.url()};
    db.create_all(models);
    db.create(Account{.owner = "a", .balance = 1});
    duet::TransactionOptions options;
    options.locking = duet::Locking::deferred;
    const auto race = [&](duet::TransactionOptions wanted) {
        int runs = 0;
        db.transaction(
            [&](duet::Transaction& tx) {
                Account account = *tx.get<Account>(1);
                if (++runs == 1)
                    other.query<Account>().update_bulk("balance"_c = "balance"_c + 10, duet::all_rows);
                tx.update(account, "balance"_c = account.balance + 1);
            },
            wanted);
        return runs;
    };
    EXPECT_THROW(race(options), duet::SerializationFailure);
    options.retries = 2;
    EXPECT_EQ(race(options), 2);
    EXPECT_EQ(db.get<Account>(1)->balance, 22);
}

}  // namespace
