#include <optional>
#include <unordered_map>

#include <soci/soci.h>

#include "entrants.hpp"
#include "mariadb_url.hpp"
#include "timestamp_text.hpp"

// SOCI with statements prepared by hand and reused, columns straight into variables: the quickest that it
// offers. Timestamps travel as text, because its own type for them has no microseconds.
namespace bench {
namespace {

// The variables that a statement over users is bound to.
struct Place {
    UserRow user;
    long long id = 0;
    std::string bio;
    soci::indicator bio_state = soci::i_ok;
    int is_active = 0;
    std::string created_at;

    const UserRow& read() {
        user.id = id;
        user.bio = bio_state == soci::i_null ? std::nullopt : std::optional{bio};
        user.is_active = is_active != 0;
        user.created_at = timestamp_of(created_at);
        return user;
    }
    void write(const UserRow& from) {
        user = from;
        bio_state = from.bio ? soci::i_ok : soci::i_null;
        if (from.bio) bio = *from.bio;
        is_active = from.is_active ? 1 : 0;
        created_at = timestamp_text(from.created_at);
    }
};

class SociOnServer final : public Contender {
public:
    explicit SociOnServer(const std::string& url) : postgres_{url.starts_with("postgres")} {
        if (postgres_) {
            sql_.open("postgresql", url);
        } else {
            const MariaDbPlace place = mariadb_place(url);
            sql_.open("mysql", "db=" + place.database + " user=" + place.user +
                                   " password=" + place.password + " unix_socket=" + place.socket);
        }
        select_ = std::string{"SELECT id, email, name, age, score, bio, "} +
                  (postgres_ ? "is_active::int, created_at::text" : "is_active, CAST(created_at AS char)") +
                  " FROM users";
    }

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        std::uint64_t sum = 0;
        long long key = 0;
        Place place;
        soci::statement by_key =
            (sql_.prepare << select_ + " WHERE id = :id", soci::use(key), soci::into(place.id),
             soci::into(place.user.email), soci::into(place.user.name), soci::into(place.user.age),
             soci::into(place.user.score), soci::into(place.bio, place.bio_state),
             soci::into(place.is_active), soci::into(place.created_at));
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            key = shuffled_key(step);
            by_key.execute(true);
            sum += digest(place.read());
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        Place place;
        soci::statement all = (sql_.prepare << select_, soci::into(place.id), soci::into(place.user.email),
                               soci::into(place.user.name), soci::into(place.user.age),
                               soci::into(place.user.score), soci::into(place.bio, place.bio_state),
                               soci::into(place.is_active), soci::into(place.created_at));
        watch.start();
        std::vector<UserRow> users;
        all.execute();
        while (all.fetch()) users.push_back(place.read());
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        std::vector<UserRow> users = make_new_users(count);
        Place place;
        soci::statement insert{sql_};
        if (postgres_) insert.exchange(soci::into(place.id));
        bind(insert, place);
        insert.alloc();
        insert.prepare(std::string{insert_user} + (postgres_ ? " RETURNING id" : ""));
        insert.define_and_bind();
        watch.start();
        for (UserRow& user : users) {
            place.write(user);
            insert.execute(true);
            if (!postgres_) sql_.get_last_insert_id("users", place.id);
            user.id = place.id;
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        const std::vector<UserRow> users = make_new_users(count);
        Place place;
        watch.start();
        soci::transaction transaction{sql_};
        soci::statement insert =
            (sql_.prepare << insert_user, soci::use(place.user.email), soci::use(place.user.name),
             soci::use(place.user.age), soci::use(place.user.score), soci::use(place.bio, place.bio_state),
             soci::use(place.is_active), soci::use(place.created_at));
        for (const UserRow& user : users) {
            place.write(user);
            insert.execute(true);
        }
        transaction.commit();
        watch.stop();
        return users.size();
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        watch.start();
        std::vector<Parent> parents;
        Place place;
        soci::statement first_users =
            (sql_.prepare << select_ + " WHERE id <= 1000", soci::into(place.id),
             soci::into(place.user.email), soci::into(place.user.name), soci::into(place.user.age),
             soci::into(place.user.score), soci::into(place.bio, place.bio_state),
             soci::into(place.is_active), soci::into(place.created_at));
        first_users.execute();
        while (first_users.fetch()) parents.push_back({place.read(), {}});
        std::unordered_map<std::int64_t, Parent*> by_key;
        by_key.reserve(parents.size());
        std::string keys;
        for (Parent& parent : parents) {
            by_key.emplace(parent.user.id, &parent);
            keys += (keys.empty() ? "" : ",") + std::to_string(parent.user.id);
        }
        PostRow post;
        long long id = 0;
        long long author = 0;
        const std::string select = "SELECT id, title, body, views, author_id FROM posts WHERE author_id ";
        soci::statement posts =
            (sql_.prepare << select + (postgres_ ? "= ANY('{" + keys + "}')" : "IN (" + keys + ")"),
             soci::into(id), soci::into(post.title), soci::into(post.body), soci::into(post.views),
             soci::into(author));
        posts.execute();
        while (posts.fetch()) {
            post.id = id;
            post.author_id = author;
            by_key.find(author)->second->posts.push_back(post);
        }
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit /*commit*/, Stopwatch& watch) override {
        int age = 0;
        long long key = 0;
        soci::statement update =
            (sql_.prepare << "UPDATE users SET age = :age WHERE id = :id", soci::use(age), soci::use(key));
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            age = static_cast<int>(step % 90);
            key = shuffled_key(step);
            update.execute(true);
        }
        watch.stop();
        return count;
    }

private:
    // An int is no boolean to PostgreSQL, but its text is.
    static constexpr const char* insert_user =
        "INSERT INTO users (email, name, age, score, bio, is_active, created_at) "
        "VALUES (:email, :name, :age, :score, :bio, :is_active, :created_at)";

    static void bind(soci::statement& insert, Place& place) {
        insert.exchange(soci::use(place.user.email));
        insert.exchange(soci::use(place.user.name));
        insert.exchange(soci::use(place.user.age));
        insert.exchange(soci::use(place.user.score));
        insert.exchange(soci::use(place.bio, place.bio_state));
        insert.exchange(soci::use(place.is_active));
        insert.exchange(soci::use(place.created_at));
    }

    bool postgres_;
    soci::session sql_;
    std::string select_;
};

}  // namespace

std::unique_ptr<Contender> make_soci_on_server(const std::string& url) {
    return std::make_unique<SociOnServer>(url);
}

}  // namespace bench
