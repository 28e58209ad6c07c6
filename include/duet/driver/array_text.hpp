#pragma once

#include <duet/driver/decode.hpp>
#include <duet/schema/type_info.hpp>

#include <string>
#include <string_view>

namespace duet::driver {

/// Appends the std::vector of `type` at `array` as a JSON array, for databases without array types. Texts,
/// moments, UUIDs, decimals, names of enumerators and bytes (as hex) are strings; nested arrays and JSON are
/// what they are. Throws ValidationError for what JSON cannot say (NaN, text that is not UTF-8).
void append_array(std::string& out, const TypeInfo& type, const void* array);

/// Appends a list of values (BindValue::list) as a JSON array, its elements as above.
void append_list(std::string& out, const BindValue& list);

/// Replaces the elements of the std::vector of `type` at `array` by those of a JSON array.
Fault parse_array(std::string_view text, const TypeInfo& type, void* array);

}  // namespace duet::driver
