#pragma once

#include <duet/types/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace duet::detail {

/// Appends `text` in quotes, escaped where JSON demands it. Throws ValidationError when it is not UTF-8.
void append_json_string(std::string& out, std::string_view text);
/// Appends the shortest text that reads back as `value`; a whole number keeps a point or an exponent, so that
/// it stays a double (1.0). Throws ValidationError for NaN and infinities.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);
void append_json_number(std::string& out, std::uint64_t value);

/// The characters that `token`, a valid JSON string with its quotes, stands for.
std::string json_unescape(std::string_view token);
/// Whether `token`, a valid JSON string with its quotes, stands for `text`.
bool json_string_equals(std::string_view token, std::string_view text);

enum class JsonKind : unsigned char { null, boolean, integer, real, text, array, object, malformed };

/// Kind by the first byte of a value, white space before it allowed; of an empty text: null. A number without
/// point and exponent is an integer, whatever its size.
JsonKind json_kind(std::string_view value) noexcept;

/// Iterates over the elements of a JSON array.
///
///     for (JsonArrayReader reader{text}; reader.next();) out.push_back(reader.to_int64());
///
/// Every operation throws ValidationError on malformed text and on an element that the asked-for type cannot
/// hold. The text has to outlive the reader.
class JsonArrayReader {
public:
    explicit JsonArrayReader(std::string_view text);

    /// Goes to the next element. False behind the last one, once the rest of the text has proved to be clean.
    bool next();

    // These need a next() that returned true.

    JsonKind kind() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == JsonKind::null; }
    bool to_bool() const;
    /// Also take 1.0 and 1e3, but nothing that had to be rounded.
    std::int64_t to_int64() const;
    std::uint64_t to_uint64() const;
    /// Takes integers too; rounds to the nearest double.
    double to_double() const;
    std::string to_text() const;
    /// The element as it stands in the text.
    std::string_view raw() const noexcept { return raw_; }

private:
    [[noreturn]] void throw_mismatch(const char* wanted) const;

    JsonScanner scan_;
    std::string_view raw_;
    std::size_t index_ = 0;
    JsonKind kind_ = JsonKind::null;
    bool open_ = true;
};

}  // namespace duet::detail
