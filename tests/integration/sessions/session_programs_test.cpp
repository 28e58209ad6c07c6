#include <duet/session.hpp>

#include "integration/session_models.hpp"

// Programs as users write them, and what goes wrong in them.

namespace {

using namespace duet::test;
using duet::BelongsTo;
using duet::HasMany;

struct Line;
struct Node;

struct Product {
    std::string sku{};
    int stock{};
    duet::Version version{};
    static constexpr auto table =
        duet::table("products", duet::primary_key("sku"), duet::check("in_stock", "stock >= 0"));
};
struct Order {
    std::int64_t id{};
    std::string customer{};
    std::string state = "open";
    HasMany<Line> lines{};
    duet::Version version{};
    static constexpr auto table = duet::table("orders", duet::cascade_orphans("lines"));
};
struct Line {
    BelongsTo<Order> order{};
    int number{};
    BelongsTo<Product, std::string> product{};
    int amount{};
    static constexpr auto table = duet::table("lines", duet::primary_key("order_id", "number"));
};
struct Node {
    std::int64_t id{};
    std::string name{};
    std::optional<BelongsTo<Node>> parent{};
    HasMany<Node> children{};
    static constexpr auto table = duet::table("nodes", duet::cascade_orphans("children"));
};
inline constexpr auto models = duet::models<Product, Order, Line, Node>;

template <class B>
class SessionPrograms : public DatabaseTest<B> {
protected:
    void SetUp() override { plain_db().create_all(models); }
    duet::Database plain_db() { return duet::Database(this->db); }
    template <class F>
    void in_session(F body, duet::TransactionOptions options = {}) {
        in_session_of(this->db, std::move(body), options);
    }
    void stock(const std::string& sku, int stock) { plain_db().create(Product{.sku = sku, .stock = stock}); }
};
TYPED_TEST_SUITE(SessionPrograms, Backends, BackendNames);

TYPED_TEST(SessionPrograms, ImportsOrdersWithFlatMemory) {
    for (int n = 0; n < 5; ++n) this->stock("p" + std::to_string(n), 1000);
    this->in_session([&](auto& s) -> duet::Task<> {
        for (int n = 0; n < 60; ++n) {
            Order& order = s.add(Order{.customer = "c" + std::to_string(n)});
            for (int l = 0; l < 3; ++l) {
                Product& product = co_await same(s.template get<Product>("p" + std::to_string((n + l) % 5)));
                product.stock -= 1;
                s.add(Line{.order = order, .number = l + 1, .product = product, .amount = 1});
            }
            if (n % 20 != 19) continue;
            co_await later_done([&] { return s.flush(); });
            s.expunge_all();
        }
    });
    EXPECT_EQ(this->plain_db().template query<Order>().count(), 60);
    EXPECT_EQ(this->plain_db().template query<Line>().count(), 180);
    EXPECT_EQ(this->plain_db().template get<Product>("p0")->stock, 1000 - 36);
}

TYPED_TEST(SessionPrograms, BooksAnOrderAgainAfterSomebodyElseDid) {
    this->stock("tea", 10);
    int attempts = 0;
    const auto book = [&](auto& s) -> duet::Task<> {
        Product& tea = co_await same(s.template get<Product>("tea"));
        if (++attempts == 1) {
            // Somebody else is quicker, on a connection of his own where there can be one.
            co_await later(s.sql("UPDATE products SET stock = stock - 4, version = version + 1").execute());
        }
        tea.stock -= 3;
        Order& order = s.add(Order{.customer = "Ada"});
        s.add(Line{.order = order, .number = 1, .product = tea, .amount = 3});
    };
    for (;;) {
        try {
            this->in_session(book);
            break;
        } catch (const duet::StaleData& error) {
            EXPECT_NE(std::string(error.what()).find("Product"), std::string::npos) << error.what();
            ASSERT_EQ(attempts, 1);
        }
    }
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(this->plain_db().template get<Product>("tea")->stock, 7);
    EXPECT_EQ(this->plain_db().template query<Line>().related("product"_c).one().product->sku, "tea");
}

TYPED_TEST(SessionPrograms, EditsATree) {
    this->in_session([&](auto& s) -> duet::Task<> {
        Node& root = s.add(Node{.name = "root"});
        for (const char* name : {"a", "b"}) {
            Node& child = s.collection(root, "children"_c).add(Node{.name = name});
            s.collection(child, "children"_c).add(Node{.name = std::string(name) + "1"});
            s.collection(child, "children"_c).add(Node{.name = std::string(name) + "2"});
        }
        co_return;
    });
    Node detached;
    this->in_session([&](auto& s) -> duet::Task<> {
        Node& root = co_await same(
            s.template query<Node>().where("name"_c == "root").related("children.children"_c).one());
        EXPECT_EQ(root.children.size(), 2u);
        Node& a = root.children[0];
        Node& b = root.children[1];
        EXPECT_EQ(b.children.size(), 2u);
        b.children[1].parent = a;                    // moved
        s.collection(root, "children"_c).remove(b);  // an orphan, with what is left below
        detached = a.children[0];
    });
    std::vector<std::string> names;
    for (const Node& node : this->plain_db().template query<Node>().order_by("name").all())
        names.push_back(node.name);
    EXPECT_EQ(names, (std::vector<std::string>{"a", "a1", "a2", "b2", "root"}));
    detached.name = "a1 changed";
    this->in_session([&](auto& s) -> duet::Task<> {
        Node& merged = co_await same(s.merge(detached));
        EXPECT_EQ(s.changes(merged), (std::vector<std::string_view>{"name"}));
        const Node unknown{.id = 999, .name = "from elsewhere", .parent = merged};
        Node& added = co_await same(s.merge(unknown));
        EXPECT_EQ(added.id, 999);
        EXPECT_EQ(s.pending().added, 1u);
    });
    EXPECT_EQ(this->plain_db().template get<Node>(999)->parent->key(), detached.id);
    this->in_session([&](auto& s) -> duet::Task<> {
        Node& root = co_await same(s.template query<Node>().where("name"_c == "root").one());
        s.remove(root);  // nothing is loaded: what is below is found
    });
    EXPECT_EQ(this->plain_db().template query<Node>().count(), 0);
}

TYPED_TEST(SessionPrograms, SayWhatIsWrongWithAnObject) {
    const Node known = this->plain_db().create(Node{.name = "known"});
    this->in_session([&](auto& s) -> duet::Task<> {
        auto owned = std::make_unique<Node>();
        Node& node = s.add(std::move(owned));
        EXPECT_THROW(s.expire(node), duet::InvalidQuery);
        Node& stored = co_await same(s.template get<Node>(known.id));
        Node copy = stored;
        EXPECT_THROW((void)s.is_modified(copy), duet::InvalidQuery);
        EXPECT_THROW(s.remove(copy), duet::InvalidQuery);
        stored.name = "changed";
        s.expunge(stored);
        EXPECT_EQ(s.pending().changed, 0u);
        Node& again = co_await same(s.template get<Node>(known.id));
        EXPECT_NE(&again, &stored);
        EXPECT_EQ(again.name, "known");
        s.remove(again);
        bool refused = false;
        try {
            co_await later_done([&] { return s.refresh(again); });
        } catch (const duet::InvalidQuery& error) {
            refused = true;
            EXPECT_NE(std::string(error.what()).find("remove"), std::string::npos) << error.what();
        }
        EXPECT_TRUE(refused);
        s.expunge(node);
        co_await later_done([&] { return s.flush(); });
        refused = false;
        try {
            co_await later_done([&] { return s.refresh(again); });
        } catch (const duet::InvalidQuery&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        // A row that is gone is a new one again.
        Node& back = s.add(again);
        back.id = 0;
    });
    EXPECT_EQ(this->plain_db().template query<Node>().one().name, "known");
}

TYPED_TEST(SessionPrograms, AddAgainAfterARollback) {
    auto s = got(this->db.begin_session());
    Node& node = s.add(Node{.name = "once"});
    Node& child = s.add(Node{.name = "child", .parent = node});
    did([&] { return s.flush(); });
    EXPECT_GT(child.id, 0);
    did([&] { return s.rollback(); });
    EXPECT_FALSE(s.contains(node));
    EXPECT_EQ(node.id, 0);
    Node& again = s.add(node);
    Node& below = s.add(Node{.name = "child", .parent = again});
    did([&] { return s.commit(); });
    EXPECT_EQ(below.parent->key(), again.id);
    EXPECT_EQ(this->plain_db().template query<Node>().count(), 2);
}

TYPED_TEST(SessionPrograms, NestThreeDeepAndTakeTheMiddleBack) {
    auto s = got(this->db.begin_session());
    Node& node = s.add(Node{.name = "0"});
    {
        auto first = got(s.begin_nested());
        node.name = "1";
        {
            auto second = got(s.begin_nested());
            node.name = "2";
            s.add(Node{.name = "in the middle"});
            {
                auto third = got(s.begin_nested());
                node.name = "3";
                s.add(Node{.name = "innermost"});
                did([&] { return third.commit(); });
            }
            EXPECT_EQ(node.name, "3");
            EXPECT_EQ(s.size(), 3u);
            did([&] { return second.rollback(); });
        }
        EXPECT_EQ(node.name, "1");
        EXPECT_EQ(s.size(), 1u);
        did([&] { return first.commit(); });
    }
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template query<Node>().one().name, "1");
}

TYPED_TEST(SessionPrograms, GoOnAfterACommitThatFailed) {
    this->stock("tea", 1);
    auto s = got(this->db.begin_session());
    Product& tea = got(s.template get<Product>("tea"));
    tea.stock = -1;
    Node& node = s.add(Node{.name = "along"});
    EXPECT_THROW(did([&] { return s.commit(); }), duet::CheckViolation);
    EXPECT_EQ(tea.stock, 1);
    EXPECT_FALSE(s.contains(node));
    Product& again = got(s.template get<Product>("tea"));
    EXPECT_EQ(&again, &tea);
    again.stock = 0;
    did([&] { return s.commit(); });
    EXPECT_EQ(this->plain_db().template get<Product>("tea")->stock, 0);
    EXPECT_EQ(this->plain_db().template query<Node>().count(), 0);
}

TYPED_TEST(SessionPrograms, TwoSessionsOnOneRow) {
    this->stock("tea", 5);
    auto first = got(this->db.begin_session());
    Product& theirs = got(first.template get<Product>("tea"));
    did([&] { return first.commit(); });
    this->in_session([&](auto& s) -> duet::Task<> {
        Product& mine = co_await same(s.template get<Product>("tea"));
        mine.stock = 4;
    });
    theirs.stock = 3;  // before it is read again
    EXPECT_THROW(did([&] { return first.commit(); }), duet::StaleData);
    EXPECT_EQ(theirs.stock, 5);
    EXPECT_EQ(got(first.template get<Product>("tea")).stock, 4);
    theirs.stock = 3;
    did([&] { return first.commit(); });
    EXPECT_EQ(this->plain_db().template get<Product>("tea")->stock, 3);
}

TYPED_TEST(SessionPrograms, NewRowsWithTheSameKeyAreRefused) {
    EXPECT_THROW(this->in_session([&](auto& s) -> duet::Task<> {
        s.add(Product{.sku = "tea"});
        s.add(Product{.sku = "tea"});
        co_return;
    }),
                 duet::UniqueViolation);
    this->in_session([&](auto& s) -> duet::Task<> {
        Product& tea = s.add(Product{.sku = "tea", .stock = 1});
        Product* const found = co_await later(s.template find<Product>("tea"));
        EXPECT_EQ(found, &tea);
        const Product form{.sku = "tea", .stock = 2};
        Product& merged = co_await same(s.merge(form));
        EXPECT_EQ(&merged, &tea);
    });
    EXPECT_EQ(this->plain_db().template get<Product>("tea")->stock, 2);
}

}  // namespace
