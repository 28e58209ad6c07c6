#include <algorithm>
#include <functional>
#include <random>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;

struct Thing {
    std::int64_t id{};
    int a{};
    std::optional<int> b{};
    std::optional<double> x{};
    std::string name{};
    std::optional<std::string> note{};
    std::optional<bool> flag{};
    static constexpr auto table = duet::table("things");
};

/// true, false, or unknown
using Truth = std::optional<bool>;
Truth operator!(const Truth& t) { return t ? Truth(!*t) : Truth(); }

/// A condition as the database gets it and as C++ understands it.
struct Claim {
    duet::Condition<Thing> sql{};
    std::function<Truth(const Thing&)> holds{};
    std::string text{};
};

template <class T, class F>
Truth known(const std::optional<T>& value, F test) {
    return value ? Truth(test(*value)) : Truth();
}
template <class T, class F>
Truth known(const T& value, F test) {
    return Truth(test(value));
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lowered(std::string text) {
    for (char& c : text) c = lowered(c);
    return text;
}

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
    bool chance(int percent) { return number(1, 100) <= percent; }
    std::string text() {
        static const std::vector<std::string> parts{"a", "A", "b", "%",  "_", "\\", "*",
                                                    "?", "[", "ß", "漢", "'", "",   " "};
        std::string out;
        for (int i = number(0, 4); i > 0; --i)
            out += parts[static_cast<std::size_t>(number(0, static_cast<int>(parts.size()) - 1))];
        return out;
    }
    Thing thing() {
        Thing t{.a = number(-3, 3), .name = text()};
        if (chance(70)) t.b = number(-3, 3);
        if (chance(70)) t.x = number(-6, 6) / 2.0;
        if (chance(70)) t.note = text();
        if (chance(70)) t.flag = chance(50);
        return t;
    }
    Claim claim(int depth) {
        if (depth == 0 || chance(25)) return leaf();
        if (chance(25)) {
            Claim c = claim(depth - 1);
            return {!c.sql, [h = c.holds](const Thing& t) { return !h(t); }, "!(" + c.text + ")"};
        }
        Claim l = claim(depth - 1);
        Claim r = claim(depth - 1);
        if (chance(50)) {
            return {l.sql && r.sql,
                    [p = l.holds, q = r.holds](const Thing& t) -> Truth {
                        const Truth u = p(t), v = q(t);
                        if (u == Truth(false) || v == Truth(false)) return false;
                        return u && v ? Truth(true) : Truth();
                    },
                    "(" + l.text + " && " + r.text + ")"};
        }
        return {l.sql || r.sql,
                [p = l.holds, q = r.holds](const Thing& t) -> Truth {
                    const Truth u = p(t), v = q(t);
                    if (u == Truth(true) || v == Truth(true)) return true;
                    return u && v ? Truth(false) : Truth();
                },
                "(" + l.text + " || " + r.text + ")"};
    }

private:
    Claim leaf() {
        switch (number(0, 5)) {
            case 0:
                return compared("a"_c, &Thing::a, number(-3, 3), "a");
            case 1:
                return compared("b"_c, &Thing::b, number(-3, 3), "b");
            case 2:
                return compared("x"_c, &Thing::x, number(-6, 6) / 2.0, "x");
            case 3:
                return on_text("name"_c, &Thing::name, "name");
            case 4:
                return on_text("note"_c, &Thing::note, "note");
            default:
                return odd_one();
        }
    }
    template <class C, class T, class V>
    Claim compared(const C& column, T Thing::*member, V value, const std::string& name) {
        const auto made = [&](auto sql, auto test, const char* sign) {
            return Claim{sql,
                         [member, test, value](const Thing& t) {
                             return known(t.*member, [&](const auto& v) { return test(v, value); });
                         },
                         name + sign + std::to_string(value)};
        };
        switch (number(0, 9)) {
            case 0:
                return made(column == value, std::equal_to<>{}, " == ");
            case 1:
                return made(column != value, std::not_equal_to<>{}, " != ");
            case 2:
                return made(column < value, std::less<>{}, " < ");
            case 3:
                return made(column <= value, std::less_equal<>{}, " <= ");
            case 4:
                return made(column > value, std::greater<>{}, " > ");
            case 5:
                return made(column >= value, std::greater_equal<>{}, " >= ");
            case 6:
                return made(
                    column.between(value, 2), [](auto v, auto low) { return v >= low && v <= 2; },
                    " between 2 and ");
            case 7:
                return made(
                    column.in_(value, V(1)), [](auto v, auto one) { return v == one || v == V(1); },
                    " in 1, ");
            case 8:
                return made(
                    column.not_in(value, V(1)), [](auto v, auto one) { return v != one && v != V(1); },
                    " not in 1, ");
            default:
                return {column.is_(value),
                        [member, value](const Thing& t) {
                            return Truth(known(t.*member, [&](const auto& v) { return v == value; }) ==
                                         Truth(true));
                        },
                        name + " is " + std::to_string(value)};
        }
    }
    template <class C, class T>
    Claim on_text(const C& column, T Thing::*member, const std::string& name) {
        const std::string part = text();
        const auto made = [&](auto sql, auto test, const char* what) {
            return Claim{sql,
                         [member, test, part](const Thing& t) {
                             return known(t.*member, [&](const std::string& v) { return test(v, part); });
                         },
                         name + what + "'" + part + "'"};
        };
        const auto has = [](const std::string& v, const std::string& p) {
            return v.find(p) != std::string::npos;
        };
        const auto begins = [](const std::string& v, const std::string& p) { return v.starts_with(p); };
        const auto ends = [](const std::string& v, const std::string& p) { return v.ends_with(p); };
        const auto folded = [](auto test) {
            return
                [test](const std::string& v, const std::string& p) { return test(lowered(v), lowered(p)); };
        };
        switch (number(0, 9)) {
            case 0:
                return made(column == part, std::equal_to<>{}, " == ");
            case 1:
                return made(column < part, std::less<>{}, " < ");
            case 2:
                return made(column.contains(part), has, " contains ");
            case 3:
                return made(column.icontains(part), folded(has), " icontains ");
            case 4:
                return made(column.startswith(part), begins, " startswith ");
            case 5:
                return made(column.istartswith(part), folded(begins), " istartswith ");
            case 6:
                return made(column.endswith(part), ends, " endswith ");
            case 7:
                return made(column.iendswith(part), folded(ends), " iendswith ");
            case 8:
                return made(
                    column.in_(std::vector<std::string>{part, "a"}),
                    [](const std::string& v, const std::string& p) { return v == p || v == "a"; }, " in a, ");
            default:
                return made(
                    duet::length(column) > 2,
                    [](const std::string& v, const std::string&) {
                        return std::count_if(v.begin(), v.end(), [](char c) { return (c & 0xC0) != 0x80; }) >
                               2;
                    },
                    " longer than 2; ");
        }
    }
    Claim odd_one() {
        switch (number(0, 7)) {
            case 0:
                return {"b"_c.is_null(), [](const Thing& t) { return Truth(!t.b); }, "b is null"};
            case 1:
                return {"note"_c.is_not_null(), [](const Thing& t) { return Truth(t.note.has_value()); },
                        "note is not null"};
            case 2:
                return {"flag"_c, [](const Thing& t) { return t.flag; }, "flag"};
            case 3:
                return {"flag"_c.is_true(), [](const Thing& t) { return Truth(t.flag == true); },
                        "flag is true"};
            case 4:
                return {"a"_c < "b"_c,
                        [](const Thing& t) { return known(t.b, [&](int b) { return t.a < b; }); }, "a < b"};
            case 5:
                return {"a"_c + "b"_c == 0,
                        [](const Thing& t) { return known(t.b, [&](int b) { return t.a + b == 0; }); },
                        "a + b == 0"};
            case 6:
                return {duet::coalesce("b"_c, 0) >= "a"_c,
                        [](const Thing& t) { return Truth(t.b.value_or(0) >= t.a); }, "coalesce(b, 0) >= a"};
            default:
                return {"name"_c.is_("note"_c), [](const Thing& t) { return Truth(t.note == t.name); },
                        "name is note"};
        }
    }

    std::mt19937 random_;
};

