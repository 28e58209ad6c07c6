// MAX_LINES(clang): 14
// EXPECT: duet: a listener takes the object, and perhaps a const duet::HookContext& besides; the object of
// after_commit and after_rollback is const
#include <duet/signals.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

void run(duet::Database& db) {
    auto c = db.connect<User>(duet::signal::after_commit, [](User&) {});
}
