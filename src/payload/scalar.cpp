#include "scalar.hpp"

#include <duet/base/error.hpp>
#include <duet/schema/model_info.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/json_number.hpp>
#include <duet/types/json_text.hpp>
#include <duet/types/time_text.hpp>
#include <duet/types/utf8.hpp>
#include <duet/types/uuid.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base64.hpp"

namespace duet::payload {

using duet::detail::integer_range;
using duet::detail::IntegerRange;
using duet::detail::JsonKind;
using duet::detail::number_kind;

namespace {

Refusal out_of_range(Kind kind) {
    const IntegerRange range = integer_range(kind);
    return {"out_of_range",
            "must be between " + std::to_string(range.least) + " and " + std::to_string(range.most)};
}

/// `number` follows JSON's grammar.
Refusal read_integer(Kind kind, std::string_view number, void* target) {
    const IntegerRange range = integer_range(kind);
    std::int64_t value = 0;
    if (duet::detail::json_number_to_int64(number, value)) {
        if (!range.contains(value)) return out_of_range(kind);
        duet::detail::write_integer(kind, target, value);
        return {};
    }
    std::uint64_t large = 0;
    if (duet::detail::json_number_to_uint64(number, large)) {
        if (kind != Kind::uint64) return out_of_range(kind);
        *static_cast<std::uint64_t*>(target) = large;
        return {};
    }
    if (number.find_first_of(".eE") == std::string_view::npos) return out_of_range(kind);
    return {"type", "must be an integer"};
}

Refusal read_real(Kind kind, std::string_view number, void* target) {
    double value = 0;
    if (!duet::detail::json_number_to_double(number, value)) return {"out_of_range", "is too large"};
    if (kind == Kind::float64) {
        *static_cast<double*>(target) = value;
        return {};
    }
    // The shortest text of the largest float is a little larger than it.
    constexpr double largest = std::numeric_limits<float>::max();
    constexpr double nearer_to_infinity = 0x1.ffffffp127;
    if (std::abs(value) >= nearer_to_infinity) return {"out_of_range", "is too large"};
    *static_cast<float*>(target) = static_cast<float>(std::clamp(value, -largest, largest));
    return {};
}

Refusal read_decimal(std::string_view text, void* target) {
    Decimal value;
    if (!Decimal::try_parse(text, value))
        return {"malformed", "must be a decimal number of at most 38 digits"};
    *static_cast<Decimal*>(target) = value;
    return {};
}

Refusal read_enumerator(const TypeInfo& type, std::string_view text, void* target) {
    std::string names;
    for (const Enumerator& one : type.ops.enumeration->enumerators) {
        if (one.name == text) {
            duet::detail::write_integer(number_kind(type), target, one.value);
            return {};
        }
        if (!names.empty()) names += ", ";
        names += one.name;
    }
    return {"one_of", "must be one of: " + names};
}

Refusal read_plain_text(std::string_view text, void* target) {
    if (text.find('\0') != std::string_view::npos) return {"nul", "must not have the character U+0000"};
    *static_cast<std::string*>(target) = text;
    return {};
}

/// Whether a text is a number as JSON writes it.
bool is_json_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at != begin;
    };
    if (at < text.size() && text[at] == '-') ++at;
    const std::size_t first = at;
    if (!digits() || (text[first] == '0' && at - first > 1)) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return false;
    }
    return at == text.size();
}

/// A user's type by way of the type that it is stored as.
struct CustomRead {
    const TypeInfo* stored;
    std::string_view text;
    Refusal (*read)(const TypeInfo&, std::string_view, void*);
    Refusal refusal{};
};

Refusal read_custom(const TypeInfo& type, std::string_view text, void* target,
                    Refusal (*read)(const TypeInfo&, std::string_view, void*)) {
    CustomRead context{type.base, text, read};
    try {
        type.ops.custom->load(target, &context, [](void* self, void* stored) {
            auto& at = *static_cast<CustomRead*>(self);
            at.refusal = at.read(*at.stored, at.text, stored);
            // Nothing but an exception keeps the type from converting what is not there.
            if (at.refusal) throw at.refusal;
        });
    } catch (const Refusal& refusal) {
        return refusal;
    } catch (const ValidationError& error) {
        return {"malformed", error.what()};
    }
    return {};
}

