#include <cmath>
#include <limits>
#include <stdexcept>

#include "integration/checks.hpp"
#include "integration/column_types.hpp"

// create_bulk of many rows on PostgreSQL, which loads them with COPY.
namespace {

using namespace duet::test;
using namespace duet::test::column_types;
using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr duet::Date day(int year, unsigned month, unsigned of_month) {
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month};
}

struct Note {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> extra{};
    std::int64_t number{};
    static constexpr auto table = duet::table("notes", duet::unique("text"));
};
inline constexpr auto notes = duet::models<Note>;

/// What runs on a database.
template <class Mode>
class Statements {
public:
    explicit Statements(duet::BasicDatabase<Mode>& db)
        : hook_(db.on_query(
              [texts = texts_](const duet::QueryEvent& event) { texts->emplace_back(event.sql); })) {}
    std::size_t count(std::string_view begin) const {
        std::size_t out = 0;
        for (const std::string& text : *texts_) out += text.starts_with(begin) ? 1 : 0;
        return out;
    }

private:
    std::shared_ptr<std::vector<std::string>> texts_ = std::make_shared<std::vector<std::string>>();
    duet::QueryHook hook_;
};

template <class B>
class Copy : public DatabaseTest<B> {
protected:
    using Log = Statements<typename B::mode>;
    template <class M>
    std::vector<M> without_keys(std::vector<M> list) {
        for (M& row : list) row.id = 0;
        return list;
    }
    /// What 1000 rows are after create_bulk, against what the same are after create, one by one.
    template <class M>
    void stores_the_same(const std::vector<M>& kinds) {
        const Log log(this->db);
        std::vector<M> list;
        for (std::size_t i = 0; i < 1000; ++i) list.push_back(kinds[i % kinds.size()]);
        EXPECT_EQ(got(this->db.create_bulk(list)), list.size());
        EXPECT_EQ(log.count("COPY"), 1U) << M::table.name;
        const std::vector<M> copied = rows<M>(this->db);
        EXPECT_EQ(copied, list) << M::table.name;
        did([&] { return this->db.query(duet::query<M>()).delete_bulk(duet::all_rows); });
        for (const M& kind : kinds) did([&] { return this->db.create(kind); });
        std::vector<M> first(copied.begin(), copied.begin() + static_cast<std::ptrdiff_t>(kinds.size()));
        EXPECT_EQ(this->without_keys(rows<M>(this->db)), this->without_keys(first)) << M::table.name;
    }
    static std::vector<Note> some(int from, int to) {
        std::vector<Note> list;
        for (int i = from; i < to; ++i) list.push_back({.text = "note " + std::to_string(i), .number = i});
        return list;
    }
    /// Fills a table that somebody else has made, with these types for the columns of Note.
    void fill(const std::string& table) {
        did([&] { return this->db.execute_script(table); });
        std::vector<Note> list = some(0, 100);
        list[1].extra = "";
        list[2].extra = "x";
        EXPECT_EQ(got(this->db.create_bulk(list)), 100U);
        const std::vector<Note> stored = rows<Note>(this->db);
        ASSERT_EQ(stored.size(), 100U);
        for (std::size_t i = 0; i < 100; ++i) {
            EXPECT_EQ(stored[i].id, list[i].id);
            EXPECT_EQ(stored[i].text, list[i].text);
            EXPECT_EQ(stored[i].extra, list[i].extra);
            EXPECT_EQ(stored[i].number, list[i].number);
        }
    }
};
using PostgresModes = ::testing::Types<Backend<Postgres, duet::Blocking>, Backend<Postgres, duet::Async>,
                                       Backend<PgBouncer, duet::Blocking>, Backend<PgBouncer, duet::Async>>;
TYPED_TEST_SUITE(Copy, PostgresModes, BackendNames);

