#pragma once

#include <duet/duet.hpp>

/// The two tables of workload.hpp as duet's models.
namespace bench::models {

struct Post;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    double score{};
    std::optional<std::string> bio{};
    bool is_active{};
    duet::Timestamp created_at{};
    duet::HasMany<Post> posts{};

    static constexpr auto table = duet::table("users", duet::unique("email"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::string body{};
    int views{};
    duet::BelongsTo<User> author{};

    static constexpr auto table = duet::table("posts");
};

}  // namespace bench::models
