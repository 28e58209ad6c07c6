#pragma once

#include <duet/driver/values.hpp>

#include <span>

namespace duet::engine {

/// Takes a row into one object; both `steps` and `object` must outlive the statement.
inline driver::RowSink row_into(std::span<const driver::DecodeStep> steps, void* object) noexcept {
    driver::RowSink sink;
    sink.steps = steps.data();
    sink.step_count = steps.size();
    sink.open = [](void* target, std::size_t) { return target; };
    sink.context = object;
    return sink;
}

}  // namespace duet::engine
