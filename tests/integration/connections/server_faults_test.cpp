#include <duet/async/cancel.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>

#include <thread>

#include "faulty_servers.hpp"

/// What goes wrong with sessions, locks and limits of servers, and that nothing is lost or done twice by it.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

template <class Server>
void end_all_sessions(duet::Database& admin) {
    if constexpr (is_postgres<Server>) {
        admin
            .sql(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
                "current_database() AND pid <> pg_backend_pid()")
            .template scalar<std::int64_t>();
    } else {
        const auto ids = admin
                             .sql(
                                 "SELECT id FROM information_schema.processlist WHERE db = database() AND id "
                                 "<> connection_id()")
                             .template as<std::int64_t>();
        for (const std::int64_t id : ids) {
            try {
                admin.execute_script("KILL CONNECTION " + std::to_string(id));
            } catch (const duet::DatabaseError& error) {
                if (!mentions(error, "Unknown thread id")) throw;  // it has ended by itself meanwhile
            }
        }
    }
}
template <class Server>
std::int64_t sessions_with(duet::Database& admin, const std::string& text) {
    if constexpr (is_postgres<Server>) {
        return admin
            .sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = "
                "'active' AND pid <> pg_backend_pid() AND query LIKE {}",
                "%" + text + "%")
            .template scalar<std::int64_t>();
    } else {
        return admin
            .sql(
                "SELECT count(*) FROM information_schema.processlist WHERE db = database() AND id <> "
                "connection_id() AND info LIKE {}",
                "%" + text + "%")
            .template scalar<std::int64_t>();
    }
}
/// Sleeps on the server.
template <class Server, class Handle>
auto asleep(Handle& handle) {
    if constexpr (is_postgres<Server>) {
        return handle.sql("SELECT 1::bigint FROM (SELECT pg_sleep(30)) AS s").template scalar<std::int64_t>();
    } else {
        // SLEEP() ends early, without an error, when the statement is stopped.
        return handle.sql("SELECT count(*) FROM seq_1_to_10000000 AS a, seq_1_to_1000000 AS b")
            .template scalar<std::int64_t>();
    }
}
template <class Server>
constexpr const char* asleep_text = is_postgres<Server> ? "pg_sleep(30)" : "seq_1_to_10000000";

template <class B>
class ServerFaults : public DatabaseTest<B> {
protected:
    using Server = typename B::server_type;
    using Db = typename DatabaseTest<B>::Db;
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    void TearDown() override {
        EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
        EXPECT_EQ(this->db.pool_stats().waiting, 0U);
    }
    void wait_until_asleep(std::int64_t sessions = 1) {
        for (int i = 0; i < 500 && sessions_with<Server>(admin, asleep_text<Server>) < sessions; ++i)
            std::this_thread::sleep_for(10ms);
    }
    template <class Handle>
    static void create(Handle& handle, std::string name) {
        const Item item{.name = std::move(name)};
        did([&] { return handle.create(item); });
    }
    /// A transaction's block on a thread of its own.
    template <class F>
    std::thread in_thread(F body) {
        return std::thread([body] { body(); });
    }

    duet::Database admin{this->server.url()};
};
using ServerBackends = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                        Backend<MariaDb, duet::Blocking>, Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(ServerFaults, ServerBackends, BackendNames);

TYPED_TEST(ServerFaults, SessionsEndedWhileIdleAreReplaced) {
    got(this->db.warm_up(3));
    end_all_sessions<typename TestFixture::Server>(this->admin);
    EXPECT_EQ(count<Item>(this->db), 0);
    got(this->db.warm_up(3));
    end_all_sessions<typename TestFixture::Server>(this->admin);
    int failures = 0;
    for (int i = 0; i < 4; ++i) {
        try {
            this->create(this->db, std::to_string(i));
        } catch (const duet::ConnectionError&) {
            ++failures;
        }
    }
    EXPECT_LE(failures, 1);
    EXPECT_EQ(count<Item>(this->db), 4 - failures);
    EXPECT_GE(this->db.pool_stats().invalidated, 1U);
}

