#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;

template <class B>
class RelationsLoading : public Bookshop<B> {};
TYPED_TEST_SUITE(RelationsLoading, Backends, BackendNames);

/// What the message of a NotLoaded says.
template <class F>
std::string not_loaded(F read) {
    try {
        read();
    } catch (const duet::NotLoaded& e) {
        return e.what();
    }
    return "nothing was thrown";
}

TYPED_TEST(RelationsLoading, SelectInLoadsEachRelationWithOneStatement) {
    const duet::StatementCounter counter(this->db);
    const auto books = got(this->db.all(
        duet::query<Book>().related("author"_c).related("genres"_c).related("reviews"_c).order_by("id")));
    EXPECT_EQ(counter.count(), 4u);
    ASSERT_EQ(books.size(), 5u);
    EXPECT_EQ(books[2].author->name, "Lem");
    EXPECT_EQ(ids_of(books[0].reviews), (Ids{1, 2}));
    EXPECT_TRUE(books[1].genres.empty());
    EXPECT_EQ(books[4].genres.size(), 2u);
    EXPECT_TRUE(books[4].reviews.empty()) << "its only review is deleted";
    EXPECT_EQ(&*books[0].author, &*books[1].author) << "one row, one object";
}

TYPED_TEST(RelationsLoading, JoinedLoadsToOneRelationsInTheSameStatement) {
    const duet::StatementCounter counter(this->db);
    const auto books = got(this->db.all(duet::query<Book>()
                                            .related("author"_c, duet::joined)
                                            .related("author.country"_c, duet::joined)
                                            .order_by("-id")));
    EXPECT_EQ(counter.count(), 1u);
    ASSERT_EQ(books.size(), 5u);
    EXPECT_EQ(books[0].author->name, "Le Guin");
    EXPECT_EQ((*books[4].author->country)->name, "Argentina");
}

TYPED_TEST(RelationsLoading, JoinedKeepsRowsWithoutAPartner) {
    const auto authors = got(this->db.all(duet::query<Author>()
                                              .related("country"_c, duet::joined)
                                              .related("mentor"_c, duet::joined)
                                              .related("profile"_c, duet::joined)
                                              .order_by("id")));
    ASSERT_EQ(authors.size(), 4u);
    EXPECT_EQ((*authors[0].country)->name, "Argentina");
    EXPECT_EQ(authors[0].profile->motto, "labyrinths");
    EXPECT_EQ((*authors[1].mentor)->name, "Borges");
    EXPECT_FALSE(authors[3].country.has_value());
    EXPECT_TRUE(authors[3].profile.loaded());
    EXPECT_FALSE(authors[3].profile.has_value());
    EXPECT_THROW((void)authors[3].profile.get(), duet::NotFound);
}

TYPED_TEST(RelationsLoading, SeveralHopsShareTheirBeginning) {
    const duet::StatementCounter counter(this->db);
    const auto authors = got(this->db.all(duet::query<Author>()
                                              .related("books.genres"_c)
                                              .related("books.reviews"_c)
                                              .related("pupils.books"_c)
                                              .order_by("id")));
    EXPECT_EQ(counter.count(), 6u);
    EXPECT_EQ(ids_of(authors[0].books), (Ids{1, 2}));
    EXPECT_EQ(authors[0].books[0].genres.front().name, "fantasy");
    EXPECT_EQ(ids_of(authors[0].pupils), (Ids{2, 3}));
    EXPECT_EQ(ids_of(authors[0].pupils[1].books), (Ids{4, 5}));
    EXPECT_TRUE(authors[3].books.empty());
}

TYPED_TEST(RelationsLoading, AJoinedHopCanBeFollowedByASelectInOne) {
    const duet::StatementCounter counter(this->db);
    const auto books = got(this->db.all(
        duet::query<Book>().related("author"_c, duet::joined).related("author.books"_c).order_by("id")));
    EXPECT_EQ(counter.count(), 2u);
    EXPECT_EQ(ids_of(books[1].author->books), (Ids{1, 2}));
    EXPECT_EQ(ids_of(books[3].author->books), (Ids{4, 5}));
}

