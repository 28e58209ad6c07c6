#include <cmath>
#include <limits>

#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Person {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> bio{};
    double weight = 1;
    duet::Timestamp joined_at{};
    static constexpr auto table = duet::table("people", duet::unique("name"), duet::default_now("joined_at"));
};
struct Letter {
    duet::Uuid id{};
    duet::BelongsTo<Person> sender{};
    std::optional<duet::BelongsTo<Person>> reader{};
    static constexpr auto table = duet::table("letters");
};
struct Country {
    std::string code{};
    std::string name{};
    static constexpr auto table = duet::table("countries", duet::primary_key("code"));
};
struct Seat {
    std::int64_t hall{};
    std::int32_t number{};
    static constexpr auto table = duet::table("seats", duet::primary_key("hall", "number"));
};
struct Ticket {
    std::int64_t id{};
    static constexpr auto table = duet::table("tickets");
};
struct Numbers {
    std::int64_t id{};
    std::int8_t i8{};
    std::uint8_t u8{};
    std::int32_t i32{};
    std::uint32_t u32{};
    std::int64_t i64{};
    std::uint64_t u64{};
    static constexpr auto table = duet::table("numbers");
};
inline constexpr auto models = duet::models<Person, Letter, Country, Seat, Ticket, Numbers>;

template <class B>
class Create : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
};
TYPED_TEST_SUITE(Create, Backends, BackendNames);

TYPED_TEST(Create, ComesBackWithKeyAndDefaultsAndLeavesItsArgumentAlone) {
    const Person ada{.name = "Ada"};
    const Person created = got(this->db.create(ada));
    EXPECT_GT(created.id, 0);
    EXPECT_NE(created.joined_at, duet::Timestamp{});
    EXPECT_EQ(ada.id, 0);
    EXPECT_EQ(ada.joined_at, duet::Timestamp{});

    const auto stored = find<Person>(this->db, created.id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->name, "Ada");
    EXPECT_EQ(stored->bio, std::nullopt);
    EXPECT_EQ(stored->joined_at, created.joined_at);
}