TYPED_TEST(ServerFaults, ASessionEndedWhileBusyIsAConnectionErrorAndNoOtherSuffers) {
    using Of = typename TestFixture::Server;
    std::thread killer([&] {
        this->wait_until_asleep();
        end_all_sessions<Of>(this->admin);
    });
    const auto error = thrown<duet::ConnectionError>([&] { return asleep<Of>(this->db); });
    killer.join();
    EXPECT_FALSE(error.code().empty());
    auto tx = got(this->db.begin());
    this->create(tx, "uncommitted");
    end_all_sessions<Of>(this->admin);
    EXPECT_THROW(did([&] { return tx.commit(); }), duet::ConnectionError);
    EXPECT_EQ(count<Item>(this->db), 0);
    this->create(this->db, "after");
    EXPECT_EQ(count<Item>(this->db), 1);
}

TYPED_TEST(ServerFaults, AFullPoolSaysWhoHoldsWhatAndServesAgain) {
    duet::DatabaseOptions options;
    options.pool.size = 1;
    options.pool.max_overflow = 1;
    options.pool.timeout = 100ms;
    typename TestFixture::Db own(this->server.url(), options);
    {
        auto first = got(own.begin());
        auto second = got(own.begin());
        this->create(first, "first");
        this->create(second, "second");
        std::thread other([&] {
            const auto error = thrown<duet::PoolTimeout>([&] { return own.begin(); });
            EXPECT_TRUE(mentions(error, "came free within")) << error.what();
            EXPECT_TRUE(mentions(error, "2 of 2 are checked out (size 1, overflow 1)")) << error.what();
            EXPECT_THROW(count<Item>(own), duet::PoolTimeout);
        });
        other.join();
        did([&] { return first.commit(); });
        EXPECT_EQ(count<Item>(own), 1);
        did([&] { return second.commit(); });
    }
    EXPECT_EQ(count<Item>(own), 2);
    EXPECT_EQ(own.pool_stats().checked_out, 0U);
}

