// EXPECT: duet: a window is made of duet::partition_by(...)
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

auto f(duet::Database& db) { return db.query<User>().select(duet::count().over(5)); }
