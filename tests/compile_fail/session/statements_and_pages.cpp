// EXPECT_PASS
#include <duet/session.hpp>
#include <duet/statement.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("users");
};

duet::Task<> f(duet::AsyncSession& s) {
    const auto statement = duet::select("id"_c, "name"_c).from<User>();
    struct Named {
        std::int64_t id;
        std::string name;
    };
    const auto rows = co_await s.execute(statement).as<Named>().all();
    const auto page = co_await s.query<User>().order_by("name").page_after("", 10);
    auto users = s.query<User>().iterate();
    while (User* user = co_await users.next()) user->name += page.items[0].name + rows[0].name;
}
