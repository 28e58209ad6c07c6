#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace duet {

/// How SQL is written out for people.
struct SqlStyle {
    bool pretty = false;          // clauses on lines of their own, subqueries indented
    bool literals = false;        // values in place of their placeholders
    std::size_t max_literal = 0;  // longer values are cut, and say so; in bytes, 0: no limit
    std::size_t width = 100;      // where lists are broken
};
inline constexpr SqlStyle pretty{.pretty = true};
inline constexpr SqlStyle for_reading{.pretty = true, .literals = true, .max_literal = 200};

/// A statement as text for reading, with its values, perhaps. It does not turn into a string by itself: what
/// runs takes its values as parameters, `db.sql("... {}", value)`.
class ReadableSql {
public:
    explicit ReadableSql(std::string text) noexcept : text_(std::move(text)) {}

    const std::string& to_string() const& noexcept { return text_; }
    std::string to_string() && noexcept { return std::move(text_); }

    friend bool operator==(const ReadableSql&, const ReadableSql&) = default;
    /// To any stream that takes text.
    template <class Stream>
    friend auto operator<<(Stream& out, const ReadableSql& sql) -> decltype(out << std::string_view{}) {
        return out << std::string_view(sql.text_);
    }

private:
    std::string text_;
};

}  // namespace duet
