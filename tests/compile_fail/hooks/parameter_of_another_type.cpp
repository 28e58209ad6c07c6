// MAX_LINES(clang): 15
// EXPECT: duet: a hook takes nothing, or a const duet::HookContext&
// EXPECT_ANY: User
// EXPECT_ANY: before_save
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    void before_save(int) {}
};

void run(duet::Database& db) { db.create(User{}); }
