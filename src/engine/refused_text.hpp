#pragma once

#include <duet/dialect/dialect.hpp>
#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace duet::engine {

/// Throws a ValidationError that names row and column of the first text among these objects, which lie one
/// after the other, that the database cannot store: /3/email. Returns when there is none.
void name_refused_text(const Dialect& dialect, const ModelInfo& model, std::span<const std::int16_t> columns,
                       const std::byte* objects, std::size_t count);

}  // namespace duet::engine
