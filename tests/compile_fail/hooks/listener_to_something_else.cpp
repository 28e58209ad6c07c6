// MAX_LINES(clang): 14
// EXPECT: duet: connect() takes one of duet::signal, as in duet::signal::before_save
#include <duet/signals.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

void run(duet::Database& db) {
    auto c = db.connect<User>("before_save", [](User&) {});
}
