#include <duet/statement.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "integration/support.hpp"

/// Queries that chance puts together, and what a plain C++ model of the same rows says about them: SQL's
/// arithmetic over NULLs and its three truths, orders, limits, figures, groups, set operations and questions
/// about related rows. A failure names the seed and the query.
namespace {

using namespace duet::test;
using Number = std::optional<std::int64_t>;
using Text = std::optional<std::string>;
using Truth = std::optional<bool>;

struct Part;
struct Box {
    std::int64_t id{};
    int size{};
    std::optional<int> weight{};
    std::optional<std::string> label{};
    std::optional<bool> open{};
    duet::HasMany<Part> parts{};
    static constexpr auto table = duet::table("boxes");
};
struct Part {
    std::int64_t id{};
    std::optional<duet::BelongsTo<Box>> box{};
    int a{};
    std::optional<int> b{};
    std::string name{};
    std::optional<std::string> note{};
    std::optional<bool> flag{};
    static constexpr auto table = duet::table("parts");
};

/// The rows as C++ sees them.
struct World {
    std::vector<Box> boxes;
    std::vector<Part> parts;

    const Box* box_of(const Part& part) const {
        return part.box ? &boxes[static_cast<std::size_t>(part.box->key() - 1)] : nullptr;
    }
};

/// An expression over M whose type is forgotten, so that it can be built upon at run time.
template <class M, class T>
struct Any : duet::expr::Lookups<Any<M, T>> {
    template <class>
    using cpp_type = T;
    duet::shape::Fragment fragment;

    template <class E>
    explicit Any(const E& e) {
        e.template emit<M>(fragment);
    }
    template <class>
    static consteval duet::expr::Checked check() {
        return {&duet::detail::type_info<T>, true};
    }
    template <class>
    void emit(duet::shape::Fragment& out) const {
        out.append(fragment);
    }
};

/// A part of a query: for the database, for C++, and for people.
template <class M, class Sql, class Value>
struct Said {
    Sql sql;
    std::function<Value(const M&)> holds;
    std::string text;
};
template <class M>
using NumberOf = Said<M, Any<M, std::int64_t>, Number>;
template <class M>
using TextOf = Said<M, Any<M, std::string>, Text>;
template <class M>
using TruthOf = Said<M, duet::Condition<M>, Truth>;

Truth negated(Truth t) { return t ? Truth(!*t) : Truth(); }
Truth both(Truth a, Truth b) {
    if (a == Truth(false) || b == Truth(false)) return false;
    return a && b ? Truth(true) : Truth();
}
Truth either(Truth a, Truth b) { return negated(both(negated(a), negated(b))); }
template <class T, class F>
auto known(const std::optional<T>& a, const std::optional<T>& b, F f) {
    using R = std::optional<std::decay_t<decltype(f(*a, *b))>>;
    return a && b ? R(f(*a, *b)) : R();
}

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int roll(int low, int high) {
        return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
    }
    bool chance(int percent) { return roll(1, 100) <= percent; }
    std::string word() {
        static const std::vector<std::string> parts{"a", "A", "b", "ü", "%", "_", "\\", "'", "", " "};
        std::string out;
        for (int i = roll(0, 3); i > 0; --i)
            out += parts[static_cast<std::size_t>(roll(0, static_cast<int>(parts.size()) - 1))];
        return out;
    }

private:
    std::mt19937 engine_;
};

World make_world(Dice& dice) {
    World world;
    for (int i = 0; i < 30; ++i) {
        Box box{.size = dice.roll(-3, 3)};
        if (dice.chance(70)) box.weight = dice.roll(-4, 4);
        if (dice.chance(70)) box.label = dice.word();
        if (dice.chance(70)) box.open = dice.chance(50);
        world.boxes.push_back(box);
    }
    for (int i = 0; i < 100; ++i) {
        Part part{.a = dice.roll(-3, 3), .name = dice.word()};
        if (dice.chance(80)) part.box = duet::BelongsTo<Box>(dice.roll(1, 25));
        if (dice.chance(70)) part.b = dice.roll(-4, 4);
        if (dice.chance(60)) part.note = dice.word();
        if (dice.chance(60)) part.flag = dice.chance(50);
        world.parts.push_back(part);
    }
    return world;
}

