#include <duet/functions.hpp>
#include <duet/statement.hpp>

#include <tuple>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

template <class B>
class StatementsPaths : public Bookshop<B> {
protected:
    template <class S>
    auto all(const S& statement) {
        return got(this->db.execute(statement).all());
    }
};
TYPED_TEST_SUITE(StatementsPaths, Backends, BackendNames);

using Texts = std::vector<std::string>;
using Keys = std::vector<std::int64_t>;

constexpr auto other = duet::alias<Book>("other");
constexpr auto mentor = duet::alias<Author>("mentor");

TYPED_TEST(StatementsPaths, LeadFromAnAliasAcrossItsRelations) {
    const auto statement = duet::select("title"_c, other("author.name"_c), other("author.country.name"_c))
                               .from<Book>()
                               .join(other, other("id"_c) == "id"_c + 2)
                               .where(other("author.country.code"_c) == "US")
                               .order_by(other("author.name"_c), "id");
    const auto rows = this->all(statement);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0], (std::tuple<std::string, std::string, std::optional<std::string>>(
                           "El Aleph", "Le Guin", "United States")));
    EXPECT_EQ(std::get<0>(rows[1]), "Solaris");
}

TYPED_TEST(StatementsPaths, OfTheRootAndOfAnAliasStayApart) {
    const auto pairs = duet::select("title"_c, other("title"_c))
                           .from<Book>()
                           .join(other, other("id"_c) > "id"_c)
                           .where("author.name"_c == other("author.name"_c))
                           .order_by("id");
    const std::vector<std::tuple<std::string, std::string>> expected{
        {"Ficciones", "El Aleph"}, {"The Dispossessed", "Always Coming Home"}};
    EXPECT_EQ(this->all(pairs), expected);
}

TYPED_TEST(StatementsPaths, OfTwoAliasesOverOneRelationStayApart) {
    constexpr auto a = duet::alias<Book>("a");
    constexpr auto b = duet::alias<Book>("b");
    const auto statement = duet::select(a("title"_c), b("title"_c), a("author.name"_c))
                               .from<Author>()
                               .join("books"_c, a)
                               .join("books"_c, b)
                               .where(a("id"_c) < b("id"_c) && a("author.name"_c) == b("author.name"_c))
                               .order_by(a("id"_c));
    const auto rows = this->all(statement);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(std::get<1>(rows[0]), "El Aleph");
    EXPECT_EQ(std::get<2>(rows[1]), "Le Guin");
}

TYPED_TEST(StatementsPaths, ToManyRowsAreConditionsOnAnyOfThem) {
    // Mentors who wrote something long; each of them once, however many books fit.
    const auto statement = duet::select("name"_c)
                               .from<Author>()
                               .join(mentor, mentor("id"_c) == "mentor"_c)
                               .where(mentor("books.pages"_c) > 150)
                               .order_by("name");
    EXPECT_EQ(this->all(statement), (Texts{"Le Guin", "Lem"}));
    EXPECT_EQ(this->all(statement.where(mentor("books.genres.name"_c) == "fantasy")),
              (Texts{"Le Guin", "Lem"}));
    EXPECT_TRUE(this->all(statement.where(mentor("books.genres.name"_c) == "poetry")).empty());
    EXPECT_THROW(this->all(statement.columns(mentor("books.title"_c))), duet::InvalidQuery);
}

TYPED_TEST(StatementsPaths, RelationsOfAnAliasAreJoinedByName) {
    const auto multiplied = duet::select("name"_c, mentor("books.title"_c))
                                .from<Author>()
                                .join(mentor, mentor("id"_c) == "mentor"_c)
                                .left_join(mentor("books"_c))
                                .order_by("name", mentor("books.id"_c));
    EXPECT_EQ(this->all(multiplied).size(), 4u);

    constexpr auto his = duet::alias<Book>("his");
    const auto named = duet::select("name"_c, his("title"_c))
                           .from<Author>()
                           .left_join("mentor"_c, mentor)
                           .left_join(mentor("books"_c), his)
                           .where(his("pages"_c) < 160);
    EXPECT_EQ(this->all(named.columns("name"_c).order_by("name")), (Texts{"Le Guin", "Lem"}));
}

TYPED_TEST(StatementsPaths, LeaveOutRowsThatAreDeletedSoftly) {
    const auto statement = duet::select(other("id"_c)).from(other).order_by(other("id"_c));
    EXPECT_EQ(this->all(statement.where(other("reviews.stars"_c) < 3)), Keys{});
    EXPECT_EQ(this->all(statement.where(other("reviews.stars"_c) < 3).with_deleted()), (Keys{3, 5}));
}

