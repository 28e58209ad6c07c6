#include <atomic>
#include <thread>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Counter {
    std::int64_t id{};
    std::string name{};
    int value{};
    static constexpr auto table = duet::table("counters", duet::unique("name"));
};
inline constexpr auto models = duet::models<Counter>;

template <class F>
void in_threads(int count, F body) {
    std::vector<std::thread> threads;
    for (int t = 0; t < count; ++t) threads.emplace_back([&body, t] { body(t); });
    for (std::thread& thread : threads) thread.join();
}

template <class Server>
class Concurrency : public ::testing::Test {
protected:
    void SetUp() override {
        db.create_all(models);
        db.create(Counter{.name = "shared"});
    }
    int value() { return db.get<Counter>(1)->value; }
    Server server;
    duet::Database db{server.url()};
};
TYPED_TEST_SUITE(Concurrency, Servers, ServerNames);

TYPED_TEST(Concurrency, ThreadsShareOneDatabase) {
    in_threads(4, [&](int t) {
        for (int i = 0; i < 50; ++i) {
            this->db.create(Counter{.name = std::to_string(t) + "." + std::to_string(i)});
            const auto mine = this->db.template query<Counter>()
                                  .where("name"_c == std::to_string(t) + "." + std::to_string(i))
                                  .one();
            EXPECT_TRUE(this->db.template get<Counter>(mine.id).has_value());
        }
    });
    EXPECT_EQ(count<Counter>(this->db), 201);
}

TYPED_TEST(Concurrency, NoUpdateIsLost) {
    in_threads(4, [&](int) {
        for (int i = 0; i < 25; ++i) {
            this->db.template query<Counter>().where("id"_c == 1).update_bulk("value"_c = "value"_c + 1);
            this->db.transaction([](duet::Transaction& tx) {
                Counter shared = *tx.get<Counter>(1);
                ++shared.value;
                tx.save(shared);
            });
        }
    });
    EXPECT_EQ(this->value(), 200);
}

TYPED_TEST(Concurrency, ReadersSeeWholeTransactionsOnly) {
    std::atomic<bool> done{false};
    std::atomic<int> torn{0};
    std::thread reader([&] {
        while (!done) torn += count<Counter>(this->db) % 2 == 0 ? 1 : 0;
    });
    for (int i = 0; i < 40; ++i) {
        this->db.transaction([&](duet::Transaction& tx) {
            tx.create(Counter{.name = "a" + std::to_string(i)});
            tx.create(Counter{.name = "b" + std::to_string(i)});
        });
    }
    done = true;
    reader.join();
    EXPECT_EQ(torn, 0);
}

