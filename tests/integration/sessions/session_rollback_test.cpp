#include <duet/session.hpp>

#include "integration/session_models.hpp"

namespace {

using namespace duet::test;
using duet::ManyToMany;

struct Item;

struct Label {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("labels", duet::unique("name"));
};
struct Item {
    std::int64_t id{};
    std::string name{};
    int amount{};
    std::optional<double> price{};
    std::vector<std::string> words{};
    duet::Json extra{};
    duet::Decimal weight{};
    ManyToMany<Label> labels{};
    duet::Timestamps times{};
    duet::Version version{};
    static constexpr auto table =
        duet::table("items", duet::unique("name"), duet::check("amount_not_negative", "amount >= 0"));
};
struct Paper {
    duet::Uuid id{};
    std::string name{};
    duet::SoftDelete soft_delete{};
    static constexpr auto table = duet::table("papers");
};
struct Place {
    std::string code{};
    std::string name{};
    static constexpr auto table = duet::table("places", duet::primary_key("code"));
};
inline constexpr auto models = duet::models<Label, Item, Paper, Place>;

template <class B>
class SessionRollback : public DatabaseTest<B> {
protected:
    void SetUp() override {
        plain_db().create_all(models);
        std::vector<Item> items{{.name = "a", .amount = 1, .words = {"x", "y"}}, {.name = "b", .amount = 2}};
        plain_db().create_bulk(items);
    }
    duet::Database plain_db() { return duet::Database(this->db); }
    template <class F>
    void in_session(F body) {
        in_session_of(this->db, std::move(body));
    }
    Item item(const std::string& name) {
        return plain_db().template query<Item>().where("name"_c == name).one();
    }
};
TYPED_TEST_SUITE(SessionRollback, Backends, BackendNames);

/// A savepoint of a session as one coroutine for both modes.
template <class S, class F>
duet::Task<> nested(S& s, F body) {
    if constexpr (std::is_same_v<S, duet::AsyncSession>) {
        auto block = [&body](S& inner) -> duet::Task<> { co_await body(inner); };
        co_await s.transaction(block);
    } else {
        s.transaction([&body](S& inner) { duet::detail::complete_inline(body(inner)); });
        co_return;
    }
}

TYPED_TEST(SessionRollback, FindsChangesOfEveryKindOfColumn) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Item& item = co_await same(s.template query<Item>().where("name"_c == "a").one());
        using Names = std::vector<std::string_view>;
        EXPECT_EQ(s.changes(item), Names{});
        item.price = 1.5;
        EXPECT_EQ(s.changes(item), (Names{"price"}));
        item.words.push_back("z");
        item.extra = duet::Json::object({{"k", 1}});
        item.weight = duet::Decimal::parse("1.50");
        EXPECT_EQ(s.changes(item), (Names{"price", "words", "extra", "weight"}));
        item.price.reset();
        item.words.pop_back();
        EXPECT_EQ(s.changes(item), (Names{"extra", "weight"}));
        co_await later_done([&] { return s.flush(); });
        EXPECT_EQ(s.changes(item), Names{});
        item.words = {"new"};
        item.extra = duet::Json();
        s.expire(item);
        EXPECT_EQ(item.words, (std::vector<std::string>{"x", "y"}));
        EXPECT_EQ(item.extra, duet::Json::object({{"k", 1}}));
        EXPECT_EQ(item.weight.to_string(), "1.50");
    });
}