TYPED_TEST(Copy, StoresNumbersTextsAndTimesAsCreateDoes) {
    did([&] { return this->db.create_all(column_types::models); });
    using I = std::numeric_limits<std::int64_t>;
    this->template stores_the_same<Numbers>(
        {Numbers{},
         Numbers{.i8 = -128, .i16 = -32768, .i32 = -2147483647 - 1, .i64 = I::min(), .f = -1.5F, .d = -0.1},
         Numbers{.i8 = 127,
                 .i16 = 32767,
                 .i32 = 2147483647,
                 .i64 = I::max(),
                 .u8 = 255,
                 .u16 = 65535,
                 .u32 = 4294967295U,
                 .u64 = I::max(),
                 .f = std::numeric_limits<float>::infinity(),
                 .d = 1e308,
                 .b = true,
                 .decimal = duet::Decimal::parse("-12345.678"),
                 .exact = duet::Decimal::parse("0.00000000000000000000000000000000000001")}});
    std::vector<std::byte> every;
    for (int i = 0; i < 256; ++i) every.push_back(static_cast<std::byte>(i));
    this->template stores_the_same<Texts>(
        {Texts{}, Texts{.text = "tab\t newline\n back\\slash \\N \\. é漢😀",
                        .blob = every,
                        .uuid = duet::Uuid::v4(),
                        .json = duet::Json::parse(R"({"a":[1,2.5,null,true,"\u00e9"],"b":{}})"),
                        .color = Color::blue,
                        .level = Level::high,
                        .offset = Offset::below,
                        .plain = plain_b,
                        .money = {-1},
                        .isbn = {"9780000000000"}}});
    this->template stores_the_same<Times>(
        {Times{}, Times{.date = duet::Date::max(), .timestamp = duet::Timestamp::max()},
         Times{.date = day(1999, 12, 31),
               .time = duet::Time(24h - 1us),
               .timestamp = at_second(-1, 1),
               .micros = -1us,
               .millis = 5ms,
               .seconds = -3s,
               .minutes = 7min,
               .hours = 1000h,
               .fractions = std::chrono::duration<double>(1.5)}});
}

TYPED_TEST(Copy, StoresListsAndMissingValuesAsCreateDoes) {
    did([&] { return this->db.create_all(column_types::models); });
    this->template stores_the_same<Lists>(
        {Lists{}, Lists{.ints = {1, -2, 3},
                        .unsigneds = {0, 7},
                        .doubles = {0.5, -1e300},
                        .texts = {"", "a,\"b\"", "NULL"},
                        .colors = {Color::blue, Color::red},
                        .levels = {Level::high},
                        .uuids = {duet::Uuid::v4()},
                        .moments = {at_second(0, 1)},
                        .decimals = {duet::Decimal::parse("1.10")},
                        .money = {{5}, {-5}},
                        .gaps = {1, std::nullopt, 3},
                        .nested = {{1, 2}, {}, {3}},
                        .jsons = {duet::Json::parse("[1]"), duet::Json::parse("null")}}});
    this->template stores_the_same<Optionals>({Optionals{}, Optionals{.i8 = std::int8_t{-1},
                                                                      .i64 = 1,
                                                                      .u64 = 2U,
                                                                      .f = 0.5F,
                                                                      .d = 0.25,
                                                                      .b = false,
                                                                      .text = "",
                                                                      .blob = std::vector<std::byte>{},
                                                                      .date = day(2024, 2, 29),
                                                                      .time = duet::Time{},
                                                                      .timestamp = at_second(1),
                                                                      .seconds = 1s,
                                                                      .uuid = duet::Uuid{},
                                                                      .decimal = duet::Decimal::parse("0"),
                                                                      .exact = duet::Decimal::parse("-0.5"),
                                                                      .json = duet::Json::parse("null"),
                                                                      .color = Color::red,
                                                                      .level = Level::low,
                                                                      .money = Money{1},
                                                                      .ints = std::vector<int>{}}});
}

