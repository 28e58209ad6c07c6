#include "integration/bookshop.hpp"
#include "integration/column_types.hpp"

namespace {

using namespace duet::test;
namespace quick {
struct Post;
struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    std::optional<std::string> bio{};
    bool is_active = true;
    duet::Timestamp created_at{};
    duet::HasMany<Post, "author"> posts{};
    static constexpr auto table =
        duet::table("users", duet::unique("email"), duet::index("name", "-age"),
                    duet::index("email").where("is_active").named("active_emails"),
                    duet::check("age_not_negative", "age >= 0"), duet::default_now("created_at"),
                    duet::default_sql("name", "'nobody'"));
};
struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};
    std::optional<duet::BelongsTo<User>> editor{};
    std::vector<std::string> tags{};
    duet::Timestamps timestamps{};
    static constexpr auto table = duet::table("posts", duet::on_delete("author", duet::cascade),
                                              duet::on_delete("editor", duet::set_null));
};
inline constexpr auto models = duet::models<User, Post>;
}  // namespace quick

template <class B>
class Schema : public DatabaseTest<B> {
protected:
    duet::DatabaseSchema read() { return got(this->db.introspect()); }
};
TYPED_TEST_SUITE(Schema, Backends, BackendNames);

TYPED_TEST(Schema, CreateAllMakesTheTablesOfTheModels) {
    did([this] { return this->db.create_all(quick::models); });
    const auto schema = this->read();
    ASSERT_EQ(schema.tables.size(), 2u);
    const auto* users = schema.table("users");
    ASSERT_NE(users, nullptr);
    EXPECT_EQ(users->primary_key, (std::vector<std::string>{"id"}));
    EXPECT_TRUE(users->auto_increment);
    std::vector<std::string> names;
    for (const auto& column : users->columns) names.push_back(column.name);
    EXPECT_EQ(names,
              (std::vector<std::string>{"id", "email", "name", "age", "bio", "is_active", "created_at"}));
    EXPECT_TRUE(users->column("bio")->nullable);
    EXPECT_FALSE(users->column("email")->nullable);
    EXPECT_TRUE(users->column("id")->primary_key);
    EXPECT_EQ(users->column("name")->default_sql, "'nobody'");
    EXPECT_TRUE(users->column("created_at")->default_sql.has_value());
    ASSERT_EQ(users->checks.size(), 1u);
    EXPECT_EQ(users->checks[0].name, "age_not_negative");
    EXPECT_EQ(users->checks[0].condition,
              this->sql({.sqlite = "age >= 0", .postgres = "age >= 0", .mariadb = "`age` >= 0"}));
    ASSERT_EQ(users->uniques.size(), 1u);
    EXPECT_EQ(users->uniques[0].columns, (std::vector<std::string>{"email"}));
}

TYPED_TEST(Schema, IndexesKeepTheirOrderAndCondition) {
    did([this] { return this->db.create_all(quick::models); });
    const auto schema = this->read();
    const auto* partial = schema.table("users")->index("active_emails");
    ASSERT_NE(partial, nullptr);
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_EQ(partial->condition, std::nullopt) << "it covers the whole table";
    } else {
        EXPECT_EQ(partial->condition, "is_active");
    }
    EXPECT_FALSE(partial->unique);
    bool found = false;
    for (const auto& index : schema.table("users")->indexes) {
        if (index.columns.size() != 2) continue;
        found = true;
        EXPECT_EQ(index.columns[0].name, "name");
        EXPECT_FALSE(index.columns[0].descending);
        EXPECT_TRUE(index.columns[1].descending);
    }
    EXPECT_TRUE(found);
}

TYPED_TEST(Schema, ForeignKeysCarryTheirActions) {
    did([this] { return this->db.create_all(quick::models); });
    const auto schema = this->read();
    const auto* posts = schema.table("posts");
    ASSERT_EQ(posts->foreign_keys.size(), 2u);
    for (const auto& key : posts->foreign_keys) {
        EXPECT_EQ(key.table, "users");
        EXPECT_EQ(key.referenced, (std::vector<std::string>{"id"}));
        EXPECT_EQ(key.on_delete, key.columns[0] == "author_id" ? duet::cascade : duet::set_null);
    }
    EXPECT_TRUE(posts->column("editor_id")->nullable);
    EXPECT_FALSE(posts->column("author_id")->nullable);
    EXPECT_NE(posts->column("updated_at"), nullptr);
}

