// MAX_LINES(clang): 14
// EXPECT: duet: statements have no model: db.connect(duet::signal::before_query, fn)
#include <duet/signals.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

void run(duet::Database& db) {
    auto c = db.connect<User>(duet::signal::before_query, [](const duet::QueryStart&) {});
}
