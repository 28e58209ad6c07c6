// EXPECT(gcc): raw_takes_no_comments_no_semicolons_and_no_control_characters
// EXPECT(clang): is not a constant expression
// EXPECT_ANY: raw_takes_no_comments_no_semicolons_and_no_control_characters
// MAX_LINES(clang): 13
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto e = duet::raw<std::string>("lower({}) -- all", "name"_c);
