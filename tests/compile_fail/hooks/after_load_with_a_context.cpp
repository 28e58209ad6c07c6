// MAX_LINES(clang): 15
// EXPECT: duet: after_load takes no parameter: there is no write to tell of
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    void after_load(const duet::HookContext&) {}
};

void run(duet::Database& db) { db.create(User{}); }
