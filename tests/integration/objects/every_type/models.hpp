#pragma once

#include <duet/all.hpp>

#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

#include "integration/column_types.hpp"

/// The models of column_types.hpp as the tests of every type see them: their members one by one, the same as
/// a payload, and rows that go to the ends of what their columns hold.
namespace duet::test::every_type {

using namespace column_types;
using namespace std::chrono_literals;

/// The columns of a model other than its key.
template <auto... Member>
struct Members {
    static constexpr std::tuple pointers{Member...};
    static constexpr std::string_view names[]{duet::col<Member>.name()...};
};

template <class T>
using AsIs = T;

/// What one database takes, and another refuses.
struct Able {
    bool infinity = false;        // in floating-point columns
    bool far_dates = false;       // beyond the years 1 to 9999, and infinite ones
    bool zero_bytes = false;      // U+0000 in texts
    bool large_unsigned = false;  // integers beyond 2^63 - 1
};

/// Of a model M: the payload `As<W>` with W<T> for each column of type T, the `members<S>` of M and of its
/// payloads, `rows()` that can be written as JSON as well, `special_rows(able)` that cannot, and
/// `precise_rows()`, whose decimals only a column that is text can keep.
template <class M>
struct About;

/// A row as a struct that is no model: what payloads are, and rows are read as.
template <class M>
using Row = typename About<M>::template As<AsIs>;
/// A payload for updates.
template <class M>
using Changes = typename About<M>::template As<Patch>;

template <class T>
constexpr T lowest = std::numeric_limits<T>::lowest();
template <class T>
constexpr T highest = std::numeric_limits<T>::max();

inline std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> out;
    for (const int value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}
inline std::vector<std::byte> every_byte() {
    std::vector<std::byte> out;
    for (int i = 0; i < 256; ++i) out.push_back(static_cast<std::byte>(i));
    return out;
}
/// Texts that mean something somewhere on their way.
inline std::vector<std::string> awkward_texts() {
    return {"",
            "NULL",
            "null",
            "\"quoted\", {braced}",
            "{}",
            "[1,2]",
            "back\\slash\\",
            "\\N",
            "\\.",
            "a,b",
            "  spaces ",
            "l'H\xc3\xb4tel\r\n\t",
            "\x01\x1f\x7f",
            "\xf0\x9f\x98\x80 \xe2\x82\xac",
            "\\x00",
            "1",
            "true"};
}

template <template <class> class W>
struct NumbersAs {
    W<std::int8_t> i8{};
    W<std::int16_t> i16{};
    W<std::int32_t> i32{};
    W<std::int64_t> i64{};
    W<std::uint8_t> u8{};
    W<std::uint16_t> u16{};
    W<std::uint32_t> u32{};
    W<std::uint64_t> u64{};
    W<float> f{};
    W<double> d{};
    W<bool> b{};
    W<Decimal> decimal{};
    W<Decimal> exact{};
};
template <>
struct About<Numbers> {
    template <template <class> class W>
    using As = NumbersAs<W>;
    template <class S>
    using members = Members<&S::i8, &S::i16, &S::i32, &S::i64, &S::u8, &S::u16, &S::u32, &S::u64, &S::f,
                            &S::d, &S::b, &S::decimal, &S::exact>;

