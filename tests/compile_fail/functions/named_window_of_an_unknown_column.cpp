// EXPECT: duet: this window names a column that the model does not have
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto q = duet::query<User>().window("w", duet::order_by("agee"_c));
