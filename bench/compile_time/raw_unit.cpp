#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <sqlite3.h>

// duet_unit.cpp by hand: the same three tables and the same ten operations on SQLite's C API.
struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active = true;
    std::string created_at{};
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::string body{};
    int views{};
    std::int64_t author_id{};
};

struct Comment {
    std::int64_t id{};
    std::string text{};
    std::string written_at{};
    std::int64_t post_id{};
};

struct UserWithPosts {
    User user{};
    std::vector<Post> posts{};
};

sqlite3* db = nullptr;

[[noreturn]] void fail() {
    std::fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    std::exit(1);
}

struct Statement {
    explicit Statement(const std::string& sql) {
        if (sqlite3_prepare_v2(db, sql.c_str(), -1, &handle, nullptr) != SQLITE_OK) fail();
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(handle); }

    void bind(int place, std::int64_t value) { sqlite3_bind_int64(handle, place, value); }
    void bind(int place, double value) { sqlite3_bind_double(handle, place, value); }
    void bind(int place, const std::string& value) {
        sqlite3_bind_text(handle, place, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    }
    void bind(int place, const std::optional<std::string>& value) {
        value ? bind(place, *value) : static_cast<void>(sqlite3_bind_null(handle, place));
    }
    bool step() {
        const int code = sqlite3_step(handle);
        if (code != SQLITE_ROW && code != SQLITE_DONE) fail();
        return code == SQLITE_ROW;
    }
    std::int64_t integer(int column) { return sqlite3_column_int64(handle, column); }
    std::string text(int column) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, column));
        return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle, column))};
    }

    sqlite3_stmt* handle = nullptr;
};

User read_user(Statement& row) {
    User user;
    user.id = row.integer(0);
    user.email = row.text(1);
    user.name = row.text(2);
    user.age = static_cast<int>(row.integer(3));
    user.score = sqlite3_column_double(row.handle, 4);
    if (sqlite3_column_type(row.handle, 5) != SQLITE_NULL) user.bio = row.text(5);
    user.is_active = row.integer(6) != 0;
    user.created_at = row.text(7);
    return user;
}

const std::string user_columns = "SELECT id, email, name, age, score, bio, is_active, created_at FROM users";

void create(User& user) {
    Statement insert{
        "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES (?, ?, ?, ?, ?, ?, "
        "?)"};
    insert.bind(1, user.email);
    insert.bind(2, user.name);
    insert.bind(3, static_cast<std::int64_t>(user.age));
    insert.bind(4, user.score);
    insert.bind(5, user.bio);
    insert.bind(6, static_cast<std::int64_t>(user.is_active));
    insert.bind(7, user.created_at);
    insert.step();
    user.id = sqlite3_last_insert_rowid(db);
}

void create(Post& post) {
    Statement insert{"INSERT INTO posts (title, body, views, author_id) VALUES (?, ?, ?, ?)"};
    insert.bind(1, post.title);
    insert.bind(2, post.body);
    insert.bind(3, static_cast<std::int64_t>(post.views));
    insert.bind(4, post.author_id);
    insert.step();
    post.id = sqlite3_last_insert_rowid(db);
}

void create(Comment& comment) {
    Statement insert{"INSERT INTO comments (text, written_at, post_id) VALUES (?, ?, ?)"};
    insert.bind(1, comment.text);
    insert.bind(2, comment.written_at);
    insert.bind(3, comment.post_id);
    insert.step();
    comment.id = sqlite3_last_insert_rowid(db);
}

std::optional<User> get_user(std::int64_t id) {
    Statement select{user_columns + " WHERE id = ?"};
    select.bind(1, id);
    return select.step() ? std::optional{read_user(select)} : std::nullopt;
}

std::vector<User> adults() {
    Statement select{user_columns + " WHERE age >= ? ORDER BY created_at DESC LIMIT 10"};
    select.bind(1, std::int64_t{18});
    std::vector<User> users;
    while (select.step()) users.push_back(read_user(select));
    return users;
}

std::vector<UserWithPosts> active_with_posts() {
    std::vector<UserWithPosts> found;
    Statement users{user_columns + " WHERE is_active = 1 ORDER BY id"};
    while (users.step()) found.push_back({read_user(users), {}});
    Statement posts{
        "SELECT id, title, body, views, author_id FROM posts "
        "WHERE author_id IN (SELECT id FROM users WHERE is_active = 1) ORDER BY author_id"};
    auto parent = found.begin();
    while (posts.step()) {
        Post post{posts.integer(0), posts.text(1), posts.text(2), static_cast<int>(posts.integer(3)),
                  posts.integer(4)};
        while (parent->user.id != post.author_id) ++parent;
        parent->posts.push_back(std::move(post));
    }
    return found;
}

int main() {
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) fail();
    const char* schema =
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, name TEXT NOT "
        "NULL, "
        "age INTEGER NOT NULL, score REAL NOT NULL, bio TEXT, is_active INTEGER NOT NULL, created_at TEXT "
        "NOT NULL);"
        "CREATE INDEX users_name_age ON users (name, age);"
        "CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body TEXT NOT NULL, "
        "views INTEGER NOT NULL, author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE);"
        "CREATE TABLE comments (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, written_at TEXT "
        "NOT NULL, "
        "post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE);";
    if (sqlite3_exec(db, schema, nullptr, nullptr, nullptr) != SQLITE_OK) fail();

    User ada{.email = "ada@example.com", .name = "Ada", .age = 30};
    create(ada);  // 1
    Post post{.title = "Hello", .body = "World", .author_id = ada.id};
    create(post);  // 2
    Comment comment{.text = "First", .post_id = post.id};
    create(comment);                                     // 3
    const std::optional<User> found = get_user(ada.id);  // 4
    const std::vector<User> grown = adults();            // 5
    const auto with_posts = active_with_posts();         // 6
    Statement hers{
        "SELECT count(*) FROM posts JOIN users ON users.id = posts.author_id WHERE users.name = ?"};  // 7
    hers.bind(1, std::string{"Ada"});
    hers.step();
    Statement birthday{"UPDATE users SET age = ? WHERE id = ?"};  // 8
    birthday.bind(1, std::int64_t{31});
    birthday.bind(2, ada.id);
    birthday.step();
    Statement seen{"UPDATE posts SET views = views + 1 WHERE views < ?"};  // 9
    seen.bind(1, std::int64_t{10});
    seen.step();
    const int seen_count = sqlite3_changes(db);
    Statement removed{"DELETE FROM comments WHERE text LIKE ?"};  // 10
    removed.bind(1, std::string{"%first%"});
    removed.step();
    std::printf("%d %zu %zu %d\n", found ? found->age : 0, grown.size(), with_posts.size(),
                static_cast<int>(hers.integer(0)) + seen_count + sqlite3_changes(db));
}
