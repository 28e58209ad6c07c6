#pragma once

#include <duet/schema/type_info.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Single values as text and as JSON; `type` is neither an array nor nullable.
namespace duet::payload {

/// Why a text is no value of a type.
struct Refusal {
    std::string code{};  // empty: it is one
    std::string message{};
    explicit operator bool() const { return !code.empty(); }
};

/// The value that a plain text says: cells of CSV, keys, and what is a string in JSON.
Refusal read_text(const TypeInfo& type, std::string_view text, void* target);
/// The value of a JSON token: a string with its quotes, a number, true, false, null.
Refusal read_token(const TypeInfo& type, std::string_view token, void* target);

/// Appends the plain text of a value.
void write_text(const TypeInfo& type, const void* value, std::string& out);

/// Appends the JSON of a column's value: arrays and NULL as well. Throws ValidationError for what JSON cannot
/// say.
void write_column(const TypeInfo& type, const void* value, std::string& out);

}  // namespace duet::payload
