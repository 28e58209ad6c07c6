#include <duet/duet.hpp>

#include <cstdio>

// The unit of measure: three related models and ten operations, the same as in raw_unit.cpp and
// soci_unit.cpp.
using namespace duet::literals;

struct Post;
struct Comment;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active = true;
    duet::Timestamp created_at{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::unique("email"), duet::index("name", "age"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::string body{};
    int views{};
    duet::BelongsTo<User> author{};
    duet::HasMany<Comment> comments{};

    static constexpr auto table = duet::table("posts", duet::on_delete("author", duet::cascade));
};

struct Comment {
    std::int64_t id{};
    std::string text{};
    duet::Timestamp written_at{};
    duet::BelongsTo<Post> post{};

    static constexpr auto table = duet::table("comments", duet::on_delete("post", duet::cascade));
};

int main() {
    duet::Database db{"sqlite:///:memory:"};
    db.create_all(duet::models<User, Post, Comment>);

    User ada = db.create(User{.email = "ada@example.com", .name = "Ada", .age = 30});                   // 1
    Post post = db.create(Post{.title = "Hello", .body = "World", .author = ada});                      // 2
    db.create(Comment{.text = "First", .post = post});                                                  // 3
    const std::optional<User> found = db.get<User>(ada.id);                                             // 4
    const auto adults = db.query<User>().where("age"_c >= 18).order_by("-created_at").limit(10).all();  // 5
    const auto with_posts = db.query<User>().where("is_active"_c == true).related("posts"_c).all();     // 6
    const auto hers = db.query<Post>().where("author.name"_c == "Ada").count();                         // 7
    db.update(ada, "age"_c = 31);                                                                       // 8
    const auto seen = db.query<Post>().where("views"_c < 10).update_bulk("views"_c = "views"_c + 1);    // 9
    const auto removed = db.query<Comment>().where("text"_c.icontains("first")).delete_bulk();          // 10
    std::printf("%d %zu %zu %d\n", found ? found->age : 0, adults.size(), with_posts.size(),
                static_cast<int>(hers) + static_cast<int>(seen) + static_cast<int>(removed));
}
