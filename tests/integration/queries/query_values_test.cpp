#include <type_traits>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;

template <class B>
class QueryValues : public Bookshop<B> {};
TYPED_TEST_SUITE(QueryValues, Backends, BackendNames);

auto long_books() { return "pages"_c > 170; }
template <class Q>
auto best_first(const Q& query) {
    return query.where("rating"_c.is_not_null()).order_by("-rating");
}

TYPED_TEST(QueryValues, ABaseQueryStaysAsItWasWhateverGrowsFromIt) {
    const auto base = duet::query<Book>().where("author"_c == 3).order_by("id");
    const auto narrow = base.where("pages"_c > 400);
    const auto paged = base.limit(1);
    auto turned = base.unordered().order_by("-id");
    static_assert(std::is_same_v<decltype(base), const duet::Query<Book>>);
    static_assert(std::is_same_v<decltype(turned), duet::Query<Book>>);
    EXPECT_EQ(this->ids(narrow), (Ids{5}));
    EXPECT_EQ(this->ids(paged), (Ids{4}));
    EXPECT_EQ(this->ids(turned), (Ids{5, 4}));
    EXPECT_EQ(this->ids(base), (Ids{4, 5}));
}

TYPED_TEST(QueryValues, AQueryGrowsStepByStepInOneVariable) {
    const std::optional<std::string> name = "Borges";
    const std::optional<int> at_most;
    auto query = duet::query<Book>();
    if (name) query = query.where("author.name"_c == *name);
    if (at_most) query = query.where("pages"_c <= *at_most);
    query = query.order_by("-pages");
    EXPECT_EQ(this->ids(query), (Ids{1, 2}));
}

TYPED_TEST(QueryValues, AStoredQueryRunsOnAnyHandleAndManyTimes) {
    const auto query = this->db.template query<Book>().where(long_books()).order_by("id").unbound();
    Ids inside;
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const auto rows = co_await later(tx.all(query));
        inside = ids_of(rows);
    });
    EXPECT_EQ(inside, (Ids{1, 3, 4, 5}));
    EXPECT_EQ(ids_of(got(this->db.query(query).all())), inside);
    EXPECT_EQ(duet::Database(this->db).count(query), 4);
    typename TestFixture::Db copy(this->db);
    EXPECT_EQ(got(copy.count(query)), 4);
}

TYPED_TEST(QueryValues, ScopesAreFunctions) {
    EXPECT_EQ(this->ids(duet::query<Book>().where(long_books() && "rating"_c.is_null())), (Ids{5}));
    EXPECT_EQ(this->ids(duet::query<Book>().apply([](auto q) { return best_first(q); })), (Ids{1, 4, 3}));
    EXPECT_EQ(
        ids_of(
            got(this->db.template query<Book>().apply([](auto q) { return best_first(q).limit(1); }).all())),
        (Ids{1}));
}

TYPED_TEST(QueryValues, ConditionsAreKeptAndCombinedAtRunTime) {
    duet::Condition<Book> any;
    EXPECT_TRUE(any.empty());
    EXPECT_EQ(this->books(any).size(), 5u);
    for (const int pages : {157, 204}) any = any || "pages"_c == pages;
    EXPECT_EQ(this->books(any), (Ids{2, 3}));
    EXPECT_EQ(this->books(!any), (Ids{1, 4, 5}));
    const duet::Condition<Book> both = any && duet::Condition<Book>("rating"_c.is_null());
    EXPECT_EQ(this->books(both), (Ids{2}));
    EXPECT_EQ(this->books(!duet::Condition<Book>{}).size(), 5u);
    EXPECT_EQ(this->books(duet::never()), Ids{});
    EXPECT_EQ(this->authors(duet::any("books"_c, both)), (Ids{1}));
}

TYPED_TEST(QueryValues, ValuesInsideAQueryOutliveTheirSource) {
    auto query = duet::query<Book>();
    {
        std::string title(200, 'x');
        std::vector<std::string> titles{"Solaris", "Ficciones"};
        query = query.where("title"_c != title && "title"_c.in_(titles)).order_by("id");
        title.assign(200, 'y');
        titles.clear();
    }
    EXPECT_EQ(this->ids(query), (Ids{1, 3}));
}

TYPED_TEST(QueryValues, CountSaysHowManyRowsAllWouldReturn) {
    const auto books = duet::query<Book>();
    EXPECT_EQ(got(this->db.count(books)), 5);
    EXPECT_EQ(got(this->db.count(books.limit(2))), 2);
    EXPECT_EQ(got(this->db.count(books.limit(10).offset(4))), 1);
    EXPECT_EQ(got(this->db.count(books.offset(9))), 0);
    EXPECT_EQ(got(this->db.count(books.limit(0))), 0);
    EXPECT_EQ(got(this->db.count(books.where("author.name"_c == "Borges").limit(1).distinct())), 1);
    EXPECT_EQ(got(this->db.count(books.related("author"_c, duet::joined).limit(3))), 3);
    EXPECT_EQ(got(this->db.count(duet::query<Review>())), 4);
    EXPECT_EQ(got(this->db.count(duet::query<Review>().with_deleted())), 6);
    EXPECT_EQ(got(this->db.count(duet::query<Review>().only_deleted())), 2);
}

