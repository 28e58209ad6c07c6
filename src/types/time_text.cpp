#include <duet/base/error.hpp>
#include <duet/types/time_text.hpp>

#include <array>
#include <bit>
#include <cstring>

namespace duet::detail {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;
constexpr std::int64_t first_day =
    std::chrono::sys_days{std::chrono::year{1} / 1 / 1}.time_since_epoch().count();
constexpr std::int64_t last_day =
    std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}.time_since_epoch().count();

constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (unsigned i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

void put_pair(char* out, unsigned value) noexcept { std::memcpy(out, &digit_pairs[2 * value], 2); }

[[noreturn]] void throw_bad_year() {
    throw ValidationError("a date or timestamp outside the years 0001 to 9999 cannot be stored");
}

void put_date(char* out, std::int64_t days_since_epoch) {
    if (days_since_epoch < first_day || days_since_epoch > last_day) throw_bad_year();
    const std::chrono::year_month_day day{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(days_since_epoch)}}};
    const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
    put_pair(out, year / 100);
    put_pair(out + 2, year % 100);
    out[4] = '-';
    put_pair(out + 5, static_cast<unsigned>(day.month()));
    out[7] = '-';
    put_pair(out + 8, static_cast<unsigned>(day.day()));
}

void put_time(char* out, std::int64_t micros_of_day) noexcept {
    const auto seconds_of_day = static_cast<unsigned>(micros_of_day / micros_per_second);
    const auto micros = static_cast<unsigned>(micros_of_day % micros_per_second);
    const unsigned minutes_of_day = seconds_of_day / 60;
    put_pair(out, minutes_of_day / 60);
    out[2] = ':';
    put_pair(out + 3, minutes_of_day % 60);
    out[5] = ':';
    put_pair(out + 6, seconds_of_day % 60);
    out[8] = '.';
    put_pair(out + 9, micros / 10'000);
    put_pair(out + 11, micros / 100 % 100);
    put_pair(out + 13, micros % 100);
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Anything but a digit makes the result larger than any sum of digits, so that one range check at the end is
// enough.
constexpr unsigned digit(char c) noexcept {
    const unsigned value = static_cast<unsigned char>(c) - unsigned{'0'};
    return value <= 9 ? value : 1'000'000U;
}
constexpr unsigned pair(const char* p) noexcept { return digit(p[0]) * 10 + digit(p[1]); }

bool make_date(unsigned year, unsigned month, unsigned day, std::int64_t& days) noexcept {
    if (year - 1 > 9998 || month - 1 > 11 || day - 1 > 30) return false;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                           std::chrono::month{month}, std::chrono::day{day}};
    if (day > 28 && !date.ok()) return false;
    days = std::chrono::sys_days{date}.time_since_epoch().count();
    return true;
}

bool read_date(const char* p, std::int64_t& days) noexcept {
    return p[4] == '-' && p[7] == '-' &&
           make_date(pair(p) * 100 + pair(p + 2), pair(p + 5), pair(p + 8), days);
}

// Reads HH:MM[:SS[.f…]] from the front of `text` and leaves the rest there.
bool read_time(std::string_view& text, std::int64_t& micros) noexcept {
    if (text.size() < 5 || text[2] != ':') return false;
    const unsigned hours = pair(text.data());
    const unsigned minutes = pair(text.data() + 3);
    if (hours > 23 || minutes > 59) return false;
    text.remove_prefix(5);
    unsigned seconds = 0;
    unsigned fraction = 0;
    if (!text.empty() && text[0] == ':') {
        if (text.size() < 3) return false;
        seconds = pair(text.data() + 1);
        if (seconds > 59) return false;
        text.remove_prefix(3);
        if (!text.empty() && text[0] == '.') {
            std::size_t size = 1;
            for (; size < text.size() && is_digit(text[size]); ++size) {
                if (size <= 6) fraction = fraction * 10 + digit(text[size]);
            }
            if (size < 2 || size > 10) return false;
            for (std::size_t i = size; i <= 6; ++i) fraction *= 10;
            text.remove_prefix(size);
        }
    }
    micros = std::int64_t{(hours * 60 + minutes) * 60 + seconds} * micros_per_second + fraction;
    return true;
}

// Eight characters that must come: a digit for each '0', else the character itself. Little endian.
struct Pattern {
    std::uint64_t text = 0;
    std::uint64_t room = 0;  // what a byte can take before it reaches 0x80 although it should not

    consteval explicit Pattern(std::string_view pattern) {
        for (unsigned i = 0; i < 8; ++i) {
            text |= std::uint64_t{static_cast<unsigned char>(pattern[i])} << (8 * i);
            room |= std::uint64_t{pattern[i] == '0' ? 0x76U : 0x7FU} << (8 * i);
        }
    }
};

// On success every byte of `pairs` that belongs to the first of two digits is their number.
bool read_eight(const char* p, const Pattern& pattern, std::uint64_t& pairs) noexcept {
    constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080U;
    std::uint64_t difference = 0;
    std::memcpy(&difference, p, 8);
    difference ^= pattern.text;
    if (((((difference & ~high_bits) + pattern.room) | difference) & high_bits) != 0) return false;
    pairs = difference * 10 + (difference >> 8);
    return true;
}

// The form that write_timestamp() writes, also with 'T', read eight characters at a time. What follows it is
// not looked at.
bool read_canonical(const char* p, std::int64_t& micros_since_epoch) noexcept {
    constexpr Pattern date{"0000-00-"};
    constexpr Pattern spaced{"00 00:00"};
    constexpr Pattern joined{"00T00:00"};
    constexpr Pattern rest{":00.0000"};
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    const bool matches = read_eight(p, date, first) &&
                         read_eight(p + 8, p[10] == 'T' ? joined : spaced, second) &&
                         read_eight(p + 16, rest, third);
    const unsigned last = pair(p + 24);
    if (!matches || last > 99) return false;
    const auto number = [](std::uint64_t pairs, unsigned byte) {
        return static_cast<unsigned>(pairs >> (8 * byte) & 0xFF);
    };
    const unsigned hours = number(second, 3);
    const unsigned minutes = number(second, 6);
    const unsigned seconds = number(third, 1);
    std::int64_t days = 0;
    if (hours > 23 || minutes > 59 || seconds > 59 ||
        !make_date(number(first, 0) * 100 + number(first, 2), number(first, 5), number(second, 0), days)) {
        return false;
    }
    const unsigned micros = (number(third, 4) * 100 + number(third, 6)) * 100 + last;
    micros_since_epoch = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    micros_since_epoch = micros_since_epoch * micros_per_second + micros;
    return true;
}

// Reads the offset that is all of `text`.
bool read_offset(std::string_view text, std::int64_t& micros) noexcept {
    micros = 0;
    if (text.empty()) return true;
    if (text[0] == 'Z' || text[0] == 'z') return text.size() == 1;
    if ((text[0] != '+' && text[0] != '-') || text.size() < 3) return false;
    const unsigned hours = pair(text.data() + 1);
    unsigned minutes = 0;
    if (text.size() == 5) {
        minutes = pair(text.data() + 3);
    } else if (text.size() == 6) {
        if (text[3] != ':') return false;
        minutes = pair(text.data() + 4);
    } else if (text.size() != 3) {
        return false;
    }
    if (hours > 23 || minutes > 59) return false;
    const std::int64_t size = std::int64_t{hours * 60 + minutes} * 60 * micros_per_second;
    micros = text[0] == '-' ? -size : size;
    return true;
}

}  // namespace

