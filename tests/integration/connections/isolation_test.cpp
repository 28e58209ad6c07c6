#include <atomic>
#include <thread>
#include <utility>

#include "integration/checks.hpp"

// What transactions see of each other, on servers where several write at once.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Doctor {
    std::int64_t id{};
    std::string name{};
    bool on_call = true;
    static constexpr auto table = duet::table("doctors", duet::unique("name"));
};
inline constexpr auto models = duet::models<Doctor>;

template <class B>
class Isolation : public DatabaseTest<B> {
protected:
    using Tx = typename DatabaseTest<B>::Tx;
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        for (const char* name : {"Ada", "Bob"}) {
            Doctor doctor{.name = name};
            did([&] { return this->db.create(doctor); });
        }
    }
    static constexpr duet::TransactionOptions strict{.isolation = duet::Isolation::serializable};

    std::int64_t on_call() { return got(this->db.count(duet::query<Doctor>().where("on_call"_c == true))); }
    template <class Handle>
    static auto doctor(Handle& handle, const char* name) {
        return handle.query(duet::query<Doctor>().where("name"_c == name));
    }
    bool is_postgres() { return this->db.dialect() == "postgresql"; }
};
using IsolatingBackends = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                           Backend<PgBouncer, duet::Async>, Backend<MariaDb, duet::Blocking>,
                                           Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(Isolation, IsolatingBackends, BackendNames);

/// How often the blocks ran, and what became of them.
struct Race {
    std::atomic<int> runs{0};
    std::atomic<int> arrived{0};
    std::atomic<int> collisions{0};
    std::atomic<int> deadlocks{0};
};

/// Runs `body(tx, name, meanwhile)` for both doctors at once; `meanwhile()` returns when both have come
/// there.
template <class F>
void race(Race& race, const std::string& url, duet::TransactionOptions options, F body) {
    const auto one = [&](const char* name) {
        bool first = true;
        const auto meanwhile = [&] {
            if (!std::exchange(first, false)) return;
            ++race.arrived;
            for (int i = 0; race.arrived < 2 && i < 2000; ++i) std::this_thread::sleep_for(1ms);
        };
        try {
            duet::Database db{url};
            db.transaction(
                [&](duet::Transaction& tx) {
                    ++race.runs;
                    body(tx, std::string_view(name), meanwhile);
                },
                options);
        } catch (const duet::SerializationFailure&) {
            ++race.collisions;
        } catch (const duet::Deadlock&) {
            ++race.deadlocks;
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    };
    std::thread other(one, "Ada");
    one("Bob");
    other.join();
}

TYPED_TEST(Isolation, SerializableRefusesWhatCannotHappenOneAfterTheOther) {
    // Each goes home if the other one stays.
    const auto go_home = [](duet::Transaction& tx, std::string_view name, const auto& meanwhile) {
        const std::int64_t staying = tx.count(duet::query<Doctor>().where("on_call"_c == true));
        meanwhile();
        if (staying > 1)
            tx.query(duet::query<Doctor>().where("name"_c == name)).update_bulk("on_call"_c = false);
    };
    Race once;
    race(once, this->server.url(), duet::serializable(), go_home);
    // MariaDB reads with locks then, so that it comes to a deadlock.
    EXPECT_EQ(once.collisions, this->is_postgres() ? 1 : 0);
    EXPECT_EQ(once.deadlocks, this->is_postgres() ? 0 : 1);
    EXPECT_EQ(once.runs, 2);
    EXPECT_EQ(this->on_call(), 1);

    did([&] {
        return this->db.query(duet::query<Doctor>().where("id"_c > 0)).update_bulk("on_call"_c = true);
    });
    Race retried;
    race(retried, this->server.url(), duet::serializable(5), go_home);
    EXPECT_EQ(retried.collisions + retried.deadlocks, 0);
    EXPECT_GE(retried.runs, 3);
    EXPECT_EQ(this->on_call(), 1);
}

TYPED_TEST(Isolation, DeadlocksEndOneOfTheTwoAndRetriesSaveIt) {
    const auto crosswise = [](duet::Transaction& tx, std::string_view name, const auto& meanwhile) {
        const std::string_view other = name == "Ada" ? "Bob" : "Ada";
        tx.query(duet::query<Doctor>().where("name"_c == name)).update_bulk("on_call"_c = false);
        meanwhile();
        tx.query(duet::query<Doctor>().where("name"_c == other)).update_bulk("on_call"_c = false);
    };
    Race once;
    race(once, this->server.url(), {}, crosswise);
    EXPECT_EQ(once.deadlocks, 1);
    EXPECT_EQ(once.runs, 2);
    Race retried;
    race(retried, this->server.url(), duet::retry(3), crosswise);
    EXPECT_EQ(retried.deadlocks, 0);
    EXPECT_GE(retried.runs, 3);  // who goes again may be faster than who was let through
}

TYPED_TEST(Isolation, RepeatableReadSeesOneStateOnly) {
    const duet::TransactionOptions options{.isolation = duet::Isolation::repeatable_read};
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const std::int64_t before = co_await later(tx.count(duet::query<Doctor>()));
            {
                duet::Database outside{this->server.url()};
                outside.create(Doctor{.name = "Eve"});
            }
            const std::int64_t after = co_await later(tx.count(duet::query<Doctor>()));
            EXPECT_EQ(before, after);
        },
        options);
    EXPECT_EQ(count<Doctor>(this->db), 3);
}

