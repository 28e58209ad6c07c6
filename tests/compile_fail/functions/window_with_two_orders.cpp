// EXPECT: duet: each part of a window can be there once
// MAX_LINES(clang): 16
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto f(duet::Database& db) {
    return db.query<User>().select(duet::count().over(duet::order_by("id"), duet::order_by("age")));
}
