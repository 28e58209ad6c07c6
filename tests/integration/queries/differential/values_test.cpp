#include <duet/functions.hpp>

#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;

/// What expressions are, row by row.
class Values : public Differential {
protected:
    Comparison compare{GetParam(), "values"};

    template <class E>
    void of_customers(const std::string& name, const E& e) {
        compare.same(name, duet::select("id"_c, e).template from<Customer>());
    }
    template <class E>
    void dates(const std::string& name, const E& e) {
        of_customers("year of " + name, duet::year(e));
        of_customers("quarter of " + name, duet::quarter(e));
        of_customers("month of " + name, duet::month(e));
        of_customers("week of " + name, duet::week(e));
        of_customers("day of " + name, duet::day(e));
        of_customers("weekday of " + name, duet::weekday(e));
        of_customers("day_of_year of " + name, duet::day_of_year(e));
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Values, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Values, AreWhatSqlAlchemySays) {
    for (const int k : {-3, 0, 2, 7}) {
        const std::string by = " " + std::to_string(k);
        of_customers("score +" + by, "score"_c + k);
        of_customers("score -" + by, "score"_c - k);
        of_customers("score *" + by, "score"_c * k);
        of_customers("score /" + by, "score"_c / k);
        of_customers("score %" + by, "score"_c % k);
        of_customers("rating /" + by, "rating"_c / k);
        of_customers("rating *" + by, "rating"_c * k);
        of_customers("balance *" + by, "balance"_c * k);
        of_customers("balance +" + by, "balance"_c + k);
        of_customers("nullif" + by, duet::nullif("score"_c, k));
        of_customers("coalesce" + by, duet::coalesce("score"_c, k));
    }
    of_customers("score / column", "score"_c / ("id"_c % 5 - 2));
    of_customers("score % column", "score"_c % ("id"_c % 5 - 2));
    of_customers("precedence", ("score"_c + 2) * ("id"_c - 3) - "score"_c * ("id"_c - (2 - "score"_c)));
    of_customers("negated", -"score"_c);
    of_customers("abs", duet::abs("balance"_c));
    of_customers("round", duet::round("rating"_c, 1));
    of_customers("greatest", duet::greatest("score"_c, "rating"_c, 1));
    of_customers("least", duet::least("score"_c, "rating"_c, 1));

    of_customers("lower", duet::lower("name"_c));
    of_customers("upper", duet::upper("city"_c));
    of_customers("trim", duet::trim("name"_c));
    of_customers("ltrim", duet::ltrim("name"_c));
    of_customers("rtrim", duet::rtrim("name"_c));
    of_customers("length", duet::length("name"_c));
    of_customers("replace", duet::replace("name"_c, "a", "__"));
    of_customers("substr 2", duet::substr("name"_c, 2));
    of_customers("substr 2 2", duet::substr("name"_c, 2, 2));
    of_customers("concat", duet::concat("name"_c, "-", "city"_c));
    of_customers("coalesce text", duet::coalesce("city"_c, "name"_c));
    of_customers("nullif text", duet::nullif("city"_c, ""));
    of_customers("case",
                 duet::case_().when("score"_c > 2, "high").when("score"_c < -2, "low").otherwise("middle"));
    of_customers("case without else", duet::case_().when("vip"_c, "score"_c).when("rating"_c > 0, "id"_c));
    of_customers("case in case",
                 duet::case_()
                     .when("city"_c.is_null(), duet::case_().when("vip"_c == true, 1).otherwise(2))
                     .otherwise(3));
    of_customers("boolean", "vip"_c);
    of_customers("born", "born"_c);
    of_customers("joined", "joined"_c);
    of_customers("date of joined", duet::date("joined"_c));
    of_customers("hour", duet::hour("joined"_c));
    of_customers("minute", duet::minute("joined"_c));
    of_customers("second", duet::second("joined"_c));
    dates("born", "born"_c);
    dates("joined", "joined"_c);
    of_customers("trunc_year", duet::trunc_year("joined"_c));
    of_customers("trunc_month", duet::trunc_month("joined"_c));
    of_customers("trunc_day", duet::trunc_day("joined"_c));
    of_customers("trunc_hour", duet::trunc_hour("joined"_c));
    of_customers("parameter as text", duet::concat("name"_c, "%s ? :a {} $1"));
    of_customers("decimal", "balance"_c);
    compare.same("distinct", duet::select("city"_c, "vip"_c).from<Customer>().distinct());
    compare.same("distinct expression", duet::select("score"_c % 3, "vip"_c).from<Customer>().distinct());
    compare.finish();
}

class Orders : public Differential {
protected:
    Comparison compare{GetParam(), "orders"};
};
INSTANTIATE_TEST_SUITE_P(Databases, Orders, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Orders, AreThoseOfSqlAlchemy) {
    const auto ids = duet::select("id"_c).from<Customer>();
    const auto ordered = [&](const std::string& name, const auto& by) {
        using duet::asc;
        using duet::desc;
        compare.same_in_order("asc " + name, ids.order_by(by, "id"));
        compare.same_in_order("desc " + name, ids.order_by(desc(by), "-id"));
        compare.same_in_order("asc nulls first " + name, ids.order_by(asc(by).nulls_first(), "id"));
        compare.same_in_order("asc nulls last " + name, ids.order_by(asc(by).nulls_last(), "-id"));
        compare.same_in_order("desc nulls first " + name, ids.order_by(desc(by).nulls_first(), "id"));
        compare.same_in_order("desc nulls last " + name, ids.order_by(desc(by).nulls_last(), "id"));
    };
    ordered("name", "name"_c);
    ordered("city", "city"_c);
    ordered("score", "score"_c);
    ordered("rating", "rating"_c);
    ordered("balance", "balance"_c);
    ordered("vip", "vip"_c);
    ordered("born", "born"_c);
    ordered("joined", "joined"_c);
    ordered("remainder", "score"_c % 3);
    ordered("lower", duet::lower("city"_c));
    for (const int limit : {0, 1, 7, 100}) {
        for (const int offset : {0, 1, 55, 100}) {
            const std::string cut = std::to_string(limit) + " " + std::to_string(offset);
            const auto page = ids.limit(limit).offset(offset);
            compare.same_in_order("page " + cut, page.order_by("-score", "id"));
            compare.same_in_order("page of some " + cut, page.where("score"_c > 0).order_by("city", "id"));
        }
        compare.same_in_order("limit " + std::to_string(limit), ids.order_by("city", "-id").limit(limit));
    }
    compare.same_in_order("only offset", ids.order_by("id").offset(50));
    compare.same_in_order("distinct, ordered",
                          duet::select("city"_c).from<Customer>().distinct().order_by("-city").limit(4));
    compare.finish();
}

}  // namespace
