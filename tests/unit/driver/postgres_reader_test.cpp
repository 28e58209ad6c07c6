#include <duet/postgres.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "driver/postgres/oid.hpp"
#include "unit/driver/postgres_support.hpp"

namespace {

namespace oid = duet::driver::postgres::oid;
using duet::driver::Fault;
using duet::testing_postgres::bytes;
using duet::testing_postgres::OneCell;

template <class T>
void expect(Oid type, std::string_view hex, const T& wanted) {
    OneCell cell(type, bytes(hex));
    T value{};
    ASSERT_EQ(cell.read(value), Fault::none) << hex;
    EXPECT_EQ(value, wanted) << hex;
}

template <class T>
Fault fault_of(Oid type, std::string_view hex) {
    T value{};
    return OneCell(type, bytes(hex)).read(value);
}

TEST(PostgresReader, ReadsIntegersOfEveryWidth) {
    expect<std::int64_t>(oid::int8, "ffffffffffffffff", -1);
    expect<std::int64_t>(oid::int4, "80000000", -2'147'483'648LL);
    expect<std::int64_t>(oid::int2, "8000", -32768);
    expect<std::int32_t>(oid::int8, "000000007fffffff", 2'147'483'647);
    expect<std::int64_t>(oid::oid, "ffffffff", 4'294'967'295LL);
    EXPECT_EQ(fault_of<std::int32_t>(oid::int8, "0000000080000000"), Fault::out_of_range);
    EXPECT_EQ(fault_of<std::uint32_t>(oid::int4, "ffffffff"), Fault::out_of_range);
}

TEST(PostgresReader, ReadsWholeNumericsAsIntegers) {
    expect<std::int64_t>(oid::numeric, "0002 0001 0000 0000 0001 0002", 10'002);
    expect<std::int64_t>(oid::numeric, "0001 0000 4000 0002 0007", -7);
    EXPECT_EQ(fault_of<std::int64_t>(oid::numeric, "0001 ffff 0000 0001 1388"), Fault::wrong_type);  // 0.5
    EXPECT_EQ(fault_of<std::int64_t>(oid::numeric, "0000 0000 c000 0000"), Fault::out_of_range);     // NaN
}

TEST(PostgresReader, ReadsDecimals) {
    expect(oid::numeric, "0003 0001 4000 0002 0001 0929 1770", duet::Decimal::parse("-12345.60"));
    expect(oid::numeric, "0001 ffff 0000 0004 0001", duet::Decimal::parse("0.0001"));
    expect(oid::int4, "00000005", duet::Decimal(5));
    EXPECT_EQ(fault_of<duet::Decimal>(oid::numeric, "0001 0009 0000 0000 270f"), Fault::out_of_range);
    EXPECT_EQ(fault_of<duet::Decimal>(oid::numeric, "0001 0000 0000 0000 2710"), Fault::malformed);
}

TEST(PostgresReader, ReadsMomentsAndTheirInfinities) {
    expect(oid::timestamptz, "00000000000f4240", duet::Timestamp{std::chrono::seconds{946'684'801}});
    expect(oid::timestamp, "00000000000f4240", duet::Timestamp{std::chrono::seconds{946'684'801}});
    expect(oid::timestamptz, "7fffffffffffffff", duet::Timestamp::max());
    expect(oid::timestamptz, "8000000000000000", duet::Timestamp::min());
    expect(oid::date, "7fffffff", duet::Date::max());
    expect(oid::date, "ffffffff", duet::Date{std::chrono::days{10'956}});
    EXPECT_EQ(fault_of<duet::Timestamp>(oid::timestamptz, "7ffffffffffffff0"), Fault::out_of_range);
    EXPECT_EQ(fault_of<duet::Time>(oid::time, "000000141dd76000"), Fault::out_of_range);  // 24:00:00
}

TEST(PostgresReader, ReadsIntervalsWithoutMonthsAsDurations) {
    using std::chrono::microseconds;
    expect(oid::interval, "0000000000000005 00000001 00000000", microseconds{86'400'000'005});
    EXPECT_EQ(fault_of<microseconds>(oid::interval, "0000000000000005 00000000 00000001"),
              Fault::out_of_range);
    EXPECT_EQ(fault_of<microseconds>(oid::interval, "7fffffffffffffff 00000001 00000000"),
              Fault::out_of_range);
}

TEST(PostgresReader, WritesEveryCommonTypeAsText) {
    expect<std::string>(oid::int4, "ffffffff", "-1");
    expect<std::string>(oid::boolean, "01", "true");
    expect<std::string>(oid::timestamptz, "00000000000f4240", "2000-01-01 00:00:01+00");
    expect<std::string>(oid::interval, "00000001bb96f5c0 00000003 0000000e",
                        "1 year 2 mons 3 days 02:04:02.2");
    expect<std::string>(oid::inet, "02200004 0a000001", "10.0.0.1");
    expect<std::string>(oid::cidr, "02080104 0a000000", "10.0.0.0/8");
    expect<std::string>(oid::int4_range, "02 00000004 00000001 00000004 00000005", "[1,5)");
    expect<std::string>(oid::int4_range, "01", "empty");
    expect<std::string>(oid::tsvector, "00000001 63617400 0001 c003", "'cat':3A");
    expect<std::string>(oid::varbit, "00000005 b0", "10110");
    expect<std::string>(oid::jsonb, "01 7b7d", "{}");
    expect<std::string>(oid::int4_array,
                        "00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff",
                        "{1,NULL}");
    expect<std::string>(oid::first_user_type, "736164", "sad");
    EXPECT_EQ(fault_of<std::string>(oid::first_user_type, "00ff"), Fault::wrong_type);
}

TEST(PostgresReader, ReadsTypesOfPostgres) {
    expect(oid::inet, "02080004 0a000001", duet::pg::Inet{"10.0.0.1", 8});
    expect(oid::interval, "ffffffffffffffff fffffffd 0000000e", duet::pg::Interval{14, -3, -1});
    expect(oid::int4_range, "02 00000004 00000001 00000004 00000005", duet::pg::Range<std::int32_t>{1, 5});
}

TEST(PostgresReader, ReadsArrays) {
    const std::string_view with_null =
        "00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff";
    expect(oid::int4_array, with_null, std::vector<std::optional<int>>{1, std::nullopt});
    EXPECT_EQ(fault_of<std::vector<int>>(oid::int4_array, with_null), Fault::malformed);
    expect(oid::text_array, "00000000 00000000 00000019", std::vector<std::string>{});
    const std::string_view nested =
        "00000002 00000000 00000017 00000001 00000001 00000002 00000001"
        "00000004 00000001 00000004 00000002";
    expect(oid::int4_array, nested, std::vector<std::vector<int>>{{1, 2}});
    EXPECT_EQ(fault_of<std::vector<int>>(oid::int4_array, nested), Fault::malformed);
    expect(oid::jsonb, "01 5b312c325d", std::vector<int>{1, 2});
}

TEST(PostgresReader, RefusesArraysThatPromiseMoreThanTheyHold) {
    EXPECT_EQ(fault_of<std::vector<int>>(oid::int4_array, "00000001 00000000 00000017 7fffffff 00000001"),
              Fault::malformed);
    EXPECT_EQ(fault_of<std::vector<int>>(oid::int4_array, "00000001 00000000"), Fault::malformed);
}

TEST(PostgresReader, TellsNullFromEmptyText) {
    std::string text = "x";
    EXPECT_EQ(OneCell(oid::text, "").read(text), Fault::none);
    EXPECT_EQ(text, "");
    EXPECT_EQ(OneCell(oid::text, std::nullopt).read(text), Fault::wrong_type);
    std::optional<std::string> maybe = "x";
    EXPECT_EQ(OneCell(oid::text, std::nullopt).read(maybe), Fault::none);
    EXPECT_FALSE(maybe.has_value());
    EXPECT_EQ(OneCell(oid::int8, std::nullopt).stored_type(), "NULL");
    EXPECT_EQ(OneCell(oid::int8, bytes("0000000000000000")).stored_type(), "bigint");
}

TEST(PostgresReader, ReportsBytesOfTheWrongLength) {
    EXPECT_EQ(fault_of<std::int64_t>(oid::int8, "00"), Fault::malformed);
    EXPECT_EQ(fault_of<bool>(oid::boolean, "0000"), Fault::malformed);
    EXPECT_EQ(fault_of<duet::Uuid>(oid::uuid, "00"), Fault::malformed);
    EXPECT_EQ(fault_of<duet::Timestamp>(oid::timestamptz, "00"), Fault::malformed);
    EXPECT_EQ(fault_of<duet::Json>(oid::jsonb, "02 7b7d"), Fault::malformed);
    EXPECT_EQ(fault_of<std::int64_t>(oid::text, "31"), Fault::wrong_type);
}

}  // namespace
