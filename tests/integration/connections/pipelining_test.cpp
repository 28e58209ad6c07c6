#include <duet/async/cancel.hpp>
#include <duet/async/task_group.hpp>
#include <duet/async/this_task.hpp>
#include <duet/async/timeout.hpp>
#include <duet/async/wait.hpp>
#include <duet/async/when_all.hpp>
#include <duet/testing/testing.hpp>

#include <thread>

#include "integration/checks.hpp"
#include "servers/addresses.hpp"

/// Coroutines that share connections to PostgreSQL: whatever happens to one statement, its neighbours in the
/// pipeline do not notice.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Db = duet::AsyncDatabase;

struct Note {
    std::int64_t id{};
    std::string name{};
    int value{};
    static constexpr auto table = duet::table("notes", duet::unique("name"));
};
/// A view: row 3 divides by zero, row 4 has a text that is no number, row 5 takes a minute.
struct Trap {
    std::int64_t id{};
    int value{};
    static constexpr auto table = duet::table("traps");
};
struct OddTrap {
    std::int64_t id{};
    int value{};
    static constexpr auto table = duet::table("odd_traps");
};
struct SlowTrap {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("slow_traps");
};
inline constexpr auto models = duet::models<Note>;

constexpr const char* traps = R"(
    CREATE VIEW traps AS SELECT g::bigint AS id, 1 / (g - 3) AS value FROM generate_series(1, 5) AS g;
    CREATE VIEW odd_traps AS SELECT g::bigint AS id, 'no number ' || g AS value FROM generate_series(1, 5) AS g;
    CREATE VIEW slow_traps AS SELECT g::bigint AS id, pg_sleep(30)::text AS name FROM generate_series(1, 5) AS g;
)";

duet::DatabaseOptions pool_of(std::size_t size, std::size_t statements = 256) {
    duet::DatabaseOptions options;
    options.pool.size = size;
    options.pool.statements = statements;
    options.pool.max_overflow = 0;
    return options;
}

class Pipelining : public ::testing::Test {
protected:
    void SetUp() override {
        duet::run(db.create_all(models));
        duet::run(db.execute_script(traps));
    }
    void TearDown() override { expect_tidy(db); }
    static void expect_tidy(Db& handle) {
        EXPECT_EQ(handle.pool_stats().checked_out, 0U);
        EXPECT_EQ(handle.pool_stats().waiting, 0U);
    }
    /// Rows 1 to `number`, with names and values to tell them apart.
    void fill(int number, std::size_t name_size = 0) {
        std::vector<Note> notes;
        for (int i = 1; i <= number; ++i) {
            std::string name = std::to_string(i);
            name.resize(std::max(name.size(), name_size), '.');
            notes.push_back({.name = std::move(name), .value = i});
        }
        duet::run(db.create_bulk(notes));
    }
    /// Gets rows 1 to `number` at once.
    static std::vector<std::optional<Note>> get_at_once(Db& handle, int number) {
        std::vector<duet::Task<std::optional<Note>>> tasks;
        for (int i = 1; i <= number; ++i) tasks.push_back(handle.get<Note>(i));
        return duet::run(duet::when_all(std::move(tasks)));
    }
    static void expect_own_rows(const std::vector<std::optional<Note>>& rows) {
        int wrong = 0;
        for (std::size_t i = 0; i < rows.size(); ++i)
            wrong += rows[i] && rows[i]->id == static_cast<std::int64_t>(i) + 1 &&
                             rows[i]->value == static_cast<int>(i) + 1
                         ? 0
                         : 1;
        EXPECT_EQ(wrong, 0);
    }
    static duet::Task<> get(Db& handle, std::int64_t id, int& good) {
        const std::optional<Note> note = co_await handle.get<Note>(id);
        if (note && note->id == id) ++good;
    }
    static duet::Task<> create(Db& handle, std::string name, int& good) {
        const Note fresh{.name = std::move(name)};
        const Note note = co_await handle.create(fresh);
        if (note.id != 0) ++good;
    }
    /// Counts the exception that is expected.
    template <class E>
    static duet::Task<> fail(duet::Task<> task, int& failed) {
        try {
            co_await std::move(task);
        } catch (const E&) {
            ++failed;
        }
    }
    template <class M>
    static duet::Task<> spring(Db& handle, std::int64_t id) {
        (void)co_await handle.get<M>(id);
    }

