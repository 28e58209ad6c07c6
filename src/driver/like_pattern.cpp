#include "driver/like_pattern.hpp"

namespace duet::driver {

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

}  // namespace duet::driver
