#include <duet/duet.hpp>
// [include]
#include <duet/functions.hpp>
// [/include]

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Order {
    std::int64_t id{};
    std::int64_t customer{};
    std::string city{};
    double total{};
    bool paid = true;
    duet::Timestamp created_at{};

    static constexpr auto table = duet::table("orders");
};

namespace {

struct Windows : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override {
        db.create_all(duet::models<Order>);
        const duet::Timestamp start = duet::Date{2026y / 11 / 1};
        db.create_bulk(std::vector<Order>{
            {.customer = 1, .city = "Leipzig", .total = 10, .created_at = start},
            {.customer = 1, .city = "Leipzig", .total = 30, .created_at = start + 24h},
            {.customer = 2, .city = "Graz", .total = 20, .paid = false, .created_at = start + 48h},
        });
    }
};

TEST_F(Windows, Numbering) {
    // [first]
    const auto rows = db.query<Order>().order_by("id").select(
        "id"_c, duet::row_number().over(duet::partition_by("customer"_c), duet::order_by("-created_at")),
        duet::sum("total"_c).over(duet::partition_by("customer"_c)));
    for (const auto& [id, rank, total] : rows) {  // std::int64_t, std::int64_t, std::optional<double>
        // [/first]
        EXPECT_EQ(rank, id == 1 ? 2 : 1);
        EXPECT_EQ(total, id == 3 ? 20.0 : 40.0);
    }
    // [label]
    const auto newest =
        db.query<Order>()
            .order_by(duet::label("place"), "id")
            .limit(2)
            .select("id"_c, duet::row_number()
                                .over(duet::partition_by("customer"_c), duet::order_by("-created_at"))
                                .as("place"));
    // [/label]
    EXPECT_EQ(newest, (std::vector<std::tuple<std::int64_t, std::int64_t>>{{2, 1}, {3, 1}}));
}

TEST_F(Windows, Neighbours) {
    // [neighbours]
    const auto steps =
        db.query<Order>()
            .order_by("created_at")
            .select("total"_c - duet::lag("total"_c, 1, 0.0).over(duet::order_by("created_at")),
                    duet::lead("city"_c).over(duet::order_by("created_at")));
    // [/neighbours]
    EXPECT_EQ(steps.at(1), (std::tuple<double, std::optional<std::string>>(20, "Graz")));
}

TEST_F(Windows, Frames) {
    // [frames]
    const auto by_time = duet::order_by("created_at");
    const auto running = duet::sum("total"_c).over(by_time);
    const auto moving =
        duet::avg("total"_c).over(by_time, duet::rows(duet::preceding(1), duet::following(1)));
    const auto others = duet::max("total"_c).over(
        by_time, duet::rows(duet::unbounded_preceding, duet::unbounded_following).exclude_current_row());
    const auto unpaid = duet::count().filter(!"paid"_c).over(by_time);
    const auto rows = db.query<Order>().order_by("id").select(running, moving, others, unpaid);
    // [/frames]
    EXPECT_EQ(std::get<0>(rows.at(2)), 60.0);
    EXPECT_EQ(std::get<1>(rows.at(0)), 20.0);
    EXPECT_EQ(std::get<2>(rows.at(1)), 20.0);
    EXPECT_EQ(std::get<3>(rows.at(2)), 1);
    // [hours]
    const auto day = duet::count().over(duet::order_by("created_at"),
                                        duet::range(duet::preceding(24h), duet::current_row));  // PostgreSQL
    // [/hours]
    EXPECT_THROW((void)db.query<Order>().select(day), duet::UnsupportedByDialect);
}

TEST_F(Windows, Named) {
    // [named]
    const auto rows = db.query<Order>()
                          .window("w", duet::partition_by("customer"_c), duet::order_by("created_at"))
                          .order_by("id")
                          .select("id"_c, duet::rank().over("w"), duet::cume_dist().over("w"));
    // [/named]
    EXPECT_EQ(std::get<1>(rows.at(1)), 2);
}

TEST_F(Windows, Groups) {
    // [groups]
    const auto cities = db.query<Order>().group_by("city"_c).order_by("city").select(
        "city"_c, duet::sum("total"_c), duet::rank().over(duet::order_by(duet::desc(duet::sum("total"_c)))));
    // [/groups]
    EXPECT_EQ(std::get<2>(cities.at(0)), 2);
}

