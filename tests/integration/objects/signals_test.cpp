#include <duet/signals.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "integration/support.hpp"

namespace {

using namespace duet::test;
namespace signal = duet::signal;

struct Veto : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Knows nothing of those who listen.
struct Item {
    std::int64_t id{};
    std::string name{};
    std::int64_t count{};
    duet::Version version{};
    static constexpr auto table = duet::table("items");
};
struct Other {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("others");
};
struct Audit {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("audits");
};
struct Part {
    std::int64_t owner{};
    std::int64_t number{};
    std::string name{};
    static constexpr auto table = duet::table("parts", duet::primary_key("owner", "number"));
};
struct Leaf;
struct Branch {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Leaf> leaves{};
    duet::SoftDelete trash{};
    static constexpr auto table = duet::table("branches");
};
struct Leaf {
    std::int64_t id{};
    std::string name{};
    duet::BelongsTo<Branch> branch{};
    duet::SoftDelete trash{};
    static constexpr auto table = duet::table("leaves");
};

template <class B>
class Signals : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(duet::models<Item, Other, Audit, Part, Branch, Leaf>); });
    }
    template <class M>
    std::int64_t rows() {
        return got(this->db.template query<M>().count());
    }
    template <class M>
    M made(M object) {
        return got(this->db.create(object));
    }
    std::string take() { return std::exchange(seen, {}); }
    void note(const std::string& word) { seen += (seen.empty() ? "" : " ") + word; }

    std::string seen;
};
TYPED_TEST_SUITE(Signals, Backends, BackendNames);

TYPED_TEST(Signals, ReachThoseWhoListenInTheOrderOfConnection) {
    const auto first = this->db.template connect<Item>(signal::before_save,
                                                       [&](Item& item) { this->note("1 " + item.name); });
    const auto second = this->db.template connect<Item>(
        signal::before_save, [&](Item& item, const duet::HookContext& context) {
            this->note("2 " + std::string(name_of(context.operation())));
            item.name += "!";
        });
    const auto all = this->db.connect(signal::before_save, [&](const duet::HookContext& context) {
        this->note("all " + std::string(context.model().table));
        if (Item* const item = context.template object<Item>()) item->name += "?";
    });
    Item item = this->made(Item{.name = "a"});
    EXPECT_EQ(this->take(), "1 a 2 create all items");
    EXPECT_EQ(got(this->db.template get<Item>(item.id))->name, "a!?");
    this->made(Other{.name = "o"});
    EXPECT_EQ(this->take(), "all others");
}

TYPED_TEST(Signals, AreHeardFromAllHandlesOfADatabaseUntilDisconnected) {
    auto connection = this->db.template connect<Item>(
        signal::after_save, [&](const Item& item, const duet::HookContext&) { this->note(item.name); });
    auto copy = this->db;
    Item item{.name = "a"};
    did([&] { return copy.save(item); });
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        item.name = "b";
        co_await later_done([&] { return tx.save(item); });
    });
    EXPECT_EQ(this->take(), "a b");
    connection.disconnect();
    did([&] { return this->db.save(item); });
    EXPECT_EQ(this->take(), "");
}

TYPED_TEST(Signals, VetoByThrowing) {
    const auto veto = this->db.template connect<Item>(signal::before_remove, [](Item&) { throw Veto("no"); });
    const auto late = this->db.template connect<Item>(signal::after_update, [](Item& item) {
        if (item.count < 0) throw Veto("negative");
    });
    Item item = this->made(Item{.name = "a", .count = 1});
    EXPECT_THROW(did([&] { return this->db.remove(item); }), Veto);
    EXPECT_EQ(this->template rows<Item>(), 1);
    EXPECT_THROW(did([&] { return this->db.update(item, "count"_c = -1); }), Veto);
    EXPECT_EQ(item.count, 1);
    EXPECT_EQ(got(this->db.template get<Item>(item.id))->count, 1);
    did([&] { return this->db.update(item, "count"_c = 2); });
    did([&] { return this->db.save(item); });  // its version is still right
}

TYPED_TEST(Signals, MayWriteInTheSameTransaction) {
    // An audit log by somebody who does not own the model.
    const auto audit = this->db.template connect<Item>(
        signal::after_save, [](Item& item, const duet::HookContext& context) -> duet::Task<> {
            auto tx = context.async_transaction();
            Audit row;
            row.text = std::string(name_of(context.operation())) + " " + item.name;
            co_await tx.create(row);
            if (item.name == "bad") throw Veto("bad");
        });
    this->made(Item{.name = "a"});
    Item bad{.name = "bad"};
    EXPECT_THROW(got(this->db.create(bad)), Veto);
    const auto audits = got(this->db.template query<Audit>().all());
    ASSERT_EQ(audits.size(), 1U);
    EXPECT_EQ(audits[0].text, "create a");
}