TYPED_TEST(StatementsPaths, ReachOutOfASubquery) {
    // Books whose author's country is also that of the author's mentor's pupil: the path is one of a table
    // around the subquery, and its table is not to be taken for that of the subquery's own path.
    constexpr auto inner = duet::alias<Book>("inner_book");
    const auto same_country =
        duet::select(inner("id"_c))
            .from(inner)
            .where(inner("id"_c) != other("id"_c) && inner("author.name"_c) == other("author.name"_c));
    const auto statement = duet::select(other("title"_c), other("author.name"_c))
                               .from(other)
                               .where(duet::exists(same_country) && other("author.country.code"_c) == "AR")
                               .order_by(other("id"_c));
    const std::vector<std::tuple<std::string, std::string>> expected{{"Ficciones", "Borges"},
                                                                     {"El Aleph", "Borges"}};
    EXPECT_EQ(this->all(statement), expected);
}

TYPED_TEST(StatementsPaths, AreGroupedAndOrderedBy) {
    const auto statement = duet::select(other("author.name"_c), duet::count())
                               .from(other)
                               .group_by(other("author.name"_c))
                               .having(duet::count() > 1)
                               .order_by(duet::desc(other("author.name"_c)));
    const std::vector<std::tuple<std::string, std::int64_t>> expected{{"Le Guin", 2}, {"Borges", 2}};
    EXPECT_EQ(this->all(statement), expected);
}

TYPED_TEST(StatementsPaths, AreNotForTheConditionThatJoinsTheAlias) {
    const auto statement =
        duet::select("title"_c).from<Book>().join(other, other("author.name"_c) == "author.name"_c);
    EXPECT_THROW(this->all(statement), duet::InvalidQuery);
}

TYPED_TEST(StatementsPaths, GiveStructsTheirNames) {
    struct Line {
        std::string name{};
        std::string title{};
    };
    const auto statement = duet::select(other("title"_c), other("author.name"_c)).from(other).order_by("id");
    const auto lines = got(this->db.execute(statement).template as<Line>().all());
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[2].title, "Solaris");
    EXPECT_EQ(lines[2].name, "Lem");
}

// Rows compared as one.

TYPED_TEST(StatementsPaths, RowsAreFoundAmongOthers) {
    const auto books = duet::select("id"_c).from<Book>().order_by("id");
    const auto row = duet::tuple("author"_c, "pages"_c);
    EXPECT_EQ(this->all(books.where(row.in_({std::tuple{1, 157}, std::tuple{2, 204}, std::tuple{3, 1}}))),
              (Keys{2, 3}));
    EXPECT_EQ(this->all(books.where(row.not_in({std::tuple{1, 157}, std::tuple{2, 204}}))), (Keys{1, 4, 5}));
    EXPECT_EQ(this->all(books.where(row.in_(duet::tuple(1, 174), duet::tuple(3, 523)) && "id"_c > 1)),
              Keys{5});
    const std::vector<std::pair<std::string, std::optional<double>>> rated{
        {"Ficciones", 4.5}, {"Solaris", 4.1}, {"El Aleph", std::nullopt}};
    EXPECT_EQ(this->all(books.where(duet::tuple("title"_c, "rating"_c).in_(rated))), Keys{1});
    // Unknown for a row whose first value is the same and whose second is NULL.
    EXPECT_EQ(this->all(books.where(
                  duet::tuple("author.name"_c, "rating"_c).not_in({std::pair{std::string("Borges"), 4.0}}))),
              (Keys{1, 3, 4, 5}));
    const std::vector<std::tuple<int, int>> nothing;
    EXPECT_EQ(this->all(books.where(row.in_(nothing))), Keys{});
    EXPECT_EQ(this->all(books.where(row.not_in(nothing))).size(), 5u);
    EXPECT_EQ(got(this->db.template query<Book>().where(row.in_({std::tuple{3, 341}})).count()), 1);
}

TYPED_TEST(StatementsPaths, RowsAreFoundInAStatement) {
    const auto longest = duet::select("author"_c, duet::max("pages"_c)).from<Book>().group_by("author"_c);
    const auto books = duet::select("title"_c).from<Book>().order_by("id");
    const auto row = duet::tuple("author"_c, "pages"_c);
    for (int run = 0; run < 2; ++run) {
        EXPECT_EQ(this->all(books.where(row.in_(longest))),
                  (Texts{"Ficciones", "Solaris", "Always Coming Home"}));
        EXPECT_EQ(this->all(books.where(row.not_in(longest))), (Texts{"El Aleph", "The Dispossessed"}));
    }
    const auto values = duet::select("id"_c, row.in_(longest)).from<Book>().order_by("id").limit(2);
    EXPECT_EQ(this->all(values),
              (std::vector<std::tuple<std::int64_t, std::optional<bool>>>{{1, true}, {2, false}}));
}

