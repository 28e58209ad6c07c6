#include "sql_tokens.hpp"

#include <algorithm>

namespace duet::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_operator(char c) { return std::string_view("+-*/<>=~!@#%^&|:?").find(c) != std::string_view::npos; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

class Lexer {
public:
    Lexer(std::string_view sql, const SqlLexis& lexis) : sql_(sql), lexis_(lexis) {}

    std::vector<SqlToken> all() {
        std::vector<SqlToken> tokens;
        for (;;) {
            bool space = false;
            bool line = false;
            while (at_ < sql_.size() && is_space(sql_[at_])) {
                space = true;
                line = line || sql_[at_] == '\n' || sql_[at_] == '\r';
                ++at_;
            }
            if (at_ == sql_.size()) return tokens;
            const std::size_t start = at_;
            const SqlToken::Type type = next();
            tokens.push_back({type, sql_.substr(start, at_ - start), space, line});
        }
    }

private:
    using Type = SqlToken::Type;

    char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

    Type next() {
        const char c = peek();
        if (starts_line_comment()) return line_comment();
        if (c == '/' && peek(1) == '*') return block_comment();
        if (c == '\'') return quoted_until('\'', lexis_.backslashes, Type::text);
        if (c == '"') {
            return quoted_until('"', lexis_.quoted_texts && lexis_.backslashes,
                                lexis_.quoted_texts ? Type::text : Type::quoted);
        }
        if (c == '`') return quoted_until('`', false, Type::quoted);
        if (c == '[' && lexis_.brackets) return quoted_until(']', false, Type::quoted);
        if (c == '$' && is_digit(peek(1))) return numbered();
        if (c == '$' && lexis_.dollar_quotes && dollar_quoted()) return Type::text;
        if (c == '?' && lexis_.question_marks) return numbered();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (is_letter(c)) return word();
        ++at_;
        if (is_operator(c)) {
            while (is_operator(peek()) && !starts_comment() && !(peek() == '?' && lexis_.question_marks)) {
                ++at_;
            }
        }
        return Type::symbol;
    }

    bool starts_line_comment() const {
        if (peek() == '#') return lexis_.hash_comments;
        if (peek() != '-' || peek(1) != '-') return false;
        return !lexis_.hash_comments || at_ + 2 >= sql_.size() || static_cast<unsigned char>(peek(2)) <= ' ';
    }
    bool starts_comment() const { return starts_line_comment() || (peek() == '/' && peek(1) == '*'); }

    Type line_comment() {
        at_ = std::min(sql_.find('\n', at_), sql_.size());  // whatever some databases take for an end besides
        return Type::comment;
    }
    Type block_comment() {
        std::size_t open = 1;
        at_ += 2;
        while (open != 0 && at_ < sql_.size()) {
            if (peek() == '*' && peek(1) == '/') {
                --open;
                at_ += 2;
            } else if (lexis_.nested_comments && peek() == '/' && peek(1) == '*') {
                ++open;
                at_ += 2;
            } else {
                ++at_;
            }
        }
        return Type::comment;
    }
    Type quoted_until(char quote, bool backslashes, Type type) {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (backslashes && peek() == '\\' && at_ + 1 < sql_.size()) {
                ++at_;
            } else if (peek() == quote) {
                if (peek(1) != quote) {
                    ++at_;
                    break;
                }
                ++at_;
            }
        }
        return type;
    }
    Type numbered() {
        ++at_;
        while (is_digit(peek())) ++at_;
        return Type::placeholder;
    }
    bool dollar_quoted() {
        std::size_t end = at_ + 1;
        while (end < sql_.size() && (is_letter(sql_[end]) || is_digit(sql_[end]))) ++end;
        if (end == sql_.size() || sql_[end] != '$') return false;
        const std::string_view tag = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(tag, end + 1);
        at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
        return true;
    }
    Type number() {
        char last = '\0';
        for (;; ++at_) {
            const char c = peek();
            const bool sign = (c == '+' || c == '-') && (last == 'e' || last == 'E') && is_digit(peek(1));
            if (at_ == sql_.size() || !(is_digit(c) || is_letter(c) || c == '.' || sign)) return Type::number;
            last = c;
        }
    }
    Type word() {
        const std::size_t start = at_;
        while (at_ < sql_.size() && (is_letter(peek()) || is_digit(peek()) || peek() == '$')) ++at_;
        const std::string_view name = sql_.substr(start, at_ - start);
        if (peek() == '\'') {
            const bool escapes = lexis_.escape_texts && (name == "E" || name == "e");
            return quoted_until('\'', lexis_.backslashes || escapes, Type::text);
        }
        if (peek() == '&' && (name == "U" || name == "u") && (peek(1) == '\'' || peek(1) == '"')) {
            ++at_;
            const char quote = peek();
            return quoted_until(quote, false, quote == '"' ? Type::quoted : Type::text);
        }
        return Type::word;
    }

    std::string_view sql_;
    const SqlLexis& lexis_;
    std::size_t at_ = 0;
};

}  // namespace

bool SqlToken::is(std::string_view keyword) const noexcept {
    return type == Type::word && std::ranges::equal(text, keyword, {}, upper);
}

SqlLexis lexis_of(const Dialect& dialect) {
    SqlLexis lexis;
    if (dialect.name() == "postgresql") {
        lexis.nested_comments = true;
        lexis.question_marks = false;
    } else if (dialect.name() == "sqlite") {
        lexis.dollar_quotes = false;
        lexis.escape_texts = false;
        lexis.brackets = true;
    } else if (dialect.name() == "mariadb" || dialect.name() == "mysql") {
        lexis.dollar_quotes = false;
        lexis.escape_texts = false;
        lexis.backslashes = true;
        lexis.hash_comments = true;
        lexis.quoted_texts = true;
    }
    return lexis;
}

std::vector<SqlToken> sql_tokens(std::string_view sql, const SqlLexis& lexis) {
    return Lexer(sql, lexis).all();
}

}  // namespace duet::detail
