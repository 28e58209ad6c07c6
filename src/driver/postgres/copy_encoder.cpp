#include "copy_encoder.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/driver/encode.hpp>
#include <duet/driver/text_forms.hpp>

#include <cstring>
#include <limits>

#include "array_parameter.hpp"
#include "checks.hpp"
#include "moments.hpp"
#include "numeric.hpp"
#include "oid.hpp"
#include "parameters.hpp"
#include "wire.hpp"

namespace duet::driver::postgres {

namespace {

bool is_text(Oid type) {
    return type == oid::text || type == oid::varchar || type == oid::bpchar || type == oid::json;
}

bool is_integer(Oid type) { return type == oid::int8 || type == oid::int4 || type == oid::int2; }

}  // namespace

bool CopyEncoder::can_write(const TypeInfo& declared, Oid column) noexcept {
    const TypeInfo& type = declared.nullable != nullptr ? *declared.base : declared;
    if (!type.sql_type.empty()) return false;
    switch (type.kind) {
        case Kind::int8:
        case Kind::int16:
        case Kind::int32:
        case Kind::int64:
        case Kind::uint8:
        case Kind::uint16:
        case Kind::uint32:
        case Kind::uint64:
            return is_integer(column);
        case Kind::float32:
        case Kind::float64:
            return column == oid::float8 || column == oid::float4;
        case Kind::text:
        case Kind::decimal_text:
            return is_text(column);
        case Kind::timestamp:
            return column == oid::timestamptz || column == oid::timestamp;
        case Kind::duration:
            return column == oid::interval || column == oid::int8;
        case Kind::uuid:
            return column == oid::uuid || is_text(column);
        case Kind::json:
            return column == oid::jsonb || is_text(column);
        case Kind::enumeration:
            return type.ops.enumeration->as_integer ? is_integer(column) : is_text(column);
        case Kind::custom:
            return can_write(*type.base, column);
        case Kind::array:
            return column != 0 && column == array_type(type);
        default:
            return column == declared_type(type) && column != 0;
    }
}

void CopyEncoder::begin() {
    out_.assign("PGCOPY\n\377\r\n\0", 11);
    put_4(out_, 0);  // flags
    put_4(out_, 0);  // no extension
}

void CopyEncoder::end() { put_2(out_, 0xFFFF); }

void CopyEncoder::row(const CopyRows& rows, const Oid* columns, const std::byte* object) {
    put_2(out_, static_cast<std::uint16_t>(rows.columns.size()));
    for (const CopyColumn& column : rows.columns) {
        column_ = *columns++;
        type_ = column.type;
        encode_value(*this, *column.type, object + column.offset);
    }
}

void CopyEncoder::length(std::uint32_t size) { put_4(out_, size); }

void CopyEncoder::out_of_range() const {
    throw ValidationError("a value of type " + std::string(type_->cpp_name) + " is too large for its column");
}

void CopyEncoder::boolean(bool value) {
    length(1);
    out_ += value ? '\1' : '\0';
}

void CopyEncoder::integer(std::int64_t value) {
    if (column_ == oid::int8) {
        char bytes[12];
        store_4(bytes, 8);
        store_8(bytes + 4, static_cast<std::uint64_t>(value));
        out_.append(bytes, sizeof bytes);
    } else if (column_ == oid::int4) {
        if (value != static_cast<std::int32_t>(value)) out_of_range();
        char bytes[8];
        store_4(bytes, 4);
        store_4(bytes + 4, static_cast<std::uint32_t>(value));
        out_.append(bytes, sizeof bytes);
    } else {
        if (value != static_cast<std::int16_t>(value)) out_of_range();
        length(2);
        put_2(out_, static_cast<std::uint16_t>(value));
    }
}

void CopyEncoder::unsigned_integer(std::uint64_t value) { integer(checked_unsigned(value)); }

void CopyEncoder::floating(double value) {
    if (column_ == oid::float8) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, 8);
        char bytes[12];
        store_4(bytes, 8);
        store_8(bytes + 4, bits);
        out_.append(bytes, sizeof bytes);
        return;
    }
    const bool finite = value - value == 0;
    const auto most = static_cast<double>(std::numeric_limits<float>::max());
    if (finite && (value > most || value < -most)) out_of_range();
    const auto narrow = static_cast<float>(value);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &narrow, 4);
    length(4);
    put_4(out_, bits);
}

void CopyEncoder::text(std::string_view value) {
    require_text(value);
    length(static_cast<std::uint32_t>(length_of(value)));
    out_ += value;
}

void CopyEncoder::blob(std::string_view value) {
    length(static_cast<std::uint32_t>(length_of(value)));
    out_ += value;
}

void CopyEncoder::date(Date value) {
    length(4);
    put_4(out_, static_cast<std::uint32_t>(days_since_2000(value)));
}

void CopyEncoder::time(Time value) {
    length(8);
    put_8(out_, static_cast<std::uint64_t>(value.since_midnight().count()));
}

void CopyEncoder::timestamp(Timestamp value) {
    char bytes[12];
    store_4(bytes, 8);
    store_8(bytes + 4, static_cast<std::uint64_t>(micros_since_2000(value)));
    out_.append(bytes, sizeof bytes);
}

void CopyEncoder::duration(std::int64_t micros) {
    if (column_ == oid::int8) return integer(micros);
    length(16);
    put_8(out_, static_cast<std::uint64_t>(micros));
    put_8(out_, 0);  // days and months
}

void CopyEncoder::uuid(const Uuid& value) {
    if (column_ == oid::uuid) {
        length(16);
        out_.append(reinterpret_cast<const char*>(value.bytes().data()), 16);
    } else {
        char characters[Uuid::text_size];  // as the server writes a uuid as text
        value.write(characters);
        text({characters, Uuid::text_size});
    }
}

void CopyEncoder::decimal(const Decimal& value) {
    const std::size_t at = out_.size();
    length(0);
    append_numeric(out_, value);
    store_4(out_.data() + at, static_cast<std::uint32_t>(out_.size() - at - 4));
}

void CopyEncoder::decimal_text(const Decimal& value) {
    char digits[Decimal::max_text_size];
    text({digits, value.write(digits)});
}

void CopyEncoder::json(const Json& value) {
    const std::string_view all = value.text();
    require_text(all);
    const bool versioned = column_ == oid::jsonb;
    length(static_cast<std::uint32_t>(length_of(all)) + (versioned ? 1 : 0));
    if (versioned) out_ += '\1';
    out_ += all;
}

void CopyEncoder::array(const TypeInfo& type, const void* array) {
    const std::size_t at = out_.size();
    length(0);
    if (column_ == oid::jsonb) {  // arrays of arrays
        out_ += '\1';
        append_array(out_, type, array);
    } else {
        append_binary_array(out_, type, array);
    }
    store_4(out_.data() + at, static_cast<std::uint32_t>(out_.size() - at - 4));
}

}  // namespace duet::driver::postgres
