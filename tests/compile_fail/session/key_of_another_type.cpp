// EXPECT: duet: get() was given a value of another type than the primary key
// MAX_LINES(clang): 16
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

auto f(duet::Session& s) { return &s.get<User>("one"); }
