#include <duet/duet.hpp>

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// clang-format off: one option a line reads better
// [model]
using namespace duet::literals;

struct Post;

struct User {
    std::int64_t id{};  // an integral `id` is the primary key; the database assigns it
    std::string email{};
    std::string name{};
    int age{};
    std::optional<std::string> bio{};  // may be NULL
    bool is_active = true;
    duet::Timestamp created_at{};
    duet::HasMany<Post> posts{};  // no column: the rows whose `author` refers here

    static constexpr auto table =
        duet::table("users", duet::unique("email"), duet::index("name", "-created_at"),
                    duet::check("age_not_negative", "age >= 0"), duet::default_now("created_at"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};  // the column author_id
    std::vector<std::string> tags{};

    static constexpr auto table = duet::table("posts", duet::on_delete("author", duet::cascade));
};

inline constexpr auto models = duet::models<User, Post>;
// [/model]
// clang-format on

// [keys]
struct Country {
    std::string code{};
    std::string name{};

    static constexpr auto table = duet::table("countries", duet::primary_key("code"));  // a natural key
};

struct City {
    duet::Uuid id{};  // nil when new: create() makes a version 7 UUID
    std::string name{};
    duet::BelongsTo<Country, std::string> country{};  // the key's type, where it is no integer

    static constexpr auto table = duet::table("cities");
};

struct Distance {
    std::string from{};
    std::string to{};
    int kilometres{};

    static constexpr auto table =
        duet::table("distances", duet::primary_key("from", "to"));  // a composite key
};
// [/keys]

// [enums]
enum class Status { draft, published, withdrawn };  // stored as text: 'draft', 'published', ...

enum class Priority { low = 1, high = 10 };
template <>
struct duet::enum_options<Priority> {
    static constexpr bool as_integer = true;  // stored as 1 and 10
    static constexpr int first = 0;           // where to look for enumerators
    static constexpr int last = 10;
};
// [/enums]

// [trait]
struct Money {
    std::int64_t cents{};
    bool operator==(const Money&) const = default;
};

template <>
struct duet::column_type<Money> {
    using stored = std::int64_t;
    static std::int64_t to(const Money& money) { return money.cents; }
    static Money from(std::int64_t cents) { return {cents}; }
};
// [/trait]

struct Article {
    std::int64_t id{};
    Status status{};
    Priority priority = Priority::low;
    Money price{};

    static constexpr auto table = duet::table("articles");
};

// clang-format off
// [options]
struct Order {
    std::int64_t id{};
    std::string number{};
    duet::Decimal total{};
    duet::Date placed_on{};
    std::optional<duet::BelongsTo<User>> customer{};  // customer_id may be NULL
    std::string note{};
    std::optional<duet::Timestamp> shipped_at{};

    static constexpr auto table = duet::table("orders",
        duet::unique("number").named("one_order_per_number"),
        duet::index("-placed_on").where("shipped_at IS NULL").named("open"),  // partial, descending
        duet::check("total_is_positive", "total > 0"),
        duet::default_now("placed_on"),
        duet::default_sql("note", "''"),  // for rows that others write
        duet::on_delete("customer", duet::set_null),
        duet::column_name("note", "remark"),
        duet::decimal_as_text("total"));
};

struct Shipment {
    std::int64_t id{};
    std::string origin{};
    std::string target{};

    static constexpr auto table = duet::table(
        "shipments",
        duet::foreign_key(duet::columns("origin", "target"), "distances", duet::columns("from", "to")));
};
// [/options]
// clang-format on

// [behaviours]
struct Document {
    std::int64_t id{};
    std::string text{};
    duet::Timestamps times{};     // created_at, updated_at: kept by the library
    duet::SoftDelete deletion{};  // deleted_at: remove() marks the row, queries pass over it
    duet::Version lock{};         // version: saving over somebody else's change throws StaleData

