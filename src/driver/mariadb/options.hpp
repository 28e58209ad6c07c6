#pragma once

#include <string>

namespace duet::driver {
struct Url;
}

namespace duet::driver::mariadb {

/// What a mariadb:// or mysql:// URL asks for.
struct Options {
    std::string host{};  // empty: the server on this machine, by its socket
    unsigned port = 0;   // 0: the usual one
    std::string user{};
    std::string password{};
    std::string database{};
    std::string socket{};  // path of a UNIX socket; empty: the library's own default for a local server
    bool ssl = false;
    bool ssl_verify = false;
    std::string ssl_ca{};
    std::string ssl_cert{};
    std::string ssl_key{};
    bool compress = false;
    unsigned connect_timeout = 10;  // seconds
    unsigned read_timeout = 0;      // seconds; 0: none

    /// "db.example.com:3307" or the path of the socket, for messages.
    std::string place() const;
};

/// Throws ConfigurationError for unknown options and for values that they cannot have.
Options parse_options(const Url& url);

}  // namespace duet::driver::mariadb