template <class F>
struct CustomWrite {
    const TypeInfo* stored;
    std::string* out;
    F write;
};
template <class F>
void write_custom(const TypeInfo& type, const void* value, std::string& out, F write) {
    CustomWrite<F> context{type.base, &out, write};
    type.ops.custom->store(value, &context, [](void* self, const void* stored) {
        auto& at = *static_cast<CustomWrite<F>*>(self);
        at.write(*at.stored, stored, *at.out);
    });
}

const char* wanted(const TypeInfo& type) {
    switch (type.kind) {
        case Kind::boolean:
            return "must be true or false";
        case Kind::float32:
        case Kind::float64:
            return "must be a number";
        case Kind::decimal:
        case Kind::decimal_text:
            return "must be a number or a string with one";
        case Kind::blob:
            return "must be a string in base64";
        case Kind::date:
            return "must be a string with a date: YYYY-MM-DD";
        case Kind::time:
            return "must be a string with a time: HH:MM:SS";
        case Kind::timestamp:
            return "must be a string with a moment: YYYY-MM-DDTHH:MM:SSZ";
        case Kind::uuid:
            return "must be a string with a UUID";
        case Kind::duration:
            return "must be an integer: microseconds";
        case Kind::text:
        case Kind::enumeration:
            return "must be a string";
        default:
            return "must be an integer";
    }
}

template <class Number>
void append_number(std::string& out, Number value) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
}

void write_integer_text(Kind kind, const void* value, std::string& out) {
    if (kind == Kind::uint64) {
        append_number(out, *static_cast<const std::uint64_t*>(value));
    } else {
        append_number(out, duet::detail::read_integer(kind, value));
    }
}

/// Empty for a number without a name.
std::string_view enumerator_name(const TypeInfo& type, const void* value) {
    const std::int64_t number = duet::detail::read_integer(number_kind(type), value);
    for (const Enumerator& one : type.ops.enumeration->enumerators) {
        if (one.value == number) return one.name;
    }
    return {};
}

/// Whether JSON writes the value in quotes.
bool is_json_string(const TypeInfo& type, const void* value) {
    switch (type.kind) {
        case Kind::boolean:
        case Kind::float32:
        case Kind::float64:
        case Kind::duration:
        case Kind::json:
            return false;
        case Kind::enumeration:
            return !enumerator_name(type, value).empty();
        default:
            return !duet::detail::is_integer(type.kind);
    }
}

}  // namespace

Refusal read_text(const TypeInfo& type, std::string_view text, void* target) {
    Refusal mistyped{"type", wanted(type)};
    Refusal malformed{"malformed", wanted(type)};
    switch (type.kind) {
        case Kind::text:
            if (!duet::detail::is_valid_utf8(text)) return {"malformed", "must be UTF-8"};
            return read_plain_text(text, target);
        case Kind::boolean:
            if (text != "true" && text != "false") return mistyped;
            *static_cast<bool*>(target) = text == "true";
            return {};
        case Kind::float32:
        case Kind::float64:
            return is_json_number(text) ? read_real(type.kind, text, target) : mistyped;
        case Kind::decimal:
        case Kind::decimal_text:
            return read_decimal(text, target);
        case Kind::blob:
            return read_base64(text, *static_cast<std::vector<std::byte>*>(target)) ? Refusal{} : malformed;
        case Kind::date:
            return duet::detail::parse_date(text, *static_cast<Date*>(target)) ? Refusal{} : malformed;
        case Kind::time:
            return duet::detail::parse_time(text, *static_cast<Time*>(target)) ? Refusal{} : malformed;
        case Kind::timestamp:
            return duet::detail::parse_timestamp(text, *static_cast<Timestamp*>(target)) ? Refusal{}
                                                                                         : malformed;
        case Kind::uuid:
            return Uuid::try_parse(text, *static_cast<Uuid*>(target)) ? Refusal{} : malformed;
        case Kind::duration: {
            std::int64_t micros = 0;
            if (!is_json_number(text)) return mistyped;
            if (Refusal refusal = read_integer(Kind::int64, text, &micros)) return refusal;
            type.ops.duration->from_micros(target, micros);
            return {};
        }
        case Kind::enumeration:
            return read_enumerator(type, text, target);
        case Kind::json:
            try {
                *static_cast<Json*>(target) = Json::parse(text);
                return {};
            } catch (const ValidationError& error) {
                return {"malformed", error.what()};
            }
        case Kind::custom:
            return read_custom(type, text, target, &read_text);
        default:
            if (!duet::detail::is_integer(type.kind) || !is_json_number(text)) return mistyped;
            return read_integer(type.kind, text, target);
    }
}

