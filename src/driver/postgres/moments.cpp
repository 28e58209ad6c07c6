#include "moments.hpp"

#include <duet/base/error.hpp>

#include <limits>

#include "wire.hpp"

namespace duet::driver::postgres {
namespace {

using Limits32 = std::numeric_limits<std::int32_t>;
using Limits64 = std::numeric_limits<std::int64_t>;

constexpr std::int64_t first_day = -2'451'545;    // 4714-11-24 BC
constexpr std::int64_t last_day = 2'145'031'948;  // 5874897-12-31
constexpr std::int64_t first_micro = first_day * micros_per_day;

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

// The proleptic Gregorian calendar for all that 32 bits of days can say; std::chrono::year ends at 32767.
void append_day(std::string& out, std::int64_t days_since_1970, bool& before_christ) {
    const std::int64_t shifted = days_since_1970 + 719'468;  // since 0000-03-01
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t day_of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    before_christ = year <= 0;
    append_padded(out, before_christ ? 1 - year : year, 4);
    out += '-';
    append_padded(out, month, 2);
    out += '-';
    append_padded(out, day, 2);
}

void append_hours(std::string& out, std::uint64_t micros) {
    append_padded(out, static_cast<std::int64_t>(micros / 3'600'000'000), 2);
    out += ':';
    append_padded(out, static_cast<std::int64_t>(micros / 60'000'000 % 60), 2);
    out += ':';
    append_padded(out, static_cast<std::int64_t>(micros / 1'000'000 % 60), 2);
    if (const std::uint64_t fraction = micros % 1'000'000; fraction != 0) {
        out += '.';
        append_padded(out, static_cast<std::int64_t>(fraction), 6);
        while (out.back() == '0') out.pop_back();
    }
}

}  // namespace

std::int32_t days_since_2000(Date value) {
    if (value == Date::max()) return Limits32::max();
    if (value == Date::min()) return Limits32::min();
    const std::int64_t since_1970 = value.time_since_epoch().count();
    if (since_1970 < first_day + days_to_2000 || since_1970 > last_day + days_to_2000)
        throw ValidationError("a date is outside of what PostgreSQL can store (4714 BC to 5874897)");
    return static_cast<std::int32_t>(since_1970 - days_to_2000);
}

std::int64_t micros_since_2000(Timestamp value) {
    if (value == Timestamp::max()) return Limits64::max();
    if (value == Timestamp::min()) return Limits64::min();
    const std::int64_t since_1970 = value.time_since_epoch().count();
    if (since_1970 < first_micro + micros_to_2000)
        throw ValidationError("a timestamp is outside of what PostgreSQL can store (it begins in 4714 BC)");
    return since_1970 - micros_to_2000;
}

bool date_of(std::int32_t days, Date& out) noexcept {
    if (days == Limits32::max()) {
        out = Date::max();
    } else if (days == Limits32::min()) {
        out = Date::min();
    } else {
        out = Date{std::chrono::days{days + days_to_2000}};
    }
    return true;
}

bool timestamp_of(std::int64_t micros, Timestamp& out) noexcept {
    if (micros == Limits64::max()) {
        out = Timestamp::max();
    } else if (micros == Limits64::min()) {
        out = Timestamp::min();
    } else {
        // The last value is taken by infinity.
        if (micros >= Limits64::max() - micros_to_2000) return false;
        out = Timestamp{std::chrono::microseconds{micros + micros_to_2000}};
    }
    return true;
}

void append_date_text(std::string& out, std::int32_t days) {
    if (days == Limits32::max() || days == Limits32::min()) {
        out += days < 0 ? "-infinity" : "infinity";
        return;
    }
    bool before_christ = false;
    append_day(out, days + days_to_2000, before_christ);
    if (before_christ) out += " BC";
}

void append_time_text(std::string& out, std::int64_t micros) {
    append_hours(out, static_cast<std::uint64_t>(micros));
}

void append_timestamp_text(std::string& out, std::int64_t micros, bool with_zone) {
    if (micros == Limits64::max() || micros == Limits64::min()) {
        out += micros < 0 ? "-infinity" : "infinity";
        return;
    }
    std::int64_t days = micros / micros_per_day;
    std::int64_t of_day = micros % micros_per_day;
    if (of_day < 0) {
        of_day += micros_per_day;
        --days;
    }
    bool before_christ = false;
    append_day(out, days + days_to_2000, before_christ);
    out += ' ';
    append_hours(out, static_cast<std::uint64_t>(of_day));
    if (with_zone) out += "+00";
    if (before_christ) out += " BC";
}

void append_zone_text(std::string& out, std::int32_t seconds_west) {
    out += seconds_west > 0 ? '-' : '+';
    const std::int64_t seconds = seconds_west > 0 ? std::int64_t{seconds_west} : -std::int64_t{seconds_west};
    append_padded(out, seconds / 3600, 2);
    if (seconds % 3600 == 0) return;
    out += ':';
    append_padded(out, seconds / 60 % 60, 2);
    if (seconds % 60 == 0) return;
    out += ':';
    append_padded(out, seconds % 60, 2);
}

void append_interval_text(std::string& out, std::int32_t months, std::int32_t days, std::int64_t micros) {
    bool empty = true;
    bool negative_before = false;
    const auto part = [&](std::int32_t value, const char* unit) {
        if (value == 0) return;
        if (!empty) out += ' ';
        if (negative_before && value > 0) out += '+';
        out += std::to_string(value);
        out += ' ';
        out += unit;
        if (value != 1) out += 's';
        negative_before = value < 0;
        empty = false;
    };
    part(months / 12, "year");
    part(months % 12, "mon");
    part(days, "day");
    if (!empty && micros == 0) return;
    if (!empty) out += ' ';
    const auto bits = static_cast<std::uint64_t>(micros);
    if (micros < 0) {
        out += '-';
    } else if (negative_before) {
        out += '+';
    }
    append_hours(out, micros < 0 ? 0 - bits : bits);
}

}  // namespace duet::driver::postgres
