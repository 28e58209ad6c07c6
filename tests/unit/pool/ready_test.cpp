#include <duet/async/run.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fake_driver.hpp"

namespace duet::testing {
namespace {

using driver::Access;
using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

/// Each test runs with threads that block, with coroutines whose connections answer at once, and with
/// coroutines that have to wait for every answer.
enum class Mode { blocking, prompt, waiting, blocking_waiting };

class MadeReady : public ::testing::TestWithParam<Mode> {
protected:
    static bool blocking() { return GetParam() == Mode::blocking || GetParam() == Mode::blocking_waiting; }
    static void configure(FakeDatabase& database) {
        database.waits = GetParam() == Mode::waiting || GetParam() == Mode::blocking_waiting;
    }
    template <class T>
    static T go(Task<T> task) {
        if (blocking()) return detail::complete_inline(std::move(task));
        return run(std::move(task));
    }

    struct Fixture : FakePool {
        explicit Fixture(PoolOptions options = {}) : FakePool(all_equal, std::move(options)) {
            configure(database);
        }
    };

    static Task<Lease> take(Pool& pool) {
        Lease lease = co_await pool.acquire(Access::write);
        if (!lease.ready()) co_await lease.make_ready();
        co_return lease;
    }
    static FakeConnection& connection(const Lease& lease) {
        return static_cast<FakeConnection&>(*lease->connection);
    }
    static void use(Pool& pool) { static_cast<void>(go(take(pool))); }
    static std::vector<Lease> use(Pool& pool, int number) {
        std::vector<Lease> leases;
        for (int i = 0; i < number; ++i) leases.push_back(go(take(pool)));
        return leases;
    }
};

INSTANTIATE_TEST_SUITE_P(Modes, MadeReady,
                         ::testing::Values(Mode::blocking, Mode::prompt, Mode::waiting,
                                           Mode::blocking_waiting));

TEST_P(MadeReady, OnceAndThenUsedAsItIs) {
    Fixture fixture;
    for (int i = 0; i < 10; ++i) use(fixture.pool);
    EXPECT_EQ(fixture.database.connects, 1);
    EXPECT_EQ(fixture.database.pings, 0);
    EXPECT_EQ(fixture.pool.stats().opened_total, 1u);
    Lease lease = go(take(fixture.pool));
    EXPECT_EQ(connection(lease).may_block, blocking());
}

TEST_P(MadeReady, AnewWhenItIsTooOld) {
    Fixture fixture({.recycle = 20ms, .pre_ping = false});
    use(fixture.pool);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.connects, 1);
    std::this_thread::sleep_for(30ms);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.connects, 2);
    EXPECT_EQ(fixture.database.open, 1);
    EXPECT_EQ(fixture.pool.stats().recycled, 1u);
    EXPECT_EQ(fixture.pool.stats().open, 1u);
}

TEST_P(MadeReady, AnewWhenItsLifetimeIsOver) {
    Fixture fixture({.recycle = 0ms, .max_lifetime = 20ms, .pre_ping = false});
    use(fixture.pool);
    std::this_thread::sleep_for(30ms);
    use(fixture.pool);
    EXPECT_EQ(fixture.pool.stats().recycled, 1u);
}

TEST_P(MadeReady, ByAPingWhenItWasIdleForLong) {
    Fixture fixture({.pre_ping_after = 20ms});
    use(fixture.pool);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 0);
    std::this_thread::sleep_for(30ms);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 1);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 1);
    EXPECT_EQ(fixture.database.connects, 1);
}

TEST_P(MadeReady, WithoutAPingWhenNoneIsWanted) {
    Fixture fixture({.pre_ping = false, .pre_ping_after = 0ms});
    use(fixture.pool);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 0);
    EXPECT_EQ(fixture.database.connects, 1);
}

