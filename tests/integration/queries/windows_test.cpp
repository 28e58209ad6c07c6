#include <duet/functions.hpp>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Numbers = std::vector<std::int64_t>;
using duet::query;

template <class B>
class Windows : public Bookshop<B> {
protected:
    /// What an expression is for each book, in the order of their ids.
    template <class E>
    auto of_books(const E& e) {
        return got(this->db.template query<Book>().order_by("id").select(e));
    }
};
TYPED_TEST_SUITE(Windows, Backends, BackendNames);

TYPED_TEST(Windows, NumberTheRowsOfEachPartition) {
    const auto by_author = duet::partition_by("author"_c);
    EXPECT_EQ(this->of_books(duet::row_number().over(by_author, duet::order_by("-pages"))),
              (Numbers{1, 2, 1, 2, 1}));
    EXPECT_EQ(this->of_books(duet::row_number().over(duet::order_by("pages"_c))), (Numbers{2, 1, 3, 4, 5}));
    EXPECT_EQ(this->of_books(duet::row_number().over(duet::order_by(duet::desc("pages"_c)))),
              (Numbers{4, 5, 3, 2, 1}));
    EXPECT_EQ(this->of_books(duet::rank().over(duet::order_by("author"))), (Numbers{1, 1, 3, 4, 4}));
    EXPECT_EQ(this->of_books(duet::dense_rank().over(duet::order_by("author"))), (Numbers{1, 1, 2, 3, 3}));
    EXPECT_EQ(this->of_books(duet::ntile(2).over(duet::order_by("id"))), (Numbers{1, 1, 1, 2, 2}));
    EXPECT_EQ(this->of_books(duet::rank().over(duet::order_by("author.name"))), (Numbers{1, 1, 5, 3, 3}));
}

