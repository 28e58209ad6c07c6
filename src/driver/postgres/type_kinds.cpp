#include "type_kinds.hpp"

#include "oid.hpp"

namespace duet::driver::postgres {
namespace {

struct Name {
    Oid type;
    std::string_view name;
};
constexpr Name names[] = {
    {oid::boolean, "boolean"},
    {oid::bytea, "bytea"},
    {oid::character, "\"char\""},
    {oid::name, "name"},
    {oid::int8, "bigint"},
    {oid::int2, "smallint"},
    {oid::int4, "integer"},
    {oid::text, "text"},
    {oid::oid, "oid"},
    {oid::json, "json"},
    {oid::xml, "xml"},
    {oid::cidr, "cidr"},
    {oid::float4, "real"},
    {oid::float8, "double precision"},
    {oid::macaddr, "macaddr"},
    {oid::macaddr8, "macaddr8"},
    {oid::inet, "inet"},
    {oid::bpchar, "character"},
    {oid::varchar, "varchar"},
    {oid::date, "date"},
    {oid::time, "time"},
    {oid::timestamp, "timestamp"},
    {oid::timestamptz, "timestamptz"},
    {oid::interval, "interval"},
    {oid::timetz, "timetz"},
    {oid::bit, "bit"},
    {oid::varbit, "bit varying"},
    {oid::numeric, "numeric"},
    {oid::uuid, "uuid"},
    {oid::tsvector, "tsvector"},
    {oid::tsquery, "tsquery"},
    {oid::jsonb, "jsonb"},
    {oid::int4_range, "int4range"},
    {oid::int8_range, "int8range"},
    {oid::numeric_range, "numrange"},
    {oid::date_range, "daterange"},
    {oid::timestamp_range, "tsrange"},
    {oid::timestamptz_range, "tstzrange"},
    {oid::boolean_array, "boolean[]"},
    {oid::int2_array, "smallint[]"},
    {oid::int4_array, "integer[]"},
    {oid::int8_array, "bigint[]"},
    {oid::text_array, "text[]"},
    {oid::varchar_array, "varchar[]"},
    {oid::float4_array, "real[]"},
    {oid::float8_array, "double precision[]"},
    {oid::uuid_array, "uuid[]"},
    {oid::numeric_array, "numeric[]"},
    {oid::date_array, "date[]"},
    {oid::timestamptz_array, "timestamptz[]"},
    {oid::bytea_array, "bytea[]"},
    {oid::jsonb_array, "jsonb[]"},
};

}  // namespace

Oid range_element(Oid type) noexcept {
    switch (type) {
        case oid::int4_range:
            return oid::int4;
        case oid::int8_range:
            return oid::int8;
        case oid::numeric_range:
            return oid::numeric;
        case oid::timestamp_range:
            return oid::timestamp;
        case oid::timestamptz_range:
            return oid::timestamptz;
        case oid::date_range:
            return oid::date;
        default:
            return 0;
    }
}

bool is_text_type(Oid type) noexcept {
    constexpr Oid refcursor = 1790;
    switch (type) {
        case oid::text:
        case oid::varchar:
        case oid::bpchar:
        case oid::name:
        case oid::character:
        case oid::unknown:
        case oid::json:
        case oid::xml:
        case oid::cstring:
        case refcursor:
            return true;
        default:
            return type >= oid::first_user_type;
    }
}

bool may_be_array(Oid type) noexcept {
    switch (type) {
        case oid::boolean_array:
        case oid::bytea_array:
        case oid::character_array:
        case oid::name_array:
        case oid::int8_array:
        case oid::int2_array:
        case oid::int4_array:
        case oid::text_array:
        case oid::oid_array:
        case oid::int2_vector:
        case oid::oid_vector:
        case oid::json_array:
        case oid::xml_array:
        case oid::cidr_array:
        case oid::float4_array:
        case oid::float8_array:
        case oid::macaddr8_array:
        case oid::macaddr_array:
        case oid::inet_array:
        case oid::bpchar_array:
        case oid::varchar_array:
        case oid::date_array:
        case oid::time_array:
        case oid::timestamp_array:
        case oid::timestamptz_array:
        case oid::interval_array:
        case oid::timetz_array:
        case oid::bit_array:
        case oid::varbit_array:
        case oid::numeric_array:
        case oid::uuid_array:
        case oid::pg_lsn_array:
        case oid::tsvector_array:
        case oid::jsonb_array:
        case oid::int4_range_array:
        case oid::numeric_range_array:
        case oid::timestamp_range_array:
        case oid::timestamptz_range_array:
        case oid::date_range_array:
        case oid::int8_range_array:
            return true;
        default:
            return type >= oid::first_user_type;
    }
}

std::string_view type_name(Oid type) noexcept {
    for (const Name& entry : names) {
        if (entry.type == type) return entry.name;
    }
    return {};
}

}  // namespace duet::driver::postgres
