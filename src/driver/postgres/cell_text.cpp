#include "cell_text.hpp"

#include <duet/types/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>

#include <arpa/inet.h>

#include "moments.hpp"
#include "numeric.hpp"
#include "oid.hpp"
#include "type_kinds.hpp"
#include "wire.hpp"

namespace duet::driver::postgres {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::uint8_t byte) {
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
}

template <class Number>
void append_integer(std::string& out, Number value) {
    out += std::to_string(value);
}

template <class Float>
void append_float(std::string& out, Float value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
    } else {
        const Float size = std::fabs(value);
        constexpr auto most = sizeof(Float) == 4 ? Float(1e6) : Float(1e15);
        const bool plain = size == 0 || (size >= Float(1e-4) && size < most);
        char text[64];
        const auto [end, error] =
            std::to_chars(text, text + sizeof text, value,
                          plain ? std::chars_format::fixed : std::chars_format::scientific);
        if (error == std::errc{}) out.append(text, end);
    }
}

bool append_address(std::string& out, Source& source) {
    constexpr std::uint8_t ip4 = 2;  // PGSQL_AF_INET
    constexpr std::uint8_t ip6 = 3;
    const std::uint8_t family = source.u8();
    const unsigned bits = source.u8();
    const bool is_network = source.u8() != 0;
    const std::size_t size = source.u8();
    const std::string_view address = source.take(size);
    if (!source.complete() || (family != ip4 && family != ip6)) return false;
    if (size != (family == ip4 ? 4U : 16U) || bits > size * 8) return false;
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(family == ip4 ? AF_INET : AF_INET6, address.data(), text, sizeof text) == nullptr)
        return false;
    out += text;
    if (is_network || bits != size * 8) {
        out += '/';
        append_integer(out, bits);
    }
    return true;
}

bool append_bytes_with_colons(std::string& out, std::string_view bytes, std::size_t size) {
    if (bytes.size() != size) return false;
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) out += ':';
        append_hex(out, static_cast<std::uint8_t>(bytes[i]));
    }
    return true;
}

bool append_bits(std::string& out, Source& source) {
    const std::int32_t count = source.i32();
    if (count < 0 || source.left() != (static_cast<std::size_t>(count) + 7) / 8) return false;
    const std::string_view bytes = source.take(source.left());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        out += (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1) != 0 ? '1' : '0';
    return source.ok();
}

bool append_lexemes(std::string& out, Source& source) {
    const std::uint32_t count = source.u32();
    for (std::uint32_t i = 0; i < count && source.ok(); ++i) {
        if (i > 0) out += ' ';
        out += '\'';
        for (const char c : source.c_string()) {
            if (c == '\'' || c == '\\') out += c;
            out += c;
        }
        out += '\'';
        const std::uint16_t positions = source.u16();
        for (std::uint16_t k = 0; k < positions && source.ok(); ++k) {
            const unsigned entry = source.u16();
            out += k == 0 ? ':' : ',';
            append_integer(out, entry & 0x3FFF);
            if (const unsigned weight = entry >> 14; weight != 0) out += "DCBA"[weight];
        }
    }
    return source.complete();
}

Fault append_scalar_text(std::string& out, Oid type, std::string_view bytes);

