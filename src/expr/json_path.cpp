#include <duet/expr/json_path.hpp>
#include <duet/types/json_text.hpp>

#include <string>

namespace duet::expr {

namespace {
void append(Text& path, std::string_view key) {
    std::string text(path.view());
    if (text.size() > 1) text += ',';
    text += key;
    path = Text(text);
}
}  // namespace

void append_json_key(Text& path, std::string_view key) {
    std::string text;
    duet::detail::append_json_string(text, key);
    append(path, text);
}

void append_json_index(Text& path, std::int64_t index) { append(path, std::to_string(index)); }

void emit_json_path(shape::Fragment& out, std::string_view path) {
    std::string text(path);
    text += ']';
    out.value_of(duet::detail::json_path_value);
    out.values.add_text(duet::detail::json_path_value, text);
}

Kind json_kind_beside(const TypeInfo* peer) {
    if (peer == nullptr) return Kind::text;
    switch (family(*peer)) {
        case Family::boolean:
            return Kind::boolean;
        case Family::number:
            return is_floating(peer->kind) || is_decimal(peer->kind) ? Kind::float64 : Kind::int64;
        case Family::json:
            return Kind::json;
        default:
            return Kind::text;
    }
}

}  // namespace duet::expr
