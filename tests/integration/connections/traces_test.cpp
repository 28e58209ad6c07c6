#include <duet/functions.hpp>

#include "integration/support.hpp"

/// What SQL by hand, and functions that queries call, may leave in a session: the next user of the connection
/// finds none of it.
namespace {

using namespace duet::test;

struct Thing {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("things");
};

template <class B>
class Traces : public DatabaseTest<B> {
protected:
    using Db = typename DatabaseTest<B>::Db;

    void SetUp() override {
        did([&] { return one.create_all(duet::models<Thing>); });
        const Thing thing{.name = "a"};
        did([&] { return one.create(thing); });
    }
    void run(std::string_view text) {
        did([&] { return one.sql(duet::runtime(text)).execute(); });
    }
    std::string ask(std::string_view text) {
        return got(one.sql(duet::runtime(text)).template scalar<std::string>());
    }

    Db one{this->server.url() + "?pool_size=1&max_overflow=0"};
};
using Servers = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                 Backend<MariaDb, duet::Blocking>, Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(Traces, Servers, BackendNames);

TYPED_TEST(Traces, OfTemporaryTablesAreGone) {
    if constexpr (TestFixture::is_postgres) {
        for (const char* const into : {"INTO TEMP", "INTO\n\ttemporary", "INTO /* for now */ TEMP TABLE"}) {
            this->run("SELECT 1 AS x " + std::string(into) + " scratch");
            EXPECT_EQ(this->ask("SELECT coalesce(to_regclass('scratch')::text, 'gone')"), "gone") << into;
        }
        this->run("SELECT 1 AS x INTO pg_temp.scratch");
        EXPECT_EQ(this->ask("SELECT coalesce(to_regclass('scratch')::text, 'gone')"), "gone");
    } else {
        this->run("CREATE TEMPORARY TABLE scratch (id int)");
        EXPECT_THROW(this->ask("SELECT count(*) FROM scratch"), duet::DatabaseError);
    }
}

TYPED_TEST(Traces, OfFunctionsInQueriesAreGone) {
    const auto things = this->one.template query<Thing>();
    if constexpr (TestFixture::is_postgres) {
        const auto set = duet::fn<std::string>("set_config")("application_name", "mine", false);
        EXPECT_EQ(got(things.select(set)).at(0), "mine");
        EXPECT_EQ(this->ask("SHOW application_name"), "duet");
        const auto raw = duet::raw<std::string>("set_config('application_name', {}, false)", "mine");
        EXPECT_EQ(got(things.select(raw)).at(0), "mine");
        EXPECT_EQ(this->ask("SHOW application_name"), "duet");
        EXPECT_TRUE(got(things.select(duet::fn<bool>("pg_try_advisory_lock")(7))).at(0));
        EXPECT_EQ(this->ask("SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = "
                            "pg_backend_pid()"),
                  "0");
    } else {
        EXPECT_EQ(got(things.select(duet::fn<int>("get_lock")("duet_traces", 0))).at(0), 1);
        EXPECT_EQ(this->ask("SELECT is_free_lock('duet_traces')"), "1");
        EXPECT_EQ(got(things.select(duet::fn<int>("last_insert_id")(77))).at(0), 77);
        EXPECT_NE(this->ask("SELECT last_insert_id()"), "77");
    }
}

TYPED_TEST(Traces, OfAnotherDatabaseAreGone) {
    if constexpr (TestFixture::is_mariadb) {
        const std::string mine = this->ask("SELECT database()");
        for (int i = 0; i < 2; ++i) {
            this->run("USE information_schema");
            EXPECT_EQ(this->ask("SELECT database()"), mine);
            did([&] { return this->one.execute_script("SELECT 1; USE information_schema"); });
            EXPECT_EQ(got(this->one.template query<Thing>().count()), 1);
        }
        EXPECT_EQ(this->one.pool_stats().opened_total, 1U);
    } else {
        this->run("SET search_path TO pg_catalog");
        EXPECT_EQ(got(this->one.template query<Thing>().count()), 1);
        EXPECT_EQ(this->one.pool_stats().opened_total, 1U);
    }
}

}  // namespace
