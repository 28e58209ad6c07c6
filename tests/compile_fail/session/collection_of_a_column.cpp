// EXPECT: duet: collection() needs a relation of the model
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

void f(duet::Session& s, User& user) { s.collection(user, "name"_c); }
