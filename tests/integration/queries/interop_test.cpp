#include <cstdlib>
#include <limits>
#include <tuple>

#include "integration/checks.hpp"

/// Tables of other libraries on every database: what Django and SQLAlchemy wrote is read and found, and the
/// other way round.
namespace {

using namespace duet::test;
using namespace std::chrono_literals;
using namespace std::chrono;

struct Author {
    std::int64_t id{};
    std::string name{};
    static constexpr auto table = duet::table("authors");
};
struct Book {
    std::int64_t id{};
    std::string title{};
    duet::BelongsTo<Author> author{};
    duet::Decimal price{};
    duet::Date published{};
    duet::Time opens{};
    duet::Timestamp created_at{};
    std::chrono::microseconds length{};
    duet::Uuid uid{};
    bool in_print{};
    double rating{};
    duet::Json meta{};
    std::optional<std::string> note{};
    static constexpr auto table = duet::table("books", duet::index("created_at"));
};
enum class Color { red, green, blue };
/// What the books do not have.
struct Kind {
    std::int64_t id{};
    std::int16_t small{};
    std::int32_t whole{};
    std::int64_t big{};
    std::uint32_t positive{};
    float single{};
    std::vector<std::byte> data{};
    Color color{};
    std::string address{};  // of the type inet, where there is such a type
    std::vector<std::string> tags{};
    std::vector<int> numbers{};
    std::optional<int> maybe{};
    bool operator==(const Kind&) const = default;
    static constexpr auto table = duet::table("kinds");
};
inline constexpr auto models = duet::models<Author, Book, Kind>;

constexpr duet::Timestamp midnight{sys_days{2026y / January / 1}};

std::vector<Book> books() {
    const auto day = [](sys_days d) { return duet::Date(d); };
    return {
        {.title = "round",
         .author = 1,
         .price = duet::Decimal::parse("12.50"),
         .published = day(2026y / January / 1),
         .opens = duet::Time(9h),
         .created_at = midnight,
         .length = 90min,
         .uid = duet::Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
         .in_print = true,
         .rating = 4.5,
         .meta = duet::Json::parse(R"({"tags": ["a", "ü"], "n": 1.5, "none": null})")},
        {.title = "fraction",
         .author = 2,
         .price = duet::Decimal::parse("-0.01"),
         .published = day(1999y / December / 31),
         .opens = duet::Time(23h + 59min + 59s + 999999us),
         .created_at = midnight + 123456us,
         .length = 1us,
         .uid = duet::Uuid::parse("ffffffff-ffff-4fff-bfff-ffffffffffff"),
         .in_print = false,
         .rating = -1e300,
         .meta = duet::Json::parse("[]"),
         .note = "a note"},
        {.title = "half",
         .author = 1,
         .price = duet::Decimal::parse("99999999.99"),
         .published = day(2024y / February / 29),
         .opens = duet::Time(12h + 30min + 500000us),
         .created_at = midnight - 500ms,
         .length = -24h,
         .uid = duet::Uuid::parse("12345678-1234-5678-1234-567812345678"),
         .in_print = true,
         .rating = 0.1,
         .meta = duet::Json::parse("\"text\""),
         .note = ""},
    };
}

std::vector<Kind> kinds() {
    return {{.id = 1,
             .small = -2,
             .whole = 3,
             .big = 4,
             .positive = 5,
             .single = 0.5F,
             .data = {std::byte{0}, std::byte{'\''}, std::byte{255}, std::byte{'\\'}},
             .color = Color::green,
             .address = "192.168.0.1",
             .tags = {"a b", "it's \"ü\"", "", "{}", "NULL"},
             .numbers = {1, -2, 3}},
            {.id = 2,
             .small = std::numeric_limits<std::int16_t>::min(),
             .whole = std::numeric_limits<std::int32_t>::max(),
             .big = std::numeric_limits<std::int64_t>::min(),
             .positive = std::numeric_limits<std::int32_t>::max(),
             .single = -0.25F,
             .color = Color::blue,
             .address = "2001:db8::1",
             .maybe = 7}};
}

void expect_same(const Book& found, const Book& wanted) {
    SCOPED_TRACE(wanted.title);
    EXPECT_EQ(found.title, wanted.title);
    EXPECT_EQ(found.author.key(), wanted.author.key());
    EXPECT_EQ(found.price, wanted.price);
    EXPECT_EQ(found.published, wanted.published);
    EXPECT_EQ(found.opens, wanted.opens);
    EXPECT_EQ(found.created_at, wanted.created_at);
    EXPECT_EQ(found.length, wanted.length);
    EXPECT_EQ(found.uid, wanted.uid);
    EXPECT_EQ(found.in_print, wanted.in_print);
    EXPECT_EQ(found.rating, wanted.rating);
    EXPECT_EQ(found.meta, wanted.meta);
    EXPECT_EQ(found.note, wanted.note);
}

enum class Place { sqlite, postgres, mariadb };
using Meeting = std::tuple<const char*, Place>;

class Interop : public ::testing::TestWithParam<Meeting> {
protected:
    void SetUp() override {
        switch (std::get<Place>(GetParam())) {
            case Place::sqlite:
                url = "sqlite:///" + folder.file("library.db").string();
                break;
            case Place::postgres:
                url = postgres_url();
                // What has no zone is in UTC, wherever the server thinks it is.
                duet::Database{url}.execute_script(
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), "
                    "'America/New_York'); END $$");
                break;
            case Place::mariadb:
                url = mariadb_url();
                break;
        }
    }
    static std::string python() {
        return std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    }
    void other(const std::string& action) const {
        const auto script =
            std::filesystem::path(DUET_QUERIES_FOLDER) / "interop" / std::get<const char*>(GetParam());
        const std::string command = python() + " -B '" + script.string() + "' " + action + " '" + url + "'";
        ASSERT_EQ(std::system(command.c_str()), 0) << script << " " << action;
    }
    duet::Database db() const { return duet::Database{url}; }

