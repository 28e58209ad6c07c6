#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Ids = std::vector<std::int64_t>;
using duet::query;
using duet::runtime;
using duet::runtime_column;

template <class B>
class RuntimeText : public Bookshop<B> {};
TYPED_TEST_SUITE(RuntimeText, Backends, BackendNames);

TYPED_TEST(RuntimeText, OrdersAreReadAsTheCompilerReadsThem) {
    EXPECT_EQ(this->ids(query<Book>().order_by(runtime("-pages"))), (Ids{5, 4, 3, 1, 2}));
    EXPECT_EQ(this->ids(query<Book>().order_by(runtime("author.name, -title"))), (Ids{1, 2, 4, 5, 3}));
    EXPECT_EQ(this->ids(query<Book>().order_by(runtime(" -author.country.name ,id"))), (Ids{4, 5, 3, 1, 2}));
    EXPECT_EQ(this->ids(query<Author>().order_by(runtime("-books.pages"))), (Ids{3, 2, 1, 4}));
    EXPECT_EQ(this->ids(query<Book>().order_by(runtime("author"), "-id")), (Ids{2, 1, 3, 5, 4}));
}

TYPED_TEST(RuntimeText, BadOrdersAreInvalidQueries) {
    for (const char* text : {"", "-", "page", "pages,", ",pages", "pages;drop table books", "--pages",
                             "pages DESC", "author.nam", "reviews", "author..name", ".name", "name.",
                             "author.name.x", "PAGES ", "\"pages\""}) {
        EXPECT_THROW((void)query<Book>().order_by(runtime(text)), duet::InvalidQuery) << text;
    }
    EXPECT_THROW((void)query<Book>().order_by(runtime(std::string_view("pages\0x", 7))), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().order_by(runtime(std::string(100'000, 'a'))), duet::InvalidQuery);
    std::string chain = "author";
    for (int i = 0; i < 50; ++i) chain += ".mentor";
    EXPECT_THROW((void)query<Book>().order_by(runtime(chain + ".name")), duet::InvalidQuery);
    EXPECT_EQ(this->books(duet::always()).size(), 5u) << "nothing happened to the table";
}

TYPED_TEST(RuntimeText, AMessageNamesTheModelAndTheWord) {
    try {
        (void)query<Book>().order_by(runtime("author.nam"));
        FAIL();
    } catch (const duet::InvalidQuery& e) {
        EXPECT_NE(std::string(e.what()).find("Author"), std::string::npos) << e.what();
        EXPECT_NE(std::string(e.what()).find("'nam'"), std::string::npos) << e.what();
    }
}

TYPED_TEST(RuntimeText, ColumnsCompareWithFittingValues) {
    EXPECT_EQ(this->books(runtime_column("pages") >= 204), (Ids{3, 4, 5}));
    EXPECT_EQ(this->books(runtime_column("title").startswith("S")), (Ids{3}));
    EXPECT_EQ(this->books(runtime_column("author.name") == "Lem"), (Ids{3}));
    EXPECT_EQ(this->books(runtime_column("genres.name") == "fantasy"), (Ids{1, 5}));
    EXPECT_EQ(this->books(runtime_column("rating").is_null() || runtime_column("id").in_(1, 2)),
              (Ids{1, 2, 5}));
    EXPECT_EQ(this->books(runtime_column("author") == 1), (Ids{1, 2}));
    EXPECT_EQ(this->authors(runtime_column("is_active").is_false()), (Ids{4}));
    EXPECT_EQ(this->books(runtime_column("pages").between(170, 210)), (Ids{1, 3}));
    EXPECT_EQ(this->books(runtime_column("pages") * 2 > 600), (Ids{4, 5}));
    EXPECT_EQ(this->ids(query<Book>().order_by(duet::desc(runtime_column("pages"))).limit(1)), (Ids{5}));
}

TYPED_TEST(RuntimeText, ColumnsThatDoNotFitAreInvalidQueries) {
    EXPECT_THROW((void)query<Book>().where(runtime_column("pags") == 1), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("pages") == "many"), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("title") > 3), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("pages").icontains("x")), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("title") + 1 == 2), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("pages").in_("a", "b")), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("title").between(1, 2)), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("reviews") == 1), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("title").is_true()), duet::InvalidQuery);
    EXPECT_THROW((void)query<Book>().where(runtime_column("1 = 1 OR title") == "x"), duet::InvalidQuery);
}

}  // namespace
