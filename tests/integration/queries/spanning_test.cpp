#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;

template <class B>
class Spanning : public Bookshop<B> {};
TYPED_TEST_SUITE(Spanning, Backends, BackendNames);

TYPED_TEST(Spanning, AConditionReachesAcrossToOneRelations) {
    EXPECT_EQ(this->books("author.name"_c == "Borges"), (Ids{1, 2}));
    EXPECT_EQ(this->books("author.country.name"_c == "Poland"), (Ids{3}));
    EXPECT_EQ(this->books("author.mentor.name"_c == "Borges"), (Ids{3, 4, 5}));
    EXPECT_EQ(this->authors("profile.motto"_c == "robots"), (Ids{2}));
}

TYPED_TEST(Spanning, AMissingPartnerCountsAsNull) {
    EXPECT_EQ(this->authors("country.name"_c.is_null()), (Ids{4}));
    EXPECT_EQ(this->authors("mentor.name"_c != "Lem"), (Ids{2, 3}));
    EXPECT_EQ(this->authors(!("mentor.name"_c == "Lem")), (Ids{2, 3}));
    EXPECT_EQ(this->authors("mentor.name"_c.is_not("Lem")), (Ids{1, 2, 3, 4}));
    EXPECT_EQ(this->authors("mentor"_c == nullptr), (Ids{1, 4}));
    EXPECT_EQ(this->authors("profile.motto"_c.is_null()), (Ids{3, 4}));
}

TYPED_TEST(Spanning, OneMatchingRowOfManyIsEnoughAndGivesTheParentOnce) {
    EXPECT_EQ(this->authors("books.pages"_c < 500), (Ids{1, 2, 3}));
    EXPECT_EQ(this->authors("books.rating"_c.is_null()), (Ids{1, 3}));
    EXPECT_EQ(this->authors("books.genres.name"_c == "science fiction"), (Ids{2, 3}));
    EXPECT_EQ(this->books("genres.name"_c.in_("fantasy", "science fiction")), (Ids{1, 3, 4, 5}));
    EXPECT_EQ(this->authors("clubs.name"_c == "Ultra"), (Ids{1, 3}));
    EXPECT_EQ(this->authors("pupils.books.title"_c == "Solaris"), (Ids{1}));
    EXPECT_EQ(this->books("author.books.title"_c == "El Aleph"), (Ids{1, 2}));
}

TYPED_TEST(Spanning, NegationKeepsParentsWithoutChildren) {
    EXPECT_EQ(this->authors(!("books.pages"_c > 300)), (Ids{1, 2, 4}));
    EXPECT_EQ(this->books(!("genres.name"_c == "fantasy")), (Ids{2, 3, 4}));
    EXPECT_EQ(this->authors(!("books.rating"_c.is_null())), (Ids{2, 4}));
    EXPECT_EQ(this->authors(!("books.pages"_c > 300 || "name"_c == "Lem")), (Ids{1, 4}));
}

TYPED_TEST(Spanning, AnyAllAndNoneLookAtTheSameRow) {
    EXPECT_EQ(this->authors(duet::any("books"_c)), (Ids{1, 2, 3}));
    EXPECT_EQ(this->authors(duet::none("books"_c)), (Ids{4}));
    EXPECT_EQ(this->authors(duet::any("books"_c, "pages"_c > 300 && "rating"_c.is_null())), (Ids{3}));
    EXPECT_EQ(this->authors(duet::any("books"_c, "pages"_c > 300 && "rating"_c == 4.5)), Ids{});
    EXPECT_EQ(this->authors(duet::none("books"_c, "pages"_c > 300)), (Ids{1, 2, 4}));
    EXPECT_EQ(this->authors(duet::all("books"_c, "pages"_c > 170)), (Ids{2, 3, 4}));
    EXPECT_EQ(this->authors(duet::any("pupils"_c, "country.name"_c == "Poland")), (Ids{1}));
    EXPECT_EQ(this->authors(duet::any("books.genres"_c, "name"_c == "fantasy")), (Ids{1, 3}));
    EXPECT_EQ(this->authors(duet::any("profile"_c, "motto"_c.startswith("laby"))), (Ids{1}));
    EXPECT_EQ(this->authors(duet::any("books"_c, duet::any("genres"_c, "name"_c == "fantasy"))), (Ids{1, 3}));
}

TYPED_TEST(Spanning, AllIsNotSatisfiedByAnUnknownCondition) {
    EXPECT_EQ(this->authors(duet::all("books"_c, "rating"_c > 3.0)), (Ids{2, 4}));
    EXPECT_EQ(this->authors(!duet::all("books"_c, "rating"_c > 3.0)), (Ids{1, 3}));
    EXPECT_EQ(this->authors(duet::all("books"_c, "rating"_c > 3.0) && duet::any("books"_c)), (Ids{2}));
    EXPECT_EQ(this->authors(duet::none("books"_c, "rating"_c < 4.1)), (Ids{1, 3, 4}));
}

