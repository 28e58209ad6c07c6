// MAX_LINES(clang): 14
// EXPECT: duet: a listener takes the object, and perhaps a const duet::HookContext& besides
#include <duet/signals.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

void run(duet::Database& db) {
    auto c = db.connect<User>(duet::signal::before_save, [](int) {});
}
