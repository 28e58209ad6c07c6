#pragma once

#include <libpq-fe.h>

namespace duet::driver::postgres::oid {

/// The built-in types by their numbers, which never change (pg_type.dat).
inline constexpr Oid unspecified = 0;
inline constexpr Oid boolean = 16, boolean_array = 1000;
inline constexpr Oid bytea = 17, bytea_array = 1001;
inline constexpr Oid character = 18, character_array = 1002;  // "char"
inline constexpr Oid name = 19, name_array = 1003;
inline constexpr Oid int8 = 20, int8_array = 1016;
inline constexpr Oid int2 = 21, int2_array = 1005;
inline constexpr Oid int4 = 23, int4_array = 1007;
inline constexpr Oid text = 25, text_array = 1009;
inline constexpr Oid oid = 26, oid_array = 1028;
inline constexpr Oid xid = 28, cid = 29;
inline constexpr Oid int2_vector = 22, oid_vector = 30;
inline constexpr Oid json = 114, json_array = 199;
inline constexpr Oid xml = 142, xml_array = 143;
inline constexpr Oid cidr = 650, cidr_array = 651;
inline constexpr Oid float4 = 700, float4_array = 1021;
inline constexpr Oid float8 = 701, float8_array = 1022;
inline constexpr Oid unknown = 705;
inline constexpr Oid macaddr8 = 774, macaddr8_array = 775;
inline constexpr Oid macaddr = 829, macaddr_array = 1040;
inline constexpr Oid inet = 869, inet_array = 1041;
inline constexpr Oid bpchar = 1042, bpchar_array = 1014;
inline constexpr Oid varchar = 1043, varchar_array = 1015;
inline constexpr Oid date = 1082, date_array = 1182;
inline constexpr Oid time = 1083, time_array = 1183;
inline constexpr Oid timestamp = 1114, timestamp_array = 1115;
inline constexpr Oid timestamptz = 1184, timestamptz_array = 1185;
inline constexpr Oid interval = 1186, interval_array = 1187;
inline constexpr Oid timetz = 1266, timetz_array = 1270;
inline constexpr Oid bit = 1560, bit_array = 1561;
inline constexpr Oid varbit = 1562, varbit_array = 1563;
inline constexpr Oid numeric = 1700, numeric_array = 1231;
inline constexpr Oid void_type = 2278;
inline constexpr Oid cstring = 2275;
inline constexpr Oid uuid = 2950, uuid_array = 2951;
inline constexpr Oid pg_lsn = 3220, pg_lsn_array = 3221;
inline constexpr Oid tsvector = 3614, tsvector_array = 3643;
inline constexpr Oid tsquery = 3615;
inline constexpr Oid jsonb = 3802, jsonb_array = 3807;
inline constexpr Oid jsonpath = 4072;
inline constexpr Oid int4_range = 3904, int4_range_array = 3905;
inline constexpr Oid numeric_range = 3906, numeric_range_array = 3907;
inline constexpr Oid timestamp_range = 3908, timestamp_range_array = 3909;
inline constexpr Oid timestamptz_range = 3910, timestamptz_range_array = 3911;
inline constexpr Oid date_range = 3912, date_range_array = 3913;
inline constexpr Oid int8_range = 3926, int8_range_array = 3927;
inline constexpr Oid xid8 = 5069;

/// Types that users make (enums, extensions, composites) have numbers from here on.
inline constexpr Oid first_user_type = 16384;

}  // namespace duet::driver::postgres::oid
