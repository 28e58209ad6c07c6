#include <duet/base/error.hpp>

#include <bit>
#include <charconv>

#include "expression_renderer.hpp"
#include "expression_types.hpp"
#include "join_text.hpp"
#include "spelling.hpp"
#include "sql_text.hpp"

// The part of ExpressionRenderer for what comes with <duet/functions.hpp>, apart from windows.
namespace duet::detail {

using shape::Op;

namespace {

[[noreturn]] void refuse_distinct_window(const Dialect& dialect) {
    throw UnsupportedByDialect(std::string(dialect.name()) +
                               " has no DISTINCT in an aggregate over a window");
}

/// Signs that mean something else to the database than what the author had in mind: parameters and comments.
void refuse_signs(const Dialect& dialect, std::string_view text) {
    const bool numbered = dialect.capabilities().numbered_parameters;
    const bool sqlite = dialect.name() == "sqlite";
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (quote != 0) {
            if (c == quote) quote = 0;
            continue;
        }
        if (c == '\'' || c == '"' || c == '`') quote = c;
        const bool parameter = (c == '?' && !numbered) ||
                               (c == '$' && numbered && next >= '0' && next <= '9') ||
                               (sqlite && (c == ':' || c == '@' || c == '$') && is_word(next));
        const bool comment = c == '#' && !numbered && !sqlite;
        if (parameter || comment) {
            throw UnsupportedByDialect(join({dialect.name(), " does not read '", text.substr(i, 1),
                                             "' as a part of an expression (in ", text, ")"}));
        }
    }
}

}  // namespace

std::string ExpressionRenderer::call(Cursor& c, Scope& scope) {
    using enum shape::Function;
    const auto function = static_cast<shape::Function>(c.u8());
    const std::size_t count = c.u8();
    if (function == coalesce || function == nullif || function == greatest || function == least)
        return dialect_.call(function, alike(count, c, scope, true));
    std::vector<Operand> arguments;
    for (std::size_t i = 0; i < count; ++i)
        arguments.push_back(function == abs || function == round ? number(c, scope) : text(c, scope));
    return dialect_.call(function, arguments);
}

std::string ExpressionRenderer::call_named(Cursor& c, Scope& scope) {
    own_words_ = true;
    const std::string_view name = c.name();
    return call_of(name, each(c.u8(), c, scope));
}

std::string ExpressionRenderer::aggregate(Cursor& c, Scope& scope, const std::string& over) {
    static constexpr std::string_view names[] = {"count", "sum", "avg", "min", "max"};
    const auto which = static_cast<shape::Aggregate>(c.u8());
    const std::uint8_t flags = c.u8();
    AggregateCall call{.name = std::string(names[static_cast<std::size_t>(which)]), .argument = "*"};
    Kind kind = Kind::null;
    if ((flags & shape::aggregate_star) == 0) {
        Operand operand = which == shape::Aggregate::count ? alone(c, scope) : number(c, scope);
        call.argument = std::move(operand.sql);
        kind = operand.kind;
    }
    dialect_.aggregate(call, which, kind);
    if (!over.empty() && (flags & shape::aggregate_distinct) != 0) refuse_distinct_window(dialect_);
    call.behind.insert(0, over);
    std::string out = call.before + call.name;
    out += (flags & shape::aggregate_distinct) != 0 ? "(DISTINCT " : "(";
    if ((flags & shape::aggregate_filtered) == 0) return out + call.argument + ")" + call.behind;
    const std::string filter = predicate(c, scope);
    if (dialect_.capabilities().aggregate_filter)
        return out + call.argument + ") FILTER (WHERE " + filter + ")" + call.behind;
    return out + "CASE WHEN " + filter + " THEN " + (call.argument == "*" ? "1" : call.argument) + " END)" +
           call.behind;
}

std::string ExpressionRenderer::case_when(Cursor& c, Scope& scope) {
    const std::size_t branches = c.u8();
    const bool has_else = c.u8() != 0;
    // Databases take the type of the results from those that are no plain values.
    std::vector<ExpressionType> results;
    Cursor probe = c;
    for (std::size_t i = 0; i < branches; ++i) {
        take_type(probe, scope);
        results.push_back(take_type(probe, scope));
    }
    if (has_else) results.push_back(take_type(probe, scope));
    const ExpressionType* known = nullptr;
    for (const ExpressionType& result : results) {
        if (known == nullptr && !result.is_value) known = &result;
    }
    std::string out = "CASE";
    for (std::size_t i = 0; i < branches; ++i) {
        out += " WHEN " + predicate(c, scope);
        out += " THEN " + comparable(c, scope, results[i], known).sql;
    }
    if (has_else) out += " ELSE " + comparable(c, scope, results[branches], known).sql;
    return out + " END";
}

std::vector<Operand> ExpressionRenderer::each(std::size_t count, Cursor& c, Scope& scope) {
    std::vector<Operand> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(alone(c, scope));
    return out;
}

std::string ExpressionRenderer::set_function(Cursor& c, Scope& scope, const std::string& over) {
    SetFunctionCall call;
    call.function = static_cast<shape::SetFunction>(c.u8());
    const std::uint8_t flags = c.u8();
    const std::size_t count = c.u8();
    call.distinct = (flags & shape::aggregate_distinct) != 0;
    call.order = order_list(c, scope, &call.keys);
    for (std::size_t i = 0; i < count; ++i) {
        const bool counts = call.function >= shape::SetFunction::stddev_samp;
        call.arguments.push_back(counts ? number(c, scope) : alone(c, scope));
    }
    if ((flags & shape::aggregate_filtered) != 0) call.filter = predicate(c, scope);
    call.over = over;
    return dialect_.set_function(call);
}

std::string ExpressionRenderer::operator_call(Cursor& c, Scope& scope) {
    c.u8();
    const std::string_view sign = c.name();
    refuse_signs(dialect_, sign);
    const std::size_t count = c.u8();
    const std::vector<Operand> operands = alike(count, c, scope);
    if (count == 1) return join({"(", sign, " ", operands[0].sql, ")"});
    return join({"(", operands[0].sql, " ", sign, " ", operands[1].sql, ")"});
}

std::string ExpressionRenderer::fragment(Cursor& c, Scope& scope) {
    own_words_ = true;
    c.u8();
    const std::size_t operands = c.u8();
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i <= operands; ++i) {
        pieces.push_back(c.text());
        refuse_signs(dialect_, pieces.back());
    }
    std::string out = "(";
    out += pieces[0];
    for (std::size_t i = 0; i < operands; ++i) {
        out += alone(c, scope).sql;
        out += pieces[i + 1];
    }
    return out + ")";
}

std::string ExpressionRenderer::constant(Cursor& c) {
    const std::uint64_t low = c.u32();
    const auto number = std::bit_cast<double>(low | std::uint64_t{c.u32()} << 32);
    char text[512];
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
    return {text, end};
}

std::string ExpressionRenderer::row_compare(Cursor& c, Scope& scope) {
    const Op op = c.op();
    const std::size_t columns = c.u8();
    std::vector<Operand> left;
    std::vector<Operand> right;
    for (std::size_t i = 0; i < columns; ++i) {
        std::vector<Operand> sides = alike(2, c, scope);
        left.push_back(std::move(sides[0]));
        right.push_back(std::move(sides[1]));
    }
    return join({list_of(left), sign_of(op), list_of(right)});
}

}  // namespace duet::detail
