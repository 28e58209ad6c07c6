// EXPECT: duet: window() needs #include <duet/functions.hpp>
// MAX_LINES(clang): 26
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto q = duet::query<User>().window("w");
