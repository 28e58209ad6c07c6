// EXPECT(gcc): a_type_is_written_with_letters_digits_spaces_dots_commas_and_parentheses
// EXPECT(clang): is not a constant expression
// EXPECT_ANY: a_type_is_written_with_letters_digits_spaces_dots_commas_and_parentheses
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

auto e = duet::cast_to<int>("age"_c, "int) --");
