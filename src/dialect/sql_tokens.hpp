#pragma once

#include <duet/dialect/dialect.hpp>

#include <string_view>
#include <vector>

namespace duet::detail {

/// A piece of SQL text; points into the text.
struct SqlToken {
    enum class Type : unsigned char {
        word,  // a keyword or an unquoted name
        number,
        text,         // '...', with whatever stands in front (E'', x''), $$...$$
        quoted,       // a quoted name
        placeholder,  // ?, ?1, $1
        symbol,       // operators and punctuation
        comment
    };
    Type type;
    std::string_view text;
    bool space_before;  // white space between this token and the one before
    bool line_before;   // with the end of a line in it

    /// An unquoted word, in any case; `keyword` is in upper case.
    bool is(std::string_view keyword) const noexcept;
    bool is(char symbol) const noexcept {
        return type == Type::symbol && text.size() == 1 && text[0] == symbol;
    }
    bool is_line_comment() const noexcept { return type == Type::comment && !text.starts_with("/*"); }
};

/// What databases disagree on.
struct SqlLexis {
    bool backslashes = false;      // escape in '...'
    bool dollar_quotes = true;     // $tag$...$tag$
    bool escape_texts = true;      // E'...' has backslashes
    bool nested_comments = false;  // /* /* */ */
    bool hash_comments = false;    // to the end of the line; and -- needs white space behind it
    bool brackets = false;         // [name]
    bool question_marks = true;    // ? is a placeholder
    bool quoted_texts = false;     // "..." is a text like '...'
};
SqlLexis lexis_of(const Dialect& dialect);

/// Splits any text; what is not closed ends with it.
std::vector<SqlToken> sql_tokens(std::string_view sql, const SqlLexis& lexis);

}  // namespace duet::detail
