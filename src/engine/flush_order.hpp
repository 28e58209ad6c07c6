#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace duet::engine {

/// One row of several that are to be written, and the rows among them that have to be written before it.
struct FlushNode {
    struct Need {
        std::uint32_t on;       // number of the other row
        std::int16_t relation;  // the BelongsTo because of which
        bool optional;          // it may be NULL for a while
    };
    std::uint32_t table;  // any number: rows of one table go together
    std::vector<Need> needs;
};

struct FlushOrder {
    /// Rows of one table that can be written together; the groups in their order.
    struct Group {
        std::uint32_t table;
        std::vector<std::uint32_t> rows;
    };
    /// A need that is left out, so that a ring of rows begins somewhere, and met afterwards.
    struct Postponed {
        std::uint32_t row;
        FlushNode::Need need;
    };
    std::vector<Group> groups;
    std::vector<Postponed> postponed;
};

/// Few groups, each behind all that its rows need; rows of a group in their order. Throws InvalidQuery when
/// rows need each other in a ring without an optional relation.
FlushOrder order_rows(std::span<const FlushNode> rows);

}  // namespace duet::engine
