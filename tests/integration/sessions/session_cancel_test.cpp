#include <duet/async/cancel.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/session.hpp>

#include <chrono>

#include "integration/session_models.hpp"

// Sessions whose flush does not come to its end: objects are what they were before.

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Slot {
    std::int64_t id{};
    std::string name{};
    std::optional<int> number{};
    std::optional<duet::BelongsTo<Slot>> before{};
    duet::Timestamps times{};
    duet::Version version{};
    static constexpr auto table = duet::table("slots", duet::unique("number"));
};
inline constexpr auto models = duet::models<Slot>;

using Servers = ::testing::Types<Backend<Postgres, duet::Async>, Backend<MariaDb, duet::Async>>;

template <class B>
class SessionCanceled : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database plain(this->db);
        plain.create_all(models);
        std::vector<Slot> slots(3);
        plain.create_bulk(slots);
    }
};
TYPED_TEST_SUITE(SessionCanceled, Servers, BackendNames);

/// A session with one of everything to write, of which row 1 is locked by somebody else.
duet::Task<> stopped_flush(duet::AsyncDatabase& db, bool destroyed) {
    auto other = co_await db.begin();
    co_await other.sql("UPDATE slots SET name = 'theirs' WHERE id = 1").execute();
    auto s = co_await db.begin_session();
    Slot& one = co_await s.get<Slot>(1);
    Slot& two = co_await s.get<Slot>(2);
    Slot& three = co_await s.get<Slot>(3);
    Slot& fresh = s.add(Slot{.name = "fresh"});
    Slot& next = s.add(Slot{.name = "next", .before = fresh});
    s.set(fresh, "before"_c, next);  // a ring: written in two steps
    const auto version = one.version.version;
    const auto updated = two.times.updated_at;
    one.name = two.name = "mine";
    s.remove(three);
    if (destroyed) {
        const auto in_group = [&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            group.add(s.flush());
            co_await duet::sleep_for(50ms);
        };
        co_await in_group();
    } else {
        bool canceled = false;
        try {
            co_await duet::timeout(s.flush(), 50ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
    }
    EXPECT_EQ(fresh.id, 0);
    EXPECT_EQ(next.id, 0);
    EXPECT_TRUE(next.before && next.before->loaded() && &next.before->get() == &fresh);
    EXPECT_TRUE(fresh.before && fresh.before->loaded() && &fresh.before->get() == &next);
    EXPECT_EQ(one.version.version, version);
    EXPECT_EQ(two.version.version, version);
    EXPECT_EQ(two.times.updated_at, updated);
    EXPECT_EQ(fresh.times.created_at, duet::Timestamp{});
    EXPECT_EQ(one.name, "mine");
    const duet::PendingCounts pending = s.pending();
    EXPECT_EQ(pending.added, 2u);
    EXPECT_EQ(pending.changed, 2u);
    EXPECT_EQ(pending.removed, 1u);
    co_await other.rollback();
    // A server may have given up the transaction along with what was cancelled; the session goes on all the
    // same.
    bool gone = destroyed;
    if (destroyed) {
        co_await s.rollback();
    } else {
        try {
            co_await s.commit();
        } catch (const duet::DatabaseError&) {
            gone = true;
        }
    }
    if (gone) {
        EXPECT_EQ(one.name, "");
        EXPECT_TRUE(s.contains(three));
        EXPECT_FALSE(s.contains(next));
        one.name = "again";
        co_await s.commit();
    } else {
        EXPECT_GT(next.id, 0);
    }
    const std::int64_t rows = co_await db.query<Slot>().count();
    EXPECT_EQ(rows, gone ? 3 : 4);
}

TYPED_TEST(SessionCanceled, ATimeoutLeavesObjectsAsTheyWere) {
    duet::run(stopped_flush(this->db, false));
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(SessionCanceled, ADestroyedTaskLeavesObjectsAsTheyWere) {
    duet::run(stopped_flush(this->db, true));
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(SessionCanceled, ADestroyedCommitTakesEverythingBack) {
    duet::run([&]() -> duet::Task<> {
        auto other = co_await this->db.begin();
        co_await other.sql("UPDATE slots SET name = 'theirs' WHERE id = 1").execute();
        auto s = co_await this->db.begin_session();
        Slot& two = co_await s.template get<Slot>(2);
        two.name = "mine";
        Slot& fresh = s.add(Slot{.name = "fresh"});
        co_await s.flush();
        Slot& one = co_await s.template get<Slot>(1);
        one.name = "mine";
        const auto in_group = [&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            group.add(s.commit());
            co_await duet::sleep_for(50ms);
        };
        co_await in_group();
        EXPECT_EQ(one.name, "");
        EXPECT_EQ(two.name, "");
        EXPECT_EQ(fresh.id, 0);
        EXPECT_FALSE(s.contains(fresh));
        EXPECT_TRUE(s.contains(two));
        co_await other.rollback();
        Slot& again = co_await s.template get<Slot>(2);  // another transaction
        EXPECT_EQ(&again, &two);
        again.name = "second try";
        co_await s.commit();
        const std::int64_t rows =
            co_await this->db.template query<Slot>().where("name"_c == "second try").count();
        EXPECT_EQ(rows, 1);
    });
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

/// Takes both rows in some order, until it gets through.
duet::Task<> both_rows(duet::AsyncDatabase& db, std::int64_t first, std::int64_t second, int& deadlocks) {
    auto s = co_await db.begin_session();
    for (bool done = false; !done;) {
        bool again = false;
        try {
            Slot& a = co_await s.get_for_update<Slot>(first);
            a.name += "x";
            co_await duet::sleep_for(30ms);
            Slot& b = co_await s.get_for_update<Slot>(second);
            b.name += "x";
            co_await s.commit();
            done = true;
        } catch (const duet::Deadlock&) {
            again = true;
        }
        if (!again) continue;
        ++deadlocks;
        co_await s.rollback();
        co_await duet::sleep_for(100ms);
    }
}

TYPED_TEST(SessionCanceled, ADeadlockLeavesTheSessionUsable) {
    int deadlocks = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        group.add(both_rows(this->db, 1, 2, deadlocks));
        group.add(both_rows(this->db, 2, 1, deadlocks));
        co_await group.join();
    });
    EXPECT_GE(deadlocks, 1);
    for (const Slot& slot : rows<Slot>(this->db)) EXPECT_EQ(slot.name, slot.id == 3 ? "" : "xx");
}

/// Waits until somebody waits for a lock; on MariaDB, until a statement takes as long as only a wait does,
/// because what it says of locks is not brought up to date for those who ask often.
duet::Task<> somebody_waits(duet::AsyncDatabase& db, bool is_postgres) {
    const std::string sql =
        is_postgres ? "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                      "wait_event_type = 'Lock'"
                    : "SELECT count(*) FROM information_schema.processlist WHERE db = database() AND "
                      "id <> connection_id() AND command IN ('Query', 'Execute') AND time_ms > 100";
    for (bool waits = false; !waits;) {
        const auto count = co_await db.sql(duet::runtime(sql)).scalar<std::int64_t>();
        waits = count != 0;
        if (!waits) co_await duet::sleep_for(5ms);
    }
}

enum class Way { texts, unique_values, removals, single_rows };

/// A flush that is cancelled while it waits for row 1, behind another one; then the session goes on.
duet::Task<> flush_and_go_on(duet::AsyncDatabase& db, Way way, bool is_postgres) {
    auto other = co_await db.begin();
    co_await other.sql("UPDATE slots SET name = 'theirs', number = NULL WHERE id = 1").execute();
    auto s = co_await db.begin_session();
    Slot& one = co_await s.get<Slot>(1);
    Slot& two = co_await s.get<Slot>(2);
    Slot& three = co_await s.get<Slot>(3);
    three.name = "flushed before";
    co_await s.flush();
    switch (way) {
        case Way::texts:
            one.name = two.name = "mine";
            break;
        case Way::unique_values:
            two.number = 22;
            one.number = 11;
            break;
        case Way::removals:
            s.remove(two);
            s.remove(one);
            break;
        case Way::single_rows:
            s.add(std::make_unique<Slot>(Slot{.name = "a", .before = 2}));
            s.add(std::make_unique<Slot>(Slot{.name = "b", .before = 1}));
            one.name = "mine";
            break;
    }
    const duet::PendingCounts before = s.pending();
    const duet::CancelSource source;
    bool canceled = false;
    const auto flushing = [&]() -> duet::Task<> {
        try {
            co_await duet::with_token(s.flush(), source.token());
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
    };
    const auto canceling = [&]() -> duet::Task<> {
        co_await somebody_waits(db, is_postgres);
        source.request_cancel();
    };
    co_await duet::when_all(flushing(), canceling());
    EXPECT_TRUE(canceled);
    const duet::PendingCounts after = s.pending();
    EXPECT_EQ(after.added, before.added);
    EXPECT_EQ(after.changed, before.changed);
    EXPECT_EQ(after.removed, before.removed);
    co_await other.rollback();
    {
        const duet::NoAutoflush quiet = s.no_autoflush();
        const std::string name = co_await s.sql("SELECT name FROM slots WHERE id = 3").scalar<std::string>();
        EXPECT_EQ(name, "flushed before");
    }
    co_await s.commit();
    const std::vector<Slot> now = co_await db.all(duet::query<Slot>().order_by("id"));
    EXPECT_EQ(now.size(), way == Way::removals ? 1U : way == Way::single_rows ? 5U : 3U);
    if (way == Way::unique_values) {
        EXPECT_EQ(now[0].number, 11);
    }
    if (way == Way::texts || way == Way::single_rows) {
        EXPECT_EQ(now[0].name, "mine");
    }
}

TYPED_TEST(SessionCanceled, TheTransactionGoesOnBehindACancelledFlush) {
    for (const Way way : {Way::texts, Way::unique_values, Way::single_rows, Way::removals}) {
        duet::Database plain(this->db);
        plain.query<Slot>().update_bulk("before"_c = nullptr, duet::all_rows);
        plain.query<Slot>().where("id"_c > 3).delete_bulk();
        duet::run(flush_and_go_on(this->db, way, this->is_postgres));
        EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
    }
}

}  // namespace
