#include "driver/sqlite/sql_tokens.hpp"

#include <algorithm>

namespace duet::driver::sqlite {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (upper(c) >= 'A' && upper(c) <= 'Z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Behind the comment that begins at `at`, or `at` itself if none does.
std::size_t behind_comment(std::string_view sql, std::size_t at) {
    const auto behind = [&](std::string_view end) {
        const std::size_t found = sql.find(end, at + 2);
        return found == std::string_view::npos ? sql.size() : found + end.size();
    };
    if (sql.substr(at, 2) == "--") return behind("\n");
    if (sql.substr(at, 2) == "/*") return behind("*/");
    return at;
}

std::size_t behind_quote(std::string_view sql, std::size_t at) {
    const char end = sql[at] == '[' ? ']' : sql[at];
    for (++at; at < sql.size(); ++at) {
        if (sql[at] != end) continue;
        const bool doubled = end != ']' && at + 1 < sql.size() && sql[at + 1] == end;
        if (!doubled) return at + 1;
        ++at;
    }
    return sql.size();
}

}  // namespace

bool SqlToken::is(std::string_view keyword) const noexcept {
    return type == Type::word && equal_ignoring_case(text, keyword);
}

std::string SqlToken::identifier() const {
    if (type != Type::quoted) return std::string{text};
    const char end = text[0] == '[' ? ']' : text[0];
    std::string name;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == end) {
            ++i;  // the second of a pair, or the end
            if (i >= text.size()) break;
        }
        name += text[i];
    }
    return name;
}

std::vector<SqlToken> tokenize(std::string_view sql) {
    std::vector<SqlToken> tokens;
    const auto add = [&](SqlToken::Type type, std::size_t begin, std::size_t end) {
        tokens.push_back({type, sql.substr(begin, end - begin)});
        return end;
    };
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        if (is_blank(c)) {
            ++at;
        } else if (const std::size_t end = behind_comment(sql, at); end != at) {
            at = end;
        } else if (c == '"' || c == '\'' || c == '`' || c == '[') {
            at = add(SqlToken::Type::quoted, at, behind_quote(sql, at));
        } else if (is_word(c)) {
            std::size_t behind = at;
            while (behind < sql.size() && is_word(sql[behind])) ++behind;
            at = add(SqlToken::Type::word, at, behind);
        } else {
            at = add(SqlToken::Type::other, at, at + 1);
        }
    }
    return tokens;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace duet::driver::sqlite
