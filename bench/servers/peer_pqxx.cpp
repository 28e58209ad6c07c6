#include <optional>
#include <unordered_map>

#include <pqxx/pqxx>

#include "entrants.hpp"
#include "timestamp_text.hpp"

// libpqxx: statements prepared once; either one `nontransaction` for all operations, the cheapest that it
// offers, or a `work` for each operation, as its documentation shows it. Bulk rows by stream_to.
namespace bench {
namespace {

constexpr const char* columns = "id, email, name, age, score, bio, is_active, created_at";

void read_user(const pqxx::row& row, UserRow& user) {
    user.id = row[0].as<std::int64_t>();
    user.email.assign(row[1].c_str(), row[1].size());
    user.name.assign(row[2].c_str(), row[2].size());
    user.age = row[3].as<int>();
    user.score = row[4].as<double>();
    if (!row[5].is_null()) user.bio.emplace(row[5].c_str(), row[5].size());
    user.is_active = row[6].as<bool>();
    user.created_at = timestamp_of({row[7].c_str(), row[7].size()});
}

const char* bio_of(const UserRow& user) { return user.bio ? user.bio->c_str() : nullptr; }

class Pqxx final : public Contender {
public:
    Pqxx(const std::string& url, bool work_each) : db_{url}, work_each_{work_each} {
        const std::string select = std::string{"SELECT "} + columns + " FROM users";
        db_.prepare("by_key", select + " WHERE id = $1");
        db_.prepare("all", select);
        db_.prepare("first_users", select + " WHERE id <= $1");
        db_.prepare(
            "posts_of",
            "SELECT id, title, body, views, author_id FROM posts WHERE author_id = ANY($1::bigint[])");
        db_.prepare("insert",
                    "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES "
                    "($1, $2, $3, $4, $5, $6, $7) RETURNING id");
        db_.prepare("set_age", "UPDATE users SET age = $1 WHERE id = $2");
    }

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        each(count, [&](pqxx::transaction_base& tx, std::size_t step) {
            UserRow user;
            read_user(tx.exec_prepared1("by_key", shuffled_key(step)), user);
            sum += digest(user);
        });
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        std::vector<UserRow> users;
        each(1, [&](pqxx::transaction_base& tx, std::size_t) {
            const pqxx::result rows = tx.exec_prepared("all");
            users.reserve(rows.size());
            for (const pqxx::row row : rows) read_user(row, users.emplace_back());
        });
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        watch.start();
        each(count, [&](pqxx::transaction_base& tx, std::size_t index) {
            UserRow& user = users[index];
            user.id = tx.exec_prepared1("insert", user.email, user.name, user.age, user.score, bio_of(user),
                                        user.is_active, timestamp_text(user.created_at))[0]
                          .as<std::int64_t>();
        });
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        if (work_each_) return std::nullopt;
        const std::vector<UserRow> users = make_new_users(count);
        watch.start();
        pqxx::work tx{db_};
        pqxx::stream_to stream{
            tx, "users",
            std::vector<std::string>{"email", "name", "age", "score", "bio", "is_active", "created_at"}};
        for (const UserRow& user : users) {
            stream << std::make_tuple(user.email, user.name, user.age, user.score, bio_of(user),
                                      user.is_active, timestamp_text(user.created_at));
        }
        stream.complete();
        tx.commit();
        watch.stop();
        return users.size();
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        if (work_each_) return std::nullopt;
        watch.start();
        std::vector<Parent> parents;
        pqxx::nontransaction tx{db_};
        const pqxx::result users = tx.exec_prepared("first_users", static_cast<std::int64_t>(parent_count));
        parents.reserve(users.size());
        std::unordered_map<std::int64_t, Parent*> by_key;
        by_key.reserve(users.size());
        std::string keys = "{";
        for (const pqxx::row row : users) {
            Parent& parent = parents.emplace_back();
            read_user(row, parent.user);
            by_key.emplace(parent.user.id, &parent);
            keys += (keys.size() == 1 ? "" : ",") + std::to_string(parent.user.id);
        }
        for (const pqxx::row row : tx.exec_prepared("posts_of", keys + "}")) {
            const auto author = row[4].as<std::int64_t>();
            by_key.find(author)->second->posts.push_back({row[0].as<std::int64_t>(), row[1].as<std::string>(),
                                                          row[2].as<std::string>(), row[3].as<int>(),
                                                          author});
        }
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit /*commit*/, Stopwatch& watch) override {
        std::uint64_t changed = 0;
        watch.start();
        each(count, [&](pqxx::transaction_base& tx, std::size_t step) {
            changed +=
                tx.exec_prepared("set_age", static_cast<int>(step % 90), shuffled_key(step)).affected_rows();
        });
        watch.stop();
        return changed;
    }

private:
    template <class Body>
    void each(std::size_t count, Body body) {
        if (work_each_) {
            for (std::size_t index = 0; index < count; ++index) {
                pqxx::work tx{db_};
                body(tx, index);
                tx.commit();
            }
        } else {
            pqxx::nontransaction tx{db_};
            for (std::size_t index = 0; index < count; ++index) body(tx, index);
        }
    }

    pqxx::connection db_;
    bool work_each_;
};

}  // namespace

std::unique_ptr<Contender> make_pqxx(const std::string& url) { return std::make_unique<Pqxx>(url, false); }
std::unique_ptr<Contender> make_pqxx_work_each(const std::string& url) {
    return std::make_unique<Pqxx>(url, true);
}

}  // namespace bench
