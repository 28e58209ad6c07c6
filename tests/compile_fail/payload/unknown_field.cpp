// EXPECT: duet: a field of this struct is no column or relation of the model
// EXPECT_ANY(gcc): Create.*User.*naem
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

struct Create {
    std::string naem{};
};

void run(duet::Database& db) { db.create<User>(Create{}); }
