#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

// duet_unit.cpp on SOCI: the same three tables and the same ten operations, through its object mapping.
struct User {
    long long id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active = true;
    std::string created_at{};
};

struct Post {
    long long id{};
    std::string title{};
    std::string body{};
    int views{};
    long long author_id{};
};

struct Comment {
    long long id{};
    std::string text{};
    std::string written_at{};
    long long post_id{};
};

struct UserWithPosts {
    User user{};
    std::vector<Post> posts{};
};

namespace soci {

template <>
struct type_conversion<User> {
    using base_type = values;
    static void from_base(const values& row, indicator, User& user) {
        user.id = row.get<int>("id");
        user.email = row.get<std::string>("email");
        user.name = row.get<std::string>("name");
        user.age = row.get<int>("age");
        user.score = row.get<double>("score");
        user.bio.reset();
        if (row.get_indicator("bio") != i_null) user.bio = row.get<std::string>("bio");
        user.is_active = row.get<int>("is_active") != 0;
        user.created_at = row.get<std::string>("created_at");
    }
    static void to_base(const User& user, values& row, indicator& state) {
        row.set("email", user.email);
        row.set("name", user.name);
        row.set("age", user.age);
        row.set("score", user.score);
        row.set("bio", user.bio.value_or(""), user.bio ? i_ok : i_null);
        row.set("is_active", user.is_active ? 1 : 0);
        row.set("created_at", user.created_at);
        state = i_ok;
    }
};

template <>
struct type_conversion<Post> {
    using base_type = values;
    static void from_base(const values& row, indicator, Post& post) {
        post.id = row.get<int>("id");
        post.title = row.get<std::string>("title");
        post.body = row.get<std::string>("body");
        post.views = row.get<int>("views");
        post.author_id = row.get<int>("author_id");
    }
    static void to_base(const Post& post, values& row, indicator& state) {
        row.set("title", post.title);
        row.set("body", post.body);
        row.set("views", post.views);
        row.set("author_id", post.author_id);
        state = i_ok;
    }
};

template <>
struct type_conversion<Comment> {
    using base_type = values;
    static void from_base(const values& row, indicator, Comment& comment) {
        comment.id = row.get<int>("id");
        comment.text = row.get<std::string>("text");
        comment.written_at = row.get<std::string>("written_at");
        comment.post_id = row.get<int>("post_id");
    }
    static void to_base(const Comment& comment, values& row, indicator& state) {
        row.set("text", comment.text);
        row.set("written_at", comment.written_at);
        row.set("post_id", comment.post_id);
        state = i_ok;
    }
};

}  // namespace soci

using soci::into;
using soci::use;

const std::string user_columns = "SELECT id, email, name, age, score, bio, is_active, created_at FROM users";

long long create(soci::session& sql, const User& user) {
    sql << "INSERT INTO users (email, name, age, score, bio, is_active, created_at) "
           "VALUES (:email, :name, :age, :score, :bio, :is_active, :created_at)",
        use(user);
    long long id = 0;
    sql.get_last_insert_id("users", id);
    return id;
}

long long create(soci::session& sql, const Post& post) {
    sql << "INSERT INTO posts (title, body, views, author_id) VALUES (:title, :body, :views, :author_id)",
        use(post);
    long long id = 0;
    sql.get_last_insert_id("posts", id);
    return id;
}

void create(soci::session& sql, const Comment& comment) {
    sql << "INSERT INTO comments (text, written_at, post_id) VALUES (:text, :written_at, :post_id)",
        use(comment);
}

std::vector<UserWithPosts> active_with_posts(soci::session& sql) {
    std::vector<UserWithPosts> found;
    const soci::rowset<User> users = (sql.prepare << user_columns + " WHERE is_active = 1 ORDER BY id");
    for (const User& user : users) found.push_back({user, {}});
    const soci::rowset<Post> posts =
        (sql.prepare << "SELECT id, title, body, views, author_id FROM posts "
                        "WHERE author_id IN (SELECT id FROM users WHERE is_active = 1) ORDER BY author_id");
    auto parent = found.begin();
    for (const Post& post : posts) {
        while (parent->user.id != post.author_id) ++parent;
        parent->posts.push_back(post);
    }
    return found;
}

long long execute(soci::statement&& statement) {
    statement.execute(true);
    return statement.get_affected_rows();
}

int main() {
    soci::session sql{soci::sqlite3, ":memory:"};
    sql << "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, name TEXT "
           "NOT NULL, "
           "age INTEGER NOT NULL, score REAL NOT NULL, bio TEXT, is_active INTEGER NOT NULL, created_at TEXT "
           "NOT NULL)";
    sql << "CREATE INDEX users_name_age ON users (name, age)";
    sql << "CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body TEXT NOT "
           "NULL, "
           "views INTEGER NOT NULL, author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE)";
    sql << "CREATE TABLE comments (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, written_at TEXT "
           "NOT NULL, "
           "post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE)";

    User ada{.email = "ada@example.com", .name = "Ada", .age = 30};
    ada.id = create(sql, ada);  // 1
    Post post{.title = "Hello", .body = "World", .author_id = ada.id};
    post.id = create(sql, post);                                // 2
    create(sql, Comment{.text = "First", .post_id = post.id});  // 3
    User found;
    sql << user_columns + " WHERE id = :id", use(ada.id), into(found);  // 4
    const int grown_up = 18;
    const soci::rowset<User> rows =
        (sql.prepare << user_columns + " WHERE age >= :age ORDER BY created_at DESC LIMIT 10",
         use(grown_up));  // 5
    const std::vector<User> adults(rows.begin(), rows.end());
    const auto with_posts = active_with_posts(sql);  // 6
    int hers = 0;
    const std::string name = "Ada";
    sql << "SELECT count(*) FROM posts JOIN users ON users.id = posts.author_id WHERE users.name = :name",
        use(name),
        into(hers);  // 7
    ada.age = 31;
    sql << "UPDATE users SET age = :age WHERE id = :id", use(ada.age), use(ada.id);  // 8
    const int few = 10;
    const long long seen =
        execute((sql.prepare << "UPDATE posts SET views = views + 1 WHERE views < :few", use(few)));  // 9
    const std::string pattern = "%first%";
    const long long removed =
        execute((sql.prepare << "DELETE FROM comments WHERE text LIKE :pattern", use(pattern)));  // 10
    std::printf("%d %zu %zu %d\n", found.age, adults.size(), with_posts.size(),
                hers + static_cast<int>(seen) + static_cast<int>(removed));
}
