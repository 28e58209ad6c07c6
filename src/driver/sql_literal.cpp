#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/sql_listing.hpp>
#include <duet/shape/values.hpp>
#include <duet/types/json_text.hpp>
#include <duet/types/time_text.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "driver/like_pattern.hpp"

namespace duet::driver {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view bytes) {
    for (const char c : bytes) {
        out += hex_digits[static_cast<unsigned char>(c) >> 4];
        out += hex_digits[static_cast<unsigned char>(c) & 15];
    }
}

/// Hands values to encode_value() and writes them as SQL.
class Literal {
public:
    Literal(std::string& out, const Dialect& dialect, std::size_t most)
        : out_(out), style_(dialect.literals()), most_(most) {}

    bool transient = false;

    void value(const BindValue& value, Transform transform) {
        if (value.list) return list(value);
        if (value.data == nullptr || value.type == nullptr) return null();
        const TypeInfo& type = *value.type;
        const std::string_view characters{static_cast<const char*>(value.data), value.size};
        const bool is_text = type.kind == Kind::text && type.nullable == nullptr;
        const std::string_view given =
            is_text ? std::string_view(*static_cast<const std::string*>(value.data)) : characters;
        if (is_text || type.kind == Kind::text_view || type.kind == Kind::json_path)
            return transformed(given, transform);
        if (type.kind == Kind::blob_view) return blob(characters);
        if (transform == Transform::moment_first) return shortest_moment(value);
        encode_value(*this, type, value.data);
        if (!type.sql_type.empty()) out_.append("::").append(type.sql_type);
    }

