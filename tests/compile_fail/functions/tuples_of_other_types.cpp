// EXPECT: duet: this column cannot be compared with a value of this type
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto q = duet::query<User>().where(duet::tuple("id"_c, "age"_c) < duet::tuple(1, "x"));
