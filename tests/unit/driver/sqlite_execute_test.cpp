#include <atomic>
#include <chrono>
#include <thread>

#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr const char* endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

struct Numbers {
    std::vector<std::int64_t> rows;
    DecodeStep step{.type = &int64};
    RowSink sink{};

    Numbers() {
        sink.steps = &step;
        sink.step_count = 1;
        sink.open = [](void* self, std::size_t) -> void* {
            return &static_cast<Numbers*>(self)->rows.emplace_back();
        };
        sink.context = this;
    }
};

TEST(SqliteExecute, DeliversRowsInPortions) {
    Session db;
    const auto statement = db.prepare("SELECT value FROM json_each('[1,2,3,4,5]')");
    Numbers out;
    Outcome outcome;
    db.connection().execute(*statement, {}, &out.sink, 2, outcome);
    EXPECT_TRUE(outcome.more);
    EXPECT_EQ(outcome.rows, 2U);
    db.connection().fetch(*statement, &out.sink, 2, outcome);
    EXPECT_TRUE(outcome.more);
    db.connection().fetch(*statement, &out.sink, 2, outcome);
    EXPECT_FALSE(outcome.more);
    EXPECT_EQ(outcome.rows, 1U);
    EXPECT_EQ(out.rows, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
    db.connection().fetch(*statement, &out.sink, 2, outcome);
    EXPECT_EQ(outcome.rows, 0U);
    db.connection().close(*statement);
}

TEST(SqliteExecute, StartsOverWhenItWasNotClosed) {
    Session db;
    const auto statement = db.prepare("SELECT value FROM json_each('[1,2,3]')");
    Numbers out;
    Outcome outcome;
    db.connection().execute(*statement, {}, &out.sink, 1, outcome);
    db.connection().execute(*statement, {}, &out.sink, all_rows, outcome);
    EXPECT_EQ(out.rows, (std::vector<std::int64_t>{1, 1, 2, 3}));
}

TEST(SqliteExecute, CountsWhatItChangedAndReportsTheKey) {
    Session db;
    db.script("CREATE TABLE t (id INTEGER PRIMARY KEY, x)");
    const Outcome inserted = db.run("  /* two */ insert into t (x) values (1), (2)");
    EXPECT_EQ(inserted.affected, 2);
    EXPECT_EQ(inserted.last_key, 2);
    EXPECT_EQ(db.run("UPDATE t SET x = 3").affected, 2);
    EXPECT_EQ(db.run("CREATE INDEX i ON t (x)").affected, 0);
    EXPECT_EQ(db.run("SELECT * FROM t").affected, 0);
    EXPECT_EQ(db.run("DELETE FROM t WHERE id = 9").affected, 0);
}

TEST(SqliteExecute, FinishesAStatementThatChangesSomethingWhateverTheRowLimit) {
    Session db;
    db.script("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    const auto statement = db.prepare("INSERT INTO t VALUES (1), (2), (3) RETURNING id");
    Numbers out;
    Outcome outcome;
    db.connection().execute(*statement, {}, &out.sink, 1, outcome);
    EXPECT_FALSE(outcome.more);
    EXPECT_EQ(outcome.affected, 3);
    EXPECT_EQ(out.rows.size(), 3U);
    EXPECT_TRUE(statement->writes());
    EXPECT_FALSE(db.prepare("SELECT 1")->writes());
}

TEST(SqliteExecute, NamesResultColumns) {
    Session db;
    EXPECT_EQ(db.prepare("SELECT 1 AS a, 2 AS \"b c\"")->column_names(),
              (std::vector<std::string>{"a", "b c"}));
    EXPECT_TRUE(db.prepare("CREATE TABLE t (x)")->column_names().empty());
}

TEST(SqliteExecute, OpensSlotsOnlyForRowsThatAreThere) {
    Session db;
    struct Pair {
        std::int64_t left = 0;
        std::int64_t right = -1;
        std::int64_t last = 0;
    };
    std::vector<Pair> rows;
    const DecodeStep steps[] = {{.type = &int64, .column = 0},
                                {.slot = 1, .column = 1, .skip = 1},
                                {.type = &int64, .slot = 1, .column = 1},
                                {.type = &int64, .offset = offsetof(Pair, last), .column = 2}};
    RowSink sink{.steps = steps, .step_count = 4, .slot_count = 2};
    sink.open = [](void* context, std::size_t slot) -> void* {
        auto& out = *static_cast<std::vector<Pair>*>(context);
        return slot == 0 ? static_cast<void*>(&out.emplace_back()) : &out.back().right;
    };
    sink.context = &rows;
    const auto statement = db.prepare("SELECT 1, 10, 5 UNION ALL SELECT 2, NULL, 6");
    Outcome outcome;
    db.connection().execute(*statement, {}, &sink, all_rows, outcome);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].right, 10);
    EXPECT_EQ(rows[1].right, -1);
    EXPECT_EQ(rows[1].last, 6);
}

