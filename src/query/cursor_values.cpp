#include "query/cursor_values.hpp"

#include <duet/expr/value.hpp>
#include <duet/types/utf8.hpp>

#include <charconv>
#include <chrono>
#include <cstring>
#include <system_error>

#include "query/cursor_text.hpp"

namespace duet::detail {

namespace {

template <class T>
T read(const void* data) {
    T out;
    std::memcpy(&out, data, sizeof out);
    return out;
}

template <class T>
void append_number(std::string& out, T number) {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

/// The whole of `characters`, in the one way that to_chars writes it.
template <class T>
T parse_number(std::string_view characters) {
    T number{};
    const char* const end = characters.data() + characters.size();
    const auto [stop, error] = std::from_chars(characters.data(), end, number);
    if (error != std::errc{} || stop != end) throw_malformed_cursor();
    return number;
}

void append_characters(std::string& out, const shape::Values& values) {
    const shape::Values::Entry& entry = values.entry(0);
    const void* const data = values.data(0);
    switch (entry.type->kind) {
        case Kind::boolean:
            out += read<bool>(data) ? '1' : '0';
            return;
        case Kind::int64:
            return append_number(out, read<std::int64_t>(data));
        case Kind::uint64:
            return append_number(out, read<std::uint64_t>(data));
        case Kind::float64:
            return append_number(out, read<double>(data));
        case Kind::duration:
            return append_number(out, read<std::chrono::microseconds>(data).count());
        case Kind::text_view:
        case Kind::blob_view:
            out.append(static_cast<const char*>(data), entry.size);
            return;
        case Kind::date:
            return append_number(out, read<Date>(data).time_since_epoch().count());
        case Kind::time:
            return append_number(out, read<Time>(data).since_midnight().count());
        case Kind::timestamp:
            return append_number(out, read<Timestamp>(data).time_since_epoch().count());
        case Kind::uuid:
            out.append(static_cast<const char*>(data), Uuid::size);
            return;
        case Kind::decimal:
        case Kind::decimal_text: {
            char text[Decimal::max_text_size];
            out.append(text, read<Decimal>(data).write(text));
            return;
        }
        default:
            throw_malformed_cursor();
    }
}

void emit_bytes(shape::Fragment& out, std::string_view bytes) {
    out.value_of(blob_value);
    out.values.add_text(blob_value, bytes);
}

void emit_text(shape::Fragment& out, std::string_view text) {
    if (is_valid_utf8(text)) return out.value(text);
    // Some databases let other tools store anything as text; it travels as bytes then.
    out.op(shape::Op::cast);
    out.u8(static_cast<std::size_t>(Kind::text));
    emit_bytes(out, text);
}

template <class T>
void emit_fixed(shape::Fragment& out, const T& value) {
    out.value(type_info<T>, &value);
}

}  // namespace

const TypeInfo& stored_type(const TypeInfo& declared) noexcept {
    const TypeInfo* type = &declared;
    while (type->kind == Kind::custom) type = type->base;
    return *type;
}

bool may_be_null(const TypeInfo& declared) noexcept {
    const TypeInfo* type = &declared;
    while (type->nullable == nullptr && type->kind == Kind::custom) type = type->base;
    return type->nullable != nullptr;
}

bool fits_cursor(const TypeInfo& declared) noexcept {
    const Kind kind = stored_type(declared).kind;
    return kind != Kind::json && kind != Kind::array;
}

void append_cursor_value(std::string& out, const ColumnInfo& column, const void* object) {
    shape::Fragment value;
    expr::emit_object(value, *column.type, column.in(object), column.type);
    if (value.values.empty()) {
        out += '-';
        return;
    }
    std::string characters;
    append_characters(characters, value.values);
    append_number(out, characters.size());
    out += ':';
    out += characters;
}

std::optional<std::string_view> take_cursor_value(std::string_view& values) {
    if (values.starts_with('-')) {
        values.remove_prefix(1);
        return std::nullopt;
    }
    const std::size_t colon = values.find(':');
    if (colon == std::string_view::npos) throw_malformed_cursor();
    const auto size = parse_number<std::size_t>(values.substr(0, colon));
    values.remove_prefix(colon + 1);
    if (size > values.size()) throw_malformed_cursor();
    const std::string_view characters = values.substr(0, size);
    values.remove_prefix(size);
    return characters;
}

void emit_cursor_value(shape::Fragment& out, const TypeInfo& declared, std::string_view characters) {
    const TypeInfo& type = stored_type(declared);
    switch (type.kind) {
        case Kind::boolean:
            if (characters != "0" && characters != "1") throw_malformed_cursor();
            return out.value(characters == "1");
        case Kind::uint64:
            return expr::emit_value(out, parse_number<std::uint64_t>(characters), &type);
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
            return out.value(parse_number<std::int64_t>(characters));
        case Kind::duration:
            return emit_fixed(out, std::chrono::microseconds(parse_number<std::int64_t>(characters)));
        case Kind::float32:
        case Kind::float64:
            return out.value(parse_number<double>(characters));
        case Kind::enumeration:
            if (type.ops.enumeration->as_integer) return out.value(parse_number<std::int64_t>(characters));
            return emit_text(out, characters);
        case Kind::text:
            return emit_text(out, characters);
        case Kind::blob:
            return emit_bytes(out, characters);
        case Kind::date:
            return emit_fixed(out, Date(std::chrono::days(parse_number<std::int32_t>(characters))));
        case Kind::time: {
            const auto micros = parse_number<std::int64_t>(characters);
            constexpr std::int64_t day = 86'400'000'000;
            if (micros < 0 || micros >= day) throw_malformed_cursor();
            return emit_fixed(out, Time(std::chrono::microseconds(micros)));
        }
        case Kind::timestamp:
            return emit_fixed(out,
                              Timestamp(std::chrono::microseconds(parse_number<std::int64_t>(characters))));
        case Kind::uuid:
            if (characters.size() != Uuid::size) throw_malformed_cursor();
            return emit_fixed(out, read<Uuid>(characters.data()));
        case Kind::decimal:
        case Kind::decimal_text: {
            Decimal value;
            if (!Decimal::try_parse(characters, value)) throw_malformed_cursor();
            return expr::emit_object(out, type_info<Decimal>, &value, &type);
        }
        default:
            throw_malformed_cursor();
    }
}

}  // namespace duet::detail