    static std::vector<Numbers> rows() {
        return {
            {},
            {.i8 = -1,
             .i16 = -2,
             .i32 = 3,
             .i64 = -4,
             .u8 = 5,
             .u16 = 6,
             .u32 = 7,
             .u64 = 8,
             .f = 1.1F,
             .d = 0.1 + 0.2,
             .b = true,
             .decimal = Decimal::parse("-12.50"),
             .exact = Decimal::parse("1.10")},
            {.i8 = lowest<std::int8_t>,
             .i16 = lowest<std::int16_t>,
             .i32 = lowest<std::int32_t>,
             .i64 = lowest<std::int64_t>,
             .f = lowest<float>,
             .d = lowest<double>,
             .decimal = Decimal::parse("-99999999999999.9"),
             .exact = Decimal::parse("-99999999999999.9")},
            {.i8 = highest<std::int8_t>,
             .i16 = highest<std::int16_t>,
             .i32 = highest<std::int32_t>,
             .i64 = highest<std::int64_t>,
             .u8 = highest<std::uint8_t>,
             .u16 = highest<std::uint16_t>,
             .u32 = highest<std::uint32_t>,
             .u64 = highest<std::int64_t>,
             .f = highest<float>,
             .d = highest<double>,
             .b = true,
             .decimal = Decimal::parse("0.0000000001"),
             .exact = Decimal::parse("0.0000000001")},
            {.f = std::numeric_limits<float>::denorm_min(), .d = std::numeric_limits<double>::denorm_min()},
            {.f = std::numeric_limits<float>::min(), .d = std::numeric_limits<double>::min()}};
    }
    static std::vector<Numbers> precise_rows() {
        return {{.exact = Decimal::parse("-99999999999999999999999999999999999999")},
                {.exact = Decimal::parse("0.00000000000000000000000000000000000001")},
                {.exact = Decimal::parse("12345678901234567890.50")}};
    }
    static std::vector<Numbers> special_rows(const Able& able) {
        std::vector<Numbers> out;
        if (able.large_unsigned) out.push_back({.u64 = highest<std::uint64_t>});
        if (able.infinity) {
            out.push_back(
                {.f = std::numeric_limits<float>::infinity(), .d = -std::numeric_limits<double>::infinity()});
        }
        return out;
    }
};

template <template <class> class W>
struct TextsAs {
    W<std::string> text{};
    W<std::vector<std::byte>> blob{};
    W<Uuid> uuid{};
    W<Json> json{};
    W<Color> color{};
    W<Level> level{};
    W<Offset> offset{};
    W<Plain> plain{};
    W<Money> money{};
    W<Isbn> isbn{};
};
template <>
struct About<Texts> {
    template <template <class> class W>
    using As = TextsAs<W>;
    template <class S>
    using members = Members<&S::text, &S::blob, &S::uuid, &S::json, &S::color, &S::level, &S::offset,
                            &S::plain, &S::money, &S::isbn>;

