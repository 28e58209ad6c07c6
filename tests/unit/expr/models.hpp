#pragma once

#include <duet/expr/expr.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Models with a column of every sort and a relation of every sort, for the tests of expressions.
namespace expr_test {

struct Post;
struct Tag;
struct Badge;

enum class Color { red, green, blue };
enum class Level { low = 1, high = 2 };

/// A type of the user's own, kept as a number.
struct Money {
    std::int64_t cents{};
    bool operator==(const Money&) const = default;
};

}  // namespace expr_test

template <>
struct duet::enum_options<expr_test::Level> {
    static constexpr bool as_integer = true;
    static constexpr int first = 0;
    static constexpr int last = 7;
};
template <>
struct duet::column_type<expr_test::Money> {
    using stored = std::int64_t;
    static std::int64_t to(const expr_test::Money& m) { return m.cents; }
    static expr_test::Money from(std::int64_t cents) { return {cents}; }
};

namespace expr_test {

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active = true;
    Color color{};
    std::optional<Level> level{};
    duet::Timestamp created_at{};
    std::optional<duet::Date> birthday{};
    duet::Time wakes_at{};
    std::chrono::minutes nap{};
    duet::Decimal balance{};
    duet::Decimal exact{};
    std::optional<duet::Uuid> token{};
    std::vector<std::byte> avatar{};
    duet::Json profile{};
    std::vector<std::string> tags{};
    std::vector<int> lucky{};
    Money debt{};
    std::optional<duet::BelongsTo<User>> manager{};
    duet::HasMany<Post> posts{};
    duet::HasOne<Badge> badge{};

    static constexpr auto table = duet::table("users", duet::decimal_as_text("exact"));
};

struct Comment;

struct Post {
    std::int64_t id{};
    std::string title{};
    int views{};
    duet::BelongsTo<User> author{};
    duet::HasMany<Comment> comments{};
    duet::ManyToMany<Tag> tags{};

    static constexpr auto table = duet::table("posts");
};

struct Comment {
    std::int64_t id{};
    std::string text{};
    duet::BelongsTo<Post> post{};

    static constexpr auto table = duet::table("comments");
};

struct Tag {
    std::string label{};
    duet::ManyToMany<Post> posts{};

    static constexpr auto table = duet::table("tags", duet::primary_key("label"));
};

struct Badge {
    std::int64_t id{};
    int number{};
    duet::BelongsTo<User> owner{};
    duet::Timestamps times{};

    static constexpr auto table = duet::table("badges");
};

inline constexpr auto models = duet::models<User, Post, Comment, Tag, Badge>;

}  // namespace expr_test
