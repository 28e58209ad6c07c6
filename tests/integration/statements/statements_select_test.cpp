#include <duet/functions.hpp>
#include <duet/statement.hpp>

#include <tuple>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

template <class B>
using StatementsSelect = Bookshop<B>;
TYPED_TEST_SUITE(StatementsSelect, Backends, BackendNames);

using Names = std::vector<std::string>;

TYPED_TEST(StatementsSelect, GivesTheObjectsOfAModel) {
    const auto books =
        got(this->db.execute(duet::select<Book>().where("pages"_c > 200).order_by("id")).all());
    EXPECT_EQ(ids_of(books), (std::vector<std::int64_t>{3, 4, 5}));
    EXPECT_EQ(books[0].title, "Solaris");
    EXPECT_THROW((void)books[0].author->name, duet::NotLoaded);
}

TYPED_TEST(StatementsSelect, TakesOverAQueryWithWhatItLoads) {
    const auto statement = this->db.template query<Book>()
                               .where("id"_c <= 3)
                               .order_by("-id")
                               .related("author"_c, duet::joined)
                               .related("reviews"_c)
                               .statement()
                               .add_columns(("pages"_c * 2).as("twice"));
    const auto rows = got(this->db.execute(statement).all());
    ASSERT_EQ(rows.size(), 3u);
    const auto& [solaris, twice] = rows[0];
    EXPECT_EQ(solaris.title, "Solaris");
    EXPECT_EQ(twice, 408);
    EXPECT_EQ(solaris.author->name, "Lem");
    EXPECT_EQ(solaris.reviews.size(), 1u);
}

TYPED_TEST(StatementsSelect, ReadsTuplesOfWhatIsAskedFor) {
    const auto statement = duet::query<Book>().order_by("id").limit(2).statement().add_columns(
        duet::value(duet::query<Review>().where("book"_c == duet::outer<Book>("id"_c)), duet::count())
            .as("n"));
    const auto rows = got(this->db.execute(statement).template as<Book, std::int64_t>().all());
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(std::get<0>(rows[0]).title, "Ficciones");
    EXPECT_EQ(std::get<1>(rows[0]), 2);
    EXPECT_EQ(std::get<1>(rows[1]), 0);
}

TYPED_TEST(StatementsSelect, RanksTheObjectsOfAQuery) {
    const auto statement =
        this->db.template query<Book>()
            .where("pages"_c > 100)
            .order_by("author", "-pages")
            .statement()
            .add_columns(
                duet::row_number().over(duet::partition_by("author"_c), duet::order_by("-pages")).as("rnk"));
    std::vector<std::int64_t> ranks;
    for (const auto& [book, rank] : got(this->db.execute(statement).template as<Book, std::int64_t>().all()))
        ranks.push_back(rank);
    EXPECT_EQ(ranks, (std::vector<std::int64_t>{1, 2, 1, 1, 2}));
    // The best of each: the ranked rows are a source.
    struct Ranked {
        std::string title{};
        std::int64_t rnk{};
    };
    const auto ranked = duet::subquery<Ranked>(
        "ranked",
        statement.unordered().columns(
            "title"_c,
            duet::row_number().over(duet::partition_by("author"_c), duet::order_by("-pages")).as("rnk")));
    const auto first = duet::select("title"_c).from(ranked).where("rnk"_c == 1).order_by("title");
    EXPECT_EQ(got(this->db.execute(first).all()), (Names{"Always Coming Home", "Ficciones", "Solaris"}));
}

TYPED_TEST(StatementsSelect, FillsStructsByTheNamesOfTheColumns) {
    struct Line {
        std::int64_t n{};
        std::string title{};
    };
    const auto statement = duet::query<Book>().order_by("id").statement().add_columns(("id"_c + 10).as("n"));
    const auto lines = got(this->db.execute(statement).template as<Line>().all());
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[1].title, "El Aleph");
    EXPECT_EQ(lines[1].n, 12);

    struct Wrong {
        std::string heading{};
    };
    EXPECT_THROW(got(this->db.execute(statement).template as<Wrong>().all()), duet::InvalidQuery);
}