/// The columns of each model.
template <class M>
class Leaves;
template <>
class Leaves<Part> {
public:
    Leaves(Dice& dice, const World& world) : dice_(dice), world_(world) {}
    NumberOf<Part> number() {
        switch (dice_.roll(0, 3)) {
            case 0:
                return {Any<Part, std::int64_t>("a"_c), [](const Part& p) { return Number(p.a); }, "a"};
            case 1:
                return {Any<Part, std::int64_t>("b"_c), [](const Part& p) { return Number(p.b); }, "b"};
            case 2:
                return {Any<Part, std::int64_t>("id"_c), [](const Part& p) { return Number(p.id); }, "id"};
            default:
                return {Any<Part, std::int64_t>("box.weight"_c),
                        [&w = world_](const Part& p) {
                            return w.box_of(p) ? Number(w.box_of(p)->weight) : Number();
                        },
                        "box.weight"};
        }
    }
    TextOf<Part> words() {
        switch (dice_.roll(0, 2)) {
            case 0:
                return {Any<Part, std::string>("name"_c), [](const Part& p) { return Text(p.name); }, "name"};
            case 1:
                return {Any<Part, std::string>("note"_c), [](const Part& p) { return p.note; }, "note"};
            default:
                return {Any<Part, std::string>("box.label"_c),
                        [&w = world_](const Part& p) { return w.box_of(p) ? w.box_of(p)->label : Text(); },
                        "box.label"};
        }
    }
    TruthOf<Part> truth(int /*depth*/) {
        if (dice_.chance(50)) return {"flag"_c, [](const Part& p) { return p.flag; }, "flag"};
        return {"box.open"_c == true,
                [&w = world_](const Part& p) { return w.box_of(p) ? w.box_of(p)->open : Truth(); },
                "box.open"};
    }

private:
    Dice& dice_;
    const World& world_;
};

template <class M>
class Generator {
public:
    Generator(Dice& dice, const World& world) : dice_(dice), leaves_(dice, world) {}

    NumberOf<M> number(int depth) {
        if (depth == 0 || dice_.chance(25)) return leaves_.number();
        const NumberOf<M> x = number(depth - 1);
        switch (dice_.roll(0, 9)) {
            case 0:
                return two(x, number(depth - 1), "+", [](const auto& a, const auto& b) { return a + b; });
            case 1:
                return two(x, number(depth - 1), "-", [](const auto& a, const auto& b) { return a - b; });
            case 2:
                return two(x, number(depth - 1), "*", [](const auto& a, const auto& b) { return a * b; });
            case 3: {
                const NumberOf<M> y = number(depth - 1);
                return {made(x.sql / y.sql),
                        [p = x.holds, q = y.holds](const M& m) {
                            const Number b = q(m);
                            return b == Number(0) ? Number() : known(p(m), b, std::divides<>{});
                        },
                        "(" + x.text + " / " + y.text + ")"};
            }
            case 4: {
                const int k = dice_.roll(-3, 3);
                return {made(x.sql % k),
                        [p = x.holds, k](const M& m) {
                            const Number a = p(m);
                            return a && k != 0 ? Number(*a % k) : Number();
                        },
                        "(" + x.text + " % " + std::to_string(k) + ")"};
            }
            case 5: {
                const int k = dice_.roll(-3, 3);
                return {made(duet::coalesce(x.sql, k)),
                        [p = x.holds, k](const M& m) { return Number(p(m).value_or(k)); },
                        "coalesce(" + x.text + ", " + std::to_string(k) + ")"};
            }
            case 6: {
                const TruthOf<M> c = truth(depth - 1);
                const NumberOf<M> y = number(depth - 1);
                return {made(duet::case_().when(c.sql, x.sql).otherwise(y.sql)),
                        [c = c.holds, p = x.holds, q = y.holds](const M& m) {
                            return c(m) == Truth(true) ? p(m) : q(m);
                        },
                        "(" + c.text + " ? " + x.text + " : " + y.text + ")"};
            }
            case 7:
                return {made(-x.sql),
                        [p = x.holds](const M& m) {
                            const Number a = p(m);
                            return a ? Number(-*a) : Number();
                        },
                        "-" + x.text};
            case 8: {
                const TextOf<M> t = words(depth - 1);
                return {made(duet::length(t.sql)),
                        [t = t.holds](const M& m) {
                            const Text v = t(m);
                            if (!v) return Number();
                            return Number(std::count_if(v->begin(), v->end(),
                                                        [](char c) { return (c & 0xC0) != 0x80; }));
                        },
                        "length(" + t.text + ")"};
            }
            default: {
                const NumberOf<M> y = number(depth - 1);
                return {made(duet::greatest(x.sql, y.sql)),
                        [p = x.holds, q = y.holds](const M& m) {  // passes over NULLs
                            return std::max(p(m), q(m));
                        },
                        "greatest(" + x.text + ", " + y.text + ")"};
            }
        }
    }

