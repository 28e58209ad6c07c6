#pragma once

#include <duet/schema/model_info.hpp>

#include <cstdint>
#include <vector>

namespace duet::engine {

/// The sets of columns whose values are unique together: the primary key first, then what else is declared.
std::vector<std::vector<std::int16_t>> unique_columns(const ModelInfo& model);

}  // namespace duet::engine
