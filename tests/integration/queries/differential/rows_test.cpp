#include <tuple>
#include <vector>

#include "comparison.hpp"

// Rows in lists and queries, and paths that begin at aliases.
namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;
using duet::nullable;
using duet::select;

class Rows : public Differential {
protected:
    Comparison compare{GetParam(), "rows"};
};
INSTANTIATE_TEST_SUITE_P(Databases, Rows, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Rows, AreThoseOfSqlAlchemy) {
    const auto same = [this](const std::string& name, const auto& condition) {
        compare.same("row in " + name, select("id"_c).from<Customer>().where(condition));
    };
    constexpr auto other = duet::alias<Customer>("other");
    const auto place = duet::tuple("city"_c, "score"_c);
    const std::vector<std::tuple<std::string, int>> pairs{
        {"Berlin", 1}, {"Berlin", 3}, {"Graz", 2}, {"", 0}, {"nowhere", 5}};
    same("a list", place.in_(pairs));
    same("not a list", place.not_in(pairs));
    same("one row", place.in_(duet::tuple("Berlin", 3)));
    same("with true",
         duet::tuple("name"_c, "vip"_c).in_({std::pair{"Ada", true}, std::pair{"Grace", false}}));
    same("a list and more", place.in_(pairs) && "id"_c < 40);
    same("a list or more", place.in_(pairs) || "score"_c.is_null());
    same("not the one nor the other", !(place.in_(pairs) || "id"_c < 10));
    const auto of_vips = select(other("city"_c), other("score"_c)).from(other).where(other("vip"_c) == true);
    same("a query", place.in_(of_vips));
    same("not a query", place.not_in(of_vips));
    same("not a query without NULLs",
         place.not_in(of_vips.where(other("city"_c).is_not_null() && other("score"_c).is_not_null())));
    same("an empty query", place.in_(of_vips.where(other("id"_c) < 0)));
    same("not an empty query", !place.in_(of_vips.where(other("id"_c) < 0)));
    same("a correlated query", duet::tuple("id"_c, "score"_c)
                                   .in_(select("customer"_c, "discount"_c)
                                            .from<Order>()
                                            .where("customer"_c == duet::outer<Customer>("id"_c))));
    same("groups",
         place.in_(
             select(other("city"_c), duet::max(other("score"_c))).from(other).group_by(other("city"_c))));

    constexpr auto line = duet::alias<Line>("line");
    const auto lines = select("id"_c, line("id"_c), line("order.customer.name"_c))
                           .from<Product>()
                           .join(line, line("product"_c) == "id"_c);
    compare.same("path two hops", lines);
    compare.same("path two hops, chosen by", lines.where(line("order.customer.city"_c) == "Berlin"));
    compare.same("path two hops, ordered by", lines.order_by(line("order.customer.name"_c), line("id"_c)));
    compare.same(
        "path two hops, grouped by",
        lines.columns(line("order.customer.city"_c), duet::count()).group_by(line("order.customer.city"_c)));
    constexpr auto boss = duet::alias<Employee>("boss");
    const auto up = select("id"_c, boss("boss.name"_c)).from<Employee>().join(boss, boss("id"_c) == "boss"_c);
    compare.same("path up", up);
    compare.same("path further up", up.columns("id"_c, boss("boss.boss.id"_c)));
    compare.same("path up, compared", up.columns("id"_c).where(boss("boss.salary"_c) > "salary"_c));
    const auto two = select("id"_c, other("id"_c)).from<Customer>().join(other, other("city"_c) == "city"_c);
    compare.same("path any of many", two.where(other("orders.total"_c) > 300 && "id"_c < 12));
    compare.same("path all of one alias's and of the root's",
                 two.where(other("orders.status"_c) == "sent" && "orders.status"_c == "open"));
    compare.same("path many by name", two.columns("id"_c, other("id"_c), nullable(other("orders.id"_c)))
                                          .left_join(other("orders"_c))
                                          .where("id"_c < 9));
    compare.finish();
}

}  // namespace
