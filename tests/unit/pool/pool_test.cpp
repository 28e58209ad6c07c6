#include <duet/async/run.hpp>
#include <duet/async/worker_pool.hpp>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;

TEST(Pool, RefusesToBeEmpty) { EXPECT_THROW(FakePool(one_writer, {.size = 0}), ConfigurationError); }

TEST(Pool, OpensConnectionsWhenTheyAreFirstUsed) {
    FakePool fixture(one_writer, {.size = 2});
    EXPECT_EQ(fixture.pool.stats().size, 3u);
    {
        Lease lease = fixture.pool.acquire_blocking(Access::read);
        EXPECT_EQ(fixture.database.connects, 0);
        EXPECT_FALSE(lease->writer);
        lease.open();
        lease.open();
        EXPECT_NE(lease->connection, nullptr);
        EXPECT_EQ(fixture.database.connects, 1);
        EXPECT_EQ(fixture.pool.stats().checked_out, 1u);
        EXPECT_EQ(fixture.pool.stats().open, 1u);
    }
    Lease(fixture.pool.acquire_blocking(Access::read)).open();
    EXPECT_EQ(fixture.database.connects, 1);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

TEST(Pool, KeepsTheWriterApartFromTheReaders) {
    FakePool fixture(one_writer, {.size = 2, .timeout = std::chrono::milliseconds(0)});
    Lease one = fixture.pool.acquire_blocking(Access::read);
    Lease other = fixture.pool.acquire_blocking(Access::read);
    EXPECT_THROW(static_cast<void>(fixture.pool.acquire_blocking(Access::read)), PoolTimeout);
    Lease writer = fixture.pool.acquire_blocking(Access::write);
    EXPECT_TRUE(writer->writer);
    EXPECT_NE(&*one, &*other);
}

TEST(Pool, ServesEverybodyByOneConnectionWhenItIsTheDatabase) {
    FakePool fixture(one_for_all, {.size = 7});
    EXPECT_EQ(fixture.pool.stats().size, 1u);
    PooledConnection* connection = &*Lease(fixture.pool.acquire_blocking(Access::read));
    Lease writer = fixture.pool.acquire_blocking(Access::write);
    EXPECT_EQ(&*writer, connection);
    EXPECT_TRUE(writer->writer);
}

TEST(Pool, HasEqualConnectionsWhereTheServerSortsItOut) {
    FakePool fixture(all_equal, {.size = 2});
    Lease one = fixture.pool.acquire_blocking(Access::write);
    Lease other = fixture.pool.acquire_blocking(Access::write);
    EXPECT_TRUE(one->writer && other->writer);
    EXPECT_EQ(fixture.pool.stats().size, 2u);
}

TEST(Pool, FreesThePlaceWhenAConnectionCannotBeOpened) {
    FakePool fixture(one_for_all);
    fixture.database.connects_to_fail = 1;
    Lease lease = fixture.pool.acquire_blocking(Access::write);
    EXPECT_THROW(lease.open(), ConnectionError);
    EXPECT_FALSE(lease);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    Lease again = fixture.pool.acquire_blocking(Access::write);
    EXPECT_NE(again.open().connection, nullptr);
}

TEST(Pool, ReplacesAConnectionThatBroke) {
    FakePool fixture(one_for_all);
    {
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        fake(lease).good = false;
    }
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    Lease lease = fixture.pool.acquire_blocking(Access::write);
    EXPECT_TRUE(fake(lease).usable());
    EXPECT_EQ(fixture.database.connects, 2);
}

TEST(Pool, RollsBackATransactionThatWasLeftOpen) {
    FakePool fixture(one_for_all);
    {
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        fake(lease).transaction = true;
    }
    EXPECT_EQ(fixture.database.rollbacks, 1);
    Lease lease = fixture.pool.acquire_blocking(Access::write);
    EXPECT_FALSE(fake(lease).in_transaction());
    EXPECT_EQ(fixture.database.connects, 1);
}

TEST(Pool, ClosesAConnectionThatCannotRollBack) {
    FakePool fixture(one_for_all);
    fixture.database.rollback_fails = true;
    {
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        fake(lease).transaction = true;
    }
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

TEST(Pool, HasWorkersOnlyForDriversThatBlock) {
    FakePool blocking(one_writer), waiting(all_equal);
    EXPECT_EQ(waiting.pool.workers(), nullptr);
    ASSERT_NE(blocking.pool.workers(), nullptr);
    EXPECT_EQ(blocking.pool.workers(), blocking.pool.workers());
}

TEST(Lease, GivesBackOnceHoweverOftenItMoves) {
    FakePool fixture(one_for_all);
    Lease first = fixture.pool.acquire_blocking(Access::read);
    Lease second = std::move(first);
    EXPECT_FALSE(first);
    first = std::move(second);
    EXPECT_TRUE(first);
    EXPECT_EQ(fixture.pool.stats().checked_out, 1u);
    first = Lease();
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    first.release();
}

Task<int> use(Pool& pool) {
    Lease lease = co_await pool.acquire(Access::write);
    if (WorkerPool* const workers = pool.workers()) co_await workers->enter();
    co_return ++fake(lease).users;
}

TEST(Pool, IsSharedByBlockingAndAsyncUsers) {
    FakePool fixture(one_for_all);
    EXPECT_EQ(detail::complete_inline(use(fixture.pool)), 1);
    EXPECT_EQ(run(use(fixture.pool)), 2);
    EXPECT_EQ(detail::complete_inline(use(fixture.pool)), 3);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

}  // namespace
}  // namespace duet::testing
