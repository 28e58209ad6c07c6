#include "driver/like_pattern.hpp"

namespace duet::driver {

void append_like_pattern(std::string& out, Transform transform, std::string_view text) {
    if (transform != Transform::like_prefix) out += '%';
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    if (transform != Transform::like_suffix) out += '%';
}

}  // namespace duet::driver
