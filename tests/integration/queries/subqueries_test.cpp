#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;
using duet::query;

template <class B>
class Subqueries : public Bookshop<B> {};
TYPED_TEST_SUITE(Subqueries, Backends, BackendNames);

TYPED_TEST(Subqueries, InTakesAQueryByItsKey) {
    const auto old = query<Author>().where("age"_c > 80);
    EXPECT_EQ(this->books("author"_c.in_(old)), (Ids{1, 2, 4, 5}));
    EXPECT_EQ(this->books("author"_c.not_in(old)), (Ids{3}));
    EXPECT_EQ(this->books("author"_c.in_(old.where("country.name"_c == "Argentina"))), (Ids{1, 2}));
    EXPECT_EQ(this->authors("country"_c.in_(query<Country>().where("name"_c.startswith("P")))), (Ids{2}));
}

TYPED_TEST(Subqueries, InTakesANamedColumnOfAQuery) {
    const auto rated = query<Book>().where("rating"_c > 4.1);
    EXPECT_EQ(this->authors("id"_c.in_(rated, "author"_c)), (Ids{1, 3}));
    EXPECT_EQ(this->authors("id"_c.not_in(rated, "author"_c)), (Ids{2, 4}));
    EXPECT_EQ(this->authors("id"_c.not_in(query<Author>(), "mentor"_c)), (Ids{2, 3, 4}))
        << "NULLs among the rows";
    EXPECT_EQ(this->authors("name"_c.in_(query<Book>().where("id"_c == 3), "author.name"_c)), (Ids{2}));
}

TYPED_TEST(Subqueries, LimitsAndOrdersCountInside) {
    EXPECT_EQ(this->books("id"_c.in_(query<Book>().order_by("-pages").limit(2))), (Ids{4, 5}));
    EXPECT_EQ(this->books("id"_c.in_(query<Book>().order_by("-pages").limit(2).offset(1)) && "pages"_c < 300),
              (Ids{3}));
    EXPECT_EQ(this->ids(query<Book>()
                            .where("id"_c.in_(query<Book>().order_by("pages").limit(3)))
                            .order_by("-id")
                            .limit(2)),
              (Ids{3, 2}));
}

TYPED_TEST(Subqueries, ExistsRefersToTheQueryAround) {
    const auto own_books = query<Book>().where("author"_c == duet::outer<Author>("id"_c));
    EXPECT_EQ(this->authors(duet::exists(own_books)), (Ids{1, 2, 3}));
    EXPECT_EQ(this->authors(!duet::exists(own_books)), (Ids{4}));
    EXPECT_EQ(this->authors(duet::exists(own_books.where("pages"_c > 300))), (Ids{3}));
    const auto namesake = query<Author>().where("mentor"_c == duet::outer<Author>("id"_c));
    EXPECT_EQ(this->authors(duet::exists(namesake)), (Ids{1})) << "the same model inside and outside";
}

TYPED_TEST(Subqueries, ANestedQueryHidesDeletedRows) {
    const auto reviewed = query<Review>().where("book"_c == duet::outer<Book>("id"_c));
    EXPECT_EQ(this->books(duet::exists(reviewed)), (Ids{1, 3, 4}));
    EXPECT_EQ(this->books(duet::exists(reviewed.with_deleted())), (Ids{1, 3, 4, 5}));
    EXPECT_EQ(this->books("id"_c.in_(query<Review>().only_deleted(), "book"_c)), (Ids{3, 5}));
}

TYPED_TEST(Subqueries, AValueComesFromAQuery) {
    const auto average = duet::value(query<Book>(), duet::avg("pages"_c));
    EXPECT_EQ(this->books("pages"_c > average), (Ids{4, 5}));
    const auto longest = duet::value(
        query<Book>().where("author"_c == duet::outer<Author>("id"_c)).order_by("-pages").limit(1),
        "title"_c);
    const auto rows = got(this->db.template query<Author>().order_by("id").select("name"_c, longest));
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(std::get<1>(rows[0]), "Ficciones");
    EXPECT_EQ(std::get<1>(rows[2]), "Always Coming Home");
    EXPECT_EQ(std::get<1>(rows[3]), std::nullopt);
    EXPECT_EQ(this->ids(query<Author>().order_by(duet::desc(longest).nulls_last())), (Ids{2, 1, 3, 4}));
}

TYPED_TEST(Subqueries, NestSeveralDeepWithValuesInTheirPlaces) {
    const auto genres = query<Genre>().where("name"_c == "fantasy");
    const auto books = query<Book>().where(duet::any("genres"_c, "id"_c.in_(genres)) && "pages"_c > 500);
    const auto authors = query<Author>().where("id"_c.in_(books, "author"_c) && "name"_c != "x");
    EXPECT_EQ(this->books("pages"_c < 400 && "author"_c.in_(authors) && "title"_c.icontains("DISP")),
              (Ids{4}));
}

}  // namespace
