#include "engine/identity_map.hpp"

#include <duet/duet.hpp>

#include <unordered_map>

#include <gtest/gtest.h>

#include "engine/tracked.hpp"

namespace {

using duet::engine::KeyTable;
using duet::engine::NumberTable;
using duet::engine::Tracked;

struct Line {
    std::string order{};
    int no{};
    static constexpr auto table = duet::table("lines", duet::primary_key("order", "no"));
};
struct Note {
    std::int16_t id{};
    static constexpr auto table = duet::table("notes");
};

TEST(NumberTable, DoesWhatAMapDoes) {
    std::vector<Tracked> values(64, Tracked{nullptr, nullptr, nullptr});
    NumberTable table;
    std::unordered_map<std::uint64_t, Tracked*> model;
    std::uint32_t seed = 3;
    const auto next = [&seed] {
        seed = seed * 1664525 + 1013904223;
        return seed >> 8;
    };
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t number = next() % 500;
        Tracked* const value = &values[next() % values.size()];
        if (next() % 3 == 0) {
            table.erase(number);
            model.erase(number);
        } else {
            table.insert(number, value);
            model[number] = value;
        }
        ASSERT_EQ(table.size(), model.size());
        const std::uint64_t asked = next() % 500;
        const auto found = model.find(asked);
        ASSERT_EQ(table.find(asked), found == model.end() ? nullptr : found->second);
    }
    table.clear();
    EXPECT_EQ(table.find(1), nullptr);
    EXPECT_EQ(table.size(), 0u);
}

TEST(KeyTable, FindsRowsByIntegerKeys) {
    KeyTable keys(duet::detail::model_info<Note>);
    Tracked tracked{nullptr, nullptr, nullptr};
    const Note note{.id = -7};
    keys.insert(&note, &tracked);
    EXPECT_TRUE(keys.by_integer());
    EXPECT_EQ(keys.find(-7), &tracked);
    EXPECT_EQ(keys.find(7), nullptr);
    keys.erase(&note);
    EXPECT_EQ(keys.find(&note), nullptr);
}

TEST(KeyTable, FindsRowsByKeysOfSeveralColumns) {
    KeyTable keys(duet::detail::model_info<Line>);
    Tracked a{nullptr, nullptr, nullptr};
    Tracked b{nullptr, nullptr, nullptr};
    const Line first{.order = "x", .no = 12};
    const Line second{.order = "x1", .no = 2};
    keys.insert(&first, &a);
    keys.insert(&second, &b);
    const Line probe{.order = "x", .no = 12};
    EXPECT_EQ(keys.find(&probe), &a);
    EXPECT_EQ(keys.find(&second), &b);
    keys.erase(&probe);
    EXPECT_EQ(keys.find(&first), nullptr);
}

}  // namespace
