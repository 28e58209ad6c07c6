#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;
using duet::nullable;
using duet::select;

class Joins : public Differential {
protected:
    Comparison compare{GetParam(), "joins"};

    /// Every kind of join, on a condition. The columns are the keys of both sides.
    template <class Root, class S, class On>
    void kinds(const std::string& name, const S& source, const On& on) {
        const auto pairs = select(nullable("id"_c), nullable(source("id"_c))).template from<Root>();
        compare.same("inner: " + name, pairs.join(source, on));
        compare.same("left: " + name, pairs.left_join(source, on));
        compare.same("right: " + name, pairs.right_join(source, on));
        // PostgreSQL has it only for conditions that it can hash or merge.
        if (name != "peer or none") compare.same("full: " + name, pairs.full_join(source, on));
        compare.same("left, missing: " + name, pairs.left_join(source, on).where(source("id"_c).is_null()));
        compare.same("left, where: " + name, pairs.left_join(source, on).where("id"_c < 30));
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Joins, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Joins, FindThePairsOfSqlAlchemy) {
    constexpr auto boss = duet::alias<Employee>("boss");
    constexpr auto peer = duet::alias<Employee>("peer");
    constexpr auto order = duet::alias<Order>("o");
    constexpr auto other = duet::alias<Customer>("other");

    kinds<Employee>("boss", boss, boss("id"_c) == "boss"_c);
    kinds<Employee>("better paid boss", boss, boss("id"_c) == "boss"_c && boss("salary"_c) > "salary"_c);
    kinds<Employee>("peer", peer, peer("department"_c) == "department"_c && peer("id"_c) > "id"_c);
    kinds<Employee>("peer or none", peer,
                    peer("department"_c).is_("department"_c) && peer("salary"_c) > "salary"_c + 2000);
    kinds<Customer>("order", order, order("customer"_c) == "id"_c);
    kinds<Customer>("large order", order, order("customer"_c) == "id"_c && order("total"_c) > 300);
    kinds<Customer>("unequal", order, order("discount"_c) == "score"_c && order("status"_c) != "open");
    kinds<Customer>("namesake", other, other("name"_c) == "name"_c && other("id"_c) != "id"_c);

    compare.same("relation", select("id"_c, "customer.name"_c).from<Order>().join("customer"_c));
    compare.same("relation, left", select("id"_c, "customer.name"_c).from<Order>().left_join("customer"_c));
    compare.same("relation, by itself",
                 duet::query<Order>().where("customer.city"_c == "Berlin").statement().columns("id"_c));
    compare.same(
        "relation, ordered by",
        duet::query<Order>().order_by("customer.name", "id").statement().columns("id"_c, "customer.name"_c));
    compare.same("two hops",
                 select("id"_c, "order.customer.name"_c).from<Line>().where("order.customer.vip"_c == true));
    compare.same("two relations",
                 select("id"_c, "order.status"_c, "product.name"_c).from<Line>().where("quantity"_c > 5));
    compare.same("to many", select("id"_c, "orders.id"_c).from<Customer>().join("orders"_c));
    compare.same("to many, left",
                 select("id"_c, nullable("orders.id"_c)).from<Customer>().left_join("orders"_c));
    compare.same("alias of a relation",
                 select("id"_c, nullable(boss("name"_c))).from<Employee>().left_join("boss"_c, boss));
    constexpr auto chief = duet::alias<Employee>("chief");
    compare.same("three generations", select("id"_c, boss("id"_c), nullable(chief("id"_c)))
                                          .from<Employee>()
                                          .join(boss, boss("id"_c) == "boss"_c)
                                          .left_join(chief, chief("id"_c) == boss("boss"_c)));
    compare.same("four tables",
                 select("name"_c, order("id"_c), duet::alias<Product>("p")("name"_c))
                     .from<Customer>()
                     .join(order, order("customer"_c) == "id"_c)
                     .join(duet::alias<Line>("l"), duet::alias<Line>("l")("order"_c) == order("id"_c))
                     .join(duet::alias<Product>("p"),
                           duet::alias<Product>("p")("id"_c) == duet::alias<Line>("l")("product"_c)));
    compare.same("cross", select("id"_c, other("id"_c))
                              .from<Customer>()
                              .cross_join(other)
                              .where("id"_c < 9 && other("score"_c) > 3));
    compare.same(
        "arithmetic over a join",
        select("id"_c, "product.price"_c * "quantity"_c, "quantity"_c - "product.stock"_c).from<Line>());
    compare.same("count per customer", select("id"_c, duet::count(order("id"_c)), duet::sum(order("total"_c)))
                                           .from<Customer>()
                                           .left_join(order, order("customer"_c) == "id"_c)
                                           .group_by("id"_c));
    compare.same("revenue per category",
                 select("product.category"_c, duet::sum("product.price"_c * "quantity"_c), duet::count())
                     .from<Line>()
                     .group_by("product.category"_c));
    compare.same("per boss",
                 select(boss("name"_c), duet::count(), duet::max("salary"_c), duet::avg("bonus"_c))
                     .from<Employee>()
                     .join(boss, boss("id"_c) == "boss"_c)
                     .group_by(boss("id"_c), boss("name"_c))
                     .having(duet::count() > 1));
    compare.same_in_order("ordered by an alias", select("id"_c, boss("salary"_c))
                                                     .from<Employee>()
                                                     .join(boss, boss("id"_c) == "boss"_c)
                                                     .order_by(duet::desc(boss("salary"_c)), "id")
                                                     .limit(12));
    compare.same("distinct over a join",
                 select("customer.city"_c).from<Order>().join("customer"_c).distinct());

    // Through relations, without a join of one's own.
    compare.same("any", select("id"_c).from<Customer>().where(duet::any("orders"_c)));
    compare.same("any large", select("id"_c).from<Customer>().where(duet::any("orders"_c, "total"_c > 400)));
    compare.same("none large",
                 select("id"_c).from<Customer>().where(duet::none("orders"_c, "total"_c > 100)));
    compare.same("all paid",
                 select("id"_c).from<Customer>().where(duet::all("orders"_c, "status"_c == "paid")));
    compare.same("all discounted",
                 select("id"_c).from<Customer>().where(duet::all("orders"_c, "discount"_c > 0)));
    compare.same("not any", select("id"_c).from<Customer>().where(!duet::any("orders"_c, "discount"_c < 5)));
    compare.same("count_of", select("id"_c, duet::count_of("orders"_c)).from<Customer>());
    compare.same("count_of some",
                 select("id"_c, duet::count_of("orders"_c, "status"_c == "open")).from<Customer>());
    compare.same("count_of compared", select("id"_c).from<Customer>().where(duet::count_of("orders"_c) >= 3));
    compare.same("any of any", select("id"_c).from<Customer>().where(
                                   duet::any("orders"_c, duet::any("lines"_c, "quantity"_c >= 8))));
    compare.same("any in a negation", select("id"_c).from<Customer>().where(
                                          !(duet::any("orders"_c, "total"_c > 300) || "score"_c > 0)));
    compare.same("reports", select("id"_c, duet::count_of("reports"_c)).from<Employee>());
    compare.same("better paid report",
                 select("id"_c).from<Employee>().where(duet::any("reports"_c, "salary"_c > 5500)));
    compare.finish();
}

}  // namespace
