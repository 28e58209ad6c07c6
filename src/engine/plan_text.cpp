#include <algorithm>

#include "dialect/sql_tokens.hpp"
#include "plan_reader.hpp"

namespace duet::engine {
namespace {

using duet::detail::SqlToken;

bool is_name(const SqlToken& token) {
    return token.type == SqlToken::Type::word || token.type == SqlToken::Type::quoted;
}

std::string name_of(const SqlToken& token) {
    if (token.type != SqlToken::Type::quoted) return std::string(token.text);
    const char quote = token.text.back();
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        if (token.text[i] == quote) ++i;
        name += token.text[i];
    }
    return name;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> aliases_in(const Dialect& dialect, std::string_view sql) {
    std::vector<std::pair<std::string, std::string>> out;
    const std::vector<SqlToken> tokens = duet::detail::sql_tokens(sql, duet::detail::lexis_of(dialect));
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (!tokens[i].is("FROM") && !tokens[i].is("JOIN") && !tokens[i].is(',')) continue;
        std::size_t table = i + 1;
        if (table + 2 < tokens.size() && tokens[table + 1].is('.')) table += 2;
        if (table + 1 >= tokens.size() || !is_name(tokens[table])) continue;
        std::size_t alias = table + 1;
        if (tokens[alias].is("AS")) ++alias;
        if (alias < tokens.size() && is_name(tokens[alias]))
            out.emplace_back(name_of(tokens[alias]), name_of(tokens[table]));
    }
    return out;
}

bool only_reads(const Dialect& dialect, std::string_view sql) {
    std::vector<SqlToken> tokens = duet::detail::sql_tokens(sql, duet::detail::lexis_of(dialect));
    std::erase_if(tokens, [](const SqlToken& token) { return token.type == SqlToken::Type::comment; });
    constexpr std::string_view reading[] = {"SELECT", "WITH", "VALUES", "TABLE"};
    constexpr std::string_view writing[] = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "INTO"};
    const auto first = std::ranges::find_if_not(tokens, [](const SqlToken& token) { return token.is('('); });
    if (first == tokens.end() ||
        std::ranges::none_of(reading, [&](std::string_view word) { return first->is(word); }))
        return false;
    for (std::size_t i = 1; i < tokens.size(); ++i) {
        const bool lock = tokens[i].is("UPDATE") && (tokens[i - 1].is("FOR") || tokens[i - 1].is("KEY"));
        const bool function = i + 1 < tokens.size() && tokens[i + 1].is('(');  // replace(), insert()
        if (lock || (function && !tokens[i].is("INTO"))) continue;
        if (std::ranges::any_of(writing, [&](std::string_view word) { return tokens[i].is(word); }))
            return false;
    }
    return true;
}

}  // namespace duet::engine
