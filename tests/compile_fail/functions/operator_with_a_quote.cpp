// EXPECT: an_operator_is_made_of_signs_or_of_words_and_holds_no_comment
#include <duet/duet.hpp>
#include <duet/functions.hpp>

using namespace duet::literals;

struct User {
    std::int64_t id{};
    std::string name{};
    int age{};

    static constexpr auto table = duet::table("users");
};

auto e = duet::op<bool>("= 'x' OR")("age"_c, 1);
