#pragma once

#include <duet/driver/values.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {

/// What the elements of nested arrays are in the end, without std::optional.
const TypeInfo& leaf_type(const TypeInfo& array) noexcept;
/// The type that the std::vector of type `array` is sent as. Nested ones are jsonb, because arrays of
/// PostgreSQL are rectangular; 0 where only the server knows the elements' type.
Oid array_type(const TypeInfo& array) noexcept;
/// The array type that a list (BindValue::list) of `element` is sent as. Texts: 0, and the server makes of it
/// an array of what they are compared with (varchar, citext, enums).
Oid list_type(const TypeInfo& element) noexcept;

/// The start of a one-dimensional binary array.
class ArrayHeader {
public:
    ArrayHeader(std::string& out, Oid element);
    /// Fills in what is known only once the elements are written.
    void finish(std::size_t count, bool has_nulls);

private:
    std::string& out_;
    std::size_t start_;
};

/// Appends the std::vector of `type`, not a nested one, in binary format. Throws ValidationError for what
/// PostgreSQL cannot keep.
void append_binary_array(std::string& out, const TypeInfo& type, const void* array);
/// Appends a list in binary format; of texts: {"a","b"}.
void append_list(std::string& out, const BindValue& list);
/// Appends a JSON array as the text of an array: {"a",NULL,"b"}.
void append_array_literal(std::string& out, std::string_view json);

}  // namespace duet::driver::postgres
