// Holds the statements of "Known limitations" in the README: when one of these fails, that page has to
// change.
#include <duet/duet.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace duet::literals;

struct Child;

struct Parent {
    std::int64_t id{};
    std::string name{};
    std::uint64_t big{};
    double number{};
    duet::Decimal price{};
    duet::Json data{};
    duet::HasMany<Child> children{};
    duet::SoftDelete deletion{};

    static constexpr auto table = duet::table("parents");
};

struct Child {
    std::int64_t id{};
    duet::BelongsTo<Parent> parent{};

    static constexpr auto table = duet::table("children", duet::on_delete("parent", duet::cascade));
};

namespace {

struct Limitations : testing::Test {
    duet::Database db{"sqlite://:memory:"};
    void SetUp() override { db.create_all(duet::models<Parent, Child>); }
};

TEST_F(Limitations, CaseIsThatOfAsciiAlone) {
    db.create(Parent{.name = "ÉCOLE"});
    EXPECT_EQ(db.query<Parent>().where("name"_c.icontains("école")).count(), 0);
    EXPECT_EQ(db.query<Parent>().where("name"_c.icontains("cole")).count(), 1);
    EXPECT_EQ(db.query<Parent>().select(duet::lower("name"_c)).at(0), "École");
}

TEST_F(Limitations, RegularExpressionsArePosixExtended) {
    db.create(Parent{.name = "a1"});
    EXPECT_EQ(db.query<Parent>().where("name"_c.regex("^[a-z][[:digit:]]+$")).count(), 1);
    EXPECT_EQ(db.query<Parent>().where("name"_c.regex("^[a-z]\\d$")).count(), 0);
}

TEST_F(Limitations, NumbersThatSqliteCannotKeepAreRefused) {
    EXPECT_THROW(db.create(Parent{.big = ~std::uint64_t{0}}), duet::ValidationError);
    EXPECT_THROW(db.create(Parent{.number = std::nan("")}), duet::ValidationError);
    EXPECT_THROW(db.create(Parent{.price = duet::Decimal::parse("1234567890.1234567")}),
                 duet::ValidationError);
    const Parent stored = db.create(Parent{.price = duet::Decimal::parse("1.50")});
    EXPECT_EQ(db.get<Parent>(stored.id)->price.to_string(), "1.5");
}

TEST_F(Limitations, ALoadedRelationHasNoLimit) {
    db.create(Parent{});
    EXPECT_THROW((void)db.query<Parent>().related("children"_c, duet::query<Child>().limit(3)).all(),
                 duet::InvalidQuery);
}

TEST_F(Limitations, ThereAreNoRowLocks) {
    EXPECT_THROW((void)db.query<Parent>().for_update().all(), duet::UnsupportedByDialect);
}

TEST_F(Limitations, TheMarkOfASoftDeleteStopsAtChildrenWithoutOne) {
    Parent parent = db.create(Parent{});
    db.create(Child{.parent = parent});
    db.remove(parent, duet::soft_cascade);
    EXPECT_EQ(db.query<Child>().count(), 1);
}

TEST_F(Limitations, ABulkHasAllKeysOrNone) {
    EXPECT_THROW(db.create_bulk(std::vector<Parent>{{.id = 7}, {}}), duet::InvalidQuery);
}

TEST_F(Limitations, ADatabaseInMemoryHasOneConnection) {
    const duet::Transaction tx = db.begin();
    EXPECT_THROW((void)db.query<Parent>().count(), duet::PoolTimeout);
}

}  // namespace
