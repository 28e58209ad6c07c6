#include "driver/mariadb/cell.hpp"

#include <bit>

namespace duet::driver::mariadb {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are read as they come, in little-endian");

constexpr unsigned binary_charset = 63;
constexpr std::int64_t micros_per_second = 1'000'000;

Form form_of(enum_field_types type) {
    switch (type) {
        case MYSQL_TYPE_TINY:
            return Form::int8;
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_YEAR:
            return Form::int16;
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
            return Form::int32;
        case MYSQL_TYPE_LONGLONG:
            return Form::int64;
        case MYSQL_TYPE_FLOAT:
            return Form::float32;
        case MYSQL_TYPE_DOUBLE:
            return Form::float64;
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return Form::decimal;
        case MYSQL_TYPE_BIT:
            return Form::bits;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP:
            return Form::moment;
        case MYSQL_TYPE_TIME:
            return Form::clock;
        case MYSQL_TYPE_VARCHAR:
        case MYSQL_TYPE_VAR_STRING:
        case MYSQL_TYPE_STRING:
        case MYSQL_TYPE_ENUM:
        case MYSQL_TYPE_SET:
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
        case MYSQL_TYPE_BLOB:
        case MYSQL_TYPE_GEOMETRY:
        case MYSQL_TYPE_JSON:
            return Form::text;
        default:
            return Form::unknown;
    }
}

std::int64_t micros_of(unsigned hours, unsigned minutes, unsigned seconds, std::uint32_t micros) {
    return ((std::int64_t{hours} * 60 + minutes) * 60 + seconds) * micros_per_second + micros;
}

}  // namespace

Column describe(const MYSQL_FIELD& field, const MYSQL_BIND& bind) noexcept {
    return {.bind = &bind,
            .form = form_of(field.type),
            .is_unsigned = (field.flags & UNSIGNED_FLAG) != 0,
            .bytes = field.charsetnr == binary_charset,
            .date = field.type == MYSQL_TYPE_DATE || field.type == MYSQL_TYPE_NEWDATE};
}

MomentParts load_moment(const unsigned char* from) noexcept {
    MomentParts out;
    const unsigned size = *from++;
    if (size >= 4) {
        out.year = load<std::uint16_t>(from);
        out.month = from[2];
        out.day = from[3];
    }
    if (size >= 7)
        out.micros = micros_of(from[4], from[5], from[6], size >= 11 ? load<std::uint32_t>(from + 7) : 0);
    return out;
}

std::int64_t load_clock(const unsigned char* from) noexcept {
    const unsigned size = *from++;
    if (size < 8) return 0;
    const bool negative = from[0] != 0;
    const unsigned hours = load<std::uint32_t>(from + 1) * 24 + from[5];
    const std::int64_t micros =
        micros_of(hours, from[6], from[7], size >= 12 ? load<std::uint32_t>(from + 8) : 0);
    return negative ? -micros : micros;
}

std::uint64_t load_bits(const unsigned char* from) noexcept {
    std::uint64_t out = 0;
    for (const char c : counted_bytes(from)) out = out << 8 | static_cast<unsigned char>(c);
    return out;
}

}  // namespace duet::driver::mariadb
