#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

struct NameAge {
    std::string name{};
    std::optional<int> age{};
    bool operator==(const NameAge&) const = default;
};
struct Named {
    std::int64_t id{};
    std::string name{};
};
struct Wrong {
    std::string nome{};
};

template <class B>
class RawSql : public Bookshop<B> {};
TYPED_TEST_SUITE(RawSql, Backends, BackendNames);

TYPED_TEST(RawSql, RowsBecomeStructsByTheNamesOfTheirColumns) {
    const auto rows =
        got(this->db.sql("SELECT id, age, name FROM authors WHERE age > {} OR age IS NULL ORDER BY id", 85)
                .template as<NameAge>());
    EXPECT_EQ(rows, (std::vector<NameAge>{{"Borges", 86}, {"Lem", std::nullopt}, {"Le Guin", 88}}));
}

TYPED_TEST(RawSql, RowsBecomeTuplesByPositionModelsAndSingleValues) {
    using Row = std::tuple<std::int64_t, std::string, std::optional<double>>;
    EXPECT_EQ(got(this->db.sql("SELECT id, title, rating FROM books WHERE id IN ({}, {}) ORDER BY id", 1, 2)
                      .template as<Row>()),
              (std::vector<Row>{{1, "Ficciones", 4.5}, {2, "El Aleph", std::nullopt}}));
    EXPECT_EQ(got(this->db.sql("SELECT name FROM genres ORDER BY 1").template as<std::string>()),
              (std::vector<std::string>{"fantasy", "poetry", "science fiction"}));
    const auto books =
        got(this->db.sql("SELECT * FROM books WHERE author_id = {} ORDER BY pages", 3).template as<Book>());
    EXPECT_EQ(ids_of(books), (std::vector<std::int64_t>{4, 5}));
    EXPECT_EQ(books[0].author.key(), 3);
    EXPECT_EQ(
        got(this->db.sql("SELECT age FROM authors ORDER BY id").template as<std::optional<int>>()).at(1),
        std::nullopt);
}

TYPED_TEST(RawSql, AScalarIsTheOnlyValue) {
    EXPECT_EQ(got(this->db.sql("SELECT count(*) FROM books").template scalar<std::int64_t>()), 5);
    EXPECT_TRUE(got(this->db.sql("SELECT EXISTS (SELECT 1 FROM books WHERE title = {})", "Solaris")
                        .template scalar<bool>()));
    EXPECT_EQ(got(this->db.sql("SELECT is_active FROM authors ORDER BY id").template as<bool>()),
              (std::vector<bool>{true, true, true, false}));
    EXPECT_EQ(got(this->db.sql("SELECT max(rating) FROM books WHERE id < 0")
                      .template scalar<std::optional<double>>()),
              std::nullopt);
    EXPECT_THROW(
        (void)got(this->db.sql("SELECT max(rating) FROM books WHERE id < 0").template scalar<double>()),
        duet::ValidationError);
    EXPECT_THROW((void)got(this->db.sql("SELECT id FROM books WHERE id < 0").template one<int>()),
                 duet::NotFound);
    EXPECT_THROW((void)got(this->db.sql("SELECT id FROM books").template one<int>()), duet::MultipleFound);
    EXPECT_EQ(got(this->db.sql("SELECT id FROM books ORDER BY id DESC").template first<int>()), 5);
    EXPECT_EQ(got(this->db.sql("SELECT id FROM books WHERE id < 0").template first<int>()), std::nullopt);
}

TYPED_TEST(RawSql, ValuesOfEveryKindAreBound) {
    using Row = std::tuple<std::int64_t, double, std::string, std::optional<int>, bool, duet::Date,
                           duet::Uuid, duet::Json>;
    const Row row{-5,
                  0.25,
                  "'; --",
                  std::nullopt,
                  true,
                  duet::Date(std::chrono::days(1)),
                  duet::Uuid::v4(),
                  duet::Json::parse("[1]")};
    const auto& [a, b, c, d, e, f, g, h] = row;
    EXPECT_EQ(got(this->db.sql("SELECT {}, {}, {}, {}, {}, {}, {}, {}", a, b, c, d, e, f, g, h)
                      .template one<Row>()),
              row);
    const std::string joined =
        this->sql({.sqlite = "{} || {}", .postgres = "{} || {}", .mariadb = "concat({}, {})"});
    EXPECT_EQ(got(this->db.sql(duet::runtime("SELECT " + joined), "a", std::string("b"))
                      .template scalar<std::string>()),
              "ab");
    EXPECT_EQ(got(this->db.sql("SELECT '{{}}', {}", 1).template one<std::tuple<std::string, int>>()),
              (std::tuple<std::string, int>("{}", 1)));
}

