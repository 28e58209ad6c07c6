#pragma once

#include <duet/shape/fragment.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace duet::shape {

struct RelatedLoad;

/// A query without its type: what `duet::Query<M>` holds and what the engine runs.
struct QueryData {
    const ModelInfo* model = nullptr;
    std::uint32_t flags = 0;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
    Fragment clauses;
    std::vector<RelatedLoad> related;

    // Out of line: every user of queries would compile them.
    QueryData();
    QueryData(const QueryData&);
    QueryData(QueryData&&) noexcept;
    QueryData& operator=(const QueryData&);
    QueryData& operator=(QueryData&&) noexcept;
    ~QueryData();

    void set_limit(std::int64_t rows);   // throws InvalidQuery when negative
    void set_offset(std::int64_t rows);  // likewise
    /// No more than `rows`; a limit that is lower already stays.
    void cap_limit(std::int64_t rows);
    bool has(Clause clause) const noexcept;
};

/// A relation to load along with a query.
struct RelatedLoad {
    std::vector<std::uint8_t> path;  // relation indexes, hop by hop
    bool joined = false;             // in the same statement (to-one relations)
    bool filtered = false;
    QueryData filter;  // conditions, order and limit on the last hop
};

/// Writes `query` as the immediate bytes of a nested query whose result is `column` of its model.
void nest(Fragment& out, const QueryData& query, std::uint8_t column);

}  // namespace duet::shape