template <class B>
class Properties : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database blocking(this->db);
        blocking.create_all(duet::models<Thing>);
        for (int i = 0; i < 300; ++i) things.push_back(generate.thing());
        blocking.create_bulk(things);
    }
    std::vector<std::int64_t> filtered(const Claim& claim) const {
        std::vector<std::int64_t> out;
        for (const Thing& thing : things) {
            if (claim.holds(thing) == Truth(true)) out.push_back(thing.id);
        }
        return out;
    }

    Generator generate{20'240'506};
    std::vector<Thing> things;
};
TYPED_TEST_SUITE(Properties, Backends, BackendNames);

TYPED_TEST(Properties, RandomConditionsFindWhatPlainCppFinds) {
    for (int round = 0; round < 400; ++round) {
        const Claim claim = this->generate.claim(4);
        const auto query = duet::query<Thing>().where(claim.sql).order_by("id");
        const auto expected = this->filtered(claim);
        ASSERT_EQ(bookshop::ids_of(got(this->db.all(query))), expected) << round << ": " << claim.text;
        if (round % 8 == 0) {
            EXPECT_EQ(got(this->db.count(query)), static_cast<std::int64_t>(expected.size())) << claim.text;
            EXPECT_EQ(got(this->db.query(query).exists()), !expected.empty()) << claim.text;
        }
    }
}