TYPED_TEST(Copy, GivesKeysInOrderAndLeavesTheSequenceBehindThem) {
    did([&] { return this->db.create_all(notes); });
    std::vector<Note> list = this->some(0, 500);
    const typename TestFixture::Log log(this->db);
    EXPECT_EQ(got(this->db.create_bulk(list)), 500U);
    EXPECT_EQ(log.count("COPY"), 1U);
    EXPECT_EQ(log.count("INSERT"), 0U);
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ(list[i].id, static_cast<std::int64_t>(i) + 1);
    const Note next{.text = "next"};
    EXPECT_EQ(got(this->db.create(next)).id, 501);
    EXPECT_EQ(find<Note>(this->db, list[77].id)->text, "note 77");
}

TYPED_TEST(Copy, LosesEverythingWithTheFirstRowThatIsRefused) {
    did([&] { return this->db.create_all(notes); });
    std::vector<Note> list = this->some(0, 300);
    list[250].text = list[3].text;
    const auto error = thrown<duet::UniqueViolation>([&] { return this->db.create_bulk(list); });
    EXPECT_EQ(error.constraint(), "uq_notes_text");
    EXPECT_EQ(count<Note>(this->db), 0);
    for (const Note& note : list) ASSERT_EQ(note.id, 0);
    list[250].text = "invalid \xff";
    EXPECT_THROW(did([&] { return this->db.create_bulk(list); }), duet::ValidationError);
    for (const Note& note : list) ASSERT_EQ(note.id, 0);
    list[250].text = "fine";
    EXPECT_EQ(got(this->db.create_bulk(list)), 300U);
    EXPECT_EQ(count<Note>(this->db), 300);
}

TYPED_TEST(Copy, IsPartOfATransaction) {
    did([&] { return this->db.create_all(notes); });
    std::vector<Note> list = this->some(0, 100);
    std::vector<Note> more = this->some(50, 150);
    auto tx = got(this->db.begin());
    EXPECT_EQ(got(tx.create_bulk(list)), 100U);
    EXPECT_EQ(count<Note>(tx), 100);
    EXPECT_EQ(count<Note>(this->db), 0);
    EXPECT_THROW(
        in_transaction(tx, [&](auto& inner) -> duet::Task<> { co_await later(inner.create_bulk(more)); }),
        duet::UniqueViolation);
    EXPECT_EQ(count<Note>(tx), 100);
    EXPECT_THROW((void)got(tx.create_bulk(more)), duet::UniqueViolation);
    EXPECT_EQ(count<Note>(tx), 100) << "what was there before stays";
    did([&] { return tx.rollback(); });
    EXPECT_EQ(count<Note>(this->db), 0);
}

TYPED_TEST(Copy, FillsColumnsOfOtherTypesThanItsOwn) {
    this->fill(
        "CREATE TABLE notes (id serial PRIMARY KEY, text varchar(50), extra varchar(1), number smallint)");
    did([&] { return this->db.execute_script("DROP TABLE notes"); });
    this->fill("CREATE TABLE notes (number int, id bigserial PRIMARY KEY, extra text, text text NOT NULL)");
}

struct Odd {
    std::int64_t id{};
    duet::Uuid uuid{};
    duet::Json json{};
    std::string text{};
    std::int64_t number{};
    static constexpr auto table = duet::table("odd");
};

TYPED_TEST(Copy, FillsTablesThatOtherProgramsHaveMade) {
    for (const char* types : {"uuid char(36), json json, text varchar(20), number int",
                              "uuid text, json text, text text, number numeric",
                              "uuid uuid, json jsonb, text name, number bigint CHECK (number >= 0)"}) {
        did([&] {
            return this->db.execute_script("DROP TABLE IF EXISTS odd; CREATE TABLE odd (id bigserial, " +
                                           std::string(types) + ")");
        });
        std::vector<Odd> list;
        for (int i = 0; i < 64; ++i)
            list.push_back({.uuid = duet::Uuid::v4(),
                            .json = duet::Json::parse("[1,\"x\"]"),
                            .text = "t" + std::to_string(i),
                            .number = i});
        EXPECT_EQ(got(this->db.create_bulk(list)), 64U) << types;
        const std::vector<Odd> stored = rows<Odd>(this->db);
        ASSERT_EQ(stored.size(), 64U);
        EXPECT_EQ(stored[63].uuid, list[63].uuid) << types;
        EXPECT_EQ(stored[63].json, list[63].json) << types;
        EXPECT_EQ(stored[63].text, "t63");
        EXPECT_EQ(stored[63].number, 63) << types;
    }
}

