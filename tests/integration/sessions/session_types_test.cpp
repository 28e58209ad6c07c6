#include <duet/postgres.hpp>

#include "integration/column_types.hpp"
#include "integration/session_models.hpp"

// Flushing many rows at once, which PostgreSQL is sent as arrays: columns of every type, and NULLs.
namespace duet::test::session_types {

enum class Mood { calm, happy };

}  // namespace duet::test::session_types

template <>
struct duet::enum_options<duet::test::session_types::Mood> {
    static constexpr bool as_integer = false;
    static constexpr int first = 0, last = 127;
    static constexpr std::string_view sql_type = "mood";
};

namespace {

using namespace duet::test;
using namespace duet::test::column_types;
using namespace std::chrono_literals;
using duet::test::session_types::Mood;

constexpr std::size_t many = 7;

/// Texts that mean something in the text of an array.
const std::string awkward[many] = {
    "", "NULL", "\"quoted\", {braced}", "back\\slash\\", "  spaces ", "l'Hôtel à 1 €\n\t", "a,b"};

/// Changes all rows of a model in one flush; what is stored is then what the objects were given.
template <class M, class Db, class Change>
void change_all(Db& db, Change change) {
    std::vector<M> expected;
    in_session_of(db, [&](auto& s) -> duet::Task<> {
        const auto objects = co_await later(s.template query<M>().order_by("id").all());
        EXPECT_EQ(objects.size(), many);
        for (std::size_t i = 0; i < objects.size(); ++i) {
            change(objects[i], i);
            expected.push_back(objects[i]);
        }
    });
    EXPECT_EQ(got(db.all(duet::query<M>().order_by("id"))), expected);
}

template <class B>
class SessionTypes : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([this] { return this->db.create_all(column_types::models); });
    }
    template <class M, class Change>
    void round_trip(Change change) {
        std::vector<M> rows(many);
        (void)got(this->db.create_bulk(rows));
        change_all<M>(this->db, change);
    }
};
TYPED_TEST_SUITE(SessionTypes, Backends, BackendNames);

