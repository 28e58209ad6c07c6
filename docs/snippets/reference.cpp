// Holds the tables of docs/reference/ against the library.
#include <duet/duet.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

enum class Color { red, green };

struct Everything {
    std::int64_t id{};
    bool flag = true;
    std::int8_t i8 = -8;
    std::int16_t i16 = 16;
    std::int32_t i32 = 32;
    std::int64_t i64 = 64;
    std::uint8_t u8 = 8;
    std::uint16_t u16 = 16;
    std::uint32_t u32 = 32;
    std::uint64_t u64 = 64;
    float f32 = 1.5F;
    double f64 = 0.1;
    std::string text = "Ada";
    std::vector<std::byte> blob{std::byte{1}};
    duet::Date date{2026y / 11 / 20};
    duet::Time time = duet::Time::of(12, 30, 1, 5);
    duet::Timestamp moment = duet::Date{2026y / 11 / 20} + 3h;
    std::chrono::milliseconds duration{1500};
    duet::Uuid uuid = duet::Uuid::parse("0190f3a2-7d4c-7b1e-8000-000000000001");
    duet::Decimal decimal = duet::Decimal::parse("12.50");
    duet::Decimal exact = duet::Decimal::parse("12.50");
    duet::Json json = duet::Json::parse(R"({"a":{"b":[1,2]}})");
    Color color = Color::green;
    std::vector<int> list{1, 2};
    std::optional<int> missing{};

    static constexpr auto table = duet::table("everything", duet::decimal_as_text("exact"));
};

namespace {

struct Reference : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override {
        db.create_all(duet::models<Everything>);
        db.create(Everything{});
    }
    template <class C>
    bool holds(const C& condition) {
        return db.query<Everything>().where(condition).exists();
    }
    template <class E>
    auto value(const E& expression) {
        return db.query<Everything>().select(expression).at(0);
    }
};

TEST_F(Reference, ColumnTypes) {
    const std::map<std::string, std::pair<std::string, std::string>> wanted{
        {"flag", {"boolean", "1"}},
        {"i8", {"integer", "-8"}},
        {"i64", {"bigint", "64"}},
        {"u32", {"bigint", "32"}},
        {"f32", {"real", "1.5"}},
        {"text", {"text", "'Ada'"}},
        {"blob", {"blob", "X'01'"}},
        {"date", {"date", "'2026-11-20'"}},
        {"time", {"time", "'12:30:01.000005'"}},
        {"moment", {"datetime", "'2026-11-20 03:00:00.000000'"}},
        {"duration", {"bigint", "1500000"}},
        {"uuid", {"char(32)", "'0190f3a27d4c7b1e8000000000000001'"}},
        {"decimal", {"decimal", "12.5"}},
        {"exact", {"text", "'12.50'"}},
        {"json", {"text", R"('{"a":{"b":[1,2]}}')"}},
        {"color", {"text", "'green'"}},
        {"list", {"text", "'[1,2]'"}},
        {"missing", {"integer", "NULL"}},
    };
    const duet::DatabaseSchema schema = db.introspect();
    for (const auto& [column, form] : wanted) {
        EXPECT_EQ(schema.table("everything")->column(column)->type, form.first) << column;
        const std::string sql = "SELECT quote(" + column + ") FROM everything";
        EXPECT_EQ(db.sql(duet::runtime(sql)).scalar<std::string>(), form.second) << column;
    }
    EXPECT_EQ(db.get<Everything>(1)->exact.to_string(), "12.50");
}

TEST_F(Reference, Lookups) {
    EXPECT_TRUE(holds("i32"_c == 32 && "i32"_c != 3 && "i32"_c < 33 && "i32"_c <= 32 && "i32"_c > 31 &&
                      "i32"_c >= 32));
    EXPECT_TRUE(holds("i32"_c.in_({1, 32}) && "i32"_c.in_(1, 32) && "i32"_c.in_(std::vector<int>{32})));
    EXPECT_TRUE(holds("i32"_c.not_in({1, 2}) && "i32"_c.between(32, 40)));
    EXPECT_FALSE(holds("i32"_c.in_(std::vector<int>{})));
    EXPECT_TRUE(holds("missing"_c.is_null() && "text"_c.is_not_null() && "missing"_c == nullptr));
    EXPECT_TRUE(holds("missing"_c.is_not(5) && "missing"_c.is_(std::optional<int>{})));
    EXPECT_FALSE(holds("missing"_c != 5));
    EXPECT_TRUE(holds("flag"_c && "flag"_c.is_true() && !"flag"_c.is_false()));
    EXPECT_TRUE(holds("text"_c.contains("d") && "text"_c.icontains("D") && "text"_c.startswith("A") &&
                      "text"_c.istartswith("a") && "text"_c.endswith("a") && "text"_c.iendswith("A")));
    EXPECT_TRUE(holds("text"_c.like("A_a") && "text"_c.ilike("a%") && "text"_c.regex("^A(d|b)a$")));
    EXPECT_FALSE(holds("text"_c.contains("%")));
    EXPECT_TRUE(holds("list"_c.contains(2)));
    EXPECT_TRUE(
        holds("json"_c["a"]["b"][0] == 1 && "json"_c["a"].has_key("b") && "json"_c["a"]["b"].contains(2)));
    EXPECT_TRUE(holds("json"_c["a"]["b"][1].as<std::int64_t>() > 1));
    EXPECT_TRUE(holds("json"_c["no"]["where"].is_null()));
    EXPECT_TRUE(holds(duet::always() && !duet::never()));
    EXPECT_TRUE(holds("moment"_c < std::chrono::system_clock::time_point::max()));
}