std::size_t write_timestamp(char* out, Timestamp value) {
    const std::int64_t micros = value.time_since_epoch().count();
    std::int64_t days = micros / micros_per_day;
    std::int64_t of_day = micros % micros_per_day;
    if (of_day < 0) {
        of_day += micros_per_day;
        --days;
    }
    put_date(out, days);
    out[10] = ' ';
    put_time(out + 11, of_day);
    return timestamp_text_size;
}

std::size_t write_date(char* out, Date value) {
    put_date(out, value.time_since_epoch().count());
    return date_text_size;
}

std::size_t write_time(char* out, Time value) noexcept {
    put_time(out, value.since_midnight().count());
    return time_text_size;
}

bool parse_timestamp(std::string_view text, Timestamp& out) noexcept {
    constexpr bool fast_here = std::endian::native == std::endian::little;
    std::int64_t total = 0;
    std::int64_t offset = 0;
    const bool canonical_size = text.size() == timestamp_text_size ||
                                (text.size() > timestamp_text_size && !is_digit(text[timestamp_text_size]));
    if (fast_here && canonical_size && read_canonical(text.data(), total)) {
        text.remove_prefix(timestamp_text_size);
        if (!read_offset(text, offset)) return false;
    } else {
        std::int64_t days = 0;
        std::int64_t of_day = 0;
        if (text.size() < date_text_size || !read_date(text.data(), days)) return false;
        if (text.size() > date_text_size) {
            const char separator = text[date_text_size];
            if (separator != ' ' && separator != 'T' && separator != 't') return false;
            text.remove_prefix(date_text_size + 1);
            if (!read_time(text, of_day) || !read_offset(text, offset)) return false;
        }
        total = days * micros_per_day + of_day;
    }
    total -= offset;
    if (total < first_day * micros_per_day || total >= (last_day + 1) * micros_per_day) return false;
    out = Timestamp{std::chrono::microseconds{total}};
    return true;
}

bool parse_date(std::string_view text, Date& out) noexcept {
    std::int64_t days = 0;
    if (text.size() != date_text_size || !read_date(text.data(), days)) return false;
    out = Date{std::chrono::days{static_cast<int>(days)}};
    return true;
}

bool parse_time(std::string_view text, Time& out) noexcept {
    std::int64_t micros = 0;
    if (!read_time(text, micros) || !text.empty()) return false;
    out = Time{std::chrono::microseconds{micros}};
    return true;
}

}  // namespace duet::detail