TYPED_TEST(ServerFaults, ADeadlineEndsWhatTakesTooLongAndTheConnectionServesAgain) {
    using Of = typename TestFixture::Server;
    auto quick = this->db.within(150ms);
    for (int i = 0; i < 3; ++i) {
        const auto began = Clock::now();
        EXPECT_THROW(did([&] { return asleep<Of>(quick); }), duet::QueryCanceled);
        EXPECT_LT(Clock::now() - began, 10s);
        this->create(this->db, "after");
    }
    duet::TransactionOptions options;
    options.timeout = 150ms;
    EXPECT_THROW(in_transaction(
                     this->db,
                     [&](auto& tx) -> duet::Task<> {
                         const Item item{.name = "uncommitted"};
                         co_await later(tx.create(item));
                         co_await later(asleep<Of>(tx));
                     },
                     options),
                 duet::QueryCanceled);
    EXPECT_EQ(count<Item>(this->db), 3);
    for (int i = 0; i < 500 && sessions_with<Of>(this->admin, asleep_text<Of>) != 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(sessions_with<Of>(this->admin, asleep_text<Of>), 0) << "the server goes on for nobody";
}

TYPED_TEST(ServerFaults, OneOfTwoInADeadlockIsToldAndWithRetriesBothSucceed) {
    this->create(this->db, "a");
    this->create(this->db, "b");
    for (const bool retried : {false, true}) {
        std::atomic<int> arrived{0};
        std::atomic<int> deadlocks{0};
        std::atomic<int> others{0};
        const auto swap = [&](std::int64_t first, std::int64_t second) {
            int runs = 0;
            const auto block = [&](auto& tx) -> duet::Task<> {
                const bool again = runs++ != 0;
                co_await later(
                    tx.template query<Item>().where("id"_c == first).update_bulk("value"_c = "value"_c + 1));
                ++arrived;
                while (!again && arrived < 2) std::this_thread::sleep_for(1ms);
                co_await later(
                    tx.template query<Item>().where("id"_c == second).update_bulk("value"_c = "value"_c + 1));
            };
            try {
                in_transaction(this->db, block, duet::retry(retried ? 5 : 0));
            } catch (const duet::Deadlock&) {
                ++deadlocks;
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what();
                ++others;
            }
        };
        std::thread one([&] { swap(1, 2); });
        std::thread two([&] { swap(2, 1); });
        one.join();
        two.join();
        EXPECT_EQ(deadlocks, retried ? 0 : 1);
        EXPECT_EQ(others, 0);
        EXPECT_EQ(got(this->db.count(duet::query<Item>().where("value"_c == (retried ? 3 : 1)))), 2);
    }
}

TYPED_TEST(ServerFaults, ASerializationFailureIsToldAndRetriedWhenAsked) {
    this->create(this->db, "a");
    const bool tells = is_postgres<typename TestFixture::Server>;
    for (const int retries : {0, 3}) {
        int runs = 0;
        const auto block = [&](auto& tx) -> duet::Task<> {
            std::optional<Item> item = co_await later(tx.template get<Item>(std::int64_t{1}));
            if (runs++ == 0)
                this->admin.template query<Item>().where("id"_c == 1).update_bulk("value"_c = "value"_c + 10);
            co_await later_done([&] { return tx.update(*item, "value"_c = item->value + 1); });
        };
        duet::TransactionOptions options = duet::retry(retries);
        options.isolation = duet::Isolation::repeatable_read;
        if (tells && retries == 0) {
            EXPECT_THROW(in_transaction(this->db, block, options), duet::SerializationFailure);
        } else if (tells) {
            in_transaction(this->db, block, options);
            EXPECT_EQ(runs, 2);
            EXPECT_EQ(find<Item>(this->db, 1)->value, 21) << "on top of what the other one wrote";
        } else {
            in_transaction(this->db, block, options);  // MariaDB lets the last one win, as documented there
            EXPECT_EQ(runs, 1);
        }
    }
}

template <class Server>
class CanceledOnAServer : public ::testing::Test {
protected:
    void SetUp() override { duet::run(db.create_all(models)); }
    Server server;
    duet::AsyncDatabase db{server.url()};
    duet::Database admin{server.url()};
};
using Both = ::testing::Types<Postgres, MariaDb>;
TYPED_TEST_SUITE(CanceledOnAServer, Both, ServerNames);

TYPED_TEST(CanceledOnAServer, StatementsLeaveNothingBehind) {
    const auto wait_until_asleep = [&] {
        for (int i = 0; i < 500 && sessions_with<TypeParam>(this->admin, asleep_text<TypeParam>) < 1; ++i)
            std::this_thread::sleep_for(10ms);
    };
    const duet::CancelSource source;
    std::thread other([&] {
        wait_until_asleep();
        source.request_cancel();
    });
    EXPECT_THROW(duet::run(duet::with_token(asleep<TypeParam>(this->db), source.token())),
                 duet::QueryCanceled);
    other.join();
    EXPECT_EQ(count<Item>(this->db), 0);

    duet::run([&]() -> duet::Task<> {
        const Item item{.name = "a"};
        const auto destroyed_in_flight = [&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            for (int i = 0; i < 3; ++i) {
                group.add([](duet::AsyncDatabase& handle) -> duet::Task<> {
                    co_await asleep<TypeParam>(handle);
                }(this->db));
                group.add([](duet::AsyncDatabase& handle, const Item& row) -> duet::Task<> {
                    auto tx = co_await handle.begin();
                    co_await tx.create(row);
                    co_await asleep<TypeParam>(tx);
                }(this->db, item));
            }
            co_await duet::sleep_for(50ms);
        };
        co_await destroyed_in_flight();
        co_await this->db.create(item);
        const std::int64_t rows = co_await this->db.count(duet::query<Item>());
        EXPECT_EQ(rows, 1);
        bool canceled = false;
        try {
            co_await duet::timeout(asleep<TypeParam>(this->db), 50ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
    });
    EXPECT_EQ(count<Item>(this->db), 1);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
    for (int i = 0; i < 500 && sessions_with<TypeParam>(this->admin, asleep_text<TypeParam>) != 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(sessions_with<TypeParam>(this->admin, asleep_text<TypeParam>), 0);
}

template <class Mode>
class AServerThatIsFull : public ::testing::Test {
protected:
    using Db = duet::BasicDatabase<Mode>;
    static void create(Db& db, std::string name) {
        const Item item{.name = std::move(name)};
        did([&] { return db.create(item); });
    }
};
TYPED_TEST_SUITE(AServerThatIsFull, Modes, ModeNames);

TYPED_TEST(AServerThatIsFull, PostgresTellsAndLosesNothing) {
    const Postgres server;
    typename TestFixture::Db db{
        server.url(), {.pool = {.init_sql = {"SET temp_file_limit = '64kB'", "SET work_mem = '64kB'"}}}};
    did([&] { return db.create_all(models); });
    this->create(db, "kept");
    const auto error = thrown<duet::DatabaseError>([&] {
        return db
            .sql(
                "INSERT INTO items (name, value) SELECT repeat('x', 100), i FROM generate_series(1, 20000) "
                "AS i ORDER "
                "BY i DESC")
            .execute();
    });
    EXPECT_EQ(error.code(), "53400") << error.what();
    EXPECT_EQ(count<Item>(db), 1);
    this->create(db, "after");
    EXPECT_EQ(count<Item>(db), 2);
    EXPECT_EQ(db.pool_stats().invalidated, 0U);
}

TYPED_TEST(AServerThatIsFull, MariaDbTellsAndLosesNothing) {
    duet::testing::EphemeralMariaDb server(
        {.settings = {"innodb_data_file_path=ibdata1:12M:autoextend:max:16M", "innodb_file_per_table=0"},
         .parent_folder = fast_folder()});
    typename TestFixture::Db db{server.url()};
    did([&] { return db.create_all(models); });
    this->create(db, "kept");
    const std::vector<Item> many(200, Item{.name = std::string(250, 'x')});
    std::int64_t stored = 1;
    const auto error = thrown<duet::DatabaseError>([&] {
        for (int i = 0; i < 2000; ++i) {
            std::vector<Item> portion = many;
            got(db.create_bulk(portion));
            stored += 200;
        }
    });
    EXPECT_EQ(error.code(), "1114") << error.what();
    EXPECT_EQ(count<Item>(db), stored) << "a portion is there as a whole or not at all";
    bool full = false;
    try {
        in_transaction(db, [&](auto& tx) -> duet::Task<> {
            const Item first{.name = "first"};
            co_await later(tx.create(first));
            for (int i = 0; i < 20; ++i) {
                std::vector<Item> portion = many;
                co_await later(tx.create_bulk(portion));
            }
        });
    } catch (const duet::DatabaseError&) {
        full = true;
    }
    EXPECT_TRUE(full);
    EXPECT_EQ(got(db.count(duet::query<Item>().where("name"_c == "first"))), 0);
    EXPECT_EQ(count<Item>(db), stored);
}

template <class Mode>
class AServerWithTooManyConnections : public AServerThatIsFull<Mode> {};
TYPED_TEST_SUITE(AServerWithTooManyConnections, Modes, ModeNames);

TYPED_TEST(AServerWithTooManyConnections, IsToldAndThePoolGoesOnWithThoseItHas) {
    duet::testing::EphemeralPostgres postgres(
        {.settings = {"max_connections=4", "superuser_reserved_connections=0", "max_wal_senders=0"},
         .parent_folder = fast_folder()});
    duet::testing::EphemeralMariaDb mariadb(
        {.settings = {"max_connections=10"}, .parent_folder = fast_folder()});
    for (const std::string& url : {postgres.url(), mariadb.url()}) {
        typename TestFixture::Db db{url, {.pool = {.size = 16, .timeout = 5s, .max_overflow = 0}}};
        did([&] { return db.create_all(models); });
        std::vector<duet::BasicTransaction<TypeParam>> held;
        std::string told;
        for (int i = 0; i < 16 && told.empty(); ++i) {
            try {
                held.push_back(got(db.begin()));
                const Item item{.name = "held"};
                did([&] { return held.back().create(item); });
            } catch (const duet::ConnectionError& error) {
                told = error.what();
                EXPECT_FALSE(error.code().empty());
            }
        }
        EXPECT_NE(told.find("max_connections"), std::string::npos) << told;
        while (!held.empty() && !held.back().active()) held.pop_back();
        ASSERT_GE(held.size(), 3U) << url;
        EXPECT_THROW(count<Item>(db), duet::ConnectionError);
        did([&] { return held.back().rollback(); });
        held.pop_back();
        EXPECT_EQ(count<Item>(db), 0) << url;
        for (auto& tx : held) {
            if (tx.active()) did([&] { return tx.rollback(); });
        }
        held.clear();
        for (int i = 0; i < 5; ++i) this->create(db, "after");
        EXPECT_EQ(count<Item>(db), 5);
        EXPECT_EQ(db.pool_stats().checked_out, 0U);
    }
}

TEST(AServerThatRefuses, IsToldWithAdviceAndWithoutThePassword) {
    const std::string secret = "pa55-w0rd-of-mine";
    duet::testing::EphemeralPostgres postgres(
        {.access_rules = {"host all guarded 127.0.0.1/32 scram-sha-256"}, .parent_folder = fast_folder()});
    postgres.ask("CREATE ROLE guarded LOGIN PASSWORD 'right'");
    const std::string port = std::to_string(postgres.port());
    const MariaDb mariadb;
    const std::string at = mariadb.url().substr(mariadb.url().find('@'));
    const std::string place = at.substr(0, at.rfind('/') + 1);
    struct Case {
        std::string url;
        std::string words;
    };
    const Case cases[] = {
        {"postgresql://guarded:" + secret + "@127.0.0.1:" + port + "/duet", "check user and password"},
        {"postgresql://duet:" + secret + "@127.0.0.1:" + port + "/nowhere", "does not exist"},
        {"postgresql://nobody:" + secret + "@127.0.0.1:" + port + "/duet", "has no account"},
        {"postgresql://duet:" + secret + "@127.0.0.1:1/duet", "Connection refused"},
        {"mariadb://duet:" + secret + place + "duet", "user's name, password"},
        {"mariadb://duet:secret" + place + "nowhere", "no such database"},
        {"mariadb://duet:" + secret + "@127.0.0.1:1/duet", "127.0.0.1"},
    };
    for (const Case& wrong : cases) {
        duet::Database db{wrong.url};
        duet::AsyncDatabase async{wrong.url};
        const auto began = Clock::now();
        for (int i = 0; i < 2; ++i) {
            const auto error = thrown<duet::ConnectionError>([&] { (void)count<Item>(db); });
            EXPECT_TRUE(mentions(error, wrong.words)) << error.what();
            EXPECT_FALSE(mentions(error, secret) || mentions(error, ":secret")) << error.what();
            EXPECT_NE(error.where().line(), 0U);
            const auto later = thrown<duet::ConnectionError>([&] { (void)count<Item>(async); });
            EXPECT_TRUE(mentions(later, wrong.words)) << later.what();
            EXPECT_FALSE(mentions(later, secret)) << later.what();
        }
        EXPECT_LT(Clock::now() - began, 5s) << wrong.words;
        EXPECT_EQ(db.pool_stats().checked_out, 0U);
        EXPECT_EQ(db.pool_stats().open, 0U);
    }
}

}  // namespace