TYPED_TEST(Create, KeepsAKeyAndADefaultThatWereGiven) {
    const Person given{.id = 40, .name = "Bob", .joined_at = at_second(86'400)};
    EXPECT_EQ(got(this->db.create(given)).id, 40);
    EXPECT_EQ(find<Person>(this->db, 40)->joined_at, at_second(86'400));
    const Person next{.name = "Cy"};
    // The counter of PostgreSQL takes no notice of keys that were given.
    EXPECT_EQ(got(this->db.create(next)).id, this->is_postgres ? 1 : 41);
    const Person negative{.id = -7, .name = "Di"};
    EXPECT_EQ(got(this->db.create(negative)).id, -7);
}

TYPED_TEST(Create, MakesUuidKeysUnlessGiven) {
    const Person person{.name = "Eve"};
    const Person eve = got(this->db.create(person));
    const Letter letter{.sender = eve};
    const Letter first = got(this->db.create(letter));
    const Letter second = got(this->db.create(letter));
    EXPECT_FALSE(first.id.is_nil());
    EXPECT_NE(first.id, second.id);
    EXPECT_EQ(find<Letter>(this->db, first.id)->sender.key(), eve.id);
    EXPECT_FALSE(find<Letter>(this->db, first.id)->reader.has_value());

    const Letter own{.id = duet::Uuid::v4(), .sender = eve.id, .reader = duet::BelongsTo<Person>(eve)};
    EXPECT_EQ(got(this->db.create(own)).id, own.id);
    EXPECT_EQ(find<Letter>(this->db, own.id)->reader->key(), eve.id);
}

TYPED_TEST(Create, TakesNaturalAndCompositeKeysAsTheyAre) {
    const Country norway{.code = "no", .name = "Norway"};
    did([&] { return this->db.create(norway); });
    EXPECT_EQ(find<Country>(this->db, "no")->name, "Norway");
    EXPECT_THROW(did([&] { return this->db.create(norway); }), duet::UniqueViolation);

    const Seat seat{.hall = 1, .number = 0};
    did([&] { return this->db.create(seat); });
    const auto twice = thrown<duet::UniqueViolation>([&] { return this->db.create(seat); });
    EXPECT_EQ(twice.columns(), (std::vector<std::string>{"hall", "number"}));
}

TYPED_TEST(Create, WorksForAModelWithNothingButItsKey) {
    const Ticket blank{};
    EXPECT_EQ(got(this->db.create(blank)).id, 1);
    EXPECT_EQ(got(this->db.create(blank)).id, 2);
}

TYPED_TEST(Create, StoresTheExtremesOfIntegers) {
    const Numbers low{.i8 = std::numeric_limits<std::int8_t>::min(),
                      .i32 = std::numeric_limits<std::int32_t>::min(),
                      .i64 = std::numeric_limits<std::int64_t>::min()};
    const Numbers high{.i8 = std::numeric_limits<std::int8_t>::max(),
                       .u8 = std::numeric_limits<std::uint8_t>::max(),
                       .i32 = std::numeric_limits<std::int32_t>::max(),
                       .u32 = std::numeric_limits<std::uint32_t>::max(),
                       .i64 = std::numeric_limits<std::int64_t>::max(),
                       .u64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())};
    const Numbers a = *find<Numbers>(this->db, got(this->db.create(low)).id);
    const Numbers b = *find<Numbers>(this->db, got(this->db.create(high)).id);
    EXPECT_EQ(a.i8, low.i8);
    EXPECT_EQ(a.i32, low.i32);
    EXPECT_EQ(a.i64, low.i64);
    EXPECT_EQ(b.u8, high.u8);
    EXPECT_EQ(b.u32, high.u32);
    EXPECT_EQ(b.i64, high.i64);
    EXPECT_EQ(b.u64, high.u64);

    const Numbers beyond{.u64 = std::numeric_limits<std::uint64_t>::max()};
    if (this->is_mariadb) {
        EXPECT_EQ(find<Numbers>(this->db, got(this->db.create(beyond)).id)->u64, beyond.u64);
    } else {
        EXPECT_THROW(did([&] { return this->db.create(beyond); }), duet::ValidationError);
    }
}

TYPED_TEST(Create, RefusesWhatNoColumnCanHold) {
    const Person broken{.name = "\xff\xfe"};
    EXPECT_THROW(did([&] { return this->db.create(broken); }), duet::ValidationError);
    EXPECT_EQ(count<Person>(this->db), 0);
}

/// SQLite makes NULL of what is not a number, MariaDB has no infinities either, PostgreSQL has both.
TYPED_TEST(Create, StoresNumbersThatAreNoneWhereThereAreSuch) {
    const auto refused = [&](const Person& person) {
        EXPECT_THROW(did([&] { return this->db.create(person); }), duet::ValidationError) << person.name;
        EXPECT_EQ(count<Person>(this->db), 0);
    };
    const auto weight = [&](const Person& person) {
        return find<Person>(this->db, got(this->db.create(person)).id)->weight;
    };
    const Person nan{.name = "Nan", .weight = std::numeric_limits<double>::quiet_NaN()};
    const Person infinite{.name = "Inf", .weight = std::numeric_limits<double>::infinity()};
    const Person negative{.name = "-Inf", .weight = -std::numeric_limits<double>::infinity()};
    if (this->is_postgres) {
        EXPECT_TRUE(std::isnan(weight(nan)));
    } else {
        refused(nan);
    }
    if (this->is_mariadb) {
        refused(infinite);
        refused(negative);
    } else {
        EXPECT_EQ(weight(infinite), infinite.weight);
        EXPECT_EQ(weight(negative), negative.weight);
    }
}

TYPED_TEST(Create, ChecksThatARelationIsThere) {
    const Person unsaved{.name = "Nobody"};
    const Letter letter{.sender = unsaved};
    EXPECT_THROW(did([&] { return this->db.create(letter); }), duet::ForeignKeyViolation);
    EXPECT_EQ(count<Letter>(this->db), 0);
}

}  // namespace
