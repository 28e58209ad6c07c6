#pragma once

#include <duet/types/plain_integer.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

/// A JSON value, held as its text. An ordinary value: copyable, cheap to move (what was moved from is null).
///
///     Json profile = Json::object({{"name", "Ada"}, {"langs", Json::array({"en", "fr"})}});
///     std::string first = profile["langs"][0].as_string();
///
/// Reading walks over the text: right for a column's value that is taken apart once, not for a large document
/// that is searched again and again (there is <duet/json.hpp> for that). Where an object has a key twice, the
/// last one counts. Nesting deeper than 512 is refused with ValidationError. Reads may run in several threads
/// at a time.
class Json {
public:
    /// null.
    Json() noexcept = default;
    Json(std::nullptr_t) noexcept {}
    template <std::same_as<bool> B>
    Json(B value) : text_(value ? "true" : "false") {}
    template <detail::PlainInteger I>
    Json(I value) {
        if constexpr (I(-1) < I(0)) {
            assign_int(value);
        } else {
            assign_uint(value);
        }
    }
    /// Throws ValidationError for NaN and infinities.
    template <class F>
    requires std::same_as<F, double> || std::same_as<F, float> Json(F value) { assign_double(value); }
    /// A JSON string. Throws ValidationError when `value` is not UTF-8.
    Json(std::string_view value);
    Json(const std::string& value) : Json(std::string_view{value}) {}
    Json(const char* value) : Json(std::string_view{value}) {}
    /// null when empty.
    template <class T>
    requires std::constructible_from<Json, const T&> Json(const std::optional<T>& value) {
        if (value) *this = Json(*value);
    }

    /// Throws ValidationError with the byte offset of the fault when `text` is no valid JSON in UTF-8.
    static Json parse(std::string_view text);
    /// Takes over text that is JSON already, for drivers whose database checked it. Nothing is checked here;
    /// on text that is not JSON after all, reading operations throw ValidationError.
    static Json from_valid_text(std::string text);

    static Json array(std::initializer_list<Json> elements) {
        return array(std::span{elements.begin(), elements.size()});
    }
    static Json array(std::span<const Json> elements);
    /// Of two equal keys, the last one counts.
    static Json object(std::initializer_list<std::pair<std::string_view, Json>> members);

    /// The text, without white space between its parts unless it came by from_valid_text(). Valid until this
    /// object changes or goes away.
    std::string_view text() const& noexcept;
    std::string text() &&;
    /// To any stream that takes text.
    template <class Stream>
    friend auto operator<<(Stream& out, const Json& json) -> decltype(out << std::string_view{}) {
        return out << json.text();
    }

    bool is_null() const noexcept;
    bool is_bool() const noexcept;
    bool is_number() const noexcept;
    bool is_string() const noexcept;
    bool is_array() const noexcept;
    bool is_object() const noexcept;

    /// Elements of an array or members of an object; 0 for all others.
    std::size_t size() const;
    bool contains(std::string_view key) const;

    /// The member or the element, by value; null where there is none, and where this is no object or array.
    Json operator[](std::string_view key) const;
    Json operator[](std::size_t index) const;
    /// As operator[], but throw NotFound in place of returning a null that is not there.
    Json at(std::string_view key) const;
    Json at(std::size_t index) const;

    /// These throw ValidationError when the value is of another kind or does not fit. A number with a
    /// fraction of zero (1.0, 1e3) is an integer too.
    bool as_bool() const;
    std::int64_t as_int() const;
    std::uint64_t as_uint() const;
    double as_double() const;
    std::string as_string() const;

    /// `fallback` when this is null, else as the as_ function of that type.
    template <std::same_as<bool> B>
    bool get_or(B fallback) const {
        return is_null() ? fallback : as_bool();
    }
    template <detail::PlainInteger I>
    I get_or(I fallback) const {
        if (is_null()) return fallback;
        if constexpr (I(-1) < I(0)) {
            const std::int64_t value = as_int();
            if (!std::in_range<I>(value)) throw_out_of_range();
            return static_cast<I>(value);
        } else {
            const std::uint64_t value = as_uint();
            if (!std::in_range<I>(value)) throw_out_of_range();
            return static_cast<I>(value);
        }
    }
    double get_or(double fallback) const { return is_null() ? fallback : as_double(); }
    std::string get_or(std::string_view fallback) const;

    /// Keys, values and both of an object, in the order of its text, each key once. elements() also takes an
    /// array apart. All are empty for other kinds.
    std::vector<std::string> keys() const;
    std::vector<Json> elements() const;
    std::vector<std::pair<std::string, Json>> items() const;

    /// Adds or replaces a member. A null becomes an object; all other kinds throw ValidationError.
    void set(std::string_view key, const Json& value);
    /// Adds an element at the end. A null becomes an array; all other kinds throw ValidationError.
    void push_back(const Json& value);
    /// Removes a member; false when there is none.
    bool erase(std::string_view key);

    /// Compares what the texts say: the order of keys does not matter, and 1 equals 1.0 (numbers compare
    /// exactly).
    friend bool operator==(const Json& a, const Json& b) { return equal(a, b); }

private:
    void assign_int(std::int64_t value);
    void assign_uint(std::uint64_t value);
    void assign_double(double value);
    [[noreturn]] static void throw_out_of_range();
    static bool equal(const Json& a, const Json& b);
    bool find(std::string_view key, std::string_view& value) const;
    bool find(std::size_t index, std::string_view& value) const;
    void append_last(std::string_view key, const Json& value, char open, char close);

    std::string text_;  // empty: null
};

}  // namespace duet
