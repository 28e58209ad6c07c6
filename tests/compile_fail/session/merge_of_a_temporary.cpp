// EXPECT(gcc): duet: GCC 12 breaks temporaries in co_await: name the object first
// EXPECT_PASS(clang)
#include <duet/session.hpp>

struct User {
    std::int64_t id{};
    std::string name{};

    static constexpr auto table = duet::table("users");
};

duet::Task<> f(duet::AsyncSession& s) { co_await s.merge(User{.id = 1, .name = "Ada"}); }
