#pragma once

#include <duet/shape/query_data.hpp>

#include <string>
#include <string_view>

namespace duet::detail {

/// Prepares a query for keyset pagination: completes its order by the primary key, so that no two rows are
/// equal, restricts it to the rows behind `cursor` (empty: from the start) and asks for one row more than
/// `limit`. Throws InvalidQuery for cursors that are not of this query and for orders that are not plain
/// columns of the model.
void prepare_keyset(shape::QueryData& query, std::string_view cursor, std::int64_t limit);
/// The cursor that leads behind `row`, for a query that went through prepare_keyset.
std::string keyset_cursor(const shape::QueryData& query, const void* row);

}  // namespace duet::detail
