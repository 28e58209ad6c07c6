// EXPECT: duet: a field of a payload is a column type, a plain struct, or an optional
// MAX_LINES: 20
// MAX_LINES(clang): 180
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
    const char* name{};
};

auto parsed = duet::from_json<Create>("{}");
