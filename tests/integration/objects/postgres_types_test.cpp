#include <duet/dialect/ddl.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/postgres.hpp>

#include "integration/checks.hpp"

// The column types that only PostgreSQL has.
namespace duet::test::pg_types {

enum class Mood { calm, happy, wild };

}  // namespace duet::test::pg_types

template <>
struct duet::enum_options<duet::test::pg_types::Mood> {
    static constexpr bool as_integer = false;
    static constexpr int first = 0, last = 127;
    static constexpr std::string_view sql_type = "mood";
};

namespace {

using namespace duet::test;
using duet::pg::Inet;
using duet::pg::Interval;
using duet::pg::Range;
using duet::test::pg_types::Mood;
using Days = Range<duet::Date>;
using Span = Range<duet::Timestamp>;

struct Visit {
    std::int64_t id{};
    Inet addr{.address = "127.0.0.1"};
    std::optional<Inet> via{};
    Interval every{};
    Mood mood{};
    std::optional<Mood> later{};
    Range<std::int32_t> seats{};
    Range<std::int64_t> numbers{};
    Range<duet::Decimal> price{};
    Days days{};
    Span during{};
    duet::pg::TsVector words{};
    std::vector<Inet> hops{};
    std::vector<Mood> moods{};
    std::vector<std::optional<Interval>> pauses{};
    bool operator==(const Visit&) const = default;
    static constexpr auto table = duet::table("visits", duet::index("mood"));
};
struct Host {
    Inet id{};
    std::string name{};
    static constexpr auto table = duet::table("hosts");
};
inline constexpr auto models = duet::models<Visit>;
inline constexpr auto hosts = duet::models<Host>;

constexpr duet::Date day(int year, unsigned month, unsigned of_month) {
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month};
}

