#include "engine/flush_order.hpp"

#include <duet/base/error.hpp>

#include <algorithm>

#include <gtest/gtest.h>

namespace {

using duet::engine::FlushNode;
using duet::engine::FlushOrder;
using duet::engine::order_rows;

/// "table: rows; table: rows" of an order.
std::string text_of(const FlushOrder& order) {
    std::string out;
    for (const FlushOrder::Group& group : order.groups) {
        if (!out.empty()) out += "; ";
        out += std::to_string(group.table) + ":";
        for (const std::uint32_t row : group.rows) out += " " + std::to_string(row);
    }
    return out;
}

FlushNode row(std::uint32_t table, std::vector<FlushNode::Need> needs = {}) {
    return {table, std::move(needs)};
}

TEST(FlushOrder, KeepsTheOrderOfRowsThatNeedNothing) {
    const std::vector<FlushNode> rows{row(1), row(0), row(1), row(0)};
    EXPECT_EQ(text_of(order_rows(rows)), "1: 0 2; 0: 1 3");
    EXPECT_EQ(text_of(order_rows({})), "");
}

TEST(FlushOrder, MakesOneGroupOfEachTableWhereItCan) {
    // Children among their parents, some of them without one.
    const std::vector<FlushNode> rows{row(0, {{1, 0, false}}), row(1), row(0), row(1),
                                      row(0, {{3, 0, false}})};
    EXPECT_EQ(text_of(order_rows(rows)), "1: 1 3; 0: 0 2 4");
}

TEST(FlushOrder, PutsRowsOfATreeLevelByLevel) {
    const std::vector<FlushNode> rows{row(0, {{1, 0, true}}), row(0, {{2, 0, true}}), row(0),
                                      row(0, {{2, 0, true}})};
    const FlushOrder order = order_rows(rows);
    EXPECT_EQ(text_of(order), "0: 2; 0: 1 3; 0: 0");
    EXPECT_TRUE(order.postponed.empty());
}

TEST(FlushOrder, OpensARingWhereThatIsAllowed) {
    const std::vector<FlushNode> rows{row(0, {{1, 3, false}}), row(1, {{0, 4, true}})};
    const FlushOrder order = order_rows(rows);
    EXPECT_EQ(text_of(order), "1: 1; 0: 0");
    ASSERT_EQ(order.postponed.size(), 1u);
    EXPECT_EQ(order.postponed[0].row, 1u);
    EXPECT_EQ(order.postponed[0].need.on, 0u);
    EXPECT_EQ(order.postponed[0].need.relation, 4);
}

TEST(FlushOrder, OpensARingOfOneRow) {
    const std::vector<FlushNode> rows{row(0, {{0, 1, true}})};
    const FlushOrder order = order_rows(rows);
    EXPECT_EQ(text_of(order), "0: 0");
    EXPECT_EQ(order.postponed.size(), 1u);
}

TEST(FlushOrder, RefusesARingThatCannotBeOpened) {
    const std::vector<FlushNode> rows{row(0, {{1, 0, false}}), row(1, {{0, 0, false}})};
    EXPECT_THROW(order_rows(rows), duet::InvalidQuery);
}

TEST(FlushOrder, PutsEachRowBehindWhatItNeedsWhateverTheGraph) {
    std::uint32_t seed = 7;
    const auto next = [&seed](std::uint32_t below) {
        seed = seed * 1664525 + 1013904223;
        return (seed >> 8) % below;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<FlushNode> rows;
        for (std::uint32_t i = 0; i < 40; ++i) {
            rows.push_back(row(next(5)));
            // To earlier rows only, numbered backwards now and then: never a ring.
            for (std::uint32_t n = next(4); i != 0 && n != 0; --n)
                rows[i].needs.push_back({next(i), 0, false});
        }
        const FlushOrder order = order_rows(rows);
        std::vector<int> place(rows.size(), -1);
        int at = 0;
        for (const FlushOrder::Group& group : order.groups) {
            for (const std::uint32_t r : group.rows) {
                EXPECT_EQ(rows[r].table, group.table);
                EXPECT_EQ(place[r], -1);
                place[r] = at;
            }
            ++at;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            ASSERT_NE(place[i], -1);
            for (const FlushNode::Need& need : rows[i].needs) EXPECT_LT(place[need.on], place[i]);
        }
        EXPECT_TRUE(order.postponed.empty());
    }
}

}  // namespace
