#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace duet::driver {
struct Url;
}

namespace duet::driver::postgres {

/// What a postgresql:// URL asks for.
struct Options {
    /// For PQconnectStartParams(), without those that the URL leaves to the environment, ~/.pgpass and libpq.
    std::vector<std::pair<std::string, std::string>> keywords;
    /// Runs once the connection is there; empty when nothing is to be set.
    std::string session_sql;
    bool pipeline = true;
    bool prepare = true;
    /// To open the connection, all hosts together, watched by the caller. libpq counts whole seconds for each
    /// host, and only when it blocks.
    std::chrono::milliseconds connect_timeout{10'000};

    /// Null-terminated arrays for PQconnectStartParams(); valid while this object is left alone.
    std::vector<const char*> keyword_pointers() const;
    std::vector<const char*> value_pointers() const;
};

/// Throws ConfigurationError for unknown options and for values that they cannot have; never tells the
/// password.
Options parse_options(const Url& url);

}  // namespace duet::driver::postgres
