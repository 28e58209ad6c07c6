#include <duet/async/timeout.hpp>

#include <future>
#include <thread>

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
inline constexpr auto models = duet::models<Visit>;

template <class Server>
class WithAsio : public ::testing::Test {
protected:
    void SetUp() override { duet::run(db.create_all(models)); }
    Server server;
    duet::AsyncDatabase db{server.url()};
};
TYPED_TEST_SUITE(WithAsio, Servers, ServerNames);

template <class F>
auto run_on_one_thread(F make) {
    net::io_context context;
    auto result = net::co_spawn(context, make(), net::use_future);
    context.run();
    return result.get();
}

TYPED_TEST(WithAsio, AnAwaitableReadsAndWrites) {
    const std::int64_t rows = run_on_one_thread([&]() -> net::awaitable<std::int64_t> {
        const Visit fresh{.page = "/home"};
        Visit visit = co_await duet::as_awaitable(this->db.create(fresh));
        visit.hits = 3;
        co_await duet::as_awaitable(this->db.save(visit));
        const auto found = co_await duet::as_awaitable(this->db.template get<Visit>(visit.id));
        EXPECT_EQ(found->hits, 3);
        const std::int64_t counted = co_await duet::as_awaitable(this->db.count(duet::query<Visit>()));
        co_return counted;
    });
    EXPECT_EQ(rows, 1);
}

TYPED_TEST(WithAsio, ExceptionsArriveAndTransactionsRollBack) {
    run_on_one_thread([&]() -> net::awaitable<void> {
        const Visit fresh{.page = "/home"};
        bool refused = false;
        const auto block = [&](duet::AsyncTransaction& tx) -> duet::Task<> {
            co_await tx.create(fresh);
            co_await tx.create(fresh);
        };
        try {
            auto work =
                this->db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> { co_await block(tx); });
            co_await duet::as_awaitable(std::move(work));
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        const std::int64_t counted = co_await duet::as_awaitable(this->db.count(duet::query<Visit>()));
        EXPECT_EQ(counted, 0);
    });
}

TYPED_TEST(WithAsio, ManyAwaitablesOfAThreadPoolShareTheDatabase) {
    net::thread_pool threads(3);
    std::vector<std::future<void>> done;
    for (int i = 0; i < 60; ++i) {
        auto one = [this](int number) -> net::awaitable<void> {
            const Visit fresh{.page = std::to_string(number)};
            Visit visit = co_await duet::as_awaitable(this->db.create(fresh));
            co_await duet::as_awaitable(this->db.update(visit, "hits"_c = "hits"_c + number));
            EXPECT_EQ(visit.hits, number);
        };
        done.push_back(net::co_spawn(threads, one(i), net::use_future));
    }
    for (auto& future : done) future.get();
    threads.join();
    EXPECT_EQ(duet::run(this->db.count(duet::query<Visit>())), 60);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(WithAsio, AnIoContextOfSeveralThreadsWorksToo) {
    net::io_context context;
    std::vector<std::future<std::int64_t>> done;
    for (int i = 0; i < 20; ++i) {
        auto one = [this](int number) -> net::awaitable<std::int64_t> {
            auto found =
                this->db.template get_or_create<Visit>(duet::by("page"_c = std::to_string(number % 4)));
            const auto visit = co_await duet::as_awaitable(std::move(found));
            co_return visit.second ? 1 : 0;
        };
        done.push_back(net::co_spawn(context, one(i), net::use_future));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { context.run(); });
    for (std::thread& thread : threads) thread.join();
    std::int64_t created = 0;
    for (auto& future : done) created += future.get();
    EXPECT_EQ(created, 4);
}

TYPED_TEST(WithAsio, ATimeoutEndsALongQuery) {
    run_on_one_thread([&]() -> net::awaitable<void> {
        bool canceled = false;
        try {
            auto slow = this->db
                            .sql(
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                                "count(*) FROM n")
                            .template scalar<std::int64_t>();
            co_await duet::as_awaitable(duet::timeout(std::move(slow), 30ms));
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        const std::int64_t counted = co_await duet::as_awaitable(this->db.count(duet::query<Visit>()));
        EXPECT_EQ(counted, 0);
    });
}

}  // namespace
