#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Product {
    std::int64_t id{};
    std::string sku{};
    std::string name{};
    int stock{};
    duet::Timestamps times{};
    static constexpr auto table = duet::table("products", duet::unique("sku"));
};
/// Only live rows are unique.
struct Slot {
    std::int64_t id{};
    std::string name{};
    std::string holder{};
    bool live = true;
    static constexpr auto table = duet::table("slots", duet::unique("name").where("live"));
};
struct Ticket {
    duet::Uuid id{};
    std::string code{};
    std::string state{};
    duet::Version lock{};
    static constexpr auto table = duet::table("tickets", duet::unique("code"));
};
struct Grade {
    std::int64_t pupil{};
    std::int64_t exam{};
    int points{};
    static constexpr auto table = duet::table("grades", duet::primary_key("pupil", "exam"));
};
inline constexpr auto models = duet::models<Product, Ticket, Grade>;
inline constexpr auto slots = duet::models<Slot>;

template <class B>
class Upsert : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
};
TYPED_TEST_SUITE(Upsert, Backends, BackendNames);

TYPED_TEST(Upsert, InsertsThenSetsWhatItIsTold) {
    Product first{.sku = "A", .name = "Nail", .stock = 5};
    EXPECT_TRUE(got(this->db.upsert(first, duet::conflict_on("sku"), duet::set("name"))));
    EXPECT_GT(first.id, 0);

    Product second{.sku = "A", .name = "Long nail", .stock = 9};
    EXPECT_TRUE(got(
        this->db.upsert(second, duet::conflict_on("sku"_c), duet::set("name"_c, "stock"_c = "stock"_c + 1))));
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.name, "Long nail");
    EXPECT_EQ(second.stock, 6) << "the object takes the row's final state";
    EXPECT_EQ(second.times.created_at, first.times.created_at);
    EXPECT_EQ(count<Product>(this->db), 1);
    EXPECT_EQ(find<Product>(this->db, first.id)->stock, 6);
}

TYPED_TEST(Upsert, TouchesTheTimeOfTheLastUpdate) {
    Product first{.sku = "A", .name = "Nail"};
    did([&] { return this->db.create(first); });
    did([&] {
        return this->db.query(duet::query<Product>())
            .update_bulk("updated_at"_c = at_second(5), duet::all_rows);
    });
    Product second{.sku = "A", .name = "Bolt"};
    did([&] { return this->db.upsert(second, duet::conflict_on("sku"), duet::set("name")); });
    EXPECT_GT(second.times.updated_at, at_second(5));
}

TYPED_TEST(Upsert, LeavesRowAndObjectAloneWhenToldToDoNothing) {
    Product first{.sku = "A", .name = "Nail"};
    EXPECT_TRUE(got(this->db.upsert(first, duet::conflict_on("sku"), duet::do_nothing)));
    EXPECT_GT(first.id, 0);
    Product second{.sku = "A", .name = "Bolt"};
    EXPECT_FALSE(got(this->db.upsert(second, duet::conflict_on("sku"), duet::do_nothing)));
    EXPECT_EQ(second.id, 0);
    EXPECT_EQ(second.name, "Bolt");
    EXPECT_EQ(second.times.created_at, duet::Timestamp{});
    EXPECT_EQ(find<Product>(this->db, first.id)->name, "Nail");

    Ticket ticket{.code = "x", .state = "new"};
    EXPECT_TRUE(got(this->db.upsert(ticket, duet::conflict_on("code"), duet::do_nothing)));
    Ticket other{.code = "x", .state = "other"};
    EXPECT_FALSE(got(this->db.upsert(other, duet::conflict_on("code"), duet::do_nothing)));
    EXPECT_TRUE(other.id.is_nil());
}

TYPED_TEST(Upsert, KeepsTheKeyOfTheRowThatIsThere) {
    Ticket first{.code = "x", .state = "new"};
    did([&] { return this->db.upsert(first, duet::conflict_on("code"), duet::set("state")); });
    Ticket second{.code = "x", .state = "sold"};
    did([&] { return this->db.upsert(second, duet::conflict_on("code"), duet::set("state")); });
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.lock.version, 2) << "an upsert that changes a row is a change to the lock";
    first.state = "stale";
    EXPECT_THROW(did([&] { return this->db.save(first); }), duet::StaleData);
    second.state = "fresh";
    did([&] { return this->db.save(second); });
}

