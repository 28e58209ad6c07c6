// EXPECT_PASS
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
    std::string email{};
    std::optional<int> age{};
    std::string again{};
    static constexpr auto rules = duet::rules(duet::email("email"), duet::range("age", 0, 9));
    static constexpr auto fields = duet::fields(duet::not_stored("again"));
};
struct Change {
    duet::Patch<std::string> name{};
    duet::Patch<std::optional<int>> age{};
};
struct Read {
    std::int64_t id{};
    duet::Timestamp created_at{};
    bool is_admin{};
};

void run(duet::Database& db) {
    User user = db.create<User>(Create{.email = "a@b.c"});
    db.update(user, Change{.age = nullptr});
    duet::to<Read>(user);
}
