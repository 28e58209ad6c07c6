#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>
#include <duet/shape/values.hpp>
#include <duet/types/json_text.hpp>

namespace duet::driver {
namespace {

using duet::detail::JsonArrayReader;
using duet::detail::JsonKind;

constexpr std::string_view hex_digits = "0123456789abcdef";

class ElementWriter : public TextForms<ElementWriter> {
public:
    explicit ElementWriter(std::string& out) : out_(out) {}

    void null() { out_ += "null"; }
    void boolean(bool value) { out_ += value ? "true" : "false"; }
    void integer(std::int64_t value) { duet::detail::append_json_number(out_, value); }
    void unsigned_integer(std::uint64_t value) { duet::detail::append_json_number(out_, value); }
    void floating(double value) { duet::detail::append_json_number(out_, value); }
    void text(std::string_view value) { duet::detail::append_json_string(out_, value); }
    void copied_text(std::string_view value) { duet::detail::append_json_string(out_, value); }
    void blob(std::string_view value) {
        out_ += '"';
        for (const char c : value) {
            out_ += hex_digits[static_cast<unsigned char>(c) >> 4];
            out_ += hex_digits[static_cast<unsigned char>(c) & 15];
        }
        out_ += '"';
    }
    void decimal(const Decimal& value) { decimal_text(value); }
    void json(const Json& value) { out_ += value.text(); }
    void array(const TypeInfo& type, const void* data) { append_array(out_, type, data); }

private:
    std::string& out_;
};

// Reads the element that a JsonArrayReader stands on. Whatever the element says wrongly surfaces as a
// ValidationError of JsonArrayReader, or as a fault.
class ElementReader {
public:
    using Cell = JsonArrayReader*;

    bool is_null(Cell cell) const { return cell->is_null(); }
    Fault read_bool(Cell cell, bool& out) const {
        if (cell->kind() != JsonKind::boolean) return Fault::wrong_type;
        out = cell->to_bool();
        return Fault::none;
    }
    Fault read_int(Cell cell, std::int64_t& out) const {
        if (!is_number(cell)) return Fault::wrong_type;
        out = cell->to_int64();
        return Fault::none;
    }
    Fault read_uint(Cell cell, std::uint64_t& out) const {
        if (!is_number(cell)) return Fault::wrong_type;
        out = cell->to_uint64();
        return Fault::none;
    }
    Fault read_double(Cell cell, double& out) const {
        if (!is_number(cell)) return Fault::wrong_type;
        out = cell->to_double();
        return Fault::none;
    }
    Fault read_text(Cell cell, std::string_view& out) {
        if (cell->kind() != JsonKind::text) return Fault::wrong_type;
        const std::string_view raw = cell->raw();
        if (raw.find('\\') == std::string_view::npos) {
            out = raw.substr(1, raw.size() - 2);
        } else {
            unescaped_ = duet::detail::json_unescape(raw);
            out = unescaped_;
        }
        return Fault::none;
    }
    Fault read_blob(Cell cell, std::string_view& out) {
        std::string_view hex;
        if (const Fault fault = read_text(cell, hex); fault != Fault::none) return fault;
        if (hex.size() % 2 != 0) return Fault::malformed;
        bytes_.clear();
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            const std::size_t high = hex_digits.find(hex[i]);
            const std::size_t low = hex_digits.find(hex[i + 1]);
            if (high == std::string_view::npos || low == std::string_view::npos) return Fault::malformed;
            bytes_ += static_cast<char>(high * 16 + low);
        }
        out = bytes_;
        return Fault::none;
    }
    Fault read_date(Cell cell, Date& out) { return parsed(cell, out, duet::detail::parse_date); }
    Fault read_time(Cell cell, Time& out) { return parsed(cell, out, duet::detail::parse_time); }
    Fault read_timestamp(Cell cell, Timestamp& out) {
        return parsed(cell, out, duet::detail::parse_timestamp);
    }
    Fault read_micros(Cell cell, std::int64_t& out) const { return read_int(cell, out); }
    Fault read_uuid(Cell cell, Uuid& out) { return parsed(cell, out, Uuid::try_parse); }
    Fault read_decimal(Cell cell, Decimal& out) {
        if (is_number(cell)) return Decimal::try_parse(cell->raw(), out) ? Fault::none : Fault::out_of_range;
        return parsed(cell, out, Decimal::try_parse);
    }
    Fault read_json(Cell cell, Json& out) const {
        out = Json::parse(cell->raw());
        return Fault::none;
    }
    Fault read_array(Cell cell, const TypeInfo& type, void* array) const {
        if (cell->kind() != JsonKind::array) return Fault::wrong_type;
        return parse_array(cell->raw(), type, array);
    }
    std::string_view stored_type(Cell) const { return "JSON"; }

private:
    static bool is_number(Cell cell) {
        return cell->kind() == JsonKind::integer || cell->kind() == JsonKind::real;
    }

    template <class T>
    Fault parsed(Cell cell, T& out, bool (*parse)(std::string_view, T&) noexcept) {
        std::string_view text;
        if (const Fault fault = read_text(cell, text); fault != Fault::none) return fault;
        return parse(text, out) ? Fault::none : Fault::malformed;
    }

    std::string unescaped_;
    std::string bytes_;
};

static_assert(CellReader<ElementReader>);

}  // namespace

void append_array(std::string& out, const TypeInfo& type, const void* array) {
    const ArrayOps& ops = *type.ops.array;
    const std::size_t size = ops.size(array);
    ElementWriter writer{out};
    out += '[';
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) out += ',';
        encode_value(writer, *type.base, ops.at(array, i));
    }
    out += ']';
}

void append_list(std::string& out, const BindValue& list) {
    ElementWriter writer{out};
    const auto* at = static_cast<const std::byte*>(list.data);
    out += '[';
    for (std::size_t i = 0; i < list.size; ++i) {
        if (i > 0) out += ',';
        const bool bytes = list.type->kind == Kind::blob_view;
        if (bytes || list.type->kind == Kind::text_view || list.type->kind == Kind::json_path) {
            std::string_view element;
            at = shape::Values::next_text(at, element);
            bytes ? writer.blob(element) : writer.text(element);
        } else {
            encode_value(writer, *list.type, at);
            at += list.type->size;
        }
    }
    out += ']';
}

Fault parse_array(std::string_view text, const TypeInfo& type, void* array) {
    const ArrayOps& ops = *type.ops.array;
    ops.clear(array);
    // The elements' own messages would repeat nothing of the value, but they cannot name the column.
    try {
        ElementReader reader;
        for (JsonArrayReader elements{text}; elements.next();) {
            const Fault fault = decode_value(reader, &elements, *type.base, ops.append(array));
            if (fault != Fault::none) return fault == Fault::wrong_type ? Fault::malformed : fault;
        }
    } catch (const ValidationError&) {
        return Fault::malformed;
    }
    return Fault::none;
}

}  // namespace duet::driver
