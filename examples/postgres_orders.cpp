// Orders on PostgreSQL: workers hear of them (LISTEN) and share them out (SKIP LOCKED), and a hundred
// questions at once travel on one or two connections (pipelining).
//
//     example_postgres_orders [postgresql://user@host/database]
//
// Without a URL it starts a PostgreSQL of its own, which is gone afterwards.
#include <duet/duet.hpp>
#include <duet/testing/postgres.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace duet::literals;

struct Order {
    std::int64_t id{};
    std::string customer{};
    int pieces{};
    std::optional<std::string> packed_by{};

    static constexpr auto table =
        duet::table("orders", duet::index("packed_by"), duet::check("not_empty", "pieces > 0"));
};

namespace {

// [place]
duet::Task<> place(duet::AsyncDatabase& db, std::string customer, int pieces) {
    co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> {
        const Order order{.customer = customer, .pieces = pieces};
        co_await tx.create(order);
        co_await tx.notify("orders.new");  // heard when this has committed
    });
}
// [/place]

// [pack]
/// Packs one order that no other worker is at; false when there is none.
duet::Task<bool> pack_one(duet::AsyncDatabase& db, const std::string& worker) {
    co_return co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<bool> {
        auto order = co_await tx.query<Order>()
                         .where("packed_by"_c.is_null())
                         .order_by("id")
                         .for_update(duet::skip_locked)
                         .first();
        if (!order) co_return false;
        co_await tx.update(*order, "packed_by"_c = worker);
        std::cout << worker << " packs " << order->pieces << " for " << order->customer << '\n';
        co_return true;
    });
}

duet::Task<> work(duet::AsyncDatabase& db, duet::AsyncListener orders, std::string worker) {
    bool open = true;
    while (open) {
        const auto note = co_await orders.next();  // also after a lost connection: note->maybe_missed
        bool packed = true;
        while (packed) packed = co_await pack_one(db, worker);
        open = note->payload != "closed";
    }
}
// [/pack]

// [dashboard]
duet::Task<> dashboard(duet::AsyncDatabase& db) {
    std::vector<duet::Task<std::optional<Order>>> questions;
    for (std::int64_t id = 1; id <= 100; ++id) questions.push_back(db.get<Order>(id));
    const auto orders = co_await duet::when_all(std::move(questions));  // all under way at once
    int pieces = 0;
    for (const auto& order : orders) pieces += order ? order->pieces : 0;
    std::cout << pieces << " pieces, asked for over " << db.pool_stats().open << " connections\n";
}
// [/dashboard]

duet::Task<> story(duet::AsyncDatabase& db) {
    co_await db.drop_all(duet::models<Order>);
    co_await db.create_all(duet::models<Order>);
    duet::TaskGroup workers{co_await duet::this_task::executor()};
    for (const char* name : {"Ada", "Grace"}) {
        auto orders = co_await db.listen({"orders.new"});
        workers.add(work(db, std::move(orders), name));
    }
    for (int i = 1; i <= 10; ++i) co_await place(db, "customer " + std::to_string(i), i);
    co_await db.notify("orders.new", "closed");
    co_await workers.join();
    co_await dashboard(db);
}

}  // namespace

int main(int argc, char** argv) {
    std::optional<duet::testing::EphemeralPostgres> server;
    if (argc < 2) server.emplace();
    duet::AsyncDatabase db{server ? server->url() : argv[1]};
    duet::run(story(db));
}
