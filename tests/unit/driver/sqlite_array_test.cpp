#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <limits>

#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

constexpr TypeInfo timestamp = plain<Timestamp>(Kind::timestamp);
constexpr TypeInfo uuid = plain<Uuid>(Kind::uuid);
constexpr TypeInfo decimal = plain<Decimal>(Kind::decimal);
constexpr TypeInfo json = plain<Json>(Kind::json);
constexpr TypeInfo maybe_int = optional_of<std::int64_t>(int64);

constexpr TypeInfo texts = vector_of<std::string>(text);
constexpr TypeInfo ints = vector_of<std::int32_t>(int32);

enum class Role : int { guest = -1, admin = 2 };
constexpr Enumerator roles[] = {{"guest", -1}, {"admin", 2}};
constexpr EnumInfo role_info{roles, "Role", true, false};
constexpr TypeInfo role{.kind = Kind::enumeration, .size = 4, .ops = {.enumeration = &role_info}};

// Texts as the values of a query keep them: length and characters, one after the other.
std::string packed(std::initializer_list<std::string_view> items) {
    std::string out;
    for (const std::string_view item : items) {
        const std::uint64_t size = item.size();
        out.append(reinterpret_cast<const char*>(&size), sizeof size);
        out += item;
    }
    return out;
}

template <class T>
BindValue list_of(const TypeInfo& type, const std::vector<T>& values) {
    return {&type, values.data(), values.size(), true};
}

TEST(SqliteArrays, AreJsonText) {
    Session db;
    const std::vector<std::string> tags{"a", "quote\"", "", "\xC3\xA9"};
    EXPECT_EQ(db.as_text("SELECT ?", {{&texts, &tags}}), "[\"a\",\"quote\\\"\",\"\",\"\xC3\xA9\"]");
    EXPECT_EQ(db.round_trip(texts, tags), tags);
    const std::vector<std::int32_t> none;
    EXPECT_EQ(db.as_text("SELECT ?", {{&ints, &none}}), "[]");
    EXPECT_EQ(db.round_trip(ints, none), none);
    EXPECT_EQ(db.round_trip(ints, std::vector<std::int32_t>{1, -2}), (std::vector<std::int32_t>{1, -2}));
}

TEST(SqliteArrays, HoldElementsOfEveryKind) {
    Session db;
    const auto same = [&]<class T>(const TypeInfo& element, const std::vector<T>& value) {
        const TypeInfo type = vector_of<T>(element);
        EXPECT_EQ(db.round_trip(type, value), value);
    };
    same(float64, std::vector<double>{0.1, -1e300, 3});
    same(uint64, std::vector<std::uint64_t>{std::numeric_limits<std::uint64_t>::max()});
    same(timestamp, std::vector<Timestamp>{Timestamp{}, Timestamp{std::chrono::microseconds(1)}});
    same(uuid, std::vector<Uuid>{Uuid::v4(), Uuid{}});
    same(decimal, std::vector<Decimal>{Decimal::parse("12345678901234567890.5")});
    same(json, std::vector<Json>{Json::parse("{\"a\":[1]}"), Json()});
    same(role, std::vector<Role>{Role::admin, Role::guest});
    same(maybe_int, std::vector<std::optional<std::int64_t>>{1, std::nullopt});
    same(blob, std::vector<std::vector<std::byte>>{{std::byte{0}, std::byte{255}}, {}});
    same(ints, std::vector<std::vector<std::int32_t>>{{1, 2}, {}});
}

TEST(SqliteArrays, RefuseMalformedText) {
    Session db;
    for (const char* bad : {"'['", "'{}'", "'[1,]'", "'[1] x'", "'[\"a\"]'", "'[null]'", "'[1.5]'",
                            "'[2147483648]'", "5", "NULL", "'[[1]]'", "''"}) {
        EXPECT_THROW(db.column<std::vector<std::int32_t>>(ints, std::string("SELECT ") + bad),
                     ValidationError)
            << bad;
    }
}

