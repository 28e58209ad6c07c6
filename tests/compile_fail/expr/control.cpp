// EXPECT_PASS
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

auto a =
    duet::query<User>().where("age"_c > 18 && "name"_c == "Ada" && duet::col<&User::color> == Color::red);
auto b = duet::query<Post>()
             .where("author.name"_c == "Ada")
             .order_by("-author.name", duet::desc(duet::lower("title"_c)));
auto c = duet::query<User>().where(duet::any("posts"_c, "title"_c == "x") && "profile"_c["x"].is_true());

void run(duet::Database& db) {
    db.query<User>().where(duet::always()).update_bulk("age"_c = "age"_c + 1, "bio"_c = std::nullopt);
}
