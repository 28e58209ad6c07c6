#include "formats.hpp"

namespace duet::payload {
namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Labels of letters, digits and dashes with dots between them.
bool is_host(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        for (const char c : label) {
            if (!is_alphanumeric(c) && c != '-') return false;
        }
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) return false;
    int port = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        port = port * 10 + (c - '0');
    }
    return port <= 65535;
}

bool is_ipv6(std::string_view text) {
    if (text.size() < 2 || text.find(':') == std::string_view::npos) return false;
    return text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

}  // namespace

bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    constexpr std::string_view others = ".!#$%&'*+/=?^_`{|}~-";
    const std::string_view local = text.substr(0, at);
    for (const char c : local) {
        if (!is_alphanumeric(c) && others.find(c) == std::string_view::npos) return false;
    }
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
        return false;
    return is_host(text.substr(at + 1));
}

bool is_url(std::string_view text) {
    if (text.size() > 2048) return false;
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return false;
    std::string_view scheme = text.substr(0, colon);
    const bool is_http = (scheme.size() == 4 || scheme.size() == 5) && (scheme[0] | 0x20) == 'h' &&
                         (scheme[1] | 0x20) == 't' && (scheme[2] | 0x20) == 't' &&
                         (scheme[3] | 0x20) == 'p' && (scheme.size() == 4 || (scheme[4] | 0x20) == 's');
    if (!is_http) return false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F || std::string_view("<>\"{}|\\^`").find(c) != std::string_view::npos)
            return false;
    }
    std::string_view authority = text.substr(colon + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || !is_ipv6(authority.substr(1, close - 1))) return false;
        const std::string_view rest = authority.substr(close + 1);
        return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
    }
    const std::size_t port = authority.find(':');
    if (port != std::string_view::npos && !is_port(authority.substr(port + 1))) return false;
    return is_host(authority.substr(0, port));
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

}  // namespace duet::payload
