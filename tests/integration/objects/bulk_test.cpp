#include "integration/checks.hpp"

namespace {

using namespace duet::test;

struct Item {
    std::int64_t id{};
    std::string name{};
    int stock{};
    duet::Timestamps times{};
    static constexpr auto table =
        duet::table("items", duet::unique("name"), duet::check("stock_not_negative", "stock >= 0"));
};
struct Line {
    std::int64_t order_no{};
    std::int64_t position{};
    int amount{};
    duet::BelongsTo<Item> item{};
    static constexpr auto table = duet::table("lines", duet::primary_key("order_no", "position"),
                                              duet::on_delete("item", duet::cascade));
};
struct Ticket {
    duet::Uuid id{};
    std::int64_t number{};
    static constexpr auto table = duet::table("tickets");
};
struct Bare {
    std::int64_t id{};
    static constexpr auto table = duet::table("bare");
};
/// 60 columns: fewer rows fit into one statement.
struct Wide {
    std::int64_t id{};
    int a0{}, a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, a8{}, a9{};
    int b0{}, b1{}, b2{}, b3{}, b4{}, b5{}, b6{}, b7{}, b8{}, b9{};
    int c0{}, c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, c8{}, c9{};
    int d0{}, d1{}, d2{}, d3{}, d4{}, d5{}, d6{}, d7{}, d8{}, d9{};
    int e0{}, e1{}, e2{}, e3{}, e4{}, e5{}, e6{}, e7{}, e8{}, e9{};
    int f0{}, f1{}, f2{}, f3{}, f4{}, f5{}, f6{}, f7{}, last{};
    static constexpr auto table = duet::table("wide");
};
struct Page {
    std::int64_t id{};
    std::string text{};
    static constexpr auto table = duet::table("pages");
};
struct Tagged {
    std::int64_t id{};
    std::optional<std::string> note{};
    std::vector<std::string> tags{};
    static constexpr auto table = duet::table("tagged");
};
inline constexpr auto models = duet::models<Item, Line, Ticket, Bare, Wide, Page>;

std::vector<Item> items(int from, int to) {
    std::vector<Item> list;
    for (int i = from; i < to; ++i) list.push_back({.name = "item " + std::to_string(i), .stock = i});
    return list;
}

template <class B>
class Bulk : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
    }
    void create(int from, int to) {
        std::vector<Item> list = items(from, to);
        EXPECT_EQ(got(this->db.create_bulk(list)), list.size());
    }
};
TYPED_TEST_SUITE(Bulk, Backends, BackendNames);

TYPED_TEST(Bulk, CreatesManyInFewStatementsAndFillsKeysInOrder) {
    this->create(0, 3);
    std::vector<Item> list = items(100, 1250);
    const duet::StatementCounter statements(this->db);
    EXPECT_EQ(got(this->db.create_bulk(list)), list.size());
    EXPECT_LT(statements.count(), 20U);

    const std::vector<Item> stored =
        got(this->db.all(duet::query<Item>().where("stock"_c >= 100).order_by("id")));
    ASSERT_EQ(stored.size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        ASSERT_EQ(stored[i].id, list[i].id);
        ASSERT_EQ(stored[i].name, list[i].name);
        ASSERT_EQ(stored[i].times.created_at, list[i].times.created_at);
    }
}

TYPED_TEST(Bulk, GivesTheObjectsBackWithTheirKeysWhenAsked) {
    std::vector<Item> list = items(0, 250);
    const std::vector<Item> created = got(this->db.create_bulk_returning(list));
    ASSERT_EQ(created.size(), 250U);
    EXPECT_EQ(find<Item>(this->db, created[249].id)->name, "item 249");
}

TYPED_TEST(Bulk, CreatesNothingFromAnEmptyList) {
    std::vector<Item> none;
    const duet::StatementCounter statements(this->db);
    EXPECT_EQ(got(this->db.create_bulk(none)), 0U);
    EXPECT_EQ(statements.count(), 0U);
}

