#include <duet/functions.hpp>
#include <duet/statement.hpp>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;
using Numbers = std::vector<std::int64_t>;

template <class B>
class StatementsFunctions : public Bookshop<B> {
protected:
    template <class S>
    auto all(const S& statement) {
        return got(this->db.execute(statement).all());
    }
};
TYPED_TEST_SUITE(StatementsFunctions, Backends, BackendNames);

struct Place {
    std::int64_t id{};
    std::string title{};
    std::int64_t place{};
};

TYPED_TEST(StatementsFunctions, RankTheRowsOfAQuery) {
    const auto statement =
        this->db.template query<Book>()
            .where("pages"_c > 160)
            .order_by("id")
            .statement()
            .add_columns(
                duet::row_number().over(duet::partition_by("author"_c), duet::order_by("-pages")).as("place"),
                duet::sum("pages"_c).over("w"))
            .window("w", duet::order_by("id"));
    Numbers ids, places;
    for (const auto& [book, place, pages] : this->all(statement)) {
        ids.push_back(book.id);
        places.push_back(place);
        EXPECT_GE(pages, book.pages);
    }
    EXPECT_EQ(ids, (Numbers{1, 3, 4, 5}));
    EXPECT_EQ(places, (Numbers{1, 1, 2, 1}));
}

TYPED_TEST(StatementsFunctions, TakeTheFirstOfEachGroup) {
    const auto ranked =
        duet::select("id"_c, "title"_c,
                     duet::rank().over(duet::partition_by("author"_c), duet::order_by("-pages")).as("place"))
            .template from<Book>();
    const auto places = duet::subquery<Place>("places", ranked);
    EXPECT_EQ(
        this->all(duet::select(places("id"_c)).from(places).where(places("place"_c) == 1).order_by("id")),
        (Numbers{1, 3, 5}));
}

TYPED_TEST(StatementsFunctions, LookAtAliasesAndRelations) {
    constexpr auto author = duet::alias<Author>("writer");
    const auto statement = duet::select("id"_c, duet::count().over(duet::partition_by(author("name"_c))),
                                        duet::string_agg(author("name"_c), "/").filter("id"_c > 3).over(),
                                        duet::raw<std::string>("upper({})", author("name"_c)))
                               .template from<Book>()
                               .join(author, author("id"_c) == "author"_c)
                               .order_by("id");
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW(this->all(statement), duet::UnsupportedByDialect);
    } else {
        const auto rows = this->all(statement);
        ASSERT_EQ(rows.size(), 5U);
        EXPECT_EQ(std::get<1>(rows[0]), 2);
        EXPECT_EQ(std::get<2>(rows[0]), "Le Guin/Le Guin");
        EXPECT_EQ(std::get<3>(rows[2]), "LEM");
    }
}

TYPED_TEST(StatementsFunctions, TellWhichRowsSumUp) {
    const auto statement = duet::select(duet::grouping("author"_c), duet::count())
                               .template from<Book>()
                               .group_by(duet::rollup("author"_c))
                               .order_by(duet::grouping("author"_c), "author");
    using Row = std::tuple<std::int64_t, std::int64_t>;
    if constexpr (TestFixture::is_postgres) {
        EXPECT_EQ(this->all(statement), (std::vector<Row>{{0, 2}, {0, 1}, {0, 2}, {1, 5}}));
    } else {
        EXPECT_THROW(this->all(statement), duet::UnsupportedByDialect);
    }
}

TYPED_TEST(StatementsFunctions, BuildJsonOfWholeTrees) {
    const auto books =
        duet::select(duet::json_array_agg(duet::json_object("title", "title"_c, "pages", "pages"_c),
                                          duet::order_by("id")))
            .template from<Book>()
            .where("author"_c == duet::outer<Author>("id"_c));
    const auto rows =
        this->all(duet::select("name"_c, duet::scalar(books)).template from<Author>().order_by("id"));
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(std::get<1>(rows[1]), duet::Json::parse(R"([{"title": "Solaris", "pages": 204}])"));
    EXPECT_EQ(std::get<1>(rows[3]), duet::Json::parse("[]"));
}

}  // namespace
