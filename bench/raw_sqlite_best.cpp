#include <duet/types/time_text.hpp>

#include <string_view>

#include "raw_sqlite.hpp"

// The C API at its best: a connection without a mutex because nobody shares it, cells read by
// sqlite3_column_value (one check of the place in the row instead of one per call), text bound where it lies,
// a hundred rows per INSERT, children attached by walking along their parents, which come in the same order.
namespace bench {
namespace {

constexpr const char* user_columns = "id, email, name, age, score, bio, is_active, created_at";
constexpr const char* insert_user =
    "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)";

constexpr std::size_t batch = 100;
constexpr int user_parameters = 7;

std::string_view text_at(sqlite3_stmt* statement, int column) {
    sqlite3_value* value = sqlite3_column_value(statement, column);
    const unsigned char* text = sqlite3_value_text(value);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void read_user(sqlite3_stmt* statement, UserRow& user) {
    user.id = sqlite3_value_int64(sqlite3_column_value(statement, 0));
    user.email = text_at(statement, 1);
    user.name = text_at(statement, 2);
    user.age = sqlite3_value_int(sqlite3_column_value(statement, 3));
    user.score = sqlite3_value_double(sqlite3_column_value(statement, 4));
    sqlite3_value* bio = sqlite3_column_value(statement, 5);
    if (sqlite3_value_type(bio) != SQLITE_NULL) {
        const unsigned char* text = sqlite3_value_text(bio);
        user.bio.emplace(reinterpret_cast<const char*>(text),
                         static_cast<std::size_t>(sqlite3_value_bytes(bio)));
    }
    user.is_active = sqlite3_value_int(sqlite3_column_value(statement, 6)) != 0;
    duet::detail::parse_timestamp(text_at(statement, 7), user.created_at);
}

void read_post(sqlite3_stmt* statement, PostRow& post) {
    post.id = sqlite3_value_int64(sqlite3_column_value(statement, 0));
    post.title = text_at(statement, 1);
    post.body = text_at(statement, 2);
    post.views = sqlite3_value_int(sqlite3_column_value(statement, 3));
}

void bind_text(sqlite3_stmt* statement, int place, std::string_view text) {
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

// `time_text` and the user must stay in place until the statement has run.
void bind_user(sqlite3_stmt* statement, int first, const UserRow& user, char* time_text) {
    bind_text(statement, first, user.email);
    bind_text(statement, first + 1, user.name);
    sqlite3_bind_int(statement, first + 2, user.age);
    sqlite3_bind_double(statement, first + 3, user.score);
    if (user.bio) {
        bind_text(statement, first + 4, *user.bio);
    } else {
        sqlite3_bind_null(statement, first + 4);
    }
    sqlite3_bind_int(statement, first + 5, user.is_active ? 1 : 0);
    bind_text(statement, first + 6, {time_text, duet::detail::write_timestamp(time_text, user.created_at)});
}

class RawBest final : public Contender {
public:
    explicit RawBest(const Store& store) : connection_{raw::open(store, SQLITE_OPEN_NOMUTEX)} {}

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            sqlite3_bind_int64(by_key_.get(), 1, shuffled_key(step));
            if (sqlite3_step(by_key_.get()) != SQLITE_ROW) raw::fail(db());
            UserRow user;
            read_user(by_key_.get(), user);
            sqlite3_reset(by_key_.get());
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        while (sqlite3_step(all_.get()) == SQLITE_ROW) read_user(all_.get(), users.emplace_back());
        sqlite3_reset(all_.get());
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        char time_text[32];
        raw::execute(db(), "BEGIN IMMEDIATE");
        watch.start();
        for (UserRow& user : users) {
            bind_user(insert_.get(), 1, user, time_text);
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
        char time_texts[batch][32];
        raw::execute(db(), "BEGIN IMMEDIATE");
        std::size_t index = 0;
        for (; index + batch <= users.size(); index += batch) {
            for (std::size_t row = 0; row < batch; ++row) {
                const int first = static_cast<int>(row) * user_parameters + 1;
                bind_user(insert_batch_.get(), first, users[index + row], time_texts[row]);
            }
            raw::run(db(), insert_batch_.get());
        }
        for (; index < users.size(); ++index) {
            bind_user(insert_.get(), 1, users[index], time_texts[0]);
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
            read_user(first_users_.get(), parents.emplace_back().user);
        sqlite3_reset(first_users_.get());
        int place = 0;
        for (const Parent& parent : parents) sqlite3_bind_int64(posts_of_.get(), ++place, parent.user.id);
        auto parent = parents.begin();
        while (sqlite3_step(posts_of_.get()) == SQLITE_ROW) {
            const std::int64_t author = sqlite3_value_int64(sqlite3_column_value(posts_of_.get(), 4));
            while (parent->user.id != author) ++parent;
            PostRow& post = parent->posts.emplace_back();
            read_post(posts_of_.get(), post);
            post.author_id = author;
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
    raw::Statement prepare(const std::string& sql) {
        return raw::prepare(db(), sql, SQLITE_PREPARE_PERSISTENT);
    }

    raw::Connection connection_;
    raw::Statement by_key_ = prepare(std::string{"SELECT "} + user_columns + " FROM users WHERE id = ?");
    raw::Statement all_ = prepare(std::string{"SELECT "} + user_columns + " FROM users");
    raw::Statement insert_ = prepare(insert_user);
    raw::Statement insert_batch_ = prepare(
        raw::repeated("INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES ",
                      "(?, ?, ?, ?, ?, ?, ?)", batch, ""));
    raw::Statement first_users_ =
        prepare(std::string{"SELECT "} + user_columns + " FROM users WHERE id <= ? ORDER BY id");
    raw::Statement posts_of_ =
        prepare(raw::repeated("SELECT id, title, body, views, author_id FROM posts WHERE author_id IN (", "?",
                              parent_count, ") ORDER BY author_id"));
    raw::Statement set_age_ = prepare("UPDATE users SET age = ? WHERE id = ?");
};

}  // namespace

std::unique_ptr<Contender> make_raw_best(const Store& store) { return std::make_unique<RawBest>(store); }

}  // namespace bench