    TemporaryFolder folder;
    std::string url;
};
std::string name_of(const ::testing::TestParamInfo<Meeting>& meeting) {
    const std::string library = std::get<const char*>(meeting.param);
    const Place place = std::get<Place>(meeting.param);
    return library.substr(0, library.find('_')) + (place == Place::sqlite     ? "Sqlite"
                                                   : place == Place::postgres ? "Postgres"
                                                                              : "MariaDb");
}
INSTANTIATE_TEST_SUITE_P(Libraries, Interop,
                         ::testing::Combine(::testing::Values("django_side.py", "sqlalchemy_side.py"),
                                            ::testing::Values(Place::sqlite, Place::postgres,
                                                              Place::mariadb)),
                         name_of);

TEST_P(Interop, WhatTheyWroteIsReadAndFound) {
    other("create");
    duet::Database database = db();
    const std::vector<Book> found = database.query<Book>().related("author"_c).order_by("id").all();
    const std::vector<Book> wanted = books();
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const Book& book = wanted[i];
        expect_same(found[i], book);
        const auto is_found = [&](const auto& condition, const char* by) {
            const auto hit = database.query<Book>().where(condition).one_or_none();
            EXPECT_TRUE(hit && hit->title == book.title) << book.title << " by " << by;
        };
        is_found("created_at"_c == book.created_at, "created_at");
        is_found("opens"_c == book.opens, "opens");
        is_found("uid"_c == book.uid, "uid");
        is_found("price"_c == book.price, "price");
        is_found("published"_c == book.published, "published");
        is_found("length"_c == book.length, "length");
        is_found("rating"_c == book.rating, "rating");
    }
    EXPECT_EQ(rows<Kind>(database), kinds());
    for (const Kind& kind : kinds()) {
        const auto hit = database.query<Kind>()
                             .where("color"_c == kind.color && "address"_c == kind.address &&
                                    "data"_c == kind.data && "big"_c == kind.big && "single"_c == kind.single)
                             .one_or_none();
        EXPECT_TRUE(hit && *hit == kind) << kind.id;
    }
    const auto matching = [&](const duet::Condition<Kind>& condition) {
        return database.query<Kind>().where(condition).count();
    };
    EXPECT_EQ(matching("tags"_c.contains("a b") && "numbers"_c.contains(-2)), 1);
    EXPECT_EQ(matching("tags"_c == std::vector<std::string>{}), 1);
    // Python writes lists as JSON with blanks and with \u00fc for ü: SQLite compares what is written, MariaDB
    // knows blanks.
    const Place place = std::get<Place>(GetParam());
    EXPECT_EQ(matching("numbers"_c == kinds()[0].numbers), place == Place::sqlite ? 0 : 1);
    EXPECT_EQ(matching("tags"_c == kinds()[0].tags), place == Place::postgres ? 1 : 0);
    EXPECT_EQ(database.query<Book>().where("meta"_c["tags"].contains("a")).count(), 1);
    EXPECT_EQ(database.query<Book>().where("meta"_c["tags"][1] == "ü").count(), 1);
    EXPECT_EQ(found[1].author->name, "Bölé 'quoted'");
    EXPECT_EQ(database.query<Book>().where("in_print"_c == true).count(), 2);
    EXPECT_EQ(database.query<Book>().where("meta"_c["tags"].contains("ü")).count(),
              place == Place::mariadb ? 0 : 1);
}

