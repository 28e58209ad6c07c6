#pragma once

#include <duet/schema/type_info.hpp>

#include <string>

namespace duet::detail {

/// The types that values of queries travel as.
inline constexpr TypeInfo boolean_value{.kind = Kind::boolean, .size = 1, .cpp_name = "bool"};
inline constexpr TypeInfo int64_value{.kind = Kind::int64, .size = 8, .cpp_name = "std::int64_t"};
inline constexpr TypeInfo uint64_value{.kind = Kind::uint64, .size = 8, .cpp_name = "std::uint64_t"};
inline constexpr TypeInfo float64_value{.kind = Kind::float64, .size = 8, .cpp_name = "double"};
inline constexpr TypeInfo text_value{.kind = Kind::text_view, .size = 0, .cpp_name = "text"};
inline constexpr TypeInfo blob_value{.kind = Kind::blob_view, .size = 0, .cpp_name = "bytes"};
inline constexpr TypeInfo json_path_value{.kind = Kind::json_path, .size = 0, .cpp_name = "JSON path"};

/// Objects that the engine decodes into for itself.
inline constexpr TypeInfo string_type{
    .kind = Kind::text, .size = sizeof(std::string), .cpp_name = "std::string"};

}  // namespace duet::detail