// Rows of several SELECTs lie in different places, and a statement may be compiled anew between two
// executions.
TEST(SqliteExecute, FindsTheCellsOfEveryRow) {
    Session db;
    db.script("CREATE TABLE t (a, b, c, d); INSERT INTO t VALUES (1, 2, 3, 4)");
    std::vector<std::array<std::int64_t, 4>> rows;
    const auto statement =
        db.prepare("SELECT * FROM t UNION ALL SELECT 5, 6, 7, 8 UNION ALL SELECT d, c, b, a FROM t");
    const auto read = [&](Statement& from, std::size_t columns) {
        rows.clear();
        std::vector<DecodeStep> steps;
        for (std::size_t i = 0; i < columns; ++i) {
            steps.push_back({.type = &int64,
                             .offset = static_cast<std::uint32_t>(8 * i),
                             .column = static_cast<std::uint16_t>(i)});
        }
        RowSink sink{.steps = steps.data(), .step_count = columns};
        sink.open = [](void* out, std::size_t) -> void* {
            return static_cast<std::vector<std::array<std::int64_t, 4>>*>(out)->emplace_back().data();
        };
        sink.context = &rows;
        Outcome outcome;
        db.connection().execute(from, {}, &sink, all_rows, outcome);
    };
    for (int i = 0; i < 2; ++i) {
        read(*statement, 4);
        ASSERT_EQ(rows.size(), 3U);
        EXPECT_EQ(rows[0], (std::array<std::int64_t, 4>{1, 2, 3, 4}));
        EXPECT_EQ(rows[1], (std::array<std::int64_t, 4>{5, 6, 7, 8}));
        EXPECT_EQ(rows[2], (std::array<std::int64_t, 4>{4, 3, 2, 1}));
    }
    const auto all = db.prepare("SELECT * FROM t");
    read(*all, 4);
    db.script("ALTER TABLE t DROP COLUMN b");
    read(*all, 3);
    EXPECT_EQ(rows.at(0), (std::array<std::int64_t, 4>{1, 3, 4, 0}));
    EXPECT_THROW(read(*all, 4), ValidationError);
}

TEST(SqliteLimits, StopAtADeadline) {
    Session db;
    db.connection().set_limits({.deadline = Clock::now() + 20ms});
    const auto start = Clock::now();
    const std::string message = message_of<QueryCanceled>([&] { db.run(endless); });
    EXPECT_NE(message.find("deadline"), std::string::npos);
    EXPECT_LT(Clock::now() - start, 5s);
    EXPECT_THROW(db.run("SELECT 1"), QueryCanceled);  // it has passed
    db.connection().set_limits({});
    EXPECT_EQ(db.as_text("SELECT 1"), "1");
}

TEST(SqliteLimits, StopWhenCancelled) {
    Session db;
    int calls = 0;
    Limits limits;
    limits.cancelled = [](const void* context) noexcept {
        return ++*static_cast<int*>(const_cast<void*>(context)) > 3;
    };
    limits.context = &calls;
    db.connection().set_limits(limits);
    EXPECT_EQ(error_of<QueryCanceled>([&] { db.run(endless); }).code(), "SQLITE_INTERRUPT");
    db.connection().set_limits({});
    EXPECT_TRUE(db.connection().usable());
    EXPECT_EQ(db.as_text("SELECT 1"), "1");
}

TEST(SqliteLimits, StopWhenInterruptedFromAnotherThread) {
    Session db;
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) {
            std::this_thread::sleep_for(1ms);
            db.connection().interrupt();
        }
    });
    EXPECT_THROW(db.run(endless), QueryCanceled);
    done = true;
    other.join();
    EXPECT_EQ(db.as_text("SELECT 1"), "1");
}

TEST(SqliteLimits, EndTheWaitForALock) {
    const TemporaryDirectory directory;
    Session one(directory.url("a.db"));
    one.script("CREATE TABLE t (x); BEGIN IMMEDIATE");
    Session two(directory.url("a.db"));
    const auto statement = two.prepare("INSERT INTO t VALUES (1)");
    Outcome outcome;
    two.connection().set_limits({.deadline = Clock::now() + 30ms});
    const auto start = Clock::now();
    EXPECT_THROW(two.connection().execute(*statement, {}, nullptr, all_rows, outcome), QueryCanceled);
    EXPECT_LT(Clock::now() - start, 3s);
    two.connection().set_limits({});

    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) {
            std::this_thread::sleep_for(5ms);
            two.connection().interrupt();
        }
    });
    EXPECT_THROW(two.connection().execute(*statement, {}, nullptr, all_rows, outcome), QueryCanceled);
    done = true;
    other.join();

    std::thread release([&] {
        std::this_thread::sleep_for(20ms);
        one.script("COMMIT");
    });
    two.connection().execute(*statement, {}, nullptr, all_rows, outcome);
    release.join();
    EXPECT_EQ(outcome.affected, 1);
}

}  // namespace
}  // namespace duet::driver::test
