#pragma once

#include <duet/schema/model_info.hpp>
#include <duet/shape/fragment.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace duet::detail {

/// What a column's values are stored as: itself, or what a user's type is made of.
const TypeInfo& stored_type(const TypeInfo& declared) noexcept;
bool may_be_null(const TypeInfo& declared) noexcept;
/// Whether a cursor can hold values of this type: not JSON and arrays, which have no order to go on in.
bool fits_cursor(const TypeInfo& declared) noexcept;

/// Appends the value of a column of `object` in the form of cursors: its length, ':' and its characters; '-'
/// is NULL.
void append_cursor_value(std::string& out, const ColumnInfo& column, const void* object);

/// Takes the first value off `values`; nullopt: NULL. Throws InvalidQuery when there is none.
std::optional<std::string_view> take_cursor_value(std::string_view& values);

/// Writes the characters of a value of `declared` as an operand. Throws InvalidQuery when they are no such
/// value.
void emit_cursor_value(shape::Fragment& out, const TypeInfo& declared, std::string_view characters);

}  // namespace duet::detail
