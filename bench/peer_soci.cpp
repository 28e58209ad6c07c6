#include <duet/types/time_text.hpp>

#include <unordered_map>
#include <utility>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "contender.hpp"

// SOCI: once with statements prepared by hand and reused (all but the scans, where its rowsets prepare), once
// as its first page shows it: `sql << "…", use(…), into(…)`, which prepares each time.
namespace bench {
namespace {

std::string timestamp_text(Timestamp time) {
    char text[32];
    return {text, duet::detail::write_timestamp(text, time)};
}

constexpr const char* user_by_key =
    "SELECT id, email, name, age, score, bio, is_active, created_at FROM users WHERE id = :id";
constexpr const char* insert_user =
    "INSERT INTO users (email, name, age, score, bio, is_active, created_at) "
    "VALUES (:email, :name, :age, :score, :bio, :is_active, :created_at)";
constexpr const char* set_age = "UPDATE users SET age = :age WHERE id = :id";

}  // namespace
}  // namespace bench

template <>
struct soci::type_conversion<bench::UserRow> {
    using base_type = soci::values;

    static void from_base(const soci::values& row, soci::indicator, bench::UserRow& user) {
        user.id = row.get<int>(0);  // SQLite's "integer" is an int to SOCI 4.0
        user.email = row.get<std::string>(1);
        user.name = row.get<std::string>(2);
        user.age = row.get<int>(3);
        user.score = row.get<double>(4);
        user.bio.reset();  // SOCI fills the same object for every row
        if (row.get_indicator(5) != soci::i_null) user.bio = row.get<std::string>(5);
        user.is_active = row.get<int>(6) != 0;
        duet::detail::parse_timestamp(row.get<std::string>(7), user.created_at);
    }

    static void to_base(const bench::UserRow& user, soci::values& row, soci::indicator& indicator) {
        row.set("email", user.email);
        row.set("name", user.name);
        row.set("age", user.age);
        row.set("score", user.score);
        row.set("bio", user.bio.value_or(std::string{}), user.bio ? soci::i_ok : soci::i_null);
        row.set("is_active", user.is_active ? 1 : 0);
        row.set("created_at", bench::timestamp_text(user.created_at));
        indicator = soci::i_ok;
    }
};

namespace bench {
namespace {

class Soci : public Contender {
public:
    explicit Soci(const Store& store) : sql_{soci::sqlite3, store.in_memory() ? ":memory:" : store.file} {
        auto* backend = static_cast<soci::sqlite3_session_backend*>(sql_.get_backend());
        for (const std::string& script : {std::string{connection_sql}, seed_script(store.seed)}) {
            if (sqlite_api::sqlite3_exec(backend->conn_, script.c_str(), nullptr, nullptr, nullptr) != 0) {
                throw soci::soci_error{sqlite_api::sqlite3_errmsg(backend->conn_)};
            }
        }
        std::string posts = "SELECT id, title, body, views, author_id FROM posts WHERE author_id IN (:k0";
        for (std::size_t index = 1; index < parent_count; ++index) posts += ",:k" + std::to_string(index);
        posts_of_.emplace(sql_);
        for (std::int64_t& key : keys_) posts_of_->exchange(soci::use(key));
        posts_of_->exchange(soci::into(post_.id));
        posts_of_->exchange(soci::into(post_.title));
        posts_of_->exchange(soci::into(post_.body));
        posts_of_->exchange(soci::into(post_.views));
        posts_of_->exchange(soci::into(post_.author_id));
        posts_of_->alloc();
        posts_of_->prepare(posts + ")");
        posts_of_->define_and_bind();
    }

