#pragma once

#include "write.hpp"

namespace duet::engine {

/// UPDATE of some columns of rows to what objects hold, by their keys.
struct RowUpdate {
    const ModelInfo* model;
    std::span<const std::int16_t> columns;
    std::int16_t guard;  // the column that counts versions, -1 without one
};
/// Of one row; a RowUpdate is the context.
std::shared_ptr<const Plan> render_row_update(const Dialect& dialect, const void* update);

/// `wanted`, each once, and those that behaviours set on every update.
Columns columns_to_set(const ModelInfo& model, std::span<const std::int16_t> wanted);
/// For the key of a plan.
inline std::span<const std::uint8_t> bytes_of(const Columns& columns) {
    return {reinterpret_cast<const std::uint8_t*>(columns.data()), columns.size() * sizeof(std::int16_t)};
}

/// Lets behaviours put in what they have to, and runs the rules of the model.
void prepare_update(const ModelInfo& model, void* object, Timestamp now);

std::int64_t version_of(const ModelInfo& model, std::int16_t guard, const void* object);
void set_version(const ModelInfo& model, std::int16_t guard, void* object, std::int64_t version);

}  // namespace duet::engine
