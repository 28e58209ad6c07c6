#include "array_parameter.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>
#include <duet/shape/values.hpp>
#include <duet/types/json_text.hpp>

#include "checks.hpp"
#include "moments.hpp"
#include "numeric.hpp"
#include "oid.hpp"
#include "wire.hpp"

namespace duet::driver::postgres {
namespace {

struct ArrayOf {
    Oid element;
    Oid array;
};

// `wide`: integers and floats of any width travel as the widest.
ArrayOf array_of(const TypeInfo& type, bool wide) noexcept {
    switch (type.kind) {
        case Kind::boolean:
            return {oid::boolean, oid::boolean_array};
        case Kind::int8:
        case Kind::int16:
        case Kind::uint8:
            if (!wide) return {oid::int2, oid::int2_array};
            break;
        case Kind::int32:
        case Kind::uint16:
            if (!wide) return {oid::int4, oid::int4_array};
            break;
        case Kind::int64:
        case Kind::uint32:
        case Kind::uint64:
            break;
        case Kind::float32:
            if (!wide) return {oid::float4, oid::float4_array};
            return {oid::float8, oid::float8_array};
        case Kind::float64:
            return {oid::float8, oid::float8_array};
        case Kind::blob:
        case Kind::blob_view:
            return {oid::bytea, oid::bytea_array};
        case Kind::date:
            return {oid::date, oid::date_array};
        case Kind::time:
            return {oid::time, oid::time_array};
        case Kind::timestamp:
            return {oid::timestamptz, oid::timestamptz_array};
        case Kind::duration:
            return {oid::interval, oid::interval_array};
        case Kind::uuid:
            return {oid::uuid, oid::uuid_array};
        case Kind::decimal:
            return {oid::numeric, oid::numeric_array};
        case Kind::json:
            return {oid::jsonb, oid::jsonb_array};
        case Kind::enumeration:
            if (type.ops.enumeration->as_integer) break;
            return {oid::text, oid::text_array};
        case Kind::custom:
            return array_of(leaf_type(*type.base), wide);
        default:
            return {oid::text, oid::text_array};
    }
    return {oid::int8, oid::int8_array};
}

const TypeInfo& without_null(const TypeInfo& type) noexcept {
    return type.nullable != nullptr ? *type.base : type;
}

/// Writes elements, each with its length before it.
class ElementWriter {
public:
    ElementWriter(std::string& out, Oid element) : out_(out), element_(element) {}

    bool transient = false;
    bool has_nulls = false;

    void null() {
        put_4(out_, 0xFFFF'FFFF);
        has_nulls = true;
    }
    void boolean(bool value) {
        put_4(out_, 1);
        out_ += value ? '\1' : '\0';
    }
    void integer(std::int64_t value) {
        switch (element_) {
            case oid::int2:
                put_4(out_, 2);
                return put_2(out_, static_cast<std::uint16_t>(value));
            case oid::int4:
                put_4(out_, 4);
                return put_4(out_, static_cast<std::uint32_t>(value));
            default:
                put_4(out_, 8);
                return put_8(out_, static_cast<std::uint64_t>(value));
        }
    }
    void unsigned_integer(std::uint64_t value) { integer(checked_unsigned(value)); }
    void floating(double value) {
        if (element_ == oid::float4) {
            const auto narrow = static_cast<float>(value);
            put_4(out_, 4);
            return put_4(out_, __builtin_bit_cast(std::uint32_t, narrow));
        }
        put_4(out_, 8);
        put_8(out_, __builtin_bit_cast(std::uint64_t, value));
    }
    void text(std::string_view value) {
        require_text(value);
        bytes(value);
    }
    void blob(std::string_view value) { bytes(value); }
    void date(Date value) {
        put_4(out_, 4);
        put_4(out_, static_cast<std::uint32_t>(days_since_2000(value)));
    }
    void time(Time value) {
        put_4(out_, 8);
        put_8(out_, static_cast<std::uint64_t>(value.since_midnight().count()));
    }
    void timestamp(Timestamp value) {
        put_4(out_, 8);
        put_8(out_, static_cast<std::uint64_t>(micros_since_2000(value)));
    }
    void duration(std::int64_t micros) {
        put_4(out_, 16);
        put_8(out_, static_cast<std::uint64_t>(micros));
        put_8(out_, 0);
    }
    void uuid(const Uuid& value) { bytes({reinterpret_cast<const char*>(value.bytes().data()), Uuid::size}); }
    void decimal(const Decimal& value) {
        const std::size_t start = out_.size();
        put_4(out_, 0);
        append_numeric(out_, value);
        store_4(out_.data() + start, static_cast<std::uint32_t>(out_.size() - start - 4));
    }
    void decimal_text(const Decimal& value) {
        char text[Decimal::max_text_size];
        bytes({text, value.write(text)});
    }
    void json(const Json& value) {
        const std::string_view text = value.text();
        put_4(out_, static_cast<std::uint32_t>(length_of(text)) + 1);
        out_ += '\1';  // of jsonb's only version
        out_ += text;
    }
    void array(const TypeInfo&, const void*) { throw InvalidQuery("an array cannot stand here"); }

private:
    void bytes(std::string_view value) {
        put_4(out_, static_cast<std::uint32_t>(length_of(value)));
        out_ += value;
    }

    std::string& out_;
    Oid element_;
};

void append_quoted(std::string& out, std::string_view text) {
    require_text(text);
    out += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '"' && text[i] != '\\') continue;
        out.append(text, start, i - start);
        out += '\\';
        start = i;
    }
    out.append(text, start);
    out += '"';
}

/// Writes elements that travel as texts, as the text of an array has them.
class LiteralWriter : public TextForms<LiteralWriter> {
public:
    explicit LiteralWriter(std::string& out) : out_(out) {}