    Postgres server;
    Db db{server.url(), pool_of(3)};
};

TEST_F(Pipelining, GivesEachItsOwnRowOnFewConnections) {
    fill(200);
    Db own{server.url(), pool_of(5)};
    for (int i = 0; i < 3; ++i) expect_own_rows(get_at_once(own, 200));
    EXPECT_LE(own.pool_stats().opened_total, 2U);
    expect_tidy(own);
}

TEST_F(Pipelining, LetsAStatementFailAlone) {
    fill(20);
    int good = 0;
    int duplicates = 0;
    int divisions = 0;
    int undecodable = 0;
    int not_text = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 60; ++i) {
            group.add(get(db, i % 20 + 1, good));
            group.add(create(db, "new " + std::to_string(i), good));
            if (i % 5 == 0) group.add(fail<duet::UniqueViolation>(create(db, "7", good), duplicates));
            if (i % 5 == 1) group.add(fail<duet::DatabaseError>(spring<Trap>(db, 3), divisions));
            if (i % 5 == 2) group.add(fail<duet::ValidationError>(spring<OddTrap>(db, 4), undecodable));
            if (i % 5 == 3) group.add(fail<duet::ValidationError>(create(db, "\xff", good), not_text));
            group.add(get(db, 20 - i % 20, good));
        }
        co_await group.join();
    });
    EXPECT_EQ(good, 180);
    EXPECT_EQ(duplicates, 12);
    EXPECT_EQ(divisions, 12);
    EXPECT_EQ(undecodable, 12);
    EXPECT_EQ(not_text, 12);
    EXPECT_EQ(count<Note>(db), 80) << "what the neighbours wrote is there";
}

