#include <duet/async/cancel.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>

#include <thread>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Row {
    std::int64_t id{};
    int value{};
    static constexpr auto table = duet::table("numbers");
};
inline constexpr auto models = duet::models<Row>;

/// Takes hours when nobody stops it. (No long recursion: MariaDB ends one after 1000 rounds.)
template <class Handle>
auto endless(Handle& handle) {
    return handle
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
            "SELECT count(*) FROM n AS a, n AS b, n AS c, n AS d")
        .template scalar<std::int64_t>();
}
/// The same as a write.
template <class Handle>
auto endless_write(Handle& handle) {
    return handle
        .sql(
            "INSERT INTO numbers (value) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
            "SELECT a.i FROM n AS a, n AS b, n AS c, n AS d")
        .execute();
}

template <class B>
class Deadline : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
};
TYPED_TEST_SUITE(Deadline, Backends, BackendNames);

TYPED_TEST(Deadline, EndsALongQueryAndLeavesTheConnectionUsable) {
    auto quick = this->db.within(50ms);
    const auto began = Clock::now();
    const auto error = thrown<duet::QueryCanceled>([&] { return endless(quick); });
    EXPECT_LT(Clock::now() - began, 10s);
    EXPECT_NE(error.sql().find("RECURSIVE"), std::string_view::npos);
    EXPECT_NE(std::string_view(error.where().file_name()).find("cancellation_test"), std::string_view::npos);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(count<Row>(quick), 0);
    const Row row{.value = 1};
    did([&] { return quick.create(row); });
    EXPECT_EQ(count<Row>(this->db), 1);
}

TYPED_TEST(Deadline, TakesBackWhatAWriteHadDone) {
    auto quick = this->db.within(50ms);
    EXPECT_THROW(did([&] { return endless_write(quick); }), duet::QueryCanceled);
    EXPECT_EQ(count<Row>(this->db), 0);
    const Row row{.value = 1};
    did([&] { return this->db.create(row); });
    EXPECT_EQ(count<Row>(this->db), 1);
}

TYPED_TEST(Deadline, OfATransactionHoldsForEachStatementAndNothingIsLeft) {
    duet::TransactionOptions options;
    options.timeout = 50ms;
    EXPECT_THROW(in_transaction(
                     this->db,
                     [&](auto& tx) -> duet::Task<> {
                         const Row row{.value = 1};
                         co_await later(tx.create(row));
                         co_await later(endless_write(tx));
                     },
                     options),
                 duet::QueryCanceled);
    EXPECT_EQ(count<Row>(this->db), 0);
    auto quick = this->db.within(50ms);
    EXPECT_THROW(in_transaction(quick, [&](auto& tx) -> duet::Task<> { co_await later(endless(tx)); }),
                 duet::QueryCanceled);
    EXPECT_EQ(count<Row>(this->db), 0);
}

TYPED_TEST(Deadline, IsToldOfAStatementThatEndsWithoutAnErrorWhenItIsStopped) {
    if constexpr (TestFixture::is_mariadb) {  // SLEEP just returns
        EXPECT_THROW(
            in_transaction(this->db,
                           [](auto& tx) -> duet::Task<> { co_await later(tx.sql("DO SLEEP(60)").execute()); },
                           {.timeout = 50ms}),
            duet::QueryCanceled);
        EXPECT_EQ(count<Row>(this->db), 0);
    }
}

