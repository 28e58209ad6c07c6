// Needs postgres
#include <duet/statement.hpp>
#include <duet/testing/postgres.hpp>

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

// [models]
struct Author {
    std::int64_t id{};
    std::string name{};
    bool is_active = true;
    static constexpr auto table = duet::table("authors");
};

struct Page {
    std::int64_t id{};
    std::string slug{};
    int views{};
    std::optional<std::string> title{};
    std::optional<duet::BelongsTo<Author>> author{};
    static constexpr auto table = duet::table("pages", duet::unique("slug"));
};

struct OldPage {
    std::int64_t id{};
    std::string slug{};
    int views{};
    static constexpr auto table = duet::table("old_pages");
};
// [/models]

namespace {

inline constexpr auto models = duet::models<Author, Page, OldPage>;

struct StatementsThatWrite : testing::Test {
    duet::Database db{"sqlite://:memory:"};

    void SetUp() override {
        db.create_all(models);
        db.create(Author{.name = "Ada"});
        db.create(Author{.name = "Bob", .is_active = false});
        db.create_bulk(std::vector<Page>{{.slug = "home", .views = 7, .author = 1},
                                         {.slug = "news", .views = 3, .author = 2}});
    }
};

TEST_F(StatementsThatWrite, Insert) {
    // [insert]
    const auto statement = duet::insert<Page>()
                               .values("slug"_c = "about", "views"_c = 0)
                               .values("slug"_c = "terms", "views"_c = 0);
    const std::int64_t rows = db.execute(statement);  // the number of rows; in coroutines: co_await
    // [/insert]
    EXPECT_EQ(rows, 2);

    // [objects]
    std::vector<Page> pages{{.slug = "faq"}, {.slug = "jobs", .views = 1}};
    const auto stored = db.execute(duet::insert<Page>().values(pages).returning()).all();  // with their keys

    struct Draft {
        std::string slug{};
        int views{};
    };
    db.execute(duet::insert<Page>().values(Draft{"draft", 0}).values(Draft{"next", 0}));
    // [/objects]
    EXPECT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[1].slug, "jobs");
    EXPECT_NE(stored[1].id, 0);
    EXPECT_EQ(db.query<Page>().count(), 8);

    // [select]
    const auto popular = duet::select("slug"_c, "views"_c).from<Page>().where("views"_c > 5);
    db.execute(duet::insert<OldPage>().from_select("slug"_c, "views"_c, popular));
    // [/select]
    EXPECT_EQ(db.query<OldPage>().count(), 1);
}

TEST_F(StatementsThatWrite, Conflicts) {
    // [conflict]
    const auto count = duet::insert<Page>()
                           .values("slug"_c = "home", "views"_c = 2, "title"_c = "Home")
                           .on_conflict("slug"_c)
                           .do_update("title"_c,  // what the new row has
                                      "views"_c = "views"_c + duet::excluded("views"_c));
    db.execute(count);
    db.execute(count.where("views"_c < 1000));  // only rows like that are changed
    const auto once = duet::insert<Page>().values("slug"_c = "home", "views"_c = 0);
    const bool is_new = db.execute(once.on_conflict("slug"_c).do_nothing()) == 1;
    // [/conflict]
    EXPECT_FALSE(is_new);
    EXPECT_EQ(db.get<Page>(1)->views, 11);
    EXPECT_EQ(db.get<Page>(1)->title, "Home");
}

TEST_F(StatementsThatWrite, Update) {
    // [update]
    const auto statement = duet::update<Page>().set("views"_c = "views"_c + 1).where("slug"_c == "home");
    const auto [id, views] = db.execute(statement.returning("id"_c, "views"_c)).one();
    // [/update]
    EXPECT_EQ(id, 1);
    EXPECT_EQ(views, 8);

    // [from]
    constexpr auto author = duet::alias<Author>("author");
    db.execute(duet::update<Page>()
                   .set("title"_c = author("name"_c))
                   .from(author, author("id"_c) == "author"_c)
                   .where(author("is_active"_c) == true));
    // [/from]
    EXPECT_EQ(db.get<Page>(1)->title, "Ada");
    EXPECT_FALSE(db.get<Page>(2)->title.has_value());

    // [values]
    struct Count {
        std::string slug{};
        int views{};
    };
    const auto counts = duet::values<Count>("counts", {{"home", 100}, {"news", 200}});
    db.execute(
        duet::update<Page>().set("views"_c = counts("views"_c)).from(counts, counts("slug"_c) == "slug"_c));
    // [/values]
    EXPECT_EQ(db.get<Page>(2)->views, 200);
}

TEST_F(StatementsThatWrite, Remove) {
    // [remove]
    constexpr auto author = duet::alias<Author>("author");
    const auto statement = duet::remove<Page>()
                               .using_(author, author("id"_c) == "author"_c)
                               .where(author("is_active"_c) == false);
    const std::vector<std::string> gone = db.execute(statement.returning("slug"_c)).all();
    // [/remove]
    EXPECT_EQ(gone, std::vector<std::string>{"news"});

    EXPECT_THROW(db.execute(duet::remove<Page>()), duet::InvalidQuery);
    // [all]
    db.execute(duet::remove<Page>().where(duet::all_rows));
    // [/all]
    EXPECT_EQ(db.query<Page>().count(), 0);
}

TEST(StatementsThatWriteOnPostgres, MoveRows) {
    duet::testing::EphemeralPostgres server;
    duet::Database db{server.url()};
    db.create_all(models);
    db.create_bulk(std::vector<Page>{{.slug = "home", .views = 7}, {.slug = "news", .views = 3}});
    // [move]
    struct Moved {
        std::string slug{};
        int views{};
    };
    const auto moved =
        duet::cte<Moved>("moved", duet::remove<Page>().where("views"_c < 5).returning("slug"_c, "views"_c));
    db.execute(duet::insert<OldPage>().from_select("slug"_c, "views"_c, duet::select_from(moved)));
    // [/move]
    EXPECT_EQ(db.query<Page>().count(), 1);
    EXPECT_EQ(db.query<OldPage>().one().slug, "news");
}

}  // namespace
