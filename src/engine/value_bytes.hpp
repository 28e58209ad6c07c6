#pragma once

#include <duet/schema/type_info.hpp>

#include <cstddef>

namespace duet::engine {

/// About how many bytes a value of `type` takes on its way.
std::size_t bytes_of_value(const TypeInfo& type, const void* value);

}  // namespace duet::engine
