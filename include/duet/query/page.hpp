#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace duet {

/// A slice of a result by number, and how many rows there are in all.
template <class M, class Items = std::vector<M>>
struct Page {
    Items items;
    std::int64_t total = 0;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
    bool has_next() const { return offset + static_cast<std::int64_t>(items.size()) < total; }
    bool has_previous() const { return offset > 0; }
};

/// A slice of a result by place: `next` leads to the rows behind the last one here, however many came or went
/// meanwhile.
template <class M, class Items = std::vector<M>>
struct KeysetPage {
    Items items;
    std::string next;  // pass it to page_after; empty: there is nothing behind
    bool has_next() const { return !next.empty(); }
};

}  // namespace duet
