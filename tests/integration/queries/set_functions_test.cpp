#include <duet/functions.hpp>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using duet::query;
using Texts = std::vector<std::optional<std::string>>;

template <class B>
class SetFunctions : public Bookshop<B> {
protected:
    /// A figure over all books, over those of each author, and over no book.
    template <class E>
    auto all(const E& e) {
        return got(this->db.template query<Book>().aggregate(e));
    }
    template <class E>
    auto by_author(const E& e) {
        return got(this->db.template query<Book>().group_by("author"_c).order_by("author").select(e));
    }
    template <class E>
    auto none(const E& e) {
        return got(this->db.template query<Book>().where("id"_c < 0).aggregate(e));
    }
};
TYPED_TEST_SUITE(SetFunctions, Backends, BackendNames);

TYPED_TEST(SetFunctions, PutTextsTogetherInAnOrder) {
    const auto titles = duet::string_agg("title"_c, ", ", duet::order_by("-pages"));
    EXPECT_EQ(this->by_author(titles),
              (Texts{"Ficciones, El Aleph", "Solaris", "Always Coming Home, The Dispossessed"}));
    EXPECT_EQ(this->none(titles), std::nullopt);
    EXPECT_EQ(this->all(titles.filter("pages"_c < 200)), "Ficciones, El Aleph");
    EXPECT_EQ(this->all(duet::string_agg("pages"_c, "+", duet::order_by("id"))), "174+157+204+341+523");
    EXPECT_EQ(this->by_author(duet::string_agg("title"_c, "--")).at(1), "Solaris");
    EXPECT_EQ(
        this->all(
            duet::string_agg("title"_c, "'; DROP TABLE books; --", duet::order_by("id")).filter("id"_c <= 2)),
        "Ficciones'; DROP TABLE books; --El Aleph");
    EXPECT_EQ(this->all(duet::string_agg("author.name"_c, ", ", duet::order_by("author.name")).distinct()),
              "Borges, Le Guin, Lem");
    // NULLs are left out.
    EXPECT_EQ(got(this->db.template query<Author>().aggregate(
                  duet::string_agg("bio"_c, "|", duet::order_by("id")))),
              "blind|");
}

TYPED_TEST(SetFunctions, OrderByValuesWithNulls) {
    const auto by_rating = duet::order_by(duet::desc("rating"_c), "id"_c);
    EXPECT_EQ(this->all(duet::string_agg("id"_c, "", by_rating)), "14325");
    EXPECT_EQ(this->all(duet::string_agg("id"_c, "", duet::order_by("rating", "-id"))), "52341");
    EXPECT_EQ(
        this->all(duet::string_agg("id"_c, "", duet::order_by(duet::asc("rating"_c).nulls_last(), "id"_c))),
        "34125");
}

TYPED_TEST(SetFunctions, GatherVectors) {
    using Pages = std::vector<int>;
    EXPECT_EQ(this->by_author(duet::array_agg("pages"_c, duet::order_by("pages"))),
              (std::vector<Pages>{{157, 174}, {204}, {341, 523}}));
    EXPECT_EQ(this->none(duet::array_agg("pages"_c)), Pages{});
    EXPECT_EQ(this->all(duet::array_agg("pages"_c, duet::order_by("id")).filter("pages"_c > 200)),
              (Pages{204, 341, 523}));
    EXPECT_EQ(this->all(duet::array_agg("rating"_c, duet::order_by("id"))),
              (std::vector<std::optional<double>>{4.5, std::nullopt, 4.0, 4.2, std::nullopt}));
    EXPECT_EQ(this->all(duet::array_agg("title"_c, duet::order_by("-id")).filter("author"_c == 1)),
              (std::vector<std::string>{"El Aleph", "Ficciones"}));
    EXPECT_EQ(this->all(duet::array_agg("author"_c, duet::order_by("author")).distinct()),
              (std::vector<std::int64_t>{1, 2, 3}));
}

