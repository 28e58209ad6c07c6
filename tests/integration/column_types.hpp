#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

/// Models with a member of every type that a column can have.
namespace duet::test::column_types {

enum class Color { red, green, blue };
enum class Level : std::uint8_t { low = 1, high = 100 };
enum class Offset : std::int16_t { below = -3, none = 0, above = 3 };
enum Plain { plain_a, plain_b };

struct Money {
    std::int64_t cents = 0;
    bool operator==(const Money&) const = default;
};
struct Isbn {
    std::string digits{};
    bool operator==(const Isbn&) const = default;
};

}  // namespace duet::test::column_types

template <>
struct duet::enum_options<duet::test::column_types::Level> {
    static constexpr bool as_integer = true;
    static constexpr int first = 0;
    static constexpr int last = 127;
};
template <>
struct duet::column_type<duet::test::column_types::Money> {
    using stored = std::int64_t;
    static std::int64_t to(const duet::test::column_types::Money& money) { return money.cents; }
    static duet::test::column_types::Money from(std::int64_t cents) { return {cents}; }
};
template <>
struct duet::column_type<duet::test::column_types::Isbn> {
    using stored = std::string;
    static std::string to(const duet::test::column_types::Isbn& isbn) { return isbn.digits; }
    static duet::test::column_types::Isbn from(const std::string& digits) {
        if (digits.size() != 10 && digits.size() != 13)
            throw duet::ValidationError("an ISBN has 10 or 13 digits");
        return {digits};
    }
};

namespace duet::test::column_types {

struct Numbers {
    std::int64_t id{};
    std::int8_t i8{};
    std::int16_t i16{};
    std::int32_t i32{};
    std::int64_t i64{};
    std::uint8_t u8{};
    std::uint16_t u16{};
    std::uint32_t u32{};
    std::uint64_t u64{};
    float f{};
    double d{};
    bool b{};
    Decimal decimal{};
    Decimal exact{};
    bool operator==(const Numbers&) const = default;
    static constexpr auto table = duet::table("numbers", duet::decimal_as_text("exact"));
};

struct Texts {
    std::int64_t id{};
    std::string text{};
    std::vector<std::byte> blob{};
    Uuid uuid{};
    Json json{};
    Color color{};
    Level level = Level::low;
    Offset offset{};
    Plain plain{};
    Money money{};
    Isbn isbn{"0000000000"};
    bool operator==(const Texts&) const = default;
    static constexpr auto table = duet::table("texts");
};

struct Times {
    std::int64_t id{};
    Date date{};
    Time time{};
    Timestamp timestamp{};
    std::chrono::microseconds micros{};
    std::chrono::milliseconds millis{};
    std::chrono::seconds seconds{};
    std::chrono::minutes minutes{};
    std::chrono::hours hours{};
    std::chrono::duration<double> fractions{};
    bool operator==(const Times&) const = default;
    static constexpr auto table = duet::table("times");
};

struct Lists {
    std::int64_t id{};
    std::vector<int> ints{};
    std::vector<std::uint64_t> unsigneds{};
    std::vector<double> doubles{};
    std::vector<std::string> texts{};
    std::vector<Color> colors{};
    std::vector<Level> levels{};
    std::vector<Uuid> uuids{};
    std::vector<Timestamp> moments{};
    std::vector<Decimal> decimals{};
    std::vector<Money> money{};
    std::vector<std::optional<int>> gaps{};
    std::vector<std::vector<int>> nested{};
    std::vector<Json> jsons{};
    bool operator==(const Lists&) const = default;
    static constexpr auto table = duet::table("lists");
};

struct Optionals {
    std::int64_t id{};
    std::optional<std::int8_t> i8{};
    std::optional<std::int64_t> i64{};
    std::optional<std::uint64_t> u64{};
    std::optional<float> f{};
    std::optional<double> d{};
    std::optional<bool> b{};
    std::optional<std::string> text{};
    std::optional<std::vector<std::byte>> blob{};
    std::optional<Date> date{};
    std::optional<Time> time{};
    std::optional<Timestamp> timestamp{};
    std::optional<std::chrono::seconds> seconds{};
    std::optional<Uuid> uuid{};
    std::optional<Decimal> decimal{};
    std::optional<Decimal> exact{};
    std::optional<Json> json{};
    std::optional<Color> color{};
    std::optional<Level> level{};
    std::optional<Money> money{};
    std::optional<std::vector<int>> ints{};
    bool operator==(const Optionals&) const = default;
    static constexpr auto table = duet::table("optionals", duet::decimal_as_text("exact"));
};

struct Wide {
    std::int64_t id{};
    int a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, a8{}, a9{}, b1{}, b2{}, b3{}, b4{}, b5{}, b6{}, b7{}, b8{},
        b9{};
    std::string c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, c8{}, c9{}, d1{}, d2{}, d3{}, d4{}, d5{}, d6{},
        d7{}, d8{}, d9{};
    double e1{}, e2{}, e3{}, e4{}, e5{}, e6{}, e7{}, e8{}, e9{};
    std::optional<int> f1{}, f2{}, f3{}, f4{}, f5{}, f6{}, f7{}, f8{}, f9{}, g1{}, g2{}, g3{}, g4{}, g5{},
        g6{}, g7{}, g8{}, g9{};
    bool operator==(const Wide&) const = default;
    static constexpr auto table = duet::table("wide");
};

inline constexpr auto models = duet::models<Numbers, Texts, Times, Lists, Optionals, Wide>;

}  // namespace duet::test::column_types
