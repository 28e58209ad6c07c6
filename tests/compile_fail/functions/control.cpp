// EXPECT_PASS
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
    return db.query<User>()
        .window("w", duet::order_by("age"_c))
        .select(duet::row_number().over("w"), duet::lag("age"_c, 1, 0).over(duet::order_by("-id")),
                duet::raw<std::string>("lower({})", "name"_c), duet::op<bool>("@>")("age"_c, 1));
}
