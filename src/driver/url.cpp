#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>

#include <algorithm>
#include <cstdint>

namespace duet::driver {
namespace {

// Nothing between "://" and the path is ever repeated in a message: with a character that should have been
// escaped, any part of it may be a piece of the password.
[[noreturn]] void bad_url(const std::string& what) { throw ConfigurationError("bad database URL: " + what); }

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decode(std::string_view text, const char* part) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                bad_url(std::string("a '%' in the ") + part +
                        " is not followed by two hex digits; write %25 for a percent sign");
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') bad_url(std::string("the ") + part + " holds a NUL byte");
        out += c;
    }
    return out;
}

std::string parse_scheme(std::string_view text, std::size_t end) {
    const std::string_view written = text.substr(0, end);
    std::string scheme(written);
    for (char& c : scheme) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const bool well_formed =
        !scheme.empty() && is_alpha(scheme[0]) && std::all_of(scheme.begin(), scheme.end(), [](char c) {
            return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
        });
    if (!well_formed) bad_url("it must start with a scheme, as in sqlite:///app.db");
    if (const std::size_t plus = scheme.find('+'); plus != std::string::npos) {
        bad_url("do not include a driver in the URL: write " + scheme.substr(0, plus) + "://... instead of " +
                scheme + "://...");
    }
    return scheme;
}

std::string parse_port(std::string_view text) {
    std::uint32_t port = 0;
    const bool digits = !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
    if (digits) {
        for (const char c : text) port = port * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (port == 0 || port > 65535) {
        bad_url(
            "a port must be a number from 1 to 65535 (write '/', ':' and '@' in a password as %2F, %3A and "
            "%40)");
    }
    return std::string(text);
}

Url::Host parse_host(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) bad_url("the '[' of an IPv6 address is not closed");
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && rest[0] != ':') bad_url("only a port may follow the ']' of an IPv6 address");
        Url::Host host{decode(text.substr(1, close - 1), "host"), {}};
        if (host.name.empty()) bad_url("the IPv6 address is empty");
        if (!rest.empty()) host.port = parse_port(rest.substr(1));
        return host;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {decode(text, "host"), {}};
    if (text.find(':', colon + 1) != std::string_view::npos) {
        bad_url("a host holds several ':'; an IPv6 address goes in brackets, as in [::1]:5432");
    }
    return {decode(text.substr(0, colon), "host"), parse_port(text.substr(colon + 1))};
}

void parse_authority(std::string_view text, Url& url) {
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        const std::string_view login = text.substr(0, at);
        const std::size_t colon = login.find(':');
        url.user = decode(login.substr(0, colon), "user name");
        if (colon != std::string_view::npos) url.password = decode(login.substr(colon + 1), "password");
        text.remove_prefix(at + 1);
    }
    if (text.empty()) return;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        more = comma != std::string_view::npos;
        url.hosts.push_back(parse_host(text.substr(0, comma)));
        if (url.hosts.back().name.empty() && (more || url.hosts.size() > 1))
            bad_url("a host in the list is empty");
        if (more) text.remove_prefix(comma + 1);
    }
}

/// Throws where a '/' or a '?' seems to be part of a password: what is behind it would be taken for a path or
/// options, and be repeated.
void refuse_cut_login(std::string_view authority, std::string_view path, std::string_view options) {
    if (authority.find('@') != std::string_view::npos) return;
    const bool login = authority.find(':') != std::string_view::npos && !authority.starts_with('[');
    const bool at_in_name = options.find('@') < options.find('=') || path.find('@') != std::string_view::npos;
    if (at_in_name || (login && options.find('@') != std::string_view::npos)) {
        bad_url(
            "an '@' stands behind a '/' or a '?': write these as %2F and %3F in a user name or a password, "
            "and '@' as %40 everywhere else");
    }
}

void parse_query(std::string_view text, Url& url) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view entry = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (entry.empty()) continue;
        const std::size_t equals = entry.find('=');
        std::string key = decode(entry.substr(0, equals), "options");
        if (key.empty()) bad_url("an option has no name");
        if (equals == std::string_view::npos)
            bad_url("option '" + key + "' has no value: write " + key + "=...");
        url.query.emplace_back(std::move(key), decode(entry.substr(equals + 1), "options"));
    }
}

void append_encoded(std::string& out, std::string_view text, std::string_view also_plain) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
            also_plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
}

bool is_secret(std::string_view option) {
    for (const std::string_view word : {"pass", "secret", "token", "key"}) {
        if (option.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

std::string_view Url::option(std::string_view key) const {
    std::string_view value;
    for (const auto& [name, text] : query) {
        if (name == key) value = text;
    }
    return value;
}

bool Url::has_option(std::string_view key) const {
    return std::any_of(query.begin(), query.end(), [&](const auto& entry) { return entry.first == key; });
}

Url parse_url(std::string_view text) {
    if (text.empty()) bad_url("it is empty; write one like sqlite:///app.db");
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            bad_url("it holds a NUL byte, a line break or another control character");
        }
    }
    const std::size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) bad_url("there is no '://'; write one like sqlite:///app.db");

    Url url;
    url.scheme = parse_scheme(text, scheme_end);
    std::string_view rest = text.substr(scheme_end + 3);
    if (rest.find('#') != std::string_view::npos) bad_url("write '#' as %23");

    std::string_view options;
    if (const std::size_t question = rest.find('?'); question != std::string_view::npos) {
        options = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view authority = rest.substr(0, slash);
    const std::string_view path = rest.substr(std::min(slash + 1, rest.size()));

    if (url.scheme == "sqlite") {
        // ":memory:" is no host with a port, though it stands in its place.
        if (authority == ":memory:" && path.empty()) {
            url.path = authority;
            parse_query(options, url);
            return url;
        }
        if (!authority.empty()) {
            bad_url(
                "an SQLite database has no host: write sqlite:///relative/path.db with three slashes or "
                "sqlite:////absolute/path.db with four");
        }
    } else {
        refuse_cut_login(authority, path, options);
        parse_authority(authority, url);
    }
    parse_query(options, url);
    url.path = decode(path, "path");
    return url;
}

std::string redacted(const Url& url) {
    std::string out = url.scheme + "://";
    if (!url.user.empty() || !url.password.empty()) {
        append_encoded(out, url.user, "");
        if (!url.password.empty()) out += ":***";
        out += '@';
    }
    for (std::size_t i = 0; i < url.hosts.size(); ++i) {
        const Url::Host& host = url.hosts[i];
        const bool brackets = host.name.find(':') != std::string::npos;
        if (i > 0) out += ',';
        if (brackets) out += '[';
        append_encoded(out, host.name, ":");
        if (brackets) out += ']';
        if (!host.port.empty()) out += ':' + host.port;
    }
    out += '/';
    append_encoded(out, url.path, "/:");
    char separator = '?';
    for (const auto& [key, value] : url.query) {
        out += separator;
        append_encoded(out, key, "");
        out += '=';
        if (is_secret(key)) {
            out += "***";
        } else {
            append_encoded(out, value, "/:,");
        }
        separator = '&';
    }
    return out;
}

}  // namespace duet::driver
