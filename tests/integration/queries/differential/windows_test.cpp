#include <duet/functions.hpp>

#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;

class Windows : public Differential {
protected:
    Comparison compare{GetParam(), "windows"};

    template <class E>
    void of_orders(const std::string& name, const E& e) {
        compare.same(name, duet::select("id"_c, e).template from<Order>());
    }
    /// A function that the frame says nothing to.
    template <class F>
    void ranked(const std::string& name, const F& f) {
        of_orders(name + " by id", f.over(duet::order_by("id"_c)));
        of_orders(name + " by discount", f.over(duet::order_by("discount"_c, "id"_c)));
        of_orders(name + " per status",
                  f.over(duet::partition_by("status"_c), duet::order_by(duet::desc("total"_c), "id"_c)));
        of_orders(name + " per customer",
                  f.over(duet::partition_by("customer"_c, "status"_c), duet::order_by("placed"_c, "id"_c)));
    }
    /// One that looks at a frame.
    template <class F>
    void framed(const std::string& name, const F& f) {
        using namespace duet;
        const std::vector<std::pair<std::string, expr::Frame>> frames{
            {"rows to here", rows(unbounded_preceding, current_row)},
            {"rows from here", rows(current_row, unbounded_following)},
            {"rows around", rows(preceding(2), following(1))},
            {"rows before", rows(preceding(3), preceding(1))},
            {"rows behind", rows(following(1), following(4))},
            {"all rows", rows(unbounded_preceding, unbounded_following)},
            {"range to here", range(unbounded_preceding, current_row)},
            {"range from here", range(current_row, unbounded_following)},
            {"range of peers", range(current_row, current_row)},
            {"groups around", groups(preceding(1), following(1))},
        };
        for (const auto& [frame_name, frame] : frames) {
            of_orders(name + ", " + frame_name, f.over(partition_by("status"_c), order_by("id"_c), frame));
        }
        of_orders(name + ", whole", f.over(partition_by("status"_c)));
    }
    /// What does not depend on the order among equal rows, in windows with such rows and NULLs.
    template <class F>
    void with_peers(const std::string& name, const F& f) {
        of_orders(name + " up to peers", f.over(duet::order_by("discount"_c)));
        of_orders(name + " up to peers, backwards", f.over(duet::order_by(duet::desc("discount"_c))));
        of_orders(name + " up to peers, nulls last",
                  f.over(duet::order_by(duet::asc("discount"_c).nulls_last())));
        of_orders(name + " per customer, peers",
                  f.over(duet::partition_by("customer"_c), duet::order_by("status"_c)));
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Windows,
                         ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb), name_of);

TEST_P(Windows, ShowWhatSqlAlchemyShows) {
    ranked("row_number", duet::row_number());
    ranked("rank", duet::rank());
    ranked("dense_rank", duet::dense_rank());
    ranked("percent_rank", duet::percent_rank());
    ranked("cume_dist", duet::cume_dist());
    ranked("ntile", duet::ntile(7));
    ranked("lag", duet::lag("total"_c));
    ranked("lag 3", duet::lag("discount"_c, 3));
    ranked("lead", duet::lead("status"_c));
    ranked("lead or", duet::lead("discount"_c, 2, -99));
    with_peers("rank", duet::rank());
    with_peers("dense_rank", duet::dense_rank());
    with_peers("cume_dist", duet::cume_dist());
    framed("count", duet::count());
    framed("sum", duet::sum("discount"_c));
    framed("avg", duet::avg("discount"_c));
    framed("min", duet::min("total"_c));
    framed("max", duet::max("discount"_c));
    framed("first_value", duet::first_value("discount"_c));
    framed("last_value", duet::last_value("total"_c));
    framed("nth_value", duet::nth_value("id"_c, 2));
    with_peers("count", duet::count("discount"_c));
    with_peers("sum", duet::sum("total"_c));
    with_peers("max", duet::max("status"_c));
    of_orders("count over everything", duet::count().over());
    of_orders("sum over everything", duet::sum("total"_c).over());

    const auto by_status = duet::partition_by("status"_c);
    of_orders("share", "total"_c / duet::sum("total"_c).over(by_status));
    of_orders("filtered", duet::count().filter("discount"_c > 5).over(by_status, duet::order_by("id"_c)));
    of_orders("by a month",
              duet::count().over(duet::partition_by(duet::year("placed"_c), duet::month("placed"_c))));
    compare.same("over groups", duet::select("status"_c, duet::count(),
                                             duet::sum(duet::count()).over(duet::order_by("status"_c)))
                                    .from<Order>()
                                    .group_by("status"_c));
    compare.same("named", duet::select("id"_c, duet::sum("total"_c).over("w"), duet::rank().over("w"))
                              .from<Order>()
                              .window("w", by_status, duet::order_by("-discount", "id")));
    compare.same_in_order("ordered by one",
                          duet::select("id"_c)
                              .from<Order>()
                              .order_by(duet::rank().over(duet::order_by("status"_c)), "-id")
                              .limit(20));
    compare.same("across a relation",
                 duet::select("id"_c, duet::row_number().over(duet::partition_by("customer.city"_c),
                                                              duet::order_by("id"_c)))
                     .from<Order>());
    compare.finish();
}

}  // namespace
