#include "driver/mariadb/pattern.hpp"

#include <duet/base/error.hpp>
#include <duet/types/json_text.hpp>

#include <cstdint>

#include "driver/like_pattern.hpp"

namespace duet::driver::mariadb {
namespace {

// Steps from the end are spelled [last-1], which MySQL and MariaDB (10.9 upwards) have in common.
void append_index(std::string& out, std::int64_t index) {
    out += '[';
    if (index >= 0) {
        out += std::to_string(index);
    } else {
        out += "last";
        if (index < -1) out += std::to_string(index + 1);
    }
    out += ']';
}

void append_json_path(std::string& out, std::string_view keys) {
    out += '$';
    for (duet::detail::JsonArrayReader step(keys); step.next();) {
        if (step.kind() == duet::detail::JsonKind::text) {
            const std::string key = duet::detail::json_unescape(step.raw());
            if (key.starts_with('-'))
                throw UnsupportedByDialect(
                    "MariaDB does not find what lies in JSON objects under keys that begin with '-'");
            out += '.';
            duet::detail::append_json_string(out, key);
        } else {
            append_index(out, step.to_int64());
        }
    }
}

}  // namespace

void render_pattern(std::string& out, Transform transform, std::string_view text) {
    switch (transform) {
        case Transform::json_path:
            return append_json_path(out, text);
        case Transform::like_contains:
        case Transform::like_prefix:
        case Transform::like_suffix:
        case Transform::like_pattern:
            return append_like_pattern(out, transform, text);
        case Transform::glob_prefix:
        case Transform::like_to_glob:
            throw InvalidQuery("MariaDB and MySQL have no GLOB patterns");
        default:
            out += text;
    }
}

}  // namespace duet::driver::mariadb