Visit full() {
    return {.addr = Inet::parse("192.0.2.7/24"),
            .via = Inet::parse("2001:db8::1"),
            .every = {.months = 14, .days = -3, .micros = 3'600'000'001},
            .mood = Mood::wild,
            .later = Mood::happy,
            .seats = {.lower = 3, .upper = 9},
            .numbers = {.lower = -5'000'000'000},
            .price = {.lower = duet::Decimal::parse("1.50"),
                      .upper = duet::Decimal::parse("9.99"),
                      .upper_inclusive = true},
            .days = {.lower = day(2024, 2, 28), .upper = day(2024, 3, 1)},
            .during = {.lower = at_second(1'700'000'000, 5), .upper = at_second(1'700'000'100)},
            .words = {"'cat':3 'fat':2"},
            .hops = {Inet::parse("10.0.0.1"), Inet::parse("10.0.0.0/8")},
            .moods = {Mood::happy, Mood::calm},
            .pauses = {Interval{.days = 1}, std::nullopt}};
}

template <class B>
class PostgresTypes : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    template <class C>
    std::vector<std::int64_t> where(const C& condition) {
        return got(this->db.query(duet::query<Visit>().where(condition).order_by("id")).select("id"_c));
    }
};
using PostgresModes = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                       Backend<PgBouncer, duet::Async>>;
TYPED_TEST_SUITE(PostgresTypes, PostgresModes, BackendNames);

TYPED_TEST(PostgresTypes, GoThereAndBackByEveryWay) {
    for (const Visit& visit : {Visit{}, full()}) {
        Visit created = got(this->db.create(visit));
        Visit expected = visit;
        expected.id = created.id;
        EXPECT_EQ(created, expected);
        EXPECT_EQ(*find<Visit>(this->db, created.id), expected);
        did([&] { return this->db.save(created); });
        did([&] { return this->db.refresh(created); });
        EXPECT_EQ(created, expected);
        for (const std::size_t count : {2U, 200U}) {
            std::vector<Visit> copies(count, visit);
            EXPECT_EQ(got(this->db.create_bulk(copies)), count);
            expected.id = copies[1].id;
            EXPECT_EQ(*find<Visit>(this->db, copies[1].id), expected) << count;
        }
    }
    const Visit empty{.seats = {.empty = true}, .words = {""}};
    EXPECT_TRUE(got(this->db.create(empty)).seats.empty);
}

TYPED_TEST(PostgresTypes, HaveColumnsOfTheirOwnTypeThatIntrospectionFinds) {
    const duet::DatabaseSchema schema = got(this->db.introspect());
    const duet::SchemaTable* table = schema.table("visits");
    ASSERT_NE(table, nullptr);
    const auto type = [&](std::string_view name) { return table->column(name)->type; };
    EXPECT_EQ(type("addr"), "inet");
    EXPECT_EQ(type("every"), "interval");
    EXPECT_EQ(type("mood"), "mood");
    EXPECT_EQ(type("seats"), "int4range");
    EXPECT_EQ(type("during"), "tstzrange");
    EXPECT_EQ(type("words"), "tsvector");
    EXPECT_EQ(type("hops"), "inet[]");
    EXPECT_EQ(type("moods"), "mood[]");
    EXPECT_EQ(type("pauses"), "interval[]");
    const std::vector<duet::SchemaTable> wanted = duet::describe_all(duet::postgres_dialect(), models);
    EXPECT_EQ(*table, wanted[0]);
}

TYPED_TEST(PostgresTypes, MakeAndDropTheTypesOfNativeEnums) {
    did([&] { return this->db.create_all(models); });
    const auto types = [&] {
        return got(this->db.sql("SELECT count(*) FROM pg_type WHERE typname = 'mood'")
                       .template scalar<std::int64_t>());
    };
    EXPECT_EQ(types(), 1);
    did([&] { return this->db.execute_script("CREATE TABLE other (m mood)"); });
    did([&] { return this->db.drop_all(models); });
    EXPECT_EQ(types(), 1) << "another table has it";
    did([&] { return this->db.execute_script("DROP TABLE other"); });
    did([&] { return this->db.drop_all(models); });
    EXPECT_EQ(types(), 0);
    did([&] { return this->db.create_all(models); });
    const Visit visit = full();
    EXPECT_EQ(got(this->db.create(visit)).mood, Mood::wild);
}

TYPED_TEST(PostgresTypes, CanBeComparedAndSearched) {
    using Ids = std::vector<std::int64_t>;
    const Visit bare;
    const std::int64_t plain = got(this->db.create(bare)).id;
    const Visit other = full();
    const std::int64_t rich = got(this->db.create(other)).id;
    const Ids first{plain};
    const Ids second{rich};
    EXPECT_EQ(this->where("addr"_c == Inet::parse("192.0.2.7/24")), second);
    EXPECT_EQ(this->where("addr"_c < Inet::parse("128.0.0.0")), first);
    EXPECT_EQ(this->where("addr"_c.in_({Inet::parse("127.0.0.1"), Inet::parse("10.9.8.7")})), first);
    EXPECT_EQ(this->where("addr"_c.in_(std::vector<Inet>{})), Ids{});
    EXPECT_EQ(this->where("via"_c.is_null()), first);
    EXPECT_EQ(this->where("via"_c == std::optional<Inet>{}), first);
    EXPECT_EQ(this->where("every"_c > Interval{.months = 1}), second);
    EXPECT_EQ(this->where("mood"_c == Mood::wild), second);
    EXPECT_EQ(this->where("mood"_c != Mood::wild), first);
    EXPECT_EQ(this->where("mood"_c.in_({Mood::wild, Mood::happy})), second);
    EXPECT_EQ(this->where("mood"_c.not_in({Mood::wild, Mood::happy})), first);
    EXPECT_EQ(this->where("mood"_c.between(Mood::happy, Mood::wild)), second);
    EXPECT_EQ(this->where("later"_c.is_(Mood::happy)), second);
    EXPECT_EQ(this->where("mood"_c.startswith("wi")), second);
    EXPECT_EQ(this->where(duet::upper("mood"_c) == "CALM"), first);
    EXPECT_EQ(this->where("mood"_c == "later"_c), Ids{});
    EXPECT_EQ(this->where(duet::coalesce("later"_c, Mood::calm) == Mood::calm), first);
    EXPECT_EQ(this->where("moods"_c.contains(Mood::happy)), second);
    EXPECT_EQ(this->where("hops"_c.contains(Inet::parse("10.0.0.1"))), second);
    EXPECT_EQ(this->where("seats"_c == Range<std::int32_t>{.lower = 3, .upper = 9}), second);

    did([&] {
        return this->db.query(duet::query<Visit>().where("id"_c == plain))
            .update_bulk("mood"_c = Mood::happy, "addr"_c = Inet::parse("::1"),
                         "moods"_c = std::vector{Mood::wild});
    });
    EXPECT_EQ(this->where("mood"_c == Mood::happy), first);
    EXPECT_EQ(got(this->db.query(duet::query<Visit>().order_by("mood")).select("mood"_c, "addr"_c)).size(),
              2U);
    EXPECT_EQ(got(this->db.query(duet::query<Visit>().order_by("-mood")).select("mood"_c)).at(0), Mood::wild);
}

TYPED_TEST(PostgresTypes, OfRangesHoldAndOverlap) {
    using Ids = std::vector<std::int64_t>;
    Visit none{.seats = {.empty = true}};
    none.numbers.empty = none.price.empty = none.days.empty = none.during.empty = true;
    did([&] { return this->db.create(none); });
    const Visit other = full();
    const Ids hit{got(this->db.create(other)).id};
    EXPECT_EQ(this->where("seats"_c.contains(3)), hit);
    EXPECT_EQ(this->where("seats"_c.contains(9)), Ids{});
    EXPECT_EQ(this->where("seats"_c.contains(Range<std::int32_t>{.lower = 4, .upper = 6})), hit);
    EXPECT_EQ(this->where("numbers"_c.contains(7)), hit);
    EXPECT_EQ(this->where("price"_c.contains(duet::Decimal::parse("9.99"))), hit);
    EXPECT_EQ(this->where("price"_c.contains(2)), hit);
    EXPECT_EQ(this->where("days"_c.contains(day(2024, 2, 29))), hit);
    EXPECT_EQ(this->where("during"_c.contains(at_second(1'700'000'050))), hit);
    EXPECT_EQ(this->where("during"_c.contains(at_second(1'700'000'100))), Ids{});
    EXPECT_EQ(this->where("days"_c.overlaps(Days{.lower = day(2024, 2, 29)})), hit);
    EXPECT_EQ(this->where("during"_c.overlaps(Span{.upper = at_second(1'600'000'000)})), Ids{});
    EXPECT_EQ(this->where(!"seats"_c.overlaps("seats"_c)).size(), 1U);
}

TYPED_TEST(PostgresTypes, CanBeKeys) {
    did([&] { return this->db.create_all(hosts); });
    Host host{.id = Inet::parse("10.0.0.1"), .name = "one"};
    did([&] { return this->db.create(host); });
    EXPECT_EQ(find<Host>(this->db, Inet::parse("10.0.0.1"))->name, "one");
    did([&] { return this->db.update(host, "name"_c = "two"); });
    EXPECT_EQ(rows<Host>(this->db).at(0).name, "two");
    did([&] { return this->db.remove(host); });
    EXPECT_EQ(count<Host>(this->db), 0);
}

TYPED_TEST(PostgresTypes, ThatHoldNonsenseAreRefusedByTheServer) {
    Host host{.id = {.address = "not an address"}};
    did([&] { return this->db.create_all(hosts); });
    EXPECT_THROW(did([&] { return this->db.create(host); }), duet::ValidationError);
    EXPECT_EQ(count<Host>(this->db), 0);
}

template <class B>
class WithoutPostgresTypes : public DatabaseTest<B> {};
using Others = ::testing::Types<Backend<SqliteMemory, duet::Blocking>, Backend<MariaDb, duet::Blocking>>;
TYPED_TEST_SUITE(WithoutPostgresTypes, Others, BackendNames);

TYPED_TEST(WithoutPostgresTypes, RefuseModelsWithThemByTheNameOfTheColumn) {
    const auto error = thrown<duet::UnsupportedByDialect>([&] { return this->db.create_all(models); });
    EXPECT_NE(std::string_view(error.what()).find("\"addr\""), std::string_view::npos) << error.what();
    EXPECT_NE(std::string_view(error.what()).find("inet"), std::string_view::npos) << error.what();
    // Also where there is such a table.
    EXPECT_THROW((void)got(this->db.all(duet::query<Visit>())), duet::UnsupportedByDialect);
    const Visit visit;
    EXPECT_THROW((void)got(this->db.create(visit)), duet::UnsupportedByDialect);
}

}  // namespace