TEST_F(Pipelining, LosesNothingThatAFunctionOfASelectWroteBesideAFailure) {
    duet::run(db.execute_script(R"(
        CREATE TABLE seen (id bigint);
        CREATE FUNCTION see(id bigint) RETURNS bigint LANGUAGE sql AS 'INSERT INTO seen VALUES (id) RETURNING id')"));
    duet::run([this]() -> duet::Task<> {
        std::vector<Note> notes(20);
        for (std::size_t i = 0; i < notes.size(); ++i) notes[i].name = std::to_string(i);
        co_await db.create_bulk(notes);
        Db one(server.url(), pool_of(1));
        int done = 0;
        int failed = 0;
        const auto see = [&](std::int64_t id) -> duet::Task<> {
            const auto seen =
                co_await one.query<Note>().where("id"_c == id).select(duet::fn<std::int64_t>("see")("id"_c));
            done += static_cast<int>(seen.size());
        };
        const auto fail = [&]() -> duet::Task<> {
            try {
                co_await one.query<Trap>().where("id"_c == 3).all();
            } catch (const duet::DatabaseError&) {
                ++failed;
            }
        };
        for (int round = 0; round < 2; ++round) {  // the first one prepares
            std::vector<duet::Task<>> tasks;
            for (std::int64_t id = 1; id <= 20; ++id) {
                tasks.push_back(see(id));
                if (id % 5 == 0) tasks.push_back(fail());
            }
            co_await duet::when_all(std::move(tasks));
        }
        EXPECT_EQ(done, 40);
        EXPECT_EQ(failed, 8);
        const auto seen = co_await one.sql("SELECT count(*) FROM seen").scalar<int>();
        EXPECT_EQ(seen, 40);
    }());
}

TEST_F(Pipelining, LeavesNoTracesOfFunctionsThatChangeTheSession) {
    duet::run([this]() -> duet::Task<> {
        const Note made{.name = "a"};
        co_await db.create(made);
        Db one(server.url(), pool_of(1));
        const auto set = co_await one.query<Note>().select(
            duet::fn<std::string>("set_config")("application_name", "mine", false));
        EXPECT_EQ(set.at(0), "mine");
        const auto name = co_await one.sql("SHOW application_name").scalar<std::string>();
        EXPECT_EQ(name, "duet");
    }());
}

TEST_F(Pipelining, SendsAndReadsAtOnceWhenTheSocketIsFullInBothDirections) {
    constexpr std::size_t large = 3 << 20;
    duet::run([this]() -> duet::Task<> {
        for (char c = 'a'; c < 'd'; ++c) {
            const Note note{.name = std::string(1, c)};
            co_await db.create(note);
        }
        Db one(server.url(), pool_of(1));
        int whole = 0;
        int cancelled = 0;
        // The server sends its rows while it is sent the next statements' values.
        const auto exchange = [&](char fill, std::chrono::milliseconds limit) -> duet::Task<> {
            const std::string sent(large, fill);
            try {
                const auto texts = co_await duet::timeout(
                    one.query<Note>().order_by("id").select(duet::concat("name"_c, sent)), limit);
                whole += texts.size() == 3 && texts[2].size() == large + 1 && texts[2].ends_with(fill);
            } catch (const duet::QueryCanceled&) {
                ++cancelled;
            }
        };
        std::vector<duet::Task<>> tasks;
        for (char fill = 'A'; fill < 'I'; ++fill) tasks.push_back(exchange(fill, 5min));
        co_await duet::when_all(std::move(tasks));
        EXPECT_EQ(whole, 8);
        for (int i = 0; i < 8; ++i)
            tasks.push_back(exchange('x', i % 2 == 0 ? std::chrono::milliseconds(3 * i) : 5min));
        co_await duet::when_all(std::move(tasks));
        EXPECT_EQ(whole + cancelled, 16);
        EXPECT_GE(whole, 12);
        const auto count = co_await one.query<Note>().count();
        EXPECT_EQ(count, 3);
    }());
}

TEST_F(Pipelining, KeepsTheOrderWithinACoroutine) {
    static const auto work = [](Db& handle, int number, int& good) -> duet::Task<> {
        for (int i = 0; i < 5; ++i) {
            const Note fresh{.name = std::to_string(number) + "." + std::to_string(i)};
            Note note = co_await handle.create(fresh);
            note.value = number;
            co_await handle.save(note);
            const std::optional<Note> saved = co_await handle.get<Note>(note.id);
            const std::int64_t one = co_await handle.count(duet::query<Note>().where("name"_c == note.name));
            co_await handle.remove(note);
            const std::optional<Note> gone = co_await handle.get<Note>(note.id);
            if (saved && saved->value == number && one == 1 && !gone) ++good;
        }
    };
    int good = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 30; ++i) group.add(work(db, i, good));
        co_await group.join();
    });
    EXPECT_EQ(good, 150);
}

/// Quick neighbours before and after something slow that its owner gives up. The server answers in order, so
/// they have to wait until it has been stopped, and no longer.
class AbandonedStatement : public Pipelining {
protected:
    template <class Give>
    void expect_harmless(Give give_up) {
        fill(20);
        Db own{server.url(), pool_of(2)};
        duet::run(own.warm_up(2));
        int good = 0;
        int canceled = 0;
        const auto began = Clock::now();
        duet::run([&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            for (int i = 0; i < 40; ++i) {
                group.add(get(own, i % 20 + 1, good));
                group.add(create(own, "n" + std::to_string(i), good));
                if (i % 10 == 5) give_up(group, own, canceled);
            }
            co_await group.join();
            for (int i = 0; i < 10; ++i) {
                group.add(get(own, i + 1, good));
                group.add(create(own, "later " + std::to_string(i), good));
            }
            co_await group.join();
        });
        EXPECT_EQ(good, 100);
        EXPECT_EQ(canceled, 4);
        EXPECT_LT(Clock::now() - began, 15s);
        EXPECT_EQ(count<Note>(db), 70);
        expect_tidy(own);
        wait_until_nobody_sleeps();
    }
    void wait_until_nobody_sleeps() {
        const auto sleepers = [&] {
            return duet::run(
                db.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND state = 'active' AND query LIKE '%slow_traps%' AND pid <> "
                       "pg_backend_pid()")
                    .scalar<std::int64_t>());
        };
        for (int i = 0; i < 300 && sleepers() != 0; ++i) std::this_thread::sleep_for(10ms);
        EXPECT_EQ(sleepers(), 0) << "the server goes on for nobody";
    }
};

