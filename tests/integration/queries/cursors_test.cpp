#include <duet/async/timeout.hpp>

#include <cstddef>

#include <malloc.h>

#include "integration/checks.hpp"

// iterate() over many rows: with cursors of the server where there is one.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;

struct Sender {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("senders");
};
struct Message {
    std::int64_t id{};
    std::string text{};
    duet::BelongsTo<Sender> sender{};
    static constexpr auto table = duet::table("messages");
};
inline constexpr auto models = duet::models<Sender, Message>;

constexpr std::int64_t many = 200'000;

std::size_t memory_in_use() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

template <class B>
class Cursors : public DatabaseTest<B> {
protected:
    using Db = typename DatabaseTest<B>::Db;
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        std::vector<Sender> senders{{.name = "Ada"}, {.name = "Bob"}, {.name = "Eve"}};
        did([&] { return this->db.create_bulk(senders); });
    }
    /// Messages of about 110 bytes with the numbers from 1 on.
    void write(std::int64_t count) {
        const std::string filler(100, 'x');
        std::string from;
        for (const char* digit : {"a", "b", "c", "e", "f", "g"})
            from += (from.empty() ? " FROM digit " : ", digit ") + std::string(digit);
        did([&] {
            return this->db.execute_script(
                "INSERT INTO messages (id, text, sender_id) WITH digit AS (SELECT 0 AS d UNION SELECT 1 "
                "UNION "
                "SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION "
                "SELECT 8 UNION SELECT 9), number AS (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 "
                "* f.d + 100000 * g.d AS n" +
                from + ") SELECT n + 1, '" + filler + "', 1 + n % 3 FROM number WHERE n < " +
                std::to_string(count));
        });
    }
    /// Walks to the end; `each(row)` is called for every row.
    template <class Handle, class F>
    static void walk(Handle& handle, const duet::Query<Message>& query, std::size_t batch, F each) {
        run_in<typename B::mode>([&]() -> duet::Task<> {
            auto rows = handle.query(query).iterate(batch);
            if constexpr (B::mode::is_async) {
                while (auto row = co_await rows.next()) each(*row);
            } else {
                for (const Message& row : rows) each(row);
                co_return;
            }
        }());
    }
    /// Takes `count` rows and forgets about the rest.
    template <class Handle>
    static std::vector<std::int64_t> some(Handle& handle, std::size_t count) {
        std::vector<std::int64_t> ids;
        run_in<typename B::mode>([&]() -> duet::Task<> {
            auto rows = handle.query(ordered()).iterate(10);
            if constexpr (B::mode::is_async) {
                while (auto row = co_await rows.next()) {
                    ids.push_back(row->id);
                    if (ids.size() == count) break;
                }
            } else {
                for (const Message& row : rows) {
                    ids.push_back(row.id);
                    if (ids.size() == count) break;
                }
                co_return;
            }
        }());
        return ids;
    }
    static duet::Query<Message> ordered() { return duet::query<Message>().order_by("id"); }

    /// All rows, none twice, with no more memory than some batches take.
    template <class Handle>
    static void stays_flat(Handle& handle, const duet::Query<Message>& query) {
        constexpr std::size_t most = 4UL << 20;  // the rows take 30 MB and more
        std::int64_t seen = 0;
        std::int64_t sum = 0;
        std::size_t start = 0;
        std::size_t top = 0;
        walk(handle, query, 1000, [&](const Message& row) {
            if (seen++ == 0) start = memory_in_use();
            sum += row.id;
            if (seen % 5000 == 0) top = std::max(top, memory_in_use());
        });
        EXPECT_EQ(seen, many);
        EXPECT_EQ(sum, many * (many + 1) / 2);
        EXPECT_LT(top, start + most) << "at first " << start;
    }
};
TYPED_TEST_SUITE(Cursors, Backends, BackendNames);

TYPED_TEST(Cursors, WalkOverManyRowsWithFlatMemory) {
    this->write(many);
    this->stays_flat(this->db, this->ordered());
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        std::int64_t seen = 0;
        auto rows = tx.query(TestFixture::ordered()).iterate(1000);
        const std::size_t start = memory_in_use();
        std::size_t top = 0;
        for (auto batch = co_await later(rows.next_batch()); !batch.empty();
             batch = co_await later(rows.next_batch())) {
            seen += static_cast<std::int64_t>(batch.size());
            top = std::max(top, memory_in_use());
        }
        EXPECT_EQ(seen, many);
        EXPECT_LT(top, start + (4UL << 20));
    });
}

TYPED_TEST(Cursors, LoadRelationsBatchByBatch) {
    this->write(2000);
    for (const auto& query :
         {this->ordered().related("sender"_c), this->ordered().related("sender"_c, duet::joined)}) {
        std::int64_t seen = 0;
        this->walk(this->db, query, 300, [&](const Message& row) {
            ++seen;
            EXPECT_EQ(row.sender->id, 1 + (row.id - 1) % 3);
        });
        EXPECT_EQ(seen, 2000);
        seen = 0;
        auto tx = got(this->db.begin());
        this->walk(tx, query, 300, [&](const Message& row) { seen += row.sender->name.empty() ? 0 : 1; });
        EXPECT_EQ(seen, 2000);
        did([&] { return tx.commit(); });
    }
}

