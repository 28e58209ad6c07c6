// MAX_LINES(clang): 15
// EXPECT: duet: after_load, after_commit and after_rollback cannot be Tasks: nobody waits for them
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    duet::Task<> after_commit() const { return {}; }
};

void run(duet::Database& db) { db.create(User{}); }
