// EXPECT: duet: cascade_orphans(...) names no HasMany or HasOne of the struct
// MAX_LINES: 20
// MAX_LINES(clang): 30
#include <duet/session.hpp>

struct Post;

struct User {
    std::int64_t id{};
    std::string name{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::cascade_orphans("post"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};

auto q = duet::query<User>();