TYPED_TEST(RelationsLoading, FilteredChildrenLeaveTheParentsAlone) {
    const auto authors =
        got(this->db.all(duet::query<Author>().related("books"_c, "rating"_c > 4.1).order_by("id")));
    ASSERT_EQ(authors.size(), 4u);
    EXPECT_EQ(ids_of(authors[0].books), (Ids{1}));
    EXPECT_TRUE(authors[1].books.empty());
    EXPECT_EQ(ids_of(authors[2].books), (Ids{4}));
}

TYPED_TEST(RelationsLoading, AQueryOverTheChildrenOrdersThem) {
    const auto by_pages = duet::query<Book>().where("pages"_c > 160).order_by("-pages");
    const auto authors = got(this->db.all(duet::query<Author>().related("books"_c, by_pages).order_by("id")));
    EXPECT_EQ(ids_of(authors[0].books), (Ids{1}));
    EXPECT_EQ(ids_of(authors[2].books), (Ids{5, 4}));
    const auto genres = got(this->db.all(
        duet::query<Genre>().related("books"_c, duet::query<Book>().order_by("-id")).order_by("id")));
    EXPECT_EQ(ids_of(genres[0].books), (Ids{5, 1}));
    EXPECT_EQ(ids_of(genres[1].books), (Ids{5, 4, 3}));
    EXPECT_THROW(
        (void)got(this->db.all(duet::query<Author>().related("books"_c, duet::query<Book>().limit(1)))),
        duet::InvalidQuery);
}

TYPED_TEST(RelationsLoading, AQueryOverTheChildrenLoadsTheirRelationsToo) {
    const auto books =
        duet::query<Book>().related("genres"_c).related("author"_c, duet::joined).order_by("-id");
    const auto authors = got(this->db.all(duet::query<Author>().related("books"_c, books).order_by("id")));
    EXPECT_EQ(ids_of(authors[2].books), (Ids{5, 4}));
    EXPECT_EQ(authors[2].books[0].genres.size(), 2u);
    EXPECT_EQ(authors[2].books[1].author->name, "Le Guin");
    const auto genres = got(this->db.all(duet::query<Genre>().related("books"_c, books).order_by("id")));
    EXPECT_EQ(ids_of(genres[0].books), (Ids{5, 1}));
    EXPECT_EQ(genres[0].books[0].genres.size(), 2u);
    EXPECT_EQ(genres[1].books[2].author->name, "Lem");
    const auto reviews = got(this->db.all(duet::query<Review>().related("book"_c, books).order_by("id")));
    EXPECT_EQ(reviews[2].book->author->name, "Lem");
    EXPECT_EQ(reviews[2].book->genres.front().name, "science fiction");
}

TYPED_TEST(RelationsLoading, AnIterationLoadsRelationsBatchByBatch) {
    Ids seen;
    const auto look = [&seen](const Author& author) {
        for (const Book& book : author.books) seen.push_back(book.id);
    };
    auto rows = this->db.query(duet::query<Author>().related("books"_c)).iterate(3);
    const duet::StatementCounter counter(this->db);
    if constexpr (TypeParam::mode::is_async) {
        duet::run([](auto& stream, auto& each) -> duet::Task<> {
            while (auto author = co_await stream.next()) each(*author);
        }(rows, look));
    } else {
        for (const Author& author : rows) look(author);
    }
    EXPECT_EQ(seen, (Ids{1, 2, 3, 4, 5}));
    EXPECT_LE(counter.count(), 4u);
}

