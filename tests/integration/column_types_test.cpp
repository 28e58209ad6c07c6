#include "column_types.hpp"

#include <cmath>
#include <limits>

namespace {

using namespace duet::test;
using namespace duet::test::column_types;
using namespace std::chrono_literals;
using namespace std::string_literals;

template <class T>
constexpr T lowest = std::numeric_limits<T>::lowest();
template <class T>
constexpr T highest = std::numeric_limits<T>::max();

template <class B>
class ColumnTypes : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(column_types::models); });
    }
    /// What the database gives back for an object, by each way in and out.
    template <class M>
    void round_trip(const M& object) {
        M created = got(this->db.create(object));
        const std::int64_t id = created.id;
        M expected = object;
        expected.id = id;
        EXPECT_EQ(created, expected);
        EXPECT_EQ(*got(this->db.template get<M>(id)), expected);
        did([&] { return this->db.save(created); });
        did([&] { return this->db.refresh(created); });
        EXPECT_EQ(created, expected);
        std::vector<M> copies{object, object};
        (void)got(this->db.create_bulk(copies));
        expected.id = copies[1].id;
        EXPECT_EQ(got(this->db.all(duet::query<M>().order_by("-id").limit(1))).at(0), expected);
    }
    /// What reading `column` says when it holds `sql`.
    template <class M>
    std::string reading(const std::string& sql) {
        did([&] { return this->db.execute_script(sql); });
        try {
            (void)got(this->db.all(duet::query<M>()));
        } catch (const duet::ValidationError& e) {
            return e.what();
        }
        return "nothing was thrown";
    }
};
TYPED_TEST_SUITE(ColumnTypes, Backends, BackendNames);

TYPED_TEST(ColumnTypes, NumbersAtTheirEnds) {
    this->round_trip(Numbers{});
    this->round_trip(Numbers{.i8 = lowest<std::int8_t>,
                             .i16 = lowest<std::int16_t>,
                             .i32 = lowest<std::int32_t>,
                             .i64 = lowest<std::int64_t>,
                             .f = lowest<float>,
                             .d = lowest<double>,
                             .decimal = duet::Decimal::parse("-99999999999999.9"),
                             .exact = duet::Decimal::parse("-99999999999999999999999999999999999999")});
    this->round_trip(Numbers{.i8 = highest<std::int8_t>,
                             .i16 = highest<std::int16_t>,
                             .i32 = highest<std::int32_t>,
                             .i64 = highest<std::int64_t>,
                             .u8 = highest<std::uint8_t>,
                             .u16 = highest<std::uint16_t>,
                             .u32 = highest<std::uint32_t>,
                             .u64 = highest<std::int64_t>,
                             .f = highest<float>,
                             .d = highest<double>,
                             .b = true,
                             .decimal = duet::Decimal::parse("0.000000000000001"),
                             .exact = duet::Decimal::parse("0.00000000000000000000000000000000000001")});
    this->round_trip(Numbers{.f = std::numeric_limits<float>::denorm_min(),
                             .d = std::numeric_limits<double>::denorm_min()});
    this->round_trip(Numbers{.f = 0.1F, .d = 0.1 + 0.2, .decimal = duet::Decimal::parse("1.10")});
    this->round_trip(
        Numbers{.f = std::numeric_limits<float>::infinity(), .d = -std::numeric_limits<double>::infinity()});
    const Numbers minus_zero{.d = -0.0};
    EXPECT_EQ(got(this->db.create(minus_zero)).d, 0.0);
}

TYPED_TEST(ColumnTypes, NumbersThatDoNotFitAreRefusedNotBent) {
    const Numbers large{.u64 = highest<std::uint64_t>};
    EXPECT_THROW((void)got(this->db.create(large)), duet::ValidationError);
    const Numbers digits{.decimal = duet::Decimal::parse("1234567890.1234567")};
    EXPECT_THROW((void)got(this->db.create(digits)), duet::ValidationError);
    const Numbers nan{.d = std::nan("")};
    EXPECT_THROW((void)got(this->db.create(nan)), duet::ValidationError);
    EXPECT_EQ(got(this->db.count(duet::query<Numbers>())), 0);
}

TYPED_TEST(ColumnTypes, TextsBlobsAndEnums) {
    std::vector<std::byte> every;
    for (int i = 0; i < 256; ++i) every.push_back(static_cast<std::byte>(i));
    this->round_trip(Texts{});
    this->round_trip(
        Texts{.text = "a\0b'\"\\\n%ß漢😀"s,
              .blob = every,
              .uuid = duet::Uuid::v4(),
              .json = duet::Json::parse(R"({"a":[1,2.5,null,true,"\u00e9\ud83d\ude00"],"b":{}})"),
              .color = Color::blue,
              .level = Level::high,
              .offset = Offset::below,
              .plain = plain_b,
              .money = {-1},
              .isbn = {"9780140286809"}});
    this->round_trip(Texts{
        .text = std::string(1'000'000, 'x'), .blob = std::vector<std::byte>(1'000'000), .json = "text"});
    this->round_trip(Texts{.level = static_cast<Level>(7)});
    const Texts nameless{.color = static_cast<Color>(9)};
    EXPECT_THROW((void)got(this->db.create(nameless)), duet::ValidationError);
    const Texts no_utf8{.text = "\xff"};
    EXPECT_THROW((void)got(this->db.create(no_utf8)), duet::ValidationError);
}