TYPED_TEST(SessionRollback, ChangesManyRowsTogether) {
    this->in_session([&](auto& s) -> duet::Task<> {
        for (int n = 0; n < 20; ++n) s.add(Item{.name = "n" + std::to_string(n), .amount = n});
        co_await later_done([&] { return s.flush(); });
        const auto all = co_await later(s.template query<Item>().order_by("id").all());
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].amount += 1000;
            if (i % 2 == 0) all[i].price = static_cast<double>(i) + 0.5;
            all[i].weight = duet::Decimal::parse("1.2" + std::to_string(i % 10));
            all[i].extra = duet::Json::object({{"i", static_cast<int>(i)}});
            if (i % 5 == 0) all[i].words = {"w", std::to_string(i)};
            if (i % 7 == 0) all[i].name += "!";
        }
        co_await later_done([&] { return s.flush(); });
        for (Item& item : all) {
            EXPECT_FALSE(s.is_modified(item));
            item.price.reset();
        }
    });
    const auto all = this->plain_db().template query<Item>().order_by("id").all();
    ASSERT_EQ(all.size(), 22u);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Item& item = all[i];
        EXPECT_GE(item.amount, 1000);
        EXPECT_FALSE(item.price.has_value());
        EXPECT_EQ(item.weight, duet::Decimal::parse("1.2" + std::to_string(i % 10)));
        EXPECT_EQ(item.extra["i"].as_int(), static_cast<std::int64_t>(i));
        if (i % 5 == 0) {
            EXPECT_EQ(item.words, (std::vector<std::string>{"w", std::to_string(i)}));
        }
        EXPECT_EQ(item.name.back() == '!', i % 7 == 0);
        EXPECT_EQ(item.version.version, i % 2 == 0 ? 3 : 2);
    }
}

TYPED_TEST(SessionRollback, SaysThatARowIsGone) {
    auto s = got(this->db.begin_session());
    const auto all = got(s.template query<Item>().order_by("id").all());
    did([&] { return s.commit(); });
    this->plain_db().template query<Item>().where("name"_c == "b").delete_bulk();
    s.expire_on_commit(false);
    for (Item& item : all) item.amount = 9;
    EXPECT_THROW(did([&] { return s.flush(); }), duet::NotFound);
    EXPECT_EQ(s.pending().changed, 2u);
    EXPECT_EQ(all[0].version.version, 1);
    s.expunge(all[1]);
    did([&] { return s.commit(); });
    EXPECT_EQ(this->item("a").amount, 9);
}

TYPED_TEST(SessionRollback, BringsObjectsBackWithASavepoint) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Item& first = co_await same(s.template query<Item>().where("name"_c == "a").one());
        Item& second = co_await same(s.template query<Item>().where("name"_c == "b").one());
        first.amount = 10;  // belongs to the transaction around
        Item* added = nullptr;
        bool thrown = false;
        try {
            co_await nested(s, [&](auto& inner) -> duet::Task<> {
                first.amount = 20;
                first.words.clear();
                added = &inner.add(Item{.name = "c", .amount = 3});
                inner.remove(second);
                co_await later_done([&] { return inner.flush(); });
                EXPECT_GT(added->id, 0);
                EXPECT_FALSE(inner.contains(second));
                first.amount = 30;
                throw std::string("back");
            });
        } catch (const std::string&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_EQ(first.amount, 10);
        EXPECT_EQ(first.words.size(), 2u);
        EXPECT_EQ(first.version.version, 2);
        EXPECT_TRUE(s.contains(second));
        EXPECT_FALSE(s.contains(*added));
        EXPECT_EQ(added->id, 0);
        EXPECT_EQ(added->name, "c");
        EXPECT_EQ(s.pending().added + s.pending().changed + s.pending().removed, 0u);
        const auto count = co_await later(s.template query<Item>().count());
        EXPECT_EQ(count, 2);
        second.amount = 5;
        co_await nested(s, [&](auto&) -> duet::Task<> {
            first.amount = 11;
            co_return;
        });
        EXPECT_EQ(first.amount, 11);
    });
    EXPECT_EQ(this->item("a").amount, 11);
    EXPECT_EQ(this->item("b").amount, 5);
}

TYPED_TEST(SessionRollback, BringsObjectsBackThroughSeveralLevels) {
    auto s = got(this->db.begin_session());
    Item& item = got(s.template query<Item>().where("name"_c == "a").one());
    {
        auto outer = got(s.begin_nested());
        item.amount = 2;
        {
            auto inner = got(s.begin_nested());
            item.amount = 3;
            s.add(Item{.name = "in", .amount = 1});
            did([&] { return inner.commit(); });
        }
        EXPECT_EQ(item.amount, 3);
        EXPECT_EQ(s.size(), 2u);
    }  // not committed
    EXPECT_EQ(item.amount, 1);
    EXPECT_EQ(s.size(), 1u);
    item.amount = 4;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->item("a").amount, 4);
    EXPECT_EQ(this->plain_db().template query<Item>().count(), 2);
}