TYPED_TEST(QueryValues, ExistsRespectsLimitAndOffset) {
    const auto books = duet::query<Book>();
    EXPECT_TRUE(got(this->db.query(books).exists()));
    EXPECT_TRUE(got(this->db.query(books.offset(4)).exists()));
    EXPECT_FALSE(got(this->db.query(books.offset(5)).exists()));
    EXPECT_FALSE(got(this->db.query(books.limit(0)).exists()));
    EXPECT_FALSE(got(this->db.query(books.where("pages"_c > 1000)).exists()));
}

TYPED_TEST(QueryValues, FirstIsByOrderElseByKey) {
    const auto books = duet::query<Book>();
    EXPECT_EQ(got(this->db.first(books))->id, 1);
    EXPECT_EQ(got(this->db.first(books.order_by("-pages")))->id, 5);
    EXPECT_EQ(got(this->db.first(books.offset(2)))->id, 3);
    EXPECT_FALSE(got(this->db.first(books.where("pages"_c < 0))).has_value());
    EXPECT_FALSE(got(this->db.first(books.limit(0))).has_value());
}

TYPED_TEST(QueryValues, OneWantsExactlyOneRow) {
    const auto lem = duet::query<Author>().where("name"_c == "Lem");
    const auto nobody = lem.where("id"_c == 1);
    EXPECT_EQ(got(this->db.query(lem).one()).id, 2);
    EXPECT_EQ(got(this->db.query(lem).one_or_none())->id, 2);
    EXPECT_THROW((void)got(this->db.query(nobody).one()), duet::NotFound);
    EXPECT_FALSE(got(this->db.query(nobody).one_or_none()).has_value());
    EXPECT_THROW((void)got(this->db.template query<Author>().one()), duet::MultipleFound);
    EXPECT_THROW((void)got(this->db.template query<Author>().one_or_none()), duet::MultipleFound);
    EXPECT_EQ(got(this->db.template query<Author>().order_by("-id").limit(1).one()).id, 4);
    EXPECT_FALSE(got(this->db.template query<Author>().limit(0).one_or_none()).has_value());
}

TYPED_TEST(QueryValues, LimitAndOffsetTakeTheLastWordAndNoNegativeNumbers) {
    const auto books = duet::query<Book>().order_by("id");
    EXPECT_EQ(this->ids(books.limit(4).limit(2)), (Ids{1, 2}));
    EXPECT_EQ(this->ids(books.offset(1).offset(3)), (Ids{4, 5}));
    EXPECT_EQ(this->ids(books.limit(0)), Ids{});
    EXPECT_THROW((void)books.limit(-1), duet::InvalidQuery);
    EXPECT_THROW((void)books.offset(-1), duet::InvalidQuery);
}

TYPED_TEST(QueryValues, OrdersPutNullsWhereTheyAreAskedTo) {
    const auto books = duet::query<Book>();
    EXPECT_EQ(this->ids(books.order_by(duet::asc("rating"_c).nulls_last(), "-id")), (Ids{3, 4, 1, 5, 2}));
    EXPECT_EQ(this->ids(books.order_by(duet::desc("rating"_c).nulls_first(), "id")), (Ids{2, 5, 1, 4, 3}));
    EXPECT_EQ(this->ids(books.order_by(duet::length("title"_c), "id")), (Ids{3, 2, 1, 4, 5}));
    EXPECT_EQ(this->ids(books.order_by(duet::desc("pages"_c % 10), "author.name")), (Ids{2, 1, 3, 5, 4}));
    EXPECT_EQ(this->ids(books.order_by("author").order_by("-id")), (Ids{2, 1, 3, 5, 4}));
}

TYPED_TEST(QueryValues, PaginateTellsTheTotal) {
    const auto books = duet::query<Book>().where(long_books()).order_by("id");
    const auto page = got(this->db.query(books).paginate(3));
    EXPECT_EQ(ids_of(page.items), (Ids{1, 3, 4}));
    EXPECT_EQ(page.total, 4);
    EXPECT_TRUE(page.has_next());
    EXPECT_FALSE(page.has_previous());
    const auto last = got(this->db.query(books).paginate(3, 3));
    EXPECT_EQ(ids_of(last.items), (Ids{5}));
    EXPECT_FALSE(last.has_next());
    EXPECT_TRUE(last.has_previous());
    EXPECT_TRUE(got(this->db.query(books).paginate(3, 99)).items.empty());
    EXPECT_THROW((void)got(this->db.query(books).paginate(-1)), duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.query(books).paginate(1, -1)), duet::InvalidQuery);
    const auto within = got(this->db.query(books.limit(3).offset(1)).paginate(2, 2));
    EXPECT_EQ(ids_of(within.items), (Ids{5}));
    EXPECT_EQ(within.total, 3);
}

TYPED_TEST(QueryValues, RuntimeOrderAndSqlAreInspectable) {
    const std::string sql =
        this->db.template query<Book>().where("title"_c == "secret").order_by("-pages").limit(3).to_sql();
    EXPECT_EQ(sql.find("secret"), std::string::npos) << sql;
    EXPECT_NE(sql.find("ORDER BY"), std::string::npos) << sql;
    EXPECT_NE(got(this->db.template query<Book>().where("id"_c == 1).explain()).to_string().find("books"),
              std::string::npos);
}

}  // namespace
