#include <duet/statement.hpp>

#include <tuple>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

struct Word {
    std::int64_t id{};
    std::string text{};
    int uses{};
    std::optional<std::string> note{};
    static constexpr auto table = duet::table("words", duet::unique("text"));
};

/// Everything whose quoting or conversion could go wrong.
struct Odd {
    std::int64_t id{};
    std::string select{};
    std::optional<bool> order{};
    double group{};
    duet::Decimal price{};
    duet::Timestamp at{};
    std::vector<std::string> tags{};
    duet::Json data{};
    static constexpr auto table = duet::table("odd \"rows\"`; --");
};

struct Stamped {
    std::int64_t id{};
    std::string name{};
    duet::Timestamps stamps{};
    duet::Version version{};
    static constexpr auto table = duet::table("stamped");
};

struct Token {
    duet::Uuid id{};
    std::string name{};
    static constexpr auto table = duet::table("tokens");
};

struct Ticket {
    std::int64_t id{};
    static constexpr auto table = duet::table("tickets");
};

inline constexpr auto own_models = duet::models<Word, Odd, Stamped, Token, Ticket>;

template <class B>
class StatementsWrite : public Bookshop<B> {
protected:
    void SetUp() override {
        Bookshop<B>::SetUp();
        duet::Database(this->db).create_all(own_models);
    }

    template <class S>
    std::int64_t written(const S& statement) {
        return got(this->db.execute(statement));
    }
    std::vector<std::tuple<std::string, int>> words() {
        const auto statement = duet::select("text"_c, "uses"_c).template from<Word>().order_by("text");
        return got(this->db.execute(statement).all());
    }
    std::vector<std::int64_t> books_left() { return this->books("id"_c > 0); }
};
TYPED_TEST_SUITE(StatementsWrite, Backends, BackendNames);

using Words = std::vector<std::tuple<std::string, int>>;
using Ids = std::vector<std::int64_t>;

TYPED_TEST(StatementsWrite, InsertsRowsOfValues) {
    const auto statement = duet::insert<Word>()
                               .values("text"_c = "sea", "uses"_c = 1, "note"_c = "salty")
                               .values("note"_c = nullptr, "uses"_c = 2, "text"_c = "land");
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(this->words(), (Words{{"land", 2}, {"sea", 1}}));
}

TYPED_TEST(StatementsWrite, InsertsExpressions) {
    const auto pages = duet::scalar(duet::select(duet::max("pages"_c)).template from<Book>());
    EXPECT_EQ(this->written(duet::insert<Word>().values("text"_c = "sky", "uses"_c = pages)), 1);
    EXPECT_EQ(this->words(), (Words{{"sky", 523}}));
}

TYPED_TEST(StatementsWrite, InsertsObjectsAndStructs) {
    const std::vector<Word> objects{{.text = "a", .uses = 1}, {.text = "b", .uses = 2}};
    EXPECT_EQ(this->written(duet::insert<Word>().values(objects)), 2);
    struct Draft {
        int uses{};
        std::string text{};
    };
    const Draft draft{3, "c"};
    EXPECT_EQ(this->written(duet::insert<Word>().values(draft)), 1);
    const Word with_key{.id = 100, .text = "d"};
    EXPECT_EQ(this->written(duet::insert<Word>().values(with_key)), 1);
    EXPECT_EQ(this->words(), (Words{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 0}}));
}

TYPED_TEST(StatementsWrite, PreparesObjectsAsCreateDoes) {
    const Token token{.name = "t"};
    const Stamped stamped{.name = "s"};
    EXPECT_EQ(this->written(duet::insert<Token>().values(token)), 1);
    EXPECT_EQ(this->written(duet::insert<Stamped>().values(stamped)), 1);
    EXPECT_FALSE(got(this->db.template query<Token>().one()).id.is_nil());
    EXPECT_NE(got(this->db.template query<Stamped>().one()).stamps.created_at, duet::Timestamp{});
}

