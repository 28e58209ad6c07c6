#include <duet/base/error.hpp>

#include <vector>

#include "expression_renderer.hpp"
#include "expression_types.hpp"
#include "sql_text.hpp"

// The part of ExpressionRenderer where what stands beside an operand decides how it is written.
namespace duet::detail {

using shape::Op;

namespace {

/// Whether what comes next is a moment in a form that is known, since SQL makes it; a column may hold others.
bool is_made_by_sql(const Cursor& c) {
    if (c.done()) return false;
    const auto op = static_cast<Op>(c.at[0]);
    return op == Op::date_trunc || op == Op::cast || op == Op::now || op == Op::add || op == Op::sub;
}

/// Whether what comes next is rendered as an operator between operands, and is no chain.
bool is_open_predicate(const Cursor& c) {
    if (c.done()) return false;
    const auto op = static_cast<Op>(c.at[0]);
    return (op >= Op::eq && op <= Op::is_not) || (op >= Op::is_null && op <= Op::is_false) ||
           (op >= Op::in_list && op <= Op::array_contains) ||
           (op >= Op::json_is_true && op <= Op::json_contains) || op == Op::row_compare ||
           op == Op::row_in_query;
}

/// Of a value and of the column that begins with it: rows that follow a whole number may have fractions.
Kind wider(Kind value, Kind column) {
    const bool gains_fraction = is_integer(value) && is_number(column) && !is_integer(column);
    return value == Kind::null || gains_fraction ? column : value;
}

Op mirrored(Op op) {
    switch (op) {
        case Op::lt:
            return Op::gt;
        case Op::le:
            return Op::ge;
        case Op::gt:
            return Op::lt;
        case Op::ge:
            return Op::le;
        default:
            return op;
    }
}

}  // namespace

bool ExpressionRenderer::is_moment(const Cursor& c) {
    if (c.done() || (static_cast<Op>(c.at[0]) != Op::value && static_cast<Op>(c.at[0]) != Op::list))
        return false;
    const auto kind = static_cast<Kind>(c.at[1]);
    return kind == Kind::timestamp || kind == Kind::time;
}

Operand ExpressionRenderer::typed(Cursor& c, Scope& scope, const ExpressionType& type,
                                  const ExpressionType* beside) {
    Operand out{.kind = type.kind,
                .type = type.type,
                .is_value = type.is_value,
                .in_json = type.in_json,
                .may_be_null = type.may_be_null};
    if (static_cast<Op>(*c.at) != Op::value) {
        out.sql = closed(c, scope);
        return out;
    }
    ++c.at;
    const auto kind = static_cast<Kind>(c.u8());
    const std::string mark = value_mark(c.value++);
    const bool is_array = kind == Kind::array && beside != nullptr && beside->kind == Kind::array;
    out.sql = is_array ? dialect_.array_parameter(mark, *beside->type)
                       : dialect_.parameter(mark, kind, beside != nullptr);
    return out;
}

Operand ExpressionRenderer::comparable(Cursor& c, Scope& scope, const ExpressionType& type,
                                       const ExpressionType* beside) {
    Operand out = typed(c, scope, type, beside);
    const bool beside_text = beside != nullptr && beside->kind == Kind::decimal_text;
    if (out.is_value && !beside_text) out.sql = dialect_.comparable_value(out.sql, out.kind);
    return out;
}

Operand ExpressionRenderer::alone(Cursor& c, Scope& scope) {
    return typed(c, scope, type_of(c, scope), nullptr);
}

Operand ExpressionRenderer::text(Cursor& c, Scope& scope) {
    Operand out = alone(c, scope);
    if (out.type != nullptr && out.type->kind == Kind::enumeration && !out.type->sql_type.empty())
        out.sql = dialect_.cast(out, Kind::text);
    return out;
}

std::vector<Operand> ExpressionRenderer::alike(std::size_t count, Cursor& c, Scope& scope,
                                               bool one_comes_out) {
    std::vector<ExpressionType> types;
    const ExpressionType* known = nullptr;
    for (Cursor probe = c; types.size() < count;) types.push_back(take_type(probe, scope));
    for (const ExpressionType& type : types) {
        if (known == nullptr && !type.is_value) known = &type;
    }
    std::vector<Operand> out;
    for (const ExpressionType& type : types)
        out.push_back(one_comes_out ? comparable(c, scope, type, known) : typed(c, scope, type, known));
    return out;
}

std::string ExpressionRenderer::closed(Cursor& c, Scope& scope) {
    const bool open = is_open_predicate(c);
    std::string text = operand(c, scope);
    return open ? "(" + text + ")" : text;
}

Operand ExpressionRenderer::number(Cursor& c, Scope& scope) {
    const auto op = static_cast<Op>(*c.at);
    // Conditions take such columns as numbers already.
    const bool plain = scope.correlated == nullptr &&
                       (op == Op::column || op == Op::path || op == Op::alias_column || op == Op::alias_path);
    const ExpressionType type = type_of(c, scope);
    Operand out{.kind = type.kind,
                .type = type.type,
                .is_value = type.is_value,
                .in_json = type.in_json,
                .may_be_null = type.may_be_null};
    if (plain && type.kind == Kind::decimal_text) {
        const ColumnInfo column{.name = {}, .member = {}, .type = type.type, .offset = 0};
        out.sql = dialect_.comparable(operand(c, scope), column);
        return out;
    }
    return typed(c, scope, type, nullptr);
}

std::string ExpressionRenderer::arithmetic(Op op, Cursor& c, Scope& scope) {
    const Operand left = number(c, scope);
    const Operand right = number(c, scope);
    if (of_moments(op, left.kind, right.kind) != Kind::null)
        return dialect_.moment_arithmetic(op, left, right);
    return dialect_.arithmetic(op, left, right);
}

std::string ExpressionRenderer::comparison(Op op, Cursor& c, Scope& scope) {
    const bool left_made = is_made_by_sql(c);
    bool moment_first = is_moment(c);
    Cursor second = c;
    take_type(second, scope);
    moment_first = moment_first && !is_made_by_sql(second);
    const bool moment_second = is_moment(second) && !left_made;
    const std::vector<Operand> sides = alike(2, c, scope);
    if (moment_second && !moment_first) return dialect_.compare_moment(op, sides[0].sql, sides[1].sql);
    if (moment_first && !moment_second)
        return dialect_.compare_moment(mirrored(op), sides[1].sql, sides[0].sql);
    return dialect_.comparison(op, sides[0], sides[1]);
}

std::string ExpressionRenderer::between(Cursor& c, Scope& scope) {
    Cursor probe = c;
    take_type(probe, scope);
    const ExpressionType low = take_type(probe, scope);
    const ExpressionType first = type_of(c, scope);
    const Operand tested = comparable(c, scope, first, low.is_value ? nullptr : &low);
    std::string out = "(" + tested.sql + " BETWEEN ";
    out += bound(Transform::moment_first, c, scope, tested) + " AND ";
    return out + bound(Transform::moment_last, c, scope, tested) + ")";
}

std::string ExpressionRenderer::bound(Transform moment, Cursor& c, Scope& scope, const Operand& beside) {
    const bool is = is_moment(c);
    const ExpressionType known{.kind = beside.kind, .type = beside.type};
    std::string text = comparable(c, scope, type_of(c, scope), beside.is_value ? nullptr : &known).sql;
    return is ? with_transform(text, dialect_.moment_transform(moment)) : text;
}

std::string ExpressionRenderer::assigned(Cursor& c, Scope& scope, const ColumnInfo& column) {
    if (static_cast<Op>(*c.at) == Op::by_default) {
        ++c.at;
        if (!dialect_.capabilities().default_keyword) {
            throw UnsupportedByDialect(std::string(dialect_.name()) +
                                       " has no DEFAULT in the place of a value: leave the column out");
        }
        return "DEFAULT";
    }
    const ExpressionType type = type_of(c, scope);
    const TypeInfo& stored = type_in_database(*column.type);
    const ExpressionType target{.kind = kind_in_database(stored), .type = &stored};
    // The text of a decimal goes into its column as it is.
    if (type.is_value && type.kind == Kind::decimal_text && stored.kind == Kind::decimal_text)
        return operand(c, scope);
    return typed(c, scope, type, &target).sql;
}

std::string ExpressionRenderer::typed_value(Cursor& c, Scope& scope, const ColumnInfo& column) {
    const TypeInfo& stored = type_in_database(*column.type);
    const Kind kind = kind_in_database(stored);
    const bool is_array = kind == Kind::array;
    const bool has_own_type = is_array || !stored.sql_type.empty();
    if (static_cast<Op>(*c.at) == Op::null) {
        const std::string null = operand(c, scope);
        if (has_own_type) return dialect_.cast_as_column(null, stored);
        const Kind beside = kind == Kind::decimal_text ? Kind::decimal : kind;  // as parameter() has it
        return dialect_.cast({.sql = null, .kind = beside}, beside);
    }
    const ExpressionType array{.kind = kind, .type = &stored};
    std::string value = comparable(c, scope, type_of(c, scope), is_array ? &array : nullptr).sql;
    return has_own_type && !is_array ? dialect_.cast_as_column(value, stored) : value;
}

Operand ExpressionRenderer::first_of_recursion(Cursor& c, Scope& scope, const ColumnInfo& column) {
    const ExpressionType type = type_of(c, scope);
    if (!type.is_value) return alone(c, scope);
    Operand out = comparable(c, scope, type, nullptr);
    const std::string null = dialect_.widest_null(wider(type.kind, kind_in_database(*column.type)));
    if (!null.empty()) out.sql = "coalesce(" + out.sql + ", " + null + ")";
    return out;
}

std::string ExpressionRenderer::match(Op op, Cursor& c, Scope& scope) {
    const std::string left = text(c, scope).sql;
    const bool is_value = static_cast<Op>(*c.at) == Op::value;
    std::string pattern = operand(c, scope);
    pattern = is_value ? with_transform(pattern, dialect_.pattern_transform(op))
                       : dialect_.escape_pattern(op, pattern);
    return dialect_.match(op, left, pattern);
}

}  // namespace duet::detail
