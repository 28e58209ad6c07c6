// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Product {
    std::int64_t id{};
    std::string name{};
    int stock{};

    static constexpr auto table = duet::table("products", duet::check("in_stock", "stock >= 0"));
};

namespace {

// [prices]
duet::Task<> show(duet::AsyncDatabase& db, std::int64_t id, std::vector<std::string>& names) {
    const auto product = co_await db.get<Product>(id);
    if (product) names.push_back(product->name);
}

duet::Task<> show_all(duet::AsyncDatabase& db, std::vector<std::string>& names) {
    std::vector<duet::Task<>> tasks;
    for (std::int64_t id = 1; id <= 100; ++id) tasks.push_back(show(db, id, names));
    co_await duet::when_all(std::move(tasks));  // 100 selects on one or two connections
}
// [/prices]

// [neighbours]
duet::Task<> sell(duet::AsyncDatabase& db, std::int64_t id, int number) {
    try {
        co_await db.query<Product>().where("id"_c == id).update_bulk("stock"_c = "stock"_c - number);
    } catch (const duet::CheckViolation&) {
        std::cout << "not enough of " << id << '\n';  // those beside it do not notice
    }
}
// [/neighbours]

// [alone]
duet::Task<> move_stock(duet::AsyncDatabase& db, std::int64_t from, std::int64_t to) {
    co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> {  // a connection of its own
        co_await tx.query<Product>().where("id"_c == from).update_bulk("stock"_c = "stock"_c - 1);
        co_await tx.query<Product>().where("id"_c == to).update_bulk("stock"_c = "stock"_c + 1);
    });
}
// [/alone]

// [limits]
duet::Task<> bounded(duet::AsyncDatabase& db) {
    duet::AsyncDatabase quick = db.within(200ms);
    const auto count = co_await quick.query<Product>().count();
    const auto all = co_await duet::timeout(db.query<Product>().all(), 1s);
    std::cout << count << ' ' << all.size() << '\n';
}
// [/limits]

TEST(Pipelining, SharesConnections) {
    const duet::testing::EphemeralPostgres server;
    duet::AsyncDatabase db{server.url()};
    std::vector<std::string> names;
    duet::run([&]() -> duet::Task<> {
        co_await db.create_all(duet::models<Product>);
        std::vector<Product> products;
        for (int i = 1; i <= 100; ++i) products.push_back({.name = "p" + std::to_string(i), .stock = 1});
        co_await db.create_bulk(products);
        co_await show_all(db, names);
        std::vector<duet::Task<>> sales;
        for (std::int64_t id = 1; id <= 20; ++id) sales.push_back(sell(db, id, id == 7 ? 2 : 1));
        co_await duet::when_all(std::move(sales));
        co_await move_stock(db, 21, 22);
        co_await bounded(db);
    });
    EXPECT_EQ(names.size(), 100U);
    EXPECT_LE(db.pool_stats().opened_total, 3U);
    duet::Database blocking{db};
    EXPECT_EQ(blocking.query<Product>().where("stock"_c == 0).count(), 20);
    EXPECT_EQ(blocking.get<Product>(7)->stock, 1);

    // [off]
    duet::AsyncDatabase without{server.url() + "?pipeline=off"};
    // [/off]
    duet::run([&]() -> duet::Task<> { co_await bounded(without); });
}

TEST(Pipelining, IsOffBehindAPooler) {
    const duet::testing::EphemeralPostgres server;
    const duet::testing::EphemeralPgBouncer bouncer{server};
    // [pgbouncer]
    duet::AsyncDatabase db{bouncer.url()};                                 // noticed by itself
    duet::AsyncDatabase said{bouncer.url() + "?prepared_statements=off"};  // or said beforehand
    // [/pgbouncer]
    duet::run([&]() -> duet::Task<> {
        co_await db.create_all(duet::models<Product>);
        co_await bounded(db);
        co_await bounded(said);
    });
}

}  // namespace