TYPED_TEST(Copy, NoticesThatAColumnHasChangedSinceTheLastTime) {
    did([&] { return this->db.create_all(notes); });
    std::vector<Note> before = this->some(0, 50);
    EXPECT_EQ(got(this->db.create_bulk(before)), 50U);
    // As wide as before: taken for what they were, the numbers would be others.
    did([&] { return this->db.execute_script("ALTER TABLE notes ALTER number TYPE double precision"); });
    std::vector<Note> after = this->some(50, 100);
    EXPECT_EQ(got(this->db.create_bulk(after)), 50U);
    EXPECT_EQ(got(this->db.sql("SELECT sum(number) FROM notes").template scalar<double>()), 4950.0);
    did([&] { return this->db.execute_script("ALTER TABLE notes ALTER number TYPE integer"); });
    std::vector<Note> again = this->some(100, 150);
    EXPECT_EQ(got(this->db.create_bulk(again)), 50U);
    did([&] { return this->db.execute_script("ALTER TABLE notes ALTER number TYPE bigint"); });
    std::vector<Note> last = this->some(150, 200);
    auto tx = got(this->db.begin());
    try {
        (void)got(tx.create_bulk(last));
    } catch (const duet::DatabaseError& error) {
        EXPECT_NE(std::string_view(error.what()).find("have changed"), std::string_view::npos)
            << error.what();
        EXPECT_EQ(last[0].id, 0);
    }
    did([&] { return tx.rollback(); });
    EXPECT_EQ(got(this->db.create_bulk(last)), 50U);
    EXPECT_EQ(got(this->db.sql("SELECT sum(number) FROM notes").template scalar<double>()), 19900.0);
}

TYPED_TEST(Copy, InsertsWhereThereIsNoSequence) {
    did([&] {
        return this->db.execute_script(
            "CREATE SEQUENCE numbers START 7; CREATE TABLE notes (id bigint PRIMARY KEY DEFAULT "
            "nextval('numbers'), text text, extra text, number bigint)");
    });
    std::vector<Note> list = this->some(0, 100);
    const typename TestFixture::Log log(this->db);
    EXPECT_EQ(got(this->db.create_bulk(list)), 100U);
    EXPECT_EQ(log.count("COPY"), 0U);
    EXPECT_EQ(list[99].id, 106);
    EXPECT_EQ(find<Note>(this->db, 106)->text, "note 99");
}

TYPED_TEST(Copy, InsertsIntoTablesWithRowSecurityOrSaysNo) {
    did([&] { return this->db.create_all(notes); });
    const std::string role = "writer_" + std::to_string(::getpid()) + "_" +
                             ::testing::UnitTest::GetInstance()->current_test_suite()->name();
    std::string quoted = '"' + role + '"';
    did([&] {
        return this->db.execute_script(
            "CREATE ROLE " + quoted + "; GRANT ALL ON notes TO " + quoted +
            "; GRANT USAGE ON SEQUENCE notes_id_seq TO " + quoted +
            "; ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY small ON "
            "notes USING (number < 1000)");
    });
    {
        auto tx = got(this->db.begin());
        did([&] { return tx.execute_script("SET LOCAL ROLE " + quoted); });
        std::vector<Note> list = this->some(0, 100);
        EXPECT_EQ(got(tx.create_bulk(list)), 100U);
        std::vector<Note> refused = this->some(950, 1050);
        EXPECT_THROW(did([&] { return tx.create_bulk(refused); }), duet::DatabaseError);
        EXPECT_EQ(refused[0].id, 0);
        did([&] { return tx.rollback(); });
    }
    did([&] { return this->db.execute_script("DROP OWNED BY " + quoted + "; DROP ROLE " + quoted); });
}