    TextOf<M> words(int depth) {
        if (depth == 0 || dice_.chance(40)) return leaves_.words();
        const TextOf<M> x = words(depth - 1);
        switch (dice_.roll(0, 2)) {
            case 0: {
                const TextOf<M> y = words(depth - 1);
                const std::string between = dice_.word();
                return {spoken(duet::concat(x.sql, between, y.sql)),
                        [p = x.holds, q = y.holds, between](const M& m) {
                            return Text(p(m).value_or("") + between + q(m).value_or(""));
                        },
                        "concat(" + x.text + ", '" + between + "', " + y.text + ")"};
            }
            case 1: {
                const std::string other = dice_.word();
                return {spoken(duet::nullif(x.sql, other)),
                        [p = x.holds, other](const M& m) { return p(m) == Text(other) ? Text() : p(m); },
                        "nullif(" + x.text + ", '" + other + "')"};
            }
            default: {
                const std::string other = dice_.word();
                return {spoken(duet::coalesce(x.sql, other)),
                        [p = x.holds, other](const M& m) { return Text(p(m).value_or(other)); },
                        "coalesce(" + x.text + ", '" + other + "')"};
            }
        }
    }

    TruthOf<M> truth(int depth) {
        if (depth == 0 || dice_.chance(20)) return dice_.chance(30) ? leaves_.truth(depth) : compared(0);
        switch (dice_.roll(0, 5)) {
            case 0: {
                const TruthOf<M> x = truth(depth - 1);
                return {!x.sql, [p = x.holds](const M& m) { return negated(p(m)); }, "!" + x.text};
            }
            case 1:
            case 2: {
                const TruthOf<M> x = truth(depth - 1), y = truth(depth - 1);
                return {x.sql && y.sql, [p = x.holds, q = y.holds](const M& m) { return both(p(m), q(m)); },
                        "(" + x.text + " && " + y.text + ")"};
            }
            case 3: {
                const TruthOf<M> x = truth(depth - 1), y = truth(depth - 1);
                return {x.sql || y.sql, [p = x.holds, q = y.holds](const M& m) { return either(p(m), q(m)); },
                        "(" + x.text + " || " + y.text + ")"};
            }
            case 4:
                return leaves_.truth(depth);
            default:
                return compared(depth - 1);
        }
    }

private:
    static Any<M, std::int64_t> made(const auto& e) { return Any<M, std::int64_t>(e); }
    static Any<M, std::string> spoken(const auto& e) { return Any<M, std::string>(e); }
    template <class F>
    static NumberOf<M> two(const NumberOf<M>& x, const NumberOf<M>& y, const char* sign, F f) {
        return {made(f(x.sql, y.sql)),
                [p = x.holds, q = y.holds, f](const M& m) { return known(p(m), q(m), f); },
                "(" + x.text + " " + sign + " " + y.text + ")"};
    }

    TruthOf<M> compared(int depth) {
        if (dice_.chance(40)) return about_text(words(depth));
        const NumberOf<M> x = number(depth);
        const auto against = [&](const char* sign, auto f) {
            if (dice_.chance(50)) {
                const int k = dice_.roll(-4, 6);
                return TruthOf<M>{f(x.sql, k),
                                  [p = x.holds, k, f](const M& m) { return known(p(m), Number(k), f); },
                                  "(" + x.text + sign + std::to_string(k) + ")"};
            }
            const NumberOf<M> y = number(depth);
            return TruthOf<M>{f(x.sql, y.sql),
                              [p = x.holds, q = y.holds, f](const M& m) { return known(p(m), q(m), f); },
                              "(" + x.text + sign + y.text + ")"};
        };
        switch (dice_.roll(0, 9)) {
            case 0:
                return against(" == ", [](const auto& a, const auto& b) { return a == b; });
            case 1:
                return against(" != ", [](const auto& a, const auto& b) { return a != b; });
            case 2:
                return against(" < ", [](const auto& a, const auto& b) { return a < b; });
            case 3:
                return against(" >= ", [](const auto& a, const auto& b) { return a >= b; });
            case 4:
                return {x.sql.is_null(), [p = x.holds](const M& m) { return Truth(!p(m)); },
                        x.text + " is null"};
            case 5: {
                const NumberOf<M> y = number(depth);
                return {x.sql.is_(y.sql),
                        [p = x.holds, q = y.holds](const M& m) { return Truth(p(m) == q(m)); },
                        "(" + x.text + " is " + y.text + ")"};
            }
            case 6: {
                const int low = dice_.roll(-4, 2), high = dice_.roll(-1, 4);
                return {
                    x.sql.between(low, high),
                    [p = x.holds, low, high](const M& m) {
                        const Number v = p(m);
                        return v ? Truth(low <= *v && *v <= high) : Truth();
                    },
                    "(" + x.text + " between " + std::to_string(low) + " and " + std::to_string(high) + ")"};
            }
            default: {
                std::vector<int> list;
                for (int i = dice_.roll(0, 4); i > 0; --i) list.push_back(dice_.roll(-4, 4));
                const bool not_in = dice_.chance(50);
                std::string text = x.text + (not_in ? " not in [" : " in [");
                for (const int k : list) text += std::to_string(k) + " ";
                return {
                    not_in ? duet::Condition<M>(x.sql.not_in(list)) : duet::Condition<M>(x.sql.in_(list)),
                    [p = x.holds, list, not_in](const M& m) {
                        const Number v = p(m);
                        if (list.empty()) return Truth(not_in);
                        return v ? Truth(not_in != (std::find(list.begin(), list.end(), *v) != list.end()))
                                 : Truth();
                    },
                    text + "]"};
            }
        }
    }

