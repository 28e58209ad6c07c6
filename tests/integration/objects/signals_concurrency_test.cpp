#include <duet/signals.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "integration/support.hpp"

namespace {

using namespace duet::test;

struct Item {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("concurrent_items");
};

// Blocking handles on threads; with files and servers, several connections at once.
TEST(ConcurrentSignals, CanBeConnectedAndDisconnectedWhileOthersWrite) {
    SqliteFile file;
    duet::Database db{file.url()};
    db.create_all(duet::models<Item>);
    std::atomic<int> calls{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> writers;
    for (int i = 0; i < 2; ++i) {
        writers.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                Item item = db.create(Item{.name = "a"});
                db.update(item, "name"_c = "b");
            }
        });
    }
    std::thread listener([&] {
        while (!done.load()) {
            const auto before = db.connect<Item>(duet::signal::before_save,
                                                 [&](Item& item) { calls += item.name.empty() ? 0 : 1; });
            const auto after = db.connect<Item>(
                duet::signal::after_commit, [&](const Item& item) { calls += item.name.empty() ? 0 : 1; });
            const auto all = db.connect(duet::signal::after_save, [&](const duet::HookContext&) { ++calls; });
            std::this_thread::yield();
        }
    });
    for (std::thread& writer : writers) writer.join();
    done = true;
    listener.join();
    EXPECT_EQ(db.query<Item>().where("name"_c == "b").count(), 100);
    const int before = calls.load();
    db.create(Item{.name = "c"});
    EXPECT_EQ(calls.load(), before);
}

}  // namespace