TEST_F(AbandonedStatement, ByItsDeadlineHarmsNoNeighbour) {
    expect_harmless([](duet::TaskGroup& group, Db& handle, int& canceled) {
        static const auto slow = [](Db quick) -> duet::Task<> { (void)co_await quick.get<SlowTrap>(1); };
        group.add(fail<duet::QueryCanceled>(slow(handle.within(100ms)), canceled));
    });
}

TEST_F(AbandonedStatement, ByATimeoutHarmsNoNeighbour) {
    expect_harmless([](duet::TaskGroup& group, Db& handle, int& canceled) {
        group.add(fail<duet::QueryCanceled>(duet::timeout(spring<SlowTrap>(handle, 1), 100ms), canceled));
    });
}

TEST_F(AbandonedStatement, ByItsSourceHarmsNoNeighbour) {
    std::vector<std::thread> threads;
    expect_harmless([&](duet::TaskGroup& group, Db& handle, int& canceled) {
        const duet::CancelSource source;
        group.add(fail<duet::QueryCanceled>(duet::with_token(spring<SlowTrap>(handle, 1), source.token()),
                                            canceled));
        threads.emplace_back([source] {
            std::this_thread::sleep_for(100ms);
            source.request_cancel();
        });
    });
    for (std::thread& thread : threads) thread.join();
}

TEST_F(AbandonedStatement, DestroyedInFlightHarmsNoNeighbour) {
    static const auto destroyed = [](Db& handle, int& canceled) -> duet::Task<> {
        {
            duet::TaskGroup inner{co_await duet::this_task::executor()};
            inner.add(spring<SlowTrap>(handle, 1));
            co_await duet::sleep_for(100ms);
        }
        ++canceled;
    };
    expect_harmless(
        [](duet::TaskGroup& group, Db& handle, int& canceled) { group.add(destroyed(handle, canceled)); });
}

TEST_F(AbandonedStatement, LeavesNoConnectionBehindThatIsBusyForNobody) {
    fill(3);
    Db own{server.url(), pool_of(1)};
    int canceled = 0;
    const auto began = Clock::now();
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 5; ++i)
            group.add(
                fail<duet::QueryCanceled>(duet::timeout(spring<SlowTrap>(own, i + 1), 100ms), canceled));
        co_await group.join();
        auto tx = co_await own.begin();
        const std::int64_t notes = co_await tx.count(duet::query<Note>());
        EXPECT_EQ(notes, 3);
        co_await tx.rollback();
    });
    EXPECT_EQ(canceled, 5);
    EXPECT_LT(Clock::now() - began, 10s);
    wait_until_nobody_sleeps();
    expect_tidy(own);
}

TEST_F(Pipelining, LetsTransactionsHaveTheirTurn) {
    fill(20);
    for (const std::size_t size : {1U, 2U}) {
        Db own{server.url(), pool_of(size)};
        bool done = false;
        int read = 0;
        static const auto reader = [](Db& handle, const bool& stop, int& reads) -> duet::Task<> {
            while (!stop) {
                const std::optional<Note> note = co_await handle.get<Note>(reads % 20 + 1);
                if (note) ++reads;
            }
        };
        static const auto writer = [](Db& handle, bool& stop, std::size_t of_pool) -> duet::Task<> {
            const auto block = [&](duet::AsyncTransaction& tx) -> duet::Task<> {
                const Note fresh{.name = "tx " + std::to_string(of_pool)};
                Note note = co_await tx.create(fresh);
                co_await duet::sleep_for(1ms);
                co_await tx.remove(note);
            };
            for (int i = 0; i < 20; ++i)
                co_await handle.transaction(
                    [&](duet::AsyncTransaction& tx) -> duet::Task<> { co_await block(tx); });
            stop = true;
        };
        const auto began = Clock::now();
        duet::run([&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            for (int i = 0; i < 16; ++i) group.add(reader(own, done, read));
            group.add(writer(own, done, size));
            co_await group.join();
        });
        EXPECT_LT(Clock::now() - began, 15s) << "the transactions starve";
        EXPECT_GT(read, 100) << "the readers starve";
        expect_tidy(own);
    }
}