Refusal read_token(const TypeInfo& type, std::string_view token, void* target) {
    if (type.kind == Kind::custom) return read_custom(type, token, target, &read_token);
    if (type.kind == Kind::json) {
        *static_cast<Json*>(target) = Json::parse(token);
        return {};
    }
    const JsonKind kind = duet::detail::json_kind(token);
    if (kind == JsonKind::null) return {"null", "must not be null"};
    const bool is_number = kind == JsonKind::integer || kind == JsonKind::real;
    if (type.kind == Kind::decimal || type.kind == Kind::decimal_text) {
        if (is_number) return read_decimal(token, target);
    } else if (type.kind != Kind::enumeration && !is_json_string(type, target)) {
        const bool fits = type.kind == Kind::boolean ? kind == JsonKind::boolean : is_number;
        return fits ? read_text(type, token, target) : Refusal{"type", wanted(type)};
    }
    if (kind != JsonKind::text) return {"type", wanted(type)};
    return read_text(type, duet::detail::json_unescape(token), target);
}

void write_text(const TypeInfo& type, const void* value, std::string& out) {
    char text[64];
    switch (type.kind) {
        case Kind::text:
            out += *static_cast<const std::string*>(value);
            return;
        case Kind::boolean:
            out += *static_cast<const bool*>(value) ? "true" : "false";
            return;
        case Kind::float32:
            if (!std::isfinite(*static_cast<const float*>(value)))
                throw ValidationError("NaN and infinities cannot be written");
            append_number(out, *static_cast<const float*>(value));
            return;
        case Kind::float64:
            if (!std::isfinite(*static_cast<const double*>(value)))
                throw ValidationError("NaN and infinities cannot be written");
            append_number(out, *static_cast<const double*>(value));
            return;
        case Kind::decimal:
        case Kind::decimal_text:
            out.append(text, static_cast<const Decimal*>(value)->write(text));
            return;
        case Kind::blob:
            append_base64(out, *static_cast<const std::vector<std::byte>*>(value));
            return;
        case Kind::date:
            out.append(text, duet::detail::write_date(text, *static_cast<const Date*>(value)));
            return;
        case Kind::time:
            out.append(text, duet::detail::write_time(text, *static_cast<const Time*>(value)));
            return;
        case Kind::timestamp: {
            const std::size_t size =
                duet::detail::write_timestamp(text, *static_cast<const Timestamp*>(value));
            text[duet::detail::date_text_size] = 'T';
            out.append(text, size);
            out += 'Z';
            return;
        }
        case Kind::uuid:
            static_cast<const Uuid*>(value)->write(text);
            out.append(text, Uuid::text_size);
            return;
        case Kind::duration:
            append_number(out, type.ops.duration->to_micros(value));
            return;
        case Kind::enumeration: {
            const std::string_view name = enumerator_name(type, value);
            if (name.empty()) {
                write_integer_text(number_kind(type), value, out);
            } else {
                out += name;
            }
            return;
        }
        case Kind::json:
            out += static_cast<const Json*>(value)->text();
            return;
        case Kind::custom:
            write_custom(type, value, out, &write_text);
            return;
        default:
            write_integer_text(type.kind, value, out);
    }
}

namespace {

void write_token(const TypeInfo& type, const void* value, std::string& out) {
    if (type.kind == Kind::custom) {
        write_custom(type, value, out, &write_column);
    } else if (type.kind == Kind::text) {
        duet::detail::append_json_string(out, *static_cast<const std::string*>(value));
    } else if (is_json_string(type, value)) {
        out += '"';
        write_text(type, value, out);
        out += '"';
    } else {
        write_text(type, value, out);
    }
}

}  // namespace

void write_column(const TypeInfo& type, const void* value, std::string& out) {
    if (type.nullable != nullptr) {
        const void* inner = type.nullable->value(value);
        if (inner == nullptr) {
            out += "null";
        } else {
            write_column(*type.base, inner, out);
        }
        return;
    }
    if (type.kind != Kind::array) {
        write_token(type, value, out);
        return;
    }
    out += '[';
    const std::size_t size = type.ops.array->size(value);
    for (std::size_t i = 0; i < size; ++i) {
        if (i != 0) out += ',';
        write_column(*type.base, type.ops.array->at(value, i), out);
    }
    out += ']';
}

}  // namespace duet::payload
