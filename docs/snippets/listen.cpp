// Needs postgres
#include <duet/duet.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Order {
    std::int64_t id{};
    std::string customer{};

    static constexpr auto table = duet::table("orders");
};

namespace {

// [worker]
duet::Task<> follow(duet::AsyncDatabase& db, std::vector<std::string>& seen) {
    auto orders = co_await db.listen({"orders.new"});
    bool open = true;
    while (open) {
        const auto note = co_await orders.next();
        if (note->maybe_missed) {
            seen.clear();  // the connection had been lost: look at the table again
            continue;
        }
        seen.push_back(note->payload);
        open = note->payload != "closed";
    }
}
// [/worker]

// [send]
duet::Task<> place(duet::AsyncDatabase& db, std::string customer) {
    co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> {
        Order order{.customer = customer};
        order = co_await tx.create(order);
        co_await tx.notify("orders.new", std::to_string(order.id));  // arrives when this has committed
    });
}
// [/send]

TEST(Listen, HearsOfOrders) {
    const duet::testing::EphemeralPostgres server;
    duet::AsyncDatabase async_db{server.url()};
    std::vector<std::string> seen;
    duet::run([&]() -> duet::Task<> {
        co_await async_db.create_all(duet::models<Order>);
        duet::TaskGroup group{co_await duet::this_task::executor()};
        group.add(follow(async_db, seen));
        // The listener has to be there before something is sent.
        std::int64_t listening = 0;
        while (listening == 0) {
            listening =
                co_await async_db.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                    .scalar<std::int64_t>();
        }
        co_await place(async_db, "Ada");
        co_await place(async_db, "Grace");
        co_await async_db.notify("orders.new", "closed");
        co_await group.join();
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"1", "2", "closed"}));

    duet::Database db{async_db};
    // [blocking]
    duet::Listener listener = db.listen({"orders.new", "jobs"});
    listener.add("jobs.urgent");
    db.notify("jobs", "sweep");
    while (const auto note = listener.next(100ms)) {  // nothing for 100 ms: nullopt
        if (note->maybe_missed) continue;             // what you missed is in your tables
        seen.push_back(note->channel + ": " + note->payload);
    }
    // [/blocking]
    EXPECT_EQ(seen.back(), "jobs: sweep");
    EXPECT_EQ(listener.channels().size(), 3U);
}

TEST(Listen, GoesAroundAPooler) {
    const duet::testing::EphemeralPostgres server;
    const duet::testing::EphemeralPgBouncer bouncer{server};
    const std::string direct_url = server.url();
    duet::Database db{bouncer.url()};
    // [direct]
    duet::Listener listener =
        db.listen({"orders.new"}, duet::ListenOptions{.heartbeat = 10s, .url = direct_url});
    // [/direct]
    EXPECT_TRUE(listener.connected());
    EXPECT_THROW((void)db.listen({"orders.new"}), duet::ConfigurationError);
}

}  // namespace
