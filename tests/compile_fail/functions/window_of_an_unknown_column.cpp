// EXPECT: duet: the model (or one on the path) has no column or relation of this name
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
    return db.query<User>().select(duet::row_number().over(duet::order_by("agee"_c)));
}
