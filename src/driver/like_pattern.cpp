#include "driver/like_pattern.hpp"

namespace duet::driver {
namespace {

void append_glob(std::string& out, char c) {
    if (c == '*' || c == '?' || c == '[') {
        out += '[';
        out += c;
        out += ']';
    } else {
        out += c;
    }
}

void append_like_as_glob(std::string& out, std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '%') {
            out += '*';
        } else if (c == '_') {
            out += '?';
        } else if (c == '\\' && i + 1 < pattern.size()) {
            append_glob(out, pattern[++i]);
        } else {
            append_glob(out, c);
        }
    }
}

}  // namespace

void append_like_pattern(std::string& out, Transform transform, std::string_view text) {
    if (transform == Transform::like_pattern) {
        out += text;
        // A backslash that escapes nothing is an error on servers: it stands for itself.
        const std::size_t last = text.find_last_not_of('\\');
        if ((text.size() - (last == text.npos ? 0 : last + 1)) % 2 != 0) out += '\\';
        return;
    }
    if (transform != Transform::like_prefix) out += '%';
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    if (transform != Transform::like_suffix) out += '%';
}

void append_glob_pattern(std::string& out, Transform transform, std::string_view text) {
    if (transform == Transform::like_to_glob) return append_like_as_glob(out, text);
    for (const char c : text) append_glob(out, c);
    out += '*';
}

}  // namespace duet::driver
