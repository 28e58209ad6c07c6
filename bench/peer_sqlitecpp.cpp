#include <duet/types/time_text.hpp>

#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "contender.hpp"

// SQLiteCpp with its statements kept and reused, text bound where it lies, as its documentation recommends
// for speed.
namespace bench {
namespace {

using Row = SQLite::Statement;

void read_user(Row& row, UserRow& user) {
    user.id = row.getColumn(0).getInt64();
    user.email = row.getColumn(1).getString();
    user.name = row.getColumn(2).getString();
    user.age = row.getColumn(3).getInt();
    user.score = row.getColumn(4).getDouble();
    if (const SQLite::Column bio = row.getColumn(5); !bio.isNull()) user.bio = bio.getString();
    user.is_active = row.getColumn(6).getInt() != 0;
    const SQLite::Column created_at = row.getColumn(7);
    const char* text = created_at.getText();
    duet::detail::parse_timestamp({text, static_cast<std::size_t>(created_at.getBytes())}, user.created_at);
}

void read_post(Row& row, PostRow& post) {
    post.id = row.getColumn(0).getInt64();
    post.title = row.getColumn(1).getString();
    post.body = row.getColumn(2).getString();
    post.views = row.getColumn(3).getInt();
    post.author_id = row.getColumn(4).getInt64();
}

void insert_user(SQLite::Statement& insert, const UserRow& user) {
    insert.bindNoCopy(1, user.email);
    insert.bindNoCopy(2, user.name);
    insert.bind(3, user.age);
    insert.bind(4, user.score);
    if (user.bio) {
        insert.bindNoCopy(5, *user.bio);
    } else {
        insert.bind(5);
    }
    insert.bind(6, user.is_active ? 1 : 0);
    char text[32];
    text[duet::detail::write_timestamp(text, user.created_at)] = '\0';
    insert.bindNoCopy(7, text);
    insert.exec();
    insert.reset();
}

class SqliteCpp final : public Contender {
public:
    explicit SqliteCpp(const Store& store)
        : db_{store.in_memory() ? ":memory:" : store.file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE} {
        db_.exec(connection_sql);
        db_.exec(seed_script(store.seed));
        const std::string columns =
            "SELECT id, email, name, age, score, bio, is_active, created_at FROM users";
        by_key_.emplace(db_, columns + " WHERE id = ?");
        all_.emplace(db_, columns);
        insert_.emplace(db_,
                        "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES (?, "
                        "?, ?, ?, ?, ?, ?)");
        first_users_.emplace(db_, columns + " WHERE id <= ?");
        std::string posts = "SELECT id, title, body, views, author_id FROM posts WHERE author_id IN (?";
        for (std::size_t index = 1; index < parent_count; ++index) posts += ",?";
        posts_of_.emplace(db_, posts + ")");
        set_age_.emplace(db_, "UPDATE users SET age = ? WHERE id = ?");
    }

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            by_key_->bind(1, shuffled_key(step));
            by_key_->executeStep();
            UserRow user;
            read_user(*by_key_, user);
            by_key_->reset();
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        while (all_->executeStep()) read_user(*all_, users.emplace_back());
        all_->reset();
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        const SQLite::Transaction transaction{db_};
        watch.start();
        for (UserRow& user : users) {
            insert_user(*insert_, user);
            user.id = db_.getLastInsertRowid();
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        const std::vector<UserRow> users = make_new_users(count);
        watch.start();
        SQLite::Transaction transaction{db_};
        for (const UserRow& user : users) insert_user(*insert_, user);
        transaction.commit();
        watch.stop();
        return static_cast<std::uint64_t>(db_.exec(remove_new_users_sql));
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        std::vector<Parent> parents;
        first_users_->bind(1, static_cast<std::int64_t>(parent_count));
        while (first_users_->executeStep()) read_user(*first_users_, parents.emplace_back().user);
        first_users_->reset();
        std::unordered_map<std::int64_t, Parent*> by_id;
        by_id.reserve(parents.size());
        int place = 0;
        for (Parent& parent : parents) {
            by_id.emplace(parent.user.id, &parent);
            posts_of_->bind(++place, parent.user.id);
        }
        PostRow post;
        while (posts_of_->executeStep()) {
            read_post(*posts_of_, post);
            by_id.find(post.author_id)->second->posts.push_back(std::move(post));
        }
        posts_of_->reset();
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) override {
        std::uint64_t changed = 0;
        std::optional<SQLite::Transaction> transaction;
        if (commit == Commit::never) transaction.emplace(db_);
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            set_age_->bind(1, static_cast<int>(step % 90));
            set_age_->bind(2, shuffled_key(step));
            changed += static_cast<std::uint64_t>(set_age_->exec());
            set_age_->reset();
        }
        watch.stop();
        return changed;
    }

private:
    SQLite::Database db_;
    std::optional<SQLite::Statement> by_key_, all_, insert_, first_users_, posts_of_, set_age_;
};

}  // namespace

std::unique_ptr<Contender> make_sqlitecpp(const Store& store) { return std::make_unique<SqliteCpp>(store); }

}  // namespace bench
