#pragma once

#include <duet/payload.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace duet::test {

struct Post;

enum class Role { reader, editor };

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    int age{};
    Role role{};
    std::optional<std::string> bio{};
    bool is_admin = false;
    duet::Timestamps times{};
    duet::HasMany<Post, "author"> posts{};

    static constexpr auto table = duet::table("users", duet::unique("email"), duet::guarded("is_admin"));
};

struct Post {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<User> author{};
    std::optional<duet::BelongsTo<User>> editor{};
    std::vector<std::string> tags{};

    static constexpr auto table = duet::table("posts");
};

struct UserCreate {
    std::string email{};
    std::string name{};
    int age = 18;
    Role role{};

    static constexpr auto rules =
        duet::rules(duet::email("email"), duet::length("name", 1, 10), duet::range("age", 0, 150),
                    duet::may_be_missing("age"), duet::may_be_missing("role"));
};

struct UserPatch {
    duet::Patch<std::string> name{};
    duet::Patch<std::optional<std::string>> bio{};
    duet::Patch<int> age{};

    static constexpr auto rules = duet::rules(duet::length("name", 1, 10), duet::range("age", 0, 150));
};

/// The codes and paths of what a call throws, one to a line.
template <class F>
std::string faults_in(F call) {
    try {
        call();
    } catch (const duet::ValidationError& error) {
        std::string out;
        for (const duet::Fault& fault : error.faults()) {
            if (!out.empty()) out += '\n';
            if (fault.line != 0) out += std::to_string(fault.line) + ' ';
            out += fault.code + ' ' + fault.path;
        }
        return out.empty() ? std::string("no faults: ") + error.what() : out;
    }
    return "nothing";
}

}  // namespace duet::test