    TruthOf<M> about_text(const TextOf<M>& x) {
        const std::string part = dice_.word();
        const auto with = [&](const duet::Condition<M>& sql, const char* what, auto test) {
            return TruthOf<M>{sql,
                              [p = x.holds, part, test](const M& m) { return known(p(m), Text(part), test); },
                              "(" + x.text + what + "'" + part + "')"};
        };
        switch (dice_.roll(0, 5)) {
            case 0:
                return with(x.sql == part,
                            " == ", [](const std::string& a, const std::string& b) { return a == b; });
            case 1:
                return with(x.sql < part, " < ",
                            [](const std::string& a, const std::string& b) { return a < b; });
            case 2:
                return with(x.sql.contains(part), " contains ",
                            [](const std::string& a, const std::string& b) {
                                return a.find(b) != std::string::npos;
                            });
            case 3:
                return with(x.sql.startswith(part), " startswith ",
                            [](const std::string& a, const std::string& b) { return a.starts_with(b); });
            case 4:
                return with(x.sql.endswith(part), " endswith ",
                            [](const std::string& a, const std::string& b) { return a.ends_with(b); });
            default:
                return {x.sql.is_not(part),
                        [p = x.holds, part](const M& m) { return Truth(p(m) != Text(part)); },
                        "(" + x.text + " is not '" + part + "')"};
        }
    }

    Dice& dice_;
    Leaves<M> leaves_;
};

template <>
class Leaves<Box> {
public:
    Leaves(Dice& dice, const World& world) : dice_(dice), world_(world), parts_(dice, world) {}
    NumberOf<Box> number() {
        switch (dice_.roll(0, 3)) {
            case 0:
                return {Any<Box, std::int64_t>("size"_c), [](const Box& b) { return Number(b.size); },
                        "size"};
            case 1:
                return {Any<Box, std::int64_t>("weight"_c), [](const Box& b) { return Number(b.weight); },
                        "weight"};
            case 2: {
                const TruthOf<Part> some = parts_.truth(1);
                return {Any<Box, std::int64_t>(duet::count_of("parts"_c, some.sql)),
                        [this, some = some.holds](const Box& b) { return Number(count(b, some)); },
                        "count_of(" + some.text + ")"};
            }
            default: {  // a subquery that refers to the box
                const NumberOf<Part> of = parts_.number(1);
                const auto his = duet::query<Part>().where("box"_c == duet::outer<Box>("id"_c));
                return {Any<Box, std::int64_t>(duet::value(his, duet::max(of.sql))),
                        [&w = world_, of = of.holds](const Box& b) {
                            Number out;
                            for (const Part& p : w.parts) {
                                if (p.box && p.box->key() == b.id) out = std::max(out, of(p));
                            }
                            return out;
                        },
                        "max(" + of.text + ")"};
            }
        }
    }
    TextOf<Box> words() {
        return {Any<Box, std::string>("label"_c), [](const Box& b) { return b.label; }, "label"};
    }
    TruthOf<Box> truth(int depth) {
        if (dice_.chance(30)) return {"open"_c == true, [](const Box& b) { return b.open; }, "open"};
        const TruthOf<Part> some = parts_.truth(std::min(depth, 2));
        switch (dice_.roll(0, 3)) {
            case 0:
                return {duet::any("parts"_c, some.sql),
                        [this, some = some.holds](const Box& b) { return Truth(count(b, some) > 0); },
                        "any(" + some.text + ")"};
            case 1:
                return {duet::none("parts"_c, some.sql),
                        [this, some = some.holds](const Box& b) { return Truth(count(b, some) == 0); },
                        "none(" + some.text + ")"};
            case 2:
                return {duet::all("parts"_c, some.sql),
                        [this, some = some.holds](const Box& b) {
                            return Truth(count(b, some) == count(b, [](const Part&) { return Truth(true); }));
                        },
                        "all(" + some.text + ")"};
            default:
                return {"id"_c.in_(duet::query<Part>().where(some.sql), "box"_c),
                        [this, some = some.holds](const Box& b) { return Truth(count(b, some) > 0); },
                        "id in (" + some.text + ")"};
        }
    }

private:
    template <class F>
    std::int64_t count(const Box& box, const F& some) const {
        return std::count_if(world_.parts.begin(), world_.parts.end(), [&](const Part& p) {
            return p.box && p.box->key() == box.id && some(p) == Truth(true);
        });
    }
    Dice& dice_;
    const World& world_;
    Generator<Part> parts_;
};