TEST_F(Pipelining, SurvivesStatementsThatAreForgottenWhileUnderWay) {
    fill(10);
    Db own{server.url(), pool_of(2, 8)};
    static const auto ask = [](Db& handle, int conditions, int& good) -> duet::Task<> {
        for (int round = 0; round < 3; ++round) {
            auto query = duet::query<Note>();
            for (int i = 0; i < conditions; ++i) query = query.where("id"_c > 5 - conditions % 2);
            const std::int64_t found = co_await handle.count(query);
            if (found == 5 + conditions % 2) ++good;
        }
    };
    int good = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 1; i <= 90; ++i) group.add(ask(own, i % 30 + 1, good));
        co_await group.join();
    });
    EXPECT_EQ(good, 270);
    const auto kept =
        duet::run(own.sql("SELECT count(*) FROM pg_prepared_statements").scalar<std::int64_t>());
    EXPECT_LE(kept, 9);
}

TEST_F(Pipelining, SurvivesChangesOfTheSchema) {
    fill(10);
    bool done = false;
    int good = 0;
    static const auto reader = [](Db& handle, const bool& stop, int& reads) -> duet::Task<> {
        while (!stop) {
            const std::optional<Note> note = co_await handle.get<Note>(reads % 10 + 1);
            const std::int64_t all = co_await handle.count(duet::query<Note>().where("value"_c > 0));
            if (note && note->value == note->id && all == 10) ++reads;
        }
    };
    static const auto alter = [](Db& handle, bool& stop, const int& reads) -> duet::Task<> {
        for (int i = 0; i < 10; ++i) {
            const int before = reads;
            while (reads < before + 20) co_await duet::sleep_for(1ms);
            const bool wide = i % 2 == 0;
            co_await handle.execute_script(wide ? "ALTER TABLE notes ALTER COLUMN value TYPE bigint"
                                                : "ALTER TABLE notes ALTER COLUMN value TYPE integer");
        }
        stop = true;
    };
    Db own{server.url(), pool_of(2)};
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 40; ++i) group.add(reader(own, done, good));
        group.add(alter(db, done, good));
        co_await group.join();
    });
    EXPECT_GE(good, 200);
    const auto kept =
        duet::run(own.sql("SELECT count(*) FROM pg_prepared_statements").scalar<std::int64_t>());
    EXPECT_LE(kept, 4) << "statements that were prepared anew were not given back";
    expect_tidy(own);
}

TEST_F(Pipelining, ServesSeveralEventLoops) {
    fill(50);
    Db own{server.url(), pool_of(4)};
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&, t] {
            int mine = 0;
            duet::run([&]() -> duet::Task<> {
                duet::TaskGroup group{co_await duet::this_task::executor()};
                for (int round = 0; round < 10; ++round) {
                    for (int i = 0; i < 50; ++i) group.add(get(own, i + 1, mine));
                    group.add(create(own, std::to_string(t) + "/" + std::to_string(round), mine));
                    co_await group.join();
                }
            });
            good += mine;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(good, 1020);
    EXPECT_EQ(count<Note>(own), 70);
    expect_tidy(own);
}

