// EXPECT: duet: create\(\) with a payload needs
// MAX_LINES(clang): 34
#include <duet/duet.hpp>

struct User {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("users");
};
struct Create {
    std::string name{};
};

void run(duet::Database& db, User& user) {
    db.batch([&](duet::Batch& batch) { batch.create(user, Create{}); });
}
