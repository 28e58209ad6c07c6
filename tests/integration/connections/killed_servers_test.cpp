#include <duet/async/cancel.hpp>
#include <duet/async/timeout.hpp>

#include <thread>

#include "faulty_servers.hpp"

/// Servers that are killed or fall silent, and that nothing is lost or done twice by it.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

template <class Server>
class AServer : public ::testing::Test {
protected:
    AServer() {
        if (!Server::server().running()) Server::server().start();
        database = Server::server().create_fresh_database();
    }
    ~AServer() override {
        if (!Server::server().running()) Server::server().start();
    }
    static auto& server() { return Server::server(); }
    void restart() {
        server().kill();
        server().start();
    }
    std::string url() const { return Server::server().url(database); }
    static void wait_until_running(const std::string& text) {
        for (int i = 0; i < 500 && Server::running(text) == "0"; ++i) std::this_thread::sleep_for(10ms);
    }

    std::string database;
};

template <class B>
class KilledServer : public AServer<typename B::server_type> {
protected:
    using Db = duet::BasicDatabase<typename B::mode>;
    void SetUp() override {
        did([&] { return db.create_all(models); });
    }
    void TearDown() override { EXPECT_EQ(db.pool_stats().checked_out, 0U); }
    template <class Handle>
    static void create(Handle& handle, std::string name) {
        const Item item{.name = std::move(name)};
        did([&] { return handle.create(item); });
    }
    /// How often the row is there after an attempt to write it.
    std::int64_t times(const std::string& name) {
        return got(db.count(duet::query<Item>().where("name"_c == name)));
    }
    /// Takes until `text` runs, then kills.
    std::thread killer(std::string text) {
        return std::thread([this, text = std::move(text)] {
            this->wait_until_running(text);
            this->server().kill();
        });
    }

    Db db{this->url()};
};
using Killed = ::testing::Types<Backend<KilledPostgres, duet::Blocking>, Backend<KilledPostgres, duet::Async>,
                                Backend<KilledMariaDb, duet::Blocking>, Backend<KilledMariaDb, duet::Async>>;
TYPED_TEST_SUITE(KilledServer, Killed, BackendNames);

TYPED_TEST(KilledServer, InMidStatementKeepsWhatWasCommittedOnly) {
    this->create(this->db, "kept");
    {
        auto tx = got(this->db.begin());
        this->create(tx, "uncommitted");
        std::thread killer = this->killer("slow row");
        const auto error = thrown<duet::ConnectionError>([&] {
            if constexpr (is_postgres<typename TypeParam::server_type>) {
                return this->db
                    .sql(
                        "INSERT INTO items (name, value) SELECT 'slow row', 1 FROM (SELECT pg_sleep(30)) AS "
                        "s")
                    .execute();
            } else {
                return this->db.sql("INSERT INTO items (name, value) SELECT 'slow row', sleep(30)").execute();
            }
        });
        killer.join();
        EXPECT_NE(error.sql().find("slow row"), std::string_view::npos);
        EXPECT_FALSE(error.code().empty());
        EXPECT_THROW(this->create(tx, "lost"), duet::ConnectionError);
        EXPECT_THROW(did([&] { return tx.commit(); }), duet::Error);
    }
    this->server().start();
    EXPECT_EQ(count<Item>(this->db), 1);
    this->create(this->db, "after");
    EXPECT_EQ(count<Item>(this->db), 2);
}

TYPED_TEST(KilledServer, InMidTransactionAndAtCommitIsToldAndNeverRetried) {
    auto tx = got(this->db.begin());
    this->create(tx, "by hand");
    int runs = 0;
    const auto block = [&](auto& own) -> duet::Task<> {
        ++runs;
        const Item item{.name = "in the block"};
        co_await later(own.create(item));
        this->server().kill();
    };
    EXPECT_THROW(in_transaction(this->db, block, duet::retry(5)), duet::ConnectionError);
    EXPECT_EQ(runs, 1);
    EXPECT_THROW(did([&] { return tx.commit(); }), duet::ConnectionError);
    EXPECT_THROW(this->create(this->db, "while it is down"), duet::ConnectionError);
    EXPECT_THROW(count<Item>(this->db), duet::ConnectionError);
    this->server().start();
    EXPECT_EQ(count<Item>(this->db), 0);
    in_transaction(this->db, [&](auto& own) -> duet::Task<> {
        const Item item{.name = "later"};
        co_await later(own.create(item));
    });
    EXPECT_EQ(this->times("later"), 1);
}