TEST_P(MadeReady, IsStillDueWhenTheLeaseEndsWithoutIt) {
    Fixture fixture({.pre_ping_after = 20ms});
    use(fixture.pool);
    std::this_thread::sleep_for(30ms);
    for (int i = 0; i < 2; ++i) {
        const Lease lease = fixture.pool.try_acquire(Access::write);
        EXPECT_FALSE(lease.ready());
    }
    EXPECT_EQ(fixture.database.open, 1);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 1);
    EXPECT_EQ(fixture.database.connects, 1);
}

TEST_P(MadeReady, AnewWhenThePingFailsAndTheOthersAreAskedToo) {
    Fixture fixture({.size = 3, .pre_ping_after = 20ms});
    use(fixture.pool, 3).clear();
    std::this_thread::sleep_for(30ms);
    std::vector<Lease> leases = use(fixture.pool, 3);
    EXPECT_EQ(fixture.database.pings, 3);
    leases.resize(2);
    leases.clear();
    std::this_thread::sleep_for(30ms);
    fixture.database.pings_to_fail = 1;
    use(fixture.pool);
    EXPECT_EQ(fixture.database.pings, 4);
    EXPECT_EQ(fixture.database.connects, 4);
    EXPECT_EQ(fixture.pool.stats().invalidated, 1u);
    leases = use(fixture.pool, 3);  // one new, two under suspicion
    EXPECT_EQ(fixture.database.pings, 6);
    leases.clear();
    leases = use(fixture.pool, 3);
    EXPECT_EQ(fixture.database.pings, 6);
    EXPECT_EQ(fixture.database.connects, 4);
    EXPECT_EQ(fixture.pool.stats().invalidated, 1u);
}

TEST_P(MadeReady, AsksTheOthersWhenOneBreaksInUse) {
    Fixture fixture({.size = 3});
    {
        std::vector<Lease> leases = use(fixture.pool, 3);
        connection(leases[0]).good = false;
    }
    EXPECT_EQ(fixture.pool.stats().invalidated, 1u);
    EXPECT_EQ(fixture.pool.stats().open, 2u);
    fixture.database.pings_to_fail = 1;
    use(fixture.pool, 3).clear();
    EXPECT_EQ(fixture.database.pings, 2);
    EXPECT_EQ(fixture.pool.stats().invalidated, 2u);
    use(fixture.pool, 3).clear();
    EXPECT_EQ(fixture.database.pings, 2);
    EXPECT_EQ(fixture.database.connects, 5);
}

TEST_P(MadeReady, ReplacesTheOthersOnceWhenThereAreNoPings) {
    Fixture fixture({.size = 3, .pre_ping = false});
    {
        std::vector<Lease> leases = use(fixture.pool, 3);
        connection(leases[0]).good = false;
    }
    for (int i = 0; i < 4; ++i) use(fixture.pool, 3).clear();
    EXPECT_EQ(fixture.database.connects, 6);
    EXPECT_EQ(fixture.database.pings, 0);
    EXPECT_EQ(fixture.pool.stats().invalidated, 3u);
}

TEST_P(MadeReady, FreesThePlaceWhenItFails) {
    Fixture fixture({.size = 1, .max_overflow = 0});
    fixture.database.connects_to_fail = 2;
    for (int i = 0; i < 2; ++i) EXPECT_THROW(use(fixture.pool), ConnectionError);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    EXPECT_EQ(fixture.pool.stats().open_failures, 2u);
    EXPECT_EQ(fixture.database.open, 0);
    use(fixture.pool);
    EXPECT_EQ(fixture.pool.stats().open, 1u);
}

TEST_P(MadeReady, RunsTheStatementsThatSetAConnectionUp) {
    Fixture fixture({.size = 2, .init_sql = {"SET a", "SET b"}});
    fixture.pool.on_connect(nullptr, [](void*, ConnectionSetup& setup) {
        setup.run(setup.writer() ? "SET writer" : "SET reader");
    });
    use(fixture.pool);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.scripts(), (Strings{"SET a", "SET b", "SET writer"}));
}

TEST_P(MadeReady, FailsWithTheStatementThatSetsItUp) {
    Fixture fixture({.init_sql = {"nonsense"}});
    EXPECT_EQ(message_of<DatabaseError>([&] { use(fixture.pool); }), "syntax error");
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
}

