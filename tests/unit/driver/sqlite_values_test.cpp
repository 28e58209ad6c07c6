#include <duet/types/decimal.hpp>
#include <duet/types/json.hpp>
#include <duet/types/time.hpp>
#include <duet/types/uuid.hpp>

#include <chrono>
#include <cmath>
#include <limits>

#include "sqlite_support.hpp"

namespace duet::driver::test {
namespace {

using namespace std::chrono_literals;

constexpr TypeInfo date = plain<Date>(Kind::date);
constexpr TypeInfo time_of_day = plain<Time>(Kind::time);
constexpr TypeInfo timestamp = plain<Timestamp>(Kind::timestamp, "duet::Timestamp");
constexpr TypeInfo uuid = plain<Uuid>(Kind::uuid);
constexpr TypeInfo decimal = plain<Decimal>(Kind::decimal);
constexpr TypeInfo decimal_text = plain<Decimal>(Kind::decimal_text);
constexpr TypeInfo json = plain<Json>(Kind::json);

constexpr DurationOps milliseconds_ops{
    .to_micros =
        [](const void* p) {
            return std::int64_t{
                std::chrono::microseconds(*static_cast<const std::chrono::milliseconds*>(p)).count()};
        },
    .from_micros =
        [](void* p, std::int64_t micros) {
            *static_cast<std::chrono::milliseconds*>(p) =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(micros));
        }};
constexpr TypeInfo milliseconds{.kind = Kind::duration,
                                .size = sizeof(std::chrono::milliseconds),
                                .ops = {.duration = &milliseconds_ops}};

enum class Color : std::uint8_t { red = 1, green = 200 };
constexpr Enumerator colors[] = {{"red", 1}, {"green", 200}};
constexpr EnumInfo color_info{colors, "Color", false, false};
constexpr EnumInfo color_number_info{colors, "Color", false, true};
constexpr TypeInfo color{
    .kind = Kind::enumeration, .size = 1, .ops = {.enumeration = &color_info}, .cpp_name = "Color"};
constexpr TypeInfo color_number{
    .kind = Kind::enumeration, .size = 1, .ops = {.enumeration = &color_number_info}, .cpp_name = "Color"};

struct Email {
    std::string address;
};
constexpr CustomOps email_ops{
    .load =
        [](void* field, void* context, void (*read)(void*, void*)) {
            std::string stored;
            read(context, &stored);
            static_cast<Email*>(field)->address = stored.substr(1, stored.size() - 2);
        },
    .store =
        [](const void* field, void* context, void (*write)(void*, const void*)) {
            const std::string stored = "<" + static_cast<const Email*>(field)->address + ">";
            write(context, &stored);
        }};
constexpr TypeInfo email{
    .kind = Kind::custom, .size = sizeof(Email), .base = &text, .ops = {.custom = &email_ops}};

std::string decode_fault(const TypeInfo& type, const std::string& sql_value) {
    Session db;
    return message_of<ValidationError>([&] {
        alignas(8) std::byte field[64]{};
        const DecodeStep step{.type = &type};
        RowSink sink{.steps = &step, .step_count = 1};
        sink.open = [](void* context, std::size_t) { return context; };
        sink.context = field;
        sink.name = [](void*, std::size_t) -> std::string_view { return "users.age"; };
        const auto statement = db.prepare("SELECT " + sql_value);
        Outcome outcome;
        db.connection().execute(*statement, {}, &sink, all_rows, outcome);
    });
}

TEST(SqliteValues, ComeBackAsTheyWere) {
    Session db;
    EXPECT_EQ(db.round_trip(boolean, true), true);
    EXPECT_EQ(db.round_trip(int8, std::int8_t{-128}), -128);
    EXPECT_EQ(db.round_trip(int16, std::int16_t{-32768}), -32768);
    EXPECT_EQ(db.round_trip(int32, std::int32_t{-7}), -7);
    EXPECT_EQ(db.round_trip(int64, std::numeric_limits<std::int64_t>::min()),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(db.round_trip(uint8, std::uint8_t{255}), 255);
    EXPECT_EQ(db.round_trip(uint16, std::uint16_t{65535}), 65535);
    EXPECT_EQ(db.round_trip(uint32, std::uint32_t{4'000'000'000}), 4'000'000'000);
    EXPECT_EQ(db.round_trip(uint64, std::uint64_t{9'223'372'036'854'775'807U}), 9'223'372'036'854'775'807U);
    EXPECT_EQ(db.round_trip(float32, 0.1F), 0.1F);
    EXPECT_EQ(db.round_trip(float64, 0.1), 0.1);
    EXPECT_EQ(db.round_trip(float64, -std::numeric_limits<double>::infinity()),
              -std::numeric_limits<double>::infinity());
    EXPECT_EQ(db.round_trip(date, Date{2024y / 2 / 29}), Date{2024y / 2 / 29});
    EXPECT_EQ(db.round_trip(time_of_day, Time::of(23, 59, 59, 999'999)), Time::of(23, 59, 59, 999'999));
    const Timestamp moment = Date{2024y / 2 / 29} + 12h + 1us;
    EXPECT_EQ(db.round_trip(timestamp, moment), moment);
    EXPECT_EQ(db.round_trip(milliseconds, -1500ms), -1500ms);
    const Uuid id = Uuid::v4();
    EXPECT_EQ(db.round_trip(uuid, id), id);
    EXPECT_EQ(db.round_trip(decimal, Decimal::parse("-12.50")).to_string(), "-12.50");
    EXPECT_EQ(db.round_trip(json, Json::parse("{\"a\":[1,null]}")), Json::parse("{\"a\":[1,null]}"));
    EXPECT_EQ(db.round_trip(color, Color::green), Color::green);
    EXPECT_EQ(db.round_trip(color_number, Color::green), Color::green);
    EXPECT_EQ(db.round_trip(email, Email{"ada@example.com"}).address, "ada@example.com");
}

TEST(SqliteValues, AreStoredInTheFormsThatOtherToolsRead) {
    Session db;
    const auto stored = [&]<class T>(const TypeInfo& type, const T& value) {
        return db.as_text("SELECT typeof(?) || ' ' || ?", {{&type, &value}, {&type, &value}});
    };
    EXPECT_EQ(stored(boolean, true), "integer 1");
    EXPECT_EQ(stored(timestamp, Timestamp{1us}), "text 1970-01-01 00:00:00.000001");
    EXPECT_EQ(stored(date, Date{}), "text 1970-01-01");
    EXPECT_EQ(stored(time_of_day, Time::of(1, 2)), "text 01:02:00.000000");
    EXPECT_EQ(stored(milliseconds, 2ms), "integer 2000");
    EXPECT_EQ(stored(uuid, Uuid::parse("01234567-89AB-cdef-0123-456789abcdef")),
              "text 0123456789abcdef0123456789abcdef");
    EXPECT_EQ(stored(color, Color::red), "text red");
    EXPECT_EQ(stored(color_number, Color::green), "integer 200");
    EXPECT_EQ(stored(email, Email{"a@b"}), "text <a@b>");
}

TEST(SqliteValues, KeepTextAndBytesWhole) {
    Session db;
    const std::string odd("a\0b'\"\xC3\xA9\n", 8);
    EXPECT_EQ(db.round_trip(text, odd), odd);
    EXPECT_EQ(db.one<std::string>(text, "SELECT ?", {view(odd)}), odd);
    EXPECT_EQ(db.round_trip(text, std::string()), "");
    EXPECT_EQ(db.as_text("SELECT typeof(?)", {view("")}), "text");
    const std::string huge(3'000'000, 'x');
    EXPECT_EQ(db.round_trip(text, huge), huge);
    std::vector<std::byte> bytes(256);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    EXPECT_EQ(db.round_trip(blob, bytes), bytes);
    const std::vector<std::byte> none;
    EXPECT_EQ(db.round_trip(blob, none), none);
    EXPECT_EQ(db.as_text("SELECT typeof(?)", {{&blob, &none}}), "blob");
    EXPECT_EQ(db.as_text("SELECT hex(?)", {{&blob_view, "\0\xFF", 2}}), "00FF");
}

TEST(SqliteValues, MayBeNullInOptionalFields) {
    Session db;
    constexpr TypeInfo type = optional_of<std::string>(text);
    EXPECT_EQ(db.round_trip(type, std::optional<std::string>("x")), "x");
    EXPECT_EQ(db.round_trip(type, std::optional<std::string>()), std::nullopt);
    EXPECT_EQ(db.one<std::optional<std::string>>(type, "SELECT ?", {sql_null}), std::nullopt);
    constexpr TypeInfo maybe_color = optional_of<Color>(color);
    EXPECT_EQ(db.round_trip(maybe_color, std::optional(Color::red)), Color::red);
}

TEST(SqliteValues, RefuseWhatCannotBeStored) {
    Session db;
    const auto refused = [&]<class T>(const TypeInfo& type, const T& value) {
        EXPECT_THROW(db.run("SELECT ?", {{&type, &value}}), ValidationError);
    };
    refused(uint64, std::uint64_t{9'223'372'036'854'775'808U});
    refused(float64, std::numeric_limits<double>::quiet_NaN());
    refused(float32, std::numeric_limits<float>::quiet_NaN());
    refused(text, std::string("\xFF"));
    refused(text, std::string("0123456789\xC3"));
    refused(text, std::string("\x80zzzzzzzzzzz"));
    refused(email, Email{"\xFF"});
    refused(timestamp, Timestamp::max());
    refused(color, static_cast<Color>(7));
    refused(decimal, Decimal::parse("1234567890123.456"));
    EXPECT_EQ(db.as_text("SELECT 1"), "1");
}

TEST(SqliteValues, RefuseWhatIsBeyondSqlitesLimit) {
    Session db;
    EXPECT_THROW(db.run("SELECT length(?)", {{&blob_view, "", 5'000'000'000}}), ValidationError);
    EXPECT_THROW(db.run("SELECT zeroblob(2147483647) || zeroblob(2147483647)"), ValidationError);
    EXPECT_EQ(db.as_text("SELECT 1"), "1");
}

TEST(SqliteDecimals, AreExactWithinADoublesDigits) {
    Session db;
    db.script("CREATE TABLE t (x decimal)");
    for (const char* number : {"0", "0.1", "-0.3", "123456789012345", "1234567890.12345",
                               "-0.00000000123456789012345", "123456789012345678", "99999999999999.9"}) {
        const Decimal value = Decimal::parse(number);
        db.run("DELETE FROM t");
        db.run("INSERT INTO t VALUES (?)", {{&decimal, &value}});
        EXPECT_EQ(db.one<Decimal>(decimal, "SELECT x FROM t"), value) << number;
    }
    db.script("DELETE FROM t; INSERT INTO t VALUES (0.1), (0.2)");
    EXPECT_EQ(db.one<Decimal>(decimal, "SELECT sum(x) FROM t").to_string(), "0.3");
}

TEST(SqliteDecimals, KeptAsTextHaveAnyLengthAndCompareByValue) {
    Session db;
    db.script("CREATE TABLE t (x TEXT COLLATE duet_decimal)");
    for (const char* number : {"12345678901234567890.123456789012345678", "-10", "9.50", "-9", "0", "10"}) {
        const Decimal value = Decimal::parse(number);
        db.run("INSERT INTO t VALUES (?)", {{&decimal_text, &value}});
    }
    EXPECT_EQ(db.as_text("SELECT group_concat(x, ' ') FROM (SELECT x FROM t ORDER BY x)"),
              "-10 -9 0 9.50 10 12345678901234567890.123456789012345678");
    EXPECT_EQ(db.as_text("SELECT '1.10' = '01.1' COLLATE duet_decimal"), "1");
    EXPECT_EQ(db.as_text("SELECT '-0' = '0.00' COLLATE duet_decimal"), "1");
    EXPECT_EQ(db.as_text("SELECT '99' < 'abc' COLLATE duet_decimal"), "1");
    EXPECT_EQ(db.one<Decimal>(decimal_text, "SELECT max(x) FROM t").to_string(),
              "12345678901234567890.123456789012345678");
}

TEST(SqliteDecode, TakesTheFormsOfOtherTools) {
    Session db;
    EXPECT_EQ(db.one<bool>(boolean, "SELECT 'TRUE'"), true);
    EXPECT_EQ(db.one<bool>(boolean, "SELECT 'false'"), false);
    EXPECT_EQ(db.one<std::int32_t>(int32, "SELECT '-12'"), -12);
    EXPECT_EQ(db.one<std::int64_t>(int64, "SELECT 3.0"), 3);
    EXPECT_EQ(db.one<double>(float64, "SELECT 3"), 3.0);
    EXPECT_EQ(db.one<double>(float64, "SELECT '2.5e1'"), 25.0);
    EXPECT_EQ(db.one<std::string>(text, "SELECT 42"), "42");
    EXPECT_EQ(db.one<std::string>(text, "SELECT 1.5"), "1.5");
    EXPECT_EQ(db.one<std::string>(text, "SELECT x'4142'"), "AB");
    EXPECT_EQ(db.one<std::string>(text, "SELECT x''"), "");
    EXPECT_EQ(db.one<std::vector<std::byte>>(blob, "SELECT 'A'"), std::vector<std::byte>{std::byte{'A'}});
    EXPECT_EQ(db.one<Timestamp>(timestamp, "SELECT 86400"), Timestamp{24h});
    EXPECT_EQ(db.one<Timestamp>(timestamp, "SELECT '1970-01-02T01:00:00+01:00'"), Timestamp{24h});
    EXPECT_EQ(db.one<Uuid>(uuid, "SELECT x'000102030405060708090a0b0c0d0e0f'"),
              Uuid::parse("00010203-0405-0607-0809-0a0b0c0d0e0f"));
    EXPECT_EQ(db.one<Uuid>(uuid, "SELECT '00010203-0405-0607-0809-0a0b0c0d0e0f'"),
              Uuid::parse("000102030405060708090a0b0c0d0e0f"));
    EXPECT_EQ(db.one<Decimal>(decimal, "SELECT '1.10'").to_string(), "1.10");
    EXPECT_EQ(db.one<Decimal>(decimal, "SELECT 5"), Decimal(5));
    EXPECT_EQ(db.one<Decimal>(decimal, "SELECT 1e20"), Decimal::parse("100000000000000000000"));
    EXPECT_EQ(db.one<Json>(json, "SELECT 5"), Json(5));
    EXPECT_EQ(db.one<Json>(json, "SELECT 2.5"), Json(2.5));
}

TEST(SqliteDecode, NamesTheColumnAndTheTypesButNeverTheValue) {
    EXPECT_EQ(decode_fault(int32, "'secret'"),
              "column users.age holds a malformed value (text) for its field (int)");
    EXPECT_EQ(decode_fault(int32, "x'00'"),
              "column users.age holds a blob, which its field (int) cannot take");
    EXPECT_EQ(decode_fault(int32, "NULL"),
              "column users.age is NULL, but its field (int) is not std::optional");
    EXPECT_EQ(decode_fault(int32, "2147483648"),
              "column users.age holds a number that is out of range for its field (int)");
    EXPECT_EQ(decode_fault(int8, "-129"),
              "column users.age holds a number that is out of range for its field (std::int8_t)");
    EXPECT_EQ(decode_fault(color, "'secret'"),
              "column users.age holds a name that the enum Color does not have");
    EXPECT_EQ(decode_fault(timestamp, "'secret'"),
              "column users.age holds a malformed value (text) for its field (duet::Timestamp)");
}

TEST(SqliteDecode, RefusesWhatDoesNotFit) {
    for (const auto& [type, value] :
         std::vector<std::pair<const TypeInfo*, const char*>>{{&boolean, "2"},
                                                              {&boolean, "'yes'"},
                                                              {&boolean, "0.0"},
                                                              {&boolean, "NULL"},
                                                              {&int32, "1.5"},
                                                              {&int64, "1e300"},
                                                              {&int64, "'9223372036854775808'"},
                                                              {&int64, "'1x'"},
                                                              {&int64, "''"},
                                                              {&uint64, "-1"},
                                                              {&uint8, "256"},
                                                              {&float64, "'1.5x'"},
                                                              {&float64, "x'00'"},
                                                              {&float64, "NULL"},
                                                              {&float32, "1e300"},
                                                              {&blob, "1"},
                                                              {&date, "'2024-02-30'"},
                                                              {&date, "1"},
                                                              {&time_of_day, "'24:00'"},
                                                              {&timestamp, "2.5"},
                                                              {&timestamp, "x'00'"},
                                                              {&timestamp, "9223372036854775807"},
                                                              {&timestamp, "NULL"},
                                                              {&milliseconds, "'x'"},
                                                              {&uuid, "'123'"},
                                                              {&uuid, "x'00'"},
                                                              {&uuid, "5"},
                                                              {&decimal, "'1.2.3'"},
                                                              {&decimal, "9e999"},
                                                              {&json, "'{'"},
                                                              {&json, "x'00'"},
                                                              {&color, "5.5"},
                                                              {&color_number, "256"},
                                                              {&color_number, "-1"},
                                                              {&color_number, "'red'"}}) {
        decode_fault(*type, value);  // fails when nothing is thrown
        if (testing::Test::HasFailure()) FAIL() << value;
    }
}

TEST(SqliteDecode, DoesNotConvertAUserTypeFromACellThatCannotBeRead) {
    Session db;
    EXPECT_THROW(db.column<Email>(email, "SELECT NULL"), ValidationError);
}

TEST(SqliteDecode, LeavesTheStatementUsable) {
    Session db;
    const auto statement = db.prepare("SELECT ?", {{0}});
    std::int32_t field = 0;
    const DecodeStep step{.type = &int32};
    RowSink sink{.steps = &step, .step_count = 1};
    sink.open = [](void* context, std::size_t) { return context; };
    sink.context = &field;
    Outcome outcome;
    const BindValue bad = view("x");
    EXPECT_THROW(db.connection().execute(*statement, {&bad, 1}, &sink, all_rows, outcome), ValidationError);
    const std::int32_t seven = 7;
    const BindValue good{&int32, &seven};
    db.connection().execute(*statement, {&good, 1}, &sink, all_rows, outcome);
    EXPECT_EQ(field, 7);
}

}  // namespace
}  // namespace duet::driver::test