TYPED_TEST(Signals, GiveTheTransactionToListenersOfBlockingHandlesOnly) {
    const auto listener =
        this->db.template connect<Item>(signal::after_save, [](Item& item, const duet::HookContext& context) {
            Audit row;
            row.text = item.name;
            context.transaction().create(row);
        });
    Item item{.name = "a"};
    if constexpr (TestFixture::Mode::is_async) {
        EXPECT_THROW(got(this->db.create(item)), duet::InvalidQuery);
        EXPECT_EQ(this->template rows<Item>(), 0);
    } else {
        got(this->db.create(item));
        EXPECT_EQ(this->template rows<Audit>(), 1);
    }
}

TYPED_TEST(Signals, TellOfACommitWhenOthersCanSeeIt) {
    if constexpr (std::is_same_v<typename TypeParam::server_type, SqliteMemory>) {
        GTEST_SKIP() << "there is no second connection to a database in memory";
    } else {
        duet::Database other{this->server.url()};
        std::vector<bool> visible;
        const auto after = this->db.template connect<Item>(signal::after_commit, [&](const Item& item) {
            visible.push_back(other.get<Item>(item.id).has_value());
        });
        this->made(Item{.name = "single"});
        EXPECT_EQ(visible, std::vector<bool>{true});
        in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
            Item item{.name = "a"};
            co_await later_done([&] { return tx.save(item); });
            Item second{.name = "b"};
            second = co_await later(tx.create(second));
            EXPECT_EQ(visible.size(), 1U);
        });
        EXPECT_EQ(visible, std::vector<bool>(3, true));
    }
}

TYPED_TEST(Signals, TellOfRollbacks) {
    const auto after = this->db.template connect<Item>(signal::after_rollback,
                                                       [&](const Item& item) { this->note(item.name); });
    const auto commit = this->db.connect(signal::after_commit, [&](const duet::HookContext& context) {
        this->note("commit " + std::string(context.model().table));
        EXPECT_THROW((void)context.async_transaction(), duet::InvalidQuery);
    });
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    Item item{.name = "a"};
                                    co_await later_done([&] { return tx.save(item); });
                                    throw Veto("all of it");
                                }),
                 Veto);
    EXPECT_EQ(this->take(), "a");
    this->made(Other{.name = "o"});
    EXPECT_EQ(this->take(), "commit others");
}

TYPED_TEST(Signals, AreNotHeardOfBulkWritesUnlessAskedFor) {
    std::vector<Item> items;
    for (int i = 0; i < 4; ++i) {
        Item item;
        item.name = "n" + std::to_string(i);
        item.count = i;
        items.push_back(item);
    }
    got(this->db.create_bulk(items));
    const auto before = this->db.template connect<Item>(signal::before_update, [&](Item& item) {
        this->note("<" + item.name + std::to_string(item.count));
        if (item.name == "n2") item.name = "odd";
    });
    const auto after = this->db.template connect<Item>(
        signal::after_update, [&](Item& item) { this->note(item.name + std::to_string(item.count) + ">"); });
    const auto query = duet::query<Item>().where("count"_c > 0);
    EXPECT_EQ(got(this->db.query(query).update_bulk("count"_c = 7)), 3);
    EXPECT_EQ(this->take(), "");
    EXPECT_EQ(got(this->db.query(query).update_bulk("count"_c = 9, duet::with_hooks)), 3);
    EXPECT_EQ(this->take(), "<n19 <n29 <n39 n19> odd9> n39>");
    EXPECT_EQ(got(this->db.template query<Item>().where("name"_c == "odd").count()), 1);
    EXPECT_EQ(got(this->db.template query<Item>().where("count"_c == 9).count()), 3);

    // What the database computes is known afterwards.
    EXPECT_EQ(got(this->db.query(query).order_by("-id").limit(1).update_bulk("count"_c = "count"_c + 1,
                                                                             duet::with_hooks)),
              1);
    EXPECT_EQ(this->take(), "<n39 n310>");
    EXPECT_THROW(got(this->db.template query<Item>().update_bulk("count"_c = 1, duet::with_hooks)),
                 duet::InvalidQuery);
    EXPECT_THROW(got(this->db.query(query).update_bulk("id"_c = 1, duet::with_hooks)), duet::InvalidQuery);
}

TYPED_TEST(Signals, LetABulkWriteChangeWhatItsConditionAsksFor) {
    std::vector<Item> items(1203);
    for (std::size_t i = 0; i < items.size(); ++i) items[i].name = "x";
    got(this->db.create_bulk(items));
    std::size_t calls = 0;
    const auto before = this->db.template connect<Item>(signal::before_update, [&](Item&) { ++calls; });
    const duet::StatementCounter counter(this->db);
    EXPECT_EQ(got(this->db.template query<Item>()
                      .where("name"_c == "x")
                      .update_bulk("name"_c = "y", duet::with_hooks)),
              1203);
    EXPECT_EQ(calls, items.size());
    EXPECT_LE(counter.count(), 10U);
    EXPECT_EQ(got(this->db.template query<Item>().where("name"_c == "y").count()), 1203);
}

