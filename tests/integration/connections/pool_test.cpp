#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "integration/support.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

template <class B>
class PoolOfADatabase : public DatabaseTest<B> {
protected:
    static constexpr bool in_memory = std::is_same_v<typename B::server_type, SqliteMemory>;
    using Db = typename DatabaseTest<B>::Db;

    /// In memory there is one, of a file one that writes as well.
    static constexpr std::size_t connections_of(std::size_t size) {
        return in_memory ? 1 : DatabaseTest<B>::is_sqlite ? size + 1 : size;
    }
    std::string url_with(const std::string& options) const { return this->server.url() + "?" + options; }
};
TYPED_TEST_SUITE(PoolOfADatabase, Backends, BackendNames);

TYPED_TEST(PoolOfADatabase, TakesItsOptionsFromTheUrl) {
    typename TestFixture::Db own(this->url_with("pool_size=2&pool_timeout=1.5s&max_overflow=1"),
                                 {.pool = {.size = 9}});
    EXPECT_EQ(own.pool_stats().size, TestFixture::connections_of(2));
    EXPECT_THROW(typename TestFixture::Db(this->url_with("pool_sise=2")), duet::ConfigurationError);
    EXPECT_THROW(typename TestFixture::Db(this->url_with("pool_timeout=soon")), duet::ConfigurationError);
}

TYPED_TEST(PoolOfADatabase, OpensConnectionsAheadOfNeed) {
    typename TestFixture::Db own(this->url_with("pool_size=2"));
    const std::size_t all = own.pool_stats().size;
    EXPECT_EQ(all, TestFixture::connections_of(2));
    EXPECT_EQ(got(own.warm_up(100)), all);
    EXPECT_EQ(got(own.warm_up(100)), 0U);
    EXPECT_EQ(own.pool_stats().open, all);
    EXPECT_EQ(own.pool_stats().idle, all);
    if constexpr (TestFixture::is_sqlite) {
        EXPECT_EQ(own.resize_pool(50), all) << "nothing to scale";
    } else {
        EXPECT_EQ(own.resize_pool(50), 50U);
        EXPECT_EQ(own.pool_stats().size, 50U);
        EXPECT_EQ(own.resize_pool(1), 1U);
        EXPECT_EQ(own.pool_stats().size, 1U);
        EXPECT_EQ(got(own.sql("SELECT 1").template scalar<int>()), 1);
    }
}

TYPED_TEST(PoolOfADatabase, SetsUpEachConnectionOnce) {
    duet::DatabaseOptions options;
    options.pool.size = 2;
    const auto number = [](auto& on, std::string_view sql) {
        return got(on.sql(duet::runtime(sql)).template scalar<int>());
    };
    if constexpr (TestFixture::is_sqlite) {
        options.pool.init_sql = {"PRAGMA cache_size = 321"};
        typename TestFixture::Db own(this->server.url(), options);
        own.on_connect([](duet::ConnectionSetup& setup) {
            setup.run(setup.writer() ? "PRAGMA analysis_limit = 55" : "PRAGMA analysis_limit = 77");
        });
        EXPECT_EQ(number(own, "PRAGMA cache_size"), 321);
        EXPECT_EQ(number(own, "PRAGMA analysis_limit"), TestFixture::in_memory ? 55 : 77);
        auto tx = got(own.begin());
        EXPECT_EQ(number(tx, "PRAGMA cache_size"), 321);
        EXPECT_EQ(number(tx, "PRAGMA analysis_limit"), 55);
        did([&] { return tx.rollback(); });
    } else {
        options.pool.init_sql = {
            "CREATE TABLE IF NOT EXISTS first_seen (x INTEGER)",
            this->sql(
                {.sqlite = {}, .postgres = "SET extra_float_digits = 1", .mariadb = "SET @first_seen = 1"})};
        typename TestFixture::Db own(this->server.url(), options);
        own.on_connect([](duet::ConnectionSetup& setup) { setup.run("INSERT INTO first_seen VALUES (1)"); });
        EXPECT_EQ(got(own.sql("INSERT INTO first_seen VALUES (2)").execute()), 1);
        EXPECT_EQ(number(own, "SELECT count(*) FROM first_seen"), 2);
        EXPECT_EQ(got(own.warm_up(2)), 1U);
        EXPECT_EQ(number(own, "SELECT count(*) FROM first_seen"), 3);
        EXPECT_EQ(number(own, "SELECT count(*) FROM first_seen"), 3);
    }
}

TYPED_TEST(PoolOfADatabase, SetsUpAgainWhatAUserHasChanged) {
    if constexpr (TestFixture::is_sqlite) return;  // connections that nobody resets
    duet::DatabaseOptions options;
    options.pool.size = 1;
    options.pool.max_overflow = 0;
    options.pool.init_sql = {this->sql({.sqlite = {},
                                        .postgres = "SET application_name = 'duet'",
                                        .mariadb = "SET lock_wait_timeout = 77"})};
    typename TestFixture::Db own(this->server.url(), options);
    const auto setting = [&] {
        return got(own.sql(duet::runtime(this->sql({.sqlite = {},
                                                    .postgres = "SELECT current_setting('application_name')",
                                                    .mariadb = "SELECT CAST(@@lock_wait_timeout AS CHAR)"})))
                       .template scalar<std::string>());
    };
    const std::string meant = this->sql({.sqlite = {}, .postgres = "duet", .mariadb = "77"});
    EXPECT_EQ(setting(), meant);
    did([&] {
        return own.execute_script(this->sql({.sqlite = {},
                                             .postgres = "SET application_name = 'other'",
                                             .mariadb = "SET lock_wait_timeout = 5"}));
    });
    EXPECT_EQ(setting(), meant);
    EXPECT_EQ(setting(), meant);
    did([&] {
        return own.execute_script(this->sql({.sqlite = {},
                                             .postgres = "SELECT 1; SET application_name = 'other'",
                                             .mariadb = "SELECT 1; SET lock_wait_timeout = 5"}));
    });
    EXPECT_EQ(setting(), meant) << "what follows the first statement of a script counts too";
}

TYPED_TEST(PoolOfADatabase, FailsTheOperationWhoseConnectionCannotBeSetUp) {
    duet::DatabaseOptions options;
    options.pool.init_sql = {"no such thing"};
    typename TestFixture::Db own(this->server.url(), options);
    EXPECT_THROW(got(own.sql("SELECT 1").execute()), duet::DatabaseError);
    EXPECT_EQ(own.pool_stats().checked_out, 0U);
    EXPECT_EQ(own.pool_stats().open, 0U);
}

TYPED_TEST(PoolOfADatabase, SaysWhoHoldsAConnectionForLong) {
    duet::DatabaseOptions options;
    options.pool.report_leaks_after = 10ms;
    typename TestFixture::Db own(this->server.url(), options);
    std::vector<std::uint_least32_t> lines;
    const duet::PoolHook hook = own.on_pool_event([&](const duet::PoolEvent& event) {
        if (event.kind == duet::PoolEvent::Kind::leak) lines.push_back(event.where.line());
    });
    const auto line = std::source_location::current().line() + 1;
    auto tx = got(own.begin());
    std::this_thread::sleep_for(20ms);
    EXPECT_GE(own.pool_stats().longest_checkout, 10ms);
    EXPECT_EQ(own.pool_stats().leaks, 1U);
    did([&] { return tx.rollback(); });
    EXPECT_EQ(lines, std::vector{line});
}

}  // namespace
