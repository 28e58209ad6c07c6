// EXPECT: duet: a frame cannot end before it starts
// MAX_LINES(clang): 13
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto frame = duet::rows(duet::current_row, duet::preceding(1));