    void null() { out_ += "NULL"; }
    void boolean(bool value) {
        if (style_.booleans) {
            out_ += value ? "TRUE" : "FALSE";
        } else {
            out_ += value ? '1' : '0';
        }
    }
    void integer(std::int64_t value) { out_ += std::to_string(value); }
    void unsigned_integer(std::uint64_t value) { out_ += std::to_string(value); }
    void floating(double value) {
        char text[32];
        const std::string_view digits{text, std::to_chars(text, text + sizeof text, value).ptr};
        if (value - value != 0) {
            const bool native = !style_.real.empty() || value != value;
            if (!native) {  // SQLite reads what is too large as an infinity
                out_ += value < 0 ? "-9e999" : "9e999";
                return;
            }
            out_ += style_.real;
            quoted(value != value ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
            return;
        }
        out_ += digits;
        if (digits.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    }
    void text(std::string_view value) { quoted(value); }
    void blob(std::string_view value) {
        out_ += style_.blob;
        const std::size_t shown = most_ == 0 ? value.size() : std::min(value.size(), most_ / 2);
        append_hex(out_, value.substr(0, shown));
        out_ += '\'';
        mention(shown, value.size(), "bytes");
    }
    void date(Date value) {
        out_ += style_.date;
        char text[duet::detail::date_text_size];
        if (style_.real.empty() || (value != Date::max() && value != Date::min())) {
            quoted({text, duet::detail::write_date(text, value)});
        } else {
            quoted(value == Date::max() ? "infinity" : "-infinity");
        }
    }
    void time(Time value) {
        out_ += style_.time;
        char text[duet::detail::time_text_size];
        quoted({text, duet::detail::write_time(text, value)});
    }
    void timestamp(Timestamp value) {
        out_ += style_.timestamp;
        if (!style_.real.empty() && (value == Timestamp::max() || value == Timestamp::min()))
            return quoted(value == Timestamp::max() ? "infinity" : "-infinity");
        char text[duet::detail::timestamp_text_size];
        std::string moment{text, duet::detail::write_timestamp(text, value)};
        quoted(moment += style_.zone);
    }
    void duration(std::int64_t micros) {
        if (!style_.intervals) return integer(micros);
        const auto size =
            micros < 0 ? 0 - static_cast<std::uint64_t>(micros) : static_cast<std::uint64_t>(micros);
        std::string seconds = (micros < 0 ? "-" : "") + std::to_string(size / 1'000'000);
        if (const std::uint64_t rest = size % 1'000'000; rest != 0) {
            const std::string digits = std::to_string(1'000'000 + rest).substr(1);
            seconds += '.' + digits.substr(0, digits.find_last_not_of('0') + 1);
        }
        out_ += "INTERVAL '" + seconds + " seconds'";
    }
    void uuid(const Uuid& value) {
        out_ += style_.uuid;
        char text[Uuid::hex_size];
        value.write_hex(text);
        quoted({text, Uuid::hex_size});
    }
    void decimal(const Decimal& value) {
        char text[Decimal::max_text_size];
        out_.append(text, value.write(text));
    }
    void decimal_text(const Decimal& value) {
        char text[Decimal::max_text_size];
        quoted({text, value.write(text)});
    }
    void json(const Json& value) {
        out_ += style_.json;
        quoted(value.text());
    }
    void array(const TypeInfo& type, const void* data) {
        const bool nested = type.base->kind == Kind::array;
        if (!style_.arrays || nested) {
            std::string text;
            append_array(text, type, data);
            if (nested) out_ += style_.json;
            return quoted(text);
        }
        const ArrayOps& ops = *type.ops.array;
        elements(ops.size(data), *type.base,
                 [&](std::size_t i) { encode_value(*this, *type.base, ops.at(data, i)); });
    }

private:
    void list(const BindValue& value) {
        if (value.type->kind == Kind::array) return array(*value.type, value.data);
        if (!style_.arrays) {
            std::string text;
            append_list(text, value);
            return quoted(text);
        }
        const auto* at = static_cast<const std::byte*>(value.data);
        const bool texts = value.type->kind == Kind::text_view || value.type->kind == Kind::blob_view;
        elements(value.size, *value.type, [&](std::size_t) {
            if (!texts) {
                encode_value(*this, *value.type, at);
                at += value.type->size;
                return;
            }
            std::string_view element;
            at = shape::Values::next_text(at, element);
            value.type->kind == Kind::text_view ? quoted(element) : blob(element);
        });
    }
    template <class Element>
    void elements(std::size_t count, const TypeInfo& type, Element element) {
        if (count == 0) {
            out_ += "'{}'";
        } else {
            out_ += "ARRAY[";
            const std::size_t start = out_.size();
            std::size_t i = 0;
            for (; i < count && (most_ == 0 || i == 0 || out_.size() - start < most_); ++i) {
                if (i != 0) out_ += ", ";
                element(i);
            }
            mention(i, count, "elements");
            out_ += ']';
        }
        if (!type.sql_type.empty()) out_.append("::").append(type.sql_type).append("[]");
    }

    void transformed(std::string_view given, Transform transform) {
        std::string pattern;
        switch (transform) {
            case Transform::like_contains:
            case Transform::like_prefix:
            case Transform::like_suffix:
            case Transform::like_pattern:
                append_like_pattern(pattern, transform, given);
                break;
            case Transform::glob_prefix:
            case Transform::like_to_glob:
                append_glob_pattern(pattern, transform, given);
                break;
            case Transform::json_path:
                return path(given);
            default:
                pattern = given;
        }
        quoted(pattern);
    }
    /// A path into JSON: an array of keys, or a text that starts with $.
    void path(std::string_view keys) {
        std::string text = "$";
        const char* separator = "";
        if (style_.arrays) out_ += "ARRAY[";
        for (duet::detail::JsonArrayReader step(keys); step.next();) {
            const bool is_key = step.kind() == duet::detail::JsonKind::text;
            if (style_.arrays) {
                out_ += std::exchange(separator, ", ");
                quoted(is_key ? step.to_text() : std::string(step.raw()));
            } else if (is_key) {
                text += '.';
                text += step.raw();
            } else if (const std::int64_t index = step.to_int64(); index >= 0) {
                text += '[' + std::to_string(index) + ']';
            } else if (style_.backslashes) {
                text += index < -1 ? "[last" + std::to_string(index + 1) + ']' : "[last]";
            } else {
                text += "[#" + std::to_string(index) + ']';
            }
        }
        if (!style_.arrays) return quoted(text);
        out_ += *separator == '\0' ? "]::text[]" : "]";
    }
    void shortest_moment(const BindValue& moment) {
        const std::size_t start = out_.size();
        encode_value(*this, *moment.type, moment.data);
        const std::size_t end = out_.size() - 1;  // the quote
        const std::string_view text = std::string_view(out_).substr(start, end - start);
        if (text.find('.') == std::string_view::npos) return;
        const std::size_t last = text.find_last_not_of('0');
        out_.erase(start + last + (text[last] == '.' ? 0 : 1));
        out_ += '\'';
    }

    void quoted(std::string_view text) {
        const std::size_t size = text.size();
        if (most_ != 0 && size > most_) {
            std::size_t cut = most_;
            while (cut != 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80) --cut;
            text = text.substr(0, cut);
        }
        if (text.find('\0') != std::string_view::npos && !style_.backslashes) {
            with_nul(text);
        } else {
            out_ += '\'';
            for (const char c : text) {
                if (c == '\'' || (c == '\\' && style_.backslashes)) out_ += c;
                if (c == '\0') out_ += '\\';
                out_ += c == '\0' ? '0' : c;
            }
            out_ += '\'';
        }
        mention(text.size(), size, "bytes");
    }
    /// Where a text literal cannot hold a NUL byte. PostgreSQL keeps none at all.
    void with_nul(std::string_view text) {
        out_ += style_.arrays ? "convert_from(" : "CAST(";
        out_ += style_.blob;
        append_hex(out_, text);
        out_ += style_.arrays ? "', 'UTF8')" : "' AS TEXT)";
    }
    void mention(std::size_t shown, std::size_t all, std::string_view what) {
        if (shown < all) out_ += " /* of " + std::to_string(all) + ' ' + std::string(what) + " */";
    }

    std::string& out_;
    const LiteralStyle& style_;
    std::size_t most_;
};

}  // namespace

void append_literal(std::string& out, const Dialect& dialect, const BindValue& value, Transform transform,
                    std::size_t most) {
    const std::size_t start = out.size();
    try {
        Literal(out, dialect, most).value(value, transform);
    } catch (const ValidationError&) {
        out.resize(start);
        out += "NULL /* in place of a value that cannot be stored */";
    }
}

}  // namespace duet::driver
