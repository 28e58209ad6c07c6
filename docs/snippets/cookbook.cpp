#include <duet/duet.hpp>
#include <duet/payload.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Post;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    std::string external_id{};
    duet::Json profile{};
    duet::Timestamps times{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::unique("email"));
};

// [soft_delete_model]
struct Post {
    std::int64_t id{};
    std::string slug{};
    std::string title{};
    std::int64_t views{};
    std::vector<std::string> tags{};
    bool published{};
    std::optional<duet::Timestamp> published_at{};
    duet::BelongsTo<User> author{};
    duet::SoftDelete deletion{};

    static constexpr auto table =
        duet::table("posts",  // two live posts cannot share a slug; deleted ones can
                    duet::unique("slug").where("deleted_at IS NULL"));
};
// [/soft_delete_model]

// [audit_model]
struct AuditEntry {
    std::int64_t id{};
    std::string model{};
    std::int64_t row{};
    std::string action{};
    duet::Json payload{};
    duet::Timestamps times{};

    static constexpr auto table = duet::table("audit_log", duet::index("model", "row"));
};
// [/audit_model]

// [job_model]
struct Product {
    std::int64_t id{};
    std::string external_id{};
    std::string name{};
    duet::Decimal price{};
    duet::Timestamp updated_at{};

    static constexpr auto table = duet::table("products", duet::unique("external_id"));
};
// [/job_model]

namespace {

// [search]
struct Filters {
    std::optional<std::string> name{};
    std::optional<int> min_age{};
    std::optional<std::string> tag{};
    std::optional<std::string> flag{};
};

duet::Query<User> search(const Filters& filters) {
    auto query = duet::query<User>();
    if (filters.name) query = query.where("name"_c.icontains(*filters.name));
    if (filters.min_age) query = query.where("age"_c >= *filters.min_age);
    if (filters.tag)
        query = query.related("posts"_c, "tags"_c.contains(*filters.tag));  // which posts to load
    if (filters.flag) query = query.where("profile"_c["flags"][*filters.flag].is_true());
    return query.order_by("-created_at", "id");
}
// [/search]

// [get_or_create]
User user_with(duet::Database& db, const std::string& email, const std::string& name) {
    return db.get_or_create<User>(duet::by("email"_c = email), duet::defaults("name"_c = name)).first;
}
// [/get_or_create]

// [dedup]
std::size_t add_new(duet::Database& db, std::vector<User> batch) {
    std::vector<std::string> emails;
    for (const User& user : batch) emails.push_back(user.email);
    const auto known = db.query<User>().where("email"_c.in_(emails)).select("email"_c);
    std::set<std::string> seen(known.begin(), known.end());
    std::erase_if(batch, [&](const User& user) { return !seen.insert(user.email).second; });
    return db.create_bulk(batch);
}
// [/dedup]

// [dedup_in_database]
std::size_t add_each(duet::Database& db, std::vector<User> batch) {
    return db.transaction([&](duet::Transaction& tx) {
        std::size_t added = 0;
        for (User& user : batch)
            added += tx.upsert(user, duet::conflict_on("email"), duet::do_nothing) ? 1 : 0;
        return added;
    });
}
// [/dedup_in_database]

// [upsert]
Product import_product(duet::Database& db, Product product) {
    db.upsert(product, duet::conflict_on("external_id"),
              duet::set("name", "price", "updated_at"_c = duet::now()));
    return product;  // as it is in the database now, whoever wrote it first
}
// [/upsert]

// [keyset]
struct Feed {
    std::vector<Post> posts;
    std::string next;
};
Feed feed(duet::Database& db, const std::string& cursor) {
    auto page = db.query<Post>().order_by("-published_at").page_after(cursor, 20);
    return {std::move(page.items), std::move(page.next)};
}
// [/keyset]

// [export]
struct UserExport {
    std::int64_t id{};
    std::string name{};
    std::string email{};
};

void export_users(duet::Database& db, std::ostream& out) {
    duet::write_csv<UserExport>(db.query<User>().order_by("id"),
                                out);  // quoted where it has to be, with flat memory
}
// [/export]

// [import]
struct UserImport {
    std::string email{};
    std::string name{};
    int age{};

