#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;

class Truths : public Differential {};
INSTANTIATE_TEST_SUITE_P(Databases, Truths, ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb),
                         name_of);

TEST_P(Truths, CombineAsInSqlAlchemy) {
    using Claim = duet::Condition<Customer>;
    Comparison compare(GetParam(), "truths");
    const std::vector<std::pair<std::string, Claim>> atoms{{"vip", "vip"_c},
                                                           {"score", "score"_c > 0},
                                                           {"rating", "rating"_c <= 1},
                                                           {"nowhere", "city"_c.is_null()},
                                                           {"city", "city"_c != "Berlin"},
                                                           {"listed", "score"_c.not_in(1, 2)}};
    const auto claim = [&](const std::string& name, const Claim& condition) {
        // The truth itself, and what WHERE makes of it.
        compare.same("rows: " + name, duet::select("id"_c).from<Customer>().where(condition));
        compare.same(
            "value: " + name,
            duet::select("id"_c,
                         duet::case_().when(condition, "yes").when(!condition, "no").otherwise("unknown"))
                .from<Customer>());
    };
    for (const auto& [a, p] : atoms) {
        claim(a, p);
        claim("not " + a, !p);
        for (const auto& [b, q] : atoms) {
            claim(a + " and " + b, p && q);
            claim(a + " or " + b, p || q);
            claim("not (" + a + " and not " + b + ")", !(p && !q));
            claim("(" + a + " or " + b + ") and not vip", (p || q) && !atoms[0].second);
        }
    }
    compare.finish();
}

}  // namespace
