#include <duet/statement.hpp>

#include <tuple>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

template <class B>
class StatementsSources : public Bookshop<B> {
protected:
    template <class S>
    auto all(const S& statement) {
        return got(this->db.execute(statement).all());
    }
};
TYPED_TEST_SUITE(StatementsSources, Backends, BackendNames);

using Texts = std::vector<std::string>;

struct Figures {
    std::int64_t author{};
    std::int64_t books{};
    std::optional<double> best{};
};
struct Link {
    std::int64_t id{};
    std::string name{};
    std::int64_t depth{};
};
struct Named {
    std::string name{};
};

auto figures() {
    return duet::select("author"_c, duet::count(), duet::max("rating"_c)).from<Book>().group_by("author"_c);
}

TYPED_TEST(StatementsSources, ReadACteLikeATable) {
    const auto per_author = duet::cte<Figures>("per_author", figures());
    const auto statement = duet::select("name"_c, per_author("books"_c), per_author("best"_c))
                               .from<Author>()
                               .join(per_author, per_author("author"_c) == "id"_c)
                               .where(per_author("books"_c) > 1)
                               .order_by("name");
    const auto rows = this->all(statement);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(std::get<0>(rows[0]), "Borges");
    EXPECT_EQ(std::get<1>(rows[0]), 2);
    EXPECT_EQ(std::get<2>(rows[0]), 4.5);
    EXPECT_EQ(std::get<0>(rows[1]), "Le Guin");

    const auto whole = this->all(duet::select_from(per_author).order_by("author"));
    ASSERT_EQ(whole.size(), 3u);
    EXPECT_EQ(whole[1].author, 2);
    EXPECT_EQ(whole[1].best, 4.0);
}

TYPED_TEST(StatementsSources, ReadACteThatReadsAnother) {
    const auto rated =
        duet::cte<Named>("rated", duet::select("title"_c).from<Book>().where("rating"_c >= 4.2));
    const auto longer =
        duet::cte<Named>("longer", duet::select("name"_c).from(rated).where("name"_c != "Ficciones"));
    EXPECT_EQ(this->all(duet::select("name"_c).from(longer)), Texts{"The Dispossessed"});
    // Both, and the first one twice: it is defined once.
    const auto both =
        duet::select("name"_c, longer("name"_c)).from(rated).left_join(longer, longer("name"_c) == "name"_c);
    EXPECT_EQ(this->all(both.columns(duet::count())), std::vector<std::int64_t>{2});
}

TYPED_TEST(StatementsSources, FollowARelationToItsEnd) {
    constexpr auto pupil = duet::alias<Author>("pupil");
    const auto tree = duet::recursive_cte<Link>(
        "tree", duet::select("id"_c, "name"_c, 0).from<Author>().where("mentor"_c.is_null()),
        [&](const auto& above) {
            return duet::select(pupil("id"_c), pupil("name"_c), above("depth"_c) + 1)
                .from(pupil)
                .join(above, above("id"_c) == pupil("mentor"_c));
        });
    const auto rows = this->all(duet::select_from(tree).order_by("depth", "id"));
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0].name, "Borges");
    EXPECT_EQ(rows[3].name, "Le Guin");
    EXPECT_EQ(rows[3].depth, 1);
}

TYPED_TEST(StatementsSources, StopInACycleWhenOnlyNewRowsCount) {
    did([&] {
        return this->db.template query<Author>().where("id"_c == 1).update_bulk("mentor"_c = 2);
    });  // Borges > Lem > Borges
    struct Id {
        std::int64_t id{};
    };
    constexpr auto pupil = duet::alias<Author>("pupil");
    const auto tree = duet::recursive_cte<Id>(
        "tree", duet::select("id"_c).from<Author>().where("id"_c == 2),
        [&](const auto& above) {
            return duet::select(pupil("id"_c)).from(pupil).join(above, above("id"_c) == pupil("mentor"_c));
        },
        duet::Recursion::new_rows_only);
    EXPECT_EQ(this->all(duet::select("id"_c).from(tree).order_by("id")),
              (std::vector<std::int64_t>{1, 2, 3}));
}

