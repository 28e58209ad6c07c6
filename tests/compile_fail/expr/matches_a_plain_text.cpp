// EXPECT: duet: this needs a query of text search
// EXPECT_ANY: name
#include <duet/duet.hpp>

using namespace duet::literals;

struct Post;

enum class Color { red, green };
enum class Shade { dark };

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};
    bool is_active{};
    Color color{};
    std::optional<std::string> bio{};
    duet::Timestamp created_at{};
    duet::Json profile{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users");
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};

struct Pair {
    int a{};
    int b{};

    static constexpr auto table = duet::table("pairs", duet::primary_key("a", "b"));
};

auto q = duet::query<User>().where(duet::matches(duet::to_tsvector("name"_c), "cats"));
