#pragma once

#include <duet/model/column_types.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Column types that only PostgreSQL has. Other databases refuse models with them (UnsupportedByDialect).
///
/// An enum of C++ becomes a column of a native enum, made beforehand with CREATE TYPE, by naming that type:
///
///     template <> struct duet::enum_options<Mood> {
///         static constexpr bool as_integer = false;
///         static constexpr int first = 0, last = 127;
///         static constexpr std::string_view sql_type = "mood";
///     };
namespace duet::pg {

/// An address of a host, alone or with its network: "192.0.2.7", "192.0.2.7/24", "2001:db8::1/64". Column
/// type inet. Nothing is checked here: what is no address, the server refuses.
struct Inet {
    std::string address{};
    std::optional<int> prefix{};  // bits of the network's part; without: all

    /// "address" or "address/prefix".
    std::string to_string() const;
    /// Throws ValidationError when what stands behind a slash is no number from 0 to 128.
    static Inet parse(std::string_view text);
    friend bool operator==(const Inet&, const Inet&) = default;
};

/// A span of time in the three parts that have no fixed relation: a month has 28 to 31 days, a day 23 to 25
/// hours. Column type interval. Durations of std::chrono are intervals without months and days.
struct Interval {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t micros = 0;

    /// "14 mons 3 days 04:05:06.000007".
    std::string to_string() const;
    /// Reads what to_string() writes, and what PostgreSQL writes by default. Throws ValidationError.
    static Interval parse(std::string_view text);
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// The lexemes of a text, as to_tsvector() makes them: 'cat':3 'fat':2A. Column type tsvector.
struct TsVector {
    std::string text{};
    friend bool operator==(const TsVector&, const TsVector&) = default;
};

/// All values between two bounds; a bound that is absent is infinitely far away. T is std::int32_t
/// (int4range), std::int64_t (int8range), Decimal (numrange), Date (daterange) or Timestamp (tstzrange).
/// PostgreSQL turns ranges of integers and dates into the form [lower, upper).
template <class T>
struct Range {
    std::optional<T> lower{};
    std::optional<T> upper{};
    bool lower_inclusive = true;
    bool upper_inclusive = false;
    bool empty = false;

    /// As the database sees it: a bound that is absent includes nothing, and one empty range is like another.
    friend bool operator==(const Range& a, const Range& b) {
        if (a.empty || b.empty) return a.empty == b.empty;
        return a.lower == b.lower && a.upper == b.upper &&
               (!a.lower || a.lower_inclusive == b.lower_inclusive) &&
               (!a.upper || a.upper_inclusive == b.upper_inclusive);
    }
};

namespace detail {

template <class T>
consteval std::string_view range_name() {
    if constexpr (std::is_same_v<T, std::int32_t>) {
        return "int4range";
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return "int8range";
    } else if constexpr (std::is_same_v<T, Decimal>) {
        return "numrange";
    } else if constexpr (std::is_same_v<T, Date>) {
        return "daterange";
    } else {
        static_assert(std::is_same_v<T, Timestamp>,
                      "duet: a pg::Range holds std::int32_t, std::int64_t, Decimal, Date or Timestamp");
        return "tstzrange";
    }
}

/// The texts of a range's parts.
struct RangeText {
    std::optional<std::string> lower{};
    std::optional<std::string> upper{};
    bool lower_inclusive = true;
    bool upper_inclusive = false;
    bool empty = false;
};
std::string write_range(const RangeText& range);
RangeText read_range(std::string_view text);

std::string write_bound(std::int64_t value);
std::string write_bound(const Decimal& value);
std::string write_bound(Date value);
std::string write_bound(Timestamp value);
void read_bound(std::string_view text, std::int32_t& out);
void read_bound(std::string_view text, std::int64_t& out);
void read_bound(std::string_view text, Decimal& out);
void read_bound(std::string_view text, Date& out);
void read_bound(std::string_view text, Timestamp& out);

}  // namespace detail
}  // namespace duet::pg

template <>
struct duet::column_type<duet::pg::Inet> {
    using stored = std::string;
    static constexpr std::string_view sql_type = "inet";
    static std::string to(const pg::Inet& value) { return value.to_string(); }
    static pg::Inet from(const std::string& text) { return pg::Inet::parse(text); }
};

template <>
struct duet::column_type<duet::pg::Interval> {
    using stored = std::string;
    static constexpr std::string_view sql_type = "interval";
    static std::string to(const pg::Interval& value) { return value.to_string(); }
    static pg::Interval from(const std::string& text) { return pg::Interval::parse(text); }
};

template <>
struct duet::column_type<duet::pg::TsVector> {
    using stored = std::string;
    static constexpr std::string_view sql_type = "tsvector";
    static std::string to(const pg::TsVector& value) { return value.text; }
    static pg::TsVector from(const std::string& text) { return {text}; }
};

template <class T>
struct duet::column_type<duet::pg::Range<T>> {
    using stored = std::string;
    static constexpr std::string_view sql_type = duet::pg::detail::range_name<T>();
    static std::string to(const pg::Range<T>& value) {
        pg::detail::RangeText range{.lower_inclusive = value.lower_inclusive,
                                    .upper_inclusive = value.upper_inclusive,
                                    .empty = value.empty};
        if (value.lower) range.lower = pg::detail::write_bound(*value.lower);
        if (value.upper) range.upper = pg::detail::write_bound(*value.upper);
        return pg::detail::write_range(range);
    }
    static pg::Range<T> from(const std::string& text) {
        const pg::detail::RangeText range = pg::detail::read_range(text);
        pg::Range<T> value{.lower_inclusive = range.lower_inclusive,
                           .upper_inclusive = range.upper_inclusive,
                           .empty = range.empty};
        if (range.lower) pg::detail::read_bound(*range.lower, value.lower.emplace());
        if (range.upper) pg::detail::read_bound(*range.upper, value.upper.emplace());
        return value;
    }
};
