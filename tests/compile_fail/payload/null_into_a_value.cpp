// EXPECT: duet: a field that takes a value which may be NULL has to be a std::optional
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

struct Read {
    int age{};
};

auto shape = duet::to<Read>(User{});
