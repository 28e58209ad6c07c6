#include "options.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>
#include <duet/driver/url_values.hpp>

#include <chrono>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace duet::driver::sqlite {
namespace {

constexpr std::string_view known_options =
    "mode, busy_timeout, journal_mode, synchronous, cache_size, mmap_size";

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string one_of(UrlOption option, std::initializer_list<std::string_view> allowed) {
    std::string written = lower(option.value);
    option.value = written;
    require_one_of(option, allowed);
    return written;
}

}  // namespace

Options parse_options(const Url& url) {
    Options options;
    bool memory = url.path.empty() || url.path == ":memory:";
    for (const auto& [key, value] : url.query) {
        if (is_pool_option(key)) continue;
        const UrlOption option{key, value, "an SQLite URL"};
        if (key == "mode") {
            const std::string mode = one_of(option, {"ro", "rw", "rwc", "memory"});
            if (mode == "memory") memory = true;
            options.mode = mode == "ro"   ? OpenMode::read_only
                           : mode == "rw" ? OpenMode::read_write
                                          : OpenMode::create;
        } else if (key == "busy_timeout") {
            constexpr std::chrono::milliseconds most{std::numeric_limits<int>::max()};
            options.busy_timeout_ms =
                static_cast<int>(duration_of(option, PlainUnit::milliseconds, most).count());
        } else if (key == "journal_mode") {
            options.journal_mode = one_of(option, {"wal", "delete", "truncate", "persist", "memory", "off"});
        } else if (key == "synchronous") {
            options.synchronous = one_of(option, {"off", "normal", "full", "extra"});
        } else if (key == "cache_size") {
            options.cache_size = number_of(option, std::numeric_limits<std::int32_t>::min(),
                                           std::numeric_limits<std::int32_t>::max());
        } else if (key == "mmap_size") {
            options.mmap_size = number_of(option, 0, std::numeric_limits<std::int64_t>::max());
        } else {
            throw ConfigurationError("an SQLite URL has no option '" + key +
                                     "'; there are: " + std::string(known_options));
        }
    }
    if (!memory) options.file = url.path;
    if (memory && options.mode == OpenMode::read_only) {
        throw ConfigurationError(
            "a new SQLite database in memory cannot be opened with mode=ro: it would stay empty");
    }
    return options;
}

}  // namespace duet::driver::sqlite
