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
    std::optional<duet::BelongsTo<Slot>> before{};
    duet::Timestamps times{};
    duet::Version version{};
    static constexpr auto table = duet::table("slots");
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

}  // namespace