enum class Place { sqlite, postgres, pgbouncer, mariadb };

class RandomQueries : public ::testing::TestWithParam<Place> {
protected:
    void SetUp() override { db.create_all(duet::models<Box, Part>); }
    static std::string url() {
        switch (GetParam()) {
            case Place::postgres:
                return postgres_url();
            case Place::pgbouncer:
                return pgbouncer_url();
            case Place::mariadb:
                return mariadb_url();
            default:
                return "sqlite://:memory:";
        }
    }
    void fill(World& world) {
        db.create_bulk(world.boxes);
        db.create_bulk(world.parts);
    }
    template <class M>
    static std::vector<const M*> filtered(const std::vector<M>& rows, const TruthOf<M>& claim) {
        std::vector<const M*> out;
        for (const M& row : rows) {
            if (claim.holds(row) == Truth(true)) out.push_back(&row);
        }
        return out;
    }
    template <class M>
    void ask(Dice& dice, const World& world, const std::vector<M>& rows) {
        Generator<M> generate(dice, world);
        const TruthOf<M> claim = generate.truth(3);
        const NumberOf<M> number = generate.number(3);
        SCOPED_TRACE("where " + claim.text + ", with " + number.text);
        const auto found = filtered(rows, claim);
        const auto query = duet::query<M>().where(claim.sql);
        ++queries;
        switch (dice.roll(0, 4)) {
            case 0: {  // order, limit, offset; NULL is the smallest
                const bool backwards = dice.chance(50);
                std::vector<std::pair<Number, std::int64_t>> keys;
                for (const M* row : found) keys.emplace_back(number.holds(*row), row->id);
                std::sort(keys.begin(), keys.end(), [&](const auto& l, const auto& r) {
                    return l.first != r.first ? (backwards ? r.first < l.first : l.first < r.first)
                                              : l.second < r.second;
                });
                const auto limit = static_cast<std::size_t>(dice.roll(0, 30));
                const auto offset = static_cast<std::size_t>(dice.roll(0, 12));
                std::vector<std::int64_t> ids;
                for (std::size_t i = offset; i < std::min(keys.size(), offset + limit); ++i)
                    ids.push_back(keys[i].second);
                const auto ordered = backwards ? query.order_by(duet::desc(number.sql), "id")
                                               : query.order_by(number.sql, "id");
                const auto page =
                    ordered.limit(static_cast<std::int64_t>(limit)).offset(static_cast<std::int64_t>(offset));
                EXPECT_EQ(db.query(page).select("id"_c), ids);
                break;
            }
            case 1: {  // values
                std::vector<std::tuple<std::int64_t, Number>> values;
                for (const M* row : found) values.emplace_back(row->id, number.holds(*row));
                EXPECT_EQ(db.query(query.order_by("id")).select("id"_c, number.sql), values);
                break;
            }
            case 2: {  // figures
                const TruthOf<M> some = generate.truth(1);
                std::int64_t chosen = 0, not_null = 0;
                Number sum, least, most;
                for (const M* row : found) {
                    if (some.holds(*row) == Truth(true)) ++chosen;
                    const Number v = number.holds(*row);
                    if (!v) continue;
                    ++not_null;
                    sum = sum.value_or(0) + *v;
                    least = std::min(least.value_or(*v), *v);
                    most = std::max(most.value_or(*v), *v);
                }
                const auto [all, c, n, s, l, m] = db.query(query).aggregate(
                    duet::count(), duet::count().filter(some.sql), duet::count(number.sql),
                    duet::sum(number.sql), duet::min(number.sql), duet::max(number.sql));
                EXPECT_EQ(all, static_cast<std::int64_t>(found.size()));
                EXPECT_EQ(c, chosen) << some.text;
                EXPECT_EQ(n, not_null);
                EXPECT_EQ(s, sum);
                EXPECT_EQ(l, least);
                EXPECT_EQ(m, most);
                break;
            }
            case 3: {  // groups
                const int more_than = dice.roll(0, 3);
                std::map<Number, std::int64_t> groups;
                for (const M* row : found) ++groups[number.holds(*row)];
                std::erase_if(groups, [&](const auto& group) { return group.second <= more_than; });
                std::vector<std::tuple<Number, std::int64_t>> expected(groups.begin(), groups.end());
                auto got = db.query(query.group_by(number.sql).having(duet::count() > more_than))
                               .select(number.sql, duet::count());
                std::sort(got.begin(), got.end());
                EXPECT_EQ(got, expected);
                break;
            }
            default: {  // set operations
                const TruthOf<M> other = generate.truth(2);
                const NumberOf<M> key = generate.number(1);
                SCOPED_TRACE("and " + other.text + " by " + key.text);
                std::set<Number> left, right, out;
                for (const M* row : found) left.insert(key.holds(*row));
                for (const M* row : filtered(rows, other)) right.insert(key.holds(*row));
                const auto a = duet::select(key.sql).template from<M>().where(claim.sql);
                const auto b = duet::select(key.sql).template from<M>().where(other.sql);
                const auto into = std::inserter(out, out.end());
                const auto run = [&](const auto& statement) {
                    auto values = db.execute(statement).all();
                    std::sort(values.begin(), values.end());
                    EXPECT_EQ(values, std::vector<Number>(out.begin(), out.end()));
                };
                switch (dice.roll(0, 2)) {
                    case 0:
                        std::set_union(left.begin(), left.end(), right.begin(), right.end(), into);
                        run(a.union_(b));
                        break;
                    case 1:
                        std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), into);
                        run(a.intersect(b));
                        break;
                    default:
                        std::set_difference(left.begin(), left.end(), right.begin(), right.end(), into);
                        run(a.except(b));
                        break;
                }
                break;
            }
        }
    }
    void ask_many(unsigned seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Dice dice(seed);
        World world = make_world(dice);
        db.query<Part>().delete_bulk(duet::all_rows);
        db.query<Box>().delete_bulk(duet::all_rows);
        for (std::size_t i = 0; i < world.boxes.size(); ++i)
            world.boxes[i].id = static_cast<std::int64_t>(i + 1);
        for (std::size_t i = 0; i < world.parts.size(); ++i)
            world.parts[i].id = static_cast<std::int64_t>(i + 1);
        fill(world);
        for (int round = 0; round < 100 && !HasFailure(); ++round) {
            SCOPED_TRACE("round " + std::to_string(round));
            try {
                if (round % 2 == 0) {
                    ask(dice, world, world.parts);
                } else {
                    ask(dice, world, world.boxes);
                }
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what() << "\n" << last_sql;
            }
        }
    }

    duet::Database db{url()};
    std::string last_sql;
    duet::QueryHook hook = db.on_query([this](const duet::QueryEvent& event) { last_sql = event.sql; });
    int queries = 0;
};
std::string name_of(const ::testing::TestParamInfo<Place>& place) {
    constexpr const char* names[] = {"Sqlite", "Postgres", "PgBouncer", "MariaDb"};
    return names[static_cast<std::size_t>(place.param)];
}
INSTANTIATE_TEST_SUITE_P(Databases, RandomQueries,
                         ::testing::Values(Place::sqlite, Place::postgres, Place::pgbouncer, Place::mariadb),
                         name_of);

TEST_P(RandomQueries, FindWhatPlainCppFinds) {
    for (const unsigned seed : {1U, 7U, 20'261'120U}) ask_many(seed);
    RecordProperty("queries", queries);
}
TEST_P(RandomQueries, FindItWithAnySeed) { ask_many(std::random_device{}()); }

}  // namespace