TEST_P(Interop, WhatDuetWroteIsReadByThemAndWhatTheyChangeIsSeen) {
    duet::Database database = db();
    database.create_all(models);
    database.create(Author{.name = "Ada"});
    database.create(Author{.name = "Bölé 'quoted'"});
    std::vector<Book> list = books();
    database.create_bulk(list);
    std::vector<Kind> others = kinds();
    for (Kind& kind : others) kind.id = 0;
    database.create_bulk(others);
    other("check");
    EXPECT_EQ(database.get<Book>(list[0].id)->title, "round again");
    list[1].title = "changed back";
    database.save(list[1]);
    EXPECT_EQ(database.query<Book>().where("title"_c == "changed back").count(), 1);
}

TEST_P(Interop, ARowOfTheirsGoesThroughDuetUnchanged) {
    other("create");
    duet::Database database = db();
    for (Book& book : database.query<Book>().all()) database.save(book);
    for (Kind& kind : database.query<Kind>().all()) database.save(kind);
    other("check");
    const Author fresh = database.create(Author{.name = "new"});
    EXPECT_EQ(fresh.id, 3);
}

TEST_P(Interop, BothMayWriteIntoOneTable) {
    duet::Database database = db();
    database.create_all(models);
    other("fill");
    for (Book& book : database.query<Book>().all()) {
        book.id = 0;
        database.create(book);
    }
    const auto matching = [&](const auto& condition) {
        return database.query<Book>().where(condition).count();
    };
    EXPECT_EQ(database.query<Book>().count(), 6);
    EXPECT_EQ(matching("created_at"_c == midnight), 2);
    EXPECT_EQ(matching("created_at"_c != midnight), 4);
    EXPECT_EQ(matching("created_at"_c >= midnight), 4);
    EXPECT_EQ(matching("created_at"_c > midnight), 2);
    EXPECT_EQ(matching("created_at"_c <= midnight), 4);
    EXPECT_EQ(matching("created_at"_c < midnight), 2);
    EXPECT_EQ(matching("created_at"_c.between(midnight, midnight)), 2);
    EXPECT_EQ(matching("created_at"_c.in_({midnight, midnight + 1us})), 2);
    EXPECT_EQ(matching("created_at"_c.not_in({midnight, midnight + 1us})), 4);
    EXPECT_EQ(matching("created_at"_c.is_(midnight)), 2);
    EXPECT_EQ(matching("created_at"_c == midnight - 500ms), 2);
    EXPECT_EQ(matching("opens"_c == duet::Time(9h)), 2);
    EXPECT_EQ(matching("opens"_c <= duet::Time(9h)), 2);
    EXPECT_EQ(matching("uid"_c == books()[0].uid), 2);
    for (Kind kind : kinds()) {
        kind.id = 0;
        database.create(kind);
    }
    EXPECT_EQ(database.query<Kind>().where("numbers"_c == kinds()[0].numbers).count(),
              std::get<Place>(GetParam()) == Place::sqlite ? 1 : 2);
    EXPECT_EQ(rows<Kind>(database)[2].tags, kinds()[0].tags);
    EXPECT_EQ(database.query<Kind>().where("maybe"_c == 7 && "color"_c == Color::blue).count(), 2);
    if (std::get<Place>(GetParam()) != Place::sqlite) return;
    const std::string plan = database.query<Book>().where("created_at"_c == midnight).explain().raw();
    EXPECT_NE(plan.find("USING INDEX"), std::string::npos) << plan;
}

}  // namespace
