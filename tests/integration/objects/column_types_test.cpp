#include "integration/column_types.hpp"

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
    /// The table of a model as another program might have made it: of one row, each column with a type that
    /// follows from the expression it holds.
    using Columns = std::vector<std::pair<std::string, std::string>>;
    void foreign_table(const std::string& table, const Columns& columns) {
        const std::string quote = this->is_mariadb ? "`" : "\"";
        std::string script = "DROP TABLE " + table + "; CREATE TABLE " + table + " AS SELECT ";
        const char* separator = "";
        for (const auto& [name, expression] : columns) {
            script.append(separator).append(expression).append(" AS ").append(quote + name + quote);
            separator = ", ";
        }
        did([&] { return this->db.execute_script(script); });
    }
    /// What reading says of such a table with `expression` in `column`.
    template <class M>
    std::string reading(Columns columns, const std::string& column, const std::string& expression) {
        for (auto& [name, value] : columns) {
            if (name == column) value = expression;
        }
        foreign_table(std::string(duet::detail::model_info<M>.table), columns);
        try {
            (void)got(this->db.all(duet::query<M>()));
        } catch (const duet::ValidationError& e) {
            return e.what();
        }
        return "nothing was thrown";
    }
    std::string bytes(const std::string& hex) {
        return this->sql({.sqlite = "x'" + hex + "'",
                          .postgres = "CAST('\\x" + hex + "' AS bytea)",
                          .mariadb = "x'" + hex + "'"});
    }
    Columns texts() {
        return {{"id", "1"},
                {"text", "'t'"},
                {"blob", bytes("00ff")},
                {"uuid", "'0f0e0d0c0b0a09080706050403020100'"},
                {"json", "'1'"},
                {"color", "'red'"},
                {"level", "1"},
                {"offset", "'none'"},
                {"plain", "'plain_a'"},
                {"money", "1"},
                {"isbn", "'0000000000'"}};
    }
    Columns times() {
        return {{"id", "1"},
                {"date", "'2024-02-29'"},
                {"time", "'07:08:09'"},
                {"timestamp", "'2024-02-29 01:02:03'"},
                {"micros", "1"},
                {"millis", "2000"},
                {"seconds", "3000000"},
                {"minutes", "60000000"},
                {"hours", "0"},
                {"fractions", "1"}};
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
    this->round_trip(
        Numbers{.i8 = highest<std::int8_t>,
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
                // MariaDB's decimal(38,10)
                .decimal = duet::Decimal::parse(this->is_mariadb ? "0.0000000001" : "0.000000000000001"),
                .exact = duet::Decimal::parse("0.00000000000000000000000000000000000001")});
    this->round_trip(Numbers{.f = std::numeric_limits<float>::denorm_min(),
                             .d = std::numeric_limits<double>::denorm_min()});
    this->round_trip(Numbers{.f = 0.1F, .d = 0.1 + 0.2, .decimal = duet::Decimal::parse("1.10")});
    const Numbers infinite{.f = std::numeric_limits<float>::infinity(),
                           .d = -std::numeric_limits<double>::infinity()};
    if (this->is_mariadb) {
        EXPECT_THROW((void)got(this->db.create(infinite)), duet::ValidationError);
    } else {
        this->round_trip(infinite);
    }
    const Numbers minus_zero{.d = -0.0};
    EXPECT_EQ(got(this->db.create(minus_zero)).d, 0.0);
}

/// What one database has no room for is refused there, and kept to the last digit elsewhere.
TYPED_TEST(ColumnTypes, NumbersThatDoNotFitAreRefusedNotBent) {
    std::int64_t kept = 0;
    const auto fits_if = [&](bool fits, const Numbers& numbers) {
        if (fits) {
            this->round_trip(numbers);
            kept += 3;
        } else {
            EXPECT_THROW((void)got(this->db.create(numbers)), duet::ValidationError);
        }
    };
    fits_if(this->is_mariadb, {.u64 = highest<std::uint64_t>});
    fits_if(!this->is_sqlite, {.decimal = duet::Decimal::parse("1234567890.1234567")});
    fits_if(!this->is_sqlite, {.decimal = duet::Decimal::parse("-1234567890123456789012345678.0123456789")});
    fits_if(this->is_postgres, {.decimal = duet::Decimal::parse("0.12345678901234567890123456789012345678")});
    fits_if(this->is_postgres, {.decimal = duet::Decimal::parse("99999999999999999999999999999999999999")});
    const Numbers nan{.f = std::nanf(""), .d = std::nan("")};
    if (this->is_postgres) {
        const Numbers back = got(this->db.create(nan));
        const Numbers stored = *got(this->db.template get<Numbers>(back.id));
        EXPECT_TRUE(std::isnan(stored.d) && std::isnan(stored.f));
        ++kept;
    } else {
        EXPECT_THROW((void)got(this->db.create(nan)), duet::ValidationError);
    }
    EXPECT_EQ(got(this->db.count(duet::query<Numbers>())), kept);
}