TYPED_TEST(StatementsSources, GoRoundNoCycleThatTheyWatch) {
    did([&] {
        return this->db.template query<Author>().where("id"_c == 1).update_bulk("mentor"_c = 2);
    });  // Borges > Lem > Borges
    constexpr auto pupil = duet::alias<Author>("pupil");
    const auto tree = duet::recursive_cte<Link>(
        "tree", duet::select("id"_c, "name"_c, 0).from<Author>().where("id"_c == 2),
        [&](const auto& above) {
            return duet::select(pupil("id"_c), pupil("name"_c), above("depth"_c) + 1)
                .from(pupil)
                .join(above, above("id"_c) == pupil("mentor"_c));
        },
        duet::without_cycles("id"_c));
    const auto rows = this->all(duet::select_from(tree).order_by("depth"));
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].name, "Lem");
    EXPECT_EQ(rows[1].name, "Borges");
    EXPECT_EQ(rows[2].name, "Le Guin");
    EXPECT_EQ(rows[2].depth, 2);
}

TYPED_TEST(StatementsSources, AreStatementsToo) {
    const auto per_author = duet::subquery<Figures>(
        "f",
        duet::select("author"_c.as("author"), duet::count().as("books"), duet::max("rating"_c).as("best"))
            .from<Book>()
            .group_by("author"_c));
    EXPECT_EQ(this->all(duet::select(duet::max("books"_c)).from(per_author)),
              std::vector{std::optional<std::int64_t>(2)});
    const auto joined = duet::select("name"_c, per_author("books"_c))
                            .from<Author>()
                            .left_join(per_author, per_author("author"_c) == "id"_c)
                            .where(per_author("books"_c).is_null());
    EXPECT_EQ(this->all(joined.columns("name"_c)), Texts{"Anonymous"});
}

TYPED_TEST(StatementsSources, AreListsOfValues) {
    struct Price {
        std::int64_t book{};
        std::string shop{};
        std::optional<double> price{};
    };
    const std::vector<Price> list{{3, "it's", 9.5}, {1, "here", std::nullopt}, {77, "there", 1.0}};
    const auto prices = duet::values<Price>("prices", list);
    const auto statement = duet::select("title"_c, prices("shop"_c), prices("price"_c))
                               .from(duet::table_of<Book>)
                               .join(prices, prices("book"_c) == "id"_c)
                               .order_by("id");
    const auto rows = this->all(statement);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0], (std::tuple<std::string, std::string, std::optional<double>>("Ficciones", "here",
                                                                                    std::nullopt)));
    EXPECT_EQ(rows[1], (std::tuple<std::string, std::string, std::optional<double>>("Solaris", "it's", 9.5)));
    EXPECT_THROW(duet::values<Price>("prices", {}), duet::InvalidQuery);
}

TYPED_TEST(StatementsSources, UniteIntersectAndSubtract) {
    const auto names = duet::select("name"_c).from<Author>();
    const auto some = names.where("id"_c <= 2);
    const auto others = names.where("id"_c >= 2);
    EXPECT_EQ(this->all(some.union_(others).order_by("name")),
              (Texts{"Anonymous", "Borges", "Le Guin", "Lem"}));
    EXPECT_EQ(this->all(some.union_all(others)).size(), 5u);
    EXPECT_EQ(this->all(some.intersect(others)), Texts{"Lem"});
    EXPECT_EQ(this->all(some.except(others)), Texts{"Borges"});
    EXPECT_EQ(this->all(some.union_all(others).order_by("-name").limit(2)), (Texts{"Lem", "Lem"}));
    // In their order, whatever comes first in the database: ({1, 2} + {2, 3, 4}) & {1, 2}, not {1, 2} + {2}.
    EXPECT_EQ(this->all(others.union_(some).intersect(some).order_by("name")), (Texts{"Borges", "Lem"}));
    // Parts with limits and orders of their own.
    EXPECT_EQ(
        this->all(some.order_by("-id").limit(1).union_all(others.order_by("-id").limit(1)).order_by("name")),
        (Texts{"Anonymous", "Lem"}));
    // And as objects, with what follows on the whole.
    const auto young = duet::select<Author>().where("age"_c < 50);
    const auto old = duet::select<Author>().where("age"_c > 87);
    EXPECT_EQ(ids_of(this->all(young.union_(old).where("is_active"_c == true))),
              std::vector<std::int64_t>{3});
    if (TestFixture::is_sqlite) {
        EXPECT_THROW(this->all(some.except_all(others)), duet::UnsupportedByDialect);
        EXPECT_THROW(this->all(some.intersect_all(others)), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->all(some.union_all(some).except_all(some).order_by("name")),
                  (Texts{"Borges", "Lem"}));
        EXPECT_EQ(this->all(some.intersect_all(others)), Texts{"Lem"});
    }
}