TYPED_TEST(SessionTypes, NumbersOfManyRows) {
    this->template round_trip<Numbers>([](Numbers& row, std::size_t i) {
        const auto n = static_cast<std::int8_t>(i + 1);
        row.i8 = static_cast<std::int8_t>(-n);
        row.i16 = n;
        row.i32 = n;
        row.i64 = -5'000'000'000 - n;
        row.u8 = static_cast<std::uint8_t>(200 + n);
        row.u16 = static_cast<std::uint16_t>(60'000 + n);
        row.u32 = 4'000'000'000 + static_cast<std::uint32_t>(n);
        row.u64 = static_cast<std::uint64_t>(n);
        row.f = 0.1F * static_cast<float>(n);
        row.d = 0.1 * n;
        row.b = true;
        row.decimal = duet::Decimal::parse("-1.2" + std::to_string(n));
        row.exact = duet::Decimal::parse("12345678901234567890.000" + std::to_string(n));
    });
}

TYPED_TEST(SessionTypes, TextsOfManyRows) {
    this->template round_trip<Texts>([](Texts& row, std::size_t i) {
        row.text = "x" + awkward[i];
        row.blob = {std::byte{0}, std::byte{'\\'}, static_cast<std::byte>(i)};
        row.uuid = duet::Uuid::v4();
        row.json = duet::Json::parse("{\"a\\\"\": [" + std::to_string(i) + ", null]}");
        row.color = i % 2 == 0 ? Color::blue : Color::green;
        row.level = Level::high;
        row.offset = Offset::below;
        row.plain = plain_b;
        row.money = {-1 - static_cast<std::int64_t>(i)};
        row.isbn = {"123456789" + std::to_string(i)};
    });
}

TYPED_TEST(SessionTypes, TimesOfManyRows) {
    this->template round_trip<Times>([](Times& row, std::size_t i) {
        const auto n = static_cast<int>(i + 1);
        row.date = std::chrono::year{1900 + n} / 2 / 28;
        row.time = duet::Time(std::chrono::hours{n} + 7us);
        row.timestamp = at_second(1'700'000'000 + n, 5);
        row.micros = std::chrono::microseconds{-n};
        row.millis = std::chrono::milliseconds{n};
        row.seconds = std::chrono::seconds{n};
        row.minutes = std::chrono::minutes{n};
        row.hours = std::chrono::hours{n};
    });
}

TYPED_TEST(SessionTypes, NullsAmongTheValuesOfManyRows) {
    for (const std::size_t with : {0U, 1U}) {
        this->template round_trip<Optionals>([with](Optionals& row, std::size_t i) {
            if (i == 3) row.ints = {{1, 2}};  // alone: arrays of arrays there are none
            if (i % 2 != with) return;
            row.i8 = 1;
            row.text = awkward[i];
            row.blob = std::vector{std::byte{1}};
            row.date = std::chrono::year{2024} / 2 / 29;
            row.timestamp = at_second(1'700'000'000, 5);
            row.uuid = duet::Uuid::v4();
            row.decimal = duet::Decimal::parse("1.5");
            row.exact = duet::Decimal::parse("2.5");
            row.json = duet::Json::parse("[\"NULL\"]");
            row.color = Color::green;
            row.level = Level::high;
            row.money = Money{5};
        });
        change_all<Optionals>(this->db, [](Optionals& row, std::size_t i) {
            row.text = i % 3 == 0 ? std::optional<std::string>() : awkward[i] + "!";
        });
        did([this] { return this->db.execute_script("DELETE FROM optionals"); });
    }
}

TYPED_TEST(SessionTypes, LongTextsOfManyRows) {
    this->template round_trip<Texts>(
        [](Texts& row, std::size_t i) { row.text.assign(3 << 20, char('a' + i)); });
}

/// As other programs declare their columns; the model has texts.
struct Foreign {
    std::string id{};
    std::string kind{};
    std::optional<std::string> place{};
    std::string shout{};
    std::string code{};
    std::string amount{};
    bool operator==(const Foreign&) const = default;
    static constexpr auto table = duet::table("foreigners");
};
struct Visit {
    std::int64_t id{};
    duet::pg::Inet addr{.address = "127.0.0.1"};
    std::optional<duet::pg::Inet> via{};
    duet::pg::Interval every{};
    Mood mood{};
    std::optional<Mood> later{};
    duet::pg::Range<duet::Decimal> price{};
    duet::pg::Range<duet::Timestamp> during{};
    duet::pg::TsVector words{};
    bool operator==(const Visit&) const = default;
    static constexpr auto table = duet::table("visits");
};
inline constexpr auto visits = duet::models<Visit>;

template <class B>
class PostgresSessionTypes : public DatabaseTest<B> {
protected:
    /// How many UPDATEs `work` takes.
    template <class F>
    std::size_t updates(F work) {
        std::size_t count = 0;
        const auto hook = this->db.on_query([&](const duet::QueryEvent& event) {
            if (event.sql.starts_with("UPDATE")) ++count;
        });
        work();
        return count;
    }
};
using PostgresModes = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                       Backend<PgBouncer, duet::Async>>;
TYPED_TEST_SUITE(PostgresSessionTypes, PostgresModes, BackendNames);

TYPED_TEST(PostgresSessionTypes, TakeTypesOfTheirOwnAsOneArrayForEachColumn) {
    did([this] { return this->db.create_all(visits); });
    std::vector<Visit> rows(many);
    (void)got(this->db.create_bulk(rows));
    const std::size_t count = this->updates([&] {
        change_all<Visit>(this->db, [](Visit& row, std::size_t i) {
            const auto n = static_cast<std::int32_t>(i + 1);
            row.addr = duet::pg::Inet::parse("192.0.2." + std::to_string(n) + "/24");
            if (i % 2 == 0) row.via = duet::pg::Inet::parse("2001:db8::1");
            row.every = {.months = n, .days = -3, .micros = 3'600'000'001};
            row.mood = Mood::happy;
            if (i % 3 == 0) row.later = Mood::calm;
            row.price = {.lower = duet::Decimal::parse("1.50"), .upper_inclusive = false};
            row.during = {.lower = at_second(1'700'000'000, n)};
            row.words = {"'cat':3 'it''s':2"};
        });
    });
    EXPECT_LE(count, 4U);  // by which columns are still NULL
}

TYPED_TEST(PostgresSessionTypes, TextsBecomeWhatTheColumnIs) {
    did([this] {
        return this->db.execute_script(
            "CREATE TYPE kind AS ENUM ('small', 'large'); CREATE DOMAIN shout AS text CHECK (VALUE = "
            "upper(VALUE)); CREATE TABLE foreigners (id varchar(10) PRIMARY KEY, kind kind NOT NULL, place "
            "inet, "
            "shout shout NOT NULL, code char(4) NOT NULL, amount numeric NOT NULL); INSERT INTO foreigners "
            "SELECT 'no. ' || n, 'small', NULL, 'X', 'abcd', 1 FROM generate_series(1, 7) n");
    });
    const std::size_t count = this->updates([&] {
        change_all<Foreign>(this->db, [](Foreign& row, std::size_t i) {
            row.kind = i == 2 ? "small" : "large";
            row.place = "10.0.0." + std::to_string(i);
            row.shout = "A\"B\\C" + std::to_string(i);
            row.code = "cod" + std::to_string(i);
            row.amount = std::to_string(i) + ".50";
        });
    });
    EXPECT_EQ(count, 2U);  // with and without a change of its kind
    EXPECT_THROW(in_session_of(this->db,
                               [](auto& s) -> duet::Task<> {
                                   const auto rows = co_await later(s.template query<Foreign>().all());
                                   for (Foreign& row : rows) row.shout = "quiet";
                               }),
                 duet::DatabaseError);
}

}  // namespace
