#include <duet/base/error.hpp>
#include <duet/postgres.hpp>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "driver/postgres/oid.hpp"
#include "driver/postgres/reader.hpp"

namespace {

namespace oid = duet::driver::postgres::oid;
using duet::driver::postgres::Cell;
using duet::driver::postgres::Columns;
using duet::driver::postgres::ResultReader;

constexpr Oid types[] = {
    oid::boolean,
    oid::bytea,
    oid::character,
    oid::name,
    oid::int8,
    oid::int2,
    oid::int4,
    oid::text,
    oid::oid,
    oid::json,
    oid::xml,
    oid::cidr,
    oid::float4,
    oid::float8,
    oid::macaddr,
    oid::macaddr8,
    oid::inet,
    oid::bpchar,
    oid::varchar,
    oid::date,
    oid::time,
    oid::timestamp,
    oid::timestamptz,
    oid::interval,
    oid::timetz,
    oid::bit,
    oid::varbit,
    oid::numeric,
    oid::uuid,
    oid::pg_lsn,
    oid::tsvector,
    oid::tsquery,
    oid::jsonb,
    oid::jsonpath,
    oid::int4_range,
    oid::numeric_range,
    oid::timestamp_range,
    oid::timestamptz_range,
    oid::date_range,
    oid::int8_range,
    oid::int4_array,
    oid::text_array,
    oid::numeric_array,
    oid::inet_array,
    oid::int4_range_array,
    oid::int2_vector,
    oid::first_user_type,
    oid::xid8,
};

template <class T>
void read(ResultReader& reader, const Cell& cell) {
    T value{};
    try {
        (void)duet::driver::decode_value(reader, cell, duet::detail::type_info<T>, &value);
    } catch (const duet::ValidationError&) {  // of a type's own conversion
    }
}

}  // namespace

// The first byte chooses a type, the others are a cell of it. Whatever they are, every kind of field takes
// them or refuses them, and nothing outside of the cell is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Oid type = types[data[0] % std::size(types)];
    // Of exactly this size, so that a sanitizer sees the byte behind it.
    std::vector<char> bytes(size - 1);
    if (size > 1) std::memcpy(bytes.data(), data + 1, size - 1);
    const Cell cell{bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()), type};
    Columns columns;
    ResultReader reader(nullptr, columns);
    read<bool>(reader, cell);
    read<std::int32_t>(reader, cell);
    read<std::uint64_t>(reader, cell);
    read<double>(reader, cell);
    read<std::string>(reader, cell);
    read<std::vector<std::byte>>(reader, cell);
    read<duet::Date>(reader, cell);
    read<duet::Time>(reader, cell);
    read<duet::Timestamp>(reader, cell);
    read<std::chrono::microseconds>(reader, cell);
    read<duet::Uuid>(reader, cell);
    read<duet::Decimal>(reader, cell);
    read<duet::Json>(reader, cell);
    read<std::vector<std::optional<std::int64_t>>>(reader, cell);
    read<std::vector<std::vector<std::string>>>(reader, cell);
    read<duet::pg::Inet>(reader, cell);
    read<duet::pg::Interval>(reader, cell);
    read<duet::pg::Range<duet::Timestamp>>(reader, cell);
    (void)reader.stored_type(cell);
    return 0;
}
