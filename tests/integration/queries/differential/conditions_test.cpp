#include <array>

#include "comparison.hpp"

namespace {

using namespace duet::test::differential;
using namespace duet::test::shop;
using namespace duet::literals;

using Claim = duet::Condition<Customer>;

class Conditions : public Differential {
protected:
    Comparison compare{GetParam(), "conditions"};

    void claim(const std::string& name, const Claim& condition) {
        compare.same(name, duet::select("id"_c).from<Customer>().where(condition));
    }
    /// Every operator with every value, and not.
    template <class C, class V>
    void operators(const std::string& column, const C& c, const std::vector<V>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const V& v = values[i];
            const std::array<std::pair<const char*, Claim>, 8> claims{{{"eq", c == v},
                                                                       {"ne", c != v},
                                                                       {"lt", c < v},
                                                                       {"le", c <= v},
                                                                       {"gt", c > v},
                                                                       {"ge", c >= v},
                                                                       {"is", c.is_(v)},
                                                                       {"is_not", c.is_not(v)}}};
            for (const auto& [op, condition] : claims) {
                const std::string name = column + " " + op + " " + std::to_string(i);
                claim(name, condition);
                claim("not " + name, !condition);
            }
        }
        claim(column + " is null", c.is_null());
        claim(column + " in none", c.in_(std::vector<V>{}));
        claim(column + " not in none", c.not_in(std::vector<V>{}));
        claim(column + " in all", c.in_(values));
        claim(column + " not in all", c.not_in(values));
        claim(column + " not (in all)", !Claim(c.in_(values)));
        claim(column + " between", c.between(values[0], values[1]));
        claim(column + " not between", !Claim(c.between(values[0], values[1])));
        claim(column + " between, backwards", c.between(values[1], values[0]));
    }
    template <class C>
    void texts(const std::string& column, const C& c) {
        const std::vector<std::string> parts{"",  "a",  "A",  "%",  "_",   "\\", "ö",  "Ö",
                                             "'", "il", "rl", "漢", "a_b", " ",  "50%"};
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::string& p = parts[i];
            const std::string at = " " + std::to_string(i);
            claim(column + " contains" + at, c.contains(p));
            claim(column + " not contains" + at, !Claim(c.contains(p)));
            claim(column + " icontains" + at, c.icontains(p));
            claim(column + " startswith" + at, c.startswith(p));
            claim(column + " istartswith" + at, c.istartswith(p));
            claim(column + " endswith" + at, c.endswith(p));
            claim(column + " iendswith" + at, c.iendswith(p));
        }
        const std::vector<std::string> patterns{"",   "%",     "_",     "a%",     "%a", "%D_",
                                                "__", "a\\_b", "50\\%", "%\\\\%", "%ö%"};
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            claim(column + " like " + std::to_string(i), c.like(patterns[i]));
            claim(column + " not like " + std::to_string(i), !Claim(c.like(patterns[i])));
            claim(column + " ilike " + std::to_string(i), c.ilike(patterns[i]));
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Databases, Conditions,
                         ::testing::Values(Place::sqlite, Place::postgres, Place::mariadb), name_of);

TEST_P(Conditions, FindWhatSqlAlchemyFinds) {
    using duet::Decimal;
    using namespace std::chrono;
    operators("score", "score"_c, std::vector<int>{-3, 3, 0});
    operators("rating", "rating"_c, std::vector<double>{-1.25, 2.5});
    operators("balance", "balance"_c, std::vector<Decimal>{Decimal::parse("-10.5"), Decimal(60)});
    operators("name", "name"_c, std::vector<std::string>{"Ada", "ö", ""});
    operators("city", "city"_c, std::vector<std::string>{"", "berlin"});
    operators("born", "born"_c,
              std::vector<duet::Date>{duet::Date(1980y / 1 / 1), duet::Date(2000y / 2 / 29)});
    operators("joined", "joined"_c,
              std::vector<duet::Timestamp>{sys_days{2024y / 1 / 1}, sys_days{2025y / 6 / 1}});
    texts("name", "name"_c);
    texts("city", "city"_c);

    claim("columns lt", "score"_c < "rating"_c);
    claim("columns ne", "name"_c != "city"_c);
    claim("columns is", "name"_c.is_("city"_c));
    claim("columns between", "score"_c.between("id"_c - 20, "id"_c));
    claim("null eq", "score"_c == nullptr);
    claim("null ne", "score"_c != std::optional<int>());
    claim("in with null", "score"_c.in_(std::vector<std::optional<int>>{1, std::nullopt, 2}));
    claim("always", duet::always());
    claim("never", duet::never());
    claim("coalesce", duet::coalesce("score"_c, 0) == 0);
    claim("sum", "score"_c + "rating"_c > 1);
    claim("remainder", "score"_c % 3 == -1);
    compare.finish();
}

}  // namespace
