#include <duet/statement.hpp>

#include <algorithm>
#include <tuple>

#include "integration/bookshop.hpp"

namespace {

using namespace duet::test;
using namespace duet::test::bookshop;

template <class B>
class StatementsClauses : public Bookshop<B> {
protected:
    template <class S>
    auto all(const S& statement) {
        return got(this->db.execute(statement).all());
    }
};
TYPED_TEST_SUITE(StatementsClauses, Backends, BackendNames);

using Texts = std::vector<std::string>;

TYPED_TEST(StatementsClauses, GroupInSeveralWaysAtOnce) {
    using Row = std::tuple<std::optional<std::int64_t>, std::optional<double>, std::int64_t>;
    const auto base = duet::select(duet::nullable("author"_c), "rating"_c, duet::count()).from<Book>();
    const auto rollup = base.group_by(duet::rollup("author"_c, "rating"_c));
    const auto cube = base.group_by(duet::cube("author"_c, "rating"_c));
    const auto sets =
        base.group_by(duet::grouping_sets(duet::group("author"_c), duet::group("rating"_c), duet::group()));
    if (TestFixture::is_sqlite) {
        EXPECT_THROW(this->all(rollup), duet::UnsupportedByDialect);
    } else {
        const auto rows = this->all(rollup);
        EXPECT_EQ(rows.size(), 9u);
        EXPECT_EQ(std::ranges::count(rows, Row(std::nullopt, std::nullopt, 5)), 1);
        EXPECT_EQ(std::ranges::count(rows, Row(1, std::nullopt, 2)), 1);
    }
    if (TestFixture::is_postgres) {
        EXPECT_EQ(this->all(cube).size(), 13u);
        EXPECT_EQ(this->all(sets).size(), 8u);
        EXPECT_EQ(this->all(rollup.order_by(duet::desc(duet::count()))).size(), 9u);
    } else {
        EXPECT_THROW(this->all(cube), duet::UnsupportedByDialect);
        EXPECT_THROW(this->all(sets), duet::UnsupportedByDialect);
        EXPECT_THROW(this->all(rollup.order_by(duet::desc(duet::count()))), duet::UnsupportedByDialect);
    }
}

TYPED_TEST(StatementsClauses, GiveDistinctRows) {
    EXPECT_EQ(this->all(duet::select("author"_c).from<Book>().distinct().order_by("author")),
              (std::vector<std::int64_t>{1, 2, 3}));
    const auto longest =
        duet::select("title"_c).from<Book>().distinct_on("author"_c).order_by("author", "-pages");
    EXPECT_EQ(this->all(longest), (Texts{"Ficciones", "Solaris", "Always Coming Home"}));
    EXPECT_EQ(this->all(longest.limit(1).offset(1)), Texts{"Solaris"});
    const auto objects = duet::select<Book>().distinct_on("author"_c).order_by("author", "pages");
    EXPECT_EQ(ids_of(this->all(objects)), (std::vector<std::int64_t>{2, 3, 4}));
}

TYPED_TEST(StatementsClauses, TakeTheRowsThatTieWithTheLast) {
    const auto statement = duet::select("title"_c).from<Book>().order_by("author").limit(1).with_ties();
    if (TestFixture::is_sqlite) {
        EXPECT_THROW(this->all(statement), duet::UnsupportedByDialect);
    } else {
        EXPECT_EQ(this->all(statement).size(), 2u);
        EXPECT_EQ(this->all(statement.offset(2)), Texts{"Solaris"});
    }
    EXPECT_THROW(this->all(duet::select<Book>().limit(1).with_ties()), duet::Error);
}

TYPED_TEST(StatementsClauses, LockTheRowsOfASource) {
    constexpr auto author = duet::alias<Author>("author");
    const auto statement = duet::select("title"_c)
                               .from<Book>()
                               .join(author, author("id"_c) == "author"_c)
                               .where(author("name"_c) == "Lem")
                               .for_update(duet::of(author), duet::skip_locked);
    if (!TestFixture::is_postgres) {
        // SQLite has no such locks, MariaDB none of some tables.
        EXPECT_THROW(in_transaction(this->db,
                                    [&](auto& tx) -> duet::Task<> {
                                        const auto titles = co_await later(tx.execute(statement).all());
                                        EXPECT_EQ(titles.size(), 1u);
                                    }),
                     duet::UnsupportedByDialect);
        return;
    }
    EXPECT_THROW(this->all(statement), duet::InvalidQuery);
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const auto titles = co_await later(tx.execute(statement).all());
        EXPECT_EQ(titles, Texts{"Solaris"});
    });
}

TYPED_TEST(StatementsClauses, HintTheOptimiserOfOneDatabase) {
    const auto statement = duet::select("title"_c)
                               .from<Book>()
                               .hint(duet::sqlite, "NOT INDEXED")
                               .hint(duet::mariadb, "USE INDEX (PRIMARY)")
                               .hint(duet::mariadb, "SQL_NO_CACHE")
                               .hint(duet::postgresql, "SeqScan(books)")
                               .where("id"_c == 3);
    EXPECT_EQ(this->all(statement), Texts{"Solaris"});
}

TYPED_TEST(StatementsClauses, AreReadInBatches) {
    const auto statement = duet::select("id"_c, "title"_c).from<Book>().order_by("id");
    std::vector<std::int64_t> ids;
    if constexpr (TypeParam::mode::is_async) {
        const auto read = [&]() -> duet::Task<> {
            auto rows = this->db.execute(statement).iterate(2);
            while (auto row = co_await rows.next()) ids.push_back(std::get<0>(*row));
        };
        duet::run(read());
    } else {
        for (const auto& [id, title] : this->db.execute(statement).iterate(2)) ids.push_back(id);
    }
    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

TYPED_TEST(StatementsClauses, LoadRelationsWhileTheyAreReadInBatches) {
    const auto statement =
        duet::query<Book>().order_by("id").related("author"_c).statement().add_columns("pages"_c + 1);
    Texts names;
    if constexpr (TypeParam::mode::is_async) {
        const auto read = [&]() -> duet::Task<> {
            auto rows = this->db.execute(statement).iterate(2);
            while (auto row = co_await rows.next()) names.push_back(std::get<0>(*row).author->name);
        };
        duet::run(read());
    } else {
        for (const auto& [book, more] : this->db.execute(statement).iterate(2))
            names.push_back(book.author->name);
    }
    EXPECT_EQ(names, (Texts{"Borges", "Borges", "Lem", "Le Guin", "Le Guin"}));
}

TYPED_TEST(StatementsClauses, AreARangeInBlockingCode) {
    if constexpr (!TypeParam::mode::is_async) {
        const auto statement =
            duet::query<Book>().order_by("id").statement().add_columns(("pages"_c + 1).as("more"));
        std::int64_t sum = 0;
        for (auto& [book, more] : this->db.execute(statement).template as<Book, std::int64_t>())
            sum += more - book.pages;
        EXPECT_EQ(sum, 5);
    }
}

TYPED_TEST(StatementsClauses, PrepareAStatementOnce) {
    const auto statement = [](int pages) {
        return duet::select("id"_c).from<Book>().where("pages"_c > pages);
    };
    EXPECT_EQ(this->all(statement(200)).size(), 3u);
    const auto before = this->db.plan_stats().rendered;
    EXPECT_EQ(this->all(statement(300)).size(), 2u);
    EXPECT_EQ(this->db.plan_stats().rendered, before);
}

}  // namespace