TYPED_TEST(SessionRollback, KeepsObjectsAsTheyWereWhenWritingFails) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Item& item = co_await same(s.template query<Item>().where("name"_c == "a").one());
        Item& other = s.add(Item{.name = "fresh", .amount = 1});
        Item& wrong = s.add(Item{.name = "b", .amount = 1});  // taken
        item.amount = 7;
        bool violated = false;
        try {
            co_await later_done([&] { return s.flush(); });
        } catch (const duet::UniqueViolation&) {
            violated = true;
        }
        EXPECT_TRUE(violated);
        EXPECT_EQ(other.id, 0);
        EXPECT_EQ(wrong.id, 0);
        EXPECT_EQ(item.amount, 7);
        EXPECT_EQ(item.version.version, 1);
        EXPECT_EQ(s.pending().added, 2u);
        EXPECT_EQ(s.pending().changed, 1u);
        wrong.name = "c";  // and on it goes
        co_await later_done([&] { return s.flush(); });
        EXPECT_GT(other.id, 0);
        EXPECT_EQ(item.version.version, 2);
    });
    EXPECT_EQ(this->plain_db().template query<Item>().count(), 4);
    EXPECT_EQ(this->item("a").amount, 7);
}

TYPED_TEST(SessionRollback, IsAsBeforeWhenACommitFails) {
    auto s = got(this->db.begin_session());
    Item& item = got(s.template query<Item>().where("name"_c == "a").one());
    Item& added = s.add(Item{.name = "c"});
    item.amount = -1;
    EXPECT_THROW(did([&] { return s.commit(); }), duet::CheckViolation);
    EXPECT_EQ(item.amount, 1);
    EXPECT_FALSE(s.contains(added));
    item.amount = 2;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->item("a").amount, 2);
    EXPECT_EQ(this->plain_db().template query<Item>().count(), 2);
}

TYPED_TEST(SessionRollback, NoticesThatSomebodyElseChangedARow) {
    auto s = got(this->db.begin_session());
    Item& item = got(s.template query<Item>().where("name"_c == "a").one());
    Item& other = got(s.template query<Item>().where("name"_c == "b").one());
    did([&] { return s.commit(); });  // lets go of the database
    s.expire_on_commit(false);
    Item theirs = this->item("b");
    theirs.amount = 50;
    this->plain_db().save(theirs);
    item.amount = 10;
    other.amount = 20;
    EXPECT_THROW(did([&] { return s.flush(); }), duet::StaleData);
    EXPECT_EQ(item.amount, 10);
    EXPECT_EQ(item.version.version, 1);
    EXPECT_EQ(other.amount, 20);
    EXPECT_EQ(s.pending().changed, 2u);
    did([&] { return s.refresh(other); });
    EXPECT_EQ(other.amount, 50);
    other.amount = 60;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->item("a").amount, 10);
    EXPECT_EQ(this->item("b").amount, 60);
    EXPECT_EQ(this->item("b").version.version, 3);
}

TYPED_TEST(SessionRollback, KeepsTimesOfRowsThatChangedOnly) {
    const Item before = this->item("a");
    this->in_session([&](auto& s) -> duet::Task<> {
        const auto all = co_await later(s.template query<Item>().order_by("name").all());
        all[1].amount = 9;
    });
    EXPECT_EQ(this->item("a").times.updated_at, before.times.updated_at);
    const Item b = this->item("b");
    EXPECT_GT(b.times.updated_at, b.times.created_at);
    EXPECT_EQ(b.version.version, 2);
    EXPECT_EQ(this->item("a").version.version, 1);
}

TYPED_TEST(SessionRollback, MarksRowsOfModelsWithSoftDelete) {
    duet::Uuid id;
    this->in_session([&](auto& s) -> duet::Task<> {
        Paper& paper = s.add(Paper{.name = "p"});
        co_await later_done([&] { return s.flush(); });
        id = paper.id;
        EXPECT_FALSE(id.is_nil());
        Paper* const found = co_await later(s.template find<Paper>(id));
        EXPECT_EQ(found, &paper);
    });
    this->in_session([&](auto& s) -> duet::Task<> {
        Paper& paper = co_await same(s.template get<Paper>(id));
        s.remove(paper);
        co_await later_done([&] { return s.flush(); });
        Paper* const none = co_await later(s.template find<Paper>(id));
        EXPECT_EQ(none, nullptr);
    });
    EXPECT_EQ(this->plain_db().template query<Paper>().with_deleted().count(), 1);
    EXPECT_EQ(this->plain_db().template query<Paper>().count(), 0);
}

