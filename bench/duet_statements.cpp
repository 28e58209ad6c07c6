#include <duet/statement.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "median.hpp"
#include "pin.hpp"
#include "raw_sqlite.hpp"

// The statement layer on SQLite in memory: 100,000 orders with their rank among those of their customer, into
// tuples of an object and a number; and what a statement costs to build, and to write as SQL.
namespace {

using namespace bench;
using namespace duet::literals;

constexpr std::size_t order_count = 100'000;

struct Order {
    std::int64_t id{};
    std::int64_t customer_id{};
    std::string status{};
    double total{};
    std::int64_t quantity{};
    static constexpr auto table = duet::table("orders");
};
using Ranked = std::tuple<Order, std::int64_t>;

constexpr const char* ranked_sql =
    "SELECT id, customer_id, status, total, quantity, row_number() OVER (PARTITION BY customer_id ORDER BY "
    "total "
    "DESC, id) FROM orders WHERE status = ? ORDER BY id";

class ByHand {
public:
    ByHand() {
        sqlite3* const handle = connection_.get();
        raw::execute(
            handle,
            "CREATE TABLE orders (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, customer_id bigint NOT "
            "NULL, status text NOT NULL, total double NOT NULL, quantity bigint NOT NULL)");
        raw::execute(
            handle,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO "
            "orders (customer_id, status, total, quantity) SELECT i % 1000, 'completed', (i * 7919 % 10007) "
            "/ 4.0, i % 17 FROM n");
        select_ = raw::prepare(handle, ranked_sql, SQLITE_PREPARE_PERSISTENT);
    }
    double run() {
        std::vector<Ranked> rows;
        rows.reserve(expected_);
        Stopwatch watch;
        watch.start();
        sqlite3_stmt* const s = select_.get();
        sqlite3_bind_text(s, 1, "completed", 9, SQLITE_STATIC);
        while (sqlite3_step(s) == SQLITE_ROW) {
            auto& [order, rank] = rows.emplace_back();
            order.id = sqlite3_column_int64(s, 0);
            order.customer_id = sqlite3_column_int64(s, 1);
            order.status.assign(reinterpret_cast<const char*>(sqlite3_column_text(s, 2)),
                                static_cast<std::size_t>(sqlite3_column_bytes(s, 2)));
            order.total = sqlite3_column_double(s, 3);
            order.quantity = sqlite3_column_int64(s, 4);
            rank = sqlite3_column_int64(s, 5);
        }
        sqlite3_reset(s);
        watch.stop();
        if (rows.size() != order_count) std::exit(2);
        expected_ = rows.size();
        return watch.nanoseconds() / 1e6;
    }

private:
    raw::Connection connection_ = raw::open(":memory:");
    raw::Statement select_;
    std::size_t expected_ = 0;
};

auto ranked(duet::Database& db) {
    return db.query<Order>()
        .where("status"_c == "completed")
        .order_by("id")
        .statement()
        .add_columns(duet::row_number()
                         .over(duet::partition_by("customer_id"_c), duet::order_by("-total", "id"))
                         .as("rank"));
}

class ByStatement {
public:
    ByStatement() {
        db_.create_all(duet::models<Order>);
        std::vector<Order> orders;
        for (std::int64_t i = 1; i <= static_cast<std::int64_t>(order_count); ++i) {
            orders.push_back({.customer_id = i % 1000,
                              .status = "completed",
                              .total = static_cast<double>(i * 7919 % 10007) / 4.0,
                              .quantity = i % 17});
        }
        db_.create_bulk(orders);
    }
    double run() {
        Stopwatch watch;
        watch.start();
        const auto rows = db_.execute(ranked(db_)).as<Order, std::int64_t>().all();
        watch.stop();
        if (rows.size() != order_count || std::get<0>(rows[7]).id != 8) std::exit(2);
        return watch.nanoseconds() / 1e6;
    }
    /// Microseconds to build the statement, and to write it as SQL beside that.
    std::pair<double, double> build() {
        constexpr int times = 2'000;
        std::size_t bytes = 0;
        Stopwatch built;
        built.start();
        for (int i = 0; i < times; ++i) bytes += ranked(db_).limit(i).to_sql(duet::sqlite).size();
        built.stop();
        Stopwatch only;
        only.start();
        for (int i = 0; i < times; ++i) {
            const auto statement = ranked(db_).limit(i);
            bytes += reinterpret_cast<std::uintptr_t>(&statement) & 1U;
        }
        only.stop();
        if (bytes == 0) std::exit(2);
        return {only.nanoseconds() / times / 1e3, built.nanoseconds() / times / 1e3};
    }

private:
    duet::Database db_{"sqlite://:memory:"};
};

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(count > 1 ? std::max(1, std::atoi(arguments[1])) : 31);
    pin_to_this_cpu();
    Stopwatch::clock = CLOCK_PROCESS_CPUTIME_ID;
    ByHand hand;
    ByStatement statement;
    std::vector<double> raw, ours, build, render;
    for (std::size_t round = 0; round < rounds + 2; ++round) {
        const double first = hand.run();
        const double second = statement.run();
        const auto [built, rendered] = statement.build();
        if (round < 2) continue;
        raw.push_back(first);
        ours.push_back(second);
        build.push_back(built);
        render.push_back(rendered);
    }
    std::printf("\nStatements on SQLite in memory, median of %zu rounds\n\n", rounds);
    std::printf("  %-46s %8.1f ms\n", "raw: 100,000 ranked orders into tuples", median(raw));
    std::printf("  %-46s %8.1f ms %6.2f  (1.05) ", "duet: the same by a statement", median(ours),
                median_ratio(ours, raw));
    print_verdict(median_ratio(ours, raw), 1.05);
    std::printf("  %-46s %8.2f us\n", "duet: build that statement", median(build));
    std::printf("  %-46s %8.2f us\n", "duet: build it and write it as SQL, uncached", median(render));
}