TYPED_TEST(SetFunctions, GatherJson) {
    const auto ratings = duet::json_array_agg("rating"_c, duet::order_by("id"));
    EXPECT_EQ(this->all(ratings), duet::Json::parse("[4.5, null, 4.0, 4.2, null]"));
    EXPECT_EQ(this->none(ratings), duet::Json::parse("[]"));
    EXPECT_EQ(this->all(ratings.filter("author"_c == 1)), duet::Json::parse("[4.5, null]"));
    EXPECT_EQ(this->all(duet::json_object_agg("title"_c, "pages"_c).filter("author"_c == 1)),
              duet::Json::parse(R"({"Ficciones": 174, "El Aleph": 157})"));
    EXPECT_EQ(this->none(duet::json_object_agg("title"_c, "pages"_c)), duet::Json::parse("{}"));
    EXPECT_EQ(this->by_author(duet::json_array_agg(duet::json_object("id", "id"_c, "long", "pages"_c > 200),
                                                   duet::order_by("id")))[1],
              duet::Json::parse(R"([{"id": 3, "long": true}])"));
}

TYPED_TEST(SetFunctions, TellWhetherAConditionHolds) {
    using Answers = std::vector<std::optional<bool>>;
    EXPECT_EQ(this->by_author(duet::bool_and("pages"_c > 160)), (Answers{false, true, true}));
    EXPECT_EQ(this->by_author(duet::bool_or("pages"_c > 200)), (Answers{false, true, true}));
    EXPECT_EQ(this->none(duet::bool_and("pages"_c > 160)), std::nullopt);
    EXPECT_EQ(this->all(duet::bool_or("rating"_c > 4.6)), false);
}

TYPED_TEST(SetFunctions, MeasureTheSpread) {
    EXPECT_NEAR(*this->all(duet::variance("pages"_c)), 23727.7, 1e-6);
    EXPECT_NEAR(*this->all(duet::var_pop("pages"_c)), 18982.16, 1e-6);
    EXPECT_NEAR(*this->all(duet::stddev("pages"_c)), 154.03798232903469, 1e-6);
    EXPECT_NEAR(*this->all(duet::stddev_pop("pages"_c)), 137.77575984185316, 1e-6);
    EXPECT_EQ(this->by_author(duet::stddev("pages"_c))[1], std::nullopt);
    EXPECT_EQ(this->by_author(duet::var_pop("pages"_c))[1], 0.0);
    EXPECT_EQ(this->none(duet::stddev_pop("pages"_c)), std::nullopt);
    EXPECT_NEAR(*this->all(duet::var_pop("pages"_c).filter("author"_c == 1)), 72.25, 1e-6);
}

TYPED_TEST(SetFunctions, FindPercentilesAndTheMode) {
    const auto median = duet::median("pages"_c);
    const auto upper = duet::percentile_disc(0.75).within_group("title"_c);
    const auto highest = duet::percentile_cont(0.25).within_group(duet::desc("pages"_c));
    const auto frequent = duet::mode().within_group("author"_c);
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW((void)this->all(median), duet::UnsupportedByDialect);
        EXPECT_THROW((void)this->all(frequent), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->all(median), 204.0);
        EXPECT_EQ(this->by_author(median), (std::vector<std::optional<double>>{165.5, 204, 432}));
        EXPECT_EQ(this->all(upper), "Solaris");
        EXPECT_EQ(this->all(highest), 341.0);
        EXPECT_EQ(this->all(frequent), 1);
        EXPECT_EQ(this->all(duet::mode().within_group(duet::desc("author"_c))), 3);
        EXPECT_EQ(this->all(median.filter("pages"_c > 200)), 341.0);
        EXPECT_EQ(this->none(median), std::nullopt);
    }
    EXPECT_THROW((void)duet::percentile_cont(1.5), duet::InvalidQuery);
}

