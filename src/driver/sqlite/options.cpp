#include "options.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>

#include <charconv>
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

std::string one_of(std::string_view option, std::string_view value,
                   std::initializer_list<std::string_view> allowed) {
    std::string written = lower(value);
    std::string list;
    for (const std::string_view word : allowed) {
        if (word == written) return written;
        list += (list.empty() ? "" : ", ") + std::string(word);
    }
    throw ConfigurationError("option " + std::string(option) + " of an SQLite URL takes one of: " + list);
}

std::int64_t number(std::string_view option, std::string_view value, std::int64_t low, std::int64_t high) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc{} || end != value.data() + value.size() || out < low || out > high) {
        throw ConfigurationError("option " + std::string(option) +
                                 " of an SQLite URL takes a whole number from " + std::to_string(low) +
                                 " to " + std::to_string(high));
    }
    return out;
}

}  // namespace

Options parse_options(const Url& url) {
    Options options;
    bool memory = url.path.empty() || url.path == ":memory:";
    for (const auto& [key, value] : url.query) {
        if (key.starts_with("pool_") || key == "max_overflow") continue;  // the pool's
        if (key == "mode") {
            const std::string mode = one_of(key, value, {"ro", "rw", "rwc", "memory"});
            if (mode == "memory") memory = true;
            options.mode = mode == "ro"   ? OpenMode::read_only
                           : mode == "rw" ? OpenMode::read_write
                                          : OpenMode::create;
        } else if (key == "busy_timeout") {
            options.busy_timeout_ms =
                static_cast<int>(number(key, value, 0, std::numeric_limits<int>::max()));
        } else if (key == "journal_mode") {
            options.journal_mode =
                one_of(key, value, {"wal", "delete", "truncate", "persist", "memory", "off"});
        } else if (key == "synchronous") {
            options.synchronous = one_of(key, value, {"off", "normal", "full", "extra"});
        } else if (key == "cache_size") {
            options.cache_size = number(key, value, std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max());
        } else if (key == "mmap_size") {
            options.mmap_size = number(key, value, 0, std::numeric_limits<std::int64_t>::max());
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
