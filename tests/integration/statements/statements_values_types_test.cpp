#include <duet/all.hpp>

#include <limits>
#include <tuple>

#include "integration/support.hpp"

// Values of a statement keep their types: what stands first does not decide what fits behind it.
namespace {

using namespace duet::test;
using duet::Decimal;

struct Page {
    std::int64_t id{};
    std::string slug{};
    int views{};
    Decimal price{};
    std::optional<Decimal> offer{};
    std::optional<duet::BelongsTo<Page>> above{};
    static constexpr auto table = duet::table("pages", duet::unique("slug"));
};

Decimal d(const char* text) { return Decimal::parse(text); }

template <class B>
class StatementsValuesTypes : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(duet::models<Page>); });
        Page faq{.slug = "faq", .price = d("7.25"), .offer = d("7.25")};
        faq = got(this->db.create(faq));
        Page contact{.slug = "contact", .price = d("1"), .above = faq};
        contact = got(this->db.create(contact));
        Page map{.slug = "a much longer slug", .price = d("10"), .above = contact};
        map = got(this->db.create(map));
    }

    template <class S>
    auto all(const S& statement) {
        return got(this->db.execute(statement).all());
    }
    template <class S>
    auto scalar(const S& statement) {
        return got(this->db.execute(statement).scalar());
    }
};
TYPED_TEST_SUITE(StatementsValuesTypes, Backends, BackendNames);

struct Price {
    std::int64_t id{};
    Decimal price{};
    std::optional<Decimal> offer{};
};

TYPED_TEST(StatementsValuesTypes, KeepDecimals) {
    using List = std::vector<const char*>;
    for (const List& list :
         {List{"1.5", "2.25"}, List{"99999999999999", "0.1"}, List{"0.000001", "-99999999999999", "1.5"},
          List{"1", "2.5"}, List{"-0.0001", "1"}}) {
        std::vector<Price> rows;
        for (const char* text : list)
            rows.push_back({static_cast<std::int64_t>(rows.size()), d(text), d(text)});
        const auto prices = duet::values<Price>("prices", rows);
        const auto found = this->all(
            duet::select(prices("price"_c), prices("offer"_c)).from(prices).order_by(prices("id"_c)));
        ASSERT_EQ(found.size(), list.size());
        for (std::size_t i = 0; i < list.size(); ++i) {
            EXPECT_EQ(std::get<0>(found[i]), d(list[i]));
            EXPECT_EQ(std::get<1>(found[i]), d(list[i]));
        }
    }
}

struct Mixed {
    int id{};
    std::string text{};
    double real{};
    std::int64_t whole{};
    int small{};
    bool yes{};
    duet::Timestamp at{};
    duet::Date day{};
    std::vector<std::byte> bytes{};
    duet::Uuid uuid{};
    bool operator==(const Mixed&) const = default;
};

TYPED_TEST(StatementsValuesTypes, KeepAllKinds) {
    using namespace std::chrono_literals;
    const std::vector<Mixed> rows{
        {},
        {1, "a", 1, 1, 1, true, duet::Timestamp{1us}, duet::Date{std::chrono::days{1}}, {std::byte{0}}, {}},
        {2, std::string(70000, 'x') + "ä€😀 ", 0.1, std::numeric_limits<std::int64_t>::max(),
         std::numeric_limits<int>::min(), false, duet::Timestamp{1234567890123456us},
         duet::Date{std::chrono::days{-1}}, std::vector<std::byte>(300, std::byte{255}),
         duet::Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")},
    };
    const auto mixed = duet::values<Mixed>("mixed", rows);
    const auto found =
        got(this->db.execute(duet::select_from(mixed).order_by("id")).template as<Mixed>().all());
    ASSERT_EQ(found.size(), 3u);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_TRUE(found[i] == rows[i]) << i;
}

struct Perhaps {
    int id{};
    std::optional<Decimal> price{};
    std::optional<std::string> text{};
    std::optional<duet::Timestamp> at{};
};

TYPED_TEST(StatementsValuesTypes, MayBeginWithNull) {
    using namespace std::chrono_literals;
    const auto list = duet::values<Perhaps>("list", {{1, std::nullopt, std::nullopt, std::nullopt},
                                                     {2, d("2.25"), "text", duet::Timestamp{1us}}});
    const auto rows =
        got(this->db.execute(duet::select_from(list).order_by("id")).template as<Perhaps>().all());
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].price, std::nullopt);
    EXPECT_EQ(rows[0].text, std::nullopt);
    EXPECT_EQ(rows[0].at, std::nullopt);
    EXPECT_EQ(rows[1].price, d("2.25"));
    EXPECT_EQ(rows[1].text, "text");
    EXPECT_EQ(rows[1].at, duet::Timestamp{1us});
}

