#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

template <class B>
class PoolOfADatabase : public DatabaseTest<B> {
protected:
    static constexpr bool in_memory = std::is_same_v<typename B::server_type, SqliteMemory>;
    using Db = typename DatabaseTest<B>::Db;

    std::string url_with(const std::string& options) const { return this->server.url() + "?" + options; }
};
TYPED_TEST_SUITE(PoolOfADatabase, Backends, BackendNames);

TYPED_TEST(PoolOfADatabase, TakesItsOptionsFromTheUrl) {
    typename TestFixture::Db own(this->url_with("pool_size=2&pool_timeout=1.5s&max_overflow=1"),
                                 {.pool = {.size = 9}});
    EXPECT_EQ(own.pool_stats().size, TestFixture::in_memory ? 1U : 3U);
    EXPECT_THROW(typename TestFixture::Db(this->url_with("pool_sise=2")), duet::ConfigurationError);
    EXPECT_THROW(typename TestFixture::Db(this->url_with("pool_timeout=soon")), duet::ConfigurationError);
}

TYPED_TEST(PoolOfADatabase, OpensConnectionsAheadOfNeed) {
    typename TestFixture::Db own(this->url_with("pool_size=2"));
    const std::size_t all = own.pool_stats().size;
    EXPECT_EQ(got(own.warm_up(100)), all);
    EXPECT_EQ(got(own.warm_up(100)), 0U);
    EXPECT_EQ(own.pool_stats().open, all);
    EXPECT_EQ(own.pool_stats().idle, all);
    EXPECT_EQ(own.resize_pool(50), all);  // nothing to scale
}

TYPED_TEST(PoolOfADatabase, SetsUpEachConnection) {
    duet::DatabaseOptions options;
    options.pool.size = 2;
    options.pool.init_sql = {"CREATE TEMP TABLE first_seen (x)"};
    typename TestFixture::Db own(this->server.url(), options);
    own.on_connect([](duet::ConnectionSetup& setup) {
        setup.run(setup.writer() ? "INSERT INTO first_seen VALUES (1)" : "CREATE TEMP TABLE reads_only (x)");
    });
    EXPECT_EQ(got(own.sql("INSERT INTO first_seen VALUES (2)").execute()), 1);
    if (!TestFixture::in_memory) {
        EXPECT_EQ(got(own.sql("SELECT x FROM reads_only").execute()), 0);
    }
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
