#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Account {
    std::int64_t id{};
    std::string owner{};
    int balance{};
    static constexpr auto table =
        duet::table("accounts", duet::unique("owner"), duet::check("not_negative", "balance >= 0"));
};
struct Entry {
    std::int64_t id{};
    std::int64_t account{};
    static constexpr auto table = duet::table("entries");
};
inline constexpr auto models = duet::models<Account, Entry>;

struct Stop {};

template <class B>
class Transactions : public DatabaseTest<B> {
protected:
    using Mode = typename B::mode;
    using Tx = duet::BasicTransaction<Mode>;

    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    /// The block of a transaction, nested or not, as one coroutine for both modes.
    template <class Handle, class F>
    duet::Task<> block(Handle& handle, F body, duet::TransactionOptions options = {}) {
        if constexpr (Mode::is_async) {
            co_await handle.transaction([&body](Tx& tx) -> duet::Task<> { co_await body(tx); }, options);
        } else {
            handle.transaction([&body](Tx& tx) { duet::detail::complete_inline(body(tx)); }, options);
            co_return;
        }
    }
    template <class Handle>
    duet::Task<> add(Handle& handle, const char* owner) {
        const Account account{.owner = owner};
        co_await later(handle.create(account));
    }
    std::string owners() {
        std::string all;
        for (const Account& account : rows<Account>(this->db)) all += account.owner;
        return all;
    }
    Tx begin(duet::TransactionOptions options = {}) { return got(this->db.begin(options)); }
};
TYPED_TEST_SUITE(Transactions, Backends, BackendNames);

TYPED_TEST(Transactions, CommitAtTheEndOfTheBlockAndRollBackOnAnException) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> { co_await this->add(tx, "a"); });
    EXPECT_EQ(this->owners(), "a");
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    co_await this->add(tx, "b");
                                    throw Stop{};
                                }),
                 Stop);
    EXPECT_EQ(this->owners(), "a");
}

TYPED_TEST(Transactions, ByHandCommitRollBackOrGoOutOfScope) {
    {
        auto tx = this->begin();
        did([&] { return this->add(tx, "a"); });
        EXPECT_TRUE(tx.active());
        did([&] { return tx.commit(); });
        EXPECT_FALSE(tx.active());
    }
    {
        auto tx = this->begin();
        did([&] { return this->add(tx, "b"); });
        did([&] { return tx.rollback(); });
        did([&] { return tx.rollback(); });  // nothing left to do
        EXPECT_THROW(did([&] { return tx.commit(); }), duet::InvalidQuery);
    }
    {
        auto tx = this->begin();
        did([&] { return this->add(tx, "c"); });
    }
    EXPECT_EQ(this->owners(), "a");
}

TYPED_TEST(Transactions, CannotBeUsedAfterTheirEnd) {
    auto tx = this->begin();
    did([&] { return tx.commit(); });
    EXPECT_THROW(did([&] { return this->add(tx, "late"); }), duet::InvalidQuery);
    EXPECT_THROW(count<Account>(tx), duet::InvalidQuery);
    EXPECT_THROW(tx.on_commit([] {}), duet::InvalidQuery);
    EXPECT_EQ(this->owners(), "");
}

TYPED_TEST(Transactions, NestAsSavepointsAndAnInnerFailureCostsOnlyTheInnerWork) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        co_await this->add(tx, "a");
        bool stopped = false;
        try {
            co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                co_await this->add(inner, "b");
                co_await this->block(inner,
                                     [&](auto& deep) -> duet::Task<> { co_await this->add(deep, "c"); });
                throw Stop{};
            });
        } catch (const Stop&) {
            stopped = true;
        }
        EXPECT_TRUE(stopped);
        co_await this->block(tx, [&](auto& inner) -> duet::Task<> { co_await this->add(inner, "d"); });
    });
    EXPECT_EQ(this->owners(), "ad");
}

