#include <duet/types/time_text.hpp>

#include <unordered_map>

#include "raw_sqlite.hpp"

// The C API as most programs use it: sqlite3_open's defaults, statements prepared once and reused,
// sqlite3_column_*, SQLITE_TRANSIENT, one statement per inserted row inside a transaction.
namespace bench {
namespace {

constexpr const char* user_columns = "id, email, name, age, score, bio, is_active, created_at";
constexpr const char* insert_user =
    "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)";

void read_text(sqlite3_stmt* statement, int column, std::string& out) {
    const unsigned char* text = sqlite3_column_text(statement, column);
    out.assign(reinterpret_cast<const char*>(text),
               static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

void read_post(sqlite3_stmt* statement, PostRow& post) {
    post.id = sqlite3_column_int64(statement, 0);
    read_text(statement, 1, post.title);
    read_text(statement, 2, post.body);
    post.views = sqlite3_column_int(statement, 3);
    post.author_id = sqlite3_column_int64(statement, 4);
}

void bind_text(sqlite3_stmt* statement, int place, const std::string& text) {
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

void bind_user(sqlite3_stmt* statement, const UserRow& user) {
    bind_text(statement, 1, user.email);
    bind_text(statement, 2, user.name);
    sqlite3_bind_int(statement, 3, user.age);
    sqlite3_bind_double(statement, 4, user.score);
    if (user.bio) {
        bind_text(statement, 5, *user.bio);
    } else {
        sqlite3_bind_null(statement, 5);
    }
    sqlite3_bind_int(statement, 6, user.is_active ? 1 : 0);
    char text[32];
    const auto size = static_cast<int>(duet::detail::write_timestamp(text, user.created_at));
    sqlite3_bind_text(statement, 7, text, size, SQLITE_TRANSIENT);
}

}  // namespace

void raw::read_user(sqlite3_stmt* statement, UserRow& user) {
    user.id = sqlite3_column_int64(statement, 0);
    read_text(statement, 1, user.email);
    read_text(statement, 2, user.name);
    user.age = sqlite3_column_int(statement, 3);
    user.score = sqlite3_column_double(statement, 4);
    if (sqlite3_column_type(statement, 5) != SQLITE_NULL) read_text(statement, 5, user.bio.emplace());
    user.is_active = sqlite3_column_int(statement, 6) != 0;
    const unsigned char* created_at = sqlite3_column_text(statement, 7);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, 7));
    duet::detail::parse_timestamp({reinterpret_cast<const char*>(created_at), size}, user.created_at);
}

namespace {

class RawUsual final : public Contender {
public:
    explicit RawUsual(const Store& store) : connection_{raw::open(store, 0)} {}

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            sqlite3_bind_int64(by_key_.get(), 1, shuffled_key(step));
            if (sqlite3_step(by_key_.get()) != SQLITE_ROW) raw::fail(db());
            UserRow user;
            raw::read_user(by_key_.get(), user);
            sqlite3_reset(by_key_.get());
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        while (sqlite3_step(all_.get()) == SQLITE_ROW) raw::read_user(all_.get(), users.emplace_back());
        sqlite3_reset(all_.get());
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        raw::execute(db(), "BEGIN IMMEDIATE");
        watch.start();
        for (UserRow& user : users) {
            bind_user(insert_.get(), user);
            raw::run(db(), insert_.get());
            user.id = sqlite3_last_insert_rowid(db());
        }
        watch.stop();
        raw::execute(db(), "ROLLBACK");
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        const std::vector<UserRow> users = make_new_users(count);
        watch.start();
        raw::execute(db(), "BEGIN IMMEDIATE");
        for (const UserRow& user : users) {
            bind_user(insert_.get(), user);
            raw::run(db(), insert_.get());
        }
        raw::execute(db(), "COMMIT");
        watch.stop();
        raw::execute(db(), remove_new_users_sql);
        return static_cast<std::uint64_t>(sqlite3_changes(db()));
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        std::vector<Parent> parents;
        sqlite3_bind_int64(first_users_.get(), 1, parent_count);
        while (sqlite3_step(first_users_.get()) == SQLITE_ROW)
            raw::read_user(first_users_.get(), parents.emplace_back().user);
        sqlite3_reset(first_users_.get());
        std::unordered_map<std::int64_t, Parent*> by_id;
        by_id.reserve(parents.size());
        int place = 0;
        for (Parent& parent : parents) {
            by_id.emplace(parent.user.id, &parent);
            sqlite3_bind_int64(posts_of_.get(), ++place, parent.user.id);
        }
        PostRow post;
        while (sqlite3_step(posts_of_.get()) == SQLITE_ROW) {
            read_post(posts_of_.get(), post);
            by_id.find(post.author_id)->second->posts.push_back(std::move(post));
        }
        sqlite3_reset(posts_of_.get());
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) override {
        std::uint64_t changed = 0;
        if (commit == Commit::never) raw::execute(db(), "BEGIN IMMEDIATE");
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            sqlite3_bind_int(set_age_.get(), 1, static_cast<int>(step % 90));
            sqlite3_bind_int64(set_age_.get(), 2, shuffled_key(step));
            raw::run(db(), set_age_.get());
            changed += static_cast<std::uint64_t>(sqlite3_changes(db()));
        }
        watch.stop();
        if (commit == Commit::never) raw::execute(db(), "ROLLBACK");
        return changed;
    }

private:
    sqlite3* db() { return connection_.get(); }
    raw::Statement prepare(const std::string& sql) { return raw::prepare(db(), sql, 0); }

    raw::Connection connection_;
    raw::Statement by_key_ = prepare(std::string{"SELECT "} + user_columns + " FROM users WHERE id = ?");
    raw::Statement all_ = prepare(std::string{"SELECT "} + user_columns + " FROM users");
    raw::Statement insert_ = prepare(insert_user);
    raw::Statement first_users_ =
        prepare(std::string{"SELECT "} + user_columns + " FROM users WHERE id <= ?");
    raw::Statement posts_of_ = prepare(raw::repeated(
        "SELECT id, title, body, views, author_id FROM posts WHERE author_id IN (", "?", parent_count, ")"));
    raw::Statement set_age_ = prepare("UPDATE users SET age = ? WHERE id = ?");
};

}  // namespace

std::unique_ptr<Contender> make_raw_usual(const Store& store) { return std::make_unique<RawUsual>(store); }

}  // namespace bench