TEST_P(MadeReady, IsOverWhenNobodyAnswers) {
    Fixture fixture({.size = 1, .connect_timeout = 20ms});
    if (!fixture.database.waits) return;
    fixture.database.silent = true;
    EXPECT_TRUE(message_of<ConnectionError>([&] {
                    use(fixture.pool);
                }).starts_with("the database did not answer in time"));
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.database.open, 0);
    fixture.database.silent = false;
    use(fixture.pool);
}

TEST_P(MadeReady, ResetsWhatItsUserLeftBehind) {
    Fixture fixture({.size = 1});
    for (int i = 0; i < 3; ++i) {
        Lease lease = go(take(fixture.pool));
        EXPECT_FALSE(connection(lease).traces || connection(lease).transaction);
        connection(lease).traces = i == 0;
        connection(lease).transaction = i == 1;
    }
    EXPECT_EQ(fixture.database.resets, 2);
    EXPECT_EQ(fixture.database.rollbacks, 0);
    EXPECT_EQ(fixture.database.connects, 1);
}

TEST_P(MadeReady, AnewWhenAResetFails) {
    Fixture fixture({.size = 1});
    fixture.database.rollback_fails = true;
    Lease lease = go(take(fixture.pool));
    connection(lease).transaction = true;
    lease.release();
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    use(fixture.pool);
}

TEST_P(MadeReady, KeepsSettingsWhenToldToButNoTransaction) {
    Fixture fixture({.size = 1, .reset_on_return = false});
    Lease lease = go(take(fixture.pool));
    connection(lease).traces = true;
    lease.release();
    EXPECT_EQ(fixture.database.resets, 0);
    lease = go(take(fixture.pool));
    connection(lease).transaction = true;
    lease.release();
    EXPECT_EQ(fixture.database.resets, 1);
}

TEST_P(MadeReady, SetsAConnectionUpAgainAfterAReset) {
    Fixture fixture({.size = 1, .init_sql = {"SET a"}});
    Lease lease = go(take(fixture.pool));
    connection(lease).traces = true;
    lease.release();
    use(fixture.pool);
    use(fixture.pool);
    EXPECT_EQ(fixture.database.scripts(), (Strings{"SET a", "SET a"}));
    EXPECT_EQ(fixture.database.connects, 1);
}

class FakeStatement : public driver::Statement {
public:
    FakeStatement() : Statement(nullptr) {}
    Strings column_names() const override { return {}; }
    bool writes() const override { return false; }
};

TEST_P(MadeReady, ForgetsStatementsThatAResetHasLost) {
    for (const bool lost : {false, true}) {
        Fixture fixture({.size = 1});
        fixture.database.reset_loses_statements = lost;
        Lease lease = go(take(fixture.pool));
        std::optional<std::unique_ptr<driver::Statement>> evicted;
        lease->statements.insert(PlanKey{nullptr, 1, {}}, std::make_unique<FakeStatement>(), evicted);
        connection(lease).traces = true;
        lease.release();
        lease = go(take(fixture.pool));
        EXPECT_EQ(lease->statements.size(), lost ? 0u : 1u);
    }
}

Task<> wait_in_vain(Pool& pool, std::string& message) {
    try {
        Lease lease = co_await pool.acquire(Access::read);
        message = "was served";
    } catch (const ConnectionError& error) {
        message = error.what();
    }
}
Task<> fail_to_open(Pool& pool) {
    Lease lease = co_await pool.acquire(Access::write);
    co_await sleep_for(5ms);
    try {
        co_await lease.make_ready();
    } catch (const ConnectionError&) {
    }
}
Task<> database_is_down(Pool& pool, std::vector<std::string>& messages) {
    std::vector<Task<>> tasks;
    tasks.push_back(fail_to_open(pool));
    for (std::string& message : messages) tasks.push_back(wait_in_vain(pool, message));
    co_await when_all(std::move(tasks));
}