TYPED_TEST(RelationsLoading, ManyToManyGoesThroughTheAutomaticOrTheGivenTable) {
    const auto genres = got(this->db.all(duet::query<Genre>().related("books.author"_c).order_by("id")));
    EXPECT_EQ(ids_of(genres[0].books), (Ids{1, 5}));
    EXPECT_EQ(genres[1].books[0].author->name, "Lem");
    EXPECT_TRUE(genres[2].books.empty());
    const auto clubs = got(this->db.all(duet::query<Club>().related("members"_c)));
    EXPECT_EQ(ids_of(clubs[0].members), (Ids{1, 3}));
    const auto authors = got(this->db.all(duet::query<Author>().related("clubs"_c).order_by("id")));
    EXPECT_EQ(authors[0].clubs.front().name, "Ultra");
    EXPECT_TRUE(authors[1].clubs.empty());
}

TYPED_TEST(RelationsLoading, SelfReferencesGoBothWays) {
    const auto authors = got(
        this->db.all(duet::query<Author>().related("mentor.mentor"_c).related("pupils"_c).order_by("id")));
    EXPECT_FALSE(authors[0].mentor.has_value());
    EXPECT_EQ((*authors[2].mentor)->name, "Borges");
    EXPECT_FALSE((*authors[2].mentor)->mentor.has_value());
    EXPECT_EQ(ids_of(authors[0].pupils), (Ids{2, 3}));
}

TYPED_TEST(RelationsLoading, ReadingWhatWasNotLoadedNamesModelRelationAndCure) {
    const auto book = *got(this->db.template get<Book>(1));
    const std::string author = not_loaded([&] { (void)book.author->name; });
    EXPECT_NE(author.find("Book::author"), std::string::npos) << author;
    EXPECT_NE(author.find(".related(\"author\"_c)"), std::string::npos) << author;
    const std::string genres = not_loaded([&] { (void)book.genres.size(); });
    EXPECT_NE(genres.find("Book::genres"), std::string::npos) << genres;
    const auto authors = got(this->db.all(duet::query<Author>().order_by("id")));
    const std::string mentor = not_loaded([&] { (void)authors[1].mentor->get(); });
    EXPECT_NE(mentor.find("Author::mentor"), std::string::npos) << mentor;
    const std::string profile = not_loaded([&] { (void)authors[1].profile.has_value(); });
    EXPECT_NE(profile.find("Author::profile"), std::string::npos) << profile;
    const std::string by_hand = not_loaded([&] { (void)Book{}.author.get(); });
    EXPECT_NE(by_hand.find("not loaded"), std::string::npos) << by_hand;
}

TYPED_TEST(RelationsLoading, LoadWorksOnObjectsAndVectors) {
    auto lem = *got(this->db.template get<Author>(2));
    did([&] { return this->db.load(lem, "books"_c); });
    EXPECT_EQ(ids_of(lem.books), (Ids{3}));
    did([&] { return this->db.load(lem, "mentor.books"_c); });
    EXPECT_EQ(ids_of((*lem.mentor)->books), (Ids{1, 2}));

    auto books = got(this->db.all(duet::query<Book>().order_by("id")));
    const duet::StatementCounter counter(this->db);
    did([&] { return this->db.load(books, "genres"_c); });
    did([&] { return this->db.load(books, duet::runtime("author")); });
    EXPECT_EQ(counter.count(), 2u);
    EXPECT_EQ(books[2].genres.front().name, "science fiction");
    EXPECT_EQ(books[3].author->name, "Le Guin");
    std::vector<Book> nothing;
    did([&] { return this->db.load(nothing, "author"_c); });
    EXPECT_THROW(did([&] { return this->db.load(books, duet::runtime("title")); }), duet::InvalidQuery);
}

TYPED_TEST(RelationsLoading, LoadingAgainShowsWhatChanged) {
    auto lem = *got(this->db.template get<Author>(2));
    did([&] { return this->db.load(lem, "books"_c); });
    const Book more{.id = 6, .title = "Fiasco", .pages = 300, .author = 2};
    (void)got(this->db.create(more));
    EXPECT_EQ(lem.books.size(), 1u);
    did([&] { return this->db.load(lem, "books"_c); });
    EXPECT_EQ(lem.books.size(), 2u);
}