    static constexpr auto rules = duet::rules(duet::email("email"), duet::length("name", 1, 80));
};

std::size_t import_users(duet::Database& db, std::istream& in) {
    std::size_t count = 0;
    std::vector<UserImport> batch;
    for (UserImport& row : duet::read_csv<UserImport>(in)) {  // throws with the line of a row that is wrong
        batch.push_back(std::move(row));
        if (batch.size() == 1000) {
            count += db.create_bulk<User>(batch);
            batch.clear();
        }
    }
    return count + db.create_bulk<User>(batch);
}
// [/import]

// [scopes]
auto published() { return "published"_c == true && "published_at"_c <= duet::now(); }
auto written_by(const User& user) { return "author"_c == user; }

duet::Query<Post> popular(const duet::Query<Post>& posts) {
    return posts.where("views"_c >= 100).order_by("-views");
}
// [/scopes]

// [audit]
void publish(duet::Database& db, Post& post) {
    db.transaction([&](duet::Transaction& tx) {
        tx.update(post, "published"_c = true, "published_at"_c = duet::now());
        tx.create(AuditEntry{.model = "Post",
                             .row = post.id,
                             .action = "published",
                             .payload = duet::Json::object({{"title", post.title}, {"views", post.views}})});
    });
}
// [/audit]

// [statistics]
struct Statistics {
    std::int64_t total;
    std::int64_t published;
    double mean_views;
    std::optional<duet::Timestamp> latest;
};
Statistics statistics(duet::Database& db) {
    const auto [total, shown, mean, latest] =
        db.query<Post>().aggregate(duet::count(), duet::count().filter("published"_c == true),
                                   duet::avg("views"_c), duet::max("published_at"_c));
    return {total, shown, mean.value_or(0), latest};
}
// [/statistics]

// [per_month]
struct Month {
    duet::Timestamp month;
    std::int64_t users;
};
std::vector<Month> per_month(duet::Database& db) {
    return db.query<User>()
        .group_by(duet::trunc_month("created_at"_c))
        .order_by(duet::trunc_month("created_at"_c))
        .select<Month>(duet::trunc_month("created_at"_c), duet::count());
}
// [/per_month]

struct Cookbook : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    User ada;
    void SetUp() override {
        db.create_all(duet::models<User, Post, AuditEntry, Product>);
        ada = db.create(User{.email = "ada@example.com",
                             .name = "Ada",
                             .age = 36,
                             .profile = duet::Json::parse(R"({"flags": {"beta": true, "old": false}})")});
    }
};

TEST_F(Cookbook, Searches) {
    db.create_bulk(
        std::vector<Post>{{.slug = "a", .tags = {"c++"}, .author = ada}, {.slug = "b", .author = ada}});
    // [use_search]
    const auto page = db.query(search({.name = "ad", .tag = "c++", .flag = "beta"})).paginate(50);
    // [/use_search]
    ASSERT_EQ(page.items.size(), 1U);
    EXPECT_EQ(page.items[0].posts.size(), 1U);
    EXPECT_EQ(db.count(search({.flag = "old"})), 0);
}

TEST_F(Cookbook, Creates) {
    EXPECT_EQ(user_with(db, "ada@example.com", "x").id, ada.id);
    EXPECT_EQ(add_new(db, {{.email = "ada@example.com"}, {.email = "b"}, {.email = "b"}, {.email = "c"}}),
              2U);
    EXPECT_EQ(add_each(db, {{.email = "c"}, {.email = "d"}}), 1U);
    const Product one =
        import_product(db, {.external_id = "x", .name = "one", .price = duet::Decimal::parse("1.10")});
    const Product two =
        import_product(db, {.external_id = "x", .name = "two", .price = duet::Decimal::parse("1.20")});
    EXPECT_EQ(one.id, two.id);
    EXPECT_EQ(two.name, "two");
    EXPECT_NE(two.updated_at, duet::Timestamp{});
}