TYPED_TEST(Upsert, FindsAPartialUniqueIndex) {
    if constexpr (TestFixture::is_mariadb) {
        const duet::StatementCounter statements(this->db);
        EXPECT_THROW(did([&] { return this->db.create_all(slots); }), duet::UnsupportedByDialect);
        EXPECT_EQ(statements.count(), 0U);
        return;
    }
    did([&] { return this->db.create_all(slots); });
    Slot dead{.name = "one", .holder = "old", .live = false};
    Slot live{.name = "one", .holder = "ada"};
    did([&] { return this->db.save(dead); });
    did([&] { return this->db.save(live); });
    Slot next{.name = "one", .holder = "bob"};
    did([&] { return this->db.upsert(next, duet::conflict_on("name"), duet::set("holder")); });
    EXPECT_EQ(next.id, live.id);
    EXPECT_EQ(find<Slot>(this->db, live.id)->holder, "bob");
    EXPECT_EQ(find<Slot>(this->db, dead.id)->holder, "old");
}

TYPED_TEST(Upsert, WorksByTheKeyItself) {
    Grade grade{.pupil = 1, .exam = 2, .points = 3};
    did([&] { return this->db.upsert(grade, duet::conflict_on("pupil", "exam"), duet::set("points")); });
    grade.points = 4;
    did([&] { return this->db.upsert(grade, duet::conflict_on("pupil"_c, "exam"_c), duet::set("points")); });
    EXPECT_EQ(count<Grade>(this->db), 1);
    EXPECT_EQ(find<Grade>(this->db, std::tuple(1, 2))->points, 4);

    Product own{.id = 12, .sku = "K", .name = "Key"};
    const auto by_id = [&] { return this->db.upsert(own, duet::conflict_on("id"), duet::set("name")); };
    if constexpr (TestFixture::is_mariadb) {
        const duet::StatementCounter statements(this->db);
        EXPECT_THROW(did(by_id), duet::UnsupportedByDialect) << "it would react to the sku as well";
        EXPECT_EQ(statements.count(), 0U);
    } else {
        did(by_id);
        own.name = "Lock";
        did(by_id);
        EXPECT_EQ(find<Product>(this->db, 12)->name, "Lock");
    }
}

TYPED_TEST(Upsert, RefusesColumnsItDoesNotKnowAndConflictsWithoutAnIndex) {
    Product product{.sku = "A", .name = "Nail"};
    EXPECT_THROW(did([&] { return this->db.upsert(product, duet::conflict_on("skew"), duet::set("name")); }),
                 duet::InvalidQuery);
    EXPECT_THROW(did([&] { return this->db.upsert(product, duet::conflict_on("sku"), duet::set("nome")); }),
                 duet::InvalidQuery);
    const auto by_stock = [&] {
        return this->db.upsert(product, duet::conflict_on("stock"), duet::set("name"));
    };
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW(did(by_stock), duet::UnsupportedByDialect);
    } else {
        EXPECT_THROW(did(by_stock), duet::DatabaseError);
    }
    EXPECT_EQ(count<Product>(this->db), 0);
    EXPECT_EQ(product.id, 0);
}

TYPED_TEST(Upsert, StillReportsOtherConflicts) {
    Product first{.id = 1, .sku = "A", .name = "Nail"};
    did([&] { return this->db.create(first); });
    Product other{.id = 1, .sku = "B", .name = "Bolt"};
    const auto by_sku = [&] { return this->db.upsert(other, duet::conflict_on("sku"), duet::set("name")); };
    if constexpr (TestFixture::is_mariadb) {
        EXPECT_THROW(did(by_sku), duet::UnsupportedByDialect) << "it cannot tell one key from the other";
    } else {
        EXPECT_THROW(did(by_sku), duet::UniqueViolation);
    }
    EXPECT_EQ(other.name, "Bolt");
    EXPECT_EQ(find<Product>(this->db, 1)->name, "Nail");
    EXPECT_EQ(count<Product>(this->db), 1);
}

}  // namespace
