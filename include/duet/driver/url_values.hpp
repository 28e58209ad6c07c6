#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string_view>

/// What the options of URLs say. A value that cannot be understood is a ConfigurationError that tells what
/// the option takes and never repeats the value.
namespace duet::driver {

struct UrlOption {
    std::string_view name;
    std::string_view value;
    std::string_view of;  // "a MariaDB URL", for messages
};

bool flag_of(const UrlOption& option);
std::int64_t number_of(const UrlOption& option, std::int64_t least, std::int64_t most);

/// What a duration without a unit counts.
enum class PlainUnit : std::uint8_t { milliseconds, seconds };
/// A number, which may have a fraction, with one of the units ms, s, m (or min) and h, or without one.
std::chrono::milliseconds duration_of(const UrlOption& option, PlainUnit plain,
                                      std::chrono::milliseconds most);

void require_one_of(const UrlOption& option, std::initializer_list<std::string_view> allowed);

/// Whether an option is the pool's; drivers skip those.
constexpr bool is_pool_option(std::string_view key) noexcept {
    return key.starts_with("pool_") || key == "max_overflow";
}

}  // namespace duet::driver