TYPED_TEST(Cursors, AreGivenUpMidwayWithoutHarmToTheConnection) {
    this->write(2000);
    const std::vector<std::int64_t> first{1, 2, 3};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(this->some(this->db, 3), first);
        EXPECT_EQ(this->some(this->db, 10).size(), 10U);  // a whole batch and no more
        EXPECT_EQ(count<Message>(this->db), 2000);
    }
    auto tx = got(this->db.begin());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(this->some(tx, 3), first);
        const Sender more{.name = "more"};
        did([&] { return tx.create(more); });
        EXPECT_EQ(this->some(tx, 25).size(), 25U);
    }
    EXPECT_EQ(count<Sender>(tx), 6);
    did([&] { return tx.commit(); });
    EXPECT_EQ(count<Sender>(this->db), 6);
}

TYPED_TEST(Cursors, RunSideBySideInOneTransactionAmongOtherStatements) {
    this->write(300);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        auto up = tx.query(TestFixture::ordered()).iterate(7);
        auto down = tx.query(duet::query<Message>().order_by("-id")).iterate(11);
        std::int64_t ups = 0;
        std::int64_t downs = 0;
        bool more = true;
        while (more) {
            const auto some = co_await later(up.next_batch());
            for (const Message& row : some) EXPECT_EQ(row.id, ++ups);
            const auto others = co_await later(down.next_batch());
            for (const Message& row : others) EXPECT_EQ(row.id, 300 - downs++);
            const std::int64_t counted = co_await later(tx.count(duet::query<Message>()));
            EXPECT_EQ(counted, 300);
            more = !some.empty() || !others.empty();
        }
        EXPECT_EQ(ups, 300);
        EXPECT_EQ(downs, 300);
    });
}

TYPED_TEST(Cursors, TakeAnyNumberOfRowsAtOnce) {
    this->write(10);
    for (const std::size_t batch :
         {std::size_t{1}, std::size_t{5'000'000'000}, static_cast<std::size_t>(-1)}) {
        int rows = 0;
        this->walk(this->db, duet::query<Message>(), batch, [&](const Message&) { ++rows; });
        EXPECT_EQ(rows, 10) << batch;
    }
}

TYPED_TEST(Cursors, SeeTheRowsOfWhenTheyBegan) {
    this->write(100);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        auto rows = tx.query(TestFixture::ordered()).iterate(10);
        const auto first = co_await later(rows.next_batch());
        std::size_t seen = first.size();
        Message last{.text = "late"};
        last.sender = std::int64_t{1};
        last.id = 1000;
        const Message late = last;
        co_await later(tx.create(late));
        for (auto batch = co_await later(rows.next_batch()); !batch.empty();
             batch = co_await later(rows.next_batch()))
            seen += batch.size();
        // SQLite reads on in the table as it is.
        EXPECT_GE(seen, 100U);
        EXPECT_LE(seen, 101U);
    });
}

template <class B>
class CanceledCursors : public Cursors<B> {};
using AsyncBackends = ::testing::Types<Backend<SqliteFile, duet::Async>, Backend<Postgres, duet::Async>,
                                       Backend<PgBouncer, duet::Async>, Backend<MariaDb, duet::Async>>;
TYPED_TEST_SUITE(CanceledCursors, AsyncBackends, BackendNames);

TYPED_TEST(CanceledCursors, LeaveTheConnectionUsable) {
    this->write(many);
    const auto canceled_once = [](auto& handle) -> duet::Task<bool> {
        auto rows = handle.query(TestFixture::ordered()).iterate(many / 4);
        const auto first = co_await rows.next_batch();
        EXPECT_EQ(first.size(), many / 4);
        bool canceled = false;
        try {
            (void)co_await duet::timeout(rows.next_batch(), 1ms);
        } catch (const duet::QueryCanceled&) {
            canceled = true;
        }
        co_return canceled;
    };
    // MariaDB may hand out the rows that it has put together before it hears of anything else; a request to
    // stop that comes too late costs it the connection.
    const bool surely = this->db.dialect() != "mariadb";
    // On a busy machine the rows may be there before the clock is looked at.
    const int tries = surely ? 20 : 1;
    const auto canceled_midway = [&](auto& handle) -> duet::Task<bool> {
        bool canceled = false;
        for (int i = 0; i < tries && !canceled; ++i) canceled = co_await canceled_once(handle);
        co_return canceled;
    };
    duet::run([&]() -> duet::Task<> {
        for (int i = 0; i < 2; ++i) {
            const bool outside = co_await canceled_midway(this->db);
            EXPECT_TRUE(outside || !surely);
            const std::int64_t rows = co_await this->db.count(duet::query<Message>());
            EXPECT_EQ(rows, many);
        }
        auto tx = co_await this->db.begin();
        const bool inside = co_await canceled_midway(tx);
        EXPECT_TRUE(inside || !surely);
        co_await tx.rollback();
        const std::int64_t rows = co_await this->db.count(duet::query<Message>());
        EXPECT_EQ(rows, many);
    });
    EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
}

}  // namespace
