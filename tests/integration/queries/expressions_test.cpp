#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using Ids = std::vector<std::int64_t>;
using duet::query;

constexpr duet::Timestamp moment(int year, unsigned month, unsigned day,
                                 std::chrono::microseconds in_day = {}) {
    return duet::Date(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) + in_day;
}

struct Sample {
    std::int64_t id{};
    int a{};
    std::optional<int> b{};
    double x{};
    std::string name{};
    std::optional<std::string> nick{};
    duet::Timestamp at{};
    std::optional<duet::Date> day{};
    duet::Decimal price{};
    duet::Json doc{};
    std::vector<std::string> tags{};
    std::vector<int> numbers{};
    std::chrono::seconds took{};
    static constexpr auto table = duet::table("samples");
};

template <class B>
class Expressions : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database blocking(this->db);
        blocking.create_all(duet::models<Sample>);
        blocking.create(Sample{
            .a = 7,
            .b = 2,
            .x = 2.5,
            .name = "  Ada ",
            .nick = "countess",
            .at = moment(2024, 12, 30, 23h + 59min + 59s + 999'600us),
            .day = moment_day(2024, 2, 29),
            .price = duet::Decimal::parse("19.99"),
            .doc = duet::Json::parse(
                R"({"flags":{"beta":true,"old":false},"n":3,"s":"x","list":[1,"two",true],"f":1.5,"nil":null,"a.b":{"c d":1}})"),
            .tags = {"x", "y"},
            .numbers = {1, 2},
            .took = 90s});
        blocking.create(Sample{.a = -7,
                               .b = 0,
                               .x = -0.5,
                               .name = "Émile",
                               .at = moment(2023, 1, 1, 23h + 59min + 59s + 999'999us),
                               .price = 3,
                               .doc = duet::Json::parse("[10,20]"),
                               .numbers = {3}});
        blocking.create(Sample{.a = 0,
                               .name = "null",
                               .nick = "",
                               .at = moment(2024, 5, 5, 12h + 34min + 56s),
                               .doc = nullptr,
                               .tags = {"it's", "\"q\""}});
    }
    Ids of(const duet::Condition<Sample>& condition) {
        return bookshop::ids_of(got(this->db.all(query<Sample>().where(condition).order_by("id"))));
    }
    /// The value of an expression in each row.
    template <class E>
    auto values(const E& expression) {
        return got(this->db.query(query<Sample>().order_by("id")).select(expression));
    }
    static duet::Date moment_day(int year, unsigned month, unsigned day) {
        return std::chrono::floor<std::chrono::days>(moment(year, month, day));
    }
};
TYPED_TEST_SUITE(Expressions, Backends, BackendNames);

TYPED_TEST(Expressions, LogicKeepsItsShape) {
    EXPECT_EQ(this->of("a"_c > 0 || ("a"_c < 0 && "b"_c == 1)), (Ids{1}));
    EXPECT_EQ(this->of(("a"_c > 0 || "a"_c < 0) && "b"_c == 0), (Ids{2}));
    EXPECT_EQ(this->of(!("a"_c > 0 || "a"_c < 0)), (Ids{3}));
    EXPECT_EQ(this->of(!(!("a"_c > 0))), (Ids{1}));
    EXPECT_EQ(this->of(!duet::always() || duet::never()), Ids{});
    duet::Condition<Sample> deep = "id"_c == 1;
    for (int i = 0; i < 300; ++i) deep = deep || "id"_c == i + 100;
    EXPECT_EQ(this->of(deep), (Ids{1}));
    for (int i = 0; i < 5000; ++i) deep = !deep;
    EXPECT_EQ(this->of(deep), (Ids{1}));
    for (int i = 0; i < 3000; ++i) deep = i % 2 == 0 ? deep && "id"_c < 10 : deep || "id"_c == 3;
    EXPECT_THROW((void)this->of(deep), duet::InvalidQuery) << "and no crash";
}

TYPED_TEST(Expressions, LongChainsAreNoProblemHoweverTheyAreBracketed) {
    duet::Condition<Sample> left;
    duet::Condition<Sample> right;
    for (int i = 0; i < 4000; ++i) {
        left = left || "id"_c == i * 3;
        right = duet::Condition<Sample>("id"_c != i * 3) && right;
    }
    EXPECT_EQ(this->of(left), (Ids{3}));
    EXPECT_EQ(this->of(right), (Ids{1, 2}));
}