TYPED_TEST(Copy, WritesRowsOutAsText) {
    did([&] { return this->db.create_all(notes); });
    std::vector<Note> list = this->some(0, 20'000);
    list[1].extra = "a \"b\", c";
    did([&] { return this->db.create_bulk(list); });
    std::string all;
    std::size_t parts = 0;
    const auto sink = [&](std::string_view part) {
        all += part;
        ++parts;
    };
    constexpr const char* csv =
        "COPY (SELECT id, extra FROM notes ORDER BY id) TO STDOUT (FORMAT csv, HEADER)";
    EXPECT_EQ(got(this->db.copy_out(csv, sink)), 20'000);
    EXPECT_TRUE(all.starts_with("id,extra\n1,\n2,\"a \"\"b\"\", c\"\n3,\n")) << all.substr(0, 60);
    EXPECT_TRUE(all.ends_with("\n20000,\n"));
    EXPECT_GT(parts, 1U);

    all.clear();
    auto tx = got(this->db.begin());
    did([&] { return tx.query(duet::query<Note>().where("id"_c > 3)).delete_bulk(); });
    EXPECT_EQ(got(tx.copy_out("copy notes (number) to stdout", sink)), 3);
    EXPECT_EQ(all, "0\n1\n2\n");
    did([&] { return tx.rollback(); });
    all.clear();
    EXPECT_EQ(got(this->db.copy_out("COPY (SELECT 1 WHERE FALSE) TO STDOUT", sink)), 0);
    EXPECT_EQ(all, "");
}

TYPED_TEST(Copy, InwardsBySqlHasNoRowsAndSaysSo) {
    const char* const load = "COPY numbers_to_load FROM STDIN";
    did([&] { return this->db.execute_script("CREATE TABLE numbers_to_load (id int)"); });
    EXPECT_THROW(did([&] { return this->db.sql(duet::runtime(load)).execute(); }), duet::InvalidQuery);
    EXPECT_THROW(did([&] { return this->db.execute_script(load); }), duet::InvalidQuery);
    EXPECT_THROW(in_transaction(this->db,
                                [&](auto& tx) -> duet::Task<> {
                                    co_await later(tx.sql(duet::runtime(load)).execute());
                                }),
                 duet::InvalidQuery);
    EXPECT_EQ(got(this->db.sql("SELECT count(*) FROM numbers_to_load").template scalar<int>()), 0);
}

TYPED_TEST(Copy, OutwardsFailsWithoutHarmToTheConnection) {
    const auto ignore = [](std::string_view) {};
    const auto refuse = [](std::string_view part) {
        if (!part.empty()) throw std::length_error("the disk is full");
    };
    constexpr const char* many = "COPY (SELECT generate_series(1, 100000)) TO STDOUT";
    const auto still_works = [&] {
        EXPECT_EQ(got(this->db.sql("SELECT 7").template scalar<std::int64_t>()), 7);
        EXPECT_EQ(this->db.pool_stats().checked_out, 0U);
    };
    EXPECT_THROW((void)got(this->db.copy_out(many, refuse)), std::length_error);
    still_works();
    EXPECT_THROW((void)got(this->db.copy_out("COPY nothing TO STDOUT", ignore)), duet::DatabaseError);
    still_works();
    EXPECT_THROW((void)got(this->db.copy_out(
                     "COPY (SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i) TO STDOUT", ignore)),
                 duet::DatabaseError);
    still_works();
    EXPECT_THROW((void)got(this->db.copy_out("DELETE FROM notes", ignore)), duet::InvalidQuery);
    auto quick = this->db.within(50ms);
    EXPECT_THROW((void)got(quick.copy_out("COPY (SELECT pg_sleep(60)) TO STDOUT", ignore)),
                 duet::QueryCanceled);
    still_works();
}

TEST(CopyOut, IsRefusedWhereThereIsNone) {
    duet::Database db{"sqlite://:memory:"};
    EXPECT_THROW(db.copy_out("COPY (SELECT 1) TO STDOUT", [](std::string_view) {}),
                 duet::UnsupportedByDialect);
}

}  // namespace
