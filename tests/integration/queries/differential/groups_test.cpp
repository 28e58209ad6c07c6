#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;

class Groups : public Differential {
protected:
    Comparison compare{GetParam(), "groups"};

    /// One aggregate over all rows, over none, and in groups of several kinds.
    template <class A>
    void aggregate(const std::string& name, const A& a) {
        const auto all = duet::select(a.as("v")).template from<Customer>();
        compare.same("all: " + name, all);
        compare.same("none: " + name, all.where(duet::never()));
        compare.same("some: " + name, all.where("score"_c < 0 || "city"_c == "Graz"));
        const auto by_city = duet::select("city"_c, a).template from<Customer>().group_by("city"_c);
        compare.same("city: " + name, by_city);
        compare.same("city, having: " + name, by_city.having(duet::count("vip"_c) > 4));
        compare.same("city of none: " + name, by_city.where("id"_c < 0));
        compare.same("two keys: " + name, duet::select("vip"_c, "score"_c % 2, a)
                                              .template from<Customer>()
                                              .group_by("vip"_c, "score"_c % 2));
        // The largest groups first, in the words of queries.
        compare.same_rows("query: " + name, [&] {
            return compare.db()
                .template query<Customer>()
                .where("id"_c > 5)
                .group_by("vip"_c)
                .having(duet::count() > 1)
                .order_by(duet::desc(duet::count()))
                .select("vip"_c, a);
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Groups, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Groups, AddUpAsInSqlAlchemy) {
    aggregate("count", duet::count());
    aggregate("count(score)", duet::count("score"_c));
    aggregate("count(distinct score)", duet::count_distinct("score"_c));
    aggregate("sum(score)", duet::sum("score"_c));
    aggregate("avg(score)", duet::avg("score"_c));
    aggregate("min(score)", duet::min("score"_c));
    aggregate("max(name)", duet::max("name"_c));
    aggregate("min(city)", duet::min("city"_c));
    aggregate("sum(rating)", duet::sum("rating"_c));
    aggregate("avg(rating)", duet::avg("rating"_c));
    aggregate("sum(balance)", duet::sum("balance"_c));
    aggregate("avg(balance)", duet::avg("balance"_c));
    aggregate("max(balance)", duet::max("balance"_c));
    aggregate("min(born)", duet::min("born"_c));
    aggregate("max(joined)", duet::max("joined"_c));
    aggregate("sum(score * id)", duet::sum("score"_c * "id"_c));
    aggregate("count filtered", duet::count().filter("vip"_c));
    aggregate("sum filtered", duet::sum("score"_c).filter("rating"_c > 0));
    aggregate("difference", duet::max("score"_c) - duet::min("score"_c));
    const auto names = duet::select("name"_c, duet::count().as("n")).from<Customer>().group_by("name"_c);
    compare.same_in_order("largest groups", names.order_by(duet::desc(duet::count()), "name").limit(5));
    compare.same("having two", names.having(duet::count() >= 3 && duet::max("score"_c) > 0));
    compare.same("having or", names.having(duet::count() >= 6 || duet::sum("balance"_c) < 0));
    compare.same("having not", names.having(!(duet::count("score"_c) == duet::count())));
    compare.same(
        "by expression",
        duet::select(duet::lower("name"_c), duet::count()).from<Customer>().group_by(duet::lower("name"_c)));
    compare.same("by year", duet::select(duet::year("joined"_c), duet::month("joined"_c), duet::count())
                                .from<Customer>()
                                .group_by(duet::year("joined"_c), duet::month("joined"_c)));
    compare.same("by case",
                 duet::select(duet::case_().when("score"_c > 0, "up").otherwise("down"), duet::count())
                     .from<Customer>()
                     .group_by(duet::case_().when("score"_c > 0, "up").otherwise("down")));
    compare.finish();
}

}  // namespace
