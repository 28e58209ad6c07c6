// EXPECT: duet: this lookup needs a text column and a text
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto q = duet::query<User>().order_by(duet::collate("age"_c, "C"));
