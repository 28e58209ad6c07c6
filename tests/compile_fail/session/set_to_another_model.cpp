// EXPECT: duet: set() was given an object of another model than the relation
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

void f(duet::Session& s, Post& post) { s.set(post, "author"_c, post); }