TYPED_TEST(Windows, TellTheShareOfRowsBefore) {
    EXPECT_EQ(this->of_books(duet::percent_rank().over(duet::order_by("id"))),
              (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
    const std::vector<double> shares = this->of_books(duet::cume_dist().over(duet::order_by("author")));
    ASSERT_EQ(shares.size(), 5U);
    EXPECT_DOUBLE_EQ(shares[0], 0.4);
    EXPECT_DOUBLE_EQ(shares[2], 0.6);
    EXPECT_DOUBLE_EQ(shares[4], 1.0);
}

TYPED_TEST(Windows, TakeValuesFromOtherRows) {
    using Pages = std::vector<std::optional<int>>;
    const auto by_author = duet::partition_by("author"_c);
    EXPECT_EQ(this->of_books(duet::lag("pages"_c).over(duet::order_by("id"))),
              (Pages{std::nullopt, 174, 157, 204, 341}));
    EXPECT_EQ(this->of_books(duet::lead("pages"_c, 2).over(duet::order_by("id"))),
              (Pages{204, 341, 523, std::nullopt, std::nullopt}));
    EXPECT_EQ(this->of_books(duet::lead("pages"_c).over(by_author, duet::order_by("id"))),
              (Pages{157, std::nullopt, std::nullopt, 523, std::nullopt}));
    EXPECT_EQ(this->of_books(duet::first_value("pages"_c).over(by_author, duet::order_by("-id"))),
              (Pages{157, 157, 204, 523, 523}));
    const auto all = duet::rows(duet::unbounded_preceding, duet::unbounded_following);
    EXPECT_EQ(this->of_books(duet::last_value("pages"_c).over(duet::order_by("id"), all)),
              (Pages{523, 523, 523, 523, 523}));
    EXPECT_EQ(this->of_books(duet::nth_value("pages"_c, 2).over(duet::order_by("id"))),
              (Pages{std::nullopt, 157, 157, 157, 157}));
}

TYPED_TEST(Windows, PutAValueInPlaceOfMissingRows) {
    EXPECT_EQ(this->of_books(duet::lag("pages"_c, 1, 0).over(duet::order_by("id"))),
              (std::vector<int>{0, 174, 157, 204, 341}));
    EXPECT_EQ(this->of_books(duet::lead("pages"_c, 2, -1).over(duet::order_by("id"))),
              (std::vector<int>{204, 341, 523, -1, -1}));
    EXPECT_EQ(
        this->of_books(
            duet::lead("title"_c, 1, "none").over(duet::partition_by("author"_c), duet::order_by("id"))),
        (std::vector<std::string>{"El Aleph", "none", "none", "Always Coming Home", "none"}));
    // A row that is there and has no value stays what it is.
    EXPECT_EQ(this->of_books(duet::lag("rating"_c, 1, 9.5).over(duet::order_by("id"))),
              (std::vector<std::optional<double>>{9.5, 4.5, std::nullopt, 4.0, 4.2}));
}

TYPED_TEST(Windows, RunAggregatesOverFrames) {
    using Sums = std::vector<std::optional<std::int64_t>>;
    const auto by_id = duet::order_by("id");
    EXPECT_EQ(this->of_books(duet::sum("pages"_c).over()), (Sums{1399, 1399, 1399, 1399, 1399}));
    EXPECT_EQ(this->of_books(duet::sum("pages"_c).over(duet::partition_by("author"_c))),
              (Sums{331, 331, 204, 864, 864}));
    EXPECT_EQ(this->of_books(duet::sum("pages"_c).over(by_id)), (Sums{174, 331, 535, 876, 1399}));
    EXPECT_EQ(
        this->of_books(duet::sum("pages"_c).over(by_id, duet::rows(duet::preceding(1), duet::following(1)))),
        (Sums{331, 535, 702, 1068, 864}));
    EXPECT_EQ(this->of_books(duet::sum("pages"_c).over(
                  by_id, duet::rows(duet::unbounded_preceding, duet::preceding(1)))),
              (Sums{std::nullopt, 174, 331, 535, 876}));
    EXPECT_EQ(this->of_books(duet::count().over(duet::order_by("author"),
                                                duet::range(duet::unbounded_preceding, duet::current_row))),
              (Numbers{2, 2, 3, 5, 5}));
    EXPECT_EQ(this->of_books(duet::count().over(duet::order_by("pages"),
                                                duet::range(duet::preceding(50), duet::current_row))),
              (Numbers{2, 1, 3, 1, 1}));
    EXPECT_EQ(this->of_books(duet::avg("pages"_c).over(duet::partition_by("author"_c)))[3], 432.0);
    EXPECT_EQ(this->of_books(duet::max("title"_c).over(duet::partition_by("author"_c)))[0], "Ficciones");
    EXPECT_EQ(this->of_books(duet::count("rating"_c).over()), (Numbers{3, 3, 3, 3, 3}));
}

TYPED_TEST(Windows, CountOnlyFilteredRows) {
    EXPECT_EQ(this->of_books(duet::count().filter("pages"_c > 200).over(duet::order_by("id"))),
              (Numbers{0, 0, 1, 2, 3}));
    EXPECT_EQ(
        this->of_books(
            duet::sum("pages"_c).filter("rating"_c.is_not_null()).over(duet::partition_by("author"_c)))[4],
        341);
}

TYPED_TEST(Windows, HaveFramesOfGroupsAndExclusionsWhereTheDatabaseHas) {
    const auto groups =
        duet::count().over(duet::order_by("author"), duet::groups(duet::preceding(1), duet::current_row));
    const auto others = duet::sum("pages"_c).over(
        duet::partition_by("author"_c),
        duet::rows(duet::unbounded_preceding, duet::unbounded_following).exclude_current_row());
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW((void)this->of_books(groups), duet::UnsupportedByDialect);
        EXPECT_THROW((void)this->of_books(others), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->of_books(groups), (Numbers{2, 2, 3, 3, 3}));
        EXPECT_EQ(this->of_books(others),
                  (std::vector<std::optional<std::int64_t>>{157, 174, std::nullopt, 523, 341}));
    }
    EXPECT_THROW((void)this->of_books(duet::lag("rating"_c).ignore_nulls().over(duet::order_by("id"))),
                 duet::UnsupportedByDialect);
    EXPECT_THROW((void)this->of_books(duet::count_distinct("author"_c).over()), duet::UnsupportedByDialect);
}

TYPED_TEST(Windows, MayHaveNames) {
    const auto rows = got(this->db.template query<Book>()
                              .window("w", duet::partition_by("author"_c), duet::order_by("id"))
                              .window("all", duet::order_by("-id"))
                              .order_by("id")
                              .select("id"_c, duet::row_number().over("w"), duet::sum("pages"_c).over("w"),
                                      duet::lag("pages"_c, 1, 7).over("w"), duet::rank().over("all"),
                                      duet::lead("pages"_c, 1, 8).over("w")));
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows[1],
              (std::tuple<std::int64_t, std::int64_t, std::optional<std::int64_t>, int, std::int64_t, int>(
                  2, 2, 331, 174, 4, 8)));
    EXPECT_EQ(std::get<3>(rows[2]), 7);
    EXPECT_EQ(std::get<5>(rows[3]), 523);
}

TYPED_TEST(Windows, OrderTheQueryByTheirLabel) {
    const auto rows =
        got(this->db.template query<Book>()
                .order_by(duet::label("place"), "id")
                .limit(3)
                .select("id"_c, duet::row_number()
                                    .over(duet::partition_by("author"_c), duet::order_by("-pages"))
                                    .as("place")));
    EXPECT_EQ(rows, (std::vector<std::tuple<std::int64_t, std::int64_t>>{{1, 1}, {3, 1}, {5, 1}}));
    EXPECT_EQ(this->ids(query<Book>().order_by(duet::row_number().over(duet::order_by("-pages")))),
              (Numbers{5, 4, 3, 1, 2}));
}

TYPED_TEST(Windows, LookAtGroups) {
    const auto rows =
        got(this->db.template query<Book>()
                .group_by("author"_c)
                .order_by("author")
                .select("author"_c, duet::rank().over(duet::order_by(duet::desc(duet::count()))),
                        duet::sum(duet::count()).over()));
    using Row = std::tuple<std::int64_t, std::int64_t, std::optional<std::int64_t>>;
    EXPECT_EQ(rows, (std::vector<Row>{{1, 1, 5}, {2, 3, 5}, {3, 1, 5}}));
}

