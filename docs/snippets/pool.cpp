// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

namespace {

const duet::testing::EphemeralPostgres& server() {
    static const duet::testing::EphemeralPostgres started;
    return started;
}

TEST(Pool, Options) {
    const std::string url = server().url();
    // [options]
    duet::Database db{url, {.pool = {.size = 10, .timeout = 5s, .max_overflow = 5, .recycle = 10min}}};
    duet::Database same{url + "?pool_size=10&pool_timeout=5&max_overflow=5&pool_recycle=10m"};
    // [/options]
    EXPECT_EQ(db.pool_stats().limit, 15U);
    EXPECT_EQ(same.pool_stats().limit, 15U);

    // [warm_up]
    const std::size_t opened = db.warm_up(4);  // at the start, so that the first requests need not wait
    // [/warm_up]
    EXPECT_EQ(opened, 4U);

    // [stats]
    const duet::PoolStats pool = db.pool_stats();
    std::cout << pool.checked_out << " of " << pool.size << " in use, " << pool.overflow << " beyond, "
              << pool.waiting << " waiting; 95 % of the waits took less than " << pool.waits.p95.count()
              << " ns, " << pool.invalidated << " connections were found broken\n";
    // [/stats]
    EXPECT_EQ(pool.open, 4U);

    // [resize]
    db.resize_pool(20);
    // [/resize]
    EXPECT_EQ(db.pool_stats().size, 20U);
}

TEST(Pool, Setup) {
    // [setup]
    duet::DatabaseOptions options;
    options.pool.init_sql = {"SET search_path TO shop, public"};
    duet::Database db{server().url(), options};
    db.on_connect([](duet::ConnectionSetup& setup) { setup.run("SET work_mem = '64MB'"); });
    // [/setup]
    EXPECT_EQ(db.sql("SHOW work_mem").scalar<std::string>(), "64MB");
    EXPECT_EQ(db.sql("SHOW search_path").scalar<std::string>(), "shop, public");

    // [reset]
    db.execute_script("SET statement_timeout = '1s'; CREATE TEMP TABLE scratch (id int)");
    // The next user finds the server's own statement_timeout and no scratch, but init_sql's search_path.
    // [/reset]
    EXPECT_EQ(db.sql("SHOW statement_timeout").scalar<std::string>(), "0");
    EXPECT_EQ(db.sql("SHOW work_mem").scalar<std::string>(), "64MB");
    EXPECT_EQ(db.sql("SELECT count(*) FROM pg_class WHERE relname = 'scratch'").scalar<int>(), 0);
}

TEST(Pool, Leaks) {
    // [leaks]
    duet::DatabaseOptions options;
    options.pool.report_leaks_after = 50ms;  // in earnest rather minutes
    duet::Database db{server().url(), options};
    const duet::PoolHook hook = db.on_pool_event([](const duet::PoolEvent& event) {
        if (event.kind != duet::PoolEvent::Kind::leak) return;
        std::cout << "a connection has been out since " << event.where.file_name() << ':'
                  << event.where.line() << '\n';
    });
    // [/leaks]
    duet::Transaction tx = db.begin();
    std::this_thread::sleep_for(60ms);
    EXPECT_EQ(db.pool_stats().leaks, 1U);
}

TEST(Pool, Autoscale) {
    // [autoscale]
    duet::DatabaseOptions options;
    options.pool.size = 4;
    options.pool.autoscale = duet::Autoscale{.target_utilisation = 0.7, .floor = 2, .ceiling = 32, .step = 2};
    duet::Database db{server().url(), options};
    // [/autoscale]
    EXPECT_EQ(db.pool_stats().size, 4U);
}

TEST(Pool, Timeouts) {
    duet::Database db{server().url() + "?pool_size=1&max_overflow=0&pool_timeout=50ms"};
    duet::Transaction holder = db.begin();
    std::string said;
    // [timeout]
    std::thread other([&] {
        try {
            db.sql("SELECT 1").scalar<int>();
        } catch (const duet::PoolTimeout& error) {
            said = error.what();  // who holds what, for how long, and how many wait
        }
    });
    // [/timeout]
    other.join();
    EXPECT_NE(said.find("1 of 1 are checked out"), std::string::npos) << said;
    EXPECT_THROW(db.sql("SELECT 1").scalar<int>(), duet::PoolTimeout);  // at once: it would wait for itself
}

}  // namespace
