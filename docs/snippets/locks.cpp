// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Queue {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("queues");
};

struct Job {
    std::int64_t id{};
    std::string title{};
    bool done{};
    duet::BelongsTo<Queue> queue{};

    static constexpr auto table = duet::table("jobs");
};

struct Account {
    std::int64_t id{};
    std::int64_t balance{};

    static constexpr auto table = duet::table("accounts");
};

namespace {

// [queue]
/// Does one job that nobody else is at; false when there is none.
bool do_next(duet::Database& db) {
    return db.transaction([](duet::Transaction& tx) {
        auto job = tx.query<Job>().where(!"done"_c).order_by("id").for_update(duet::skip_locked).first();
        if (!job) return false;
        std::cout << "doing " << job->title << '\n';  // others skip it until this transaction ends
        tx.update(*job, "done"_c = true);
        return true;
    });
}
// [/queue]

class Locks : public testing::Test {
protected:
    static const duet::testing::EphemeralPostgres& server() {
        static const duet::testing::EphemeralPostgres started;
        return started;
    }
    void SetUp() override {
        db.drop_all(duet::models<Queue, Job, Account>);
        db.create_all(duet::models<Queue, Job, Account>);
        const Queue queue = db.create(Queue{.name = "chores"});
        for (const char* title : {"sweep", "write", "read"}) db.create(Job{.title = title, .queue = queue});
        db.create(Account{.balance = 100});
        db.create(Account{.balance = 100});
    }
    duet::Database db{server().url()};
};

TEST_F(Locks, Rows) {
    duet::Transaction other = db.begin();
    const auto taken = other.query<Job>().order_by("id").for_update().first();
    ASSERT_TRUE(taken);
    while (do_next(db)) {
    }
    EXPECT_EQ(db.query<Job>().where(!"done"_c).count(), 1);

    const std::int64_t id = taken->id;
    // [rows]
    db.transaction([&](duet::Transaction& tx) {
        try {
            tx.transaction([&](duet::Transaction& nested) {
                auto job = nested.query<Job>().where("id"_c == id).for_update(duet::no_wait).one();
                nested.update(job, "title"_c = "mine");
            });
        } catch (const duet::LockTimeout&) {
            std::cout << "somebody is at it\n";
        }
        // The rows of a relation, too; others may read and lock them likewise, but not change them.
        const auto jobs = tx.query<Job>().related("queue"_c, duet::joined).where("id"_c != id);
        jobs.for_share(duet::of("queue"_c)).all();
    });
    // [/rows]
    EXPECT_EQ(db.get<Job>(id)->title, "sweep");
}

TEST_F(Locks, Waits) {
    duet::Transaction other = db.begin();
    other.query<Account>().for_update().all();
    // [timeouts]
    try {
        db.transaction(
            [](duet::Transaction& tx) { tx.query<Account>().update_bulk("balance"_c = 0, duet::all_rows); },
            {.timeout = 5s, .lock_timeout = 100ms});
    } catch (const duet::LockTimeout& error) {
        std::cout << error.code() << '\n';  // 55P03
    }
    // [/timeouts]
    other.rollback();
    EXPECT_EQ(db.query<Account>().aggregate(duet::sum("balance"_c)), 200);
}

TEST_F(Locks, Advisory) {
    // [advisory]
    {
        const duet::AdvisoryLock lock =
            db.advisory_lock("nightly report");  // waits; db.within(1s) limits that
        EXPECT_TRUE(lock.held());
    }  // released

    if (const auto lock = db.try_advisory_lock("nightly report")) {
        std::cout << "only one process gets here at a time\n";
    }

    db.transaction([](duet::Transaction& tx) {
        tx.advisory_lock(42);  // until the transaction ends; needs no connection of its own
    });
    // [/advisory]
    const duet::AdvisoryLock held = db.advisory_lock("a");
    EXPECT_FALSE(db.try_advisory_lock("a"));
}

TEST_F(Locks, Serializable) {
    // [serializable]
    const bool paid = db.transaction(
        [](duet::Transaction& tx) {
            const auto total = tx.query<Account>().aggregate(duet::sum("balance"_c));
            if (total.value_or(0) < 150) return false;
            Account first = *tx.get<Account>(1);
            tx.update(first, "balance"_c = "balance"_c - 150);  // the other account covers it
            return true;
        },
        duet::serializable(5));  // runs again, up to 5 times, when it collided with another one
    // [/serializable]
    EXPECT_TRUE(paid);

    // [isolation]
    const auto report = db.transaction(
        [](duet::Transaction& tx) { return tx.query<Account>().count(); },  // all of it sees one state
        {.isolation = duet::Isolation::repeatable_read, .read_only = true});
    // [/isolation]
    EXPECT_EQ(report, 2);
}

}  // namespace