TYPED_TEST(Schema, TheDatabaseItselfHoldsTheConstraints) {
    did([this] { return this->db.create_all(quick::models); });
    const auto execute = [this](std::string_view sql) {
        return got(this->db.sql(duet::runtime(sql)).execute());
    };
    EXPECT_THROW((void)execute("INSERT INTO users (email, age, is_active) VALUES ('a', -1, true)"),
                 duet::CheckViolation);
    EXPECT_EQ(execute("INSERT INTO users (email, age, is_active) VALUES ('a', 1, true)"), 1);
    EXPECT_THROW((void)execute("INSERT INTO users (email, age, is_active) VALUES ('a', 1, true)"),
                 duet::UniqueViolation);
    const auto user = got(this->db.template query<quick::User>().one());
    EXPECT_EQ(user.name, "nobody");
    EXPECT_GT(user.created_at, duet::Timestamp{});
    const std::string orphan =
        "INSERT INTO posts (title, author_id, tags, created_at, updated_at) VALUES ('t', 99, '" +
        this->sql({.sqlite = "[]", .postgres = "{{}}", .mariadb = "[]"}) + "', '2024-01-01', '2024-01-01')";
    EXPECT_THROW((void)execute(orphan), duet::ForeignKeyViolation);
}

TYPED_TEST(Schema, CreateAllTwiceChangesNothingAndDropAllTakesAllAway) {
    did([this] { return this->db.create_all(bookshop::models); });
    const auto first = this->read();
    EXPECT_EQ(first.tables.size(), 9u) << "eight models and one link table";
    did([this] { return this->db.create_all(bookshop::models); });
    EXPECT_EQ(this->read(), first);
    const auto* link = first.table("books_genres");
    ASSERT_NE(link, nullptr);
    EXPECT_EQ(link->primary_key.size(), 2u);
    EXPECT_EQ(link->foreign_keys.size(), 2u);
    bookshop::fill(duet::Database(this->db));
    did([this] { return this->db.drop_all(bookshop::models); });
    EXPECT_TRUE(this->read().tables.empty());
    did([this] { return this->db.drop_all(bookshop::models); });
    bookshop::fill(duet::Database(this->db));
    EXPECT_EQ(got(this->db.count(duet::query<bookshop::Book>())), 5);
}

TYPED_TEST(Schema, QueriesFollowAChangeOfTheTablesBehindTheirBack) {
    bookshop::fill(duet::Database(this->db));
    EXPECT_EQ(got(this->db.count(duet::query<bookshop::Genre>())), 3);
    EXPECT_EQ(got(this->db.all(duet::query<bookshop::Genre>())).size(), 3u);
    did([this] {
        return this->db.execute_script(
            "ALTER TABLE genres ADD COLUMN extra TEXT; CREATE INDEX by_name ON genres (name)");
    });
    EXPECT_EQ(got(this->db.all(duet::query<bookshop::Genre>().order_by("id"))).at(2).name, "poetry");
    did([this] { return this->db.execute_script("ALTER TABLE genres RENAME COLUMN name TO label"); });
    EXPECT_THROW((void)got(this->db.all(duet::query<bookshop::Genre>().order_by("id"))), duet::DatabaseError);
}

TYPED_TEST(Schema, EveryColumnTypeHasAForm) {
    did([this] { return this->db.create_all(column_types::models); });
    const auto schema = this->read();
    EXPECT_EQ(schema.tables.size(), 6u);
    EXPECT_EQ(schema.table("wide")->columns.size(), 64u);
    for (const auto& column : schema.table("optionals")->columns)
        EXPECT_EQ(column.nullable, column.name != "id") << column.name;
    for (const auto& column : schema.table("numbers")->columns)
        EXPECT_FALSE(column.type.empty()) << column.name;
}

}  // namespace