TYPED_TEST(StatementsPaths, RowsWithNullsAreUnknownUnlessAnotherValueTells) {
    // (author, rating) of book 2 is (1, NULL); the other side has (1, 4.5), then only (2, 4.0).
    const auto books = duet::select("id"_c).from<Book>().order_by("id");
    const auto row = duet::tuple("author"_c, "rating"_c);
    const auto of = [](std::int64_t id) {
        return duet::select("author"_c, "rating"_c).from<Book>().where("id"_c == id);
    };
    for (int run = 0; run < 2; ++run) {
        EXPECT_EQ(this->all(books.where(row.not_in(of(1)))), (Keys{3, 4, 5}));
        EXPECT_EQ(this->all(books.where(row.not_in(of(3)))), (Keys{1, 2, 4, 5}));
        EXPECT_EQ(this->all(books.where(row.not_in(of(99)))), (Keys{1, 2, 3, 4, 5}));
    }
}

// What NULL is in a query, as a value.

TYPED_TEST(StatementsPaths, AQuestionAboutNullHasTheSameAnswerAsAValue) {
    const auto asked = [](std::int64_t most) {
        const auto ratings = duet::select("rating"_c).from<Book>().where("id"_c == most);
        return duet::select("rating"_c.in_(ratings)).from<Book>().where("id"_c <= 2).order_by("id");
    };
    using Answers = std::vector<std::optional<bool>>;
    for (int run = 0; run < 2; ++run) {
        EXPECT_EQ(this->all(asked(1)), (Answers{true, std::nullopt}));
        EXPECT_EQ(this->all(asked(99)), (Answers{false, false}));
        EXPECT_EQ(this->all(asked(3)), (Answers{false, std::nullopt}));
    }
    const auto either = [](std::int64_t id) {
        const auto ratings = duet::select("rating"_c).from<Book>().where("id"_c == id);
        return duet::select("rating"_c.in_(ratings) || "pages"_c < 0).from<Book>().where("id"_c == 2);
    };
    EXPECT_EQ(this->all(either(1)), Answers(1, std::nullopt));
    EXPECT_EQ(this->all(either(99)), Answers(1, false));
}

// Where databases have words of their own.

TYPED_TEST(StatementsPaths, SubqueriesTakeTheNamesOfTheirFields) {
    struct PerAuthor {
        std::string who{};
        std::int64_t books{};
        std::optional<double> best{};
    };
    const auto figures = duet::select("author.name"_c, duet::count(), duet::max("rating"_c))
                             .from<Book>()
                             .group_by("author.name"_c);
    const auto per_author = duet::subquery<PerAuthor>("per_author", figures);
    const auto statement =
        duet::select("who"_c, "best"_c).from(per_author).where("books"_c > 1).order_by("who");
    EXPECT_EQ(this->all(statement), (std::vector<std::tuple<std::string, std::optional<double>>>{
                                        {"Borges", 4.5}, {"Le Guin", 4.2}}));
    struct Twice {
        std::int64_t id{};
        std::int64_t author{};
    };
    const auto twice =
        duet::subquery<Twice>("twice", duet::select("id"_c, "author.id"_c)
                                           .from<Book>()
                                           .union_all(duet::select("id"_c, "id"_c).from<Author>()));
    EXPECT_EQ(this->all(duet::select(duet::sum("author"_c)).from(twice)),
              std::vector<std::optional<std::int64_t>>(1, 20));
}

TYPED_TEST(StatementsPaths, TheFirstOfEachComeInAnyOrder) {
    const auto statement =
        duet::select("title"_c).from<Book>().distinct_on("author"_c).order_by("-pages", "id");
    EXPECT_EQ(this->all(statement), (Texts{"Always Coming Home", "Solaris", "Ficciones"}));
}

TYPED_TEST(StatementsPaths, RowsWithoutAnOrderShareTheirRank) {
    const auto statement = duet::select(duet::rank().over(), duet::dense_rank().over(),
                                        duet::percent_rank().over(duet::partition_by("author"_c)))
                               .from<Book>();
    for (const auto& [rank, dense, percent] : this->all(statement)) {
        EXPECT_EQ(rank, 1);
        EXPECT_EQ(dense, 1);
        EXPECT_EQ(percent, 0.0);
    }
}

TYPED_TEST(StatementsPaths, SetOperationsTakeOtherColumns) {
    struct Line {
        std::int64_t doubled{};
    };
    const auto both = duet::select("id"_c, "title"_c)
                          .from<Book>()
                          .where("id"_c < 3)
                          .union_(duet::select("id"_c, "name"_c).from<Author>().where("id"_c == 3));
    EXPECT_EQ(this->all(both.columns("title"_c).order_by("title")),
              (Texts{"El Aleph", "Ficciones", "Le Guin"}));
    const auto doubled = both.columns(("id"_c * 2).as("doubled")).order_by("-id");
    const auto lines = got(this->db.execute(doubled).template as<Line>().all());
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0].doubled, 6);
    EXPECT_EQ(this->all(both.columns(duet::count())), std::vector<std::int64_t>{3});
}