TYPED_TEST(RelationsLoading, TheSameRowTwiceAmongTheRootsIsLoadedForBoth) {
    auto one = *got(this->db.template get<Author>(1));
    std::vector<Author> twice{one, *got(this->db.template get<Author>(3)), one};
    did([&] { return this->db.load(twice, "books"_c); });
    did([&] { return this->db.load(twice, "clubs"_c); });
    EXPECT_EQ(ids_of(twice[0].books), (Ids{1, 2}));
    EXPECT_EQ(ids_of(twice[1].books), (Ids{4, 5}));
    EXPECT_EQ(ids_of(twice[2].books), (Ids{1, 2}));
    EXPECT_EQ(twice[2].clubs.size(), 1u);
}

TYPED_TEST(RelationsLoading, DeletedPartnersAreHiddenUnlessAskedFor) {
    const auto hidden = got(this->db.all(duet::query<Book>().related("reviews"_c).order_by("id")));
    EXPECT_EQ(ids_of(hidden[2].reviews), (Ids{3}));
    const auto shown =
        got(this->db.all(duet::query<Book>().related("reviews"_c).with_deleted().order_by("id")));
    EXPECT_EQ(ids_of(shown[2].reviews), (Ids{3, 4}));
    EXPECT_EQ(ids_of(shown[4].reviews), (Ids{6}));
    const auto asked = got(this->db.all(
        duet::query<Book>().related("reviews"_c, duet::query<Review>().only_deleted()).order_by("id")));
    EXPECT_EQ(ids_of(asked[2].reviews), (Ids{4}));
}

TYPED_TEST(RelationsLoading, CopiesShareWhatIsLoadedAndOutliveTheRest) {
    std::vector<Book> kept;
    {
        auto authors = got(this->db.all(duet::query<Author>().related("books"_c).order_by("id")));
        const Author copy = authors[2];
        EXPECT_EQ(&copy.books[0], &authors[2].books[0]);
        authors.clear();
        EXPECT_EQ(copy.books[1].title, "Always Coming Home");
        kept.assign(copy.books.begin(), copy.books.end());
    }
    EXPECT_EQ(kept[0].title, "The Dispossessed");
}

TYPED_TEST(RelationsLoading, FirstOneAndPagesLoadRelationsToo) {
    const auto with_books = duet::query<Author>().related("books"_c).order_by("id");
    EXPECT_EQ(got(this->db.first(with_books))->books.size(), 2u);
    EXPECT_EQ(got(this->db.query(with_books.where("id"_c == 2)).one()).books.size(), 1u);
    EXPECT_EQ(got(this->db.query(with_books).paginate(2, 1)).items[1].books.size(), 2u);
    EXPECT_EQ(got(this->db.query(with_books).page_after("", 3)).items[2].books[0].id, 4);
}

TYPED_TEST(RelationsLoading, RelationsByRuntimePathAreChecked) {
    const auto books =
        got(this->db.all(duet::query<Book>().related(duet::runtime("author.country")).order_by("id")));
    EXPECT_EQ((*books[0].author->country)->name, "Argentina");
    EXPECT_THROW((void)duet::query<Book>().related(duet::runtime("autor")), duet::InvalidQuery);
    EXPECT_THROW((void)duet::query<Book>().related(duet::runtime("author.name")), duet::InvalidQuery);
    EXPECT_THROW((void)duet::query<Book>().related(duet::runtime("")), duet::InvalidQuery);
}

TYPED_TEST(RelationsLoading, ALoadedRelationOfANewObjectIsTheOneGiven) {
    const Author made{.id = 9, .name = "Calvino"};
    const Book book{.title = "Invisible Cities", .author = made};
    EXPECT_EQ(book.author.key(), 9);
    EXPECT_EQ(book.author->name, "Calvino");
}

}  // namespace
