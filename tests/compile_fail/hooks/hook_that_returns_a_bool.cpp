// MAX_LINES(clang): 15
// EXPECT: duet: a hook returns void or duet::Task<>; a veto is thrown
// EXPECT_ANY: before_remove
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    bool before_remove() { return false; }
};

void run(duet::Database& db) { db.create(User{}); }
