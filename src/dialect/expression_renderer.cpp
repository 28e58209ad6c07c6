#include "expression_renderer.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "select_renderer.hpp"
#include "sql_text.hpp"

namespace duet::detail {

using shape::Op;

std::uint32_t Cursor::u32() {
    std::uint32_t v = 0;
    std::memcpy(&v, at, sizeof v);
    at += sizeof v;
    return v;
}

const ModelInfo& Cursor::model() {
    const ModelInfo* m = nullptr;
    std::memcpy(&m, at, sizeof m);
    at += sizeof m;
    return *m;
}

const LinkInfo& Cursor::link() {
    const LinkInfo* l = nullptr;
    std::memcpy(&l, at, sizeof l);
    at += sizeof l;
    return *l;
}

std::string_view Cursor::name() {
    const std::size_t length = u8();
    const std::string_view text(reinterpret_cast<const char*>(at), length);
    at += length;
    return text;
}

std::vector<ClauseView> clauses_of(const std::uint8_t* data, std::size_t size, std::size_t first_value) {
    std::vector<ClauseView> out;
    for (Cursor c{data, data + size, 0}; !c.done();) {
        const auto clause = static_cast<shape::Clause>(c.u8());
        const std::size_t length = c.u16();
        const std::size_t value = c.u16();
        out.push_back({clause, {c.at, c.at + length, first_value + value}});
        c.at += length;
    }
    return out;
}

namespace {

// Expressions nest as deep as the user builds them; the renderer recurses, so it needs an end.
constexpr int max_depth = 1000;

struct DepthGuard {
    explicit DepthGuard(int& d) : depth(d) {
        if (++depth > max_depth) {
            --depth;
            throw InvalidQuery("the condition is nested too deeply");
        }
    }
    ~DepthGuard() { --depth; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    int& depth;
};

std::string_view sign_of(Op op) {
    switch (op) {
        case Op::eq:
            return " = ";
        case Op::ne:
            return " <> ";
        case Op::lt:
            return " < ";
        case Op::le:
            return " <= ";
        case Op::gt:
            return " > ";
        case Op::ge:
            return " >= ";
        case Op::add:
            return " + ";
        case Op::sub:
            return " - ";
        case Op::mul:
            return " * ";
        case Op::div:
            return " / ";
        case Op::mod:
            return " % ";
        default:
            return {};
    }
}

/// Whether a value comes next that is a moment (or a list of them).
bool is_moment(const Cursor& c) {
    if (c.done() || (static_cast<Op>(c.at[0]) != Op::value && static_cast<Op>(c.at[0]) != Op::list))
        return false;
    const auto kind = static_cast<Kind>(c.at[1]);
    return kind == Kind::timestamp || kind == Kind::time;
}

/// Whether what comes next is a moment in a form that is known, since SQL makes it; a column may hold others.
bool is_made_by_sql(const Cursor& c) {
    if (c.done()) return false;
    const auto op = static_cast<Op>(c.at[0]);
    return op == Op::date_trunc || op == Op::cast || op == Op::now;
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

std::string ExpressionRenderer::predicate(Cursor& c, Scope& scope, bool enclosed) {
    const DepthGuard guard(depth_);
    const Op op = c.op();
    switch (op) {
        case Op::logical_and:
        case Op::logical_or: {
            const std::string out = chain(op, c, scope);
            return enclosed ? "(" + out + ")" : out;
        }
        case Op::logical_not: {
            bool negated = true;
            for (; static_cast<Op>(*c.at) == Op::logical_not; ++c.at) negated = !negated;
            return negated ? "NOT (" + predicate(c, scope) + ")" : predicate(c, scope, enclosed);
        }
        case Op::always:
            return "1 = 1";
        case Op::never:
            return "1 = 0";
        default:
            return leaf(c, scope);
    }
}

// However its parentheses were set, a chain of one operator is written flat, and a long one in groups:
// parsers have room for so many nested parentheses and so many operands in a row.
std::string ExpressionRenderer::chain(Op op, Cursor& c, Scope& scope) {
    constexpr int group_size = 100;
    const std::string_view sign = op == Op::logical_and ? " AND " : " OR ";
    std::string groups;
    std::string group;
    int in_group = 0;
    for (std::size_t operands = 2; operands > 0;) {
        if (static_cast<Op>(*c.at) == op) {
            ++c.at;
            ++operands;
            continue;
        }
        if (in_group == group_size) {
            groups += '(' + std::exchange(group, {}) + ')';
            groups += sign;
            in_group = 0;
        }
        if (in_group++ != 0) group += sign;
        group += predicate(c, scope, true);
        --operands;
    }
    return groups.empty() ? group : groups + '(' + group + ')';
}

std::string ExpressionRenderer::leaf(Cursor& c, Scope& scope) {
    Correlated correlated;
    Scope inner{scope.source, scope.parent, &correlated};
    --c.at;
    std::string text = operand(c, inner);

    if (!correlated.source) return text;
    return "EXISTS (SELECT 1 FROM " + correlated.source->from() + " WHERE " + correlated.condition + " AND " +
           text + ")";
}

std::string ExpressionRenderer::order_key(Cursor& c, Scope& scope, bool descending) {
    Correlated correlated;
    Scope inner{scope.source, scope.parent, &correlated};
    std::string text = operand(c, inner);
    if (!correlated.source) return text;
    return std::string("(SELECT ") + (descending ? "MAX(" : "MIN(") + text + ") FROM " +
           correlated.source->from() + " WHERE " + correlated.condition + ")";
}

std::string ExpressionRenderer::column(const Source::Table& table, std::uint8_t index,
                                       const Scope& scope) const {
    const ColumnInfo& info = table.model->columns[index];
    std::string text = qualified(dialect_, table.alias, info.name);
    return scope.correlated != nullptr ? dialect_.comparable(text, info) : text;
}

std::string ExpressionRenderer::binary(std::string_view sign, Cursor& c, Scope& scope) {
    std::string out = operand(c, scope);
    out += sign;
    out += operand(c, scope);
    return out;
}

std::string ExpressionRenderer::comparison(Op op, Cursor& c, Scope& scope) {
    const bool left_made = is_made_by_sql(c);
    bool moment_first = is_moment(c);
    std::string left = operand(c, scope);
    moment_first = moment_first && !is_made_by_sql(c);
    const bool moment_second = is_moment(c) && !left_made;
    std::string right = operand(c, scope);
    if (moment_second && !moment_first) return dialect_.compare_moment(op, left, right);
    if (moment_first && !moment_second) return dialect_.compare_moment(mirrored(op), right, left);
    if (op == Op::is || op == Op::is_not) return dialect_.null_safe_equal(left, right, op == Op::is_not);
    left += sign_of(op);
    return left + right;
}

std::string ExpressionRenderer::bound(Transform moment, Cursor& c, Scope& scope) {
    const bool is = is_moment(c);
    std::string text = operand(c, scope);
    return is ? with_transform(text, dialect_.moment_transform(moment)) : text;
}

std::string ExpressionRenderer::match(Op op, Cursor& c, Scope& scope) {
    const std::string left = operand(c, scope);
    std::string pattern = operand(c, scope);
    pattern = is_value_mark(pattern) ? with_transform(pattern, dialect_.pattern_transform(op))
                                     : dialect_.escape_pattern(op, pattern);
    return dialect_.match(op, left, pattern);
}

std::string ExpressionRenderer::call(Cursor& c, Scope& scope) {
    const auto function = static_cast<shape::Function>(c.u8());
    std::vector<std::string> arguments(c.u8());
    for (std::string& argument : arguments) argument = operand(c, scope);
    return dialect_.call(function, arguments);
}

std::string ExpressionRenderer::aggregate(Cursor& c, Scope& scope) {
    static constexpr std::string_view names[] = {"count", "sum", "avg", "min", "max"};
    const std::size_t which = c.u8();
    const std::uint8_t flags = c.u8();
    std::string argument = "*";
    if ((flags & shape::aggregate_star) == 0) argument = operand(c, scope);
    std::string out(names[which]);
    out += (flags & shape::aggregate_distinct) != 0 ? "(DISTINCT " : "(";
    if ((flags & shape::aggregate_filtered) == 0) return out + argument + ")";
    const std::string filter = predicate(c, scope);
    if (dialect_.capabilities().aggregate_filter) return out + argument + ") FILTER (WHERE " + filter + ")";
    return out + "CASE WHEN " + filter + " THEN " + (argument == "*" ? "1" : argument) + " END)";
}

std::string ExpressionRenderer::case_when(Cursor& c, Scope& scope) {
    const std::size_t branches = c.u8();
    const bool has_else = c.u8() != 0;
    std::string out = "CASE";
    for (std::size_t i = 0; i < branches; ++i) {
        out += " WHEN " + predicate(c, scope);
        out += " THEN " + operand(c, scope);
    }
    if (has_else) out += " ELSE " + operand(c, scope);
    return out + " END";
}

std::string ExpressionRenderer::nested(Cursor& c, const Scope& scope, bool select_one) {
    NestedQuery query;
    query.model = &c.model();
    query.flags = c.u32();
    query.column = c.u8();
    const std::size_t length = c.u16();
    const std::size_t values = c.u16();
    query.clauses = clauses_of(c.at, length, c.value);
    std::size_t next = c.value + values;
    if ((query.flags & shape::has_offset) != 0) query.offset = value_mark(--next);
    if ((query.flags & shape::has_limit) != 0) query.limit = value_mark(--next);
    c.at += length;
    c.value += values;
    return "(" + render_nested(*this, query, scope, select_one) + ")";
}

std::string ExpressionRenderer::outer(Cursor& c, const Scope& scope) const {
    const ModelInfo& model = c.model();
    const std::uint8_t index = c.u8();
    for (const Scope* s = scope.parent; s != nullptr; s = s->parent) {
        if (s->source->root().model == &model)
            return qualified(dialect_, s->source->root().alias, model.columns[index].name);
    }
    throw InvalidQuery("outer(): no enclosing query is over " + std::string(model.type_name));
}

std::string ExpressionRenderer::operand(Cursor& c, Scope& scope) {
    const DepthGuard guard(depth_);
    const Op op = c.op();
    switch (op) {
        case Op::column: {
            const std::uint8_t index = c.u8();
            return column(scope.source->root(), index, scope);
        }
        case Op::path:
            return path(c, scope);
        case Op::outer:
            return outer(c, scope);
        case Op::value:
        case Op::list:
            c.u8();
            return value_mark(c.value++);
        case Op::null:
            return "NULL";
        case Op::now:
            return dialect_.current_timestamp();
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::is:
        case Op::is_not:
            return comparison(op, c, scope);
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::div:
        case Op::mod:
            return "(" + binary(sign_of(op), c, scope) + ")";
        case Op::negate:
            return "(-" + operand(c, scope) + ")";
        case Op::is_null:
            return operand(c, scope) + " IS NULL";
        case Op::is_not_null:
            return operand(c, scope) + " IS NOT NULL";
        case Op::is_true:
            return operand(c, scope) + " IS TRUE";
        case Op::is_false:
            return operand(c, scope) + " IS FALSE";
        case Op::between: {
            std::string out = "(" + operand(c, scope) + " BETWEEN ";
            out += bound(Transform::moment_first, c, scope) + " AND ";
            return out + bound(Transform::moment_last, c, scope) + ")";
        }
        case Op::in_list:
        case Op::not_in_list: {
            const std::string left = operand(c, scope);
            return dialect_.in_list(left, bound(Transform::moment_texts, c, scope), op == Op::not_in_list);
        }
        case Op::in_query:
        case Op::not_in_query: {
            const std::string left = operand(c, scope);
            return left + (op == Op::in_query ? " IN " : " NOT IN ") + nested(c, scope, false);
        }
        case Op::contains:
        case Op::icontains:
        case Op::startswith:
        case Op::istartswith:
        case Op::endswith:
        case Op::iendswith:
        case Op::like:
        case Op::ilike:
        case Op::regex:
            return match(op, c, scope);
        case Op::array_contains: {
            const std::string array = operand(c, scope);
            return dialect_.array_contains(array, operand(c, scope));
        }
        case Op::exists:
            return "EXISTS " + nested(c, scope, true);
        case Op::scalar_query:
            return nested(c, scope, false);
        case Op::any_related:
        case Op::all_related:
        case Op::none_related:
        case Op::count_related:
            return related(op, c, scope);
        case Op::call:
            return call(c, scope);
        case Op::call_named: {
            std::string out(c.name());
            const std::size_t arguments = c.u8();
            out += '(';
            for (std::size_t i = 0; i < arguments; ++i) out += (i == 0 ? "" : ", ") + operand(c, scope);
            return out + ")";
        }
        case Op::cast: {
            const auto kind = static_cast<Kind>(c.u8());
            return dialect_.cast(operand(c, scope), kind);
        }
        case Op::date_part:
        case Op::date_trunc: {
            const auto part = static_cast<shape::DatePart>(c.u8());
            const std::string text = operand(c, scope);
            return op == Op::date_part ? dialect_.date_part(text, part) : dialect_.date_trunc(text, part);
        }
        case Op::case_when:
            return case_when(c, scope);
        case Op::aggregate:
            return aggregate(c, scope);
        case Op::json_get: {
            const auto kind = static_cast<Kind>(c.u8());
            const std::string json = operand(c, scope);
            return dialect_.json_get(json, with_transform(operand(c, scope), Transform::json_path), kind);
        }
        case Op::json_is_true:
        case Op::json_is_false:
        case Op::json_has:
        case Op::json_contains: {
            const std::string json = operand(c, scope);
            const std::string where = with_transform(operand(c, scope), Transform::json_path);
            return dialect_.json_test(op, json, where,
                                      op == Op::json_contains ? operand(c, scope) : std::string());
        }
        case Op::label:
            return quoted(dialect_, c.name());
        case Op::link_owner:
            return scope.source->link_owner();
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
        case Op::always:
        case Op::never:
            --c.at;
            return "(" + predicate(c, scope) + ")";
        case Op::none:
            break;
    }
    throw InvalidQuery("the condition holds an unknown operation");
}

}  // namespace duet::detail
