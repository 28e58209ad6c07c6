// EXPECT: duet: a rule does not fit the type of its field
// EXPECT_ANY(gcc): Create.*age
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
    int age{};
    static constexpr auto rules = duet::rules(duet::length("age", 1, 2));
};

auto parsed = duet::from_json<Create>("{}");