TYPED_TEST(RawSql, TextFromRunTimeIsCheckedWhenUsed) {
    const auto run = [this](std::string_view text) {
        return got(this->db.sql(duet::runtime(text), 1).template scalar<int>());
    };
    EXPECT_EQ(run("SELECT {} + 1"), 2);
    EXPECT_THROW((void)run("SELECT 1"), duet::InvalidQuery);
    EXPECT_THROW((void)run("SELECT {} + {}"), duet::InvalidQuery);
    EXPECT_THROW((void)run("SELECT {0}"), duet::InvalidQuery);
    EXPECT_THROW((void)run("SELECT {"), duet::InvalidQuery);
    EXPECT_THROW((void)run("SELECT {} }"), duet::InvalidQuery);
    EXPECT_THROW((void)run(""), duet::InvalidQuery);
}

TYPED_TEST(RawSql, ColumnsThatDoNotFitAreNamed) {
    const auto message = [](auto operation) -> std::string {
        try {
            (void)got(operation());
        } catch (const duet::Error& e) {
            return e.what();
        }
        return "nothing was thrown";
    };
    const auto missing =
        message([this] { return this->db.sql("SELECT name FROM authors").template as<Wrong>(); });
    EXPECT_NE(missing.find("'nome'"), std::string::npos) << missing;
    const auto number =
        message([this] { return this->db.sql("SELECT 1, 2").template as<std::tuple<int>>(); });
    EXPECT_NE(number.find("2 columns where 1"), std::string::npos) << number;
    const auto type = message(
        [this] { return this->db.sql("SELECT name, 'old' AS age FROM authors").template as<NameAge>(); });
    EXPECT_NE(type.find("column age"), std::string::npos) << type;
    const auto null = message([this] { return this->db.sql("SELECT age FROM authors").template as<int>(); });
    EXPECT_NE(null.find("NULL"), std::string::npos) << null;
    const auto syntax = message([this] { return this->db.sql("SELEC 1").template as<int>(); });
    EXPECT_NE(syntax.find("syntax"), std::string::npos) << syntax;
    EXPECT_NE(syntax.find("SELEC"), std::string::npos) << syntax;
}

TYPED_TEST(RawSql, ExecuteCountsTheRowsThatChanged) {
    EXPECT_EQ(got(this->db.sql("UPDATE books SET pages = pages + {} WHERE pages > {}", 1, 300).execute()), 2);
    EXPECT_EQ(got(this->db.sql("DELETE FROM genres WHERE id = {}", 3).execute()), 1);
    EXPECT_EQ(got(this->db.sql("DELETE FROM genres WHERE id = {}", 3).execute()), 0);
    EXPECT_EQ(got(this->db.sql("INSERT INTO clubs (name) VALUES ({}), ({})", "a", "b").execute()), 2);
    EXPECT_EQ(got(this->db.sql("SELECT 1").execute()), 0);
    EXPECT_EQ(got(this->db.sql("CREATE TABLE extra (x INTEGER)").execute()), 0);
    EXPECT_EQ(got(this->db.sql("SELECT pages FROM books WHERE id = {}", 4).template scalar<int>()), 342);
}

