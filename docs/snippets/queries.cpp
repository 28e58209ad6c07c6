#include <duet/duet.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;
using namespace std::chrono_literals;

struct Post;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    bool is_active = true;
    std::optional<std::string> bio{};
    duet::Json profile{};
    duet::Timestamp created_at{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::default_now("created_at"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::int64_t views{};
    bool published{};
    std::optional<duet::Timestamp> published_at{};
    std::string category{};
    std::vector<std::string> tags{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};

namespace {

// [scope]
auto published() { return "published"_c == true && "published_at"_c <= duet::now(); }

duet::Query<Post> newest(const duet::Query<Post>& posts) {
    return posts.order_by("-published_at", "-id").limit(10);
}
// [/scope]

// [search]
struct Search {
    std::optional<std::string> name{};
    std::optional<int> min_age{};
    std::optional<bool> active{};
};

duet::Query<User> users_like(const Search& search) {
    auto query = duet::query<User>();
    if (search.name) query = query.where("name"_c.icontains(*search.name));
    if (search.min_age) query = query.where("age"_c >= *search.min_age);
    if (search.active) query = query.where("is_active"_c == *search.active);
    return query;
}
// [/search]

// [condition]
duet::Condition<User> any_name(const std::vector<std::string>& names) {
    duet::Condition<User> any;  // empty: no condition yet
    for (const std::string& name : names) any = any || "name"_c.istartswith(name);
    return any;
}
// [/condition]

struct Queries : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    User ada, grace;

    void SetUp() override {
        db.create_all(duet::models<User, Post>);
        ada = db.create(User{.email = "ada@example.com",
                             .name = "Ada",
                             .age = 36,
                             .profile = duet::Json::parse(R"({"flags": {"beta": true}, "score": 7})")});
        grace = db.create(User{.email = "grace@example.com", .name = "Grace", .age = 85, .bio = "Navy"});
        const duet::Timestamp past =
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now() - 24h);
        db.create_bulk(
            std::vector<Post>{{.title = "Notes",
                               .views = 120,
                               .published = true,
                               .published_at = past,
                               .category = "maths",
                               .tags = {"c++", "db"},
                               .author = ada},
                              {.title = "Numbers",
                               .views = 80,
                               .published = true,
                               .published_at = past,
                               .category = "maths",
                               .author = ada},
                              {.title = "Bug", .views = 900, .category = "machines", .author = grace}});
    }
};

TEST_F(Queries, First) {
    // [first]
    const auto adults = db.query<User>()
                            .where("age"_c >= 18 && "name"_c.icontains("a"))
                            .order_by("-created_at", "id")
                            .limit(50)
                            .all();
    // [/first]
    EXPECT_EQ(adults.size(), 2U);

    // [terminals]
    const std::optional<User> oldest = db.query<User>().order_by("-age").first();
    const User her = db.query<User>().where("email"_c == "ada@example.com").one();  // NotFound, MultipleFound
    const std::int64_t active = db.query<User>().where("is_active"_c == true).count();
    const bool minors = db.query<User>().where("age"_c < 18).exists();
    const std::optional<User> second = db.get<User>(2);  // by primary key
    // [/terminals]
    EXPECT_EQ(oldest->name, "Grace");
    EXPECT_EQ(her.name, "Ada");
    EXPECT_EQ(active, 2);
    EXPECT_FALSE(minors);
    EXPECT_EQ(second->name, "Grace");
}

TEST_F(Queries, Values) {
    // [value]
    const auto base = duet::query<User>().where("is_active"_c == true);  // no handle needed
    const auto adults = base.where("age"_c >= 18);                       // `base` is as it was
    const auto count = db.count(adults);
    const auto rows = db.query(adults).order_by("name").all();
    // [/value]
    EXPECT_EQ(count, 2);
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(db.all(users_like({.name = "gra", .min_age = 18})).size(), 1U);
    EXPECT_EQ(db.count(users_like({})), 2);
    EXPECT_EQ(db.query<User>().where(any_name({"ad", "gr"})).count(), 2);
    EXPECT_EQ(db.query<User>().where(any_name({"gr"})).count(), 1);
    EXPECT_EQ(db.query<User>().where(any_name({})).count(), 2);

    // [use_scope]
    const auto posts = db.query<Post>().where(published()).all();
    const auto front = db.all(duet::query<Post>().where(published()).apply(newest));
    // [/use_scope]
    EXPECT_EQ(posts.size(), 2U);
    EXPECT_EQ(front.size(), 2U);
}

TEST_F(Queries, Conditions) {
    // [conditions]
    const auto query = duet::query<User>()
                           .where("age"_c.between(18, 65) || "bio"_c.is_not_null())
                           .where(!"email"_c.endswith("@spam.example"))  // a second where: and
                           .where("name"_c.in_({"Ada", "Grace"}))
                           .where("created_at"_c >= std::chrono::system_clock::now() - std::chrono::days{7});
    // [/conditions]
    EXPECT_EQ(db.count(query), 2);

    // [member_pointer]
    const auto grown_up = duet::query<User>().where(duet::col<&User::age> >= 18);  // "age"_c, safe to rename
    // [/member_pointer]
    EXPECT_EQ(db.count(grown_up), 2);

    // [across]
    const auto hers =
        db.query<Post>().where("author.name"_c == "Ada").order_by("author.name", "-views").all();
    const auto same = db.query<Post>().where("author"_c == ada).all();
    // [/across]
    EXPECT_EQ(hers.size(), 2U);
    EXPECT_EQ(same.size(), 2U);

    // [children]
    const auto popular = db.query<User>().where(duet::any("posts"_c, "views"_c > 100)).all();
    const auto tidy = db.query<User>().where(duet::all("posts"_c, "published"_c == true)).all();
    const auto silent = db.query<User>().where(duet::none("posts"_c)).all();
    const auto busy = db.query<User>().where(duet::count_of("posts"_c) > 1).all();
    // [/children]
    EXPECT_EQ(popular.size(), 2U);
    EXPECT_EQ(tidy.size(), 1U);
    EXPECT_EQ(silent.size(), 0U);
    EXPECT_EQ(busy.size(), 1U);

    // [json]
    const auto testers = db.query<User>().where("profile"_c["flags"]["beta"].is_true()).all();
    const auto good = db.query<User>().where("profile"_c["score"] >= 5).all();
    const auto tagged = db.query<Post>().where("tags"_c.contains("c++")).all();
    // [/json]
    EXPECT_EQ(testers.size(), 1U);
    EXPECT_EQ(good.size(), 1U);
    EXPECT_EQ(tagged.size(), 1U);

    // [subquery]
    const auto authors = duet::query<Post>().where("views"_c > 500);
    const auto famous = db.query<User>().where("id"_c.in_(authors, "author"_c)).all();
    const auto lonely = db.query<User>()
                            .where(!duet::exists(duet::query<Post>().where(
                                "author"_c == duet::outer<User>("id"_c) && "published"_c == true)))
                            .all();
    // [/subquery]
    EXPECT_EQ(famous.size(), 1U);
    EXPECT_EQ(lonely.size(), 1U);
}

TEST_F(Queries, Shapes) {
    // [projection]
    struct Card {
        std::string name;
        int age;
    };
    const std::vector<Card> cards =
        db.query<User>().order_by("name").all<Card>();  // reads these two columns only

    const std::vector<std::string> emails = db.query<User>().order_by("id").select("email"_c);
    for (const auto& [id, name] : db.query<User>().select("id"_c, duet::upper("name"_c))) {
        std::cout << id << ' ' << name << '\n';
    }
    // [/projection]
    EXPECT_EQ(cards.at(1).name, "Grace");
    EXPECT_EQ(emails.size(), 2U);

    // [aggregate]
    const auto [total, active, mean, latest] = db.query<User>().aggregate(
        duet::count(), duet::count().filter("is_active"_c == true), duet::avg("age"_c),
        duet::max("created_at"_c));  // avg and max are optionals: NULL over no rows
    // [/aggregate]
    EXPECT_EQ(total, 2);
    EXPECT_EQ(active, 2);
    EXPECT_DOUBLE_EQ(*mean, 60.5);
    EXPECT_EQ(*latest, grace.created_at);

    // [group]
    struct CategoryCount {
        std::string category;
        std::int64_t posts;
    };
    const auto categories = db.query<Post>()
                                .group_by("category"_c)
                                .having(duet::count() >= 2)
                                .order_by(duet::desc(duet::count()))
                                .select<CategoryCount>("category"_c, duet::count());
    // [/group]
    EXPECT_EQ(categories.at(0).posts, 2);

    // [functions]
    const auto labels = db.query<User>().order_by("id").select(
        duet::concat("name"_c, " <", "email"_c, ">"),
        duet::case_().when("age"_c < 18, "minor").when("age"_c < 65, "adult").otherwise("senior"),
        duet::coalesce("bio"_c, "nothing yet"), duet::year("created_at"_c));
    // [/functions]
    EXPECT_EQ(std::get<0>(labels.at(0)), "Ada <ada@example.com>");
    EXPECT_EQ(std::get<1>(labels.at(1)), "senior");
    EXPECT_EQ(std::get<2>(labels.at(0)), "nothing yet");

    // [named_function]
    const auto lengths = db.query<User>().select(duet::fn<std::int64_t>("instr")("email"_c, "@"));
    // [/named_function]
    EXPECT_EQ(lengths.at(0), 4);
}

TEST_F(Queries, Pages) {
    // [paginate]
    const duet::Page<Post> page = db.query<Post>().order_by("-views", "id").paginate(20, 0);
    std::cout << page.items.size() << " of " << page.total << (page.has_next() ? ", more to come\n" : "\n");
    // [/paginate]
    EXPECT_EQ(page.total, 3);

    std::vector<std::string> seen;
    // [keyset]
    const auto by_views = duet::query<Post>().order_by("-views");
    std::string cursor;
    do {
        const duet::KeysetPage<Post> part = db.query(by_views).page_after(cursor, 2);
        for (const Post& post : part.items) seen.push_back(post.title);
        cursor = part.next;  // plain text: give it to the client, take it back with the next request
    } while (!cursor.empty());
    // [/keyset]
    EXPECT_EQ(seen, (std::vector<std::string>{"Bug", "Notes", "Numbers"}));

    std::int64_t sum = 0;
    // [iterate]
    for (const Post& post : db.query<Post>().order_by("id").iterate(5000))
        sum += post.views;  // 5000 rows at a time in memory
    // [/iterate]
    EXPECT_EQ(sum, 1100);

    // [runtime]
    const std::string wanted = "-views,author.name";  // from a request
    const auto sorted = db.query<Post>().order_by(duet::runtime(wanted)).all();
    const auto filtered = db.query<Post>().where(duet::runtime_column("views") >= 100).all();
    EXPECT_THROW((void)duet::query<Post>().order_by(duet::runtime("password")), duet::InvalidQuery);
    // [/runtime]
    EXPECT_EQ(sorted.at(0).title, "Bug");
    EXPECT_EQ(filtered.size(), 2U);

    // [explain]
    const auto query = db.query<Post>().where("views"_c >= 100);
    std::cout << query.to_sql() << '\n' << query.explain() << '\n';
    // [/explain]
    EXPECT_NE(query.to_sql().find("WHERE"), std::string::npos);
}

}  // namespace