// In an array or a range: in quotes where it could be taken for something else.
void append_quoted(std::string& out, std::string_view text, std::string_view special) {
    const bool is_null_word = text.size() == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' &&
                              (text[2] | 32) == 'l' && (text[3] | 32) == 'l';
    if (!text.empty() && !is_null_word && text.find_first_of(special) == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

Fault append_range(std::string& out, Oid element, Source& source) {
    constexpr unsigned is_empty = 1, lower_inclusive = 2, upper_inclusive = 4, no_lower = 8, no_upper = 16;
    const unsigned flags = source.u8();
    if ((flags & is_empty) != 0) {
        out += "empty";
        return source.complete() ? Fault::none : Fault::malformed;
    }
    const auto bound = [&](unsigned absent) {
        if ((flags & absent) != 0) return Fault::none;
        bool is_null = false;
        const std::string_view bytes = source.part(is_null);
        if (is_null || !source.ok()) return Fault::malformed;
        std::string text;
        const Fault fault = append_scalar_text(text, element, bytes);
        if (fault == Fault::none) append_quoted(out, text, "\"\\()[], \t\n\r\v\f");
        return fault;
    };
    out += (flags & lower_inclusive) != 0 ? '[' : '(';
    if (const Fault fault = bound(no_lower); fault != Fault::none) return fault;
    out += ',';
    if (const Fault fault = bound(no_upper); fault != Fault::none) return fault;
    out += (flags & upper_inclusive) != 0 ? ']' : ')';
    return source.complete() ? Fault::none : Fault::malformed;
}

constexpr std::size_t most_dimensions = 6;

struct ArrayShape {
    std::array<std::int32_t, most_dimensions> sizes{};
    std::size_t dimensions = 0;
    Oid element = 0;
};

Fault append_level(std::string& out, Source& source, const ArrayShape& shape, std::size_t level) {
    out += '{';
    for (std::int32_t i = 0; i < shape.sizes[level]; ++i) {
        if (i > 0) out += ',';
        if (level + 1 < shape.dimensions) {
            const Fault fault = append_level(out, source, shape, level + 1);
            if (fault != Fault::none) return fault;
            continue;
        }
        bool is_null = false;
        const std::string_view bytes = source.part(is_null);
        if (!source.ok()) return Fault::malformed;
        if (is_null) {
            out += "NULL";
            continue;
        }
        std::string text;
        const Fault fault = append_scalar_text(text, shape.element, bytes);
        if (fault != Fault::none) return fault;
        append_quoted(out, text, "\"\\{}, \t\n\r\v\f");
    }
    out += '}';
    return Fault::none;
}

Fault append_array(std::string& out, Source& source) {
    ArrayShape shape;
    shape.dimensions = source.u32();
    source.u32();
    shape.element = source.u32();
    if (!source.ok() || shape.dimensions > most_dimensions) return Fault::malformed;
    if (shape.dimensions == 0) {
        out += "{}";
        return source.complete() ? Fault::none : Fault::malformed;
    }
    bool plain = true;
    for (std::size_t i = 0; i < shape.dimensions; ++i) {
        shape.sizes[i] = source.i32();
        plain = plain && source.i32() == 1;
        // Each element takes four bytes at least.
        if (shape.sizes[i] <= 0 || static_cast<std::size_t>(shape.sizes[i]) > source.left() / 4)
            return Fault::malformed;
    }
    if (!plain) return Fault::wrong_type;  // its text would begin with the numbers of its first elements
    const Fault fault = append_level(out, source, shape, 0);
    if (fault != Fault::none) return fault;
    return source.complete() ? Fault::none : Fault::malformed;
}

Fault checked(bool ok) { return ok ? Fault::none : Fault::malformed; }

Fault append_scalar_text(std::string& out, Oid type, std::string_view bytes) {
    Source source(bytes);
    switch (type) {
        case oid::boolean: {
            const bool value = source.u8() != 0;
            out += value ? "true" : "false";
            return checked(source.complete());
        }
        case oid::int2:
            append_integer(out, static_cast<std::int16_t>(source.u16()));
            return checked(source.complete());
        case oid::int4:
            append_integer(out, source.i32());
            return checked(source.complete());
        case oid::int8:
            append_integer(out, source.i64());
            return checked(source.complete());
        case oid::oid:
        case oid::xid:
        case oid::cid:
            append_integer(out, source.u32());
            return checked(source.complete());
        case oid::xid8:
            append_integer(out, static_cast<std::uint64_t>(source.i64()));
            return checked(source.complete());
        case oid::float4:
            append_float(out, __builtin_bit_cast(float, source.u32()));
            return checked(source.complete());
        case oid::float8:
            append_float(out, __builtin_bit_cast(double, source.i64()));
            return checked(source.complete());
        case oid::numeric:
            return checked(append_numeric_text(out, bytes));
        case oid::bytea:
            out += "\\x";
            for (const char c : bytes) append_hex(out, static_cast<std::uint8_t>(c));
            return Fault::none;
        case oid::uuid: {
            if (bytes.size() != Uuid::size) return Fault::malformed;
            out += Uuid::from_bytes(std::span<const std::byte, Uuid::size>(
                                        reinterpret_cast<const std::byte*>(bytes.data()), Uuid::size))
                       .to_string();
            return Fault::none;
        }
        case oid::date:
            append_date_text(out, source.i32());
            return checked(source.complete());
        case oid::time:
        case oid::timetz: {
            const std::int64_t micros = source.i64();
            if (micros < 0 || micros > micros_per_day) return Fault::malformed;
            append_time_text(out, micros);
            if (type == oid::timetz) append_zone_text(out, source.i32());
            return checked(source.complete());
        }
        case oid::timestamp:
        case oid::timestamptz:
            append_timestamp_text(out, source.i64(), type == oid::timestamptz);
            return checked(source.complete());
        case oid::interval: {
            const std::int64_t micros = source.i64();
            const std::int32_t days = source.i32();
            append_interval_text(out, source.i32(), days, micros);
            return checked(source.complete());
        }
        case oid::jsonb:
        case oid::jsonpath: {
            if (source.u8() != 1) return Fault::malformed;
            out += bytes.substr(1);
            return Fault::none;
        }
        case oid::inet:
        case oid::cidr:
            return checked(append_address(out, source));
        case oid::macaddr:
            return checked(append_bytes_with_colons(out, bytes, 6));
        case oid::macaddr8:
            return checked(append_bytes_with_colons(out, bytes, 8));
        case oid::bit:
        case oid::varbit:
            return checked(append_bits(out, source));
        case oid::tsvector:
            return checked(append_lexemes(out, source));
        case oid::pg_lsn: {
            const auto position = static_cast<std::uint64_t>(source.i64());
            char text[40];
            auto* end = std::to_chars(text, text + 16, position >> 32, 16).ptr;
            *end++ = '/';
            end = std::to_chars(end, text + sizeof text, position & 0xFFFF'FFFF, 16).ptr;
            for (const char* c = text; c < end; ++c)
                out += *c >= 'a' && *c <= 'f' ? static_cast<char>(*c - 32) : *c;
            return checked(source.complete());
        }
        case oid::void_type:
            return Fault::none;
        default:
            break;
    }
    if (const Oid element = range_element(type); element != 0) return append_range(out, element, source);
    if (!is_text_type(type)) return Fault::wrong_type;
    // Of users' types, enums and citext are text; what others are is seen from their bytes.
    if (type >= oid::first_user_type &&
        (bytes.find('\0') != std::string_view::npos || !duet::detail::is_valid_utf8(bytes)))
        return Fault::wrong_type;
    out += bytes;
    return Fault::none;
}

}  // namespace

Fault append_cell_text(std::string& out, Oid type, std::string_view bytes) {
    Source source(bytes);
    if (type < oid::first_user_type && may_be_array(type)) return append_array(out, source);
    const std::size_t before = out.size();
    const Fault fault = append_scalar_text(out, type, bytes);
    if (fault != Fault::wrong_type || type < oid::first_user_type) return fault;
    out.resize(before);
    return append_array(out, source) == Fault::none ? Fault::none : Fault::wrong_type;
}

}  // namespace duet::driver::postgres
