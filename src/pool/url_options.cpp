#include <duet/base/error.hpp>
#include <duet/pool/url_options.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace duet {

namespace {

using Milliseconds = std::chrono::milliseconds;

[[noreturn]] void refuse(std::string_view option, const char* accepted) {
    throw ConfigurationError("option " + std::string(option) + " of the database URL takes " + accepted);
}

std::size_t number(std::string_view option, std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > 1'000'000)
        refuse(option, "a whole number from 0 to 1000000");
    return value;
}

bool truth(std::string_view option, std::string_view text) {
    for (const std::string_view yes : {"true", "1", "yes", "on", "True"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off", "False"}) {
        if (text == no) return false;
    }
    refuse(option, "true or false");
}

Milliseconds duration(std::string_view option, std::string_view text) {
    constexpr const char* accepted =
        "a duration: seconds as in 30 or 1.5, or a number with one of the units ms, s, m and h";
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || text.starts_with('-')) refuse(option, accepted);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    double factor = 0;
    if (unit == "ms") factor = 1;
    if (unit.empty() || unit == "s") factor = 1e3;
    if (unit == "m") factor = 60e3;
    if (unit == "h") factor = 3600e3;
    const double milliseconds = value * factor;
    constexpr double a_century = 100 * 365.25 * 86400e3;
    if (factor == 0 || !(milliseconds <= a_century)) refuse(option, accepted);
    return Milliseconds(std::llround(milliseconds));
}

// SQLAlchemy and others write -1 for "never".
Milliseconds limit(std::string_view option, std::string_view text) {
    return text == "-1" || text == "off" ? Milliseconds(0) : duration(option, text);
}

struct Entry {
    std::string_view name;
    void (*set)(PoolOptions& options, std::string_view name, std::string_view text);
};

template <auto Member, auto Parse>
constexpr Entry entry(std::string_view name) {
    return {name, [](PoolOptions& options, std::string_view option, std::string_view text) {
                options.*Member = Parse(option, text);
            }};
}

constexpr Entry entries[] = {
    entry<&PoolOptions::size, number>("pool_size"),
    entry<&PoolOptions::max_overflow, number>("max_overflow"),
    entry<&PoolOptions::max_overflow, number>("pool_max_overflow"),
    entry<&PoolOptions::timeout, duration>("pool_timeout"),
    entry<&PoolOptions::statements, number>("pool_statements"),
    entry<&PoolOptions::recycle, limit>("pool_recycle"),
    entry<&PoolOptions::max_lifetime, limit>("pool_max_lifetime"),
    entry<&PoolOptions::pre_ping, truth>("pool_pre_ping"),
    entry<&PoolOptions::pre_ping_after, duration>("pool_pre_ping_after"),
    entry<&PoolOptions::idle_timeout, limit>("pool_idle_timeout"),
    entry<&PoolOptions::min_idle, number>("pool_min_idle"),
    entry<&PoolOptions::connect_timeout, limit>("pool_connect_timeout"),
    entry<&PoolOptions::reset_on_return, truth>("pool_reset_on_return"),
    entry<&PoolOptions::report_leaks_after, limit>("pool_report_leaks_after"),
};

[[noreturn]] void refuse_unknown(std::string_view key) {
    std::string sentence =
        "a database URL has no option '" + std::string(key) + "'; for the pool there are: ";
    const char* separator = "";
    for (const Entry& known : entries) (sentence += std::exchange(separator, ", ")) += known.name;
    throw ConfigurationError(sentence);
}

}  // namespace

void apply_url_options(const driver::Url& url, PoolOptions& options) {
    for (const auto& [key, value] : url.query) {
        if (!is_pool_option(key)) continue;
        const Entry* const found = std::ranges::find(entries, std::string_view(key), &Entry::name);
        if (found == std::end(entries)) refuse_unknown(key);
        found->set(options, key, value);
    }
}

}  // namespace duet
