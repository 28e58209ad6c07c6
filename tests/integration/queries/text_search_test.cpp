#include <duet/postgres.hpp>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Article {
    std::int64_t id{};
    std::string title{};
    std::optional<std::string> body{};
    static constexpr auto table = duet::table("articles");
};
struct Indexed {
    std::int64_t id{};
    std::string text{};
    duet::pg::TsVector search{};
    static constexpr auto table = duet::table("indexed");
};
inline constexpr auto models = duet::models<Article>;
inline constexpr auto indexed = duet::models<Indexed>;

using Titles = std::vector<std::string>;

template <class B>
class TextSearch : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        std::vector<Article> articles{
            {.title = "Cats", .body = "The fat cats sat on a mat and ate a fat rat"},
            {.title = "Dogs", .body = "A dog chases cats"},
            {.title = "Weather", .body = std::nullopt}};
        did([&] { return this->db.create_bulk(articles); });
    }
    template <class C>
    Titles where(const C& condition) {
        return got(this->db.query(duet::query<Article>().where(condition).order_by("id")).select("title"_c));
    }
};
using PostgresModes = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>>;
TYPED_TEST_SUITE(TextSearch, PostgresModes, BackendNames);

TYPED_TEST(TextSearch, FindsRowsByTheirWords) {
    const auto vector = duet::to_tsvector("english", "title"_c, "body"_c);
    const std::string typed = "fat cat";
    EXPECT_EQ(this->where(vector.matches(duet::websearch_to_tsquery("english", typed))), Titles{"Cats"});
    EXPECT_EQ(this->where(duet::matches(vector, duet::websearch_to_tsquery("english", "cats -dog"))),
              Titles{"Cats"});
    EXPECT_EQ(this->where(vector.matches(duet::to_tsquery("english", "cat & (dog | rat)"))),
              (Titles{"Cats", "Dogs"}));
    EXPECT_EQ(this->where(vector.matches(duet::plainto_tsquery("english", "dogs chase"))), Titles{"Dogs"});
    EXPECT_EQ(this->where(vector.matches(duet::phraseto_tsquery("english", "fat rat"))), Titles{"Cats"});
    EXPECT_EQ(
        this->where(
            duet::to_tsvector("english", "title"_c).matches(duet::plainto_tsquery("english", "weather"))),
        Titles{"Weather"});
    EXPECT_EQ(this->where(duet::to_tsvector("title"_c).matches(duet::plainto_tsquery("dogs"))),
              Titles{"Dogs"});
    EXPECT_EQ(this->where(!vector.matches(duet::websearch_to_tsquery("english", "cat")) && "id"_c > 0),
              Titles{"Weather"});
    EXPECT_THROW((void)this->where(vector.matches(duet::to_tsquery("english", "cat &"))),
                 duet::DatabaseError);
}

TYPED_TEST(TextSearch, RanksAndShowsWhatItFound) {
    const auto vector = duet::to_tsvector("english", "title"_c, "body"_c);
    const auto query = duet::websearch_to_tsquery("english", "cats");
    const auto found = duet::query<Article>().where(vector.matches(query));
    const auto ranked =
        got(this->db.query(found.order_by(duet::desc(duet::ts_rank(vector, query)), "id"))
                .select("title"_c, duet::ts_rank(vector, query), duet::ts_rank_cd(vector, query)));
    ASSERT_EQ(ranked.size(), 2U);
    EXPECT_EQ(std::get<0>(ranked[0]), "Cats");
    EXPECT_GT(std::get<1>(ranked[0]), std::get<1>(ranked[1]));
    EXPECT_GT(std::get<2>(ranked[0]), 0.0);
    EXPECT_EQ(got(this->db.query(found.where(duet::ts_rank(vector, query) > 0.5)).count()), 0);
    const auto lines =
        got(this->db.query(found.order_by("id")).select(duet::ts_headline("english", "body"_c, query)));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1].value(), "A dog chases <b>cats</b>");
    const auto marked = got(this->db.query(found.order_by("id"))
                                .select(duet::ts_headline("body"_c, query, "StartSel=[, StopSel=]")));
    EXPECT_EQ(marked[1].value(), "A dog chases [cats]");
    const auto vectors = got(this->db.query(found.order_by("-id")).select(vector));
    EXPECT_EQ(vectors.at(0).text, "'cat':5 'chase':4 'dog':1,3");
}

TYPED_TEST(TextSearch, UsesColumnsOfLexemesAndTheirIndexes) {
    did([&] { return this->db.create_all(indexed); });
    did([&] { return this->db.execute_script("CREATE INDEX ON indexed USING gin (search)"); });
    std::vector<Indexed> list{{.text = "one", .search = {"'cat':1"}}, {.text = "two", .search = {"'dog':1"}}};
    did([&] { return this->db.create_bulk(list); });
    const auto cats = duet::query<Indexed>().where("search"_c.matches(duet::to_tsquery("english", "cats")));
    EXPECT_EQ(got(this->db.query(cats).select("text"_c)), std::vector<std::string>{"one"});
    did([&] {
        return this->db.query(duet::query<Indexed>().where("text"_c == "two"))
            .update_bulk("search"_c = duet::to_tsvector("english", "text"_c));
    });
    EXPECT_EQ(got(this->db.query(cats).count()), 1);
}

TYPED_TEST(TextSearch, FindsTextsOfSimilarSpelling) {
    did([&] { return this->db.execute_script("CREATE EXTENSION IF NOT EXISTS pg_trgm"); });
    EXPECT_EQ(this->where("title"_c.trigram_similar("Wether")), Titles{"Weather"});
    EXPECT_EQ(this->where(duet::similarity("title"_c, "Wether") > 0.3), Titles{"Weather"});
    EXPECT_EQ(this->where(duet::word_similarity("body"_c, "chase") > 0.6), Titles{"Dogs"});
    const auto scores = got(
        this->db
            .query(duet::query<Article>().order_by(duet::desc(duet::similarity("title"_c, "Cat"))).limit(1))
            .select("title"_c, duet::similarity("title"_c, "Cat")));
    EXPECT_EQ(std::get<0>(scores.at(0)), "Cats");
    EXPECT_GT(std::get<1>(scores.at(0)), 0.4);
}

TYPED_TEST(TextSearch, HasIlikeAsTheServerHasIt) {
    const auto query = duet::query<Article>().where("title"_c.ilike("c%"));
    EXPECT_NE(this->db.query(query).to_sql().find("ILIKE"), std::string::npos);
    EXPECT_EQ(got(this->db.query(query).count()), 1);
}

template <class B>
class WithoutTextSearch : public DatabaseTest<B> {};
using Others = ::testing::Types<Backend<SqliteMemory, duet::Blocking>, Backend<MariaDb, duet::Blocking>>;
TYPED_TEST_SUITE(WithoutTextSearch, Others, BackendNames);

TYPED_TEST(WithoutTextSearch, IsRefusedBeforeAnythingIsSent) {
    const auto refused = [&](const auto& condition) {
        EXPECT_THROW((void)got(this->db.query(duet::query<Article>().where(condition)).all()),
                     duet::UnsupportedByDialect);
    };
    refused(duet::to_tsvector("title"_c).matches(duet::websearch_to_tsquery("x")));
    refused("title"_c.trigram_similar("x"));
    refused(duet::similarity("title"_c, "x") > 0.5);
}

}  // namespace
