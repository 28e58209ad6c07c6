// EXPECT: this_pattern_is_malformed|not a constant expression
// EXPECT_ANY: this_pattern_is_malformed_or_too_large
// MAX_LINES: 16
// MAX_LINES(clang): 34
#include <duet/payload.hpp>

#include <map>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    std::optional<int> age{};
    bool is_admin{};
    duet::Timestamps times{};

    static constexpr auto table = duet::table("users", duet::guarded("is_admin"));
};

struct Create {
    std::string slug{};
    static constexpr auto rules = duet::rules(duet::pattern("slug", "[a-z"));
};
