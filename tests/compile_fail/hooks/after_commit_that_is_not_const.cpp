// MAX_LINES(clang): 15
// EXPECT: duet: after_commit and after_rollback see a copy of the object: declare them const
#include <duet/duet.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");

    void after_commit() {}
};

void run(duet::Database& db) { db.create(User{}); }