TYPED_TEST(Transactions, LoseInnerWorkWhenTheOuterFails) {
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                                        co_await this->add(inner, "a");
                                    });
                                    throw Stop{};
                                }),
                 Stop);
    EXPECT_EQ(this->owners(), "");
}

TYPED_TEST(Transactions, GoOnAfterAStatementThatFailed) {
    const auto body = [&](auto& tx) -> duet::Task<> {
        co_await this->add(tx, "a");
        bool refused = false;
        try {
            co_await this->add(tx, "a");
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        co_await this->add(tx, "b");
    };
    if constexpr (TestFixture::is_postgres) {
        EXPECT_THROW(in_transaction(this->db, body), duet::DatabaseError);
        EXPECT_EQ(this->owners(), "") << "PostgreSQL does nothing more, except in a savepoint";
    } else {
        in_transaction(this->db, body);
        EXPECT_EQ(this->owners(), "ab");
    }
}

TYPED_TEST(Transactions, GoOnAfterAStatementThatFailedInANestedOne) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        co_await this->add(tx, "a");
        bool refused = false;
        try {
            co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                co_await this->add(inner, "lost");
                co_await this->add(inner, "a");
            });
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        co_await this->add(tx, "b");
    });
    EXPECT_EQ(this->owners(), "ab");
}

TYPED_TEST(Transactions, SayThatNothingWasCommittedAfterAFailureThatWasCaught) {
    const auto body = [&](auto& tx) -> duet::Task<> {
        co_await this->add(tx, "a");
        bool refused = false;
        try {
            co_await this->add(tx, "a");
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
    };
    if constexpr (TestFixture::is_postgres) {
        EXPECT_THROW(in_transaction(this->db, body), duet::DatabaseError);
        EXPECT_EQ(this->owners(), "");
    } else {
        in_transaction(this->db, body);
        EXPECT_EQ(this->owners(), "a");
    }
}

TYPED_TEST(Transactions, RunTheirActionsInOrderAfterTheOutermostEnd) {
    std::string log;
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        tx.on_commit([&] { log += "1"; });
        tx.on_rollback([&] { log += "never"; });
        co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
            inner.on_commit([&] { log += "2"; });
            co_return;
        });
        try {
            co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                inner.on_commit([&] { log += "discarded"; });
                inner.on_rollback([&] { log += "r"; });
                co_await this->add(inner, "x");
                throw Stop{};
            });
        } catch (const Stop&) {
            log += "|";
        }
        tx.on_commit([&] { log += "3"; });
        EXPECT_EQ(log, "r|");
    });
    EXPECT_EQ(log, "r|123");
    this->db.on_commit([&] { log += "!"; });
    EXPECT_EQ(log, "r|123!");
}

TYPED_TEST(Transactions, DiscardCommitActionsOnRollback) {
    std::string log;
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    tx.on_commit([&] { log += "c"; });
                                    tx.on_rollback([&] { log += "1"; });
                                    co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                                        inner.on_rollback([&] { log += "2"; });
                                        co_return;
                                    });
                                    throw Stop{};
                                }),
                 Stop);
    EXPECT_EQ(log, "12");
    {
        auto tx = this->begin();
        tx.on_rollback([&] { log += "scope"; });
    }
    EXPECT_EQ(log, "12scope");
}

TYPED_TEST(Transactions, StayCommittedWhenACommitActionThrowsAndTheOthersStillRun) {
    int runs = 0;
    int later_action = 0;
    duet::TransactionOptions options;
    options.retries = 3;
    EXPECT_THROW(in_transaction(
                     this->db,
                     [&](auto& tx) -> duet::Task<> {
                         ++runs;
                         tx.on_commit([] { throw duet::LockTimeout("from the action"); });
                         tx.on_commit([&] { ++later_action; });
                         co_await this->add(tx, "a");
                     },
                     options),
                 duet::LockTimeout);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(later_action, 1);
    EXPECT_EQ(this->owners(), "a");
}

