// EXPECT: duet: fields(...) names a field that the struct does not have
// EXPECT_ANY(gcc): Read.*nmae
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

struct Read {
    std::string name{};
    static constexpr auto fields = duet::fields(duet::from("email", "nmae"));
};

auto shape = duet::to<Read>(User{});