TYPED_TEST(SessionRollback, KnowsNewObjectsByTheirNaturalKeys) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Place& place = s.add(Place{.code = "AR", .name = "Argentina"});
        Place& found = co_await same(s.template get<Place>("AR"));
        EXPECT_EQ(&found, &place);
        co_await later_done([&] { return s.flush(); });
        Place& again = co_await same(s.template get<Place>(std::string("AR")));
        EXPECT_EQ(&again, &place);
        place.code = "AA";
        bool refused = false;
        try {
            co_await later_done([&] { return s.flush(); });
        } catch (const duet::InvalidQuery&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        s.expire(place);
        EXPECT_EQ(place.code, "AR");
    });
}

TYPED_TEST(SessionRollback, RefusesObjectsOfOthers) {
    auto s = got(this->db.begin_session());
    did([&] { return s.commit(); });  // lets go of the database
    auto other = got(this->db.begin_session());
    Item stray{.name = "stray"};
    EXPECT_THROW(s.remove(stray), duet::InvalidQuery);
    EXPECT_THROW(s.expire(stray), duet::InvalidQuery);
    Item& item = s.add(Item{.name = "mine"});
    EXPECT_THROW(other.remove(item), duet::InvalidQuery);
    EXPECT_THROW((void)other.is_modified(item), duet::InvalidQuery);
    s.expunge(item);
    EXPECT_FALSE(s.contains(item));
    EXPECT_EQ(item.name, "mine");
    EXPECT_EQ(s.pending().added, 0u);
}

TYPED_TEST(SessionRollback, LetsGoOfEverythingInBulkImports) {
    this->in_session([&](auto& s) -> duet::Task<> {
        for (int n = 0; n < 300; ++n) {
            s.add(Item{.name = "bulk" + std::to_string(n), .amount = n});
            if (n % 100 != 99) continue;
            co_await later_done([&] { return s.flush(); });
            s.expunge_all();
            EXPECT_EQ(s.size(), 0u);
        }
        Item& one = co_await same(s.template query<Item>().where("name"_c == "bulk7").one());
        EXPECT_EQ(one.amount, 7);
    });
    EXPECT_EQ(this->plain_db().template query<Item>().count(), 302);
}

TYPED_TEST(SessionRollback, ReadsObjectsAgainAfterBulkWrites) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Item& item = co_await same(s.template query<Item>().where("name"_c == "a").one());
        const auto id = item.id;
        item.name = "first";
        const auto changed = co_await later(
            s.template query<Item>().where("amount"_c >= 0).update_bulk("amount"_c = "amount"_c + 100));
        EXPECT_EQ(changed, 2);
        EXPECT_EQ(item.amount, 1);
        Item& again = co_await same(s.template get<Item>(id));
        EXPECT_EQ(&again, &item);
        EXPECT_EQ(item.amount, 101);
        EXPECT_EQ(item.name, "first");
        item.amount = 102;  // with the version that the update has left
    });
    EXPECT_EQ(this->item("first").amount, 102);
}

TYPED_TEST(SessionRollback, BringsLinksBack) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Item& item = co_await same(s.template query<Item>().where("name"_c == "a").related("labels"_c).one());
        auto labels = s.collection(item, "labels"_c);
        labels.add(Label{.name = "kept"});
        bool thrown = false;
        try {
            co_await nested(s, [&](auto& inner) -> duet::Task<> {
                auto there = inner.collection(item, "labels"_c);
                there.add(Label{.name = "gone"});
                there.remove(there[0]);
                co_await later_done([&] { return inner.flush(); });
                EXPECT_EQ(there.size(), 1u);
                throw std::string("back");
            });
        } catch (const std::string&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_EQ(labels.size(), 1u);
        EXPECT_EQ(labels[0].name, "kept");
    });
    const Item item =
        this->plain_db().template query<Item>().where("name"_c == "a").related("labels"_c).one();
    ASSERT_EQ(item.labels.size(), 1u);
    EXPECT_EQ(item.labels[0].name, "kept");
}

}  // namespace
