#pragma once

#include <duet/dialect/dialect.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What may be in the way of a new row.
namespace duet {

struct UniqueKey {
    std::string name;
    std::vector<std::string> columns;
};
/// What makes rows of a model unique, its primary key first.
std::vector<UniqueKey> unique_keys(const Dialect& dialect, const ModelInfo& model);
/// Whether these are the names of the columns, in any order.
bool same_columns(const ModelInfo& model, std::span<const std::int16_t> columns,
                  const std::vector<std::string>& names);

/// The condition of the partial unique index over these columns, which is only found with it; else empty.
std::string_view condition_of_index(const ModelInfo& model, std::span<const std::int16_t> columns);

/// For databases that react to every unique key of the table. Throws UnsupportedByDialect unless a conflict
/// of these columns is the only one that there can be. `fresh_key`: the primary key is new, so that nothing
/// can be in its way; `what` and `word` begin the sentence.
void require_only_key(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                      bool fresh_key, std::string_view what, std::string_view word);

}  // namespace duet
