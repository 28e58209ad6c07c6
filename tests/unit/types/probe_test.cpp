#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace {

// What the reflection of models initialises members with to find out how many there are.
struct Any {
    template <class T>
    constexpr operator T&() const&;
    template <class T>
    constexpr operator T&&() const&&;
};

struct Model {
    duet::Json json;
    duet::Decimal decimal;
    duet::Uuid uuid;
    duet::Time time;
    std::optional<duet::Json> maybe_json;
    std::optional<duet::Decimal> maybe_decimal;
    std::optional<duet::Uuid> maybe_uuid;
    std::optional<duet::Time> maybe_time;
    duet::Timestamp timestamp;
    std::optional<duet::Timestamp> maybe_timestamp;
    duet::Date date;
    std::optional<duet::Date> maybe_date;
    std::vector<duet::Json> jsons;
};

struct Required {
    duet::Json j;
    duet::Decimal d;
    duet::Uuid u;
    duet::Time t;
    std::optional<duet::Json> oj;
};

struct Defaults {
    duet::Json json{};
    duet::Decimal decimal{};
    duet::Uuid uuid{};
    duet::Time time{};
    std::optional<duet::Json> maybe{};
    duet::Decimal price = 5;
    duet::Json flags = duet::Json::array({true, nullptr});
};

template <class T, class... Args>
concept BracesTake = requires {
    T{Args{}...};
};

TEST(ModelProbe, InitialisesEveryTypeFromAnyInAnAggregate) {
    static_assert(requires { Required{Any{}, Any{}, Any{}, Any{}, Any{}}; });
    static_assert(BracesTake<Model, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any>);
    static_assert(!BracesTake<Model, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any>);
    static_assert(BracesTake<Defaults, Any, Any, Any, Any, Any, Any, Any>);
    static_assert(!BracesTake<Defaults, Any, Any, Any, Any, Any, Any, Any, Any>);
}

TEST(ModelProbe, MembersTakeDesignatedInitialisers) {
    const Defaults model{.json = "x", .decimal = 3, .uuid = {}, .maybe = duet::Json{1}};
    EXPECT_EQ(model.json, "x");
    EXPECT_EQ(model.decimal, 3);
    EXPECT_EQ(model.price, 5);
    EXPECT_EQ(model.maybe, duet::Json{1});
    EXPECT_EQ(model.flags.text(), "[true,null]");
}

TEST(ModelProbe, TypesAreRegularAndMoveWithoutThrowing) {
    static_assert(std::regular<duet::Json> && std::is_nothrow_move_constructible_v<duet::Json>);
    static_assert(std::regular<duet::Decimal> && std::is_trivially_copyable_v<duet::Decimal>);
    static_assert(std::regular<duet::Uuid> && std::is_trivially_copyable_v<duet::Uuid>);
    static_assert(std::regular<duet::Time> && std::is_trivially_copyable_v<duet::Time>);
    static_assert(std::totally_ordered<duet::Decimal> && std::totally_ordered<duet::Uuid>);
}

TEST(ModelProbe, NothingConvertsThatMeansSomethingElse) {
    static_assert(!std::convertible_to<double, duet::Decimal> && !std::convertible_to<bool, duet::Decimal>);
    static_assert(!std::convertible_to<char, duet::Decimal>);
    static_assert(!std::convertible_to<int*, duet::Json> && !std::convertible_to<char, duet::Json>);
    static_assert(!std::convertible_to<std::vector<int>, duet::Json>);
    static_assert(!std::convertible_to<std::chrono::microseconds, duet::Time>);
}

}  // namespace