TYPED_TEST(SetFunctions, StandBeforeWindowsWhereTheDatabaseHasThem) {
    const auto of_books = [&](const auto& e) {
        return got(this->db.template query<Book>().order_by("id").select(e));
    };
    EXPECT_EQ(of_books(duet::bool_or("pages"_c > 200).over(duet::partition_by("author"_c))),
              (std::vector<std::optional<bool>>{false, false, true, true, true}));
    const auto median = duet::median("pages"_c).over(duet::partition_by("author"_c));
    const auto spread = duet::var_pop("pages"_c).over(duet::partition_by("author"_c));
    const auto titles =
        duet::string_agg("title"_c, "+").over(duet::partition_by("author"_c), duet::order_by("id"));
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_EQ(of_books(median), (std::vector<std::optional<double>>{165.5, 165.5, 204, 432, 432}));
    } else {
        EXPECT_THROW((void)of_books(median), duet::UnsupportedByDialect);
    }
    if constexpr (TestFixture::is_sqlite) {
        EXPECT_THROW((void)of_books(spread), duet::UnsupportedByDialect);
    } else {
        EXPECT_NEAR(*of_books(spread)[0], 72.25, 1e-6);
    }
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW((void)of_books(titles), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(of_books(titles)[1], "Ficciones+El Aleph");
    }
}

TYPED_TEST(SetFunctions, StandInHavingAndOrder) {
    const auto rows = got(this->db.template query<Book>()
                              .group_by("author"_c)
                              .having(duet::bool_and("pages"_c > 160))
                              .order_by(duet::desc(duet::var_pop("pages"_c)))
                              .select("author"_c));
    EXPECT_EQ(rows, (std::vector<std::int64_t>{3, 2}));
}

enum class Size { small, large };
enum class Shape { box, tube };

}  // namespace

template <>
struct duet::enum_options<Shape> {
    static constexpr bool as_integer = false;
    static constexpr int first = 0, last = 1;
    static constexpr std::string_view sql_type = "shape_of_things";
};

namespace {

struct Thing {
    std::int64_t id{};
    Shape shape{};
    static constexpr auto table = duet::table("things");
};

template <class B>
class NativeEnums : public DatabaseTest<B> {};
TYPED_TEST_SUITE(NativeEnums, Backends, BackendNames);

TYPED_TEST(NativeEnums, AreGatheredAndCompared) {
    if constexpr (TestFixture::is_postgres) {
        duet::Database all(this->db);
        all.create_all(duet::models<Thing>);
        all.create_bulk(std::vector<Thing>{{.shape = Shape::tube}, {.shape = Shape::box}});
        const auto value = [&](const auto& e) {
            return got(this->db.template query<Thing>().order_by("id").select(e));
        };
        EXPECT_EQ(value(duet::array_agg("shape"_c, duet::order_by("id")))[0],
                  (std::vector<Shape>{Shape::tube, Shape::box}));
        EXPECT_EQ(value(duet::string_agg("shape"_c, "+", duet::order_by("shape")))[0], "box+tube");
        EXPECT_EQ(value(duet::json_array("shape"_c, Shape::box))[0], duet::Json::parse(R"(["tube", "box"])"));
        EXPECT_EQ(value(duet::lag("shape"_c, 1, Shape::tube).over(duet::order_by("id"))),
                  (std::vector<Shape>{Shape::tube, Shape::tube}));
        EXPECT_EQ(value(duet::mode().within_group("shape"_c))[0], Shape::box);
        EXPECT_EQ(value(duet::tuple("shape"_c, "id"_c) == duet::tuple(Shape::box, 2))[1], true);
    }
}

struct Parcel {
    std::int64_t id{};
    duet::Decimal price{};
    duet::Decimal exact{};
    duet::Timestamp sent{};
    duet::Date due{};
    std::optional<duet::Time> at{};
    duet::Uuid code{};
    Size size{};
    std::vector<std::byte> seal{};
    std::chrono::milliseconds took{};
    duet::Json note{};
    std::vector<int> stops{};
    bool is_light = false;
    static constexpr auto table = duet::table("parcels", duet::decimal_as_text("exact"));
};

template <class B>
class JsonBuilding : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database all(this->db);
        all.create_all(duet::models<Parcel>);
        const duet::Date due(std::chrono::year(2026) / 11 / 20);
        all.create(Parcel{.price = duet::Decimal::parse("12.5"),
                          .exact = duet::Decimal::parse("0.10"),
                          .sent = duet::Timestamp(due) + std::chrono::microseconds(3600000001),
                          .due = due,
                          .code = duet::Uuid::parse("0190f3a2-7d4c-7b1e-8000-000000000001"),
                          .size = Size::large,
                          .seal = {std::byte{1}, std::byte{0xfe}},
                          .took = std::chrono::milliseconds(1500),
                          .note = duet::Json::parse(R"({"a": [1, "x"]})"),
                          .stops = {3, 4},
                          .is_light = true});
    }
    template <class E>
    auto value(const E& e) {
        return got(this->db.template query<Parcel>().select(e)).at(0);
    }
};
TYPED_TEST_SUITE(JsonBuilding, Backends, BackendNames);