TYPED_TEST(Expressions, ArithmeticFollowsTheTypes) {
    EXPECT_EQ(this->values("a"_c + 1), (std::vector<std::int64_t>{8, -6, 1}));
    EXPECT_EQ(this->values("a"_c * 2 - "id"_c), (std::vector<std::int64_t>{13, -16, -3}));
    EXPECT_EQ(this->values(-"a"_c), (std::vector<std::int64_t>{-7, 7, 0}));
    EXPECT_EQ(this->values("a"_c / "b"_c),
              (std::vector<std::optional<std::int64_t>>{3, std::nullopt, std::nullopt}));
    EXPECT_EQ(this->values("a"_c % 4), (std::vector<std::optional<std::int64_t>>{3, -3, 0}));
    EXPECT_EQ(this->values("x"_c * 2), (std::vector<double>{5, -1, 0}));
    EXPECT_EQ(this->values("b"_c + 1), (std::vector<std::optional<std::int64_t>>{3, 1, std::nullopt}));
    EXPECT_EQ(this->of(("a"_c - 1) * ("a"_c + 1) == 48), (Ids{1, 2}));
    EXPECT_EQ(this->values("price"_c + 1)[0], duet::Decimal::parse("20.99"));
    EXPECT_EQ(this->of("price"_c == duet::Decimal::parse("19.99")), (Ids{1}));
    EXPECT_EQ(this->of("took"_c > 1min), (Ids{1}));
}

TYPED_TEST(Expressions, TextFunctions) {
    using Texts = std::vector<std::string>;
    EXPECT_EQ(this->values(duet::trim("name"_c)), (Texts{"Ada", "Émile", "null"}));
    EXPECT_EQ(this->values(duet::concat("[", duet::ltrim("name"_c), duet::rtrim("name"_c), "]"))[0],
              "[Ada   Ada]");
    EXPECT_EQ(this->values(duet::upper("name"_c))[0], "  ADA ");
    EXPECT_EQ(this->values(duet::lower("name"_c))[0], "  ada ");
    EXPECT_EQ(this->values(duet::length("name"_c)), (std::vector<std::int64_t>{6, 5, 4}));
    EXPECT_EQ(this->values(duet::replace("name"_c, "l", "LL")), (Texts{"  Ada ", "ÉmiLLe", "nuLLLL"}));
    EXPECT_EQ(this->values(duet::substr("name"_c, 2)), (Texts{" Ada ", "mile", "ull"}));
    EXPECT_EQ(this->values(duet::substr("name"_c, 1, 2)), (Texts{"  ", "Ém", "nu"}));
    EXPECT_EQ(this->values(duet::length("nick"_c)),
              (std::vector<std::optional<std::int64_t>>{8, std::nullopt, 0}));
}

TYPED_TEST(Expressions, ConcatTakesNullAsEmpty) {
    EXPECT_EQ(this->values(duet::concat("nick"_c, "/", "a"_c)),
              (std::vector<std::string>{"countess/7", "/-7", "/0"}));
}

TYPED_TEST(Expressions, NullsAreReplacedAndMade) {
    EXPECT_EQ(this->values(duet::coalesce("nick"_c, "name"_c)),
              (std::vector<std::string>{"countess", "Émile", ""}));
    EXPECT_EQ(this->values(duet::coalesce("b"_c, 99)), (std::vector<int>{2, 0, 99}));
    EXPECT_EQ(this->values(duet::nullif("nick"_c, "")),
              (std::vector<std::optional<std::string>>{"countess", std::nullopt, std::nullopt}));
    EXPECT_EQ(this->values(duet::greatest("a"_c, "b"_c)), (std::vector<int>{7, 0, 0}));
    EXPECT_EQ(this->values(duet::least("a"_c, "b"_c, -1)), (std::vector<int>{-1, -7, -1}));
}

