// EXPECT: duet: tuples that are compared need equally many values
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto e = duet::tuple("id"_c, "age"_c) < duet::tuple(1);