TYPED_TEST(Concurrency, BlockingAndAsyncHandlesShareOneDatabase) {
    std::thread blocking([&] {
        for (int i = 0; i < 50; ++i)
            this->db.template query<Counter>().where("id"_c == 1).update_bulk("value"_c = "value"_c + 1);
    });
    duet::AsyncDatabase async{this->db};
    duet::run([&]() -> duet::Task<> {
        for (int i = 0; i < 50; ++i) {
            auto update = async.query<Counter>().where("id"_c == 1).update_bulk("value"_c = "value"_c + 1);
            co_await std::move(update);
        }
    });
    blocking.join();
    EXPECT_EQ(this->value(), 100);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(Concurrency, SeveralEventLoopsShareOneDatabase) {
    duet::AsyncDatabase async{this->db};
    in_threads(3, [&](int t) {
        duet::run([&]() -> duet::Task<> {
            for (int i = 0; i < 30; ++i) {
                const Counter fresh{.name = std::to_string(t) + "." + std::to_string(i)};
                co_await async.transaction(
                    [&](duet::AsyncTransaction& tx) -> duet::Task<> { co_await tx.create(fresh); });
            }
        });
    });
    EXPECT_EQ(count<Counter>(this->db), 91);
}

TYPED_TEST(Concurrency, ThousandsOfCoroutinesTakeTurns) {
    duet::AsyncDatabase async{this->db};
    constexpr int coroutines = 3000;
    const auto work = [&](int i) -> duet::Task<std::int64_t> {
        if (i % 10 == 0) {
            auto update = async.query<Counter>().where("id"_c == 1).update_bulk("value"_c = "value"_c + 1);
            co_return co_await std::move(update);
        }
        const auto found = co_await async.get<Counter>(1);
        co_return found->id;
    };
    std::vector<duet::Task<std::int64_t>> tasks;
    tasks.reserve(coroutines);
    for (int i = 0; i < coroutines; ++i) tasks.push_back(work(i));
    const auto results = duet::run(duet::when_all(std::move(tasks)));
    std::int64_t sum = 0;
    for (const std::int64_t one : results) sum += one;
    EXPECT_EQ(sum, coroutines);
    EXPECT_EQ(this->value(), coroutines / 10);
}

TYPED_TEST(Concurrency, HooksMayComeAndGoMeanwhile) {
    std::atomic<int> seen{0};
    std::atomic<bool> done{false};
    std::thread user([&] {
        while (!done) (void)this->db.template get<Counter>(1);
    });
    for (int i = 0; i < 200; ++i) {
        const auto hook = this->db.on_query([&](const duet::QueryEvent&) { ++seen; });
        std::this_thread::yield();
    }
    {
        const auto hook = this->db.on_query([&](const duet::QueryEvent&) { ++seen; });
        (void)this->db.template get<Counter>(1);
    }
    done = true;
    user.join();
    EXPECT_GT(seen, 0);
}

TEST(ConcurrencyOfFiles, ReadersGoOnDuringAWrite) {
    const SqliteFile server;
    duet::Database db{server.url()};
    db.create_all(models);
    auto tx = db.begin();
    tx.create(Counter{.name = "open"});
    in_threads(3, [&](int) { EXPECT_EQ(count<Counter>(db), 0); });
    tx.commit();
    EXPECT_EQ(count<Counter>(db), 1);
}

TEST(ConcurrencyOfFiles, AnIterationSeesOneStateWhileOthersWrite) {
    const SqliteFile server;
    duet::Database db{server.url()};
    db.create_all(models);
    std::vector<Counter> many(500);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].name = std::to_string(i);
    db.create_bulk(many);
    int rows = 0;
    for (const Counter& counter : db.query<Counter>().iterate(50)) {
        if (++rows % 100 == 0) db.create(Counter{.name = "new " + std::to_string(counter.id)});
    }
    EXPECT_EQ(rows, 500);
    EXPECT_EQ(count<Counter>(db), 505);
}

TEST(ThePool, TellsWhenNoConnectionComesFree) {
    const SqliteFile server;
    duet::DatabaseOptions options;
    options.pool.timeout = 50ms;
    duet::Database db{server.url(), options};
    db.create_all(models);
    std::atomic<bool> taken{false};
    std::atomic<bool> release{false};
    std::thread holder([&] {
        db.transaction([&](duet::Transaction&) {
            taken = true;
            while (!release) std::this_thread::sleep_for(1ms);
        });
    });
    while (!taken) std::this_thread::sleep_for(1ms);
    const auto line = std::source_location::current().line() + 1;
    const auto error = thrown<duet::PoolTimeout>([&] { return db.create(Counter{.name = "late"}); });
    EXPECT_EQ(error.where().line(), line);
    EXPECT_EQ(count<Counter>(db), 0) << "readers have connections of their own";

    duet::AsyncDatabase async{db};
    EXPECT_THROW(duet::run([&]() -> duet::Task<> {
                     const Counter late{.name = "late"};
                     co_await async.create(late);
                 }),
                 duet::PoolTimeout);
    release = true;
    holder.join();
    db.create(Counter{.name = "in time"});
    EXPECT_EQ(count<Counter>(db), 1);
}

TEST(ThePool, TellsAThreadThatWaitsForItselfAtOnce) {
    duet::Database db{"sqlite://:memory:"};
    db.create_all(models);
    const auto began = std::chrono::steady_clock::now();
    db.transaction([&](duet::Transaction& tx) {
        EXPECT_THROW(count<Counter>(db), duet::PoolTimeout)
            << "the handle of the transaction is the one to use";
        EXPECT_THROW(db.transaction([](duet::Transaction&) {}), duet::PoolTimeout);
        EXPECT_EQ(count<Counter>(tx), 0);
    });
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_EQ(count<Counter>(db), 0);
}

}  // namespace