TYPED_TEST(Bulk, FitsWideRowsIntoTheParameterLimit) {
    std::vector<Wide> list(1300);
    for (std::size_t i = 0; i < list.size(); ++i) list[i].last = static_cast<int>(i);
    EXPECT_EQ(got(this->db.create_bulk(list)), list.size());
    const auto stored = rows<Wide>(this->db);
    ASSERT_EQ(stored.size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ(stored[i].last, list[i].last) << stored[i].id;
}

/// All of them in one statement would be more than a server takes at once.
TYPED_TEST(Bulk, TakesManyLongTexts) {
    constexpr std::size_t count = 510;
    for (const bool keys_wanted : {true, false}) {
        std::vector<Page> pages(count);
        for (std::size_t i = 0; i < count; ++i) pages[i].text.assign(40'000, static_cast<char>('a' + i % 26));
        if (keys_wanted) {
            EXPECT_EQ(got(this->db.create_bulk(pages)), count);
            EXPECT_EQ(pages.back().id - pages.front().id, static_cast<std::int64_t>(count) - 1);
        } else {
            duet::Database blocking(this->db);
            EXPECT_EQ(blocking.create_bulk(std::move(pages)), count);
        }
    }
    const auto longest = got(this->db.query(duet::query<Page>().order_by("-id").limit(1)).all());
    EXPECT_EQ(longest.at(0).text, std::string(40'000, static_cast<char>('a' + (count - 1) % 26)));
    EXPECT_EQ(got(this->db.query(duet::query<Page>()).count()), static_cast<std::int64_t>(2 * count));
}

TYPED_TEST(Bulk, TakesKeysThatAreGivenButNoMixture) {
    std::vector<Item> given = items(0, 3);
    given[0].id = 30, given[1].id = 10, given[2].id = 20;
    EXPECT_EQ(got(this->db.create_bulk(given)), 3U);
    EXPECT_EQ(find<Item>(this->db, 10)->name, "item 1");

    std::vector<Item> mixed = items(10, 13);
    mixed[1].id = 99;
    EXPECT_THROW(did([&] { return this->db.create_bulk(mixed); }), duet::InvalidQuery);
    EXPECT_EQ(count<Item>(this->db), 3);
}

TYPED_TEST(Bulk, MakesUuidKeysOnlyWhereThereAreNone) {
    std::vector<Ticket> tickets(150);
    const duet::Uuid own = duet::Uuid::v4();
    tickets[7] = {.id = own, .number = 7};
    EXPECT_EQ(got(this->db.create_bulk(tickets)), 150U);
    EXPECT_EQ(find<Ticket>(this->db, own)->number, 7);
    EXPECT_FALSE(tickets[149].id.is_nil());
    EXPECT_EQ(count<Ticket>(this->db), 150);
}

TYPED_TEST(Bulk, CreatesRowsOfNothingButKeys) {
    std::vector<Bare> bare(3);
    EXPECT_EQ(got(this->db.create_bulk(bare)), 3U);
    EXPECT_EQ(bare[0].id + 2, bare[2].id);
    EXPECT_EQ(count<Bare>(this->db), 3);
}

TYPED_TEST(Bulk, NamesRowAndColumnOfATextThatCannotBeStored) {
    did([this] { return this->db.create_all(duet::models<Tagged>); });
    const auto refused = [this](std::vector<Tagged> list) {
        const auto error = thrown<duet::ValidationError>([&] { return this->db.create_bulk(list); });
        EXPECT_EQ(list[0].id, 0);
        return error.faults().empty() ? duet::Fault{"none", "", error.what()} : error.faults().at(0);
    };
    for (const std::size_t count : {3U, 50U, 700U}) {
        std::vector<Tagged> list(count);
        list[2].note = "caf\xe9";
        EXPECT_EQ(refused(list).path, "/2/note");
        EXPECT_EQ(refused(list).message,
                  "a text value is not valid UTF-8; use bytes (a blob) for other data");
        list[1].tags = {"fine", "\xff"};
        EXPECT_EQ(refused(list).path, "/1/tags");
        list[2].note.reset();
        list[1].tags = {"\\u0000"};
        (void)got(this->db.create_bulk(list));
        for (Tagged& object : list) object.id = 0;
        list[count - 1].tags = {std::string("\\\0", 2)};
        const std::string last = "/" + std::to_string(count - 1);
        if (this->is_postgres) {
            EXPECT_EQ(refused(list).path, last + "/tags");
            list[count - 1].tags.clear();
            list[count - 1].note = std::string(1, '\0');
            EXPECT_EQ(refused(list).path, last + "/note");
        } else {
            (void)got(this->db.create_bulk(list));
        }
    }
}

TYPED_TEST(Bulk, CreatesAllOrNothingAndTheObjectsStayNew) {
    std::vector<Item> list = items(0, 500);
    list[450].stock = -1;
    EXPECT_THROW(did([&] { return this->db.create_bulk(list); }), duet::CheckViolation);
    EXPECT_EQ(count<Item>(this->db), 0);
    EXPECT_EQ(list[0].id, 0);
    list[450].stock = 1;
    EXPECT_EQ(got(this->db.create_bulk(list)), 500U);
}

TYPED_TEST(Bulk, FailsWithoutCostingAnOpenTransactionItsWork) {
    const auto fails_in = [](auto& tx, int last) -> duet::Task<> {
        std::vector<Item> bad = items(1, last);
        bool refused = false;
        try {
            co_await later(tx.create_bulk(bad));
        } catch (const duet::UniqueViolation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
    };
    // An INSERT of PostgreSQL that fails ends its transaction, as everywhere there; COPY, which many rows go
    // by, has a savepoint.
    for (const int last : {3, 300}) {
        const auto work = [&](auto& tx) -> duet::Task<> {
            std::vector<Item> good = items(0, 2);
            co_await later(tx.create_bulk(good));
            co_await fails_in(tx, last);
        };
        if (this->is_postgres && last == 3) {
            EXPECT_THROW(in_transaction(this->db, work), duet::DatabaseError);
            EXPECT_EQ(count<Item>(this->db), 0) << "and the user is told";
        } else {
            in_transaction(this->db, work);
            EXPECT_EQ(count<Item>(this->db), 2);
        }
        did([&] { return this->db.query(duet::query<Item>()).delete_bulk(duet::all_rows); });
    }
}

TYPED_TEST(Bulk, FailsWithinASavepointOfTheUsersEverywhere) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        std::vector<Item> good = items(0, 2);
        co_await later(tx.create_bulk(good));
        for (const int last : {3, 300}) {
            bool refused = false;
            try {
                std::vector<Item> bad = items(1, last);
                if constexpr (TypeParam::mode::is_async) {
                    const auto body = [&](auto& nested) -> duet::Task<> { co_await nested.create_bulk(bad); };
                    co_await tx.transaction(body);
                } else {
                    tx.transaction([&](auto& nested) { nested.create_bulk(bad); });
                }
            } catch (const duet::UniqueViolation&) {
                refused = true;
            }
            EXPECT_TRUE(refused);
        }
    });
    EXPECT_EQ(count<Item>(this->db), 2);
}

TYPED_TEST(Bulk, UpdatesWhatItsConditionMeansAndCounts) {
    this->create(0, 10);
    const auto few = duet::query<Item>().where("stock"_c < 4);
    EXPECT_EQ(got(this->db.query(few).update_bulk("stock"_c = "stock"_c + 100)), 4);
    EXPECT_EQ(got(this->db.count(duet::query<Item>().where("stock"_c >= 100))), 4);
    EXPECT_EQ(got(this->db.query(few).update_bulk("stock"_c = 0)), 0);
    EXPECT_EQ(got(this->db.query(duet::query<Item>()).update_bulk("stock"_c = 5, duet::all_rows)), 10);
}

TYPED_TEST(Bulk, WritesTheWholeTableOnlyWhenToldTo) {
    this->create(0, 3);
    const auto all = this->db.query(duet::query<Item>());
    EXPECT_THROW(did([&] { return all.update_bulk("stock"_c = 1); }), duet::InvalidQuery);
    EXPECT_THROW(did([&] { return all.delete_bulk(); }), duet::InvalidQuery);
    EXPECT_THROW(did([&] { return all.limit(2).delete_bulk(); }), duet::InvalidQuery)
        << "a limit is no condition";
    EXPECT_EQ(count<Item>(this->db), 3);
    EXPECT_EQ(got(all.delete_bulk(duet::all_rows)), 3);
    EXPECT_EQ(count<Item>(this->db), 0);
}

TYPED_TEST(Bulk, HonoursOrderLimitAndOffset) {
    this->create(0, 10);
    const auto large = duet::query<Item>().where("stock"_c >= 2).order_by("-stock");
    EXPECT_EQ(
        got(this->db.query(large.limit(2).offset(1)).update_bulk("name"_c = duet::concat("name"_c, "!"))), 2);
    const auto marked =
        got(this->db.all(duet::query<Item>().where("name"_c.endswith("!")).order_by("stock")));
    ASSERT_EQ(marked.size(), 2U);
    EXPECT_EQ(marked[0].stock, 7);
    EXPECT_EQ(marked[1].stock, 8);
    EXPECT_EQ(got(this->db.query(large.limit(1)).delete_bulk()), 1);
    EXPECT_EQ(got(this->db.count(duet::query<Item>().where("stock"_c == 9))), 0);
    EXPECT_EQ(count<Item>(this->db), 9);
}

TYPED_TEST(Bulk, HonoursLimitsAndJoinsWithCompositeKeys) {
    this->create(0, 3);
    const auto stock = rows<Item>(this->db);
    std::vector<Line> lines;
    for (int i = 0; i < 9; ++i)
        lines.push_back({.order_no = i / 3,
                         .position = i % 3,
                         .amount = i,
                         .item = stock[static_cast<std::size_t>(i % 3)].id});
    EXPECT_EQ(got(this->db.create_bulk(lines)), 9U);

    const auto of_item_2 = duet::query<Line>().where("item.name"_c == "item 2");
    EXPECT_EQ(got(this->db.query(of_item_2).update_bulk("amount"_c = 50)), 3);
    EXPECT_EQ(got(this->db.count(duet::query<Line>().where("amount"_c == 50))), 3);
    EXPECT_EQ(got(this->db.query(of_item_2.order_by("order_no").limit(1)).delete_bulk()), 1);
    EXPECT_EQ(find<Line>(this->db, std::tuple(0, 2)).has_value(), false);
    EXPECT_EQ(find<Line>(this->db, std::tuple(1, 2)).has_value(), true);
    EXPECT_EQ(got(this->db.query(of_item_2).delete_bulk()), 2);
    EXPECT_EQ(count<Line>(this->db), 6);
}

TYPED_TEST(Bulk, ChangesAllRowsOrNone) {
    this->create(0, 10);
    const auto all = this->db.query(duet::query<Item>().where("stock"_c >= 0));
    EXPECT_THROW(did([&] { return all.update_bulk("stock"_c = "stock"_c - 5); }), duet::CheckViolation);
    EXPECT_EQ(got(this->db.count(duet::query<Item>().where("stock"_c < 5))), 5);
}

}  // namespace
