#pragma once

#include <optional>
#include <unordered_map>

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Data/Transaction.h>
#include <Poco/Nullable.h>

#include "entrants.hpp"
#include "mariadb_url.hpp"
#include "timestamp_text.hpp"

/// POCO Data with statements kept and columns bound to variables. Timestamps as text; an INSERT gives no key
/// back on PostgreSQL without RETURNING, so it is spelled out there.
namespace bench {

class PocoData final : public Contender {
public:
    PocoData(const std::string& connector, bool postgres, const std::string& connection)
        : postgres_{postgres}, db_{connector, connection} {}

    std::optional<std::uint64_t> point_selects(std::size_t count, Stopwatch& watch) override {
        using namespace Poco::Data::Keywords;
        std::uint64_t sum = 0;
        Poco::Int64 key = 0;
        Place place;
        Poco::Data::Statement by_key{db_};
        by_key << select_user() + " WHERE id = " + parameter(1), use(key), into(place.id),
            into(place.user.email), into(place.user.name), into(place.age), into(place.user.score),
            into(place.bio), into(place.is_active), into(place.created_at), range(0, 1);
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            key = shuffled_key(step);
            by_key.execute();
            sum += digest(place.read());
        }
        watch.stop();
        return sum;
    }

    std::optional<std::uint64_t> scan(Stopwatch& watch) override {
        watch.start();
        const std::vector<UserRow> users = read_users("");
        watch.stop();
        std::uint64_t sum = users.size();
        for (const UserRow& user : users) sum += digest(user);
        return sum;
    }

    std::optional<std::uint64_t> single_inserts(std::size_t count, Stopwatch& watch) override {
        using namespace Poco::Data::Keywords;
        std::vector<UserRow> users = make_new_users(count);
        Place place;
        Poco::Data::Statement insert{db_};
        bind(insert, place, postgres_ ? " RETURNING id" : "");
        Poco::Data::Statement last_key{db_};
        if (postgres_) {
            insert, into(place.id);
        } else {
            last_key << "SELECT LAST_INSERT_ID()", into(place.id);
        }
        watch.start();
        for (UserRow& user : users) {
            place.write(user);
            insert.execute();
            if (!postgres_) last_key.execute();
            user.id = place.id;
        }
        watch.stop();
        return static_cast<std::uint64_t>(users.back().id - users.front().id);
    }

    std::optional<std::uint64_t> bulk_insert(std::size_t count, Stopwatch& watch) override {
        const std::vector<UserRow> users = make_new_users(count);
        Place place;
        Poco::Data::Statement insert{db_};
        bind(insert, place, "");
        watch.start();
        db_.begin();
        for (const UserRow& user : users) {
            place.write(user);
            insert.execute();
        }
        db_.commit();
        watch.stop();
        if (!postgres_) db_.setFeature("autoCommit", true);  // begin() turned it off for good
        return users.size();
    }

    std::optional<std::uint64_t> parents_with_children(Stopwatch& watch) override {
        using namespace Poco::Data::Keywords;
        watch.start();
        std::vector<Parent> parents;
        for (UserRow& user : read_users(" WHERE id <= 1000")) parents.push_back({std::move(user), {}});
        std::unordered_map<std::int64_t, Parent*> by_key;
        by_key.reserve(parents.size());
        std::string keys;
        for (Parent& parent : parents) {
            by_key.emplace(parent.user.id, &parent);
            keys += (keys.empty() ? "" : ",") + std::to_string(parent.user.id);
        }
        std::vector<Poco::Int64> ids;
        std::vector<std::string> titles;
        std::vector<std::string> bodies;
        std::vector<Poco::Int32> views;
        std::vector<Poco::Int64> authors;
        const std::string columns =
            postgres_ ? "id, title, body" : "id, CAST(title AS char(250)), CAST(body AS char(250))";
        db_ << "SELECT " + columns + ", views, author_id FROM posts WHERE author_id " +
                   (postgres_ ? "= ANY('{" + keys + "}')" : "IN (" + keys + ")"),
            into(ids), into(titles), into(bodies), into(views), into(authors), now;
        for (std::size_t row = 0; row < ids.size(); ++row) {
            by_key.find(authors[row])
                ->second->posts.push_back(
                    {ids[row], std::move(titles[row]), std::move(bodies[row]), views[row], authors[row]});
        }
        watch.stop();
        return digest_parents(parents);
    }

    std::optional<std::uint64_t> updates(std::size_t count, Commit /*commit*/, Stopwatch& watch) override {
        using namespace Poco::Data::Keywords;
        Poco::Int32 age = 0;
        Poco::Int64 key = 0;
        Poco::Data::Statement update{db_};
        update << "UPDATE users SET age = " + parameter(1) + " WHERE id = " + parameter(2), use(age),
            use(key);
        watch.start();
        for (std::size_t step = 0; step < count; ++step) {
            age = static_cast<Poco::Int32>(step % 90);
            key = shuffled_key(step);
            update.execute();
        }
        watch.stop();
        return count;
    }

private:
    struct Place {
        UserRow user;
        Poco::Int64 id = 0;
        Poco::Int32 age = 0;
        Poco::Nullable<std::string> bio;
        Poco::Int32 is_active = 0;
        std::string created_at;

        const UserRow& read() {
            user.id = id;
            user.age = age;
            user.bio = bio.isNull() ? std::nullopt : std::optional{bio.value()};
            user.is_active = is_active != 0;
            user.created_at = timestamp_of(created_at);
            return user;
        }
        void write(const UserRow& from) {
            user = from;
            age = from.age;
            if (from.bio) {
                bio = *from.bio;
            } else {
                bio.clear();
            }
            is_active = from.is_active ? 1 : 0;
            created_at = timestamp_text(from.created_at);
        }
    };

    std::string parameter(int number) const { return postgres_ ? "$" + std::to_string(number) : "?"; }
    // POCO has no room for the lengths that a longtext may have.
    std::string select_user() const {
        return postgres_
                   ? "SELECT id, email, name, age, score, bio, is_active::int, created_at::text FROM users"
                   : "SELECT id, email, CAST(name AS char(250)), age, score, CAST(bio AS char(250)), "
                     "CAST(is_active AS int), CAST(created_at AS char(30)) FROM users";
    }

    std::vector<UserRow> read_users(const std::string& where) {
        using namespace Poco::Data::Keywords;
        std::vector<UserRow> users;
        Place place;
        Poco::Data::Statement all{db_};
        all << select_user() + where, into(place.id), into(place.user.email), into(place.user.name),
            into(place.age), into(place.user.score), into(place.bio), into(place.is_active),
            into(place.created_at), range(0, 1);
        while (!all.done()) {
            if (all.execute() == 0) break;
            users.push_back(place.read());
        }
        return users;
    }

    void bind(Poco::Data::Statement& insert, Place& place, const std::string& end) {
        using namespace Poco::Data::Keywords;
        std::string sql = "INSERT INTO users (email, name, age, score, bio, is_active, created_at) VALUES (";
        for (int number = 1; number <= 7; ++number) {
            sql += (number == 1 ? "" : ", ") + parameter(number);
            if (postgres_ && number == 6) sql += "::int::bool";
        }
        insert << sql + ")" + end, use(place.user.email), use(place.user.name), use(place.age),
            use(place.user.score), use(place.bio), use(place.is_active), use(place.created_at);
    }

    bool postgres_;
    Poco::Data::Session db_;
};

}  // namespace bench