struct Count {
    std::string slug{};
    int views{};
    Decimal price{};
};

TYPED_TEST(StatementsValuesTypes, UpdateRowsByTexts) {
    const auto counts = duet::values<Count>(
        "counts",
        {{"faq", 100, d("1")}, {"contact", 200, d("0.25")}, {"a much longer slug", 300, d("1234.5")}});
    EXPECT_EQ(got(this->db.execute(duet::update<Page>()
                                       .set("views"_c = counts("views"_c), "price"_c = counts("price"_c))
                                       .from(counts, counts("slug"_c) == "slug"_c))),
              3);
    const auto pages = got(this->db.template query<Page>().order_by("id").all());
    EXPECT_EQ(pages[0].views, 100);
    EXPECT_EQ(pages[1].views, 200);
    EXPECT_EQ(pages[2].views, 300);
    EXPECT_EQ(pages[0].price, d("1"));
    EXPECT_EQ(pages[1].price, d("0.25"));
    EXPECT_EQ(pages[2].price, d("1234.5"));
}

using Ids = std::vector<std::int64_t>;

TYPED_TEST(StatementsValuesTypes, ChooseAmongDecimalsByTheirSize) {
    const auto pages = this->db.template query<Page>().order_by("id");
    using Decimals = std::vector<Decimal>;
    EXPECT_EQ(got(pages.select(duet::greatest("price"_c, d("1.75")))),
              (Decimals{d("7.25"), d("1.75"), d("10")}));
    EXPECT_EQ(got(pages.select(duet::least("price"_c, d("1.75")))), (Decimals{d("1.75"), d("1"), d("1.75")}));
    EXPECT_EQ(got(pages.select(duet::coalesce("offer"_c, d("3.125")))),
              (Decimals{d("7.25"), d("3.125"), d("3.125")}));
    EXPECT_EQ(got(pages.select(duet::case_().when("id"_c == 1, "price"_c).otherwise(d("10.5")))),
              (Decimals{d("7.25"), d("10.5"), d("10.5")}));
}

TYPED_TEST(StatementsValuesTypes, CompareDecimalsAsNumbers) {
    const auto ids = [&](const auto& condition) {
        return got(this->db.template query<Page>().where(condition).order_by("id").select("id"_c));
    };
    EXPECT_EQ(ids("price"_c > d("9.5")), (Ids{3}));
    EXPECT_EQ(ids("price"_c == d("7.250")), (Ids{1}));
    EXPECT_EQ(ids("price"_c.in_({d("7.25"), d("10.0")})), (Ids{1, 3}));
    EXPECT_EQ(ids("price"_c.not_in({d("7.25"), d("10.0")})), (Ids{2}));
    EXPECT_EQ(ids("price"_c.between(d("7"), d("10"))), (Ids{1, 3}));
    EXPECT_EQ(ids(duet::coalesce("offer"_c, d("0")).in_({d("7.25")})), (Ids{1}));
    EXPECT_EQ(ids(duet::coalesce("offer"_c, d("1")).between(d("0"), d("2"))), (Ids{2, 3}));
    EXPECT_EQ(ids(duet::coalesce("offer"_c, d("9")) < d("10")), (Ids{1, 2, 3}));
    EXPECT_EQ(ids(duet::greatest("price"_c, d("1.75")) > d("2")), (Ids{1, 3}));
    EXPECT_EQ(ids(duet::case_().when("id"_c == 1, "price"_c).otherwise(d("3")) > d("7")), (Ids{1}));
    EXPECT_EQ(ids(duet::case_().when("id"_c == 1, d("10")).otherwise(d("3")) > d("7")), (Ids{1}));
    EXPECT_EQ(
        got(this->db.template query<Page>().order_by(duet::asc(duet::coalesce("offer"_c, d("10")))).first())
            ->id,
        1);
}