TYPED_TEST(Properties, OrderLimitAndOffsetCutWhatPlainCppCuts) {
    for (int round = 0; round < 100; ++round) {
        const Claim claim = this->generate.claim(2);
        const bool by_note = this->generate.chance(50);
        const bool backwards = this->generate.chance(50);
        const auto less = [&](const Thing* l, const Thing* r) {  // NULL is the smallest
            if (by_note && l->note != r->note) return backwards ? l->note > r->note : l->note < r->note;
            if (!by_note && l->x != r->x) return backwards ? l->x > r->x : l->x < r->x;
            return l->id < r->id;
        };
        std::vector<const Thing*> expected;
        for (const Thing& thing : this->things) {
            if (claim.holds(thing) == Truth(true)) expected.push_back(&thing);
        }
        std::sort(expected.begin(), expected.end(), less);
        const auto limit = static_cast<std::size_t>(this->generate.number(0, 40));
        const auto offset = static_cast<std::size_t>(this->generate.number(0, 60));
        std::vector<std::int64_t> ids;
        for (std::size_t i = offset; i < std::min(expected.size(), offset + limit); ++i)
            ids.push_back(expected[i]->id);

        const std::string order = std::string(backwards ? "-" : "") + (by_note ? "note" : "x");
        const auto query = duet::query<Thing>()
                               .where(claim.sql)
                               .order_by(duet::runtime(order), "id")
                               .limit(static_cast<std::int64_t>(limit))
                               .offset(static_cast<std::int64_t>(offset));
        ASSERT_EQ(bookshop::ids_of(got(this->db.all(query))), ids) << claim.text << " by " << order;
        ASSERT_EQ(got(this->db.count(query)), static_cast<std::int64_t>(ids.size())) << claim.text;
    }
}

TYPED_TEST(Properties, BulkWritesTouchWhatTheQueryFinds) {
    for (int round = 0; round < 10; ++round) {
        const Claim claim = this->generate.claim(3);
        const auto expected = static_cast<std::int64_t>(this->filtered(claim).size());
        const auto query = duet::query<Thing>().where(claim.sql);
        EXPECT_EQ(got(this->db.query(query).update_bulk("name"_c = "name"_c, duet::all_rows)), expected)
            << claim.text;
        EXPECT_EQ(
            got(this->db.query(query.order_by("-a").limit(5)).update_bulk("x"_c = "x"_c, duet::all_rows)),
            std::min<std::int64_t>(expected, 5))
            << claim.text;
    }
    const Claim claim = this->generate.claim(3);
    const auto expected = static_cast<std::int64_t>(this->filtered(claim).size());
    EXPECT_EQ(got(this->db.query(duet::query<Thing>().where(claim.sql)).delete_bulk()), expected)
        << claim.text;
    EXPECT_EQ(got(this->db.count(duet::query<Thing>())), 300 - expected);
}

}  // namespace