TEST(SqliteLists, SelectByManyValuesWithOnePlaceholder) {
    Session db;
    db.script(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price decimal);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
        "INSERT INTO t SELECT i, 'n' || i, i * 0.5 FROM n");
    const std::string in = "SELECT count(*) FROM t WHERE id IN (SELECT value FROM duet_array(?))";
    EXPECT_EQ(db.as_text(in, {list_of(int64, std::vector<std::int64_t>{5, 7, 7, 2000})}), "2");
    EXPECT_EQ(db.as_text(in, {list_of(int32, std::vector<std::int32_t>{5})}), "1");
    EXPECT_EQ(db.as_text(in, {list_of(int64, std::vector<std::int64_t>{})}), "0");
    EXPECT_EQ(db.as_text(in, {sql_null}), "0");
    const std::string by_name = "SELECT count(*) FROM t WHERE name IN (SELECT value FROM duet_array(?))";
    EXPECT_EQ(db.as_text(by_name, {list_of(text, std::vector<std::string>{"n1", "n2", "x"})}), "2");
    const std::string names = packed({"n3", "", "n4", "n5"});
    EXPECT_EQ(db.as_text(by_name, {{&text_view, names.data(), 4, true}}), "3");
    EXPECT_EQ(db.as_text("SELECT count(*) FROM t WHERE price IN (SELECT value FROM duet_array(?))",
                         {list_of(decimal, std::vector<Decimal>{Decimal::parse("1.50"), Decimal(2)})}),
              "2");
    std::vector<std::int64_t> many(100'000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i);
    EXPECT_EQ(db.as_text(in, {list_of(int64, many)}), "1000");
}

TEST(SqliteLists, AreLookedUpThroughTheIndex) {
    Session db;
    db.script("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    std::vector<std::string> plan;
    const auto statement =
        db.prepare("EXPLAIN QUERY PLAN SELECT * FROM t WHERE id IN (SELECT value FROM duet_array(?))", {{0}});
    const DecodeStep step{.type = &text, .column = 3};
    RowSink sink{.steps = &step, .step_count = 1};
    sink.open = [](void* rows, std::size_t) -> void* {
        return &static_cast<std::vector<std::string>*>(rows)->emplace_back();
    };
    sink.context = &plan;
    Outcome outcome;
    db.connection().execute(*statement, {&sql_null, 1}, &sink, all_rows, outcome);
    ASSERT_FALSE(plan.empty());
    EXPECT_NE(plan[0].find("USING INTEGER PRIMARY KEY"), std::string::npos) << plan[0];
}

TEST(SqliteLists, ConvertTheirElementsAsBindsDo) {
    Session db;
    const std::string first = "SELECT group_concat(typeof(value) || ' ' || value, '|') FROM duet_array(?)";
    EXPECT_EQ(db.as_text(first, {list_of(float64, std::vector<double>{1.5})}), "real 1.5");
    EXPECT_EQ(db.as_text(first, {list_of(timestamp, std::vector<Timestamp>{Timestamp{}})}),
              "text 1970-01-01 00:00:00.000000");
    EXPECT_EQ(db.as_text(first, {list_of(uuid, std::vector<Uuid>{Uuid{}})}), "text " + std::string(32, '0'));
    EXPECT_EQ(db.as_text(first, {list_of(role, std::vector<Role>{Role::guest, Role::admin})}),
              "text guest|text admin");
    EXPECT_EQ(db.as_text("SELECT count(*) - count(value) FROM duet_array(?)",
                         {list_of(maybe_int, std::vector<std::optional<std::int64_t>>{1, std::nullopt})}),
              "1");
    EXPECT_EQ(db.as_text("SELECT length(CAST(value AS BLOB)) FROM duet_array(?)",
                         {list_of(text, std::vector<std::string>{std::string("a\0b", 3)})}),
              "3");
}

TEST(SqliteLists, RefuseBadElements) {
    Session db;
    const std::string all = "SELECT count(value) FROM duet_array(?)";
    EXPECT_THROW(db.as_text(all, {list_of(text, std::vector<std::string>{"ok", "\xFF"})}), ValidationError);
    EXPECT_THROW(
        db.as_text(all, {list_of(float64, std::vector<double>{std::numeric_limits<double>::quiet_NaN()})}),
        ValidationError);
    EXPECT_EQ(db.as_text(all, {list_of(int64, std::vector<std::int64_t>{1})}), "1");
}

TEST(SqliteLists, EndWithTheExecution) {
    Session db;
    const auto statement = db.prepare("SELECT value FROM duet_array(?)", {{0}});
    Outcome outcome;
    {
        const std::vector<std::int64_t> values{1, 2, 3};
        const BindValue list = list_of(int64, values);
        db.connection().execute(*statement, {&list, 1}, nullptr, 1, outcome);
        EXPECT_TRUE(outcome.more);
        db.connection().close(*statement);
    }
    db.connection().execute(*statement, {&sql_null, 1}, nullptr, all_rows, outcome);
    EXPECT_EQ(outcome.rows, 0U);
}

}  // namespace
}  // namespace duet::driver::test