TYPED_TEST(JsonBuilding, SpeaksOfEveryTypeInTheSameWay) {
    EXPECT_EQ(this->value(duet::json_object("sent", "sent"_c, "due", "due"_c, "at", "at"_c, "code", "code"_c,
                                            "size", "size"_c, "seal", "seal"_c, "took", "took"_c, "note",
                                            "note"_c, "stops", "stops"_c, "light", "is_light"_c)),
              duet::Json::parse(R"({"sent": "2026-11-20 01:00:00.000001", "due": "2026-11-20", "at": null,
                  "code": "0190f3a27d4c7b1e8000000000000001", "size": "large", "seal": "01fe",
                  "took": 1500000, "note": {"a": [1, "x"]}, "stops": [3, 4], "light": true})"));
    const duet::Json numbers = this->value(duet::json_array("price"_c, "exact"_c));
    EXPECT_EQ(numbers.at(0).as_double(), 12.5);
    EXPECT_EQ(numbers.at(1).as_double(), 0.1);
}

TYPED_TEST(JsonBuilding, TakesValues) {
    EXPECT_EQ(this->value(duet::json_array("id"_c, "a \"quoted\" text", 5, 2.5, true, nullptr,
                                           duet::Json::parse("[1]"), duet::json_array())),
              duet::Json::parse(R"([1, "a \"quoted\" text", 5, 2.5, true, null, [1], []])"));
    EXPECT_EQ(this->value(duet::json_object()), duet::Json::parse("{}"));
    EXPECT_EQ(this->value(duet::json_object("a", duet::json_object("b", "id"_c + 1))),
              duet::Json::parse(R"({"a": {"b": 2}})"));
}

TYPED_TEST(JsonBuilding, MakesArrays) {
    EXPECT_EQ(this->value(duet::array("id"_c, "id"_c + 1, 7)), (std::vector<std::int64_t>{1, 2, 7}));
    EXPECT_EQ(this->value(duet::array(duet::cast<std::string>("id"_c), "x")),
              (std::vector<std::string>{"1", "x"}));
    EXPECT_EQ(this->value(duet::array_length("stops"_c)), 2);
    EXPECT_EQ(got(this->db.template query<Parcel>().where(duet::array_length("stops"_c) > 2).count()), 0);
}

TYPED_TEST(JsonBuilding, GathersEveryType) {
    EXPECT_EQ(this->value(duet::array_agg("sent"_c)).at(0),
              duet::Timestamp(duet::Date(std::chrono::year(2026) / 11 / 20)) +
                  std::chrono::microseconds(3600000001));
    EXPECT_EQ(this->value(duet::array_agg("code"_c)).at(0),
              duet::Uuid::parse("0190f3a2-7d4c-7b1e-8000-000000000001"));
    EXPECT_EQ(this->value(duet::array_agg("price"_c)).at(0), duet::Decimal::parse("12.5"));
    EXPECT_EQ(this->value(duet::array_agg("exact"_c)).at(0), duet::Decimal::parse("0.1"));
    EXPECT_EQ(this->value(duet::array_agg("size"_c)).at(0), Size::large);
    EXPECT_EQ(this->value(duet::array_agg("due"_c)).at(0), duet::Date(std::chrono::year(2026) / 11 / 20));
    EXPECT_EQ(this->value(duet::array_agg("seal"_c)).at(0),
              (std::vector<std::byte>{std::byte{1}, std::byte{0xfe}}));
    EXPECT_EQ(this->value(duet::array_agg("at"_c)).at(0), std::nullopt);
    EXPECT_EQ(this->value(duet::array_agg("note"_c)).at(0), duet::Json::parse(R"({"a": [1, "x"]})"));
    EXPECT_EQ(this->value(duet::array_agg("took"_c)).at(0), std::chrono::milliseconds(1500));
}

}  // namespace