TYPED_TEST(Isolation, ReadCommittedSeesWhatOthersHaveCommitted) {
    const duet::TransactionOptions options{.isolation = duet::Isolation::read_committed};
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const std::int64_t before = co_await later(tx.count(duet::query<Doctor>()));
            {
                duet::Database outside{this->server.url()};
                outside.create(Doctor{.name = "Eve"});
            }
            const std::int64_t after = co_await later(tx.count(duet::query<Doctor>()));
            EXPECT_EQ(before + 1, after);
        },
        options);
}

TYPED_TEST(Isolation, ReadUncommittedSeesWhatMayNeverBeWhereThereIsSuchAThing) {
    const duet::TransactionOptions options{.isolation = duet::Isolation::read_uncommitted};
    duet::Database outside{this->server.url()};
    const std::int64_t before = outside.query<Doctor>().count();
    duet::Transaction undecided = outside.begin();
    undecided.create(Doctor{.name = "Eve"});
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const std::int64_t seen = co_await later(tx.count(duet::query<Doctor>()));
            // PostgreSQL takes the level and reads what was committed.
            EXPECT_EQ(seen, this->is_postgres() ? before : before + 1);
        },
        options);
    undecided.rollback();
    EXPECT_EQ(outside.query<Doctor>().count(), before);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const std::string level = co_await later(
            tx.sql(duet::runtime(this->is_postgres() ? "SELECT current_setting('transaction_isolation')"
                                                     : "SELECT @@tx_isolation"))
                .template scalar<std::string>());
        EXPECT_EQ(level, this->is_postgres() ? "read committed" : "REPEATABLE-READ");
    });
}

TYPED_TEST(Isolation, DoesNotOutliveItsTransaction) {
    in_transaction(
        this->db, [&](auto& tx) -> duet::Task<> { (void)co_await later(tx.count(duet::query<Doctor>())); },
        this->strict);
    if (!this->is_postgres()) return;
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const std::string level = co_await later(
            tx.sql("SELECT current_setting('transaction_isolation')").template scalar<std::string>());
        EXPECT_EQ(level, "read committed");
    });
}

TYPED_TEST(Isolation, ReadOnlyTransactionsWriteNothing) {
    const duet::TransactionOptions options{.read_only = true};
    const Doctor eve{.name = "Eve"};
    EXPECT_THROW(in_transaction(
                     this->db, [&](auto& tx) -> duet::Task<> { co_await later(tx.create(eve)); }, options),
                 duet::Error);
    EXPECT_THROW(
        in_transaction(
            this->db,
            [&](auto& tx) -> duet::Task<> { co_await later(tx.sql("DELETE FROM doctors").execute()); },
            options),
        duet::Error);
    EXPECT_EQ(count<Doctor>(this->db), 2);
    const duet::TransactionOptions deferrable{
        .isolation = duet::Isolation::serializable, .read_only = true, .deferrable = true};
    in_transaction(
        this->db,
        [&](auto& tx) -> duet::Task<> {
            const std::int64_t seen = co_await later(tx.count(duet::query<Doctor>()));
            EXPECT_EQ(seen, 2);
        },
        deferrable);
}

TYPED_TEST(Isolation, LocksThatAreNotToBeHadAreALockTimeout) {
    auto holder = got(this->db.begin());
    (void)got(this->doctor(holder, "Ada").for_update().one());
    {
        auto other = got(this->db.begin());
        EXPECT_THROW((void)got(this->doctor(other, "Ada").for_update(duet::no_wait).one()),
                     duet::LockTimeout);
        did([&] { return other.rollback(); });
    }
    const duet::TransactionOptions quick{.lock_timeout = 100ms};
    if (this->is_postgres()) {
        auto other = got(this->db.begin(quick));
        EXPECT_THROW((void)got(this->doctor(other, "Ada").for_update().one()), duet::LockTimeout);
        did([&] { return other.rollback(); });
    } else {
        EXPECT_THROW(did([&] { return this->db.begin(quick); }), duet::UnsupportedByDialect);
    }
    duet::TransactionOptions limited;
    limited.timeout = 100ms;
    {
        auto other = got(this->db.begin(limited));
        EXPECT_THROW((void)got(this->doctor(other, "Ada").for_update().one()), duet::QueryCanceled);
        did([&] { return other.rollback(); });
    }
    did([&] { return holder.commit(); });
    EXPECT_EQ(this->on_call(), 2);
}

}  // namespace
