// EXPECT(gcc): an_operator_is_made_of_signs_or_of_words_and_holds_no_comment
// EXPECT(clang): is not a constant expression
// EXPECT_ANY: an_operator_is_made_of_signs_or_of_words_and_holds_no_comment
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

auto e = duet::op<bool>("/*")("age"_c, 1);