TYPED_TEST(KilledServer, WhileIdleIsNotNoticedByReadsAndNothingIsWrittenTwice) {
    got(this->db.warm_up(3));
    this->restart();
    EXPECT_EQ(count<Item>(this->db), 0);
    EXPECT_FALSE((find<Item>(this->db, 1).has_value()));
    got(this->db.warm_up(3));
    this->restart();
    int failures = 0;
    for (int i = 0; i < 6; ++i) {
        const std::string name = std::to_string(i);
        bool failed = false;
        try {
            this->create(this->db, name);
        } catch (const duet::ConnectionError&) {
            failed = true;
        }
        failures += failed ? 1 : 0;
        const std::int64_t there = this->times(name);
        EXPECT_LE(there, 1);
        EXPECT_TRUE(failed || there == 1);
    }
    EXPECT_LE(failures, 1) << "one broken connection is reason enough to look at the others";
}

/// Both modes in one test: what takes longest is the time that a server is given to answer.
template <class Server>
class SilentServer : public AServer<Server> {};
using Silent = ::testing::Types<KilledPostgres, KilledMariaDb>;
TYPED_TEST_SUITE(SilentServer, Silent, ServerNames);

TYPED_TEST(SilentServer, IsGivenUpAtTheDeadlineAndUsedAgainWhenItSpeaks) {
    duet::Database db{this->url(), {.pool = {.pre_ping = false}}};
    duet::AsyncDatabase async{this->url(), {.pool = {.pre_ping = false}}};
    duet::Database empty{this->url()};
    duet::Database pinged{this->url(), {.pool = {.pre_ping_after = 0ms, .connect_timeout = 1s}}};
    db.create_all(models);
    db.create(Item{.name = "kept"});
    db.warm_up(2);
    duet::run(async.warm_up(2));
    EXPECT_EQ(count<Item>(async), 1);
    EXPECT_EQ(count<Item>(pinged), 1);
    auto tx = db.begin();
    tx.create(Item{.name = "uncommitted"});
    this->server().pause();
    constexpr auto longest = 9s;  // the limit, five seconds of grace, and a loaded machine
    const auto gives_up = [&](auto& handle, const char* what, auto act) {
        const auto began = Clock::now();
        EXPECT_THROW(act(handle), duet::QueryCanceled) << what;
        EXPECT_LT(Clock::now() - began, longest) << what;
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        auto quick = db.within(300ms);
        gives_up(quick, "read", [](auto& handle) { (void)count<Item>(handle); });
    });
    threads.emplace_back([&] {
        auto quick = db.within(300ms);
        gives_up(quick, "write", [](auto& handle) {
            const Item item{.name = "silent"};
            handle.create(item);
        });
    });
    threads.emplace_back([&] {
        auto quick = async.within(300ms);
        gives_up(quick, "async read", [](auto& handle) { (void)count<Item>(handle); });
    });
    threads.emplace_back([&] {
        auto quick = async.within(300ms);
        gives_up(quick, "async transaction", [](auto& handle) {
            in_transaction(handle, [](auto& own) -> duet::Task<> {
                const Item item{.name = "silent"};
                co_await own.create(item);
            });
        });
    });
    threads.emplace_back([&] {
        auto quick = empty.within(300ms);
        const auto began = Clock::now();
        EXPECT_THROW((void)count<Item>(quick), duet::QueryCanceled);
        EXPECT_LT(Clock::now() - began, longest) << "opening a connection";
    });
    threads.emplace_back([&] {
        duet::AsyncDatabase unopened{this->url()};
        auto quick = unopened.within(300ms);
        const auto began = Clock::now();
        int canceled = 0;
        static const auto one = [](duet::AsyncDatabase& handle, int& told) -> duet::Task<> {
            try {
                (void)co_await handle.count(duet::query<Item>());
            } catch (const duet::QueryCanceled&) {
                ++told;
            }
        };
        duet::run([&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            for (int i = 0; i < 3; ++i) group.add(one(quick, canceled));
            co_await group.join();
        });
        EXPECT_EQ(canceled, 3);
        EXPECT_LT(Clock::now() - began, longest) << "opening a connection that is shared";
    });
    threads.emplace_back([&] {
        const auto began = Clock::now();
        EXPECT_THROW((void)count<Item>(pinged), duet::ConnectionError);
        EXPECT_LT(Clock::now() - began, longest) << "a sign of life, and opening a connection";
    });
    for (std::thread& thread : threads) thread.join();
    this->server().resume();
    tx.rollback();
    EXPECT_EQ(db.query<Item>().where("name"_c == "kept").count(), 1);
    EXPECT_EQ(db.query<Item>().where("name"_c == "uncommitted").count(), 0);
    EXPECT_LE(db.query<Item>().where("name"_c == "silent").count(), 1) << "the transaction did not commit";
    db.create(Item{.name = "after"});
    EXPECT_EQ(count<Item>(async), count<Item>(db));
    EXPECT_EQ(db.pool_stats().checked_out, 0U);
    EXPECT_EQ(async.pool_stats().checked_out, 0U);
}

}  // namespace