    // The columns go straight into the fields here: the quickest that SOCI offers for one row.
    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        std::int64_t key = 0;
        UserRow user;
        std::string bio;
        std::string created_at;
        soci::indicator bio_state{};
        int is_active = 0;
        soci::statement by_key =
            (sql_.prepare << user_by_key, soci::use(key), soci::into(user.id), soci::into(user.email),
             soci::into(user.name), soci::into(user.age), soci::into(user.score), soci::into(bio, bio_state),
             soci::into(is_active), soci::into(created_at));
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            key = shuffled_key(step);
            by_key.execute(true);
            user.bio = bio_state == soci::i_null ? std::nullopt : std::optional{bio};
            user.is_active = is_active != 0;
            duet::detail::parse_timestamp(created_at, user.created_at);
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        const soci::rowset<UserRow> rows =
            (sql_.prepare << "SELECT id, email, name, age, score, bio, is_active, created_at FROM users");
        for (const UserRow& user : rows) users.push_back(user);
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        const soci::transaction transaction{sql_};
        Insert insert{sql_};
        watch.start();
        for (UserRow& user : users) {
            insert.run(user);
            long long key = 0;
            sql_.get_last_insert_id("users", key);
            user.id = key;
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        const std::vector<UserRow> users = make_new_users(count);
        watch.start();
        soci::transaction transaction{sql_};
        {
            Insert insert{sql_};
            for (const UserRow& user : users) insert.run(user);
        }
        transaction.commit();
        watch.stop();
        soci::statement remove = (sql_.prepare << remove_new_users_sql);
        remove.execute(true);
        return static_cast<std::uint64_t>(remove.get_affected_rows());
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        std::vector<Parent> parents;
        const auto last = static_cast<int>(parent_count);
        const soci::rowset<UserRow> rows =
            (sql_.prepare << "SELECT id, email, name, age, score, bio, is_active, created_at FROM users "
                             "WHERE id <= :last",
             soci::use(last));
        for (const UserRow& user : rows) parents.push_back({user, {}});
        std::unordered_map<std::int64_t, Parent*> by_id;
        by_id.reserve(parents.size());
        for (std::size_t index = 0; index < parents.size(); ++index) {
            by_id.emplace(parents[index].user.id, &parents[index]);
            keys_[index] = parents[index].user.id;
        }
        posts_of_->execute();
        while (posts_of_->fetch()) by_id.find(post_.author_id)->second->posts.push_back(post_);
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) override {
        std::uint64_t changed = 0;
        int age = 0;
        std::int64_t key = 0;
        std::optional<soci::transaction> transaction;
        if (commit == Commit::never) transaction.emplace(sql_);
        soci::statement update = (sql_.prepare << set_age, soci::use(age), soci::use(key));
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            age = static_cast<int>(step % 90);
            key = shuffled_key(step);
            update.execute(true);
            changed += static_cast<std::uint64_t>(update.get_affected_rows());
        }
        watch.stop();
        return changed;
    }

protected:
    // One prepared INSERT bound to variables that each row is copied into.
    class Insert {
    public:
        explicit Insert(soci::session& sql)
            : statement_{(sql.prepare << insert_user, soci::use(row_.email), soci::use(row_.name),
                          soci::use(row_.age), soci::use(row_.score), soci::use(bio_, bio_state_),
                          soci::use(is_active_), soci::use(created_at_))} {}

        void run(const UserRow& user) {
            row_.email = user.email;
            row_.name = user.name;
            row_.age = user.age;
            row_.score = user.score;
            bio_state_ = user.bio ? soci::i_ok : soci::i_null;
            if (user.bio) bio_ = *user.bio;
            is_active_ = user.is_active ? 1 : 0;
            created_at_ = timestamp_text(user.created_at);
            statement_.execute(true);
        }

    private:
        UserRow row_;
        std::string bio_;
        soci::indicator bio_state_ = soci::i_ok;
        int is_active_ = 0;
        std::string created_at_;
        soci::statement statement_;
    };

    soci::session sql_;

private:
    std::vector<std::int64_t> keys_ = std::vector<std::int64_t>(parent_count);
    PostRow post_;
    std::optional<soci::statement> posts_of_;
};

class SociOneShot final : public Soci {
public:
    using Soci::Soci;

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            UserRow user;
            sql_ << user_by_key, soci::use(shuffled_key(step)), soci::into(user);
            sum += digest(user);
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch&) override { return std::nullopt; }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        const soci::transaction transaction{sql_};
        watch.start();
        for (UserRow& user : users) {
            sql_ << insert_user, soci::use(std::as_const(user));
            long long key = 0;
            sql_.get_last_insert_id("users", key);
            user.id = key;
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t, Stopwatch&) override { return std::nullopt; }
    std::optional<std::uint64_t> parents_with_children(Stopwatch&) override { return std::nullopt; }

    std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) override {
        std::optional<soci::transaction> transaction;
        if (commit == Commit::never) transaction.emplace(sql_);
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            sql_ << set_age, soci::use(static_cast<int>(step % 90)), soci::use(shuffled_key(step));
        }
        watch.stop();
        return count;
    }
};

}  // namespace

std::unique_ptr<Contender> make_soci(const Store& store) { return std::make_unique<Soci>(store); }
std::unique_ptr<Contender> make_soci_one_shot(const Store& store) {
    return std::make_unique<SociOneShot>(store);
}

}  // namespace bench
