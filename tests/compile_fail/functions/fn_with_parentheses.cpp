// EXPECT(gcc): fn_takes_the_name_of_a_function_made_of_letters_digits_and_underscores
// EXPECT(clang): is not a constant expression
// EXPECT_ANY: fn_takes_the_name_of_a_function_made_of_letters_digits_and_underscores
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

auto e = duet::fn<int>("lower(name) --")("age"_c);
