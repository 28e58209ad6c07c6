#pragma once

#include <duet/base/error.hpp>
#include <duet/driver/values.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/time_text.hpp>
#include <duet/types/uuid.hpp>

#include <cstdint>
#include <limits>
#include <string_view>

namespace duet::driver {

/// For databases with signed 64-bit integers only. Throws ValidationError.
inline std::int64_t checked_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw ValidationError(
            "an unsigned integer above 9223372036854775807 cannot be stored: "
            "the database has signed 64-bit integers only");
    }
    return static_cast<std::int64_t>(value);
}

/// The part of a writer (see encode_value) for databases without types of their own for moments, UUIDs and
/// the like: they travel as short texts, handed to `copied_text`, which has to keep a copy.
template <class Writer>
class TextForms {
public:
    bool transient = false;

    void unsigned_integer(std::uint64_t value) { self().integer(checked_unsigned(value)); }
    void timestamp(Timestamp value) {
        char text[duet::detail::timestamp_text_size];
        self().copied_text({text, duet::detail::write_timestamp(text, value)});
    }
    void date(Date value) {
        char text[duet::detail::date_text_size];
        self().copied_text({text, duet::detail::write_date(text, value)});
    }
    void time(Time value) {
        char text[duet::detail::time_text_size];
        self().copied_text({text, duet::detail::write_time(text, value)});
    }
    void uuid(const Uuid& value) {
        char text[Uuid::hex_size];
        value.write_hex(text);
        self().copied_text({text, Uuid::hex_size});
    }
    void decimal_text(const Decimal& value) {
        char text[Decimal::max_text_size];
        self().copied_text({text, value.write(text)});
    }

private:
    Writer& self() { return static_cast<Writer&>(*this); }
};

}  // namespace duet::driver