TYPED_TEST(StatementsSelect, ReadsOneRowOrOneValue) {
    const auto titles = duet::select("title"_c).template from<Book>();
    EXPECT_EQ(got(this->db.execute(titles.where("id"_c == 3)).scalar()), "Solaris");
    EXPECT_EQ(got(this->db.execute(titles.where("id"_c == 3)).one()), "Solaris");
    EXPECT_EQ(got(this->db.execute(titles.order_by("-id")).first()), "Always Coming Home");
    EXPECT_EQ(got(this->db.execute(titles.where("id"_c == 30)).one_or_none()), std::nullopt);
    EXPECT_THROW(got(this->db.execute(titles.where("id"_c == 30)).one()), duet::NotFound);
    EXPECT_THROW(got(this->db.execute(titles).one_or_none()), duet::MultipleFound);
}

TYPED_TEST(StatementsSelect, JoinsATableWithItself) {
    constexpr auto mentor = duet::alias<Author>("mentor");
    const auto statement = duet::select("name"_c, duet::nullable(mentor("name"_c)))
                               .template from<Author>()
                               .left_join(mentor, mentor("id"_c) == "mentor"_c)
                               .order_by("id");
    const auto rows = got(this->db.execute(statement).all());
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0], (std::tuple<std::string, std::optional<std::string>>("Borges", std::nullopt)));
    EXPECT_EQ(rows[1], (std::tuple<std::string, std::optional<std::string>>("Lem", "Borges")));
}

TYPED_TEST(StatementsSelect, SaysHowToReadWhatAnOuterJoinDoesNotFind) {
    constexpr auto mentor = duet::alias<Author>("mentor");
    const auto authors = duet::select("name"_c).template from<Author>().left_join("mentor"_c, mentor);
    const auto names = authors.add_columns(mentor("name"_c));
    const auto objects = authors.add_columns(mentor);
    const auto message = [this](const auto& statement) {
        try {
            (void)got(this->db.execute(statement).all());
        } catch (const duet::ValidationError& error) {
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    for (const std::string& said : {message(names), message(objects)}) {
        EXPECT_NE(said.find("is NULL, but its field"), std::string::npos) << said;
        EXPECT_NE(said.find("select duet::nullable(...)"), std::string::npos) << said;
    }
}

TYPED_TEST(StatementsSelect, ReadsWholeModelsOfSeveralSources) {
    constexpr auto mentor = duet::alias<Author>("mentor");
    const auto statement = duet::select<Author>()
                               .left_join("mentor"_c, mentor)
                               .add_columns(duet::nullable(mentor))
                               .order_by("id");
    const auto rows = got(this->db.execute(statement).all());
    ASSERT_EQ(rows.size(), 4u);
    const auto& [borges, nobody] = rows[0];
    EXPECT_EQ(borges.name, "Borges");
    EXPECT_FALSE(nobody.has_value());
    const auto& [lem, his] = rows[1];
    EXPECT_EQ(lem.name, "Lem");
    ASSERT_TRUE(his.has_value());
    EXPECT_EQ(his->name, "Borges");
    EXPECT_EQ(his->age, 86);
}

TYPED_TEST(StatementsSelect, CountsPerGroupAcrossAJoin) {
    const auto statement = duet::select("name"_c, duet::count("books.id"_c).as("n"))
                               .template from<Author>()
                               .left_join("books"_c)
                               .group_by("id"_c, "name"_c)
                               .having(duet::count("books.id"_c) > 0)
                               .order_by(duet::desc(duet::count("books.id"_c)), "name");
    const auto rows = got(this->db.execute(statement).all());
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0], (std::tuple<std::string, std::int64_t>("Borges", 2)));
    EXPECT_EQ(rows[2], (std::tuple<std::string, std::int64_t>("Lem", 1)));
}

TYPED_TEST(StatementsSelect, HidesTheDeletedRowsOfWhatItJoins) {
    constexpr auto review = duet::alias<Review>("review");
    const auto statement = duet::select("title"_c, review("id"_c))
                               .template from<Book>()
                               .join(review, review("book"_c) == "id"_c)
                               .order_by(review("id"_c));
    EXPECT_EQ(got(this->db.execute(statement).all()).size(), 4u);
    EXPECT_EQ(got(this->db.execute(statement.with_deleted()).all()).size(), 6u);
    const auto reviews = duet::select("title"_c, "reviews.id"_c).template from<Book>().join("reviews"_c);
    EXPECT_EQ(got(this->db.execute(reviews).all()).size(), 4u);
}

}  // namespace