TYPED_TEST(Expressions, NumericFunctionsAndOthersByName) {
    EXPECT_EQ(this->values(duet::abs("a"_c)), (std::vector<std::int64_t>{7, 7, 0}));
    EXPECT_EQ(this->values(duet::round("x"_c * 1.01, 2))[0], 2.53);
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(this->values(duet::fn<std::string>("md5")("name"_c))[2],
                  "37a6259cc0c1dae299a7866489dff0bd");
        EXPECT_EQ(this->of(duet::fn<std::int64_t>("strpos")("name"_c, "d") == 4), (Ids{1}));
    } else {
        EXPECT_EQ(this->values(duet::fn<std::string>("hex")("name"_c))[2], "6E756C6C");
        EXPECT_EQ(this->of(duet::fn<std::int64_t>("instr")("name"_c, "d") == 4), (Ids{1}));
    }
    EXPECT_EQ(got(this->db.query(query<Sample>().order_by(duet::random())).select("id"_c)).size(), 3u);
}

TYPED_TEST(Expressions, CaseChoosesTheFirstThatHolds) {
    const auto sign = duet::case_().when("a"_c > 0, "plus").when("a"_c < 0, "minus");
    EXPECT_EQ(this->values(sign.otherwise("zero")), (std::vector<std::string>{"plus", "minus", "zero"}));
    EXPECT_EQ(this->values(sign), (std::vector<std::optional<std::string>>{"plus", "minus", std::nullopt}));
    EXPECT_EQ(this->of(duet::case_().when("b"_c.is_null(), 1).otherwise("b"_c) > 0), (Ids{1, 3}));
    EXPECT_EQ(
        got(this->db.query(query<Sample>().order_by(duet::desc(sign.otherwise("zero")))).select("id"_c)),
        (Ids{3, 1, 2}));
}

TYPED_TEST(Expressions, CastsConvert) {
    EXPECT_EQ(this->values(duet::cast<std::string>("a"_c)), (std::vector<std::string>{"7", "-7", "0"}));
    EXPECT_EQ(this->values(duet::cast<std::int64_t>("x"_c)), (std::vector<std::int64_t>{2, 0, 0}));
    EXPECT_EQ(this->values(duet::cast<double>("a"_c) / 2)[0], 3.5);
    EXPECT_EQ(this->values(duet::cast<bool>("a"_c)), (std::vector<bool>{true, true, false}));
    EXPECT_EQ(this->values(duet::cast<duet::Date>("at"_c))[1], this->moment_day(2023, 1, 1));
    EXPECT_EQ(this->values(duet::cast<duet::Timestamp>("at"_c))[2], moment(2024, 5, 5, 12h + 34min + 56s));
}

TYPED_TEST(Expressions, PartsOfDates) {
    using Numbers = std::vector<std::int64_t>;
    EXPECT_EQ(this->values(duet::year("at"_c)), (Numbers{2024, 2023, 2024}));
    EXPECT_EQ(this->values(duet::quarter("at"_c)), (Numbers{4, 1, 2}));
    EXPECT_EQ(this->values(duet::month("at"_c)), (Numbers{12, 1, 5}));
    EXPECT_EQ(this->values(duet::week("at"_c)), (Numbers{1, 52, 18}));
    EXPECT_EQ(this->values(duet::day("at"_c)), (Numbers{30, 1, 5}))
        << "59.9996 seconds do not round up to the next day";
    EXPECT_EQ(this->values(duet::hour("at"_c)), (Numbers{23, 23, 12}));
    EXPECT_EQ(this->values(duet::minute("at"_c)), (Numbers{59, 59, 34}));
    EXPECT_EQ(this->values(duet::second("at"_c)), (Numbers{59, 59, 56}));
    EXPECT_EQ(this->values(duet::weekday("at"_c)), (Numbers{1, 0, 0}));
    EXPECT_EQ(this->values(duet::day_of_year("at"_c)), (Numbers{365, 1, 126}));
    EXPECT_EQ(this->values(duet::year("day"_c)),
              (std::vector<std::optional<std::int64_t>>{2024, std::nullopt, std::nullopt}));
    EXPECT_EQ(this->values(duet::date("at"_c))[0], this->moment_day(2024, 12, 30));
    EXPECT_EQ(this->of(duet::year("at"_c) == 2024 && duet::month("at"_c).in_(5, 6)), (Ids{3}));
}

