#include "pattern.hpp"

#include <duet/base/error.hpp>
#include <duet/types/json_text.hpp>

#include "driver/like_pattern.hpp"

namespace duet::driver::sqlite {
namespace {

constexpr std::size_t longest_pattern = 50'000;  // SQLITE_MAX_LIKE_PATTERN_LENGTH

// SQLite compares keys with the text of the document, escapes included, and knows no escape for a quote
// within quotes. Without quotes a key ends at the first dot or bracket.
void append_key(std::string& out, std::string_view token) {
    std::string key;
    duet::detail::append_json_string(key, duet::detail::json_unescape(token));
    const std::string_view inner = std::string_view(key).substr(1, key.size() - 2);
    if (inner.find('"') == std::string_view::npos) {
        out += '.';
        out += key;
    } else if (inner.find_first_of(".[") == std::string_view::npos) {
        out += '.';
        out += inner;
    } else {
        throw InvalidQuery(
            "SQLite has no path for a JSON key that holds a quote together with a dot or a bracket");
    }
}

void append_json_path(std::string& out, std::string_view keys) {
    out += '$';
    for (duet::detail::JsonArrayReader step(keys); step.next();) {
        if (step.kind() == duet::detail::JsonKind::text) {
            append_key(out, step.raw());
            continue;
        }
        const std::int64_t index = step.to_int64();
        out += index < 0 ? "[#" : "[";
        out += std::to_string(index);
        out += ']';
    }
}

}  // namespace

void render_pattern(std::string& out, Transform transform, std::string_view text) {
    switch (transform) {
        case Transform::none:
        case Transform::moment_first:  // of values that are no texts: see Binder
        case Transform::moment_last:
        case Transform::moment_texts:
        case Transform::like_pattern:  // SQLite has GLOB instead
            out += text;
            return;
        case Transform::json_path:
            return append_json_path(out, text);
        case Transform::like_contains:
        case Transform::like_prefix:
        case Transform::like_suffix:
            append_like_pattern(out, transform, text);
            break;
        case Transform::glob_prefix:
        case Transform::like_to_glob:
            append_glob_pattern(out, transform, text);
            break;
    }
    if (out.size() > longest_pattern) {
        throw ValidationError("a pattern is too long: SQLite takes at most 50000 bytes");
    }
    if (text.find('\0') != std::string_view::npos) {
        throw ValidationError("a pattern holds a NUL byte: SQLite would end it there");
    }
}

}  // namespace duet::driver::sqlite
