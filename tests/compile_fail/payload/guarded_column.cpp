// EXPECT: duet: a field of this payload is a guarded column of the model
// EXPECT_ANY(gcc): Change.*User.*is_admin
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
    duet::Patch<bool> is_admin{};
};

void run(duet::Database& db, User& user) { db.update(user, Change{}); }