TYPED_TEST(Spanning, CountOfCountsRelatedRows) {
    EXPECT_EQ(this->authors(duet::count_of("books"_c) >= 2), (Ids{1, 3}));
    EXPECT_EQ(this->authors(duet::count_of("books"_c) == 0), (Ids{4}));
    EXPECT_EQ(this->books(duet::count_of("genres"_c) == 2), (Ids{5}));
    EXPECT_EQ(this->authors(duet::count_of("clubs"_c) == 1), (Ids{1, 3}));
    EXPECT_EQ(this->authors(duet::count_of("pupils"_c) == 2), (Ids{1}));
    EXPECT_EQ(this->authors(duet::count_of("books"_c, "rating"_c.is_not_null()) == 1), (Ids{1, 2, 3}));
    EXPECT_EQ(this->authors(duet::count_of("books.reviews"_c) == 2), (Ids{1}));
    const auto counts =
        got(this->db.query(duet::query<Author>().order_by("id")).select("id"_c, duet::count_of("books"_c)));
    EXPECT_EQ(counts, (std::vector<std::tuple<std::int64_t, std::int64_t>>{{1, 2}, {2, 1}, {3, 2}, {4, 0}}));
}

TYPED_TEST(Spanning, SoftDeletedPartnersAreNotThere) {
    EXPECT_EQ(this->books("reviews.stars"_c < 3), Ids{});
    EXPECT_EQ(this->books(duet::any("reviews"_c)), (Ids{1, 3, 4}));
    EXPECT_EQ(this->books(duet::count_of("reviews"_c) == 0), (Ids{2, 5}));
    EXPECT_EQ(this->authors("books.reviews.stars"_c <= 2), Ids{});
    EXPECT_EQ(this->ids(duet::query<Book>().where("reviews.stars"_c < 3).with_deleted().order_by("id")),
              (Ids{3, 5}));
    EXPECT_EQ(
        this->ids(duet::query<Author>().where("books.reviews.stars"_c <= 2).with_deleted().order_by("id")),
        (Ids{2, 3}));
}

TYPED_TEST(Spanning, OrderAcrossAToOneRelationLosesNobody) {
    EXPECT_EQ(this->ids(duet::query<Author>().order_by("country.name", "id")), (Ids{4, 1, 2, 3}));
    EXPECT_EQ(this->ids(duet::query<Author>().order_by("-country.name", "id")), (Ids{3, 2, 1, 4}));
    EXPECT_EQ(this->ids(duet::query<Book>().order_by("author.country.code", "-title")), (Ids{1, 2, 3, 4, 5}));
}

TYPED_TEST(Spanning, OrderAcrossAToManyRelationTakesTheSmallestOrLargestOnce) {
    EXPECT_EQ(this->ids(duet::query<Author>().order_by("books.pages")), (Ids{4, 1, 2, 3}));
    EXPECT_EQ(this->ids(duet::query<Author>().order_by("-books.pages")), (Ids{3, 2, 1, 4}));
    EXPECT_EQ(this->ids(duet::query<Book>().order_by("genres.name", "id")), (Ids{2, 1, 5, 3, 4}));
    EXPECT_EQ(this->ids(duet::query<Author>().order_by(duet::desc(duet::count_of("books"_c)), "id")),
              (Ids{1, 3, 2, 4}));
    EXPECT_EQ(got(this->db.count(duet::query<Author>().order_by("books.pages").limit(3))), 3);
}

TYPED_TEST(Spanning, CountAndExistsAgreeWithTheRows) {
    const auto busy = duet::query<Author>().where("books.pages"_c > 150 && "country.name"_c.is_not_null());
    EXPECT_EQ(got(this->db.count(busy)), 3);
    EXPECT_EQ(got(this->db.count(busy.distinct())), 3);
    EXPECT_EQ(got(this->db.query(busy).paginate(2)).total, 3);
    EXPECT_TRUE(got(this->db.query(busy).exists()));
    EXPECT_FALSE(got(this->db.query(busy.where("books.title"_c == "Nothing")).exists()));
}

TYPED_TEST(Spanning, AnObjectStandsForItsKey) {
    const Author borges = *got(this->db.template get<Author>(1));
    EXPECT_EQ(this->books("author"_c == borges), (Ids{1, 2}));
    EXPECT_EQ(this->authors("mentor"_c == borges), (Ids{2, 3}));
    EXPECT_EQ(this->authors("country"_c == "PL"), (Ids{2}));
    EXPECT_EQ(this->authors("country"_c.in_("PL", "AR")), (Ids{1, 2}));
}

}  // namespace