    static constexpr auto table = duet::table("documents");
};
// [/behaviours]

// [own_behaviour]
inline thread_local std::string current_user = "nobody";

struct SignedBy {
    std::string changed_by{};

    static void sign(void* member, const duet::WriteMoment& /*moment*/) {
        static_cast<SignedBy*>(member)->changed_by = current_user;
    }
    static constexpr duet::Behaviour behaviour{.before_insert = &sign, .before_update = &sign};
};

struct Contract {
    std::int64_t id{};
    std::string text{};
    SignedBy signature{};  // adds the column changed_by

    static constexpr auto table = duet::table("contracts");
};
// [/own_behaviour]

namespace {

struct Models : testing::Test {
    duet::Database db{"sqlite://:memory:"};
};

TEST_F(Models, Tables) {
    // [create_all]
    db.create_all(models);
    // [/create_all]
    db.create_all(duet::models<User, Post, Order>);
    EXPECT_EQ(db.introspect().tables.size(), 3U);
    const User ada = db.create(User{.email = "a", .name = "Ada"});
    const Order order = db.create(
        Order{.number = "1", .total = duet::Decimal::parse("12345678901234567890.12"), .customer = ada});
    EXPECT_EQ(db.get<Order>(order.id)->total, order.total);
    EXPECT_NE(order.placed_on, duet::Date{});
    const duet::DatabaseSchema schema = db.introspect();
    EXPECT_EQ(schema.table("orders")->column("remark")->type, "text");
}

TEST_F(Models, Keys) {
    db.create_all(duet::models<Country, City, Distance>);
    // [use_keys]
    const Country norway = db.create(Country{.code = "NO", .name = "Norway"});
    const City oslo = db.create(City{.name = "Oslo", .country = norway});
    db.create(Distance{.from = "Oslo", .to = "Bergen", .kilometres = 305});

    const auto found = db.get<City>(oslo.id);
    const auto way = db.get<Distance>(duet::key("Oslo", "Bergen"));
    // [/use_keys]
    EXPECT_EQ(found->country.key(), "NO");
    EXPECT_EQ(way->kilometres, 305);
    EXPECT_EQ(oslo.id.version(), 7);
}

TEST_F(Models, Enums) {
    db.create_all(duet::models<Article>);
    db.create(Article{.status = Status::published, .priority = Priority::high, .price = {1999}});
    // [use_trait]
    const auto cheap =
        db.query<Article>().where("price"_c < Money{2000} && "status"_c == Status::published).all();
    // [/use_trait]
    ASSERT_EQ(cheap.size(), 1U);
    EXPECT_EQ(cheap[0].price, Money{1999});
    EXPECT_EQ(db.sql("SELECT status FROM articles").scalar<std::string>(), "published");
    EXPECT_EQ(db.sql("SELECT priority FROM articles").scalar<int>(), 10);
}

TEST_F(Models, Behaviours) {
    db.create_all(duet::models<Document, Contract>);
    Document one = db.create(Document{.text = "one"});
    // [use_behaviours]
    Document mine = *db.get<Document>(one.id);
    Document yours = *db.get<Document>(one.id);
    mine.text = "mine";
    db.save(mine);
    yours.text = "yours";
    EXPECT_THROW(db.save(yours), duet::StaleData);
    // [/use_behaviours]
    EXPECT_GE(mine.times.updated_at, mine.times.created_at);
    EXPECT_EQ(mine.lock.version, 2);
    EXPECT_EQ(db.create(Contract{.text = "x"}).signature.changed_by, "nobody");
    // A behaviour's columns are columns of the model.
    EXPECT_EQ(db.query<Document>().where("updated_at"_c >= one.times.created_at).order_by("-version").count(),
              1);
    EXPECT_EQ(db.query<Contract>().where("changed_by"_c == "nobody").count(), 1);
}

TEST_F(Models, Shipments) { db.create_all(duet::models<Distance, Shipment>); }

}  // namespace
