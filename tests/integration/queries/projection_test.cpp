#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;

struct TitleOnly {
    std::string title{};
    bool operator==(const TitleOnly&) const = default;
};
struct Card {
    std::int64_t author_id{};
    std::optional<double> rating{};
    std::int64_t pages{};  // wider than the column
    bool operator==(const Card&) const = default;
};
struct Line {
    std::string title{};
    std::string author{};
    std::int64_t genres{};
    bool operator==(const Line&) const = default;
};

template <class B>
class Projection : public Bookshop<B> {};
TYPED_TEST_SUITE(Projection, Backends, BackendNames);

TYPED_TEST(Projection, AStructGetsItsColumnsAndNoOthers) {
    std::string sent;
    const auto hook = this->db.on_query([&sent](const duet::QueryEvent& event) { sent = event.sql; });
    const auto titles = got(
        this->db.template query<Book>().where("author"_c == 1).order_by("title").template all<TitleOnly>());
    EXPECT_EQ(titles, (std::vector<TitleOnly>{{"El Aleph"}, {"Ficciones"}}));
    EXPECT_EQ(sent.find("rating"), std::string::npos) << sent;
    const auto cards = got(this->db.template query<Book>().order_by("id").limit(2).template all<Card>());
    EXPECT_EQ(cards, (std::vector<Card>{{1, 4.5, 174}, {1, std::nullopt, 157}}));
}

TYPED_TEST(Projection, SeveralColumnsAreTuples) {
    const auto rows = got(
        this->db.template query<Author>().order_by("id").select("id"_c, "age"_c, "is_active"_c, "country"_c));
    using Row = std::tuple<std::int64_t, std::optional<int>, bool, std::optional<std::string>>;
    EXPECT_EQ(rows, (std::vector<Row>{{1, 86, true, "AR"},
                                      {2, std::nullopt, true, "PL"},
                                      {3, 88, true, "US"},
                                      {4, 30, false, std::nullopt}}));
}

TYPED_TEST(Projection, OneColumnIsAFlatList) {
    EXPECT_EQ(got(this->db.template query<Genre>().order_by("-name").select("name"_c)),
              (std::vector<std::string>{"science fiction", "poetry", "fantasy"}));
    EXPECT_EQ(got(this->db.template query<Author>().order_by("id").select("is_active"_c)),
              (std::vector<bool>{true, true, true, false}));
    EXPECT_EQ(got(this->db.template query<Author>().order_by("id").select("age"_c)),
              (std::vector<std::optional<int>>{86, std::nullopt, 88, 30}));
    EXPECT_TRUE(got(this->db.template query<Genre>().where("id"_c < 0).select("name"_c)).empty());
}

TYPED_TEST(Projection, PathsAndExpressionsComeAlong) {
    const auto lines =
        got(this->db.template query<Book>()
                .where("id"_c >= 4)
                .order_by("id")
                .template select<Line>(duet::upper("title"_c), "author.name"_c, duet::count_of("genres"_c)));
    EXPECT_EQ(lines,
              (std::vector<Line>{{"THE DISPOSSESSED", "Le Guin", 1}, {"ALWAYS COMING HOME", "Le Guin", 2}}));
    const auto names =
        got(this->db.template query<Author>().order_by("id").select("name"_c, "mentor.name"_c));
    EXPECT_EQ(std::get<1>(names[0]), std::nullopt);
    EXPECT_EQ(std::get<1>(names[1]), "Borges");
}

TYPED_TEST(Projection, DistinctListsEachValueOnce) {
    EXPECT_EQ(got(this->db.template query<Book>().distinct().order_by("author").select("author"_c)),
              (Ids{1, 2, 3}));
    EXPECT_EQ(got(this->db.template query<Book>().distinct().order_by("author.name").select("author.name"_c)),
              (std::vector<std::string>{"Borges", "Le Guin", "Lem"}));
}

TYPED_TEST(Projection, RelationsToLoadDoNotGetInTheWay) {
    const auto query =
        duet::query<Book>().related("author"_c, duet::joined).related("genres"_c).order_by("id").limit(1);
    EXPECT_EQ(got(this->db.query(query).select("pages"_c)), (std::vector<int>{174}));
    EXPECT_EQ(got(this->db.query(query).template all<TitleOnly>()), (std::vector<TitleOnly>{{"Ficciones"}}));
    EXPECT_EQ(
        got(this->db.query(duet::query<Book>().related("author"_c, duet::joined)).aggregate(duet::count())),
        5);
    EXPECT_EQ(this->authors("id"_c.in_(query, "author"_c)), (Ids{1}));
    EXPECT_EQ(this->books("id"_c.in_(query)), (Ids{1}));
    EXPECT_TRUE(got(this->db.query(query).exists()));
}

TYPED_TEST(Projection, RowsOfStructsDoNotMixWithRowsOfModels) {
    const auto query = duet::query<Genre>().order_by("id");
    EXPECT_EQ(got(this->db.query(query).select("id"_c)), (Ids{1, 2, 3}));
    EXPECT_EQ(ids_of(got(this->db.all(query))), (Ids{1, 2, 3}));
    EXPECT_EQ(got(this->db.query(query).select("name"_c)).size(), 3u);
}

}  // namespace
