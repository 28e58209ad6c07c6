#include <gtest/gtest.h>

#include "shapes.hpp"

namespace {

using namespace duet::test;

struct AuthorRead {
    std::int64_t id{};
    std::string name{};
};
struct PostRead {
    std::int64_t id{};
    std::string title{};
    AuthorRead author{};
    std::optional<AuthorRead> editor{};
    std::int64_t author_id{};
    std::optional<std::int64_t> editor_id{};
    std::vector<std::string> tags{};
};
struct TitleRead {
    std::string title{};
};
struct UserRead {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> bio{};
    duet::Timestamp created_at{};
    std::int64_t age{};
};
struct UserWithPosts {
    std::string name{};
    std::vector<TitleRead> posts{};
};
struct Flat {
    std::string writer{};
    std::optional<std::string> editor_name{};
    std::size_t title_size{};
    std::string note = "mine";

    static constexpr auto fields =
        duet::fields(duet::from("author.name", "writer"), duet::from("editor.name", "editor_name"),
                     duet::computed("title_size", [](const auto& post) { return post.title.size(); }),
                     duet::not_stored("note"));
};

User make_user() {
    User ada{.id = 7, .email = "ada@example.com", .name = "Ada", .age = 36, .bio = "x"};
    ada.times.created_at = duet::Timestamp{std::chrono::seconds{5}};
    return ada;
}

TEST(To, CopiesFieldsOfTheSameNameAndThoseOfBehaviours) {
    const UserRead read = duet::to<UserRead>(make_user());
    EXPECT_EQ(read.id, 7);
    EXPECT_EQ(read.name, "Ada");
    EXPECT_EQ(read.bio, "x");
    EXPECT_EQ(read.age, 36);
    EXPECT_EQ(read.created_at, duet::Timestamp{std::chrono::seconds{5}});
}

TEST(To, TakesListsAndOptionals) {
    EXPECT_EQ(duet::to<UserRead>(std::vector<User>{make_user(), User{}}).size(), 2U);
    EXPECT_EQ(duet::to<UserRead>(std::optional<User>(make_user()))->name, "Ada");
    EXPECT_FALSE(duet::to<UserRead>(std::optional<User>()).has_value());
}

TEST(To, TakesLoadedRelationsAndKeys) {
    Post post{.id = 1, .title = "T", .tags = {"a"}};
    post.author = make_user();
    PostRead read = duet::to<PostRead>(post);
    EXPECT_EQ(read.author.name, "Ada");
    EXPECT_EQ(read.author_id, 7);
    EXPECT_FALSE(read.editor.has_value());
    EXPECT_FALSE(read.editor_id.has_value());
    post.editor = make_user();
    read = duet::to<PostRead>(post);
    EXPECT_EQ(read.editor->id, 7);
    EXPECT_EQ(read.editor_id, 7);
}

TEST(To, NamesTheRelationThatIsNotLoaded) {
    EXPECT_THROW(duet::to<PostRead>(Post{}), duet::NotLoaded);
    EXPECT_THROW(duet::to<UserWithPosts>(make_user()), duet::NotLoaded);
    Post post{};
    post.author = make_user();
    post.editor = duet::BelongsTo<User>(3);
    EXPECT_THROW(duet::to<PostRead>(post), duet::NotLoaded);
}

TEST(To, FollowsPathsAndComputes) {
    Post post{.title = "abc"};
    post.author = make_user();
    Flat flat = duet::to<Flat>(post);
    EXPECT_EQ(flat.writer, "Ada");
    EXPECT_FALSE(flat.editor_name.has_value());
    EXPECT_EQ(flat.title_size, 3U);
    EXPECT_EQ(flat.note, "mine");
    post.editor = make_user();
    EXPECT_EQ(duet::to<Flat>(post).editor_name, "Ada");
}

struct Small {
    std::int8_t age{};
};
TEST(To, RefusesNumbersThatDoNotFit) {
    EXPECT_EQ(duet::to<Small>(User{.age = 100}).age, 100);
    EXPECT_THROW(duet::to<Small>(User{.age = 300}), duet::ValidationError);
}

TEST(Apply, SetsWhatIsSet) {
    User ada = make_user();
    duet::apply(UserPatch{.name = "Grace"}, ada);
    EXPECT_EQ(ada.name, "Grace");
    EXPECT_EQ(ada.bio, "x");
    duet::apply(UserPatch{.bio = nullptr, .age = 1}, ada);
    EXPECT_FALSE(ada.bio.has_value());
    EXPECT_EQ(ada.age, 1);
}

struct PostWrite {
    std::string title{};
    std::int64_t author_id{};
    duet::Patch<std::optional<std::int64_t>> editor{};
    std::string headline{};
    std::string captcha{};

    static constexpr auto fields =
        duet::fields(duet::not_stored("captcha"), duet::from("title", "headline"), duet::not_stored("title"));
};
TEST(Apply, SetsKeysOfRelationsAndRenamedFields) {
    Post post{};
    duet::apply(PostWrite{.title = "no", .author_id = 4, .editor = 5, .headline = "T"}, post);
    EXPECT_EQ(post.title, "T");
    EXPECT_EQ(post.author.key(), 4);
    EXPECT_EQ(post.editor->key(), 5);
    duet::apply(PostWrite{.editor = nullptr}, post);
    EXPECT_FALSE(post.editor.has_value());
}

}  // namespace
