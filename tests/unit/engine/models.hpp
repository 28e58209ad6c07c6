#pragma once

#include <duet/duet.hpp>

#include <string>

namespace engine_test {

struct Account {
    std::int64_t id{};
    std::string name{};
    std::int64_t score{};
    static constexpr auto table = duet::table("accounts", duet::unique("name"));
};

/// Unique in two ways.
struct Badge {
    std::int64_t id{};
    std::string code{};
    std::string serial{};
    static constexpr auto table = duet::table("badges", duet::unique("code"), duet::unique("serial"));
};

}  // namespace engine_test
