#include "reader.hpp"

#include <chrono>
#include <cmath>

#include "driver/text_values.hpp"

namespace duet::driver::sqlite {
namespace {

std::string_view bytes_of(sqlite3_value* cell) {
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(cell));
    return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(cell))};
}

// A value conversion leaves the type of its cell as it was, so this holds also after sqlite3_value_text().
bool is_text(sqlite3_value* cell) { return sqlite3_value_type(cell) == SQLITE_TEXT; }

template <class T>
Fault parse_text(sqlite3_value* cell, T& out, bool (*parse)(std::string_view, T&) noexcept) {
    if (!is_text(cell)) return Fault::wrong_type;
    return parse(bytes_of(cell), out) ? Fault::none : Fault::malformed;
}

}  // namespace

void ColumnLayout::examine(sqlite3_stmt* stmt, int columns) {
    constexpr int fewest = 3;  // below, asking for the first and the last is asking for all
    examined_ = columns;
    count_ = 0;
    if (columns < fewest) return;
    const auto address = [&](int column) {
        return reinterpret_cast<std::byte*>(sqlite3_column_value(stmt, column));
    };
    std::byte* const first = address(0);
    const std::ptrdiff_t stride = address(1) - first;
    for (int i = 2; i < columns; ++i) {
        if (address(i) != first + stride * i) return;
    }
    stride_ = stride;
    count_ = columns;
}

Fault convert_bool(sqlite3_value* cell, bool& out) {
    if (!is_text(cell)) return Fault::wrong_type;
    return parse_boolean(bytes_of(cell), out);
}

Fault convert_int(sqlite3_value* cell, std::int64_t& out) {
    if (is_text(cell)) return parse_number(bytes_of(cell), out);
    if (sqlite3_value_type(cell) != SQLITE_FLOAT) return Fault::wrong_type;
    const double value = sqlite3_value_double(cell);
    if (value != std::floor(value)) return Fault::wrong_type;
    // Beyond 2^53 a double is no exact integer any more.
    constexpr double exact = 9007199254740992.0;
    if (value < -exact || value > exact) return Fault::out_of_range;
    out = static_cast<std::int64_t>(value);
    return Fault::none;
}

Fault convert_double(sqlite3_value* cell, double& out) {
    if (is_text(cell)) return parse_number(bytes_of(cell), out);
    if (sqlite3_value_type(cell) != SQLITE_INTEGER) return Fault::wrong_type;
    out = static_cast<double>(sqlite3_value_int64(cell));
    return Fault::none;
}

Fault convert_timestamp(sqlite3_value* cell, Timestamp& out) {
    const int type = sqlite3_value_type(cell);
    if (type == SQLITE_TEXT) return Fault::malformed;
    if (type != SQLITE_INTEGER) return Fault::wrong_type;
    // Years 0001 to 9999, as for text.
    const sqlite3_int64 seconds = sqlite3_value_int64(cell);
    if (seconds < -62'135'596'800 || seconds > 253'402'300'799) return Fault::out_of_range;
    out = Timestamp{std::chrono::seconds{seconds}};
    return Fault::none;
}

Fault convert_uuid(sqlite3_value* cell, Uuid& out) {
    const int type = sqlite3_value_type(cell);
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) return Fault::wrong_type;
    const std::string_view bytes = bytes_of(cell);
    if (type == SQLITE_BLOB && bytes.size() == Uuid::size) {
        out = Uuid::from_bytes(std::span<const std::byte, Uuid::size>(
            reinterpret_cast<const std::byte*>(bytes.data()), Uuid::size));
        return Fault::none;
    }
    return Uuid::try_parse(bytes, out) ? Fault::none : Fault::malformed;
}

Fault convert_decimal(sqlite3_value* cell, Decimal& out) {
    switch (sqlite3_value_type(cell)) {
        case SQLITE_INTEGER:
            out = Decimal(static_cast<std::int64_t>(sqlite3_value_int64(cell)));
            return Fault::none;
        case SQLITE_FLOAT: {
            // A double holds 15 decimal digits for certain, and no more are written (see Binder::decimal):
            // the digits behind them are noise of its arithmetic.
            char text[32];
            const auto [end, error] = std::to_chars(text, text + sizeof text, sqlite3_value_double(cell),
                                                    std::chars_format::general, 15);
            const std::string_view number(text, static_cast<std::size_t>(end - text));
            return error == std::errc{} && Decimal::try_parse(number, out) ? Fault::none
                                                                           : Fault::out_of_range;
        }
        default:
            return parse_text(cell, out, Decimal::try_parse);
    }
}

Fault convert_json(sqlite3_value* cell, Json& out) {
    const int type = sqlite3_value_type(cell);
    if (type == SQLITE_INTEGER) {
        out = Json(static_cast<std::int64_t>(sqlite3_value_int64(cell)));
        return Fault::none;
    }
    if (type == SQLITE_FLOAT) {
        const double value = sqlite3_value_double(cell);
        if (!std::isfinite(value)) return Fault::out_of_range;
        out = Json(value);
        return Fault::none;
    }
    if (type != SQLITE_TEXT) return Fault::wrong_type;
    try {
        out = Json::parse(bytes_of(cell));
    } catch (const ValidationError&) {
        return Fault::malformed;
    }
    return Fault::none;
}

Fault RowReader::no_text(Cell cell, std::string_view& out) {
    const int type = sqlite3_value_type(cell);
    if (type == SQLITE_NULL) return Fault::wrong_type;
    // SQLite keeps an empty blob without a pointer.
    if (sqlite3_value_bytes(cell) != 0) throw std::bad_alloc();
    out = {};
    return Fault::none;
}

Fault RowReader::read_blob(Cell cell, std::string_view& out) const {
    const int type = sqlite3_value_type(cell);
    if (type != SQLITE_BLOB && type != SQLITE_TEXT) return Fault::wrong_type;
    out = bytes_of(cell);
    return Fault::none;
}

Fault RowReader::read_date(Cell cell, Date& out) const {
    return parse_text(cell, out, duet::detail::parse_date);
}

Fault RowReader::read_time(Cell cell, Time& out) const {
    return parse_text(cell, out, duet::detail::parse_time);
}

Fault RowReader::read_array(Cell cell, const TypeInfo& type, void* array) const {
    if (!is_text(cell)) return Fault::wrong_type;
    return parse_array(bytes_of(cell), type, array);
}

std::string_view RowReader::stored_type(Cell cell) const {
    switch (sqlite3_value_type(cell)) {
        case SQLITE_INTEGER:
            return "an integer";
        case SQLITE_FLOAT:
            return "a real number";
        case SQLITE_TEXT:
            return "text";
        case SQLITE_BLOB:
            return "a blob";
        default:
            return "NULL";
    }
}

static_assert(CellReader<RowReader>);

}  // namespace duet::driver::sqlite