TYPED_TEST(Transactions, ReturnWhatTheBlockReturns) {
    if constexpr (TypeParam::mode::is_async) {
        EXPECT_EQ(duet::run(this->db.transaction([](auto& tx) -> duet::Task<std::int64_t> {
                      const Account account{.owner = "a"};
                      const Account made = co_await tx.create(account);
                      co_return made.id;
                  })),
                  1);
    } else {
        EXPECT_EQ(this->db.transaction([](auto& tx) { return tx.create(Account{.owner = "a"}).id; }), 1);
        std::unique_ptr<int> moved = this->db.transaction([](auto&) { return std::make_unique<int>(7); });
        EXPECT_EQ(*moved, 7);
    }
}

TYPED_TEST(Transactions, RefuseOptionsThatOnlyTheOutermostCanHave) {
    const auto refused = [&](auto& tx, duet::TransactionOptions options) -> duet::Task<bool> {
        bool caught = false;
        try {
            co_await this->block(
                tx, [&](auto& inner) -> duet::Task<> { co_await this->add(inner, "b"); }, options);
        } catch (const duet::InvalidQuery&) {
            caught = true;
        }
        co_return caught;
    };
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const bool isolated = co_await refused(tx, duet::serializable());
        EXPECT_TRUE(isolated);
        const bool locked = co_await refused(tx, {.lock_timeout = std::chrono::seconds(1)});
        EXPECT_TRUE(locked);
        const bool read_only = co_await refused(tx, {.read_only = true});
        EXPECT_TRUE(read_only);
        co_await this->add(tx, "a");
    });
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const bool same = co_await refused(tx, duet::serializable());
            EXPECT_FALSE(same);
        },
        duet::serializable());
    EXPECT_EQ(this->owners(), "ab");
}

TYPED_TEST(Transactions, RefuseWritesWhenReadOnly) {
    did([&] { return this->add(this->db, "a"); });
    duet::TransactionOptions options;
    options.read_only = true;
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const std::int64_t seen = co_await later(tx.count(duet::query<Account>()));
            EXPECT_EQ(seen, 1);
            bool refused = false;
            try {
                co_await this->add(tx, "b");
            } catch (const duet::InvalidQuery&) {
                refused = true;
            }
            EXPECT_TRUE(refused);
            refused = false;
            try {
                co_await this->block(tx, [&](auto& inner) -> duet::Task<> {
                    auto statement = inner.sql("DELETE FROM accounts").execute();
                    co_await later(std::move(statement));
                });
            } catch (const duet::Error&) {
                refused = true;
            }
            EXPECT_TRUE(refused) << "SQL as text does not get around it";
        },
        options);
    EXPECT_EQ(this->owners(), "a");
}

/// Which are SQLite's alone; others have no such choice, and nothing to refuse.
TYPED_TEST(Transactions, KnowTheLockingModes) {
    const char* const words[] = {"BEGIN IMMEDIATE", "BEGIN DEFERRED", "BEGIN EXCLUSIVE"};
    for (const auto locking : {duet::Locking::immediate, duet::Locking::deferred, duet::Locking::exclusive}) {
        std::vector<std::string> sql;
        const auto hook =
            this->db.on_query([&](const duet::QueryEvent& event) { sql.emplace_back(event.sql); });
        duet::TransactionOptions options;
        options.locking = locking;
        in_transaction(
            this->db,
            [&](auto& tx) -> duet::Task<> { co_await this->add(tx, words[static_cast<int>(locking)]); },
            options);
        ASSERT_FALSE(sql.empty());
        const std::string begin = words[static_cast<int>(locking)];
        EXPECT_EQ(sql.front(),
                  this->sql({.sqlite = begin, .postgres = "BEGIN", .mariadb = "START TRANSACTION"}));
        EXPECT_EQ(sql.back(), "COMMIT");
    }
    EXPECT_EQ(count<Account>(this->db), 3);
}

