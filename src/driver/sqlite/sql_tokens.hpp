#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duet::driver::sqlite {

/// A piece of SQL text; points into the text.
struct SqlToken {
    enum class Type : unsigned char { word, quoted, other };  // quoted: in any of SQLite's four quotes
    Type type;
    std::string_view text;

    /// An unquoted word, in any case; `keyword` is in upper case.
    bool is(std::string_view keyword) const noexcept;
    bool is(char symbol) const noexcept { return type == Type::other && text[0] == symbol; }
    /// The identifier that it spells.
    std::string identifier() const;
};

/// Splits SQL text as SQLite does; comments and blanks are left out, an unterminated quote ends with the
/// text.
std::vector<SqlToken> tokenize(std::string_view sql);

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;  // ASCII, as SQLite does it

}  // namespace duet::driver::sqlite
