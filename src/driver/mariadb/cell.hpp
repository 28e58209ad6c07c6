#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <mysql.h>

namespace duet::driver::mariadb {

/// How values of a column travel in rows of the binary protocol.
enum class Form : std::uint8_t {
    int8,
    int16,
    int32,
    int64,
    float32,
    float64,
    text,     // characters or bytes behind their length
    decimal,  // digits, likewise
    bits,     // BIT: big-endian bytes, likewise
    moment,   // DATE, DATETIME, TIMESTAMP: parts behind their length
    clock,    // TIME, likewise
    unknown,
};

/// A result column. Its value in the row under the cursor lies where the library's binding points: into the
/// packet that came from the server.
struct Column {
    const MYSQL_BIND* bind = nullptr;
    Form form = Form::unknown;
    bool is_unsigned = false;
    bool bytes = false;  // text form: without a character set
    bool date = false;   // moment form: without a time

    const unsigned char* raw() const { return bind->u.row_ptr; }
};

Column describe(const MYSQL_FIELD& field, const MYSQL_BIND& bind) noexcept;

/// Values are little-endian in packets, and so are the machines that this is built for (see cell.cpp).
template <class T>
inline T load(const unsigned char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// The bytes behind a length.
inline std::string_view counted_bytes(const unsigned char* from) {
    std::size_t size = *from++;
    if (size >= 0xfb) [[unlikely]] {
        if (size == 0xfc) {
            size = load<std::uint16_t>(from);
            from += 2;
        } else if (size == 0xfd) {
            size = static_cast<std::size_t>(load<std::uint16_t>(from)) | static_cast<std::size_t>(from[2])
                                                                             << 16;
            from += 3;
        } else {
            size = load<std::uint64_t>(from);
            from += 8;
        }
    }
    return {reinterpret_cast<const char*>(from), size};
}

/// What DATE, DATETIME and TIMESTAMP say; all zeros for the zero date.
struct MomentParts {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    std::int64_t micros = 0;  // since midnight
};
MomentParts load_moment(const unsigned char* from) noexcept;

/// Microseconds that TIME says: from minus to plus 838:59:59.999999 hours.
std::int64_t load_clock(const unsigned char* from) noexcept;

/// The number that BIT(1) to BIT(64) says.
std::uint64_t load_bits(const unsigned char* from) noexcept;

}  // namespace duet::driver::mariadb
