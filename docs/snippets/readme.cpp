// [first]
#include <duet/duet.hpp>

#include <iostream>

using namespace duet::literals;

struct Post;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};
    duet::HasMany<Post> posts{};
    static constexpr auto table = duet::table("users", duet::check("born", "age >= 0"));
};
struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};
    static constexpr auto table = duet::table("posts", duet::on_delete("author", duet::cascade));
};

void report(duet::Database& db) {
    db.transaction([&](duet::Transaction& tx) {
        const User ada = tx.create(User{.name = "Ada", .age = 36});
        tx.create(Post{.title = "Notes on the engine", .author = ada});
    });
    const auto adults = db.query<User>().where("age"_c >= 18).order_by("-age").related("posts"_c).all();
    for (const User& user : adults) std::cout << user.name << ": " << user.posts.size() << " posts\n";
}
// [/first]

// [async]
duet::Task<> report(duet::AsyncDatabase& db) {
    const auto adults =
        co_await db.query<User>().where("age"_c >= 18).order_by("-age").related("posts"_c).all();
    for (const User& user : adults) std::cout << user.name << ": " << user.posts.size() << " posts\n";
}
// [/async]

void tour(duet::Database& db, const std::string& from_request) {
    User ada = *db.query<User>().first();
    // [tour]
    // A query is an ordinary value of one type: build it up at run time, store it, run it on any handle.
    auto query = duet::query<User>().where("age"_c.between(18, 65));
    if (!from_request.empty()) query = query.where("name"_c.icontains(from_request));
    const std::int64_t matches = db.count(query);

    // Across relations, both ways.
    const auto posts = db.query<Post>().where("author.name"_c == "Ada").order_by("author.age", "-id").all();
    const auto writers = db.query<User>().where(duet::count_of("posts"_c) >= 1).all();

    // Only what you need: into structs, tuples or flat lists; figures by group.
    const auto names = db.query<User>().order_by("name").select("name"_c);
    const auto by_age =
        db.query<User>().group_by("age"_c).having(duet::count() > 1).select("age"_c, duet::count());

    // Writes say what they mean, and a whole table only on request.
    db.update(ada, "age"_c = "age"_c + 1);
    db.query<Post>().where("title"_c.startswith("Draft")).delete_bulk();
    db.get_or_create<User>(duet::by("name"_c = "Grace"), duet::defaults("age"_c = 85));

    // SQL, when you want it: {} is always a bound parameter.
    const auto oldest = db.sql("SELECT max(age) FROM users WHERE name <> {}", "Ada").scalar<int>();
    // [/tour]
    std::cout << matches << ' ' << posts.size() << ' ' << writers.size() << ' ' << names.size() << ' '
              << by_age.size() << ' ' << oldest << '\n';
}

int main() {
    // [main]
    duet::Database db{"sqlite:///app.db"};
    db.create_all(duet::models<User, Post>);  // for a start; it creates what is not there yet
    report(db);

    duet::AsyncDatabase async_db{db};  // the other mode over the same connections
    duet::run(report(async_db));
    // [/main]
    tour(db, "a");
}
