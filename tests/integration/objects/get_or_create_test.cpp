#include <atomic>
#include <thread>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Tag {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> scope{};
    std::int8_t weight = 1;
    int uses{};
    static constexpr auto table = duet::table("tags", duet::unique("name"));
};
struct Loose {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("loose");
};
inline constexpr auto models = duet::models<Tag, Loose>;

template <class B>
class GetOrCreate : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    auto tag(const std::string& name, int weight) {
        return got(this->db.template get_or_create<Tag>(duet::by("name"_c = name),
                                                        duet::defaults("weight"_c = weight)));
    }
};
TYPED_TEST_SUITE(GetOrCreate, Backends, BackendNames);

TYPED_TEST(GetOrCreate, CreatesOnceAndFindsAfterwards) {
    const auto [first, created] = this->tag("c++", 5);
    EXPECT_TRUE(created);
    EXPECT_GT(first.id, 0);
    EXPECT_EQ(first.weight, 5);
    const auto [second, again] = this->tag("c++", 9);
    EXPECT_FALSE(again);
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.weight, 5) << "defaults are for a new row only";
    EXPECT_EQ(count<Tag>(this->db), 1);
}

TYPED_TEST(GetOrCreate, LooksForNullAsNull) {
    const std::optional<std::string> none;
    const auto find_it = [&] {
        return got(this->db.template get_or_create<Tag>(duet::by("scope"_c = none, "uses"_c = 3),
                                                        duet::defaults("name"_c = "n")));
    };
    EXPECT_TRUE(find_it().second);
    EXPECT_FALSE(find_it().second);
}

TYPED_TEST(GetOrCreate, SaysWhenSeveralRowsMatch) {
    std::vector<Loose> twins(2, Loose{.name = "twin"});
    did([&] { return this->db.create_bulk(twins); });
    EXPECT_THROW(did([&] { return this->db.template get_or_create<Loose>(duet::by("name"_c = "twin")); }),
                 duet::MultipleFound);
}

TYPED_TEST(GetOrCreate, RefusesDefaultsThatDoNotFit) {
    EXPECT_THROW(this->tag("x", 1000), duet::ValidationError);
    EXPECT_EQ(count<Tag>(this->db), 0);
}

TYPED_TEST(GetOrCreate, TellsOfAConflictThatIsNotItsOwn) {
    this->tag("taken", 1);
    EXPECT_THROW(did([&] {
                     return this->db.template get_or_create<Tag>(duet::by("uses"_c = 77),
                                                                 duet::defaults("name"_c = "taken"));
                 }),
                 duet::UniqueViolation);
}

TYPED_TEST(GetOrCreate, LeavesAnOpenTransactionUsable) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const Tag mine{.name = "mine"};
        co_await later(tx.create(mine));
        bool refused = false;
        try {
            auto task =
                tx.template get_or_create<Tag>(duet::by("uses"_c = 77), duet::defaults("name"_c = "mine"));
            co_await later(std::move(task));
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        auto other = tx.template get_or_create<Tag>(duet::by("name"_c = "other"));
        const auto found = co_await later(std::move(other));
        EXPECT_TRUE(found.second);
    });
    EXPECT_EQ(count<Tag>(this->db), 2);
}

TYPED_TEST(GetOrCreate, UpdateOrCreateWritesItsDefaultsEitherWay) {
    const auto write = [&](int weight) {
        return got(this->db.template update_or_create<Tag>(duet::by("name"_c = "t"),
                                                           duet::defaults("weight"_c = weight)));
    };
    EXPECT_TRUE(write(3).second);
    const auto [updated, created] = write(4);
    EXPECT_FALSE(created);
    EXPECT_EQ(updated.weight, 4);
    EXPECT_EQ(find<Tag>(this->db, updated.id)->weight, 4);
    EXPECT_THROW(write(1000), duet::ValidationError);
    EXPECT_EQ(find<Tag>(this->db, updated.id)->weight, 4);
}

TYPED_TEST(GetOrCreate, HasOneWinnerAmongManyThreads) {
    constexpr int names = 20;
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int n = 0; n < names; ++n)
                winners += this->tag("name " + std::to_string(n), 1).second ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, names);
    EXPECT_EQ(count<Tag>(this->db), names);
}

TEST(GetOrCreateInCoroutines, HasOneWinner) {
    const SqliteFile server;
    duet::AsyncDatabase db{server.url()};
    duet::run(db.create_all(models));
    std::vector<duet::Task<std::pair<Tag, bool>>> tasks;
    for (int i = 0; i < 200; ++i) {
        tasks.push_back(db.get_or_create<Tag>(duet::by("name"_c = "n" + std::to_string(i % 10))));
    }
    const auto results = duet::run(duet::when_all(std::move(tasks)));
    int winners = 0;
    for (const auto& result : results) winners += result.second ? 1 : 0;
    EXPECT_EQ(winners, 10);
}

TEST(GetOrCreateInTransactions, HasOneWinnerAndNobodyLosesWork) {
    const SqliteFile server;
    duet::Database db{server.url()};
    db.create_all(models);
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10; ++n) {
                db.transaction([&](duet::Transaction& tx) {
                    tx.create(Loose{.name = "work"});
                    winners +=
                        tx.get_or_create<Tag>(duet::by("name"_c = "n" + std::to_string(n))).second ? 1 : 0;
                });
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 10);
    EXPECT_EQ(count<Loose>(db), 40);
}

}  // namespace
