#pragma once

#include <duet/shape/query_data.hpp>

#include "connected.hpp"
#include "row_plan.hpp"

namespace duet::engine {

/// Loads relation paths for objects that lie one after the other. `collector` and `plan` are given when some
/// of the paths were joined into the query that brought the objects.
Task<> load_paths(Connected& at, const ModelInfo& model, void* objects, std::size_t count,
                  std::span<const shape::RelatedLoad> loads, std::uint32_t flags,
                  RowCollector* collector = nullptr, const RowPlan* plan = nullptr);

/// A query's rows into a list, on a connection that is at hand.
Task<std::size_t> fetch_into(Connected& at, const shape::QueryData& query, ListRef into);
Task<bool> exists_on(Connected& at, const shape::QueryData& query);
Task<bool> fetch_first_on(Connected& at, const shape::QueryData& query, void* object);

}  // namespace duet::engine
