#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace duet::driver {
struct Url;
}

namespace duet::driver::sqlite {

enum class OpenMode : std::uint8_t { read_only, read_write, create };

/// What a sqlite:// URL asks for.
struct Options {
    std::string file;  // empty: a database in memory
    OpenMode mode = OpenMode::create;
    int busy_timeout_ms = 5000;
    std::string journal_mode{};  // empty: WAL where that is possible
    std::string synchronous{};   // empty: NORMAL with WAL, else SQLite's own choice
    std::optional<std::int64_t> cache_size{};
    std::optional<std::int64_t> mmap_size{};

    bool in_memory() const { return file.empty(); }
};

/// Throws ConfigurationError for unknown options and for values that they cannot have.
Options parse_options(const Url& url);

}  // namespace duet::driver::sqlite