TYPED_TEST(ColumnTypes, EnumsAreNamesOrNumbersInTheDatabase) {
    const Texts texts{.color = Color::green, .level = Level::high, .offset = Offset::above};
    (void)got(this->db.create(texts));
    const auto row = got(this->db.sql("SELECT color, level, \"offset\", plain FROM texts")
                             .template one<std::tuple<std::string, int, std::string, std::string>>());
    EXPECT_EQ(row, std::make_tuple("green", 100, "above", "plain_a"));
    EXPECT_EQ(got(this->db.count(duet::query<Texts>().where(
                  "color"_c == Color::green && "level"_c == Level::high && "level"_c.in_(Level::high)))),
              1);
    EXPECT_EQ(got(this->db.count(
                  duet::query<Texts>().where("money"_c == Money{0} && "isbn"_c.in_(Isbn{"0000000000"})))),
              1);
}

TYPED_TEST(ColumnTypes, TimesAtTheirEnds) {
    using std::chrono::sys_days, std::chrono::year, std::chrono::January, std::chrono::December;
    this->round_trip(Times{});
    this->round_trip(Times{.date = sys_days(year(1) / January / 1),
                           .time = duet::Time::of(0, 0),
                           .timestamp = sys_days(year(1) / January / 1),
                           .micros = -1us,
                           .millis = -1ms,
                           .seconds = -1s,
                           .minutes = -1min,
                           .hours = -24h});
    this->round_trip(Times{.date = sys_days(year(9999) / December / 31),
                           .time = duet::Time::of(23, 59, 59, 999'999),
                           .timestamp = sys_days(year(9999) / December / 31) + 24h - 1us,
                           .micros = 1us,
                           .millis = 1ms,
                           .seconds = 1s,
                           .minutes = 1min,
                           .hours = 24h * 365'000,
                           .fractions = std::chrono::duration<double>(0.25)});
    this->round_trip(Times{.timestamp = duet::Timestamp(-1us)});
    const Times late{.timestamp = sys_days(year(10000) / January / 1)};
    EXPECT_THROW((void)got(this->db.create(late)), duet::ValidationError);
    const Times much{.hours = std::chrono::hours(highest<std::int32_t>) * 2};
    EXPECT_THROW((void)got(this->db.create(much)), duet::ValidationError);
}

TYPED_TEST(ColumnTypes, Lists) {
    this->round_trip(Lists{});
    this->round_trip(
        Lists{.ints = {lowest<int>, 0, highest<int>},
              .unsigneds = {0, highest<std::uint64_t>},
              .doubles = {0.1, -1e300},
              .texts = {"", "a,b", "\"q\"", "\\", "\0x"s, "漢\n"},
              .colors = {Color::blue, Color::red},
              .levels = {Level::high},
              .uuids = {duet::Uuid::v7(), duet::Uuid{}},
              .moments = {duet::Timestamp(1us)},
              .decimals = {duet::Decimal::parse("0.10"), duet::Decimal::parse("12345678901234567890.123")},
              .money = {{5}, {-5}},
              .gaps = {1, std::nullopt, 3},
              .nested = {{}, {1, 2}, {3}},
              .jsons = {nullptr, duet::Json::parse("[1]"), "x"}});
}

TYPED_TEST(ColumnTypes, OptionalsAreNullOrAValue) {
    this->round_trip(Optionals{});
    this->round_trip(Optionals{.i8 = -1,
                               .i64 = lowest<std::int64_t>,
                               .u64 = 1,
                               .f = 0.5F,
                               .d = 0.5,
                               .b = false,
                               .text = "",
                               .blob = std::vector<std::byte>{},
                               .date = duet::Date{},
                               .time = duet::Time{},
                               .timestamp = duet::Timestamp{},
                               .seconds = 0s,
                               .uuid = duet::Uuid{},
                               .decimal = duet::Decimal{},
                               .exact = duet::Decimal::parse("1.50"),
                               .json = duet::Json{},
                               .color = Color::red,
                               .level = Level::low,
                               .money = Money{},
                               .ints = std::vector<int>{}});
    EXPECT_EQ(got(this->db.count(duet::query<Optionals>().where("text"_c == "" && "ints"_c.is_not_null() &&
                                                                "b"_c.is_false()))),
              3);
    EXPECT_EQ(got(this->db.count(duet::query<Optionals>().where("blob"_c.is_null() && "json"_c.is_null() &&
                                                                "color"_c.is_null()))),
              3);
}

TYPED_TEST(ColumnTypes, AModelOfSeventyMembers) {
    this->round_trip(Wide{.a1 = 1, .b9 = 9, .c1 = "c", .d9 = "d", .e9 = 0.5, .f1 = 1, .g9 = -1});
    EXPECT_EQ(
        got(this->db.template query<Wide>().where("g9"_c == -1 && "d9"_c == "d" && "e9"_c > 0.4).count()), 3);
}

TYPED_TEST(ColumnTypes, WrongTypesInTheDatabaseNameTheirColumn) {
    did([this] {
        return this->db.execute_script(
            "INSERT INTO numbers (id, i8, i16, i32, i64, u8, u16, u32, u64, f, d, b, decimal, exact) "
            "VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '1')");
    });
    const auto numbers = [this](const std::string& assignment) {
        return this->template reading<Numbers>(
            "UPDATE numbers SET i8=1, i32=1, u8=1, u64=1, f=1, b=1, decimal=1, exact='1'; UPDATE numbers "
            "SET " +
            assignment);
    };
    const auto expect = [](const std::string& message, const std::string& column, const std::string& reason) {
        EXPECT_NE(message.find(column), std::string::npos) << message;
        EXPECT_NE(message.find(reason), std::string::npos) << message;
    };
    EXPECT_EQ(numbers("i16 = 2"), "nothing was thrown");
    expect(numbers("i8 = 128"), "numbers.i8", "out of range");
    expect(numbers("u8 = -1"), "numbers.u8", "out of range");
    expect(numbers("u64 = -1"), "numbers.u64", "out of range");
    expect(numbers("i32 = 'many'"), "numbers.i32", "malformed");
    expect(numbers("i32 = 1.5"), "numbers.i32", "real number");
    expect(numbers("i32 = x'00'"), "numbers.i32", "blob");
    expect(numbers("f = 1e300"), "numbers.f", "out of range");
    expect(numbers("b = 2"), "numbers.b", "");
    expect(numbers("decimal = 'ten'"), "numbers.decimal", "malformed");
    expect(numbers("exact = '1,5'"), "numbers.exact", "malformed");
}

TYPED_TEST(ColumnTypes, WrongTextsInTheDatabaseNameTheirColumn) {
    const Texts text{};
    const Times time{};
    const Lists list{};
    (void)got(this->db.create(text));
    (void)got(this->db.create(time));
    (void)got(this->db.create(list));
    const auto expect = [](const std::string& message, const std::string& part) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    };
    expect(this->template reading<Texts>("UPDATE texts SET color = 'pink'"), "texts.color");
    expect(this->template reading<Texts>("UPDATE texts SET color = 'red', uuid = 'no'"), "texts.uuid");
    expect(this->template reading<Texts>("UPDATE texts SET uuid = lower(hex(zeroblob(16))), json = '{'"),
           "texts.json");
    expect(this->template reading<Texts>("UPDATE texts SET json = '1', level = 1000"), "texts.level");
    expect(this->template reading<Texts>("UPDATE texts SET level = 1, isbn = '12'"),
           "an ISBN has 10 or 13 digits");
    expect(this->template reading<Times>("UPDATE times SET date = '2024-02-30'"), "times.date");
    expect(this->template reading<Times>("UPDATE times SET date = '2024-02-29', time = '25:00'"),
           "times.time");
    expect(this->template reading<Times>("UPDATE times SET time = '24:00:00', timestamp = 'yesterday'"),
           "times.");
    expect(this->template reading<Lists>("UPDATE lists SET ints = '[1,\"x\"]'"), "lists.ints");
    expect(this->template reading<Lists>("UPDATE lists SET ints = '[1', texts = '[]'"), "lists.ints");
}

TYPED_TEST(ColumnTypes, FormsOfOtherToolsAreRead) {
    const Times time{};
    const Texts text{};
    (void)got(this->db.create(time));
    (void)got(this->db.create(text));
    did([this] {
        return this->db.execute_script(
            "UPDATE times SET timestamp = '2024-05-06T07:08:09.5+02:00', time = '07:08'; "
            "UPDATE texts SET uuid = '{0F0E0D0C-0b0a-0908-0706-050403020100}', json = 5");
    });
    const auto times = got(this->db.template query<Times>().one());
    EXPECT_EQ(times.timestamp,
              std::chrono::sys_days(std::chrono::year(2024) / 5 / 6) + 5h + 8min + 9s + 500ms);
    EXPECT_EQ(times.time, duet::Time::of(7, 8));
    const auto texts = got(this->db.template query<Texts>().one());
    EXPECT_EQ(texts.uuid.to_string(), "0f0e0d0c-0b0a-0908-0706-050403020100");
    EXPECT_EQ(texts.json, duet::Json(5));
}

}  // namespace