TEST(DatabaseThatIsDown, IsToldAtOnceToAllWhoWait) {
    FakePool fixture(all_equal, {.size = 1, .max_overflow = 0});
    fixture.database.waits = true;
    fixture.database.connects_to_fail = 1;
    std::vector<std::string> messages(50);
    std::string in_a_thread;
    std::atomic<bool> over = false;  // before the thread saw any of it
    std::thread thread([&] {
        while (fixture.pool.stats().checked_out == 0 && !over) std::this_thread::yield();
        detail::complete_inline(wait_in_vain(fixture.pool, in_a_thread));
    });
    run(database_is_down(fixture.pool, messages));
    over = true;
    thread.join();
    messages.push_back(in_a_thread);
    for (const std::string& message : messages) {
        if (message == in_a_thread && message == "was served") continue;  // it came late
        EXPECT_EQ(message,
                  "no connection could be opened, nor could others for which this waited: nobody listens "
                  "there");
    }
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    EXPECT_EQ(fixture.pool.stats().waiting, 0u);
}

TEST(DatabaseThatIsDown, FailsNobodyElseWhileOtherConnectionsLive) {
    FakePool fixture(all_equal, {.size = 2, .max_overflow = 0});
    Lease alive = fixture.pool.acquire_blocking(Access::write);
    alive.open();
    Lease failing = fixture.pool.acquire_blocking(Access::write);
    bool served = false;
    std::thread waiter([&] {
        Lease lease = fixture.pool.acquire_blocking(Access::write);
        served = true;
    });
    while (fixture.pool.stats().waiting == 0) std::this_thread::sleep_for(100us);
    fixture.database.connects_to_fail = 1;
    EXPECT_THROW(failing.open(), ConnectionError);
    waiter.join();
    EXPECT_TRUE(served);
}

Task<> take_and_open(Pool& pool) {
    Lease lease = co_await pool.acquire(Access::write);
    if (!lease.ready()) co_await lease.make_ready();
}

TEST(MakingReady, IsCancelledWithItsTask) {
    FakePool fixture(all_equal, {.size = 1, .pre_ping_after = 0ms});
    fixture.database.waits = true;
    run(take_and_open(fixture.pool));
    fixture.database.silent = true;
    EXPECT_THROW(run(timeout(take_and_open(fixture.pool), 10ms)), QueryCanceled);
    EXPECT_EQ(fixture.database.pings, 1);
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    EXPECT_THROW(run(timeout(take_and_open(fixture.pool), 10ms)), QueryCanceled);
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().checked_out, 0u);
    fixture.database.silent = false;
    run(take_and_open(fixture.pool));
    EXPECT_EQ(fixture.pool.stats().open, 1u);
}

struct Start {
    Task<>& task;
    explicit Start(Task<>& started) : task(started) {}
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> handle) const {
        detail::start_child(detail::TaskAccess::handle(task), *detail::TaskAccess::promise(task), nullptr,
                            &handle.promise());
        return false;
    }
    void await_resume() const noexcept {}
};
Task<> destroy_while_opening(Pool& pool) {
    std::optional<Task<>> task = take_and_open(pool);
    Start start(*task);
    co_await start;
    EXPECT_EQ(pool.stats().checked_out, 1u);
    task.reset();
    EXPECT_EQ(pool.stats().checked_out, 0u);
}

TEST(MakingReady, IsUndoneWhenItsTaskIsDestroyed) {
    FakePool fixture(all_equal, {.size = 1, .pre_ping_after = 0ms});
    fixture.database.waits = true;
    run(destroy_while_opening(fixture.pool));
    EXPECT_EQ(fixture.database.open, 0);
    run(take_and_open(fixture.pool));
    run(destroy_while_opening(fixture.pool));  // in the middle of a ping
    EXPECT_EQ(fixture.database.open, 0);
    EXPECT_EQ(fixture.pool.stats().open, 0u);
    run(take_and_open(fixture.pool));
}

}  // namespace
}  // namespace duet::testing
