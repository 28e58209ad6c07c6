// EXPECT(gcc): raw_needs_one_value_for_each_pair_of_braces_outside_of_quotes
// EXPECT(clang): is not a constant expression
// EXPECT_ANY: raw_needs_one_value_for_each_pair_of_braces_outside_of_quotes
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

auto e = duet::raw<std::string>("lower({}) || {}", "name"_c);