TEST_F(Pipelining, TakesMoreThanFitsIntoAnyBuffer) {
    fill(100, 10'000);
    static const auto big = [](Db& handle, int number, int& good) -> duet::Task<> {
        const std::optional<Note> note = co_await handle.get<Note>(number);
        if (note && note->value == number && note->name.size() == 10'000) ++good;
    };
    int good = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 5000; ++i) group.add(big(db, i % 100 + 1, good));
        for (int i = 0; i < 200; ++i)
            group.add(create(db, std::string(10'000, 'a') + std::to_string(i), good));
        co_await group.join();
    });
    EXPECT_EQ(good, 5200);
    EXPECT_EQ(count<Note>(db), 300);
}

TEST_F(Pipelining, CanBeTurnedOff) {
    fill(50);
    Db own{server.url() + "?pipeline=off", pool_of(4)};
    expect_own_rows(get_at_once(own, 50));
    EXPECT_GT(own.pool_stats().opened_total, 2U) << "each has a connection of its own";
    int good = 0;
    int duplicates = 0;
    duet::run([&]() -> duet::Task<> {
        duet::TaskGroup group{co_await duet::this_task::executor()};
        for (int i = 0; i < 20; ++i) {
            group.add(create(own, "n" + std::to_string(i), good));
            group.add(fail<duet::UniqueViolation>(create(own, "7", good), duplicates));
        }
        co_await group.join();
    });
    EXPECT_EQ(good, 20);
    EXPECT_EQ(duplicates, 20);
    expect_tidy(own);
}

TEST(PipeliningBehindAPooler, IsOffByItself) {
    Db db{pgbouncer_url(), pool_of(4)};
    duet::run(db.create_all(models));
    std::vector<Note> notes(50);
    for (int i = 0; i < 50; ++i) notes[static_cast<std::size_t>(i)].name = std::to_string(i);
    duet::run(db.create_bulk(notes));
    for (int round = 0; round < 2; ++round) {
        std::vector<duet::Task<std::optional<Note>>> tasks;
        for (int i = 1; i <= 50; ++i) tasks.push_back(db.get<Note>(i));
        const auto rows = duet::run(duet::when_all(std::move(tasks)));
        for (std::size_t i = 0; i < rows.size(); ++i)
            EXPECT_TRUE(rows[i] && rows[i]->id == static_cast<std::int64_t>(i) + 1);
    }
    EXPECT_GT(db.pool_stats().opened_total, 2U);
    EXPECT_EQ(db.pool_stats().checked_out, 0U);
}

TEST(PipeliningToAServerThatDies, TellsEverybodyAndNobodyHangs) {
    duet::testing::EphemeralPostgres server({.parent_folder = fast_folder()});
    Db db{server.url(), pool_of(2)};
    duet::run(db.create_all(models));
    duet::run(db.execute_script(traps));
    std::vector<Note> notes(20);
    for (int i = 0; i < 20; ++i) notes[static_cast<std::size_t>(i)].name = std::to_string(i);
    duet::run(db.create_bulk(notes));
    duet::run(db.warm_up(2));
    static const auto read = [](Db& handle, int id, int& good, int& lost) -> duet::Task<> {
        try {
            const std::optional<Note> note = co_await handle.get<Note>(id);
            good += note ? 1 : 0;
        } catch (const duet::ConnectionError&) {
            ++lost;
        }
    };
    static const auto write = [](Db& handle, std::string name, int& good, int& lost) -> duet::Task<> {
        try {
            const Note fresh{.name = std::move(name)};
            (void)co_await handle.create(fresh);
            ++good;
        } catch (const duet::ConnectionError&) {
            ++lost;
        }
    };
    for (const bool restarted : {false, true}) {
        int good = 0;
        int lost = 0;
        int written = 0;
        int unwritten = 0;
        duet::run([&]() -> duet::Task<> {
            duet::TaskGroup group{co_await duet::this_task::executor()};
            // Both connections are stuck behind something slow, so that all others are under way.
            for (int i = 0; i < 8; ++i) {
                static const auto slow = [](Db& handle) -> duet::Task<> {
                    try {
                        (void)co_await duet::timeout(handle.get<SlowTrap>(1), 2s);
                    } catch (const duet::DatabaseError&) {
                    }
                };
                group.add(slow(db));
            }
            for (int i = 0; i < 50; ++i) group.add(read(db, i % 20 + 1, good, lost));
            for (int i = 0; i < 50; ++i)
                group.add(write(db, std::to_string(restarted) + "/" + std::to_string(i), written, unwritten));
            co_await duet::sleep_for(50ms);
            server.kill();
            if (restarted) server.start();
            co_await group.join();
        });
        EXPECT_EQ(good + lost, 50);
        EXPECT_EQ(written + unwritten, 50);
        if (restarted) {
            EXPECT_EQ(lost, 0) << "reads are repeated";
        } else {
            server.start();
        }
        EXPECT_LE(duet::run(db.count(
                      duet::query<Note>().where("name"_c.startswith(std::to_string(restarted) + "/")))),
                  50);
        EXPECT_GE(count<Note>(db), 20 + written);
        EXPECT_EQ(db.pool_stats().checked_out, 0U);
    }
}

}  // namespace