TEST_F(Cookbook, Writes) {
    Post post = db.create(Post{.slug = "a", .author = ada});
    // [counter]
    db.query<Post>().where("id"_c == post.id).update_bulk("views"_c = "views"_c + 1);  // one UPDATE, no race
    // [/counter]
    db.refresh(post);
    EXPECT_EQ(post.views, 1);

    // [soft_delete]
    db.remove(post);                             // UPDATE ... SET deleted_at
    const auto live = db.query<Post>().count();  // passes over it
    const auto all = db.query<Post>().with_deleted().count();
    const auto bin = db.query<Post>().only_deleted().all();

    const Post successor = db.create(Post{.slug = "a", .author = ada});  // its slug is free
    EXPECT_THROW(db.restore(post), duet::UniqueViolation);               // and now it is not
    // [/soft_delete]
    EXPECT_EQ(live, 0);
    EXPECT_EQ(all, 1);
    EXPECT_EQ(bin.size(), 1U);
    db.remove(post, duet::hard);

    Post draft = successor;
    publish(db, draft);
    EXPECT_TRUE(draft.published_at.has_value());
    EXPECT_EQ(db.query<AuditEntry>().one().payload["views"].as_int(), 0);

    // [recent]
    const auto recent =
        db.query<Post>()
            .where("published_at"_c >= std::chrono::system_clock::now() - std::chrono::days{7})
            .all();
    // [/recent]
    EXPECT_EQ(recent.size(), 1U);
    EXPECT_EQ(statistics(db).published, 1);
    EXPECT_EQ(per_month(db).at(0).users, 1);

    // [json_flag]
    duet::Json profile = ada.profile;
    duet::Json flags = profile["flags"];
    flags.set("dark", true);
    profile.set("flags", flags);
    db.update(ada, "profile"_c = profile);
    const auto dark = db.query<User>().where("profile"_c["flags"]["dark"].is_true()).all();
    // [/json_flag]
    EXPECT_EQ(dark.size(), 1U);

    // [use_scopes]
    const auto hers = db.all(duet::query<Post>().where(published() && written_by(ada)).apply(popular));
    // [/use_scopes]
    EXPECT_EQ(hers.size(), 0U);

    // [query_log]
    std::ofstream log("queries.log");
    const duet::QueryHook hook = db.on_query([&log](const duet::QueryEvent& event) {
        if (event.affected > 0)
            log << event.affected << " rows changed by " << event.sql << '\n';  // no values
    });
    // [/query_log]
    db.update(ada, "age"_c = 37);
}

TEST_F(Cookbook, Reads) {
    std::vector<Post> posts;
    for (int i = 0; i < 45; ++i) posts.push_back({.slug = std::to_string(i), .author = ada});
    db.create_bulk(posts);
    Feed part = feed(db, "");
    std::size_t seen = part.posts.size();
    while (!part.next.empty()) {
        part = feed(db, part.next);
        seen += part.posts.size();
    }
    EXPECT_EQ(seen, 45U);
    std::ofstream file("users.csv");
    export_users(db, file);
    std::istringstream lines("email,name,age\nalan@example.com,Alan,41\n");
    EXPECT_EQ(import_users(db, lines), 1U);

    // [n_plus_one]
    const duet::StatementCounter statements{db};
    for (const Post& post : db.query<Post>().related("author"_c).limit(10).all())
        std::cout << post.author->name;
    EXPECT_EQ(statements.count(), 2U);
    // [/n_plus_one]
}

// [async]
duet::Task<> transfer_views(duet::AsyncDatabase& db, std::int64_t from, std::int64_t to) {
    co_await db.transaction(
        [&](duet::AsyncTransaction& tx) -> duet::Task<> {
            Post source = co_await tx.query<Post>().where("id"_c == from).one();
            Post target = co_await tx.query<Post>().where("id"_c == to).one();
            co_await tx.update(target, "views"_c = "views"_c + source.views);
            co_await tx.update(source, "views"_c = 0);
        },
        duet::retry(3));
}
// [/async]

TEST_F(Cookbook, Async) {
    const Post a = db.create(Post{.slug = "a", .views = 3, .author = ada});
    const Post b = db.create(Post{.slug = "b", .views = 4, .author = ada});
    duet::AsyncDatabase async_db{db};
    duet::run(transfer_views(async_db, a.id, b.id));
    EXPECT_EQ(db.get<Post>(b.id)->views, 7);
}

}  // namespace
