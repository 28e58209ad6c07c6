// EXPECT: duet: a payload cannot change the primary key of a row
// EXPECT_ANY(gcc): Change.*User.*id
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
    std::int64_t id{};
};

void run(duet::Database& db, User& user) { db.update(user, Change{}); }
