#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The data that every contender stores, and the rows that the hand-written sides and the peers read it into.
namespace bench {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

inline constexpr std::size_t user_count = 10'000;
inline constexpr std::size_t posts_per_user = 10;
inline constexpr std::size_t parent_count = 1'000;

struct PostRow {
    std::int64_t id{};
    std::string title{};
    std::string body{};
    int views{};
    std::int64_t author_id{};
};

struct UserRow {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active{};
    Timestamp created_at{};
};

struct Parent {
    UserRow user{};
    std::vector<PostRow> posts{};
};

/// The user with this number, counted from 1; the number is also the key in the seeded database. Half of them
/// have no bio.
UserRow make_user(std::size_t number);

/// Users that the seeded database does not hold, without keys.
std::vector<UserRow> make_new_users(std::size_t count);

/// The keys of a point-select or update run: every user once, in an order that is not the order of the table.
inline std::int64_t shuffled_key(std::size_t step) {
    return static_cast<std::int64_t>(step * 7'919 % user_count) + 1;
}

enum class Seed : std::uint8_t { users_only, users_and_posts };

enum class Product : std::uint8_t { sqlite, postgres, mariadb };

/// Tables, indexes and rows, so that every contender starts from the same bytes. To be run one by one.
std::vector<std::string> seed_statements(Seed what, Product product);
/// SQLite's as one script.
std::string seed_script(Seed what);

inline constexpr const char* remove_new_users_sql = "DELETE FROM users WHERE id > 10000";

/// Settings that every contender on a file runs with. In memory only the first matters.
inline constexpr const char* connection_sql =
    "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = "
    "5000;";

/// A number that depends on every column that was read, the same for every contender that read the same rows.
template <class User>
std::uint64_t digest(const User& user) {
    auto sum = static_cast<std::uint64_t>(user.id) * 31U + user.email.size() + user.name.size() * 3U;
    sum += static_cast<std::uint64_t>(user.age) * 7U + static_cast<std::uint64_t>(user.score * 2.0);
    sum += user.bio ? user.bio->size() : 1U;
    sum += user.is_active ? 5U : 0U;
    return sum + static_cast<std::uint64_t>(user.created_at.time_since_epoch().count());
}

template <class Post>
std::uint64_t digest_post(const Post& post) {
    return static_cast<std::uint64_t>(post.id) * 31U + post.title.size() + post.body.size() * 3U +
           static_cast<std::uint64_t>(post.views);
}

inline std::uint64_t digest_parents(const std::vector<Parent>& parents) {
    std::uint64_t sum = parents.size();
    for (const Parent& parent : parents) {
        sum += digest(parent.user) * parent.posts.size();
        for (const PostRow& post : parent.posts) sum += digest_post(post);
    }
    return sum;
}

}  // namespace bench