TEST_F(Reference, Functions) {
    EXPECT_EQ(value(duet::lower("text"_c)), "ada");
    EXPECT_EQ(value(duet::upper("text"_c)), "ADA");
    EXPECT_EQ(value(duet::length("text"_c)), 3);
    EXPECT_EQ(value(duet::trim(duet::concat(" ", "text"_c, " "))), "Ada");
    EXPECT_EQ(value(duet::ltrim(duet::concat(" ", "text"_c))), "Ada");
    EXPECT_EQ(value(duet::rtrim(duet::concat("text"_c, " "))), "Ada");
    EXPECT_EQ(value(duet::replace("text"_c, "d", "nn")), "Anna");
    EXPECT_EQ(value(duet::substr("text"_c, 2)), "da");
    EXPECT_EQ(value(duet::substr("text"_c, 1, 1)), "A");
    EXPECT_EQ(value(duet::concat("text"_c, "-", "i32"_c, "missing"_c)), "Ada-32");
    EXPECT_EQ(value(duet::coalesce("missing"_c, 5)), 5);
    EXPECT_EQ(value(duet::nullif("i32"_c, 32)), std::nullopt);
    EXPECT_EQ(value(duet::abs("i8"_c)), 8);
    EXPECT_DOUBLE_EQ(value(duet::round("f64"_c)), 0.0);
    EXPECT_DOUBLE_EQ(value(duet::round("f64"_c, 1)), 0.1);
    EXPECT_EQ(value(duet::greatest("i32"_c, "i16"_c, 7)), 32);
    EXPECT_EQ(value(duet::least("i32"_c, "i16"_c)), 16);
    EXPECT_EQ(value(duet::cast<std::string>("i32"_c)), "32");
    EXPECT_EQ(value(duet::fn<std::int64_t>("unicode")("text"_c)), 65);
    EXPECT_EQ(value(duet::case_().when("i32"_c > 30, "big").otherwise("small")), "big");
    EXPECT_EQ(value("i32"_c + 1), 33);
    EXPECT_EQ(value(-"i32"_c * 2 - 1), -65);
    EXPECT_EQ(value("i32"_c / 5), 6);
    EXPECT_EQ(value("i32"_c % 5), 2);
    EXPECT_GT(value(duet::now()), (duet::Date{2020y / 1 / 1}));
    static_cast<void>(value(duet::random()));
}

TEST_F(Reference, Dates) {
    EXPECT_EQ(value(duet::year("moment"_c)), 2026);
    EXPECT_EQ(value(duet::quarter("moment"_c)), 4);
    EXPECT_EQ(value(duet::month("moment"_c)), 11);
    EXPECT_EQ(value(duet::week("moment"_c)), 47);
    EXPECT_EQ(value(duet::day("moment"_c)), 20);
    EXPECT_EQ(value(duet::hour("moment"_c)), 3);
    EXPECT_EQ(value(duet::minute("time"_c)), 30);
    EXPECT_EQ(value(duet::second("time"_c)), 1);
    EXPECT_EQ(value(duet::weekday("date"_c)), 5);
    EXPECT_EQ(value(duet::day_of_year("date"_c)), 324);
    EXPECT_EQ(value(duet::date("moment"_c)), (duet::Date{2026y / 11 / 20}));
    EXPECT_EQ(value(duet::trunc_year("moment"_c)), (duet::Date{2026y / 1 / 1}));
    EXPECT_EQ(value(duet::trunc_quarter("moment"_c)), (duet::Date{2026y / 10 / 1}));
    EXPECT_EQ(value(duet::trunc_month("moment"_c)), (duet::Date{2026y / 11 / 1}));
    EXPECT_EQ(value(duet::trunc_week("moment"_c)), (duet::Date{2026y / 11 / 16}));
    EXPECT_EQ(value(duet::trunc_day("moment"_c)), (duet::Date{2026y / 11 / 20}));
    EXPECT_EQ(value(duet::trunc_hour("moment"_c)), (duet::Date{2026y / 11 / 20} + 3h));
    EXPECT_EQ(value(duet::trunc_minute("moment"_c)), (duet::Date{2026y / 11 / 20} + 3h));
    EXPECT_EQ(value(duet::trunc_second("moment"_c)), (duet::Date{2026y / 11 / 20} + 3h));
}

TEST_F(Reference, Aggregates) {
    const auto query = db.query<Everything>();
    EXPECT_EQ(query.aggregate(duet::count()), 1);
    EXPECT_EQ(query.aggregate(duet::count("missing"_c)), 0);
    EXPECT_EQ(query.aggregate(duet::count_distinct("i32"_c)), 1);
    EXPECT_EQ(query.aggregate(duet::sum("i32"_c)), 32);
    EXPECT_EQ(query.aggregate(duet::avg("i32"_c)), 32.0);
    EXPECT_EQ(query.aggregate(duet::min("text"_c)), "Ada");
    EXPECT_EQ(query.aggregate(duet::max("text"_c)), "Ada");
    EXPECT_EQ(query.aggregate(duet::count().filter("i32"_c > 50)), 0);
    const auto rows = query.group_by("color"_c)
                          .order_by(duet::desc(duet::label("n")), duet::asc("color"_c).nulls_last())
                          .select("color"_c, duet::count().as("n"));
    EXPECT_EQ(std::get<1>(rows.at(0)), 1);
    EXPECT_EQ(value(duet::value(duet::query<Everything>(), duet::max("i32"_c))), 32);
}

}  // namespace
