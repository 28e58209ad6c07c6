#include <duet/duet.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

// [models]
struct Profile;
struct Post;
struct Tag;

struct User {
    std::int64_t id{};
    std::string name{};
    std::optional<duet::BelongsTo<User>> mentor{};  // mentor_id, may be NULL
    duet::HasMany<User, "mentor"> pupils{};         // a self-reference
    duet::HasOne<Profile> profile{};
    duet::HasMany<Post, "author"> posts{};      // two members of Post refer to User,
    duet::HasMany<Post, "reviewer"> reviews{};  // so each side is named

    static constexpr auto table = duet::table("users");
};

struct Profile {
    std::int64_t id{};
    std::string motto{};
    duet::BelongsTo<User> user{};

    static constexpr auto table = duet::table("profiles", duet::unique("user"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};
    std::optional<duet::BelongsTo<User>> reviewer{};
    duet::ManyToMany<Tag> tags{};  // the link table posts_tags is made by the library

    static constexpr auto table = duet::table("posts");
};

struct Tag {
    std::int64_t id{};
    std::string name{};
    duet::ManyToMany<Post> posts{};

    static constexpr auto table = duet::table("tags");
};
// [/models]

// [through]
struct Student;
struct Enrolment;

struct Course {
    std::int64_t id{};
    std::string title{};
    duet::ManyToMany<Student, Enrolment> students{};
    duet::HasMany<Enrolment> enrolments{};

    static constexpr auto table = duet::table("courses");
};

struct Student {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("students");
};

struct Enrolment {  // a link with facts of its own
    std::int64_t id{};
    duet::BelongsTo<Course> course{};
    duet::BelongsTo<Student> student{};
    int grade{};

    static constexpr auto table = duet::table("enrolments", duet::unique("course", "student"));
};
// [/through]

namespace {

struct Relations : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override {
        db.create_all(duet::models<User, Profile, Post, Tag, Course, Student, Enrolment>);
    }
};

TEST_F(Relations, Loading) {
    // [create]
    const User ada = db.create(User{.name = "Ada"});
    const User mary = db.create(User{.name = "Mary", .mentor = ada});       // an object...
    db.create(Post{.title = "Notes", .author = ada.id, .reviewer = mary});  // ...or its key
    db.create(Profile{.motto = "Onwards", .user = ada});
    // [/create]

    // [load]
    const auto users = db.query<User>()
                           .related("posts"_c)           // one statement for all users together
                           .related("posts.reviewer"_c)  // several hops
                           .related("profile"_c)
                           .order_by("id")
                           .all();
    for (const User& user : users) {
        for (const Post& post : user.posts) {
            std::cout << user.name << ": " << post.title;
            if (post.reviewer) std::cout << ", reviewed by " << post.reviewer->get().name;
            std::cout << '\n';
        }
    }
    // [/load]
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[0].posts.size(), 1U);
    EXPECT_EQ(users[0].profile->motto, "Onwards");
    EXPECT_FALSE(users[1].profile.has_value());

    // [joined]
    const auto posts =
        db.query<Post>().related("author"_c, duet::joined).all();  // to-one: in the statement itself
    // [/joined]
    EXPECT_EQ(posts.at(0).author->name, "Ada");

    // [filtered]
    const auto filtered = db.query<User>().related("posts"_c, "title"_c.icontains("notes")).all();
    const auto sorted = db.query<User>().related("posts"_c, duet::query<Post>().order_by("-title")).all();
    // [/filtered]
    EXPECT_EQ(filtered.at(0).posts.size(), 1U);
    EXPECT_EQ(sorted.at(0).posts.size(), 1U);

    // [later]
    User her = db.query<User>().where("name"_c == "Ada").one();
    EXPECT_THROW((void)her.posts.size(), duet::NotLoaded);  // nothing is loaded behind your back
    db.load(her, "posts"_c);
    std::cout << her.posts.size() << " post\n";

    std::vector<User> everybody = db.query<User>().all();
    db.load(everybody, "posts.tags"_c);  // a list at once: a statement for each hop, however long the list
    // [/later]
    EXPECT_TRUE(her.posts.loaded());

    // [self]
    const auto mentors = db.query<User>().where(duet::any("pupils"_c)).related("pupils"_c).all();
    // [/self]
    EXPECT_EQ(mentors.at(0).pupils[0].name, "Mary");
}

TEST_F(Relations, ManyToMany) {
    const User ada = db.create(User{.name = "Ada"});
    // [links]
    const Post post = db.create(Post{.title = "Notes", .author = ada});
    const Tag maths = db.create(Tag{.name = "maths"});
    const Tag music = db.create(Tag{.name = "music"});

    db.relation(post, "tags"_c).add(maths, music);  // adding a link that is there changes nothing
    db.relation(post, "tags"_c).remove(music);
    db.relation(post, "tags"_c).set({maths, music});  // exactly these
    db.relation(post, "tags"_c).clear();
    // [/links]
    db.relation(post, "tags"_c).add(maths);

    // [by_links]
    const auto about_maths =
        db.query<Post>().where(duet::any("tags"_c, "name"_c == "maths")).related("tags"_c).all();
    // [/by_links]
    EXPECT_EQ(about_maths.at(0).tags.size(), 1U);

    const Course logic = db.create(Course{.title = "Logic"});
    const Student mary = db.create(Student{.name = "Mary"});
    // [use_through]
    db.create(Enrolment{.course = logic, .student = mary, .grade = 1});
    const auto courses = db.query<Course>().related("students"_c).related("enrolments"_c).all();
    // [/use_through]
    EXPECT_EQ(courses.at(0).students[0].name, "Mary");
    EXPECT_EQ(courses.at(0).enrolments[0].grade, 1);
}

}  // namespace