TEST_F(Windows, Gathering) {
    // [gathering]
    const auto per_city = db.query<Order>().group_by("city"_c).order_by("city").select(
        "city"_c, duet::array_agg("total"_c, duet::order_by("-total")),  // std::vector<double>
        duet::string_agg("id"_c, ", ", duet::order_by("id")),            // std::optional<std::string>
        duet::json_array_agg(duet::json_object("id", "id"_c, "paid", "paid"_c)));  // duet::Json
    const std::optional<double> median = db.query<Order>().aggregate(duet::median("total"_c));
    // [/gathering]
    EXPECT_EQ(std::get<1>(per_city.at(1)), (std::vector<double>{30, 10}));
    EXPECT_EQ(std::get<2>(per_city.at(1)), "1, 2");
    EXPECT_EQ(std::get<3>(per_city.at(0)).text(), R"([{"id":3,"paid":false}])");
    EXPECT_EQ(median, 20.0);
}

TEST_F(Windows, Fragments) {
    // [fragments]
    const auto name = duet::fn<std::string>("upper")("city"_c);  // billing.rate: with its schema
    const auto odd = duet::op<std::int64_t>("&")("id"_c, 1) == 1;
    const auto place = duet::raw<std::string>("{} || ' (' || {} || ')'", "city"_c, "DE");
    const auto rows = db.query<Order>().where(odd).order_by("id").select(name, place);
    // [/fragments]
    EXPECT_EQ(rows.at(0), (std::tuple<std::string, std::string>("LEIPZIG", "Leipzig (DE)")));
}

TEST_F(Windows, EveryFunctionOfTheReference) {
    const auto value = [&](const auto& e) {
        const auto values = db.query<Order>().order_by("id").select(e);
        return typename decltype(values)::value_type(values.at(0));  // a vector of bool has none to refer to
    };
    EXPECT_EQ(value(duet::dense_rank().over(duet::order_by("id"))), 1);
    EXPECT_EQ(value(duet::percent_rank().over(duet::order_by("id"))), 0);
    EXPECT_EQ(value(duet::ntile(3).over(duet::order_by("id"))), 1);
    EXPECT_EQ(value(duet::first_value("id"_c).over(duet::order_by("-id"))), 3);
    EXPECT_EQ(value(duet::last_value("id"_c).over(duet::order_by("id"))), 1);
    EXPECT_EQ(value(duet::nth_value("id"_c, 2).over(duet::order_by("-id"))), 2);
    EXPECT_EQ(value(duet::bool_and("paid"_c)), false);
    EXPECT_EQ(value(duet::bool_or("paid"_c)), true);
    EXPECT_EQ(value(duet::stddev("total"_c)), 10.0);
    EXPECT_EQ(value(duet::variance("total"_c)), 100.0);
    EXPECT_GT(value(duet::stddev_pop("total"_c)), 8.0);
    EXPECT_GT(value(duet::var_pop("total"_c)), 66.0);
    EXPECT_EQ(value(duet::percentile_cont(0.25).within_group("total"_c)), 15.0);
    EXPECT_EQ(value(duet::percentile_disc(0.5).within_group(duet::desc("total"_c))), 20.0);
    EXPECT_EQ(value(duet::mode().within_group("customer"_c)), 1);
    EXPECT_EQ(value(duet::json_object_agg("city"_c, "total"_c).filter("id"_c == 3)).text(),
              R"({"Graz":20.0})");
    EXPECT_EQ(value(duet::json_array("id"_c, "x", nullptr)).text(), R"([1,"x",null])");
    EXPECT_EQ(value(duet::array("id"_c, 7)), (std::vector<std::int64_t>{1, 7}));
    EXPECT_EQ(value(duet::cast_to<std::int64_t>("total"_c, "INTEGER")), 10);
    EXPECT_EQ(value(duet::collate("city"_c, "NOCASE") == "LEIPZIG"), true);
    EXPECT_EQ(value(duet::tuple("customer"_c, "id"_c) < duet::tuple(1, 2)), true);
    EXPECT_EQ(value("created_at"_c + 1h - "created_at"_c), 1h);
    EXPECT_THROW((void)value(duet::grouping("city"_c)), duet::UnsupportedByDialect);
}

}  // namespace
