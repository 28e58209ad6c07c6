#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::driver {

/// A database URL taken apart (RFC 3986), percent-decoded.
///
/// `scheme://user:password@host:port/path?key=value&...`. SQLite: `sqlite:///relative.db`,
/// `sqlite:////absolute.db`, `sqlite://:memory:` and `sqlite:///:memory:`.
struct Url {
    struct Host {
        std::string name;
        std::string port;
    };
    std::string scheme;
    std::string user;
    std::string password;
    std::vector<Host> hosts;
    std::string path;  // after the slash that ends the authority
    std::vector<std::pair<std::string, std::string>> query;

    /// The last value given for a key, or empty.
    std::string_view option(std::string_view key) const;
    bool has_option(std::string_view key) const;
};

/// Throws ConfigurationError that says what is wrong and how to mend it, without repeating a password.
Url parse_url(std::string_view text);

/// The URL for messages: password and secret options masked.
std::string redacted(const Url& url);

}  // namespace duet::driver
