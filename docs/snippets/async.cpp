#include <duet/duet.hpp>

#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

namespace {

// [first]
duet::Task<std::string> oldest_name(duet::AsyncDatabase& db) {
    const auto user = co_await db.query<User>().order_by("-age").first();
    co_return user ? user->name : "nobody";
}

duet::Task<> serve(duet::AsyncDatabase& db) {
    User ada{.name = "Ada", .age = 36};
    ada = co_await db.create(ada);
    std::cout << "the oldest is " << co_await oldest_name(db) << '\n';
}
// [/first]

TEST(AsyncGuide, Runs) {
    // [run]
    duet::AsyncDatabase db{"sqlite://:memory:"};
    duet::run([&]() -> duet::Task<> {
        co_await db.create_all(duet::models<User>);
        co_await serve(db);
    });
    // [/run]
    EXPECT_EQ(duet::run(oldest_name(db)), "Ada");
}

// [transaction]
duet::Task<> birthday(duet::AsyncDatabase& db, std::int64_t id) {
    co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> {
        User user = co_await tx.query<User>().where("id"_c == id).one();
        co_await tx.update(user, "age"_c = "age"_c + 1);
    });
}

duet::Task<> by_hand(duet::AsyncDatabase& db) {
    duet::AsyncTransaction tx = co_await db.begin();
    const User grace{.name = "Grace", .age = 85};
    co_await tx.create(grace);
    co_await tx.commit();
}
// [/transaction]

// [side_by_side]
duet::Task<> dashboard(duet::AsyncDatabase& db) {
    const auto [users, adults] =
        co_await duet::when_all(db.query<User>().count(), db.query<User>().where("age"_c >= 18).count());
    std::cout << adults << " of " << users << " are grown up\n";
}
// [/side_by_side]

// [stream]
duet::Task<std::int64_t> total_age(duet::AsyncDatabase& db) {
    std::int64_t total = 0;
    auto rows = db.query<User>().iterate(1000);
    while (auto user = co_await rows.next()) total += user->age;
    co_return total;
}
// [/stream]

// [group]
duet::Task<> accept_all(duet::AsyncDatabase& db, const std::vector<std::int64_t>& clients) {
    duet::TaskGroup group{co_await duet::this_task::executor()};
    for (const std::int64_t client : clients) group.add(birthday(db, client));
    co_await group.join();  // throws what the first one to fail threw
}
// [/group]

// [timeout]
duet::Task<> impatient(duet::AsyncDatabase& db) {
    // A limit for everything that the Task does, waiting for a connection included.
    const auto users = co_await duet::timeout(db.query<User>().all(), 500ms);
    // A handle whose statements have a limit each; blocking code has this too.
    duet::AsyncDatabase quick = db.within(100ms);
    const auto count = co_await quick.query<User>().count();
    std::cout << users.size() << ' ' << count << '\n';
}

duet::Task<> cancelled(duet::AsyncDatabase& db, duet::CancelToken token) {
    try {
        co_await duet::with_token(db.query<User>().count(), token);
    } catch (const duet::QueryCanceled&) {
        std::cout << "not wanted any more\n";  // the connection is fine
    }
}
// [/timeout]

// [both]
template <class Handle>
auto grown_ups(Handle& db) {  // a Database, a Transaction or their async twins
    return db.all(duet::query<User>().where("age"_c >= 18));
}
// [/both]

TEST(AsyncGuide, Everything) {
    // [share]
    duet::Database blocking{"sqlite://:memory:"};
    duet::AsyncDatabase db{blocking};  // the same connections, caches and hooks
    // [/share]
    blocking.create_all(duet::models<User>);
    const User ada = blocking.create(User{.name = "Ada", .age = 36});
    duet::run([&]() -> duet::Task<> {
        co_await birthday(db, ada.id);
        co_await by_hand(db);
        co_await dashboard(db);
        const std::vector<std::int64_t> clients{1, 2};
        co_await accept_all(db, clients);
        co_await impatient(db);
        const duet::CancelSource source;
        source.request_cancel();
        co_await cancelled(db, source.token());
        const auto adults = co_await grown_ups(db);
        EXPECT_EQ(adults.size(), 2U);
    });
    EXPECT_EQ(duet::run(total_age(db)), 38 + 86);
    EXPECT_EQ(grown_ups(blocking).size(), 2U);
}

}  // namespace