TYPED_TEST(StatementsValuesTypes, OrderListsOfDecimals) {
    const auto list =
        duet::values<Price>("list", {{1, d("9"), {}}, {2, d("10"), d("7.25")}, {3, d("9.25"), d("1")}});
    EXPECT_EQ(this->scalar(duet::select(duet::max(list("price"_c))).from(list)), d("10"));
    EXPECT_EQ(
        this->all(
            duet::select(list("id"_c)).from(list).where(list("price"_c) > d("9.125")).order_by(list("id"_c))),
        (Ids{2, 3}));
    EXPECT_EQ(this->all(duet::select(list("id"_c)).from(list).order_by(list("price"_c))), (Ids{1, 3, 2}));
    EXPECT_EQ(this->all(duet::select("id"_c)
                            .template from<Page>()
                            .join(list, list("price"_c) > "price"_c && list("id"_c) == "id"_c)
                            .order_by("id")),
              (Ids{1, 2}));
    EXPECT_EQ(this->all(duet::select(list("id"_c)).from(list).where(list("price"_c).in_({d("10.0")}))),
              (Ids{2}));
    const std::vector<Decimal> loose{d("9"), d("10"), d("0.5")};
    const auto each = duet::unnest("each", loose);
    EXPECT_EQ(this->scalar(duet::select(duet::max(each("value"_c))).from(each)), d("10"));
}

struct Step {
    std::int64_t id{};
    std::string path{};
    Decimal total{};
    double half{};
    std::int64_t power{};
    std::optional<std::string> last{};
};

TYPED_TEST(StatementsValuesTypes, GrowInRecursiveCtes) {
    constexpr auto below = duet::alias<Page>("below");
    const auto tree = duet::recursive_cte<Step>(
        "tree",
        duet::select("id"_c, "", d("1"), 0.5, std::int64_t{1}, "x")
            .template from<Page>()
            .where("above"_c.is_null()),
        [&](const auto& above) {
            return duet::select(below("id"_c), duet::concat(above("path"_c), "/", below("slug"_c)),
                                above("total"_c) + d("0.25"), above("half"_c) / 2.0,
                                above("power"_c) * std::int64_t{3000000000}, below("slug"_c))
                .from(below)
                .join(above, above("id"_c) == below("above"_c));
        });
    const auto rows = got(this->db.execute(duet::select_from(tree).order_by("id")).template as<Step>().all());
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].path, "");
    EXPECT_EQ(rows[1].path, "/contact");
    EXPECT_EQ(rows[2].path, "/contact/a much longer slug");
    EXPECT_EQ(rows[0].total, d("1"));
    EXPECT_EQ(rows[1].total, d("1.25"));
    EXPECT_EQ(rows[2].total, d("1.5"));
    EXPECT_EQ(rows[2].half, 0.125);
    EXPECT_EQ(rows[1].power, 3000000000);
    EXPECT_EQ(rows[2].power, 9000000000000000000);
    EXPECT_EQ(rows[0].last, "x");
    EXPECT_EQ(rows[2].last, "a much longer slug");
    EXPECT_EQ(
        this->all(
            duet::select(tree("id"_c)).from(tree).where(tree("total"_c) > d("1.125")).order_by(tree("id"_c))),
        (Ids{2, 3}));
}

}  // namespace