TYPED_TEST(Signals, TakeABulkWriteBackAsAWhole) {
    std::vector<Item> items(3);
    items[2].name = "precious";
    got(this->db.create_bulk(items));
    auto veto = this->db.template connect<Item>(signal::before_remove, [&](Item& item) {
        this->note("-" + item.name);
        if (item.name == "precious") throw Veto("no");
    });
    EXPECT_THROW(got(this->db.template query<Item>().delete_bulk(duet::all_rows, duet::with_hooks)), Veto);
    EXPECT_EQ(this->template rows<Item>(), 3);
    this->take();
    EXPECT_EQ(got(this->db.template query<Item>().where("name"_c == "").delete_bulk(duet::with_hooks)), 2);
    EXPECT_EQ(this->take(), "- -");
    EXPECT_EQ(this->template rows<Item>(), 1);
    EXPECT_EQ(got(this->db.template query<Item>().delete_bulk(duet::all_rows)), 1);
    EXPECT_EQ(this->take(), "");
}

TYPED_TEST(Signals, ReachRowsWithCompositeKeysInBulk) {
    std::vector<Part> parts(3);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].owner = 1;
        parts[i].number = static_cast<std::int64_t>(i);
    }
    got(this->db.create_bulk(parts));
    const auto before = this->db.template connect<Part>(
        signal::before_save, [&](Part& part) { part.name += std::to_string(part.number); });
    EXPECT_EQ(
        got(this->db.template query<Part>().update_bulk("name"_c = "p", duet::all_rows, duet::with_hooks)),
        3);
    EXPECT_EQ(got(this->db.template query<Part>().where("name"_c == "p2").count()), 1);
    const auto removed =
        this->db.template connect<Part>(signal::after_remove, [&](Part&) { this->note("r"); });
    EXPECT_EQ(got(this->db.template query<Part>().delete_bulk(duet::all_rows, duet::with_hooks)), 3);
    EXPECT_EQ(this->take(), "r r r");
}

TYPED_TEST(Signals, ReachTheRowsThatASoftDeleteCascadesTo) {
    Branch branch = this->made(Branch{.name = "b"});
    for (const char* const name : {"1", "2"}) {
        Leaf leaf;
        leaf.name = name;
        leaf.branch = branch;
        this->made(std::move(leaf));
    }
    const auto before = this->db.template connect<Leaf>(signal::before_remove,
                                                        [&](Leaf& leaf) { this->note("-" + leaf.name); });
    const auto after = this->db.template connect<Leaf>(signal::after_remove,
                                                       [&](Leaf& leaf) { this->note(leaf.name + "-"); });
    const auto back = this->db.template connect<Leaf>(signal::after_update,
                                                      [&](Leaf& leaf) { this->note("+" + leaf.name); });
    did([&] { return this->db.remove(branch, duet::soft_cascade); });
    EXPECT_EQ(this->take(), "-1 -2 1- 2-");
    EXPECT_EQ(this->template rows<Leaf>(), 0);
    EXPECT_TRUE(got(this->db.restore(branch, duet::soft_cascade)));
    EXPECT_EQ(this->take(), "+1 +2");
    EXPECT_EQ(this->template rows<Leaf>(), 2);
    {
        const auto veto =
            this->db.template connect<Leaf>(signal::before_remove, [](Leaf&) { throw Veto("no"); });
        EXPECT_THROW(did([&] { return this->db.remove(branch, duet::soft_cascade); }), Veto);
    }
    EXPECT_EQ(this->template rows<Leaf>(), 2);
    EXPECT_EQ(this->template rows<Branch>(), 1);
}

TYPED_TEST(Signals, TellOfStatementsBeforeTheyAreSentAndAfterwards) {
    Item item = this->made(Item{.name = "a"});
    std::vector<std::string> sent;
    std::size_t done = 0;
    bool refuses = false;
    const auto before = this->db.connect(signal::before_query, [&](const duet::QueryStart& start) {
        sent.emplace_back(start.sql);
        if (refuses && start.sql.starts_with("DELETE")) throw Veto("nothing is deleted here");
    });
    const auto after = this->db.connect(signal::after_query, [&](const duet::QueryEvent&) { ++done; });
    (void)got(this->db.template get<Item>(item.id));
    EXPECT_EQ(sent.size(), 1U);
    EXPECT_EQ(done, 1U);
    refuses = true;
    EXPECT_THROW(did([&] { return this->db.remove(item); }), Veto);
    EXPECT_EQ(this->template rows<Item>(), 1);
    refuses = false;
    did([&] { return this->db.remove(item); });
    EXPECT_EQ(this->template rows<Item>(), 0);
}

TYPED_TEST(Signals, CostAListenerlessWriteNoStatement) {
    {
        const auto gone = this->db.template connect<Item>(signal::after_save, [](Item&) {});
    }
    const auto other = this->db.template connect<Other>(signal::after_save, [](Other&) {});
    const duet::StatementCounter counter(this->db);
    this->made(Item{.name = "a"});
    EXPECT_EQ(counter.count(), 1U);
}

}  // namespace
