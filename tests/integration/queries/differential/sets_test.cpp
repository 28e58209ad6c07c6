#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;
using duet::select;

struct Scored {
    std::optional<std::string> city{};
    std::optional<int> score{};
};

class Sets : public Differential {};
INSTANTIATE_TEST_SUITE_P(Databases, Sets, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Sets, HoldTheRowsOfSqlAlchemy) {
    Comparison compare(GetParam(), "sets");
    const auto all = select("city"_c, "score"_c).from<Customer>();
    const std::vector<std::pair<std::string, std::decay_t<decltype(all)>>> parts{
        {"vip", all.where("vip"_c)},
        {"scored", all.where("score"_c > -3)},
        {"nowhere", all.where("city"_c.is_null() || "score"_c.is_null())},
        {"nobody", all.where(duet::never())}};
    for (const auto& [a, left] : parts) {
        for (const auto& [b, right] : parts) {
            const std::string names = " of " + a + " and " + b;
            compare.same("union" + names, left.union_(right));
            compare.same("union_all" + names, left.union_all(right));
            compare.same("intersect" + names, left.intersect(right));
            compare.same("except" + names, left.except(right));
            compare.same("intersect_all" + names, left.intersect_all(right));
            compare.same("except_all" + names, left.except_all(right));
        }
    }
    const auto& vip = parts[0].second;
    const auto& scored = parts[1].second;
    const auto& nowhere = parts[2].second;
    compare.same_in_order("ordered", vip.union_(scored).order_by("-city", "score"));
    compare.same_in_order("ordered, cut", vip.union_(nowhere).order_by("score", "city").limit(7).offset(2));
    // One after the other, from the left.
    compare.same("union, intersect", vip.union_(scored).intersect(nowhere));
    compare.same("intersect, union", vip.intersect(scored).union_(nowhere));
    compare.same("except, union all, except", vip.except(nowhere).union_all(scored).except(vip));
    compare.same("union all, union", vip.union_all(scored).union_(nowhere));
    compare.same("union, union all", vip.union_(scored).union_all(nowhere));
    compare.same("nested", vip.except(scored.intersect(nowhere)));
    compare.same("of limited ones", vip.order_by("id").limit(4).union_all(scored.order_by("-id").limit(5)));
    const auto both = duet::subquery<Scored>("b", vip.union_(nowhere));
    compare.same("in FROM",
                 select("city"_c, duet::count(), duet::sum("score"_c)).from(both).group_by("city"_c));
    compare.same("in a condition",
                 select("id"_c).from<Customer>().where(
                     "id"_c.in_(select("id"_c).from<Customer>().where("vip"_c).except(
                         select("customer"_c).from<Order>().where("customer"_c.is_not_null())))));
    compare.same("of two tables",
                 select("name"_c).from<Customer>().union_(select("name"_c).from<Employee>()));
    compare.finish();
}

}  // namespace
