#include <duet/base/error.hpp>
#include <duet/driver/url_values.hpp>
#include <duet/pool/url_options.hpp>

#include <algorithm>
#include <iterator>

namespace duet {

namespace {

using Milliseconds = std::chrono::milliseconds;

std::size_t number(const driver::UrlOption& option) {
    return static_cast<std::size_t>(driver::number_of(option, 0, 1'000'000));
}

Milliseconds duration(const driver::UrlOption& option) {
    constexpr Milliseconds a_century = std::chrono::years(100);
    return driver::duration_of(option, driver::PlainUnit::seconds, a_century);
}

// SQLAlchemy and others write -1 for "never".
Milliseconds limit(const driver::UrlOption& option) {
    return option.value == "-1" || option.value == "off" ? Milliseconds(0) : duration(option);
}

struct Entry {
    std::string_view name;
    void (*set)(PoolOptions& options, const driver::UrlOption& option);
};

template <auto Member, auto Parse>
constexpr Entry entry(std::string_view name) {
    return {name,
            [](PoolOptions& options, const driver::UrlOption& option) { options.*Member = Parse(option); }};
}

constexpr Entry entries[] = {
    entry<&PoolOptions::size, number>("pool_size"),
    entry<&PoolOptions::max_overflow, number>("max_overflow"),
    entry<&PoolOptions::max_overflow, number>("pool_max_overflow"),
    entry<&PoolOptions::timeout, duration>("pool_timeout"),
    entry<&PoolOptions::statements, number>("pool_statements"),
    entry<&PoolOptions::recycle, limit>("pool_recycle"),
    entry<&PoolOptions::max_lifetime, limit>("pool_max_lifetime"),
    entry<&PoolOptions::pre_ping, driver::flag_of>("pool_pre_ping"),
    entry<&PoolOptions::pre_ping_after, duration>("pool_pre_ping_after"),
    entry<&PoolOptions::idle_timeout, limit>("pool_idle_timeout"),
    entry<&PoolOptions::min_idle, number>("pool_min_idle"),
    entry<&PoolOptions::connect_timeout, limit>("pool_connect_timeout"),
    entry<&PoolOptions::reset_on_return, driver::flag_of>("pool_reset_on_return"),
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
        if (!driver::is_pool_option(key)) continue;
        const Entry* const found = std::ranges::find(entries, std::string_view(key), &Entry::name);
        if (found == std::end(entries)) refuse_unknown(key);
        found->set(options, {key, value, "the database URL"});
    }
}

}  // namespace duet
