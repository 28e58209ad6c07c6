// EXPECT: duet: arithmetic needs numbers
// MAX_LINES(clang): 15
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto f(duet::Database& db) { return db.query<User>().select(duet::median("name"_c)); }
