// EXPECT: duet: collection() needs a HasMany or a ManyToMany
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

void f(duet::Session& s, Post& post) { s.collection(post, "author"_c); }