TYPED_TEST(StatementsWrite, KeepsEveryKindOfValue) {
    const Odd odd{.id = 0,
                  .select = "'; DROP TABLE words; -- \" ` \\ % ?{}$1",
                  .order = true,
                  .group = 0.5,
                  .price = duet::Decimal::parse("12.50"),
                  .at = duet::Timestamp(std::chrono::microseconds(1'700'000'000'123'456)),
                  .tags = {"a'b", "c\"d", "e,f\\"},
                  .data = duet::Json::parse(R"({"k\"ey": "it's"})")};
    EXPECT_EQ(this->written(duet::insert<Odd>().values(odd)), 1);
    EXPECT_EQ(this->written(duet::insert<Odd>().values("select"_c = odd.select, "order"_c = nullptr,
                                                       "group"_c = 1, "price"_c = odd.price, "at"_c = odd.at,
                                                       "tags"_c = odd.tags, "data"_c = odd.data)),
              1);
    const auto rows = got(this->db.template query<Odd>().order_by("id").all());
    ASSERT_EQ(rows.size(), 2u);
    for (const Odd& row : rows) {
        EXPECT_EQ(row.select, odd.select);
        EXPECT_EQ(row.price, odd.price);
        EXPECT_EQ(row.at, odd.at);
        EXPECT_EQ(row.tags, odd.tags);
        EXPECT_EQ(row.data, odd.data);
    }
    EXPECT_EQ(rows[0].order, true);
    EXPECT_EQ(rows[1].order, std::nullopt);

    const auto spoilt = duet::update<Odd>()
                            .set("select"_c = "x' WHERE 1=1 --", "tags"_c = std::vector<std::string>{"'"})
                            .where("select"_c == odd.select && "id"_c == rows[0].id);
    EXPECT_EQ(this->written(spoilt), 1);
    EXPECT_EQ(this->written(duet::remove<Odd>().where("select"_c == "' OR ''='")), 0);
    EXPECT_EQ(this->written(duet::remove<Odd>().where("select"_c == "x' WHERE 1=1 --")), 1);
    EXPECT_EQ(got(this->db.template query<Odd>().count()), 1);
}

TYPED_TEST(StatementsWrite, KeepsEveryName) {
    struct Item {
        std::int64_t id{};
    };
    const std::string name = R"(x" ` ' ; DROP TABLE books; -- %s \)";
    const auto few = duet::cte<Item>(name, duet::select("id"_c).template from<Book>().where("id"_c < 3));
    const auto statement = duet::update<Book>()
                               .set("title"_c = "'\"`\\")
                               .from(few, few("id"_c) == "id"_c)
                               .where(few("id"_c) > 0);
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(got(this->db.template get<Book>(2))->title, "'\"`\\");
    const auto gone = duet::remove<Review>().using_(few, few("id"_c) == "book"_c);
    EXPECT_EQ(got(this->db.execute(gone.returning(("id"_c + 1).as(R"(a" b` c')"))).all()).size(), 2u);
    EXPECT_EQ(got(this->db.template query<Book>().count()), 5);
}

TYPED_TEST(StatementsWrite, RefusesValuesAsCreateDoes) {
    const auto with_nul = duet::insert<Word>().values("text"_c = std::string("a\0b", 3), "uses"_c = 1);
    if (this->is_postgres) {
        EXPECT_THROW(this->written(with_nul), duet::ValidationError);
    }
    EXPECT_THROW(this->written(duet::insert<Word>().values("text"_c = "a", "uses"_c = 5'000'000'000)),
                 duet::ValidationError);
    EXPECT_THROW(this->written(duet::insert<Word>().values("text"_c = std::optional<std::string>())),
                 duet::ValidationError);
    EXPECT_THROW(this->written(duet::update<Word>().set("uses"_c = 5'000'000'000).where(duet::all_rows)),
                 duet::ValidationError);
    const auto word = duet::insert<Word>().values("text"_c = "a", "uses"_c = 1);
    EXPECT_EQ(this->written(word), 1);
    EXPECT_THROW(this->written(word), duet::UniqueViolation);
}

TYPED_TEST(StatementsWrite, InsertsTheRowsOfASelect) {
    const auto titles = duet::select("title"_c, "pages"_c).template from<Book>().where("pages"_c > 200);
    EXPECT_EQ(this->written(duet::insert<Word>().from_select("text"_c, "uses"_c, titles)), 3);
    EXPECT_EQ(this->words(),
              (Words{{"Always Coming Home", 523}, {"Solaris", 204}, {"The Dispossessed", 341}}));
    const auto more = duet::select("title"_c, "pages"_c + 1).template from<Book>();
    const auto upsert =
        duet::insert<Word>().from_select("text"_c, "uses"_c, more).on_conflict("text"_c).do_update("uses"_c);
    this->written(upsert);
    EXPECT_EQ(this->words().size(), 5u);
    EXPECT_EQ(this->words()[0], (std::tuple<std::string, int>("Always Coming Home", 524)));
}

TYPED_TEST(StatementsWrite, ChangesARowThatIsInTheWay) {
    const auto upsert = duet::insert<Word>()
                            .values("text"_c = "sea", "uses"_c = 2)
                            .values("text"_c = "land", "uses"_c = 3)
                            .on_conflict("text"_c)
                            .do_update("uses"_c = "uses"_c + duet::excluded("uses"_c));
    EXPECT_EQ(this->written(upsert), 2);
    EXPECT_EQ(this->written(upsert), 2);
    EXPECT_EQ(this->words(), (Words{{"land", 6}, {"sea", 4}}));
    const auto only_more = duet::insert<Word>()
                               .values("text"_c = "sea", "uses"_c = 1)
                               .on_conflict("text"_c)
                               .do_update("uses"_c)
                               .where("uses"_c < duet::excluded("uses"_c));
    if (this->is_mariadb) {
        EXPECT_THROW(this->written(only_more), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->written(only_more), 0);
    }
    EXPECT_EQ(this->words()[1], (std::tuple<std::string, int>("sea", 4)));
}

TYPED_TEST(StatementsWrite, LeavesARowAloneThatIsInTheWay) {
    const auto insert = duet::insert<Word>().values("text"_c = "sea", "uses"_c = 1);
    const auto once = insert.on_conflict("text"_c).do_nothing();
    if (this->is_mariadb) {
        EXPECT_THROW(this->written(once), duet::UnsupportedByDialect);
        return;
    }
    EXPECT_EQ(this->written(once), 1);
    EXPECT_EQ(this->written(once), 0);
    EXPECT_EQ(this->written(insert.on_conflict().do_nothing()), 0);
    EXPECT_EQ(got(this->db.execute(once.returning("id"_c)).all()), Ids{});
}

TYPED_TEST(StatementsWrite, GivesInsertedRowsBack) {
    const auto insert =
        duet::insert<Word>().values("text"_c = "a", "uses"_c = 1).values("text"_c = "b", "uses"_c = 2);
    const auto words = got(this->db.execute(insert.returning()).all());
    ASSERT_EQ(words.size(), 2u);
    EXPECT_EQ(words[0].text, "a");
    EXPECT_NE(words[0].id, 0);
    struct Key {
        std::int64_t id{};
        std::string text{};
    };
    const auto one = duet::insert<Word>().values("text"_c = "c", "uses"_c = 5);
    const Key key = got(this->db.execute(one.template returning<Key>()).one());
    EXPECT_EQ(key.text, "c");
    EXPECT_GT(key.id, words[1].id);
    const auto next = duet::insert<Word>().values("text"_c = "d", "uses"_c = 5);
    EXPECT_EQ(got(this->db.execute(next.returning(("uses"_c + 1).as("more"))).scalar()), 6);
    const auto again = next.on_conflict("text"_c).do_update("uses"_c = "uses"_c + 1);
    const auto [uses, text] = got(this->db.execute(again.returning("uses"_c, "text"_c)).one());
    EXPECT_EQ(uses, 6);
    EXPECT_EQ(text, "d");
}

TYPED_TEST(StatementsWrite, UpdatesWhatASelectSees) {
    const auto statement = duet::update<Review>().set("stars"_c = 0).where("book"_c == 3);
    EXPECT_EQ(this->written(statement), 1);
    EXPECT_EQ(this->written(statement.with_deleted()), 2);
    EXPECT_EQ(this->written(duet::update<Review>().set("text"_c = nullptr).where("id"_c == 1)), 1);
    EXPECT_EQ(got(this->db.template get<Review>(1))->text, std::nullopt);
}

TYPED_TEST(StatementsWrite, SeesRowsAsTheyWere) {
    EXPECT_EQ(this->written(duet::insert<Word>().values("text"_c = "a", "uses"_c = 1)), 1);
    const auto swap =
        duet::update<Word>().set("uses"_c = "uses"_c + 10, "id"_c = "id"_c + "uses"_c).where(duet::all_rows);
    const std::int64_t id = got(this->db.template query<Word>().one()).id;
    EXPECT_EQ(this->written(swap), 1);
    const Word word = got(this->db.template query<Word>().one());
    EXPECT_EQ(word.id, id + 1);
    EXPECT_EQ(word.uses, 11);
}

TYPED_TEST(StatementsWrite, RefusesToWriteToAWholeTableByAccident) {
    EXPECT_THROW(this->written(duet::update<Book>().set("pages"_c = 0)), duet::InvalidQuery);
    EXPECT_THROW(this->written(duet::remove<Profile>()), duet::InvalidQuery);
    EXPECT_EQ(this->written(duet::update<Book>().set("pages"_c = 0).where(duet::all_rows)), 5);
    EXPECT_EQ(this->written(duet::remove<Profile>().where(duet::all_rows)), 2);
}

TYPED_TEST(StatementsWrite, UpdatesFromOtherTables) {
    constexpr auto author = duet::alias<Author>("author");
    const auto statement = duet::update<Book>()
                               .set("pages"_c = "pages"_c + author("age"_c), "title"_c = author("name"_c))
                               .from(author, author("id"_c) == "author"_c)
                               .where(author("age"_c) > 80 && "id"_c < 4);
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(got(this->db.template get<Book>(1))->pages, 174 + 86);
    EXPECT_EQ(got(this->db.template get<Book>(1))->title, "Borges");
    EXPECT_EQ(got(this->db.template get<Book>(3))->title, "Solaris");
}

TYPED_TEST(StatementsWrite, UpdatesFromItself) {
    constexpr auto mentor = duet::alias<Author>("mentor");
    const auto statement =
        duet::update<Author>().set("bio"_c = mentor("name"_c)).from(mentor, mentor("id"_c) == "mentor"_c);
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(got(this->db.template get<Author>(3))->bio, "Borges");
}

TYPED_TEST(StatementsWrite, CountsARowOnceThatSeveralOthersFit) {
    constexpr auto book = duet::alias<Book>("book");
    const auto statement = duet::update<Author>()
                               .set("bio"_c = book("title"_c), "age"_c = 1)
                               .from(book, book("author"_c) == "id"_c);
    EXPECT_EQ(this->written(statement), 3);
    EXPECT_EQ(this->authors("age"_c == 1), (Ids{1, 2, 3}));
    const auto gone = duet::remove<Profile>().using_(book, book("author"_c) == "author"_c);
    EXPECT_EQ(this->written(gone), 2);
}

TYPED_TEST(StatementsWrite, UpsertsValuesThatASelectGives) {
    const auto rows = duet::select("title"_c, 5).template from<Book>().where("id"_c <= 2);
    const auto upsert = duet::insert<Word>()
                            .from_select("text"_c, "uses"_c, rows)
                            .on_conflict("text"_c)
                            .do_update("uses"_c = "uses"_c + duet::excluded("uses"_c));
    this->written(upsert);
    this->written(upsert);
    EXPECT_EQ(this->words(), (Words{{"El Aleph", 10}, {"Ficciones", 10}}));
}

TYPED_TEST(StatementsWrite, LeavesColumnsToTheDatabase) {
    EXPECT_EQ(this->written(duet::insert<Ticket>().default_values()), 1);
    EXPECT_GT(got(this->db.execute(duet::insert<Ticket>().default_values().returning("id"_c)).scalar()), 0);
    const auto statement =
        duet::insert<Word>().values("id"_c = duet::by_default, "text"_c = "a", "uses"_c = 1);
    if (this->is_sqlite) {
        EXPECT_THROW(this->written(statement), duet::UnsupportedByDialect);
        return;
    }
    EXPECT_EQ(this->written(statement), 1);
    EXPECT_EQ(this->written(duet::update<Word>().set("note"_c = duet::by_default).where(duet::all_rows)), 1);
}

TYPED_TEST(StatementsWrite, RunsACteThatNobodyReads) {
    if (!this->is_postgres) return;
    struct Gone {
        std::int64_t id{};
    };
    const auto gone = duet::cte<Gone>("gone", duet::remove<Review>().where("id"_c == 1).returning("id"_c));
    const auto statement = duet::update<Book>().set("pages"_c = 1).where("id"_c == 1).with(gone);
    EXPECT_EQ(this->written(statement), 1);
    EXPECT_EQ(got(this->db.template query<Review>().count()), 3);
}

TYPED_TEST(StatementsWrite, UpdatesFromAListOfValues) {
    struct Change {
        std::int64_t key{};
        int pages{};
    };
    const auto changes = duet::values<Change>("changes", {{1, 11}, {2, 22}, {77, 1}});
    const auto statement =
        duet::update<Book>().set("pages"_c = changes("pages"_c)).from(changes, changes("key"_c) == "id"_c);
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(got(this->db.template get<Book>(2))->pages, 22);
}

TYPED_TEST(StatementsWrite, UpdatesFromASubqueryAndACte) {
    struct Count {
        std::int64_t author{};
        std::int64_t books{};
    };
    const auto counts = duet::select("author"_c.as("author"), duet::count().as("books"))
                            .template from<Book>()
                            .group_by("author"_c);
    const auto counted = duet::subquery<Count>("counted", counts);
    EXPECT_EQ(this->written(duet::update<Author>()
                                .set("age"_c = counted("books"_c))
                                .from(counted, counted("author"_c) == "id"_c)),
              3);
    EXPECT_EQ(got(this->db.template get<Author>(1))->age, 2);
    const auto common = duet::cte<Count>("common", counts.having(duet::count() > 1));
    EXPECT_EQ(this->written(duet::update<Author>()
                                .set("age"_c = common("books"_c) + 1)
                                .from(common, common("author"_c) == "id"_c)),
              2);
    EXPECT_EQ(got(this->db.template get<Author>(3))->age, 3);
    EXPECT_EQ(this->written(duet::update<Author>()
                                .set("age"_c = 9)
                                .where("id"_c.in_(duet::select(common("author"_c)).from(common)))),
              2);
}

TYPED_TEST(StatementsWrite, HidesTheDeletedRowsOfOtherTables) {
    constexpr auto review = duet::alias<Review>("review");
    const auto statement =
        duet::update<Book>().set("pages"_c = 1).from(review, review("book"_c) == "id"_c && "id"_c == 5);
    EXPECT_EQ(this->written(statement), 0);
    EXPECT_EQ(this->written(statement.with_deleted()), 1);
}

TYPED_TEST(StatementsWrite, UpdatesTheFirstRows) {
    const auto statement =
        duet::update<Book>().set("pages"_c = 0).where("id"_c > 0).order_by("-pages").limit(2);
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(this->books("pages"_c == 0), (Ids{4, 5}));
    EXPECT_EQ(this->written(duet::update<Book>().set("pages"_c = 7).where("author.name"_c == "Lem")), 1);
    EXPECT_EQ(this->books("pages"_c == 7), Ids{3});
}

TYPED_TEST(StatementsWrite, GivesUpdatedRowsBack) {
    const auto statement = duet::update<Book>().set("pages"_c = "pages"_c + 1).where("id"_c <= 2);
    const auto returning = statement.returning("id"_c, "pages"_c);
    if (this->is_mariadb) {
        EXPECT_THROW(got(this->db.execute(returning).all()), duet::UnsupportedByDialect);
        EXPECT_EQ(got(this->db.template get<Book>(1))->pages, 174);
        return;
    }
    auto rows = got(this->db.execute(returning).all());
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, (std::vector<std::tuple<std::int64_t, int>>{{1, 175}, {2, 158}}));
    const auto first = got(this->db.execute(statement.returning()).first());
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(got(this->db.template get<Book>(1))->pages, 176);
    EXPECT_EQ(got(this->db.template get<Book>(2))->pages, 159);  // first() is about what comes back
    EXPECT_THROW(got(this->db.execute(statement.returning()).one()), duet::MultipleFound);
}

TYPED_TEST(StatementsWrite, LeavesBehavioursAlone) {
    const Stamped fresh{.name = "a"};
    const Stamped row = got(this->db.create(fresh));
    EXPECT_EQ(this->written(duet::update<Stamped>().set("name"_c = "b").where("id"_c == row.id)), 1);
    const Stamped after = *got(this->db.template get<Stamped>(row.id));
    EXPECT_EQ(after.name, "b");
    EXPECT_EQ(after.version.version, row.version.version);
    EXPECT_EQ(after.stamps.updated_at, row.stamps.updated_at);
}

TYPED_TEST(StatementsWrite, RemovesRowsForGood) {
    EXPECT_EQ(this->written(duet::remove<Review>().where("id"_c <= 2)), 2);
    EXPECT_EQ(got(this->db.template query<Review>().with_deleted().count()), 4);
    EXPECT_EQ(this->written(duet::remove<Review>().where("id"_c <= 4)), 1);
    EXPECT_EQ(this->written(duet::remove<Review>().where(duet::all_rows).only_deleted()), 2);
    EXPECT_EQ(got(this->db.template query<Review>().with_deleted().count()), 1);
}

TYPED_TEST(StatementsWrite, RemovesByOtherTables) {
    constexpr auto book = duet::alias<Book>("book");
    const auto statement =
        duet::remove<Review>().using_(book, book("id"_c) == "book"_c).where(book("title"_c) == "Ficciones");
    EXPECT_EQ(this->written(statement), 2);
    EXPECT_EQ(this->written(statement), 0);
    constexpr auto other = duet::alias<Review>("other");
    const auto lesser = duet::remove<Review>().using_(other, other("id"_c) > "id"_c).with_deleted();
    EXPECT_EQ(this->written(lesser), 3);
}

TYPED_TEST(StatementsWrite, GivesRemovedRowsBack) {
    const auto one = duet::remove<Review>().where("id"_c == 3).returning();
    EXPECT_EQ(got(this->db.execute(one).one()).text, "deep");
    constexpr auto book = duet::alias<Book>("book");
    const auto joined = duet::remove<Review>()
                            .using_(book, book("id"_c) == "book"_c)
                            .where(book("title"_c) == "Ficciones")
                            .returning("id"_c);
    auto ids = got(this->db.execute(joined).all());
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, (Ids{1, 2}));
    EXPECT_THROW(got(this->db.execute(one).one()), duet::NotFound);
}

TYPED_TEST(StatementsWrite, RemovesTheFirstRows) {
    EXPECT_EQ(this->written(duet::remove<Review>().where("id"_c > 0).order_by("-id").limit(2)), 2);
    EXPECT_EQ(got(this->db.template query<Review>().count()), 2);
    const auto most = duet::scalar(duet::select(duet::max("id"_c)).template from<Review>());
    EXPECT_EQ(this->written(duet::remove<Review>().where("id"_c == most)), 1);
}

TYPED_TEST(StatementsWrite, MovesRowsInOneStatement) {
    struct Moved {
        std::string text{};
        std::int64_t id{};
    };
    const auto moved = duet::cte<Moved>(
        "moved",
        duet::remove<Review>().where("text"_c.is_not_null()).returning(duet::coalesce("text"_c, ""), "id"_c));
    const auto statement = duet::insert<Word>().from_select("text"_c, "uses"_c, duet::select_from(moved));
    if (!this->is_postgres) {
        EXPECT_THROW(this->written(statement), duet::UnsupportedByDialect);
        EXPECT_EQ(got(this->db.template query<Review>().count()), 4);
        return;
    }
    EXPECT_EQ(this->written(statement), 3);
    EXPECT_EQ(this->words(), (Words{{"deep", 3}, {"ok", 5}, {"wow", 1}}));
    EXPECT_EQ(got(this->db.template query<Review>().count()), 1);

    const auto last =
        duet::cte<Moved>("last", duet::remove<Word>().where("uses"_c == 5).returning("text"_c, "id"_c));
    const auto rows = got(this->db.execute(duet::select(last("text"_c)).from(last)).all());
    EXPECT_EQ(rows, std::vector<std::string>{"ok"});
    EXPECT_EQ(this->words().size(), 2u);
}

TYPED_TEST(StatementsWrite, BelongsToItsTransaction) {
    const auto insert = duet::insert<Word>().values("text"_c = "a", "uses"_c = 1);
    const auto fails = [&] {
        in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
            const auto rows = co_await later(tx.execute(insert));
            EXPECT_EQ(rows, 1);
            throw duet::InvalidQuery("no");
        });
    };
    EXPECT_THROW(fails(), duet::InvalidQuery);
    EXPECT_EQ(this->words(), Words{});
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const auto rows = co_await later(tx.execute(insert.returning("uses"_c)).all());
        EXPECT_EQ(rows, std::vector<int>{1});
    });
    EXPECT_EQ(this->words(), (Words{{"a", 1}}));
}

TYPED_TEST(StatementsWrite, IsNotForReadOnlyTransactions) {
    const auto insert = duet::insert<Word>().values("text"_c = "a", "uses"_c = 1);
    const duet::TransactionOptions read_only{.read_only = true};
    const auto counts = [&] {
        in_transaction(
            this->db,
            [&](auto& tx) -> duet::Task<> {
                const auto rows = co_await later(tx.execute(insert));
                EXPECT_EQ(rows, 1);
            },
            read_only);
    };
    const auto fetches = [&] {
        in_transaction(
            this->db,
            [&](auto& tx) -> duet::Task<> {
                const auto rows = co_await later(tx.execute(insert.returning()).all());
                EXPECT_EQ(rows.size(), 1u);
            },
            read_only);
    };
    EXPECT_THROW(counts(), duet::Error);
    EXPECT_THROW(fetches(), duet::Error);
    EXPECT_EQ(this->words(), Words{});
}

TYPED_TEST(StatementsWrite, CannotBeIterated) {
    const auto insert = duet::insert<Word>().values("text"_c = "a", "uses"_c = 1).returning();
    EXPECT_THROW((void)this->db.execute(insert).iterate(10), duet::InvalidQuery);
}

TYPED_TEST(StatementsWrite, RefusesMoreValuesThanADatabaseTakes) {
    const std::vector<Word> words(40'000);
    EXPECT_THROW(this->written(duet::insert<Word>().values(words)), duet::InvalidQuery);
}

}  // namespace
