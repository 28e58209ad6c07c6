#pragma once

#include <duet/engine/engine.hpp>

namespace duet::engine {

/// Makes the query of fetch_prepared() for a value.
using MakeQuery = shape::QueryData (*)(const void* value);

/// fetch_first() for a query with one value whose plan key was made before (first_row_key()); `make` makes
/// the query where it is needed whole. `key` and what `value` points to must stay until the Task has ended.
Task<bool> fetch_prepared(const Call& call, const StoredPlanKey& key, const driver::BindValue& value,
                          MakeQuery make, void* object);

}  // namespace duet::engine