TYPED_TEST(StatementsSources, KeepRowsWithoutAPartnerAsTheJoinSays) {
    constexpr auto book = duet::alias<Book>("book");
    const auto authors =
        duet::select(duet::nullable("name"_c), duet::nullable(book("title"_c))).from<Author>();
    const auto on = book("author"_c) == "id"_c && book("pages"_c) < 170;
    EXPECT_EQ(this->all(authors.join(book, on)).size(), 1u);
    EXPECT_EQ(this->all(authors.left_join(book, on)).size(), 4u);
    EXPECT_EQ(this->all(authors.right_join(book, on)).size(), 5u);
    EXPECT_EQ(this->all(authors.cross_join(book)).size(), 20u);
    if (TestFixture::is_mariadb) {
        EXPECT_THROW(this->all(authors.full_join(book, on)), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->all(authors.full_join(book, on)).size(), 8u);
    }
}

TYPED_TEST(StatementsSources, HideTheirDeletedRowsOnBothSidesOfAJoin) {
    constexpr auto review = duet::alias<Review>("review");
    // Every book with its reviews: one of 5, whose only review is deleted, has none.
    const auto from_reviews = duet::select(duet::nullable("id"_c), duet::nullable("book.id"_c))
                                  .from<Review>()
                                  .right_join("book"_c)
                                  .where("book.id"_c == 5);
    EXPECT_EQ(this->all(from_reviews),
              (std::vector<std::tuple<std::optional<std::int64_t>, std::optional<std::int64_t>>>{
                  {std::nullopt, 5}}));
    const auto from_books = duet::select("id"_c, duet::nullable(review("id"_c)))
                                .from<Book>()
                                .left_join(review, review("book"_c) == "id"_c)
                                .where("id"_c == 5);
    EXPECT_EQ(this->all(from_books),
              (std::vector<std::tuple<std::int64_t, std::optional<std::int64_t>>>{{5, std::nullopt}}));
    // A CTE has the rows that its statement has, deleted ones too.
    const auto everything = duet::cte<Review>("everything", duet::select<Review>().with_deleted());
    EXPECT_EQ(this->all(duet::select_from(everything)).size(), 6u);
}

TYPED_TEST(StatementsSources, MayReferToThoseBeforeThem) {
    struct Best {
        std::string title{};
        int pages{};
    };
    constexpr auto book = duet::alias<Book>("book");
    const auto longest =
        duet::subquery<Best>("longest", duet::select(book("title"_c), book("pages"_c))
                                            .from(book)
                                            .where(book("author"_c) == duet::outer<Author>("id"_c))
                                            .order_by(duet::desc(book("pages"_c)))
                                            .limit(1));
    const auto statement = duet::select("name"_c, longest("title"_c))
                               .from(duet::table_of<Author>)
                               .lateral_join(longest)
                               .order_by("id");
    if (!TestFixture::is_postgres) {
        EXPECT_THROW(this->all(statement), duet::UnsupportedByDialect);
        return;
    }
    const auto rows = this->all(statement);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0], (std::tuple<std::string, std::string>("Borges", "Ficciones")));
    EXPECT_EQ(rows[2], (std::tuple<std::string, std::string>("Le Guin", "Always Coming Home")));
    const auto left = duet::select("name"_c, duet::nullable(longest("title"_c)))
                          .from(duet::table_of<Author>)
                          .left_lateral_join(longest)
                          .order_by("id");
    EXPECT_EQ(this->all(left).size(), 4u);
}