TYPED_TEST(Expressions, TruncationGoesBackToTheStart) {
    EXPECT_EQ(this->values(duet::trunc_year("at"_c))[0], moment(2024, 1, 1));
    EXPECT_EQ(this->values(duet::trunc_quarter("at"_c))[0], moment(2024, 10, 1));
    EXPECT_EQ(this->values(duet::trunc_month("at"_c))[0], moment(2024, 12, 1));
    EXPECT_EQ(
        this->values(duet::trunc_week("at"_c)),
        (std::vector<duet::Timestamp>{moment(2024, 12, 30), moment(2022, 12, 26), moment(2024, 4, 29)}));
    EXPECT_EQ(this->values(duet::trunc_day("at"_c))[0], moment(2024, 12, 30));
    EXPECT_EQ(this->values(duet::trunc_hour("at"_c))[2], moment(2024, 5, 5, 12h));
    EXPECT_EQ(this->values(duet::trunc_minute("at"_c))[0], moment(2024, 12, 30, 23h + 59min));
    EXPECT_EQ(this->values(duet::trunc_second("at"_c))[0], moment(2024, 12, 30, 23h + 59min + 59s));
    EXPECT_EQ(got(this->db.query(query<Sample>().group_by(duet::trunc_year("at"_c))).count()), 2);
}

TYPED_TEST(Expressions, NowIsTheDatabasesClock) {
    EXPECT_EQ(this->of("at"_c <= duet::now()).size(), 3u);
    const auto stamp = this->values(duet::now())[0];
    EXPECT_LT(std::chrono::abs(stamp - std::chrono::time_point_cast<std::chrono::microseconds>(
                                           std::chrono::system_clock::now())),
              1min);
}

TYPED_TEST(Expressions, JsonPathsReachIn) {
    EXPECT_EQ(this->of("doc"_c["flags"]["beta"].is_true()), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["flags"]["old"].is_false()), (Ids{1}));
    EXPECT_EQ(this->of(!"doc"_c["flags"]["beta"].is_true()), (Ids{2, 3}));
    EXPECT_EQ(this->of("doc"_c["n"] == 3), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["n"] > 2.5), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["s"] == "x"), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c[1] == 20), (Ids{2}));
    EXPECT_EQ(this->of("doc"_c[-1] == 20), (Ids{2}));
    EXPECT_EQ(this->of("doc"_c["list"][1] == "two"), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["a.b"]["c d"] == 1), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["missing"]["deep"].is_null()), (Ids{1, 2, 3}));
    EXPECT_EQ(this->of("doc"_c["s"].icontains("X")), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["s"].in_("x", "y")), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c.has_key("nil")), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["flags"].has_key("beta")), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["list"].contains("two")), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c["list"].contains(1)), (Ids{1}));
    EXPECT_EQ(this->of("doc"_c == duet::Json::parse("[10, 20]")), (Ids{2}));
}

TYPED_TEST(Expressions, JsonValuesComeAsCppTypes) {
    EXPECT_EQ(this->values("doc"_c["n"].template as<int>())[0], 3);
    EXPECT_EQ(this->values("doc"_c["f"].template as<double>())[0], 1.5);
    EXPECT_EQ(this->values("doc"_c["flags"]["beta"].template as<bool>())[0], true);
    EXPECT_EQ(this->values("doc"_c["s"].template as<std::string>())[0], "x");
    EXPECT_EQ(this->values("doc"_c["list"].template as<duet::Json>())[0],
              duet::Json::parse(R"([1,"two",true])"));
    EXPECT_EQ(this->values("doc"_c["nil"].template as<int>())[0], std::nullopt);
    EXPECT_EQ(this->values("doc"_c["none"].template as<int>())[1], std::nullopt);
}

TYPED_TEST(Expressions, ArraysContainElements) {
    EXPECT_EQ(this->of("tags"_c.contains("x")), (Ids{1}));
    EXPECT_EQ(this->of("tags"_c.contains("it's")), (Ids{3}));
    EXPECT_EQ(this->of("tags"_c.contains("\"q\"")), (Ids{3}));
    EXPECT_EQ(this->of("numbers"_c.contains(3)), (Ids{2}));
    EXPECT_EQ(this->of(!"numbers"_c.contains(3)), (Ids{1, 3}));
    EXPECT_EQ(this->of("tags"_c == std::vector<std::string>{"x", "y"}), (Ids{1}));
    EXPECT_EQ(this->of("tags"_c == std::vector<std::string>{}), (Ids{2}));
}

}  // namespace
