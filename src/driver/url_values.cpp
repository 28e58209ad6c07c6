#include <duet/base/error.hpp>
#include <duet/driver/url_values.hpp>

#include <charconv>
#include <cmath>
#include <string>

namespace duet::driver {

namespace {

[[noreturn]] void refuse(const UrlOption& option, std::string_view takes) {
    throw ConfigurationError("option " + std::string(option.name) + " of " + std::string(option.of) +
                             " takes " + std::string(takes));
}

double milliseconds_in(std::string_view unit, PlainUnit plain) {
    if (unit.empty()) return plain == PlainUnit::seconds ? 1e3 : 1;
    if (unit == "ms") return 1;
    if (unit == "s") return 1e3;
    if (unit == "m" || unit == "min") return 60e3;
    if (unit == "h") return 3600e3;
    return 0;
}

}  // namespace

bool flag_of(const UrlOption& option) {
    for (const std::string_view yes : {"true", "1", "yes", "on", "True"}) {
        if (option.value == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off", "False"}) {
        if (option.value == no) return false;
    }
    refuse(option, "true or false");
}

std::int64_t number_of(const UrlOption& option, std::int64_t least, std::int64_t most) {
    const char* const begin = option.value.data();
    const char* const end = begin + option.value.size();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error != std::errc{} || stop != end || value < least || value > most)
        refuse(option, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

std::chrono::milliseconds duration_of(const UrlOption& option, PlainUnit plain,
                                      std::chrono::milliseconds most) {
    const char* const begin = option.value.data();
    const char* const end = begin + option.value.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value, std::chars_format::fixed);
    const double factor = milliseconds_in({stop, static_cast<std::size_t>(end - stop)}, plain);
    const double milliseconds = value * factor;
    // Written so that NaN is refused, too.
    const bool fits = milliseconds <= static_cast<double>(most.count());
    if (error != std::errc{} || option.value.starts_with('-') || factor == 0 || !fits)
        refuse(option, plain == PlainUnit::seconds
                           ? "a duration: seconds as in 30 or 1.5, or a number with one of the units "
                             "ms, s, m and h"
                           : "a duration: milliseconds as in 500, or a number with one of the units "
                             "ms, s, m and h");
    return std::chrono::milliseconds(std::llround(milliseconds));
}

void require_one_of(const UrlOption& option, std::initializer_list<std::string_view> allowed) {
    std::string list;
    for (const std::string_view word : allowed) {
        if (word == option.value) return;
        list += (list.empty() ? "" : ", ") + std::string(word);
    }
    refuse(option, "one of: " + list);
}

}  // namespace duet::driver
