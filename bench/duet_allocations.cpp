#include "contender.hpp"
#include "count_allocations.hpp"

#ifdef BENCH_WITH_DUET
#include "models.hpp"
#include "raw_sqlite.hpp"
#endif

#include <cstdio>
#include <string_view>

// Heap allocations of an operation, the database's own included, beside those of the hand-written sides.
namespace {

using namespace bench;

void print_works() {
    std::printf(
        "\nHeap allocations of an operation (malloc, calloc and realloc, SQLite's included), in memory\n\n  "
        " ");
    std::vector<std::unique_ptr<Contender>> contenders;
    for (const Entrant& entrant : entrants()) {
        std::printf(" %13s", entrant.name);
        contenders.push_back(entrant.make(Store{}));
    }
    std::printf("\n");
    for (const WorkInfo& info : works) {
        std::printf("%-3s", info.key);
        for (const auto& contender : contenders) {
            Stopwatch::on_start = Stopwatch::on_stop = nullptr;
            Stopwatch warm_up;
            perform(*contender, info.work, info.operations, warm_up);
            Stopwatch::on_start = allocations::start;
            Stopwatch::on_stop = allocations::stop;
            allocations::take();
            Stopwatch watch;
            const bool took_part = perform(*contender, info.work, info.operations, watch).has_value();
            const auto calls =
                static_cast<double>(allocations::take()) / static_cast<double>(info.operations);
            took_part ? std::printf(" %13.3f", calls) : std::printf(" %13s", "-");
        }
        std::printf("\n");
    }
    Stopwatch::on_start = Stopwatch::on_stop = nullptr;
}

#ifdef BENCH_WITH_DUET

using namespace duet::literals;
using models::User;

template <class Body>
std::size_t count(Body body) {
    constexpr std::size_t times = 100;
    for (std::size_t warm_up = 0; warm_up < 3; ++warm_up) body();
    allocations::take();
    allocations::start();
    for (std::size_t time = 0; time < times; ++time) body();
    allocations::stop();
    return allocations::take() / times;
}

template <class Body>
void print_query(const char* what, Body body, std::size_t raw) {
    const std::size_t calls = count(body);
    std::printf("%-62s %5zu %5zu  %s\n", what, raw, calls, calls <= raw ? "reached" : "missed");
}

/// What SQLite allocates for a statement that is prepared already, run by hand.
std::size_t count_raw(sqlite3* connection, const char* sql, bool text) {
    const raw::Statement prepared = raw::prepare(connection, sql, SQLITE_PREPARE_PERSISTENT);
    sqlite3_stmt* statement = prepared.get();
    return count([=] {
        if (text) {
            sqlite3_bind_text(statement, 1, "Ada", 3, SQLITE_STATIC);
        } else {
            sqlite3_bind_int64(statement, 1, 5);
        }
        while (sqlite3_step(statement) == SQLITE_ROW) {
        }
        sqlite3_reset(statement);
    });
}

// The tables are empty and the text is short: what a row costs is in the table above.
void print_queries() {
    duet::Database db{"sqlite:///:memory:"};
    db.create_all(duet::models<User, models::Post>);
    const raw::Connection raw_connection = raw::open({.seed = Seed::users_only}, SQLITE_OPEN_NOMUTEX);
    sqlite3* const raw_db = raw_connection.get();
    sqlite3_exec(raw_db, "DELETE FROM users", nullptr, nullptr, nullptr);
    const auto raw_count = [raw_db](const char* sql, bool text = false) {
        return count_raw(raw_db, sql, text);
    };

    std::printf(
        "\nHeap allocations of building a query, looking up its plan and statement, and running it\n"
        "(raw: what SQLite itself allocates for the same prepared statement; building must add "
        "nothing)\n\n%-62s   raw  duet\n",
        "");
    print_query(
        "query<User>().where(age >= 18).order_by().limit(10), built",
        [] {
            const auto query =
                duet::query<User>().where("age"_c >= 18).order_by("-created_at", "id").limit(10);
            static_cast<void>(query);
        },
        0);
    print_query(
        "the same with a text and &&, built",
        [] {
            const auto query =
                duet::query<User>().where("age"_c >= 18 && "name"_c == std::string_view{"Ada"});
            static_cast<void>(query);
        },
        0);
    print_query(
        "where(id == 5).first(), built, looked up, run, no row",
        [&] { static_cast<void>(db.query<User>().where("id"_c == 5).first()); },
        raw_count("SELECT * FROM users WHERE id = ? ORDER BY id LIMIT 1"));
    print_query(
        "get<User>(5), no row", [&] { static_cast<void>(db.get<User>(5)); },
        raw_count("SELECT * FROM users WHERE id = ?"));
    print_query(
        "where(…).order_by().limit().all(), no row",
        [&] {
            static_cast<void>(
                db.query<User>().where("age"_c >= 18).order_by("-created_at", "id").limit(10).all());
        },
        raw_count("SELECT * FROM users WHERE age >= ? ORDER BY created_at DESC, id LIMIT 10"));
    print_query(
        "where(name == text).count()",
        [&] { static_cast<void>(db.query<User>().where("name"_c == std::string_view{"Ada"}).count()); },
        raw_count("SELECT count(*) FROM users WHERE name = ?", true));
}

#endif

}  // namespace

int main() {
    print_works();
#ifdef BENCH_WITH_DUET
    print_queries();
#endif
}
