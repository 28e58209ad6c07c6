// EXPECT: duet: over() is for aggregates and window functions
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto f(duet::Database& db) { return db.query<User>().select("age"_c.over(duet::order_by("id"))); }