TYPED_TEST(RawSql, ReturningWritesAndReads) {
    for (std::size_t times = 1; times <= 2; ++times) {
        const auto ids = got(this->db.sql("INSERT INTO clubs (name) VALUES ({}), ({}) RETURNING id", "x", "y")
                                 .template as<std::int64_t>());
        EXPECT_EQ(ids.size(), 2u);
        EXPECT_EQ(got(this->db.count(duet::query<Club>())), static_cast<std::int64_t>(1 + 2 * times));
    }
    const auto made = got(
        this->db.sql("INSERT INTO clubs (name) VALUES ({}) RETURNING name, id", "z").template one<Named>());
    EXPECT_EQ(made.name, "z");
    EXPECT_GT(made.id, 0);
    EXPECT_EQ(got(this->db.sql("DELETE FROM clubs WHERE name = {} RETURNING id", "z").template as<int>()),
              std::vector{static_cast<int>(made.id)});
    EXPECT_EQ(got(this->db.sql("DELETE FROM clubs WHERE name = {} RETURNING id", "z").template as<int>()),
              std::vector<int>{});
    EXPECT_THROW((void)got(this->db.sql("DELETE FROM clubs WHERE id < {} RETURNING id", 0)
                               .template as<std::tuple<int, int>>()),
                 duet::InvalidQuery);
    EXPECT_THROW(
        (void)got(this->db.sql("DELETE FROM clubs WHERE id < {} RETURNING id", 0).template as<Wrong>()),
        duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.sql("DELETE FROM clubs WHERE id < {}", 0).template as<int>()),
                 duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.sql("INSERT INTO genres (id, name) VALUES (1, {}) RETURNING id", "x")
                               .template one<int>()),
                 duet::UniqueViolation);
}

TYPED_TEST(RawSql, WithInFrontOfAWriteIsAWrite) {
    // MariaDB takes it only within the write.
    const std::string with = "WITH old AS (SELECT id FROM books WHERE pages > {}) ";
    const std::string write = "DELETE FROM reviews WHERE book_id IN ";
    const std::string before = with + write + "(SELECT id FROM old)";
    const std::string within = write + "(" + with + "SELECT id FROM old)";
    const std::string text = this->sql({.sqlite = before, .postgres = before, .mariadb = within});
    EXPECT_EQ(got(this->db.sql(duet::runtime(text), 300).execute()), 2);
    EXPECT_EQ(got(this->db
                      .sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                           "SELECT i FROM n",
                           4)
                      .template as<int>()),
              (std::vector<int>{1, 2, 3, 4}));
}

TYPED_TEST(RawSql, InsideATransactionItSeesAndRollsBackWithIt) {
    std::int64_t inside = 0;
    EXPECT_THROW(
        in_transaction(this->db,
                       [&](auto& tx) -> duet::Task<> {
                           co_await later(tx.sql("DELETE FROM memberships").execute());
                           inside = co_await later(
                               tx.sql("SELECT count(*) FROM memberships").template scalar<std::int64_t>());
                           throw std::string("stop");
                       }),
        std::string);
    EXPECT_EQ(inside, 0);
    EXPECT_EQ(got(this->db.sql("SELECT count(*) FROM memberships").template scalar<std::int64_t>()), 2);
}

TYPED_TEST(RawSql, AScriptRunsItsStatementsUpToTheFirstThatFails) {
    did([this] {
        return this->db.execute_script(
            "CREATE TABLE a (x VARCHAR(9)); INSERT INTO a VALUES (';'); -- done;\nINSERT INTO a VALUES (2);");
    });
    const auto rows = [this] { return got(this->db.sql("SELECT count(*) FROM a").template scalar<int>()); };
    EXPECT_EQ(rows(), 2);
    EXPECT_THROW(
        did([this] {
            return this->db.execute_script("INSERT INTO a VALUES (3); INSERT INTO nowhere VALUES (1)");
        }),
        duet::DatabaseError);
    // To PostgreSQL a script is one transaction.
    const int kept = TestFixture::is_postgres ? 2 : 3;
    EXPECT_EQ(rows(), kept);
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    co_await later_done([&] {
                                        return tx.execute_script(
                                            "INSERT INTO a VALUES (4); INSERT INTO nowhere VALUES (1)");
                                    });
                                }),
                 duet::DatabaseError);
    EXPECT_EQ(rows(), kept) << "the transaction took the 4 back";
    did([this] { return this->db.execute_script(" ; ;; "); });
    EXPECT_EQ(rows(), kept);
}

}  // namespace
