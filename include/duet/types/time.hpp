#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace duet {

/// A moment in UTC, to the microsecond.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// A day of the proleptic Gregorian calendar, without a time zone.
using Date = std::chrono::sys_days;

namespace detail {
[[noreturn]] void throw_bad_time();
[[noreturn]] void throw_bad_duration();

/// The present in UTC, from the system's clock. Thread-safe.
inline Timestamp clock_now() noexcept {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}
}  // namespace detail

/// A time of day without a zone, to the microsecond: 00:00:00 up to and including 23:59:59.999999.
class Time {
public:
    /// Midnight.
    constexpr Time() noexcept = default;

    /// Throws ValidationError unless 0 <= since_midnight < 24 h.
    constexpr explicit Time(std::chrono::microseconds since_midnight) : micros_(since_midnight.count()) {
        if (micros_ < 0 || micros_ >= micros_per_day) detail::throw_bad_time();
    }

    /// Throws ValidationError when a part is outside its range (there is no 24:00 and no second 60).
    static constexpr Time of(int hours, int minutes, int seconds = 0, int micros = 0) {
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59 ||
            micros < 0 || micros > 999'999) {
            detail::throw_bad_time();
        }
        return Time{
            std::chrono::microseconds{((hours * 60LL + minutes) * 60 + seconds) * 1'000'000 + micros}};
    }

    constexpr std::chrono::microseconds since_midnight() const noexcept {
        return std::chrono::microseconds{micros_};
    }
    constexpr int hours() const noexcept { return static_cast<int>(micros_ / 3'600'000'000); }
    constexpr int minutes() const noexcept { return static_cast<int>(micros_ / 60'000'000 % 60); }
    constexpr int seconds() const noexcept { return static_cast<int>(micros_ / 1'000'000 % 60); }
    constexpr int micros() const noexcept { return static_cast<int>(micros_ % 1'000'000); }

    friend constexpr auto operator<=>(const Time&, const Time&) noexcept = default;

private:
    static constexpr std::int64_t micros_per_day = 86'400'000'000;

    std::int64_t micros_ = 0;
};

}  // namespace duet

template <>
struct std::hash<duet::Time> {
    std::size_t operator()(duet::Time time) const noexcept {
        return std::hash<std::int64_t>{}(time.since_midnight().count());
    }
};