// Elements as rows.

struct Tagged {
    std::int64_t id{};
    std::vector<std::string> tags{};
    std::vector<int> marks{};
    static constexpr auto table = duet::table("tagged");
};

TYPED_TEST(StatementsPaths, ABoundListIsASource) {
    const Keys ids{1, 3, 99};
    const auto wanted = duet::unnest("wanted", ids);
    const auto found = duet::select(wanted("value"_c), "title"_c)
                           .from<Book>()
                           .right_join(wanted, wanted("value"_c) == "id"_c)
                           .order_by(wanted("value"_c));
    const auto rows = this->all(found.columns(wanted("value"_c), duet::nullable("title"_c)));
    EXPECT_EQ(rows, (std::vector<std::tuple<std::int64_t, std::optional<std::string>>>{
                        {1, "Ficciones"}, {3, "Solaris"}, {99, std::nullopt}}));
    const std::vector<std::optional<std::string>> names{"b", std::nullopt, "A"};
    EXPECT_EQ(this->all(duet::select("value"_c).from(duet::unnest("names", names)).order_by("value")),
              (Texts{"A", "b"}));
    const std::vector<double> numbers{0.5, 2.0};
    EXPECT_EQ(this->all(duet::select(duet::sum("value"_c)).from(duet::unnest("numbers", numbers))),
              std::vector<std::optional<double>>(1, 2.5));
    EXPECT_TRUE(this->all(duet::select("value"_c).from(duet::unnest("none", Texts{}))).empty());
    const std::vector<duet::Timestamp> moments{duet::Timestamp(std::chrono::seconds(5))};
    EXPECT_EQ(this->all(duet::select("value"_c).from(duet::unnest("moments", moments))), moments);
    const std::vector<duet::Decimal> prices{duet::Decimal::parse("1.25")};
    EXPECT_EQ(this->all(duet::select("value"_c).from(duet::unnest("prices", prices))), prices);
}

TYPED_TEST(StatementsPaths, ElementsOfAnArrayStandBesideTheirRow) {
    did([this] { return this->db.create_all(duet::models<Tagged>); });
    std::vector<Tagged> rows{{1, {"b", "a"}, {1, 2}}, {2, {}, {}}, {3, {"a"}, {3}}};
    got(this->db.create_bulk(rows));
    const auto tag = duet::unnest<std::string>("tag", "tags"_c);
    const auto all_tags =
        duet::select("id"_c, tag("value"_c)).from<Tagged>().cross_join(tag).order_by("id", tag("value"_c));
    EXPECT_EQ(this->all(all_tags),
              (std::vector<std::tuple<std::int64_t, std::string>>{{1, "a"}, {1, "b"}, {3, "a"}}));
    const auto counted = duet::select(tag("value"_c), duet::count())
                             .from<Tagged>()
                             .cross_join(tag)
                             .group_by(tag("value"_c))
                             .order_by(tag("value"_c));
    EXPECT_EQ(this->all(counted), (std::vector<std::tuple<std::string, std::int64_t>>{{"a", 2}, {"b", 1}}));
    constexpr auto post = duet::alias<Tagged>("post");
    const auto mark = duet::unnest<int>("mark", post("marks"_c));
    const auto every = duet::select(post("id"_c), duet::nullable(mark("value"_c)))
                           .from(post)
                           .left_join(mark, mark("value"_c) > 1)
                           .order_by(post("id"_c));
    EXPECT_EQ(this->all(every),
              (std::vector<std::tuple<std::int64_t, std::optional<int>>>{{1, 2}, {2, std::nullopt}, {3, 3}}));
    const auto with_a = duet::select("id"_c).from<Tagged>().where(
        duet::exists(duet::select(post("id"_c))
                         .from(post)
                         .cross_join(duet::unnest<std::string>("t", post("tags"_c)))
                         .where(post("id"_c) == duet::outer<Tagged>("id"_c))));
    EXPECT_EQ(this->all(with_a.order_by("id")), (Keys{1, 3}));
}

TYPED_TEST(StatementsPaths, ArraysAreFoundByTextsWithControlCharacters) {
    did([this] { return this->db.create_all(duet::models<Tagged>); });
    const std::string odd = "a\x1a\x0b\\u001A";
    std::vector<Tagged> rows{{1, {odd}, {}}, {2, {"a"}, {}}};
    got(this->db.create_bulk(rows));
    EXPECT_EQ(got(this->db.template query<Tagged>().where("tags"_c.contains(odd)).count()), 1);
}

}  // namespace