TYPED_TEST(Transactions, DoNotLetAnythingEscapeWhenTheDatabaseItselfRollsBack) {
    // MariaDB does so on a deadlock, which takes two; here the transaction ends it by hand.
    const bool by_hand = TestFixture::is_mariadb;
    if (!by_hand) {
        const std::string trigger = this->sql(
            {.sqlite =
                 "CREATE TRIGGER guard BEFORE INSERT ON entries BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
             .postgres = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                         "$$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                         "CREATE TRIGGER guard BEFORE INSERT ON entries "
                         "FOR EACH ROW EXECUTE FUNCTION refuse()",
             .mariadb = {}});
        did([&] { return this->db.execute_script(trigger); });
    }
    const auto body = [&](auto& tx) -> duet::Task<> {
        co_await this->add(tx, "a");
        bool refused = by_hand;
        if (by_hand) {
            auto rollback = tx.sql("ROLLBACK").execute();
            co_await later(std::move(rollback));
        } else {
            try {
                const Entry entry{.account = 1};
                co_await later(tx.create(entry));
            } catch (const duet::DatabaseError&) {
                refused = true;
            }
        }
        EXPECT_TRUE(refused);
        co_await this->add(tx, "b");
    };
    EXPECT_THROW(in_transaction(this->db, body), duet::Error);
    EXPECT_EQ(this->owners(), "");
}

TYPED_TEST(Transactions, FailWhereAForeignKeyIsDeferredAtCommitAndRollBack) {
    const std::string deferred = TestFixture::is_mariadb ? "" : " DEFERRABLE INITIALLY DEFERRED";
    did([&] {
        return this->db.execute_script(
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent BIGINT NOT NULL, "
            "FOREIGN KEY (parent) REFERENCES accounts (id)" +
            deferred + ")");
    });
    std::string log;
    const auto orphan = [&](auto& tx) -> duet::Task<> {
        tx.on_commit([&] { log += "c"; });
        tx.on_rollback([&] { log += "r"; });
        co_await this->add(tx, "a");
        auto insert = tx.sql("INSERT INTO child (id, parent) VALUES (1, {})", 77).execute();
        co_await later(std::move(insert));
        log += "sent ";
    };
    EXPECT_THROW(in_transaction(this->db, orphan), duet::ForeignKeyViolation);
    EXPECT_EQ(log, TestFixture::is_mariadb ? "r" : "sent r") << "MariaDB defers nothing";
    EXPECT_EQ(this->owners(), "");
    auto tx = this->begin();
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW(did([&] { return orphan(tx); }), duet::ForeignKeyViolation);
        did([&] { return tx.commit(); });
        EXPECT_EQ(this->owners(), "a");
    } else {
        did([&] { return orphan(tx); });
        EXPECT_THROW(did([&] { return tx.commit(); }), duet::ForeignKeyViolation);
        if constexpr (TestFixture::is_sqlite) {
            EXPECT_TRUE(tx.active());
            did([&] { return tx.sql("DELETE FROM child").execute(); });
            did([&] { return tx.commit(); });
            EXPECT_EQ(this->owners(), "a");
        } else {
            // The transaction is over, in the database and here.
            EXPECT_THROW(did([&] { return tx.sql("DELETE FROM child").execute(); }), duet::Error);
            EXPECT_THROW(did([&] { return tx.commit(); }), duet::Error);
            log.clear();
            did([&] { return tx.rollback(); });
            EXPECT_EQ(log, "r");
            EXPECT_EQ(this->owners(), "");
        }
    }
}

TYPED_TEST(Transactions, SeeTheirOwnWritesWhileOthersDoNot) {
    if (std::is_same_v<typename TypeParam::server_type, SqliteMemory>)
        GTEST_SKIP() << "one connection for everybody";
    auto tx = this->begin();
    did([&] { return this->add(tx, "a"); });
    EXPECT_EQ(count<Account>(tx), 1);
    EXPECT_EQ(count<Account>(this->db), 0);
    did([&] { return tx.commit(); });
    EXPECT_EQ(count<Account>(this->db), 1);
}

}  // namespace
