#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;
using duet::query;

struct AuthorTotal {
    std::int64_t author_id{};
    std::int64_t books{};
    std::optional<double> best{};
    bool operator==(const AuthorTotal&) const = default;
};

template <class B>
class Aggregates : public Bookshop<B> {};
TYPED_TEST_SUITE(Aggregates, Backends, BackendNames);

TYPED_TEST(Aggregates, AreFiguresOverAllRowsOfTheQuery) {
    const auto [rows, rated, pages, average, least, most] = got(this->db.template query<Book>().aggregate(
        duet::count(), duet::count("rating"_c), duet::sum("pages"_c), duet::avg("pages"_c),
        duet::min("title"_c), duet::max("rating"_c)));
    EXPECT_EQ(rows, 5);
    EXPECT_EQ(rated, 3);
    EXPECT_EQ(pages, 1399);
    EXPECT_DOUBLE_EQ(*average, 1399 / 5.0);
    EXPECT_EQ(least, "Always Coming Home");
    EXPECT_EQ(most, 4.5);
}

TYPED_TEST(Aggregates, ASingleOneIsAValue) {
    EXPECT_EQ(got(this->db.template query<Book>().aggregate(duet::count())), 5);
    const std::optional<std::int64_t> pages =
        got(this->db.template query<Book>().where("author"_c == 1).aggregate(duet::sum("pages"_c)));
    EXPECT_EQ(pages, 331);
}

TYPED_TEST(Aggregates, OverNoRowsAreNullAndZero) {
    const auto none = query<Book>().where("id"_c < 0);
    const auto [rows, sum, average, least, most] = got(this->db.query(none).aggregate(
        duet::count(), duet::sum("pages"_c), duet::avg("rating"_c), duet::min("id"_c), duet::max("title"_c)));
    EXPECT_EQ(rows, 0);
    EXPECT_FALSE(sum.has_value());
    EXPECT_FALSE(average.has_value());
    EXPECT_FALSE(least.has_value());
    EXPECT_FALSE(most.has_value());
    EXPECT_EQ(got(this->db.query(none).aggregate(duet::coalesce(duet::sum("pages"_c), 0))), 0);
    EXPECT_TRUE(got(this->db.query(none.group_by("author"_c)).select("author"_c, duet::count())).empty());
}

TYPED_TEST(Aggregates, FilterCountsOnlySomeRows) {
    const auto [rows, lengthy, best, pages] = got(this->db.template query<Book>().aggregate(
        duet::count(), duet::count().filter("pages"_c > 300), duet::max("rating"_c).filter("author"_c != 1),
        duet::sum("pages"_c).filter("author.name"_c == "Borges")));
    EXPECT_EQ(rows, 5);
    EXPECT_EQ(lengthy, 2);
    EXPECT_EQ(best, 4.2);
    EXPECT_EQ(pages, 331);
}

TYPED_TEST(Aggregates, DistinctCountsEachValueOnce) {
    EXPECT_EQ(got(this->db.template query<Book>().aggregate(duet::count_distinct("author"_c))), 3);
    EXPECT_EQ(got(this->db.template query<Author>().aggregate(duet::count_distinct("mentor"_c))), 1);
}

TYPED_TEST(Aggregates, HideDeletedRowsLikeEveryQuery) {
    EXPECT_EQ(got(this->db.template query<Review>().aggregate(duet::min("stars"_c))), 3);
    EXPECT_EQ(got(this->db.template query<Review>().with_deleted().aggregate(duet::min("stars"_c))), 1);
}

TYPED_TEST(Aggregates, OverLimitedOrDistinctRowsAreRefusedRatherThanWrong) {
    EXPECT_THROW((void)got(this->db.template query<Book>().limit(2).aggregate(duet::count())),
                 duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.template query<Book>().offset(2).aggregate(duet::count())),
                 duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.template query<Book>().distinct().aggregate(duet::sum("pages"_c))),
                 duet::InvalidQuery);
    EXPECT_THROW(
        (void)got(this->db.template query<Book>().group_by("author"_c).aggregate(duet::sum("pages"_c))),
        duet::InvalidQuery);
    EXPECT_EQ(got(this->db.template query<Book>().order_by("-pages").aggregate(duet::count())), 5);
}

TYPED_TEST(Aggregates, GroupsGiveOneRowEach) {
    const auto rows = got(this->db.template query<Book>()
                              .group_by("author"_c)
                              .order_by("author")
                              .select("author"_c, duet::count(), duet::sum("pages"_c)));
    using Row = std::tuple<std::int64_t, std::int64_t, std::optional<std::int64_t>>;
    EXPECT_EQ(rows, (std::vector<Row>{{1, 2, 331}, {2, 1, 204}, {3, 2, 864}}));
}

TYPED_TEST(Aggregates, HavingChoosesAmongGroups) {
    const auto rows = got(this->db.template query<Book>()
                              .group_by("author"_c)
                              .having(duet::count() >= 2)
                              .order_by(duet::desc(duet::sum("pages"_c)))
                              .template select<AuthorTotal>("author"_c, duet::count().as("books"),
                                                            duet::max("rating"_c).as("best")));
    EXPECT_EQ(rows, (std::vector<AuthorTotal>{{3, 2, 4.2}, {1, 2, 4.5}}));
    EXPECT_EQ(got(this->db.template query<Book>().group_by("author"_c).having(duet::count() >= 2).count()),
              2);
    EXPECT_TRUE(
        got(this->db.template query<Book>().group_by("author"_c).having(duet::count() >= 2).exists()));
    EXPECT_FALSE(
        got(this->db.template query<Book>().group_by("author"_c).having(duet::count() > 2).exists()));
}

TYPED_TEST(Aggregates, GroupsAcrossRelationsAndByExpressions) {
    const auto by_country = got(this->db.template query<Book>()
                                    .group_by("author.country.name"_c)
                                    .order_by(duet::desc(duet::label("n")), "author.country.name")
                                    .select("author.country.name"_c, duet::count().as("n")));
    ASSERT_EQ(by_country.size(), 3u);
    EXPECT_EQ(std::get<0>(by_country[0]), "Argentina");
    EXPECT_EQ(std::get<1>(by_country[2]), 1);
    const auto by_size = got(this->db.template query<Book>()
                                 .group_by("pages"_c > 200)
                                 .order_by(duet::desc(duet::max("pages"_c)))
                                 .select(duet::count()));
    EXPECT_EQ(by_size, (Ids{3, 2}));
    const auto mentored = got(this->db.template query<Author>()
                                  .group_by("mentor"_c)
                                  .order_by("mentor")
                                  .select("mentor"_c, duet::count()));
    EXPECT_EQ(mentored, (std::vector<std::tuple<std::optional<std::int64_t>, std::int64_t>>{{std::nullopt, 2},
                                                                                            {1, 2}}));
}

TYPED_TEST(Aggregates, LimitsApplyToGroups) {
    const auto query =
        duet::query<Book>().group_by("author"_c).order_by(duet::desc(duet::max("pages"_c))).limit(1);
    EXPECT_EQ(got(this->db.query(query).select("author"_c)), (Ids{3}));
    EXPECT_EQ(got(this->db.query(query).count()), 1);
}

}  // namespace
