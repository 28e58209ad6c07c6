#include "integration/support.hpp"

/// What a PostgreSQL URL says about its sessions.
namespace {

using namespace duet::test;

template <class Mode>
class PostgresSession : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<Mode>;

    std::string url(const std::string& options) const { return server.url() + "?" + options; }
    static std::string ask(Db& db, std::string_view sql) {
        return got(db.sql(duet::runtime(sql)).template scalar<std::string>());
    }
    Postgres server;
};
TYPED_TEST_SUITE(PostgresSession, Modes, ModeNames);

TYPED_TEST(PostgresSession, OpensWithoutALimitOnItsTime) {
    for (const char* const none : {"connect_timeout=0", "connect_timeout=-1"}) {
        typename TestFixture::Db db{this->url(none)};
        EXPECT_EQ(this->ask(db, "SELECT 'here'"), "here") << none;
    }
}

TYPED_TEST(PostgresSession, KeepsTheLimitsOfItsUrlThroughAReset) {
    typename TestFixture::Db db{
        this->url("pool_size=1&max_overflow=0&statement_timeout=70s&lock_timeout=30s")};
    did([&] { return db.execute_script("SET statement_timeout = 5; SET lock_timeout = 6"); });
    EXPECT_EQ(this->ask(db, "SHOW statement_timeout"), "70s");
    EXPECT_EQ(this->ask(db, "SHOW lock_timeout"), "30s");
    did([&] { return db.execute_script("BEGIN"); });
    EXPECT_EQ(this->ask(db, "SHOW statement_timeout"), "70s");
    EXPECT_EQ(db.pool_stats().opened_total, 1U);
}

}  // namespace