TYPED_TEST(StatementsSources, BecomePartOfQueries) {
    const auto prolific =
        duet::select("author"_c).from<Book>().group_by("author"_c).having(duet::count() > 1);
    EXPECT_EQ(this->authors("id"_c.in_(prolific)), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(this->authors("id"_c.not_in(prolific)), (std::vector<std::int64_t>{2, 4}));

    // Objects stand for their keys.
    const auto young = duet::select<Author>().where("age"_c < 50);
    EXPECT_EQ(this->authors("id"_c.in_(young)), std::vector<std::int64_t>{4});
    EXPECT_EQ(this->authors("id"_c.in_(young.union_(duet::select<Author>().where("age"_c > 87)))),
              (std::vector<std::int64_t>{3, 4}));

    // With a CTE, which stands in front of the whole query.
    const auto rated = duet::cte<Figures>("rated", figures());
    const auto good = duet::select("author"_c).from(rated).where("best"_c > 4.1);
    EXPECT_EQ(this->authors("id"_c.in_(good)), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(got(this->db.template query<Author>().where("id"_c.in_(good)).count()), 2);
    EXPECT_TRUE(got(this->db.template query<Author>().where("id"_c.in_(good)).exists()));
    const auto update = [&] {
        return this->db.template query<Author>().where("id"_c.in_(good)).update_bulk("bio"_c = "good");
    };
    if (TestFixture::is_mariadb) {
        EXPECT_THROW(got(update()), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(got(update()), 2);
    }

    const auto average = duet::select(duet::avg("pages"_c)).from<Book>();
    EXPECT_EQ(this->books("pages"_c > duet::scalar(average)), (std::vector<std::int64_t>{4, 5}));

    constexpr auto review = duet::alias<Review>("review");
    const auto reviewed =
        duet::select(review("id"_c)).from(review).where(review("book"_c) == duet::outer<Book>("id"_c));
    EXPECT_EQ(this->books(duet::exists(reviewed)), (std::vector<std::int64_t>{1, 3, 4}));
}

TYPED_TEST(StatementsSources, CorrelateByAnAlias) {
    constexpr auto book = duet::alias<Book>("book");
    constexpr auto other = duet::alias<Book>("other");
    // The longest book of each author.
    const auto longest =
        duet::select(duet::max(other("pages"_c))).from(other).where(other("author"_c) == book("author"_c));
    const auto statement = duet::select(book("title"_c))
                               .from(book)
                               .where(book("pages"_c) == duet::scalar(longest))
                               .order_by("id");
    EXPECT_EQ(this->all(statement), (Texts{"Ficciones", "Solaris", "Always Coming Home"}));
}

TYPED_TEST(StatementsSources, AreNamedOnceAndFound) {
    constexpr auto book = duet::alias<Book>("book");
    EXPECT_THROW(this->all(duet::select(book("title"_c)).from<Author>()), duet::InvalidQuery);
    EXPECT_THROW(this->all(duet::select(book).from<Author>()), duet::InvalidQuery);
    const auto one = duet::cte<Named>("named", duet::select("name"_c).from<Author>().where("id"_c == 1));
    const auto two = duet::cte<Named>("named", duet::select("name"_c).from<Author>().where("id"_c == 2));
    const auto clash = duet::select("name"_c).from(one).where("name"_c.in_(duet::select("name"_c).from(two)));
    EXPECT_THROW(this->all(clash), duet::InvalidQuery);
}

}  // namespace
