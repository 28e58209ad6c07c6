#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;
using duet::select;

struct CityCount {
    std::optional<std::string> city{};
    std::int64_t n{};
};
struct Rank {
    std::int64_t id{};
    std::int64_t depth{};
};
struct Number {
    std::int64_t n{};
};
struct Named {
    std::int64_t n{};
    std::optional<std::string> word{};
};

class Subqueries : public Differential {
protected:
    Comparison compare{GetParam(), "subqueries"};

    void customers(const std::string& name, const duet::Condition<Customer>& condition) {
        compare.same(name, select("id"_c).from<Customer>().where(condition));
        compare.same("not " + name, select("id"_c).from<Customer>().where(!condition));
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Subqueries,
                         ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb), name_of);

TEST_P(Subqueries, YieldWhatSqlAlchemyYields) {
    const auto orders = duet::query<Order>();
    int rounds = 0;
    const auto his = orders.where("customer"_c == duet::outer<Customer>("id"_c));
    customers("in a query", "id"_c.in_(orders.where("total"_c > 250), "customer"_c));
    customers("in its keys", "id"_c.in_(duet::query<Customer>().where("score"_c > 0)));
    customers(
        "in a query with limit",
        "id"_c.in_(orders.where("customer"_c.is_not_null()).order_by("-total", "id").limit(9), "customer"_c));
    customers("in a query of texts", "city"_c.in_(duet::query<Customer>().where("vip"_c), "city"_c));
    customers("in a correlated query", "score"_c.in_(his, "discount"_c));
    customers("in an empty query", "score"_c.in_(orders.where(duet::never()), "discount"_c));
    customers(
        "in a statement",
        "id"_c.in_(
            select("customer"_c).from<Order>().where("status"_c == "sent" && "customer"_c.is_not_null())));
    customers("in a statement with NULLs",
              "score"_c.in_(select("discount"_c).from<Order>().where("id"_c < 8)));
    customers("exists", duet::exists(his));
    customers("exists with a condition",
              duet::exists(his.where("discount"_c > duet::outer<Customer>("score"_c))));
    customers("exists of anything", duet::exists(orders.where("total"_c > 100000)));
    customers("exists of a statement", duet::exists(select("id"_c).from<Order>().where(
                                           "customer"_c == duet::outer<Customer>("id"_c) && "total"_c < 50)));
    customers("more than the average",
              "score"_c > duet::value(duet::query<Customer>(), duet::avg("score"_c)));
    customers("more than his orders", "balance"_c > duet::value(his, duet::sum("total"_c)));
    customers("scalar statement", "score"_c == duet::scalar(select(duet::max("score"_c)).from<Customer>()));
    customers("scalar of no row",
              "score"_c == duet::scalar(select("score"_c).from<Customer>().where("id"_c < 0)));

    // The same statement, whose query finds nothing, something, and nothing again: the answer for NULL
    // differs.
    for (const int total : {1000, 450, 1000, 450}) {
        const std::string round = ", round " + std::to_string(++rounds);
        const auto discounts = orders.where("total"_c > total && "discount"_c.is_not_null());
        customers("in something or nothing" + round, "score"_c.in_(discounts, "discount"_c));
        customers("out of something or nothing" + round, "score"_c.not_in(discounts, "discount"_c));
    }

    compare.same("value per row",
                 select("id"_c, duet::value(his, duet::count()), duet::value(his, duet::max("total"_c)),
                        duet::value(his.order_by("-total", "id"), "status"_c))
                     .from<Customer>());
    compare.same("scalar per row",
                 select("id"_c, duet::scalar(select(duet::sum("discount"_c))
                                                 .from<Order>()
                                                 .where("customer"_c == duet::outer<Customer>("id"_c))))
                     .from<Customer>());
    compare.same("arithmetic with a scalar",
                 select("id"_c, "score"_c - duet::scalar(select(duet::min("score"_c)).from<Customer>()))
                     .from<Customer>());
    compare.same_in_order("ordered by a subquery",
                          select("id"_c)
                              .from<Customer>()
                              .order_by(duet::desc(duet::value(his, duet::count())), "id")
                              .limit(10));
    compare.same(
        "coalesced",
        select("id"_c, duet::coalesce(duet::value(his, duet::sum("discount"_c)), -1)).from<Customer>());

    // Statements in FROM, and CTEs.
    const auto per_city = select("city"_c, duet::count().as("n")).from<Customer>().group_by("city"_c);
    const auto cities = duet::subquery<CityCount>("cities", per_city);
    const auto common = duet::cte<CityCount>("per_city", per_city);
    for (const auto& [name, source] :
         {std::pair<std::string, duet::Rows<CityCount>>("derived", cities), {"cte", common}}) {
        compare.same(name, duet::select_from(source).columns("city"_c, "n"_c).where("n"_c > 5));
        compare.same(name + ", aggregated",
                     select(duet::count(), duet::max("n"_c), duet::avg("n"_c)).from(source));
        compare.same(
            name + ", joined",
            select("id"_c, source("n"_c)).from<Customer>().join(source, source("city"_c) == "city"_c));
        compare.same(name + ", left joined",
                     select("id"_c, duet::nullable(source("n"_c)))
                         .from<Customer>()
                         .left_join(source, source("city"_c) == "city"_c && source("n"_c) > 6));
        compare.same_in_order(name + ", ordered",
                              select("n"_c, "city"_c).from(source).order_by("-n", "city").limit(3));
    }
    const auto again = common.alias("again");
    compare.same("cte twice", select("city"_c, again("city"_c), "n"_c + again("n"_c))
                                  .from(common)
                                  .join(again, again("n"_c) > "n"_c));
    const auto large = duet::cte<CityCount>("large", select("city"_c, "n"_c).from(common).where("n"_c >= 6));
    compare.same("cte of a cte", select("city"_c, "n"_c).from(large));
    compare.same("two ctes",
                 select("id"_c).from<Customer>().where("city"_c.in_(select("city"_c).from(large))));

    const auto numbers = duet::recursive_cte<Number>(
        "numbers", select(1).from<Customer>().where("id"_c == 1),
        [](const auto& found) { return select("n"_c + 1).from(found).where("n"_c < 20); });
    compare.same("numbers", select("n"_c, "n"_c * "n"_c).from(numbers));
    const auto tree = duet::recursive_cte<Rank>(
        "tree", select("id"_c, 0).from<Employee>().where("boss"_c.is_null()), [](const auto& found) {
            const auto boss = found.alias("above");
            return select("id"_c, boss("depth"_c) + 1)
                .template from<Employee>()
                .join(boss, boss("id"_c) == "boss"_c);
        });
    compare.same("tree", select("id"_c, "depth"_c).from(tree));
    compare.same("tree, by depth", select("depth"_c, duet::count()).from(tree).group_by("depth"_c));
    const auto cycle = duet::recursive_cte<Number>(
        "cycle", select(1).from<Customer>().where("id"_c == 1),
        [](const auto& found) { return select(("n"_c * 2 + 1) % 13).from(found); },
        duet::Recursion::new_rows_only);
    compare.same("cycle", select("n"_c).from(cycle));
    const auto list = duet::values<Named>("list", {{1, "Berlin"}, {2, std::nullopt}, {3, ""}, {3, "Graz"}});
    compare.same("values", select("n"_c, "word"_c).from(list));
    compare.same("values, joined",
                 select("id"_c, list("n"_c)).from<Customer>().join(list, list("word"_c) == "city"_c));
    compare.finish();
}

}  // namespace
