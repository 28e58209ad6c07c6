// EXPECT: duet: session(block) needs #include <duet/session.hpp>
#include <duet/duet.hpp>

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

void f(duet::Database& db) {
    db.session([](auto&) {});
}