    static std::vector<Texts> rows() {
        std::vector<Texts> out{{},
                               {.text = std::string(100'000, 'x'),
                                .blob = std::vector<std::byte>(100'000),
                                .uuid = Uuid::v7(),
                                .json = Json(std::string(5000, '"')),
                                .color = Color::blue,
                                .level = Level::high,
                                .offset = Offset::below,
                                .plain = plain_b,
                                .money = {lowest<std::int64_t>},
                                .isbn = {"9780140286809"}},
                               {.blob = every_byte(), .json = 1.5, .offset = Offset::above}};
        for (const std::string& text : awkward_texts()) {
            out.push_back(
                {.text = text,
                 .blob = bytes({0, '\\', 'x', 255, '"'}),
                 .uuid = Uuid::v4(),
                 .json = Json::object({{text, Json::array({text, nullptr, true, 1.5, Json::object({})})}}),
                 .color = Color::green,
                 .money = {highest<std::int64_t>}});
        }
        return out;
    }
    static std::vector<Texts> special_rows(const Able& able) {
        using namespace std::string_literals;
        std::vector<Texts> out{{.level = static_cast<Level>(7)}};  // has no name in JSON
        if (able.zero_bytes) out.push_back({.text = "a\0b\0"s});
        return out;
    }
};

template <template <class> class W>
struct TimesAs {
    W<Date> date{};
    W<Time> time{};
    W<Timestamp> timestamp{};
    W<std::chrono::microseconds> micros{};
    W<std::chrono::milliseconds> millis{};
    W<std::chrono::seconds> seconds{};
    W<std::chrono::minutes> minutes{};
    W<std::chrono::hours> hours{};
    W<std::chrono::duration<double>> fractions{};
};
template <>
struct About<Times> {
    template <template <class> class W>
    using As = TimesAs<W>;
    template <class S>
    using members = Members<&S::date, &S::time, &S::timestamp, &S::micros, &S::millis, &S::seconds,
                            &S::minutes, &S::hours, &S::fractions>;

    static std::vector<Times> rows() {
        using namespace std::chrono;
        constexpr sys_days first = std::chrono::year(1) / January / 1;
        constexpr sys_days last = std::chrono::year(9999) / December / 31;
        constexpr microseconds most(9'000'000'000'000'000'000);
        return {{},
                {.date = first,
                 .timestamp = first,
                 .micros = -1us,
                 .millis = -1ms,
                 .seconds = -1s,
                 .minutes = -1min,
                 .hours = -1h},
                {.date = last,
                 .time = Time::of(23, 59, 59, 999'999),
                 .timestamp = last + 24h - 1us,
                 .micros = most,
                 .millis = 1ms,
                 .seconds = 1s,
                 .minutes = 1min,
                 .hours = 24h * 365'000,
                 .fractions = duration<double>(0.25)},
                {.date = sys_days(std::chrono::year(2024) / February / 29),
                 .time = Time::of(7, 8, 9, 10),
                 .timestamp = Timestamp(-1us),
                 .micros = -most,
                 .fractions = duration<double>(-1e9)},
                {.timestamp = Timestamp(1'700'000'000s + 120ms)}};
    }
    static std::vector<Times> special_rows(const Able& able) {
        using namespace std::chrono;
        if (!able.far_dates) return {};
        constexpr sys_days late = std::chrono::year(10000) / January / 1;
        constexpr sys_days early = std::chrono::year(0) / December / 31;
        return {{.date = late, .timestamp = late},
                {.date = early, .timestamp = early},
                {.date = Date::max(), .timestamp = Timestamp::max()},
                {.date = Date::min(), .timestamp = Timestamp::min()}};
    }
};

template <template <class> class W>
struct ListsAs {
    W<std::vector<int>> ints{};
    W<std::vector<std::uint64_t>> unsigneds{};
    W<std::vector<double>> doubles{};
    W<std::vector<std::string>> texts{};
    W<std::vector<Color>> colors{};
    W<std::vector<Level>> levels{};
    W<std::vector<Uuid>> uuids{};
    W<std::vector<Timestamp>> moments{};
    W<std::vector<Decimal>> decimals{};
    W<std::vector<Money>> money{};
    W<std::vector<std::optional<int>>> gaps{};
    W<std::vector<std::vector<int>>> nested{};
    W<std::vector<Json>> jsons{};
};
template <>
struct About<Lists> {
    template <template <class> class W>
    using As = ListsAs<W>;
    template <class S>
    using members = Members<&S::ints, &S::unsigneds, &S::doubles, &S::texts, &S::colors, &S::levels,
                            &S::uuids, &S::moments, &S::decimals, &S::money, &S::gaps, &S::nested, &S::jsons>;

    static std::vector<Lists> rows() {
        return {
            {},
            {.ints = {lowest<int>, 0, highest<int>},
             .unsigneds = {0, highest<std::int64_t>},
             .doubles = {0.1, -1e300, std::numeric_limits<double>::denorm_min()},
             .texts = awkward_texts(),
             .colors = {Color::red, Color::green, Color::blue},
             .levels = {Level::high, Level::low},
             .uuids = {Uuid::v7(), Uuid{}},
             .moments = {Timestamp(-1us), Timestamp{}},
             .decimals = {Decimal::parse("0.10"), Decimal::parse("12345678901234567890.123"), Decimal{}},
             .money = {{5}, {lowest<std::int64_t>}},
             .gaps = {1, std::nullopt, 3},
             .nested = {{}, {1, 2}, {3}},
             .jsons = {nullptr, Json::parse("[1, {\"a\\\"\": \"{}\"}]"), "x", "", 1.5}},
            {.ints = {1}, .texts = {""}, .gaps = {std::nullopt}, .nested = {{}}, .jsons = {Json::object({})}},
            {.texts = {std::string(3000, '\\'), "", std::string(1000, '"')},
             .nested = {std::vector<int>(1000, -7)}}};
    }
    static std::vector<Lists> special_rows(const Able& able) {
        using namespace std::string_literals;
        std::vector<Lists> out;
        if (able.large_unsigned) out.push_back({.unsigneds = {highest<std::uint64_t>, 1}});
        if (able.zero_bytes) out.push_back({.texts = {"\0x"s, "\0"s}});
        return out;
    }
};

template <template <class> class W>
struct OptionalsAs {
    W<std::optional<std::int8_t>> i8{};
    W<std::optional<std::int64_t>> i64{};
    W<std::optional<std::uint64_t>> u64{};
    W<std::optional<float>> f{};
    W<std::optional<double>> d{};
    W<std::optional<bool>> b{};
    W<std::optional<std::string>> text{};
    W<std::optional<std::vector<std::byte>>> blob{};
    W<std::optional<Date>> date{};
    W<std::optional<Time>> time{};
    W<std::optional<Timestamp>> timestamp{};
    W<std::optional<std::chrono::seconds>> seconds{};
    W<std::optional<Uuid>> uuid{};
    W<std::optional<Decimal>> decimal{};
    W<std::optional<Decimal>> exact{};
    W<std::optional<Json>> json{};
    W<std::optional<Color>> color{};
    W<std::optional<Level>> level{};
    W<std::optional<Money>> money{};
    W<std::optional<std::vector<int>>> ints{};
};
template <>
struct About<Optionals> {
    template <template <class> class W>
    using As = OptionalsAs<W>;
    template <class S>
    using members = Members<&S::i8, &S::i64, &S::u64, &S::f, &S::d, &S::b, &S::text, &S::blob, &S::date,
                            &S::time, &S::timestamp, &S::seconds, &S::uuid, &S::decimal, &S::exact, &S::json,
                            &S::color, &S::level, &S::money, &S::ints>;

    static std::vector<Optionals> rows() {
        const Optionals none{};
        const Optionals empty{.i8 = std::int8_t{0},
                              .i64 = 0,
                              .u64 = 0,
                              .f = 0.0F,
                              .d = 0.0,
                              .b = false,
                              .text = "",
                              .blob = std::vector<std::byte>{},
                              .date = Date{},
                              .time = Time{},
                              .timestamp = Timestamp{},
                              .seconds = 0s,
                              .uuid = Uuid{},
                              .decimal = Decimal{},
                              .exact = Decimal{},
                              .json = Json::object({}),
                              .color = Color::red,
                              .level = Level::low,
                              .money = Money{},
                              .ints = std::vector<int>{}};
        const Optionals full{.i8 = lowest<std::int8_t>,
                             .i64 = lowest<std::int64_t>,
                             .u64 = highest<std::int64_t>,
                             .f = -1.1F,
                             .d = 1e300,
                             .b = true,
                             .text = "NULL",
                             .blob = every_byte(),
                             .date = Date(std::chrono::year(9999) / 12 / 31),
                             .time = Time::of(23, 59, 59, 999'999),
                             .timestamp = Timestamp(-1us),
                             .seconds = -1s,
                             .uuid = Uuid::v4(),
                             .decimal = Decimal::parse("-0.01"),
                             .exact = Decimal::parse("1234567890123.50"),
                             .json = Json("text"),
                             .color = Color::blue,
                             .level = Level::high,
                             .money = Money{-1},
                             .ints = std::vector<int>{1, -2}};
        // Every column once as the only one that is not NULL among its neighbours.
        Optionals odd = full, even = full;
        odd.i64 = {}, odd.f = {}, odd.b = {}, odd.blob = {}, odd.time = {}, odd.seconds = {},
        odd.decimal = {}, odd.json = {}, odd.level = {}, odd.ints = {};
        even.i8 = {}, even.u64 = {}, even.d = {}, even.text = {}, even.date = {}, even.timestamp = {},
        even.uuid = {}, even.exact = {}, even.color = {}, even.money = {};
        return {none, empty, full, odd, none, even};
    }
    static std::vector<Optionals> precise_rows() {
        return {{}, {.exact = Decimal::parse("-12345678901234567890.50")}};
    }
    static std::vector<Optionals> special_rows(const Able& able) {
        using namespace std::string_literals;
        std::vector<Optionals> out;
        if (able.infinity)
            out.push_back(
                {.f = -std::numeric_limits<float>::infinity(), .d = std::numeric_limits<double>::infinity()});
        if (able.zero_bytes) out.push_back({.text = "\0"s});
        if (able.far_dates) out.push_back({.date = Date::max(), .timestamp = Timestamp::min()});
        return out;
    }
};

}  // namespace duet::test::every_type
