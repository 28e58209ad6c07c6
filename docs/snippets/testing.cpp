#include <duet/duet.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Post;

struct Author {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("authors");
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<Author> author{};

    static constexpr auto table = duet::table("posts");
};

std::size_t count_all_posts(duet::Database& db) {
    std::size_t posts = 0;
    for (const Author& author : db.query<Author>().related("posts"_c).all()) posts += author.posts.size();
    return posts;
}

// [fixture]
class AuthorTest : public testing::Test {
protected:
    duet::Database db{"sqlite://:memory:"};  // a new one for each test: nothing to clean up
    Author ada;

    void SetUp() override {
        db.create_all(duet::models<Author, Post>);
        ada = db.create(Author{.name = "Ada"});
    }
};

TEST_F(AuthorTest, IsFoundByName) { EXPECT_EQ(db.query<Author>().where("name"_c == "Ada").one().id, ada.id); }
// [/fixture]

// [rollback]
class SharedDatabaseTest : public testing::Test {
protected:
    static duet::Database& shared() {
        static duet::Database db = [] {
            duet::Database made{"sqlite://:memory:"};
            made.create_all(duet::models<Author, Post>);
            made.create(Author{.name = "Grace"});  // what all tests may read
            return made;
        }();
        return db;
    }
    duet::Transaction tx = shared().begin();  // rolled back at the end of each test
};

TEST_F(SharedDatabaseTest, ForgetsWhatATestWrote) {
    tx.create(Author{.name = "Mallory"});
    EXPECT_EQ(tx.query<Author>().count(), 2);
}
TEST_F(SharedDatabaseTest, StartsFromTheSameRows) { EXPECT_EQ(tx.query<Author>().count(), 1); }
// [/rollback]

// [counter]
TEST_F(AuthorTest, LoadsAllPostsInTwoStatements) {
    db.create(Author{.name = "Grace"});
    const duet::StatementCounter statements{db};
    count_all_posts(db);
    EXPECT_EQ(statements.count(), 2U);  // an N+1 would show here
}
// [/counter]

// [schema]
TEST_F(AuthorTest, HasTheTablesThatTheModelsDescribe) {
    const duet::DatabaseSchema schema = db.introspect();
    const duet::SchemaTable* posts = schema.table("posts");
    ASSERT_NE(posts, nullptr);
    EXPECT_EQ(posts->column("author_id")->nullable, false);
    EXPECT_EQ(posts->foreign_keys.at(0).table, "authors");
}
// [/schema]