TYPED_TEST(ColumnTypes, TextsBlobsAndEnums) {
    std::vector<std::byte> every;
    for (int i = 0; i < 256; ++i) every.push_back(static_cast<std::byte>(i));
    this->round_trip(Texts{});
    this->round_trip(
        Texts{.text = "ab'\"\\\n%ß漢😀\x01\x7f",
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
    const Texts zero{.text = "a\0b"s};
    if (this->is_postgres) {
        EXPECT_THROW((void)got(this->db.create(zero)), duet::ValidationError);
    } else {
        this->round_trip(zero);
    }
}

TYPED_TEST(ColumnTypes, EnumsAreNamesOrNumbersInTheDatabase) {
    const Texts texts{.color = Color::green, .level = Level::high, .offset = Offset::above};
    (void)got(this->db.create(texts));
    const std::string offset = this->is_mariadb ? "`offset`" : "\"offset\"";
    const auto row = got(this->db.sql(duet::runtime("SELECT color, level, " + offset + ", plain FROM texts"))
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
    const Times late{.date = sys_days(year(10000) / January / 1),
                     .timestamp = sys_days(year(10000) / January / 1)};
    const Times early{.date = sys_days(year(0) / December / 31),
                      .timestamp = sys_days(year(0) / December / 31)};
    const Times infinite{.date = duet::Date::max(), .timestamp = duet::Timestamp::max()};
    const Times endless{.date = duet::Date::min(), .timestamp = duet::Timestamp::min()};
    for (const Times& far : {late, early, infinite, endless}) {
        if (this->is_postgres) {
            this->round_trip(far);
        } else {
            EXPECT_THROW((void)got(this->db.create(far)), duet::ValidationError);
        }
    }
    const std::chrono::microseconds most(9'200'000'000'000'000'000);
    this->round_trip(Times{.micros = most, .fractions = std::chrono::duration<double>(1e9)});
    this->round_trip(Times{.micros = -most, .fractions = std::chrono::duration<double>(-0.5)});
    const Times endless_duration{.micros = std::chrono::microseconds::max()};
    EXPECT_THROW((void)got(this->db.create(endless_duration)), duet::ValidationError);
    const Times much{.hours = std::chrono::hours(highest<std::int32_t>) * 2};
    EXPECT_THROW((void)got(this->db.create(much)), duet::ValidationError);
}

TYPED_TEST(ColumnTypes, InfinityIsInfinityInTheDatabase) {
    if constexpr (TestFixture::is_postgres) {
        const Times infinite{.date = duet::Date::min(), .timestamp = duet::Timestamp::max()};
        (void)got(this->db.create(infinite));
        EXPECT_EQ(got(this->db.sql("SELECT timestamp = 'infinity' AND date = '-infinity' FROM times")
                          .template one<bool>()),
                  true);
        EXPECT_EQ(got(this->db.count(duet::query<Times>().where("timestamp"_c > duet::now() &&
                                                                "timestamp"_c == duet::Timestamp::max() &&
                                                                "date"_c < duet::Date{}))),
                  1);
    } else {
        EXPECT_THROW(
            (void)got(this->db.count(duet::query<Times>().where("timestamp"_c < duet::Timestamp::max()))),
            duet::ValidationError);
    }
}

TYPED_TEST(ColumnTypes, Lists) {
    this->round_trip(Lists{});
    const Lists large{.unsigneds = {highest<std::uint64_t>}};
    const Lists zero{.texts = {"\0x"s}};
    for (const Lists& list : {large, zero}) {
        if (this->is_postgres) {
            EXPECT_THROW((void)got(this->db.create(list)), duet::ValidationError);
        } else {
            this->round_trip(list);
        }
    }
    this->round_trip(
        Lists{.ints = {lowest<int>, 0, highest<int>},
              .unsigneds = {0, highest<std::int64_t>},
              .doubles = {0.1, -1e300},
              .texts = {"", "a,b", "\"q\"", "\\", "{}", "NULL", "漢\n"},
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
    const std::string yes = this->sql({.sqlite = "1", .postgres = "TRUE", .mariadb = "TRUE"});
    const auto reading = [&](const std::string& column, const std::string& expression) {
        return this->template reading<Numbers>({{"id", "1"},
                                                {"i8", "1"},
                                                {"i16", "1"},
                                                {"i32", "1"},
                                                {"i64", "1"},
                                                {"u8", "1"},
                                                {"u16", "1"},
                                                {"u32", "1"},
                                                {"u64", "1"},
                                                {"f", "1.5"},
                                                {"d", "1"},
                                                {"b", yes},
                                                {"decimal", "1.5"},
                                                {"exact", "'1'"}},
                                               column, expression);
    };
    const auto expect = [&](const std::string& column, const std::string& expression,
                            const PerDialect& reason) {
        const std::string message = reading(column, expression);
        EXPECT_NE(message.find("numbers." + column), std::string::npos) << message;
        EXPECT_NE(message.find(this->sql(reason)), std::string::npos) << message;
    };
    const auto everywhere = [](const std::string& text) { return PerDialect{text, text, text}; };
    EXPECT_EQ(reading("i16", "2"), "nothing was thrown");
    EXPECT_EQ(reading("i16", "2.0"), "nothing was thrown");
    EXPECT_EQ(reading("b", "0"), "nothing was thrown");
    EXPECT_EQ(
        reading("d", "CAST('1e0' AS " + std::string(this->is_mariadb ? "double" : "double precision") + ")"),
        "nothing was thrown");
    expect("i8", "128", everywhere("out of range"));
    expect("u8", "-1", everywhere("out of range"));
    expect("u64", "-1", everywhere("out of range"));
    expect("i32", "3000000000", everywhere("out of range"));
    expect("i32", "'many'", {"malformed", "holds text", "malformed"});
    expect("i32", "1.5", {"real number", "numeric", "decimal number"});
    expect("i32", this->bytes("00"), {"blob", "bytea", "malformed"});
    expect("f", "1e300", everywhere("out of range"));
    expect("b", "2", everywhere("out of range"));
    expect("decimal", "'ten'", everywhere("malformed"));
    expect("exact", "'1,5'", everywhere("malformed"));
    expect("i64", "NULL", everywhere("NULL"));
}

TYPED_TEST(ColumnTypes, WrongTextsInTheDatabaseNameTheirColumn) {
    const auto expect = [](const std::string& message, const std::string& part) {
        EXPECT_NE(message.find(part), std::string::npos) << message << " not " << part;
    };
    const auto text = [&](const std::string& column, const std::string& expression) {
        return this->template reading<Texts>(this->texts(), column, expression);
    };
    EXPECT_EQ(text("text", "'fine'"), "nothing was thrown");
    expect(text("color", "'pink'"), "texts.color");
    expect(text("uuid", "'no'"), "texts.uuid");
    expect(text("json", "'{'"), "texts.json");
    expect(text("level", "1000"), "texts.level");
    expect(text("isbn", "'12'"), "an ISBN has 10 or 13 digits");

    const auto time = [&](const std::string& column, const std::string& expression) {
        return this->template reading<Times>(this->times(), column, expression);
    };
    EXPECT_EQ(time("date", "'2024-02-29'"), "nothing was thrown");
    expect(time("date", "'2024-02-30'"), "times.date");
    expect(time("time", "'25:00'"), "times.time");
    expect(time("time", "'24:00:00'"), "times.time");
    expect(time("timestamp", "'yesterday'"), "times.timestamp");

    const auto list = [&](const std::string& column, const std::string& expression) {
        typename TestFixture::Columns columns{{"id", "1"}};
        for (const char* name : {"ints", "unsigneds", "doubles", "texts", "colors", "levels", "uuids",
                                 "moments", "decimals", "money", "gaps", "nested", "jsons"})
            columns.emplace_back(name, "'[]'");
        return this->template reading<Lists>(columns, column, expression);
    };
    EXPECT_EQ(list("ints", "'[1, 2]'"), "nothing was thrown");
    expect(list("ints", "'[1,\"x\"]'"), "lists.ints");
    expect(list("ints", "'[1'"), "lists.ints");
    expect(list("colors", "'[\"pink\"]'"), "lists.colors");
    expect(list("gaps", "5"), "lists.gaps");
}

TYPED_TEST(ColumnTypes, FormsOfOtherToolsAreRead) {
    auto times = this->times();
    times[2].second = "'07:08'";
    times[3].second = "'2024-05-06T07:08:09.5+02:00'";
    this->foreign_table("times", times);
    const auto time = got(this->db.template query<Times>().one());
    EXPECT_EQ(time.date, std::chrono::sys_days(std::chrono::year(2024) / 2 / 29));
    EXPECT_EQ(time.timestamp,
              std::chrono::sys_days(std::chrono::year(2024) / 5 / 6) + 5h + 8min + 9s + 500ms);
    EXPECT_EQ(time.time, duet::Time::of(7, 8));
    EXPECT_EQ(time.seconds, 3s);

    auto texts = this->texts();
    texts[3].second = "'{0F0E0D0C-0b0a-0908-0706-050403020100}'";
    texts[4].second = "5";
    this->foreign_table("texts", texts);
    auto text = got(this->db.template query<Texts>().one());
    EXPECT_EQ(text.uuid.to_string(), "0f0e0d0c-0b0a-0908-0706-050403020100");
    EXPECT_EQ(text.json, duet::Json(5));
    texts[3].second = this->bytes("0f0e0d0c0b0a09080706050403020100");
    texts[4].second = "'{\"a\": [1]}'";
    this->foreign_table("texts", texts);
    text = got(this->db.template query<Texts>().one());
    EXPECT_EQ(text.uuid.to_string(), "0f0e0d0c-0b0a-0908-0706-050403020100");
    EXPECT_EQ(text.json, duet::Json::parse("{\"a\":[1]}"));
}

}  // namespace
