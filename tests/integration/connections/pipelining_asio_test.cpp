#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/when_all.hpp>

#include <future>

#include "asio_headers.hpp"
#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;
namespace net = duet::detail::asio_bridge::net;

struct Visit {
    std::int64_t id{};
    std::string page{};
    int hits{};
    static constexpr auto table = duet::table("visits", duet::unique("page"));
};
struct SlowVisit {
    std::int64_t id{};
    std::string page{};
    static constexpr auto table = duet::table("slow_visits");
};
inline constexpr auto models = duet::models<Visit>;

template <class Server>
class ServersWithAsio : public ::testing::Test {
protected:
    void SetUp() override { duet::run(db.create_all(models)); }
    void TearDown() override { EXPECT_EQ(db.pool_stats().checked_out, 0U); }
    Server server;
    duet::AsyncDatabase db{server.url()};
};
using Both = ::testing::Types<Postgres, MariaDb>;
TYPED_TEST_SUITE(ServersWithAsio, Both, ServerNames);

net::awaitable<int> visit(duet::AsyncDatabase& db, int number) {
    const Visit fresh{.page = std::to_string(number)};
    Visit made = co_await duet::as_awaitable(db.create(fresh));
    co_await duet::as_awaitable(db.update(made, "hits"_c = "hits"_c + number));
    const auto found = co_await duet::as_awaitable(db.get<Visit>(made.id));
    bool refused = false;
    try {
        co_await duet::as_awaitable(db.create(fresh));
    } catch (const duet::UniqueViolation&) {
        refused = true;
    }
    co_return found && found->hits == number&& refused ? 1 : 0;
}

TYPED_TEST(ServersWithAsio, ManyAwaitablesOfOneThreadShareTheDatabase) {
    net::io_context context;
    std::vector<std::future<int>> done;
    for (int i = 0; i < 60; ++i) done.push_back(net::co_spawn(context, visit(this->db, i), net::use_future));
    context.run();
    int good = 0;
    for (auto& future : done) good += future.get();
    EXPECT_EQ(good, 60);
    EXPECT_EQ(count<Visit>(this->db), 60);
}

TYPED_TEST(ServersWithAsio, ManyAwaitablesOfAThreadPoolShareTheDatabase) {
    net::thread_pool threads(3);
    std::vector<std::future<int>> done;
    for (int i = 0; i < 60; ++i) done.push_back(net::co_spawn(threads, visit(this->db, i), net::use_future));
    int good = 0;
    for (auto& future : done) good += future.get();
    threads.join();
    EXPECT_EQ(good, 60);
    EXPECT_EQ(count<Visit>(this->db), 60);
}

TYPED_TEST(ServersWithAsio, OneAwaitableMayHaveManyTasksUnderWay) {
    net::io_context context;
    auto many = net::co_spawn(
        context,
        [this]() -> net::awaitable<int> {
            std::vector<Visit> visits(50);
            for (int i = 0; i < 50; ++i) visits[static_cast<std::size_t>(i)].page = std::to_string(i);
            co_await duet::as_awaitable(this->db.create_bulk(visits));
            std::vector<duet::Task<std::optional<Visit>>> tasks;
            for (const Visit& made : visits) tasks.push_back(this->db.template get<Visit>(made.id));
            const auto rows = co_await duet::as_awaitable(duet::when_all(std::move(tasks)));
            int good = 0;
            for (std::size_t i = 0; i < rows.size(); ++i)
                good += rows[i] && rows[i]->page == std::to_string(i) ? 1 : 0;
            co_return good;
        },
        net::use_future);
    context.run();
    EXPECT_EQ(many.get(), 50);
}

// One executor lives as long as its awaitable, connections come and go meanwhile.
duet::Task<int> connect_again_and_again(std::string url) {
    int answers = 0;
    for (int i = 0; i < 5; ++i) {
        duet::AsyncDatabase db{url};
        answers += co_await db.sql("SELECT 1").scalar<int>();
    }
    co_return answers;
}

TYPED_TEST(ServersWithAsio, AConnectionMayHaveTheDescriptorOfOneThatIsClosed) {
    net::io_context context;
    auto answers = net::co_spawn(
        context, duet::as_awaitable(duet::timeout(connect_again_and_again(this->server.url()), 10s)),
        net::use_future);
    context.run();
    EXPECT_EQ(answers.get(), 5);
}

// Two executors on one context, and one connection that goes from one to the other and back.
duet::Task<int> ask_in_turns(duet::AsyncDatabase& db) {
    int answers = 0;
    for (int i = 0; i < 10; ++i) {
        answers += co_await db.sql("SELECT 1").scalar<int>();
        co_await duet::sleep_for(1ms);
    }
    co_return answers;
}

TYPED_TEST(ServersWithAsio, AConnectionIsHandedFromOneAwaitableToAnother) {
    const std::string url = this->server.url();
    duet::AsyncDatabase narrow{url + (url.find('?') == std::string::npos ? '?' : '&') +
                               "pool_size=1&max_overflow=0"};
    net::io_context context;
    std::vector<std::future<int>> answers;
    for (int i = 0; i < 2; ++i)
        answers.push_back(net::co_spawn(context, duet::as_awaitable(duet::timeout(ask_in_turns(narrow), 10s)),
                                        net::use_future));
    context.run();
    for (auto& each : answers) EXPECT_EQ(each.get(), 10);
}

TEST(PostgresWithAsio, ATimeoutHarmsNoNeighbour) {
    const Postgres server;
    duet::AsyncDatabase db{server.url()};
    duet::run(db.create_all(models));
    duet::run(
        db.execute_script("CREATE VIEW slow_visits AS SELECT 1::bigint AS id, pg_sleep(30)::text AS page"));
    net::io_context context;
    std::vector<std::future<int>> done;
    for (int i = 0; i < 20; ++i) {
        done.push_back(net::co_spawn(context, visit(db, i), net::use_future));
        if (i % 5 != 2) continue;
        static const auto slow = [](duet::AsyncDatabase& handle) -> net::awaitable<int> {
            try {
                (void)co_await duet::as_awaitable(duet::timeout(handle.get<SlowVisit>(1), 100ms));
            } catch (const duet::QueryCanceled&) {
                co_return 100;
            }
            co_return 0;
        };
        done.push_back(net::co_spawn(context, slow(db), net::use_future));
    }
    const auto began = std::chrono::steady_clock::now();
    context.run();
    int good = 0;
    for (auto& future : done) good += future.get();
    EXPECT_EQ(good, 420);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 15s);
    EXPECT_EQ(db.pool_stats().checked_out, 0U);
}

}  // namespace
