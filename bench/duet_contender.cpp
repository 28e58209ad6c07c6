#include "contender.hpp"
#include "models.hpp"
#include "servers/entrants.hpp"

// duet through its plain API: what the first page of its documentation shows, on a handle with its pool.
namespace bench {
namespace {

using namespace duet::literals;
using models::Post;
using models::User;

std::vector<User> new_users(std::size_t count) {
    std::vector<User> users;
    users.reserve(count);
    for (const UserRow& row : make_new_users(count)) {
        users.push_back(User{.email = row.email,
                             .name = row.name,
                             .age = row.age,
                             .score = row.score,
                             .bio = row.bio,
                             .is_active = row.is_active,
                             .created_at = row.created_at});
    }
    return users;
}

class Duet final : public Contender {
public:
    explicit Duet(const Store& store)
        : db_{store.in_memory() ? "sqlite:///:memory:" : "sqlite:///" + store.file}, tidies_{true} {
        db_.execute_script(seed_script(store.seed));
    }
    /// On a server whose tables are seeded.
    explicit Duet(const std::string& url) : db_{url}, tidies_{false} {}

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        watch.start();
        for (std::size_t step = 0; step < count; ++step) sum += digest(*db_.get<User>(shuffled_key(step)));
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        const std::vector<User> users = db_.query<User>().all();
        watch.stop();
        std::uint64_t sum = users.size();
        for (const User& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<User> users = new_users(count);
        if (!tidies_) return insert_each(db_, users, watch);
        auto tx = db_.begin();
        const std::uint64_t span = insert_each(tx, users, watch);
        tx.rollback();
        return span;
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        std::vector<User> users = new_users(count);
        watch.start();
        db_.create_bulk(std::move(users));
        watch.stop();
        if (!tidies_) return count;
        return db_.query<User>().where("id"_c > static_cast<std::int64_t>(user_count)).delete_bulk();
    }

    std::optional<std::uint64_t> bulk_insert_with_keys(std::size_t count, Stopwatch& watch) override {
        std::vector<User> users = new_users(count);
        watch.start();
        db_.create_bulk(users);
        watch.stop();
        return users.back().id > users.front().id ? count : 0;
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        const std::vector<User> users = db_.query<User>()
                                            .where("id"_c <= static_cast<std::int64_t>(parent_count))
                                            .related("posts"_c)
                                            .all();
        watch.stop();
        std::uint64_t sum = users.size();
        for (const User& user : users) {
            sum += digest(user) * user.posts.size();
            for (const Post& post : user.posts) sum += digest_post(post);
        }
        return sum;
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit commit, Stopwatch& watch) override {
        // Not before: for the other works the heap is as fresh as that of the hand-written side.
        if (users_.empty()) users_ = db_.query<User>().order_by("id").all();
        if (commit == Commit::each) return update_ages(db_, count, watch);
        auto tx = db_.begin();
        const auto changed = update_ages(tx, count, watch);
        tx.rollback();
        return changed;
    }

private:
    template <class Handle>
    std::uint64_t insert_each(Handle& handle, std::vector<User>& users, Stopwatch& watch) {
        watch.start();
        for (User& user : users) user = handle.create(std::move(user));
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    // An update of a row that is not there would throw, so each of them counts.
    template <class Handle>
    std::uint64_t update_ages(Handle& handle, std::size_t count, Stopwatch& watch) {
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            User& user = users_[static_cast<std::size_t>(shuffled_key(step)) - 1];
            handle.update(user, "age"_c = static_cast<int>(step % 90));
        }
        watch.stop();
        return count;
    }

    duet::Database db_;
    std::vector<User> users_;
    bool tidies_;
};

}  // namespace

std::unique_ptr<Contender> make_duet(const Store& store) { return std::make_unique<Duet>(store); }
std::unique_ptr<Contender> make_duet_on_server(const std::string& url) { return std::make_unique<Duet>(url); }

}  // namespace bench
