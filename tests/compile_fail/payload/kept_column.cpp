// EXPECT: duet: a field of this payload is a column that the library keeps itself
// EXPECT_ANY(gcc): Change.*User.*created_at
// MAX_LINES(clang): 34
#include <duet/payload.hpp>

#include <map>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    std::optional<int> age{};
    bool is_admin{};
    duet::Timestamps times{};

    static constexpr auto table = duet::table("users", duet::guarded("is_admin"));
};

struct Change {
    duet::Timestamp created_at{};
};

void run(duet::Database& db, User& user) { db.update(user, Change{}); }
