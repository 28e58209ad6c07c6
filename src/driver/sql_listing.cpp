#include <duet/dialect/pretty_sql.hpp>
#include <duet/driver/sql_listing.hpp>

#include <charconv>

#include "dialect/sql_tokens.hpp"

namespace duet::driver {
namespace {

using duet::detail::SqlToken;

/// Which placeholder a token is, from 0.
std::size_t number_of(const SqlToken& token, std::size_t before) {
    std::size_t number = 0;
    const char* const end = token.text.data() + token.text.size();
    const auto [stop, fault] = std::from_chars(token.text.data() + 1, end, number);
    return fault == std::errc{} && stop == end ? number - 1 : before;
}

bool touches_operator(const SqlToken& token) {
    return token.type == SqlToken::Type::symbol &&
           std::string_view("(),;[]").find(token.text) == std::string_view::npos;
}

std::string with_literals(const Dialect& dialect, const Plan& plan, std::span<const BindValue> values,
                          std::size_t most) {
    const std::string_view sql = plan.sql;
    const std::vector<SqlToken> tokens = duet::detail::sql_tokens(sql, duet::detail::lexis_of(dialect));
    std::string out;
    out.reserve(sql.size() + 16 * plan.binds.size());
    std::size_t copied = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const SqlToken& token = tokens[i];
        if (token.type != SqlToken::Type::placeholder) continue;
        const std::size_t number = number_of(token, count++);
        if (number >= plan.binds.size() || plan.binds[number].value >= values.size()) continue;
        const auto start = static_cast<std::size_t>(token.text.data() - sql.data());
        out += sql.substr(copied, start - copied);
        copied = start + token.text.size();
        std::string literal;
        append_literal(literal, dialect, values[plan.binds[number].value], plan.binds[number].transform,
                       most);
        // A sign must not become part of an operator, and binds less than a cast does.
        const bool signed_number = literal.starts_with('-');
        const bool against =
            (i != 0 && !token.space_before && touches_operator(tokens[i - 1])) ||
            (i + 1 != tokens.size() && !tokens[i + 1].space_before && touches_operator(tokens[i + 1]));
        const bool enclosed = signed_number && against;
        if (enclosed) out += '(';
        out += literal;
        if (enclosed) out += ')';
    }
    out += sql.substr(copied);
    return out;
}

}  // namespace

ReadableSql list_sql(const Dialect& dialect, const Plan& plan, std::span<const BindValue> values,
                     const SqlStyle& style) {
    std::string sql = style.literals ? with_literals(dialect, plan, values, style.max_literal) : plan.sql;
    if (style.pretty) sql = duet::detail::pretty_sql(sql, dialect, style.width);
    return ReadableSql(std::move(sql));
}

}  // namespace duet::driver