    void null() { out_ += "NULL"; }
    void text(std::string_view value) { append_quoted(out_, value); }
    void copied_text(std::string_view value) { append_quoted(out_, value); }
    void boolean(bool) { refuse(); }
    void integer(std::int64_t) { refuse(); }
    void unsigned_integer(std::uint64_t) { refuse(); }
    void floating(double) { refuse(); }
    void blob(std::string_view) { refuse(); }
    void decimal(const Decimal& value) { decimal_text(value); }
    void json(const Json& value) { append_quoted(out_, value.text()); }
    void array(const TypeInfo&, const void*) { refuse(); }

private:
    [[noreturn]] static void refuse() { throw InvalidQuery("only texts can stand here"); }
    std::string& out_;
};

void append_texts(std::string& out, const TypeInfo& type, const void* array) {
    const ArrayOps& ops = *type.ops.array;
    const std::size_t count = ops.size(array);
    LiteralWriter writer(out);
    out += '{';
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += ',';
        encode_value(writer, *type.base, ops.at(array, i));
    }
    out += '}';
}

}  // namespace

const TypeInfo& leaf_type(const TypeInfo& array) noexcept {
    const TypeInfo* type = &array;
    while (type->nullable != nullptr || type->kind == Kind::array) type = type->base;
    return *type;
}

Oid array_type(const TypeInfo& declared) noexcept {
    const TypeInfo& array = without_null(declared);
    if (without_null(*array.base).kind == Kind::array) return oid::jsonb;
    const TypeInfo& leaf = leaf_type(array);
    return leaf.sql_type.empty() ? array_of(leaf, false).array : oid::unspecified;
}

Oid list_type(const TypeInfo& element) noexcept {
    if (element.kind == Kind::text_view || element.kind == Kind::array) return oid::unspecified;
    return array_of(leaf_type(element), true).array;
}

ArrayHeader::ArrayHeader(std::string& out, Oid element) : out_(out), start_(out.size()) {
    put_4(out, 1);  // dimensions
    put_4(out, 0);  // whether there are NULLs
    put_4(out, element);
    put_4(out, 0);  // elements
    put_4(out, 1);  // number of the first
}

void ArrayHeader::finish(std::size_t count, bool has_nulls) {
    if (count == 0) {
        store_4(out_.data() + start_, 0);
        out_.resize(start_ + 12);
        return;
    }
    store_4(out_.data() + start_ + 4, has_nulls ? 1 : 0);
    store_4(out_.data() + start_ + 12, static_cast<std::uint32_t>(count));
}

void append_binary_array(std::string& out, const TypeInfo& declared, const void* array) {
    const TypeInfo& type = without_null(declared);
    const Oid element = array_of(leaf_type(type), false).element;
    const std::size_t count = type.ops.array->size(array);
    ArrayHeader header(out, element);
    ElementWriter writer(out, element);
    for (std::size_t i = 0; i < count; ++i) encode_value(writer, *type.base, type.ops.array->at(array, i));
    header.finish(count, writer.has_nulls);
}

void append_list(std::string& out, const BindValue& list) {
    const TypeInfo& type = *list.type;
    if (type.kind == Kind::array) return append_texts(out, type, list.data);
    const Oid element = array_of(leaf_type(type), true).element;
    const auto* at = static_cast<const std::byte*>(list.data);
    if (type.kind == Kind::text_view) {
        out += '{';
        for (std::size_t i = 0; i < list.size; ++i) {
            std::string_view text;
            at = shape::Values::next_text(at, text);
            if (i > 0) out += ',';
            append_quoted(out, text);
        }
        out += '}';
        return;
    }
    ArrayHeader header(out, element);
    ElementWriter writer(out, element);
    for (std::size_t i = 0; i < list.size; ++i) {
        if (type.kind == Kind::blob_view) {
            std::string_view bytes;
            at = shape::Values::next_text(at, bytes);
            writer.blob(bytes);
        } else {
            encode_value(writer, type, at);
            at += type.size;
        }
    }
    header.finish(list.size, writer.has_nulls);
}

void append_array_literal(std::string& out, std::string_view json) {
    out += '{';
    bool first = true;
    for (duet::detail::JsonArrayReader element(json); element.next(); first = false) {
        if (!first) out += ',';
        switch (element.kind()) {
            case duet::detail::JsonKind::null:
                out += "NULL";
                break;
            case duet::detail::JsonKind::array:
                append_array_literal(out, element.raw());
                break;
            case duet::detail::JsonKind::text:
                append_quoted(out, element.to_text());
                break;
            case duet::detail::JsonKind::object:
                append_quoted(out, element.raw());
                break;
            default:
                out += element.raw();
        }
    }
    out += '}';
}

}  // namespace duet::driver::postgres