TYPED_TEST(Deadline, DoesNotLetWorkEscapeWhenTheErrorIsCaught) {
    duet::TransactionOptions options;
    options.timeout = 50ms;
    const auto body = [&](auto& tx) -> duet::Task<> {
        const Row row{.value = 1};
        co_await later(tx.create(row));
        bool canceled = false;
        try {
            co_await later(endless_write(tx));
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        co_await later(tx.create(row));
    };
    if constexpr (TestFixture::is_mariadb) {
        in_transaction(this->db, body, options);
        EXPECT_EQ(count<Row>(this->db), 2) << "only the statement was taken back";
    } else {
        // SQLite has rolled back the whole transaction, PostgreSQL will not do anything else.
        EXPECT_THROW(in_transaction(this->db, body, options), duet::DatabaseError);
        EXPECT_EQ(count<Row>(this->db), 0);
    }
}

TYPED_TEST(Deadline, ThatHasPassedLetsNothingBeSent) {
    int sent = 0;
    const auto hook = this->db.on_query([&](const duet::QueryEvent&) { ++sent; });
    for (const auto limit : {std::chrono::nanoseconds(0), std::chrono::nanoseconds(-1),
                             std::chrono::nanoseconds(-5ms), std::chrono::nanoseconds::min()}) {
        auto late = this->db.within(limit);
        const Row row{.value = 1};
        const auto error = thrown<duet::QueryCanceled>([&] { return late.create(row); });
        EXPECT_NE(std::string_view(error.where().file_name()).find("cancellation_test"),
                  std::string_view::npos);
        thrown<duet::QueryCanceled>([&] { return late.count(duet::query<Row>()); });
        thrown<duet::QueryCanceled>([&] { return late.template get<Row>(1); });
        thrown<duet::QueryCanceled>([&] { return endless(late); });
        EXPECT_THROW(in_transaction(late, [&](auto& tx) -> duet::Task<> { co_await later(tx.create(row)); }),
                     duet::QueryCanceled);
        std::vector<Row> many(50);
        thrown<duet::QueryCanceled>([&] { return late.create_bulk(many); });
        EXPECT_THROW(did([&] {
                         return late.batch([&](duet::Batch& batch) {
                             batch.delete_bulk(duet::query<Row>());
                             batch.delete_bulk(duet::query<Row>());
                         });
                     }),
                     duet::QueryCanceled);
        if constexpr (TestFixture::is_postgres)
            thrown<duet::QueryCanceled>([&] { return late.listen({"news"}); });
    }
    EXPECT_EQ(sent, 0);
    EXPECT_EQ(count<Row>(this->db), 0);
    auto patient = this->db.within(std::chrono::nanoseconds::max());
    EXPECT_EQ(count<Row>(patient), 0);
    EXPECT_EQ(sent, 2);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(Deadline, ThatHasPassedEndsTransactionsBeforeTheyBegin) {
    duet::TransactionOptions late;
    late.timeout = -5ms;
    const Row row{.value = 1};
    const auto create = [&](auto& tx) -> duet::Task<> { co_await later(tx.create(row)); };
    int sent = 0;
    const auto hook = this->db.on_query([&](const duet::QueryEvent&) { ++sent; });
    EXPECT_THROW(in_transaction(this->db, create, late), duet::QueryCanceled);
    thrown<duet::QueryCanceled>([&] { return this->db.begin(late); });
    EXPECT_EQ(sent, 0);
    duet::TransactionOptions none;
    none.timeout = 0ms;
    in_transaction(this->db, create, none);
    EXPECT_EQ(count<Row>(this->db), 1);

    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        bool canceled = false;
        try {
            co_await later(tx.transaction(
                [](auto& inner) {
                    const Row nested{.value = 2};
                    return inner.create(nested);
                },
                late));
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        co_await later(tx.create(row));
    });
    EXPECT_EQ(count<Row>(this->db), 2);
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

template <class Server>
class Cancellation : public ::testing::Test {
protected:
    void SetUp() override { duet::run(db.create_all(models)); }
    Server server;
    duet::AsyncDatabase db{server.url()};
};
TYPED_TEST_SUITE(Cancellation, Servers, ServerNames);

TYPED_TEST(Cancellation, TimeoutEndsAQueryAndLeavesTheConnectionUsable) {
    duet::run([&]() -> duet::Task<> {
        bool canceled = false;
        try {
            co_await duet::timeout(endless(this->db), 30ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        const std::int64_t rows = co_await this->db.count(duet::query<Row>());
        EXPECT_EQ(rows, 0);
    });
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(Cancellation, ASourceEndsAQueryFromAnotherThread) {
    const duet::CancelSource source;
    std::thread other([&] {
        std::this_thread::sleep_for(30ms);
        source.request_cancel();
    });
    EXPECT_THROW(duet::run(duet::with_token(endless(this->db), source.token())), duet::QueryCanceled);
    other.join();
    EXPECT_EQ(duet::run(this->db.count(duet::query<Row>())), 0);
}

TYPED_TEST(Cancellation, AtAnyMomentIsToldAsOne) {
    // Each text is new to the connection, so that some are caught between being prepared and being run.
    for (int i = 0; i < 100; ++i) {
        const std::string text = "SELECT value AS v" + std::to_string(i) + " FROM numbers";
        try {
            duet::run([&]() -> duet::Task<> {
                auto task = this->db.sql(duet::runtime(text)).template as<int>();
                (void)co_await duet::timeout(std::move(task), std::chrono::microseconds(20 * i));
            }());
        } catch (const duet::QueryCanceled&) {
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    }
    EXPECT_EQ(duet::run(this->db.count(duet::query<Row>())), 0);
}

TYPED_TEST(Cancellation, BeforeTheStartSendsNothing) {
    const duet::CancelSource source;
    source.request_cancel();
    const duet::StatementCounter statements(this->db);
    const Row row{.value = 1};
    EXPECT_THROW(duet::run(duet::with_token(this->db.create(row), source.token())), duet::QueryCanceled);
    EXPECT_EQ(duet::run(this->db.count(duet::query<Row>())), 0);
}

TYPED_TEST(Cancellation, OfATransactionRollsBack) {
    duet::run([&]() -> duet::Task<> {
        bool canceled = false;
        const Row row{.value = 1};
        const auto body = [&](duet::AsyncTransaction& tx) -> duet::Task<> {
            co_await tx.create(row);
            co_await endless(tx);
        };
        auto work =
            this->db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> { co_await body(tx); });
        try {
            co_await duet::timeout(std::move(work), 30ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        const std::int64_t rows = co_await this->db.count(duet::query<Row>());
        EXPECT_EQ(rows, 0);
    });
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(Cancellation, ReachesATaskThatWaitsForAConnection) {
    duet::run([&]() -> duet::Task<> {
        auto tx = co_await this->db.begin();
        bool canceled = false;
        const Row row{.value = 1};
        const auto began = Clock::now();
        try {
            co_await duet::timeout(this->db.create(row), 30ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        EXPECT_TRUE(canceled);
        EXPECT_LT(Clock::now() - began, 10s);
        co_await tx.rollback();
        co_await this->db.create(row);
    });
    EXPECT_EQ(duet::run(this->db.count(duet::query<Row>())), 1);
    EXPECT_EQ(this->db.pool_stats().waiting, 0U);
}

TYPED_TEST(Cancellation, ATaskMayBeDestroyedWhileItRuns) {
    duet::run([&]() -> duet::Task<> {
        const auto canceled_group = [&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            group.add(
                [](duet::AsyncDatabase& handle) -> duet::Task<> { co_await endless(handle); }(this->db));
            group.add([](duet::AsyncDatabase& handle) -> duet::Task<> {
                co_await endless_write(handle);
            }(this->db));
            co_await duet::sleep_for(20ms);
        };
        co_await canceled_group();
        const std::int64_t rows = co_await this->db.count(duet::query<Row>());
        EXPECT_EQ(rows, 0);
    });
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

TYPED_TEST(Cancellation, ATaskThatNeverRanCostsNothing) {
    const Row row{.value = 1};
    {
        auto never = this->db.create(row);
        auto block = this->db.transaction(
            [&](duet::AsyncTransaction& tx) -> duet::Task<> { co_await tx.create(row); });
    }
    EXPECT_EQ(duet::run(this->db.count(duet::query<Row>())), 0);
}

}  // namespace
