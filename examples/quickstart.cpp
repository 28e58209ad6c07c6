// The story of duet on one database file: quickstart [path of the file]
#include <duet/duet.hpp>

#include <chrono>
#include <iomanip>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

using namespace duet::literals;

// Models are plain structs. Names in table(...) and in "..."_c are checked by the compiler.
struct Post;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    duet::Timestamp created_at{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table(
        "users", duet::unique("email"), duet::check("of_age", "age >= 0"), duet::default_now("created_at"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::int64_t views{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts", duet::on_delete("author", duet::cascade));
};

inline constexpr auto models = duet::models<User, Post>;

namespace {

// Prints what it is given as one line of the story.
template <class... Parts>
void say(const Parts&... parts) {
    std::cout << "  ";
    (std::cout << ... << parts) << '\n';
}

/// Remembers the statements that ran, how long they took, and which line of this file asked for them.
class Log {
public:
    /// May be called by several threads at a time.
    void add(const duet::QueryEvent& event) {
        const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(event.duration).count();
        std::ostringstream line;
        line << "    quickstart.cpp:" << std::left << std::setw(4) << event.where.line() << std::right
             << std::setw(6) << micros << " us  " << shortened(std::string(event.sql));
        const std::lock_guard lock(mutex_);
        lines_.push_back(line.str());
    }
    void show() {
        const std::lock_guard lock(mutex_);
        for (const std::string& line : lines_) std::cout << line << '\n';
        lines_.clear();
    }

private:
    static std::string shortened(std::string sql) {
        std::erase(sql, '\n');
        for (std::size_t at; (at = sql.find("    ")) != std::string::npos;) sql.erase(at, 3);
        const std::size_t from = sql.find(" FROM ");
        if (sql.starts_with("SELECT ") && from != std::string::npos && from > 40)
            sql.replace(7, from - 7, "...");
        return sql.size() > 86 ? sql.substr(0, 82) + " ..." : sql;
    }

    std::mutex mutex_;
    std::vector<std::string> lines_;
};
Log sql_log;

void chapter(const char* title) {
    sql_log.show();
    std::cout << '\n' << title << '\n';
}

void blocking(duet::Database& db) {
    chapter("Tables, made from the structs");
    db.create_all(models);
    for (const duet::SchemaTable& table : db.introspect().tables) {
        say(table.name, ": ", table.columns.size(), " columns");
    }

    chapter("Create: rows come back with their keys");
    User ada = db.create(User{.email = "ada@example.com", .name = "Ada", .age = 36});
    const User grace = db.create(User{.email = "grace@example.com", .name = "Grace", .age = 85});
    say(ada.name, " is number ", ada.id, ", ", grace.name, " is number ", grace.id);
    db.create_bulk(std::vector<Post>{{.title = "Notes on the engine", .views = 120, .author = ada},
                                     {.title = "On Bernoulli numbers", .views = 80, .author = ada},
                                     {.title = "The first bug", .views = 900, .author = grace}});

    chapter("Query: conditions are values, checked by the compiler and bound as parameters");
    for (const Post& post :
         db.query<Post>().where("views"_c >= 100 && "author.name"_c == "Ada").order_by("-views").all()) {
        say(post.title, ": ", post.views, " views");
    }

    chapter("Related rows: two statements, however many users there are");
    for (const User& user : db.query<User>().order_by("name").related("posts"_c).all()) {
        say(user.name, " wrote ", user.posts.size());
        for (const Post& post : user.posts) say("  ", post.title);
    }

    chapter("Update: one column of one row, then a counter in the database");
    db.update(ada, "age"_c = 37);
    const auto touched = db.query<Post>().where("author"_c == ada).update_bulk("views"_c = "views"_c + 1);
    say("Ada is ", ada.age, " now, and ", touched, " of her posts were read once more");

    chapter("A transaction: what is thrown out of the block rolls it back");
    try {
        db.transaction([&](duet::Transaction& tx) {
            tx.remove(ada);
            say("inside: ", tx.query<User>().count(), " user is left");
            tx.create(User{.email = "grace@example.com", .name = "Another Grace"});
        });
    } catch (const duet::UniqueViolation& error) {
        say(error.what(), ", in line ", error.where().line());
    }
    say("outside: ", db.query<User>().count(), " users, as before");

    chapter("A guard: no write to a whole table by accident");
    try {
        db.query<Post>().delete_bulk();
    } catch (const duet::InvalidQuery& error) {
        say(error.what());
    }
}

duet::Task<> asynchronous(duet::AsyncDatabase& db) {
    chapter("The same words in a coroutine");
    User alan{.email = "alan@example.com", .name = "Alan", .age = 41};
    alan = co_await db.create(alan);
    co_await db.transaction([&](duet::AsyncTransaction& tx) -> duet::Task<> {
        const Post post{.title = "Computing machinery", .views = 1950, .author = alan};
        co_await tx.create(post);
    });
    const auto users =
        co_await db.query<User>().where(duet::any("posts"_c)).order_by("-age").related("posts"_c).all();
    for (const User& user : users) say(user.name, ", ", user.age, ", posts: ", user.posts.size());

    chapter("Side by side, on connections of their own");
    const auto [posts, views] =
        co_await duet::when_all(db.query<Post>().count(), db.query<Post>().aggregate(duet::sum("views"_c)));
    say(posts, " posts, ", views.value_or(0), " views");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string path = argc > 1 ? argv[1] : "quickstart.db";
    duet::Database db{"sqlite:///" + path};
    db.drop_all(models);  // the story can be told more than once
    const duet::QueryHook hook = db.on_query([](const duet::QueryEvent& event) { sql_log.add(event); });
    std::cout << "duet on " << path << '\n';

    blocking(db);

    duet::AsyncDatabase async_db{db};  // the same connections, the other mode
    duet::run([&] { return asynchronous(async_db); });
    sql_log.show();
}
