#include "engine/column_snapshot.hpp"

#include <duet/duet.hpp>

#include <gtest/gtest.h>

namespace {

using duet::engine::ColumnSet;
using duet::engine::RowSnapshot;
using duet::engine::SnapshotLayout;

enum class Color { red, green };

struct Other {
    std::int64_t id{};
    static constexpr auto table = duet::table("others");
};
struct Everything {
    std::int64_t id{};
    bool flag{};
    std::int8_t small{};
    double real{};
    std::string text{};
    std::optional<std::string> maybe_text{};
    std::optional<int> maybe_int{};
    std::vector<std::byte> blob{};
    duet::Timestamp when{};
    duet::Uuid uuid{};
    duet::Decimal decimal{};
    std::optional<duet::Decimal> maybe_decimal{};
    duet::Json json{};
    std::vector<std::string> words{};
    std::vector<std::int32_t> numbers{};
    Color color{};
    std::chrono::seconds span{};
    duet::BelongsTo<Other> other{};
    std::optional<duet::BelongsTo<Other>> maybe_other{};
    static constexpr auto table = duet::table("everything");
};

Everything sample() {
    Everything e{
        .id = 1, .flag = true, .small = -3, .real = 0.5, .text = "text", .maybe_text = "", .maybe_int = 4};
    e.blob = {std::byte{1}, std::byte{2}};
    e.when = duet::Timestamp(std::chrono::seconds(5));
    e.uuid = duet::Uuid::v4();
    e.decimal = duet::Decimal::parse("1.10");
    e.json = duet::Json::object({{"a", 1}});
    e.words = {"one", "", "three"};
    e.numbers = {1, 2};
    e.color = Color::green;
    e.span = std::chrono::seconds(9);
    e.other = 7;
    return e;
}

const duet::ModelInfo& info() { return duet::detail::model_info<Everything>; }

std::vector<std::string> names(const ColumnSet& columns) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < info().columns.size(); ++i) {
        if (columns.has(i)) out.emplace_back(info().columns[i].member);
    }
    return out;
}

TEST(ColumnSnapshot, SeesNoChangeInACopy) {
    const SnapshotLayout layout(info());
    const Everything object = sample();
    RowSnapshot snapshot;
    layout.take(&object, snapshot);
    const Everything copy = object;
    EXPECT_TRUE(layout.same(&copy, snapshot));
    EXPECT_TRUE(layout.changes(&copy, snapshot).empty());
}

TEST(ColumnSnapshot, SeesEachChangeAndTakesItBack) {
    const SnapshotLayout layout(info());
    const Everything before = sample();
    RowSnapshot snapshot;
    layout.take(&before, snapshot);
    const std::vector<std::pair<std::string, void (*)(Everything&)>> edits{
        {"flag", [](Everything& e) { e.flag = false; }},
        {"small", [](Everything& e) { e.small = 3; }},
        {"real", [](Everything& e) { e.real = 0.25; }},
        {"text", [](Everything& e) { e.text = "texts"; }},
        {"maybe_text", [](Everything& e) { e.maybe_text.reset(); }},
        {"maybe_int", [](Everything& e) { e.maybe_int.reset(); }},
        {"maybe_int", [](Everything& e) { e.maybe_int = 5; }},
        {"blob", [](Everything& e) { e.blob[1] = std::byte{3}; }},
        {"when", [](Everything& e) { e.when += std::chrono::microseconds(1); }},
        {"uuid", [](Everything& e) { e.uuid = {}; }},
        {"decimal", [](Everything& e) { e.decimal = duet::Decimal::parse("1.1"); }},
        {"maybe_decimal", [](Everything& e) { e.maybe_decimal = duet::Decimal(1); }},
        {"json", [](Everything& e) { e.json.set("b", 2); }},
        {"words",
         [](Everything& e) {
             e.words = {"one", "three"};
         }},
        {"numbers", [](Everything& e) { e.numbers.push_back(3); }},
        {"color", [](Everything& e) { e.color = Color::red; }},
        {"span", [](Everything& e) { e.span += std::chrono::seconds(1); }},
        {"other", [](Everything& e) { e.other = 8; }},
        {"maybe_other", [](Everything& e) { e.maybe_other = duet::BelongsTo<Other>(3); }},
    };
    for (const auto& [name, edit] : edits) {
        Everything object = before;
        edit(object);
        EXPECT_FALSE(layout.same(&object, snapshot)) << name;
        const ColumnSet changes = layout.changes(&object, snapshot);
        EXPECT_EQ(names(changes), (std::vector<std::string>{name}));
        layout.restore(&object, snapshot, changes);
        EXPECT_TRUE(layout.same(&object, snapshot)) << name;
    }
}

TEST(ColumnSnapshot, CopiesColumnsBetweenObjects) {
    const Everything from = sample();
    Everything to;
    for (const duet::ColumnInfo& column : info().columns) duet::engine::copy_column(column, &from, &to);
    const SnapshotLayout layout(info());
    RowSnapshot snapshot;
    layout.take(&from, snapshot);
    EXPECT_TRUE(layout.same(&to, snapshot));
    EXPECT_EQ(to.words, from.words);
    EXPECT_EQ(to.json, from.json);
}

}  // namespace
