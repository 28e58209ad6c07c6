// EXPECT: duet: rules(...) names a field that the struct does not have
// EXPECT_ANY(gcc): Create.*emial
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
    std::string email{};
    static constexpr auto rules = duet::rules(duet::email("emial"));
};

auto parsed = duet::from_json<Create>("{}");
