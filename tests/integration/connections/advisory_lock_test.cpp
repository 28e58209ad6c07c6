#include <duet/testing/testing.hpp>

#include <thread>

#include "integration/support.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

TEST(LockKey, IsTheSameNumberForever) {
    EXPECT_EQ(duet::LockKey(7).number(), 7);
    EXPECT_EQ(duet::LockKey(0).number(), 0);
    EXPECT_EQ(duet::LockKey("").number(), static_cast<std::int64_t>(0xcbf29ce484222325U));
    EXPECT_EQ(duet::LockKey("a").number(), static_cast<std::int64_t>(0xaf63dc4c8601ec8cU));
    EXPECT_EQ(duet::LockKey(std::string("foobar")).number(), static_cast<std::int64_t>(0x85944171f73967e8U));
}

template <class B>
class AdvisoryLocks : public DatabaseTest<B> {
protected:
    using Mode = typename B::mode;
    /// What another user of the database gets.
    bool is_free(duet::LockKey key) {
        auto lock = got(other.try_advisory_lock(key));
        if (!lock) return false;
        did([&] { return lock->release(); });
        return true;
    }
    bool comes_free(duet::LockKey key) {
        for (int i = 0; i < 100; ++i) {
            if (is_free(key)) return true;
            std::this_thread::sleep_for(20ms);
        }
        return false;
    }
    duet::BasicDatabase<Mode> other{this->server.url()};
};
using OnServers = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                   Backend<MariaDb, duet::Blocking>, Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(AdvisoryLocks, OnServers, BackendNames);

TYPED_TEST(AdvisoryLocks, AreHeldUntilTheyAreReleased) {
    auto lock = got(this->db.advisory_lock("nightly report"));
    EXPECT_TRUE(lock.held());
    EXPECT_EQ(this->db.pool_stats().checked_out, 1);
    EXPECT_FALSE(this->is_free("nightly report"));
    EXPECT_TRUE(this->is_free("another"));
    EXPECT_TRUE(this->is_free(42));
    did([&] { return lock.release(); });
    did([&] { return lock.release(); });
    EXPECT_FALSE(lock.held());
    EXPECT_EQ(this->db.pool_stats().checked_out, 0);
    EXPECT_TRUE(this->is_free("nightly report"));
}

TYPED_TEST(AdvisoryLocks, EndWithTheirObject) {
    {
        const auto lock = got(this->db.advisory_lock(42));
        EXPECT_FALSE(this->is_free(42));
    }
    EXPECT_EQ(this->db.pool_stats().checked_out, 0);
    if constexpr (TypeParam::mode::is_async) {
        EXPECT_TRUE(this->comes_free(42));
    } else {
        EXPECT_TRUE(this->is_free(42));
    }
    // The connection that held it serves on.
    { const auto again = got(this->db.advisory_lock(42)); }
    in_transaction(this->db, [](auto& tx) -> duet::Task<> {
        EXPECT_EQ(co_await later(tx.sql("SELECT 2").template scalar<std::int64_t>()), 2);
    });
    EXPECT_EQ(got(this->db.sql("SELECT 1").template scalar<std::int64_t>()), 1);
}

TYPED_TEST(AdvisoryLocks, AreWaitedForNotLongerThanAllowed) {
    auto lock = got(this->db.advisory_lock(-1));
    auto impatient = this->other.within(100ms);
    EXPECT_THROW((void)got(impatient.advisory_lock(-1)), duet::QueryCanceled);
    EXPECT_FALSE(this->is_free(-1));
    std::thread releases([&] {
        std::this_thread::sleep_for(100ms);
        did([&] { return lock.release(); });
    });
    auto waited = got(this->other.advisory_lock(-1));
    releases.join();
    EXPECT_TRUE(waited.held());
    did([&] { return waited.release(); });
    EXPECT_TRUE(this->is_free(-1));
}

TYPED_TEST(AdvisoryLocks, OfATransactionEndWithIt) {
    auto tx = got(this->db.begin());
    if (this->db.dialect() != "postgresql") {
        EXPECT_THROW(did([&] { return tx.advisory_lock(1); }), duet::UnsupportedByDialect);
        EXPECT_THROW((void)got(tx.try_advisory_lock(1)), duet::UnsupportedByDialect);
        return did([&] { return tx.rollback(); });
    }
    did([&] { return tx.advisory_lock(1); });
    EXPECT_TRUE(got(tx.try_advisory_lock("two")));
    EXPECT_FALSE(this->is_free(1));
    EXPECT_FALSE(this->is_free("two"));
    auto second = got(this->other.begin());
    EXPECT_FALSE(got(second.try_advisory_lock(1)));
    did([&] { return second.rollback(); });
    did([&] { return tx.commit(); });
    EXPECT_TRUE(this->is_free(1));
    EXPECT_TRUE(this->is_free("two"));
}

TYPED_TEST(AdvisoryLocks, MayBeShared) {
    if (this->db.dialect() != "postgresql") {
        EXPECT_THROW((void)got(this->db.advisory_lock_shared(1)), duet::UnsupportedByDialect);
        return;
    }
    auto lock = got(this->db.advisory_lock_shared(1));
    auto beside = got(this->other.try_advisory_lock_shared(1));
    ASSERT_TRUE(beside);
    EXPECT_FALSE(this->is_free(1));
    did([&] { return beside->release(); });
    did([&] { return lock.release(); });
    EXPECT_TRUE(this->is_free(1));
    auto tx = got(this->db.begin());
    did([&] { return tx.advisory_lock_shared(1); });
    EXPECT_FALSE(this->is_free(1));
    EXPECT_TRUE(got(tx.try_advisory_lock_shared(1)));
    did([&] { return tx.commit(); });
}

TEST(AdvisoryLock, IsRefusedWhereItCannotBeKept) {
    duet::Database pooled(pgbouncer_url());
    EXPECT_THROW((void)pooled.advisory_lock(1), duet::ConfigurationError);
    EXPECT_EQ(pooled.pool_stats().checked_out, 0);
    pooled.transaction([](duet::Transaction& tx) { tx.advisory_lock(1); });
    duet::Database sqlite("sqlite://:memory:");
    EXPECT_THROW((void)sqlite.advisory_lock(1), duet::UnsupportedByDialect);
    EXPECT_THROW(sqlite.transaction([](duet::Transaction& tx) { tx.advisory_lock(1); }),
                 duet::UnsupportedByDialect);
}

TEST(AdvisoryLock, IsLostWithItsConnection) {
    duet::Database db(postgres_url());
    auto lock = db.advisory_lock(1);
    db.sql(
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
          "datname = current_database()")
        .scalar<std::int64_t>();
    EXPECT_THROW(lock.release(), duet::ConnectionError);
    EXPECT_FALSE(lock.held());
    EXPECT_TRUE(db.try_advisory_lock(1));
}

}  // namespace
