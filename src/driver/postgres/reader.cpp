#include "reader.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/types/time_text.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "cell_text.hpp"
#include "moments.hpp"
#include "numeric.hpp"
#include "type_kinds.hpp"

namespace duet::driver::postgres {
namespace {

constexpr std::size_t most_dimensions = 6;

template <class T>
Fault parse_text(const Cell& cell, T& out, bool (*parse)(std::string_view, T&) noexcept) {
    if (cell.is_null() || !is_text_type(cell.type)) return Fault::wrong_type;
    return parse(cell.bytes(), out) ? Fault::none : Fault::malformed;
}

// Any cell of one of the integer types; false for all others.
bool integer_of(const Cell& cell, std::int64_t& out) {
    if (cell.type == oid::int8 && cell.size == 8) {
        out = static_cast<std::int64_t>(load_8(cell.data));
    } else if (cell.type == oid::int4 && cell.size == 4) {
        out = static_cast<std::int32_t>(load_4(cell.data));
    } else if (cell.type == oid::int2 && cell.size == 2) {
        out = static_cast<std::int16_t>(load_2(cell.data));
    } else if ((cell.type == oid::oid || cell.type == oid::xid || cell.type == oid::cid) && cell.size == 4) {
        out = load_4(cell.data);
    } else {
        return false;
    }
    return true;
}

bool is_integer(Oid type) {
    return type == oid::int8 || type == oid::int4 || type == oid::int2 || type == oid::oid;
}

// What is left where no type matched: bytes of the wrong length, or another type.
Fault unfit(const Cell& cell, bool right_type) {
    return right_type && !cell.is_null() ? Fault::malformed : Fault::wrong_type;
}

// The numeric's text without zeros at the end of its fraction.
Fault numeric_text(const Cell& cell, std::string& text) {
    if (!append_numeric_text(text, cell.bytes())) return Fault::malformed;
    if (text.find_first_of("Ny") != std::string::npos) return Fault::out_of_range;  // NaN, Infinity
    return Fault::none;
}

void cut_zeros(std::string& text) {
    if (text.find('.') == std::string::npos) return;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
}

template <class Integer>
Fault whole_numeric(const Cell& cell, Integer& out) {
    std::string text;
    if (const Fault fault = numeric_text(cell, text); fault != Fault::none) return fault;
    cut_zeros(text);
    if (text.find('.') != std::string::npos) return Fault::wrong_type;
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return Fault::out_of_range;
    out = value;
    return Fault::none;
}

bool float_of(const Cell& cell, double& out) {
    if (cell.type == oid::float8 && cell.size == 8) {
        out = __builtin_bit_cast(double, load_8(cell.data));
    } else if (cell.type == oid::float4 && cell.size == 4) {
        out = static_cast<double>(__builtin_bit_cast(float, load_4(cell.data)));
    } else {
        return false;
    }
    return true;
}

// The elements of one level of an array, from `source` on.
Fault read_level(const ResultReader& reader, Source& source, const TypeInfo& declared, void* field,
                 Oid element, std::span<const std::int32_t> sizes) {
    const TypeInfo* type = &declared;
    if (type->nullable != nullptr) {
        field = type->nullable->emplace(field);
        type = type->base;
    }
    const ArrayOps& ops = *type->ops.array;
    ops.clear(field);
    for (std::int32_t i = 0; i < sizes[0]; ++i) {
        void* const slot = ops.append(field);
        if (sizes.size() > 1) {
            const Fault fault = read_level(reader, source, *type->base, slot, element, sizes.subspan(1));
            if (fault != Fault::none) return fault;
            continue;
        }
        bool is_null = false;
        const std::string_view bytes = source.part(is_null);
        if (!source.ok()) return Fault::malformed;
        const Cell cell{bytes.data() == nullptr ? "" : bytes.data(),
                        is_null ? -1 : static_cast<int>(bytes.size()), element};
        const Fault fault = decode_value(reader, cell, *type->base, slot);
        if (fault != Fault::none) return fault == Fault::wrong_type ? Fault::malformed : fault;
    }
    return Fault::none;
}

std::size_t depth_of(const TypeInfo& array) {
    std::size_t depth = 0;
    for (const TypeInfo* type = &array; type->nullable != nullptr || type->kind == Kind::array;
         type = type->base)
        depth += type->nullable == nullptr ? 1 : 0;
    return depth;
}

}  // namespace

Fault convert_bool(const Cell& cell, bool& out) {
    std::int64_t value = 0;
    if (!integer_of(cell, value)) return unfit(cell, cell.type == oid::boolean);
    if (value != 0 && value != 1) return Fault::out_of_range;
    out = value != 0;
    return Fault::none;
}

Fault convert_int(const Cell& cell, std::int64_t& out) {
    if (integer_of(cell, out)) return Fault::none;
    if (cell.is_null()) return Fault::wrong_type;
    if (cell.type == oid::numeric) return whole_numeric(cell, out);
    if (cell.type == oid::boolean && cell.size == 1) {
        out = *cell.data != 0 ? 1 : 0;
        return Fault::none;
    }
    double value = 0;
    if (!float_of(cell, value)) return unfit(cell, is_integer(cell.type));
    if (value != std::floor(value)) return Fault::wrong_type;
    // Beyond 2^53 a double is no exact integer any more.
    constexpr double exact = 9007199254740992.0;
    if (value < -exact || value > exact) return Fault::out_of_range;
    out = static_cast<std::int64_t>(value);
    return Fault::none;
}

Fault convert_double(const Cell& cell, double& out) {
    if (float_of(cell, out)) return Fault::none;
    std::int64_t value = 0;
    if (integer_of(cell, value)) {
        out = static_cast<double>(value);
        return Fault::none;
    }
    if (cell.type != oid::numeric || cell.is_null())
        return unfit(cell, cell.type == oid::float8 || cell.type == oid::float4 || is_integer(cell.type));
    std::string text;
    if (!append_numeric_text(text, cell.bytes())) return Fault::malformed;
    if (text == "NaN") {
        out = std::numeric_limits<double>::quiet_NaN();
    } else if (text.ends_with("Infinity")) {
        out = text[0] == '-' ? -std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::infinity();
    } else {
        double parsed = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
        if (error != std::errc{}) return Fault::out_of_range;
        out = parsed;
    }
    return Fault::none;
}

Fault convert_text(const Cell& cell, std::string& scratch, std::string_view& out) {
    if (cell.is_null()) return Fault::wrong_type;
    if (cell.type < oid::first_user_type && is_text_type(cell.type)) {
        out = cell.bytes();
        return Fault::none;
    }
    scratch.clear();
    const Fault fault = append_cell_text(scratch, cell.type, cell.bytes());
    if (fault == Fault::none) out = scratch;
    return fault;
}

Fault convert_timestamp(const Cell& cell, Timestamp& out) {
    if (cell.size == 8 && (cell.type == oid::timestamptz || cell.type == oid::timestamp)) {
        return timestamp_of(static_cast<std::int64_t>(load_8(cell.data)), out) ? Fault::none
                                                                               : Fault::out_of_range;
    }
    if (cell.size == 4 && cell.type == oid::date) {
        const auto days = static_cast<std::int32_t>(load_4(cell.data));
        if (days == INT32_MAX || days == INT32_MIN) {
            out = days < 0 ? Timestamp::min() : Timestamp::max();
            return Fault::none;
        }
        std::int64_t micros = 0;
        if (__builtin_mul_overflow(std::int64_t{days}, micros_per_day, &micros)) return Fault::out_of_range;
        return timestamp_of(micros, out) ? Fault::none : Fault::out_of_range;
    }
    if (cell.type == oid::timestamptz || cell.type == oid::timestamp || cell.type == oid::date)
        return unfit(cell, true);
    return parse_text(cell, out, duet::detail::parse_timestamp);
}

Fault ResultReader::read_uint(const Cell& cell, std::uint64_t& out) const {
    if (cell.type == oid::numeric && !cell.is_null()) return whole_numeric(cell, out);
    std::int64_t value = 0;
    if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
    if (value < 0) return Fault::out_of_range;
    out = static_cast<std::uint64_t>(value);
    return Fault::none;
}

Fault ResultReader::read_blob(const Cell& cell, std::string_view& out) const {
    if (cell.is_null() || (cell.type != oid::bytea && !is_text_type(cell.type))) return Fault::wrong_type;
    out = cell.bytes();
    return Fault::none;
}

Fault ResultReader::read_date(const Cell& cell, Date& out) const {
    if (cell.type != oid::date) return parse_text(cell, out, duet::detail::parse_date);
    if (cell.size != 4) return unfit(cell, true);
    return date_of(static_cast<std::int32_t>(load_4(cell.data)), out) ? Fault::none : Fault::out_of_range;
}

Fault ResultReader::read_time(const Cell& cell, Time& out) const {
    if (cell.type != oid::time && cell.type != oid::timetz)
        return parse_text(cell, out, duet::detail::parse_time);
    Source source(cell.is_null() ? std::string_view{} : cell.bytes());
    std::int64_t micros = source.i64();
    const std::int64_t seconds_west = cell.type == oid::timetz ? source.i32() : 0;
    if (!source.complete()) return unfit(cell, true);
    if (micros < 0 || micros >= micros_per_day) return Fault::out_of_range;  // 24:00:00 among others
    if (cell.type == oid::timetz) {
        micros = (micros + seconds_west * 1'000'000) % micros_per_day;
        if (micros < 0) micros += micros_per_day;
    }
    out = Time{std::chrono::microseconds{micros}};
    return Fault::none;
}

Fault ResultReader::read_micros(const Cell& cell, std::int64_t& out) const {
    if (cell.type != oid::interval) return read_int(cell, out);
    if (cell.size != 16) return unfit(cell, true);
    const auto months = static_cast<std::int32_t>(load_4(cell.data + 12));
    const std::int64_t days = static_cast<std::int32_t>(load_4(cell.data + 8));
    std::int64_t micros = 0;
    if (months != 0 ||
        __builtin_add_overflow(static_cast<std::int64_t>(load_8(cell.data)), days * micros_per_day, &micros))
        return Fault::out_of_range;
    out = micros;
    return Fault::none;
}

Fault ResultReader::read_uuid(const Cell& cell, Uuid& out) const {
    if ((cell.type == oid::uuid || cell.type == oid::bytea) && cell.size == Uuid::size) {
        out = Uuid::from_bytes(std::span<const std::byte, Uuid::size>(
            reinterpret_cast<const std::byte*>(cell.data), Uuid::size));
        return Fault::none;
    }
    if (cell.type == oid::uuid || cell.type == oid::bytea) return unfit(cell, true);
    return parse_text(cell, out, Uuid::try_parse);
}

Fault ResultReader::read_decimal(const Cell& cell, Decimal& out) const {
    if (cell.type == oid::numeric && !cell.is_null()) {
        std::string& text = columns_.scratch();
        text.clear();
        if (const Fault fault = numeric_text(cell, text); fault != Fault::none) return fault;
        if (Decimal::try_parse(text, out)) return Fault::none;
        cut_zeros(text);
        return Decimal::try_parse(text, out) ? Fault::none : Fault::out_of_range;
    }
    std::int64_t whole = 0;
    if (integer_of(cell, whole)) {
        out = Decimal(whole);
        return Fault::none;
    }
    if (cell.type == oid::float4 || cell.type == oid::float8) {
        std::string& text = columns_.scratch();
        text.clear();
        if (cell.is_null()) return Fault::wrong_type;
        if (const Fault fault = append_cell_text(text, cell.type, cell.bytes()); fault != Fault::none)
            return fault;
        return Decimal::try_parse(text, out) ? Fault::none : Fault::out_of_range;
    }
    if (is_integer(cell.type)) return unfit(cell, true);
    return parse_text(cell, out, Decimal::try_parse);
}

Fault ResultReader::read_json(const Cell& cell, Json& out) const {
    if (cell.is_null()) return Fault::wrong_type;
    if (cell.type == oid::jsonb) {
        if (cell.size < 2 || *cell.data != 1) return Fault::malformed;
        out = Json::from_valid_text(std::string(cell.bytes().substr(1)));
        return Fault::none;
    }
    if (cell.type == oid::json) {
        out = Json::from_valid_text(std::string(cell.bytes()));
        return Fault::none;
    }
    std::string_view text = cell.bytes();
    if (!is_text_type(cell.type)) {
        const bool is_number = is_integer(cell.type) || cell.type == oid::float4 ||
                               cell.type == oid::float8 || cell.type == oid::numeric;
        if (!is_number && cell.type != oid::boolean) return Fault::wrong_type;
        if (const Fault fault = convert_text(cell, columns_.scratch(), text); fault != Fault::none)
            return fault;
    }
    try {
        out = Json::parse(text);
    } catch (const ValidationError&) {
        return Fault::malformed;
    }
    return Fault::none;
}

Fault ResultReader::read_array(const Cell& cell, const TypeInfo& type, void* array) const {
    if (cell.is_null()) return Fault::wrong_type;
    if (cell.type == oid::jsonb) {
        if (cell.size < 2 || *cell.data != 1) return Fault::malformed;
        return parse_array(cell.bytes().substr(1), type, array);
    }
    if (cell.type < oid::first_user_type && is_text_type(cell.type))
        return parse_array(cell.bytes(), type, array);
    if (!may_be_array(cell.type)) return Fault::wrong_type;
    Source source(cell.bytes());
    const std::size_t dimensions = source.u32();
    source.u32();  // whether there are NULLs
    const Oid element = source.u32();
    if (!source.ok() || dimensions > most_dimensions) return Fault::malformed;
    if (dimensions == 0) {
        if (!source.complete()) return Fault::malformed;
        type.ops.array->clear(array);
        return Fault::none;
    }
    std::array<std::int32_t, most_dimensions> sizes{};
    for (std::size_t i = 0; i < dimensions; ++i) {
        sizes[i] = source.i32();
        source.u32();  // the number of its first element
        // Each element takes four bytes at least.
        if (sizes[i] <= 0 || static_cast<std::size_t>(sizes[i]) > source.left() / 4) return Fault::malformed;
    }
    if (dimensions != depth_of(type)) return Fault::malformed;
    const Fault fault = read_level(*this, source, type, array, element, std::span(sizes).first(dimensions));
    if (fault != Fault::none) return fault;
    return source.complete() ? Fault::none : Fault::malformed;
}

std::string_view ResultReader::stored_type(const Cell& cell) const {
    if (cell.is_null()) return "NULL";
    if (const std::string_view name = type_name(cell.type); !name.empty()) return name;
    columns_.scratch() = "a value of the type number " + std::to_string(cell.type);
    return columns_.scratch();
}

static_assert(CellReader<ResultReader>);

}  // namespace duet::driver::postgres
