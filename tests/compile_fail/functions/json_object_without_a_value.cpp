// EXPECT: duet: json_object takes pairs of a key and a value
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto e = duet::json_object("id", "id"_c, "name");
