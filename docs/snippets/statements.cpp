#include <duet/functions.hpp>
#include <duet/statement.hpp>

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

// [models]
struct Order;

struct Customer {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Order> orders{};
    static constexpr auto table = duet::table("customers");
};

struct Order {
    std::int64_t id{};
    std::string status{};
    int total{};
    duet::BelongsTo<Customer> customer{};
    static constexpr auto table = duet::table("orders");
};

struct Employee {
    std::int64_t id{};
    std::string name{};
    int salary{};
    std::optional<duet::BelongsTo<Employee>> boss{};
    static constexpr auto table = duet::table("employees");
};
// [/models]

namespace {

class Statements : public ::testing::Test {
protected:
    duet::Database db{"sqlite://:memory:"};

    void SetUp() override {
        db.create_all(duet::models<Customer, Order, Employee>);
        db.create_bulk(std::vector<Customer>{
            {.id = 1, .name = "Ada"}, {.id = 2, .name = "Grace"}, {.id = 3, .name = "Eve"}});
        db.create_bulk(std::vector<Order>{{.status = "completed", .total = 40, .customer = 1},
                                          {.status = "completed", .total = 70, .customer = 1},
                                          {.status = "open", .total = 15, .customer = 2}});
        db.create_bulk(std::vector<Employee>{{.id = 1, .name = "Root", .salary = 9},
                                             {.id = 2, .name = "Lin", .salary = 12, .boss = 1},
                                             {.id = 3, .name = "Kim", .salary = 5, .boss = 2}});
    }
};

TEST_F(Statements, GoOnWhereAQueryEnds) {
    // [query]
    auto statement = db.query<Order>()
                         .where("status"_c == "completed")
                         .order_by("-total")
                         .related("customer"_c)  // is loaded as ever
                         .statement()
                         .add_columns(("total"_c * 2).as("twice"));
    statement = statement.limit(10);  // of the same type as long as the columns stay

    for (auto& [order, twice] : db.execute(statement)) {  // Order&, std::int64_t&
        EXPECT_EQ(twice, order.total * 2);
        EXPECT_EQ(order.customer->name, "Ada");
    }
    // [/query]
    EXPECT_EQ(db.execute(statement).all().size(), 2U);

    // [results]
    struct Line {
        std::int64_t twice;
        std::string status;
    };
    const std::vector<Line> lines = db.execute(statement).as<Line>().all();     // by the names of the columns
    const auto tuples = db.execute(statement).as<Order, std::int64_t>().all();  // by position
    const auto best = db.execute(statement).first();                            // std::optional
    const auto count = db.execute(duet::select(duet::count()).from<Order>()).scalar();  // std::int64_t
    int seen = 0;
    for (const auto& [order, twice] : db.execute(statement).iterate(1000))
        seen += order.total;  // flat memory
    // [/results]
    EXPECT_EQ(lines.front().twice, 140);
    EXPECT_EQ(std::get<1>(tuples.at(1)), 80);
    EXPECT_EQ(std::get<0>(*best).total, 70);
    EXPECT_EQ(count, 3);
    EXPECT_EQ(seen, 110);
}

TEST_F(Statements, Rank) {
    // [rank]
    const auto ranked = db.query<Order>().order_by("id").statement().add_columns(
        duet::row_number().over(duet::partition_by("customer"_c), duet::order_by("-total")).as("place"));
    for (auto& [order, place] : db.execute(ranked).as<Order, std::int64_t>()) {
        EXPECT_EQ(place, order.total == 40 ? 2 : 1);
    }
    // [/rank]
}

TEST_F(Statements, AreBuiltFromColumns) {
    // [select]
    const auto totals = duet::select("customer.name"_c, duet::sum("total"_c).as("total"))
                            .from<Order>()
                            .where("status"_c != "cancelled")
                            .group_by("customer.name"_c)
                            .having(duet::count() > 1)
                            .order_by(duet::desc(duet::label("total")));
    for (const auto& [name, total] : db.execute(totals)) {  // std::string, std::optional<std::int64_t>
        EXPECT_EQ(name, "Ada");
        EXPECT_EQ(total, 110);
    }
    // [/select]

    // [alias]
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto underpaid_bosses = duet::select("name"_c, boss("name"_c).as("boss_name"))
                                      .from<Employee>()
                                      .join(boss, boss("id"_c) == "boss"_c)
                                      .where(boss("salary"_c) < "salary"_c);
    // [/alias]
    EXPECT_EQ(db.execute(underpaid_bosses).one(), (std::tuple<std::string, std::string>("Lin", "Root")));

    // [paths]
    const auto his_boss = duet::select("name"_c, boss("boss.name"_c).as("boss_of_boss"))
                              .from<Employee>()
                              .join("boss"_c, boss)
                              .where(boss("boss.salary"_c) > 5);
    const auto colleagues = duet::select("name"_c, boss("boss.name"_c))
                                .from<Employee>()
                                .join("boss"_c, boss)
                                .left_join(boss("boss"_c));  // a relation of the alias, by name
    // [/paths]
    EXPECT_EQ(db.execute(his_boss).all().size(), db.execute(his_boss.columns("name"_c)).all().size());
    EXPECT_EQ(db.execute(colleagues).all().size(), 2U);

    // [outer]
    const auto with_boss = duet::select<Employee>()
                               .left_join("boss"_c, boss)           // the relation, under a name
                               .add_columns(duet::nullable(boss));  // a whole model that may be missing
    for (const auto& [employee, his] : db.execute(with_boss)) {     // Employee, std::optional<Employee>
        EXPECT_EQ(his.has_value(), employee.id != 1);
    }
    // [/outer]

    // [relation]
    const auto orders = duet::select("name"_c, "orders.total"_c).from<Customer>().left_join("orders"_c);
    // [/relation]
    EXPECT_EQ(db.execute(orders).all().size(), 4U);
}

TEST_F(Statements, HaveCtes) {
    // [cte]
    struct Spent {
        std::int64_t customer;
        std::optional<std::int64_t> total;
    };
    const auto spent = duet::cte<Spent>(
        "spent", duet::select("customer"_c, duet::sum("total"_c)).from<Order>().group_by("customer"_c));
    const auto big_spenders = duet::select("name"_c, spent("total"_c))
                                  .from<Customer>()
                                  .join(spent, spent("customer"_c) == "id"_c)
                                  .where(spent("total"_c) > 100);
    // [/cte]
    EXPECT_EQ(std::get<0>(db.execute(big_spenders).one()), "Ada");

    // [recursive]
    struct Level {
        std::int64_t id;
        std::string name;
        std::int64_t depth;
    };
    constexpr auto report = duet::alias<Employee>("report");
    const auto tree = duet::recursive_cte<Level>(
        "tree", duet::select("id"_c, "name"_c, 0).from<Employee>().where("boss"_c.is_null()),
        [&](const auto& above) {
            return duet::select(report("id"_c), report("name"_c), above("depth"_c) + 1)
                .from(report)
                .join(above, above("id"_c) == report("boss"_c));
        });
    const std::vector<Level> levels = db.execute(duet::select_from(tree).order_by("depth")).all();
    // [/recursive]
    EXPECT_EQ(levels.at(2).depth, 2);
}

TEST_F(Statements, Combine) {
    // [sets]
    const auto names = duet::select("name"_c).from<Customer>();
    const auto staff = duet::select("name"_c).from<Employee>();
    const auto everybody = names.union_(staff).order_by("name").limit(10);  // of the whole
    const auto only_customers = names.except(staff);
    // [/sets]
    EXPECT_EQ(db.execute(everybody).all().size(), 6U);
    EXPECT_EQ(db.execute(only_customers).all().size(), 3U);

    // [subqueries]
    const auto buyers = duet::select("customer"_c).from<Order>().where("total"_c > 50);
    const auto average = duet::select(duet::avg("total"_c)).from<Order>();
    const auto customers = db.query<Customer>().where("id"_c.in_(buyers)).all();  // in a query again
    const auto large = db.query<Order>().where("total"_c > duet::scalar(average)).all();

    constexpr auto order = duet::alias<Order>("o");
    const auto his =
        duet::select(order("id"_c)).from(order).where(order("customer"_c) == duet::outer<Customer>("id"_c));
    const auto idle = db.query<Customer>().where(!duet::exists(his)).all();
    // [/subqueries]
    EXPECT_EQ(customers.size(), 1U);
    EXPECT_EQ(large.size(), 1U);
    EXPECT_EQ(idle.size(), 1U);

    // [derived]
    struct PerCustomer {
        std::int64_t customer;
        std::int64_t orders;
    };
    const auto counted = duet::subquery<PerCustomer>(
        "counted", duet::select("customer"_c, duet::count()).from<Order>().group_by("customer"_c));
    const auto most = duet::select(duet::max("orders"_c)).from(counted);

    struct Discount {
        std::int64_t customer;
        double percent;
    };
    const std::vector<Discount> list{{1, 5.0}, {2, 2.5}};
    const auto discounts = duet::values<Discount>("discounts", list);
    const auto discounted = duet::select("name"_c, discounts("percent"_c))
                                .from<Customer>()
                                .join(discounts, discounts("customer"_c) == "id"_c);

    const std::vector<std::int64_t> ids{1, 2, 99};
    const auto wanted = duet::unnest("wanted", ids);  // one parameter, however many they are
    const auto missing = duet::select(wanted("value"_c))
                             .from(wanted)
                             .where(!"value"_c.in_(duet::select("id"_c).from<Customer>()));
    // [/derived]
    EXPECT_EQ(db.execute(missing).all(), std::vector<std::int64_t>{99});

    // [rows]
    const std::vector<std::pair<std::int64_t, std::string>> pairs{{1, "completed"}, {2, "open"}};
    const auto listed = db.query<Order>().where(duet::tuple("customer"_c, "status"_c).in_(pairs)).all();
    const auto largest =
        duet::select("customer"_c, duet::max("total"_c)).from<Order>().group_by("customer"_c);
    const auto top = db.query<Order>().where(duet::tuple("customer"_c, "total"_c).in_(largest)).all();
    // [/rows]
    EXPECT_FALSE(listed.empty());
    EXPECT_FALSE(top.empty());
    EXPECT_EQ(db.execute(most).scalar(), 2);
    EXPECT_EQ(db.execute(discounted).all().size(), 2U);
}

TEST_F(Statements, SpeakToOneDatabase) {
    // [hints]
    const auto hinted = duet::select<Order>()
                            .where("status"_c == "open")
                            .hint(duet::sqlite, "NOT INDEXED")
                            .hint(duet::postgresql, "SeqScan(orders)");
    const std::string sql = hinted.to_sql(duet::mariadb);
    // [/hints]
    EXPECT_EQ(
        sql,
        "SELECT `orders`.`id`, `orders`.`status`, `orders`.`total`, `orders`.`customer_id` FROM `orders` "
        "WHERE `orders`.`status` = ?");
    EXPECT_EQ(db.execute(hinted).all().size(), 1U);
}

}  // namespace
