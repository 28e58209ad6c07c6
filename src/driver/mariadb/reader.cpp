#include "driver/mariadb/reader.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/array_text.hpp>
#include <duet/types/time_text.hpp>

#include <chrono>
#include <cmath>

#include "driver/text_values.hpp"

namespace duet::driver::mariadb {
namespace {

constexpr MYSQL_BIND nothing{};

// 12.000 is a whole number, 12.5 is none.
std::string_view without_zero_fraction(std::string_view digits) {
    const std::size_t point = digits.find('.');
    if (point == std::string_view::npos || digits.find_first_not_of('0', point + 1) != std::string_view::npos)
        return digits;
    return digits.substr(0, point);
}

template <class T>
Fault parse_whole_decimal(std::string_view digits, T& out) {
    const Fault fault = parse_number(without_zero_fraction(digits), out);
    return fault == Fault::malformed ? Fault::wrong_type : fault;
}

Fault whole(double value, std::int64_t& out) {
    if (value != std::floor(value)) return Fault::wrong_type;
    // Beyond 2^53 a double is no exact integer any more.
    constexpr double exact = 9007199254740992.0;
    if (value < -exact || value > exact) return Fault::out_of_range;
    out = static_cast<std::int64_t>(value);
    return Fault::none;
}

Fault day_of(const MomentParts& parts, Date& out) {
    // The zero date, and dates such as 2020-00-00, which lax servers keep.
    if (parts.month == 0 || parts.day == 0) return Fault::malformed;
    if (parts.year < 1 || parts.year > 9999) return Fault::out_of_range;
    // Lax servers also keep February 30.
    const std::chrono::year_month_day day{std::chrono::year{parts.year}, std::chrono::month{parts.month},
                                          std::chrono::day{parts.day}};
    if (!day.ok()) return Fault::malformed;
    out = day;
    return Fault::none;
}

Fault moment_of(const MomentParts& parts, Timestamp& out) {
    Date day{};
    if (const Fault fault = day_of(parts, day); fault != Fault::none) return fault;
    out = Timestamp{day} + std::chrono::microseconds{parts.micros};
    return Fault::none;
}

Fault time_of(std::int64_t micros, Time& out) {
    constexpr std::int64_t micros_per_day = 86'400'000'000;
    if (micros < 0 || micros >= micros_per_day) return Fault::out_of_range;
    out = Time{std::chrono::microseconds{micros}};
    return Fault::none;
}

template <class T>
Fault parsed(std::string_view text, T& out, bool (*parse)(std::string_view, T&) noexcept) {
    return parse(text, out) ? Fault::none : Fault::malformed;
}

bool is_text(const Column* cell) { return cell->raw() != nullptr && cell->form == Form::text; }
bool is_form(const Column* cell, Form form) { return cell->raw() != nullptr && cell->form == form; }

std::string text_of_clock(std::int64_t micros) {
    const std::int64_t magnitude = micros < 0 ? -micros : micros;
    const auto two = [](std::int64_t part) {
        return std::string(part < 10 ? "0" : "") + std::to_string(part);
    };
    std::string text = micros < 0 ? "-" : "";
    text += two(magnitude / 3'600'000'000) + ':' + two(magnitude / 60'000'000 % 60) + ':' +
            two(magnitude / 1'000'000 % 60);
    if (const std::int64_t fraction = magnitude % 1'000'000; fraction != 0) {
        const std::string digits = std::to_string(fraction);
        text += '.' + std::string(6 - digits.size(), '0') + digits;
    }
    return text;
}

}  // namespace

const Column RowReader::absent{.bind = &nothing};

Fault RowReader::convert_int(Cell cell, std::int64_t& out) const {
    const unsigned char* const raw = cell->raw();
    if (raw == nullptr) return Fault::wrong_type;
    switch (cell->form) {
        case Form::int8:
            out = cell->is_unsigned ? std::int64_t{load<std::uint8_t>(raw)} : load<std::int8_t>(raw);
            return Fault::none;
        case Form::int16:
            out = cell->is_unsigned ? std::int64_t{load<std::uint16_t>(raw)} : load<std::int16_t>(raw);
            return Fault::none;
        case Form::float32:
            return whole(static_cast<double>(load<float>(raw)), out);
        case Form::float64:
            return whole(load<double>(raw), out);
        case Form::decimal:
            return parse_whole_decimal(counted_bytes(raw), out);
        case Form::text:
            return parse_number(counted_bytes(raw), out);
        case Form::bits: {
            const std::uint64_t bits = load_bits(raw);
            if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return Fault::out_of_range;
            out = static_cast<std::int64_t>(bits);
            return Fault::none;
        }
        default:
            return Fault::wrong_type;
    }
}

Fault RowReader::read_uint(Cell cell, std::uint64_t& out) const {
    if (cell->is_unsigned && is_form(cell, Form::int64)) {
        out = load<std::uint64_t>(cell->raw());
        return Fault::none;
    }
    if (is_form(cell, Form::bits)) {
        out = load_bits(cell->raw());
        return Fault::none;
    }
    const bool digits = is_form(cell, Form::decimal);
    if (digits || is_text(cell)) {
        const std::string_view text = counted_bytes(cell->raw());
        if (text.starts_with('-') && without_zero_fraction(text) != "-0") return Fault::out_of_range;
        return digits ? parse_whole_decimal(text, out) : parse_number(text, out);
    }
    std::int64_t value = 0;
    if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
    if (value < 0) return Fault::out_of_range;
    out = static_cast<std::uint64_t>(value);
    return Fault::none;
}

Fault RowReader::read_bool(Cell cell, bool& out) const {
    if (is_text(cell)) return parse_boolean(counted_bytes(cell->raw()), out);
    std::int64_t value = 0;
    if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
    if ((value & ~std::int64_t{1}) != 0) return Fault::out_of_range;
    out = value != 0;
    return Fault::none;
}

Fault RowReader::convert_double(Cell cell, double& out) const {
    const unsigned char* const raw = cell->raw();
    if (raw == nullptr) return Fault::wrong_type;
    switch (cell->form) {
        case Form::float32:
            out = static_cast<double>(load<float>(raw));
            return Fault::none;
        case Form::decimal:
        case Form::text:
            return parse_number(counted_bytes(raw), out);
        default: {
            if (cell->is_unsigned && cell->form == Form::int64) {
                out = static_cast<double>(load<std::uint64_t>(raw));
                return Fault::none;
            }
            std::int64_t value = 0;
            if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
            out = static_cast<double>(value);
            return Fault::none;
        }
    }
}

Fault RowReader::convert_text(Cell cell, std::string_view& out) const {
    const unsigned char* const raw = cell->raw();
    if (raw == nullptr) return Fault::wrong_type;
    char text[48];
    std::size_t size = 0;
    const auto number = [&](auto value) {
        size = static_cast<std::size_t>(std::to_chars(text, text + sizeof text, value).ptr - text);
    };
    switch (cell->form) {
        case Form::decimal:
            out = counted_bytes(raw);
            return Fault::none;
        case Form::float32:
            number(load<float>(raw));
            break;
        case Form::float64:
            number(load<double>(raw));
            break;
        case Form::moment: {
            const MomentParts parts = load_moment(raw);
            if (cell->date) {
                Date day{};
                if (const Fault fault = day_of(parts, day); fault != Fault::none) return fault;
                size = duet::detail::write_date(text, day);
            } else {
                Timestamp moment{};
                if (const Fault fault = moment_of(parts, moment); fault != Fault::none) return fault;
                size = duet::detail::write_timestamp(text, moment);
            }
            break;
        }
        case Form::clock:
            buffer_ = text_of_clock(load_clock(raw));
            out = buffer_;
            return Fault::none;
        case Form::unknown:
            return Fault::wrong_type;
        default: {
            if (cell->is_unsigned || cell->form == Form::bits) {
                std::uint64_t value = 0;
                if (const Fault fault = read_uint(cell, value); fault != Fault::none) return fault;
                number(value);
            } else {
                std::int64_t value = 0;
                if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
                number(value);
            }
        }
    }
    buffer_.assign(text, size);
    out = buffer_;
    return Fault::none;
}

Fault RowReader::read_blob(Cell cell, std::string_view& out) const {
    if (!is_text(cell) && !is_form(cell, Form::bits)) return Fault::wrong_type;
    out = counted_bytes(cell->raw());
    return Fault::none;
}

Fault RowReader::read_date(Cell cell, Date& out) const {
    if (is_text(cell)) return parsed(counted_bytes(cell->raw()), out, duet::detail::parse_date);
    if (!is_form(cell, Form::moment)) return Fault::wrong_type;
    const MomentParts parts = load_moment(cell->raw());
    // A time of day would be lost.
    return parts.micros != 0 ? Fault::wrong_type : day_of(parts, out);
}

Fault RowReader::read_time(Cell cell, Time& out) const {
    if (is_text(cell)) return parsed(counted_bytes(cell->raw()), out, duet::detail::parse_time);
    if (!is_form(cell, Form::clock)) return Fault::wrong_type;
    return time_of(load_clock(cell->raw()), out);
}

Fault RowReader::read_timestamp(Cell cell, Timestamp& out) const {
    if (is_form(cell, Form::moment)) [[likely]]
        return moment_of(load_moment(cell->raw()), out);
    if (is_text(cell)) return parsed(counted_bytes(cell->raw()), out, duet::detail::parse_timestamp);
    return Fault::wrong_type;
}

Fault RowReader::read_micros(Cell cell, std::int64_t& out) const {
    if (is_form(cell, Form::clock)) {
        out = load_clock(cell->raw());
        return Fault::none;
    }
    return read_int(cell, out);
}

Fault RowReader::read_uuid(Cell cell, Uuid& out) const {
    if (!is_text(cell)) return Fault::wrong_type;
    const std::string_view bytes = counted_bytes(cell->raw());
    if (bytes.size() == Uuid::size && cell->bytes) {
        out = Uuid::from_bytes(std::span<const std::byte, Uuid::size>(
            reinterpret_cast<const std::byte*>(bytes.data()), Uuid::size));
        return Fault::none;
    }
    return parsed(bytes, out, Uuid::try_parse);
}

Fault RowReader::read_decimal(Cell cell, Decimal& out) const {
    if (cell->raw() == nullptr) return Fault::wrong_type;
    switch (cell->form) {
        case Form::decimal:
            return Decimal::try_parse(counted_bytes(cell->raw()), out) ? Fault::none : Fault::out_of_range;
        case Form::text:
            return parsed(counted_bytes(cell->raw()), out, Decimal::try_parse);
        case Form::float32:
        case Form::float64: {
            double value = 0;
            if (const Fault fault = read_double(cell, value); fault != Fault::none) return fault;
            // A double holds 15 decimal digits for certain.
            char text[32];
            const auto [end, error] =
                std::to_chars(text, text + sizeof text, value, std::chars_format::general, 15);
            const std::string_view number(text, static_cast<std::size_t>(end - text));
            return error == std::errc{} && Decimal::try_parse(number, out) ? Fault::none
                                                                           : Fault::out_of_range;
        }
        default: {
            if (cell->is_unsigned) {
                std::uint64_t value = 0;
                if (const Fault fault = read_uint(cell, value); fault != Fault::none) return fault;
                out = Decimal(value);
                return Fault::none;
            }
            std::int64_t value = 0;
            if (const Fault fault = read_int(cell, value); fault != Fault::none) return fault;
            out = Decimal(value);
            return Fault::none;
        }
    }
}

Fault RowReader::read_json(Cell cell, Json& out) const {
    if (cell->raw() == nullptr || cell->form == Form::bits || cell->form == Form::moment ||
        cell->form == Form::clock)
        return Fault::wrong_type;
    std::string_view text;
    if (const Fault fault = read_text(cell, text); fault != Fault::none) return fault;
    try {
        out = Json::parse(text);
    } catch (const ValidationError&) {
        return Fault::malformed;
    }
    return Fault::none;
}

Fault RowReader::read_array(Cell cell, const TypeInfo& type, void* array) const {
    if (!is_text(cell)) return Fault::wrong_type;
    return parse_array(counted_bytes(cell->raw()), type, array);
}

std::string_view RowReader::stored_type(Cell cell) const {
    if (cell->raw() == nullptr) return "NULL";
    switch (cell->form) {
        case Form::int8:
        case Form::int16:
        case Form::int32:
        case Form::int64:
            return "an integer";
        case Form::float32:
        case Form::float64:
            return "a real number";
        case Form::decimal:
            return "a decimal number";
        case Form::bits:
            return "bits";
        case Form::moment:
            return cell->date ? "a date" : "a date with a time";
        case Form::clock:
            return "a time";
        case Form::text:
            return cell->bytes ? "bytes" : "text";
        default:
            return "a value of an unknown type";
    }
}

static_assert(CellReader<RowReader>);

}  // namespace duet::driver::mariadb
