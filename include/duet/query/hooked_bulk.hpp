#pragma once

#include <duet/engine/engine.hpp>

namespace duet::detail {

/// update_bulk and delete_bulk with the hooks of each row: loads the rows in batches, in one transaction, and
/// writes each batch between its before-hooks and its after-hooks. Returns how many rows there were.
Task<std::int64_t> update_rows_hooked(engine::Call call, const shape::QueryData& query,
                                      const shape::QueryData& changes, bool all_rows);
Task<std::int64_t> remove_rows_hooked(engine::Call call, const shape::QueryData& query, bool all_rows,
                                      engine::Removal removal);

}  // namespace duet::detail
