// EXPECT: duet: a payload cannot change the primary key of a row
// MAX_LINES: 20
// MAX_LINES(clang): 34
#include <duet/payload.hpp>

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

struct Change {
    std::int64_t id{};
};

void run(duet::Database& db, User& user) {
    db.batch([&](duet::Batch& batch) { batch.update(user, Change{}); });
}
