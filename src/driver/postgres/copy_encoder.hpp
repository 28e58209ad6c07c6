#pragma once

#include <duet/driver/copy.hpp>
#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// Writes rows in COPY's binary format ("COPY", File Formats). There every value has exactly the type of its
/// column; nothing is converted by the server.
class CopyEncoder {
public:
    /// Whether values of `type` can be written for a column of type `column`.
    static bool can_write(const TypeInfo& type, Oid column) noexcept;

    /// What comes before the first row and after the last.
    void begin();
    void end();
    /// `columns` are the types of the table's columns, in the order of rows.columns. Throws ValidationError
    /// for values that the column cannot take; half a row is then in the buffer.
    void row(const CopyRows& rows, const Oid* columns, const std::byte* object);

    std::string& buffer() noexcept { return out_; }

    // What encode_value() calls.
    bool transient = false;
    void null() { length(0xFFFF'FFFFU); }
    void boolean(bool value);
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void floating(double value);
    void text(std::string_view value);
    void blob(std::string_view value);
    void date(Date value);
    void time(Time value);
    void timestamp(Timestamp value);
    void duration(std::int64_t micros);
    void uuid(const Uuid& value);
    void decimal(const Decimal& value);
    void decimal_text(const Decimal& value);
    void json(const Json& value);
    void array(const TypeInfo& type, const void* array);

private:
    void length(std::uint32_t size);
    [[noreturn]] void out_of_range() const;

    std::string out_;
    Oid column_ = 0;
    const TypeInfo* type_ = nullptr;
};

}  // namespace duet::driver::postgres
