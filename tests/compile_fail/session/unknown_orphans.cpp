// EXPECT: duet: cascade_orphans(...) names no HasMany or HasOne of the struct
// MAX_LINES: 20
#include <duet/session.hpp>

using namespace duet::literals;

struct Post;

struct User {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users");
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};

struct Team {
    std::int64_t id{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("teams", duet::cascade_orphans("post"));
};

auto q = duet::query<Team>();