TYPED_TEST(Windows, LookAtGroupsOfExpressionsWithValues) {
    const auto decade = "pages"_c % 10;  // 4, 7, 4, 1, 3
    const auto rows = got(this->db.template query<Book>().group_by(decade).order_by(decade).select(
        decade, duet::count(), duet::row_number().over(duet::order_by(duet::desc(decade)))));
    using Row = std::tuple<std::optional<std::int64_t>, std::int64_t, std::int64_t>;
    EXPECT_EQ(rows, (std::vector<Row>{{1, 1, 4}, {3, 1, 3}, {4, 2, 2}, {7, 1, 1}}));
}

TYPED_TEST(Windows, ArePartOfExpressions) {
    EXPECT_EQ(this->of_books("pages"_c - duet::lag("pages"_c, 1, 0).over(duet::order_by("id"))),
              (Numbers{174, -17, 47, 137, 182}));
    EXPECT_EQ(this->of_books(duet::case_()
                                 .when(duet::row_number().over(duet::order_by("id")) <= 2, "early")
                                 .otherwise("late")),
              (std::vector<std::string>{"early", "early", "late", "late", "late"}));
    EXPECT_EQ(this->of_books(duet::coalesce(duet::lag("rating"_c).over(duet::order_by("id")), 1.5)),
              (std::vector<double>{1.5, 4.5, 1.5, 4.0, 4.2}));
}

TYPED_TEST(Windows, CannotStandWhereRowsAreChosen) {
    const auto first = duet::row_number().over(duet::order_by("id")) == 1;
    EXPECT_THROW((void)got(this->db.template query<Book>().where(first).all()), duet::InvalidQuery);
    EXPECT_THROW(
        (void)got(this->db.template query<Book>().group_by("author"_c).having(first).select("author"_c)),
        duet::InvalidQuery);
}

TYPED_TEST(Windows, RefuseNamesAndNumbersThatMakeNoSense) {
    EXPECT_THROW((void)this->of_books(duet::row_number().over(duet::order_by("-nothing"))),
                 duet::InvalidQuery);
    EXPECT_THROW((void)duet::ntile(0), duet::InvalidQuery);
    EXPECT_THROW((void)duet::lag("id"_c, -1), duet::InvalidQuery);
    EXPECT_THROW((void)duet::preceding(-1), duet::InvalidQuery);
}

struct Reading {
    std::int64_t id{};
    duet::Timestamp at{};
    duet::Decimal amount{};
    duet::Decimal exact{};
    static constexpr auto table = duet::table("readings", duet::decimal_as_text("exact"));
};

template <class B>
class WindowsOverTime : public DatabaseTest<B> {
protected:
    void SetUp() override {
        duet::Database all(this->db);
        all.create_all(duet::models<Reading>);
        const duet::Timestamp start = duet::Date(std::chrono::year(2026) / 3 / 1);
        const auto add = [&](int hours, const char* amount) {
            const duet::Decimal value = duet::Decimal::parse(amount);
            all.create(Reading{.at = start + std::chrono::hours(hours), .amount = value, .exact = value});
        };
        add(0, "1.50");
        add(1, "10.25");
        add(5, "9.75");
    }
    template <class E>
    auto of_readings(const E& e) {
        return got(this->db.template query<Reading>().order_by("id").select(e));
    }
};
TYPED_TEST_SUITE(WindowsOverTime, Backends, BackendNames);

TYPED_TEST(WindowsOverTime, MeasureFramesInHoursOnPostgres) {
    const auto recent = duet::count().over(
        duet::order_by("at"), duet::range(duet::preceding(std::chrono::hours(2)), duet::current_row));
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(this->of_readings(recent), (Numbers{1, 2, 1}));
    } else {
        EXPECT_THROW((void)this->of_readings(recent), duet::UnsupportedByDialect);
    }
}

TYPED_TEST(WindowsOverTime, KeepTheTypesOfDecimalsAndMoments) {
    using duet::Decimal;
    EXPECT_EQ(this->of_readings(duet::lag("amount"_c, 1, Decimal::parse("0.5")).over(duet::order_by("id"))),
              (std::vector<Decimal>{Decimal::parse("0.5"), Decimal::parse("1.5"), Decimal::parse("10.25")}));
    EXPECT_EQ(this->of_readings(duet::lag("exact"_c, 1).over(duet::order_by("id")))[2],
              Decimal::parse("10.25"));
    EXPECT_EQ(this->of_readings(duet::sum("amount"_c).over(duet::order_by("id")))[2], Decimal::parse("21.5"));
    // Decimals that are kept as text are in order by their value.
    EXPECT_EQ(this->of_readings(duet::row_number().over(duet::order_by("exact"))), (Numbers{1, 3, 2}));
    const auto moments = this->of_readings(duet::first_value("at"_c).over(duet::order_by("-at")));
    EXPECT_EQ(moments[0],
              duet::Timestamp(duet::Date(std::chrono::year(2026) / 3 / 1)) + std::chrono::hours(5));
}

}  // namespace
