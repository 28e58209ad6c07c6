#pragma once

#include <duet/schema/type_info.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace duet::driver {

struct CopyColumn {
    const TypeInfo* type;
    std::uint32_t offset;  // within the object
};

/// Objects that lie one after the other, on their way into a table.
struct CopyRows {
    std::string_view target;  // `"table" ("column", ...)`, quoted
    std::span<const CopyColumn> columns;
    const std::byte* objects;
    std::size_t count;
    std::size_t stride;
};

/// Where the rows go that the database writes: parts of text or bytes as they come, cut anywhere.
struct CopySink {
    void* context = nullptr;
    void (*take)(void* context, std::string_view part) = nullptr;
};

}  // namespace duet::driver
