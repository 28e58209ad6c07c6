#include <duet/statement.hpp>

#include <algorithm>

#include "integration/support.hpp"

namespace {

using namespace duet::test;
using Kind = duet::PlanWarning::Kind;

struct Person {
    std::int64_t id{};
    std::string name{};
    std::string town{};
    int age{};
    static constexpr auto table = duet::table("people", duet::index("town"));
};
struct Letter {
    std::int64_t id{};
    std::string subject{};
    duet::BelongsTo<Person> sender{};
    duet::Version version{};
    static constexpr auto table = duet::table("letters");
};
inline constexpr auto models = duet::models<Person, Letter>;

bool has(const duet::QueryPlan& plan, std::initializer_list<Kind> kinds) {
    return std::ranges::any_of(plan.warnings(), [&](const duet::PlanWarning& warning) {
        return std::ranges::find(kinds, warning.kind) != kinds.end();
    });
}
const duet::PlanNode* find(const duet::PlanNode& node, std::string_view table) {
    if (node.table == table) return &node;
    for (const duet::PlanNode& child : node.children) {
        if (const duet::PlanNode* found = find(child, table)) return found;
    }
    return nullptr;
}

template <class B>
class Explain : public DatabaseTest<B> {
protected:
    void SetUp() override {
        did([&] { return this->db.create_all(models); });
        std::vector<Person> people;
        for (int i = 0; i < 10'000; ++i) {
            people.push_back({.name = "name" + std::to_string(i),
                              .town = "town" + std::to_string(i % 2000),
                              .age = i % 90});
        }
        EXPECT_EQ(got(this->db.create_bulk(people)), 10'000U);
        if (!this->is_mariadb) did([&] { return this->db.execute_script("ANALYZE"); });
        if (this->is_mariadb) did([&] { return this->db.execute_script("ANALYZE TABLE people"); });
    }
    auto people() { return this->db.template query<Person>(); }
};
TYPED_TEST_SUITE(Explain, Backends, BackendNames);

TYPED_TEST(Explain, CallsAScanOfALargeTableSuspiciousAndALookupNot) {
    const duet::QueryPlan scan = got(this->people().where("name"_c == "name7").explain());
    ASSERT_TRUE(has(scan, {Kind::full_scan, Kind::missing_index})) << scan;
    const auto warnings = scan.warnings();
    EXPECT_EQ(warnings.front().table, "people");
    const duet::PlanNode* node = find(scan.root(), "people");
    ASSERT_NE(node, nullptr) << scan;
    EXPECT_EQ(node->step, duet::PlanStep::table_scan) << scan;
    EXPECT_NEAR(node->table_rows.value_or(0), 10'000, 500) << scan;
    EXPECT_FALSE(scan.analyzed());
    EXPECT_NE(scan.sql().find("SELECT"), std::string::npos);
    EXPECT_FALSE(scan.raw().empty());
    EXPECT_TRUE(scan.warnings({.large_table = 100'000}).empty()) << scan;

    const duet::QueryPlan lookup = got(this->people().where("town"_c == "town7").explain());
    EXPECT_TRUE(lookup.warnings().empty()) << lookup;
    const std::string text = lookup.to_string();
    EXPECT_NE(text.find("ix_people_town"), std::string::npos) << text << lookup.raw();
    EXPECT_EQ(text.find("warning"), std::string::npos) << text;
}

TYPED_TEST(Explain, TakesSmallTablesAsTheyAre) {
    const duet::QueryPlan plan = got(this->db.template query<Letter>().where("subject"_c == "x").explain());
    EXPECT_TRUE(plan.warnings().empty()) << plan;
}

TYPED_TEST(Explain, ShowsWhatReallyHappensWhenAnalyzing) {
    const duet::QueryPlan plan = got(this->people().where("age"_c == 7).explain(duet::analyze));
    EXPECT_TRUE(plan.analyzed());
    const duet::PlanNode* node = find(plan.root(), "people");
    ASSERT_NE(node, nullptr) << plan;
    EXPECT_NEAR(node->actual_rows.value_or(0), 112, 0.5) << plan << plan.raw();
    EXPECT_TRUE(node->milliseconds.has_value()) << plan;
    EXPECT_NE(plan.to_string().find("actual 112 rows"), std::string::npos) << plan;
}

TYPED_TEST(Explain, NoticesSortsOfManyRows) {
    const duet::QueryPlan plan = got(this->people().order_by("name").explain());
    EXPECT_TRUE(has(plan, {Kind::sort})) << plan << plan.raw();
    const duet::QueryPlan by_key = got(this->people().order_by("id").limit(10).explain());
    EXPECT_FALSE(has(by_key, {Kind::sort})) << by_key;
}

TYPED_TEST(Explain, NoticesJoinsWithoutAnIndex) {
    const duet::QueryPlan plan = got(
        this->db
            .sql("SELECT count(*) AS n FROM people AS a JOIN people AS b ON b.age < a.age WHERE a.id < {}",
                 40)
            .explain());
    EXPECT_TRUE(has(plan, {Kind::nested_loop})) << plan << plan.raw();
    EXPECT_NE(find(plan.root(), "people"), nullptr) << plan;
}

TYPED_TEST(Explain, ExplainsWritesWithoutDoingThem) {
    const auto old = this->people().where("name"_c == "name7");
    const duet::QueryPlan change = got(old.as_update("age"_c = "age"_c + 1).explain());
    EXPECT_NE(find(change.root(), "people"), nullptr) << change;
    EXPECT_EQ(change.sql().substr(0, 6), "UPDATE");
    const duet::QueryPlan removal = got(old.as_delete().explain());
    EXPECT_TRUE(has(removal, {Kind::full_scan, Kind::missing_index})) << removal << removal.raw();
    EXPECT_THROW((void)got(old.as_delete().explain(duet::analyze)), duet::InvalidQuery);
    EXPECT_THROW((void)got(this->db.sql("DELETE FROM people").explain(duet::analyze)), duet::InvalidQuery);
    EXPECT_EQ(got(this->people().count()), 10'000);
}

TYPED_TEST(Explain, TakesCountsProjectionsAndRawSql) {
    EXPECT_NE(find(got(this->people().as_count().explain()).root(), "people"), nullptr);
    EXPECT_NE(find(got(this->people().as_exists().explain()).root(), "people"), nullptr);
    EXPECT_NE(find(got(this->people().as_select(duet::max("age"_c)).explain()).root(), "people"), nullptr);
    const duet::QueryPlan raw =
        got(this->db.sql("SELECT name FROM people AS p WHERE p.name = {}", "x").explain(duet::analyze));
    ASSERT_TRUE(has(raw, {Kind::full_scan, Kind::missing_index})) << raw << raw.raw();
    EXPECT_EQ(raw.warnings().front().table, "people");
    EXPECT_THROW((void)got(this->db.sql("SELECT nothing FROM nowhere").explain()), duet::Error);
    // What fails leaves the connection usable.
    EXPECT_EQ(got(this->people().count()), 10'000);
}

TYPED_TEST(Explain, WorksInTransactionsAndSeesTheirRows) {
    in_transaction(this->db, [&](auto& tx) -> duet::Task<> {
        const duet::QueryPlan plan =
            co_await later(tx.template query<Person>().where("name"_c == "name7").explain());
        EXPECT_FALSE(plan.warnings().empty()) << plan;
        const std::int64_t count = co_await later(tx.template query<Person>().count());
        EXPECT_EQ(count, 10'000);
    });
}

TYPED_TEST(Explain, ValuesOfAllKindsGoAlong) {
    const auto lists = this->people().where("town"_c.in_(std::vector<std::string>{"town1", "town2"}) &&
                                            "name"_c.startswith("name") && "age"_c >= 0);
    EXPECT_NE(find(got(lists.limit(5).explain(duet::analyze)).root(), "people"), nullptr);
    const auto joined =
        this->db.template query<Letter>().where("sender.name"_c == "name7").order_by("sender.town");
    const duet::QueryPlan plan = got(joined.explain());
    EXPECT_NE(find(plan.root(), "letters"), nullptr) << plan;
    EXPECT_NE(find(plan.root(), "people"), nullptr) << plan << plan.raw();
}

TYPED_TEST(Explain, TakesStatements) {
    const auto statement = this->people()
                               .where("name"_c != "name7")
                               .statement()
                               .columns("age"_c, duet::max("id"_c))
                               .group_by("age"_c);
    const duet::QueryPlan plan = got(this->db.execute(statement).explain(duet::analyze));
    EXPECT_NE(find(plan.root(), "people"), nullptr) << plan;
    EXPECT_TRUE(has(plan, {Kind::full_scan})) << plan;
}

// What is written with literals means what would have been sent.
TYPED_TEST(Explain, LiteralsMeanTheValues) {
    using namespace std::string_literals;
    const std::vector<std::string> hard = {"it's",    "back\\slash'", "\\'; DROP TABLE people; --",
                                           "$1 ? {}", "100%_",        "line\nbreak",
                                           "äöü 😀",   "E'\\n'",       "/* no */ -- comment"};
    for (const std::string& name : hard) {
        const Person person{.name = name, .town = "odd", .age = -7};
        got(this->db.create(person));
        auto query = this->people().where("name"_c == name && "age"_c == -7 && "name"_c.contains(name));
        // SQLite's lists travel as pointers, which no text can say.
        if (!this->is_sqlite) query = query.where("town"_c.in_({"odd"s, name}));
        for (const bool pretty : {false, true}) {
            const std::string sql = query.to_sql({.pretty = pretty, .literals = true}).to_string();
            std::string escaped;
            for (const char c : sql) {
                if (c == '{' || c == '}') escaped += c;
                escaped += c;
            }
            const auto found = got(this->db.sql(duet::runtime(escaped)).template as<Person>());
            ASSERT_EQ(found.size(), 1U) << sql;
            EXPECT_EQ(found.front().name, name);
        }
    }
}

}  // namespace
