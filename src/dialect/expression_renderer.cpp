#include "expression_renderer.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>

#include "expression_types.hpp"
#include "join_text.hpp"
#include "select_renderer.hpp"
#include "spelling.hpp"
#include "sql_text.hpp"
#include "statement_renderer.hpp"

namespace duet::detail {

using shape::Op;

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
            if (!negated) return predicate(c, scope, enclosed);
            const bool before = std::exchange(tells_unknown_, true);
            std::string out = "NOT (" + predicate(c, scope) + ")";
            tells_unknown_ = before;
            return out;
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
    is_condition_ = true;
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
    if (!table.yields.empty() && std::ranges::find(table.yields, info.name) == table.yields.end()) {
        throw InvalidQuery("the set operation yields no column '" + std::string(info.name) +
                           "': its first part has to select it");
    }
    std::string text = qualified(dialect_, table.alias, info.name);
    return scope.correlated != nullptr ? dialect_.comparable(text, info) : text;
}

std::string ExpressionRenderer::in_query(Op op, Cursor& c, Scope& scope, bool tells_unknown) {
    const bool is_row = op == Op::row_in_query;
    const bool negated = is_row ? c.u8() != 0 : op == Op::not_in_query;
    Operand operand;
    if (is_row) {
        operand.sql = list_of(each(c.u8(), c, scope));
    } else {
        operand = alone(c, scope);
    }
    Cursor flags = c;
    flags.model();
    const bool limited = (flags.u32() & (shape::has_limit | shape::has_offset)) != 0;
    const std::size_t references = outer_references_;
    std::string query = nested(c, scope, false);
    const bool refers = outer_references_ != references;
    const bool is_plain = !limited || dialect_.capabilities().limit_in_subqueries;
    if (!is_plain && refers) {
        throw UnsupportedByDialect(std::string(dialect_.name()) +
                                   " has no IN over a query with a limit that refers to the query around it");
    }
    if (!is_plain) query = "(SELECT * FROM " + query + " AS chosen)";
    std::string test = operand.sql + (negated ? " NOT IN " : " IN ") + query;
    if (!(negated || tells_unknown) || is_row || refers || !operand.may_be_null ||
        dialect_.capabilities().asks_queries_about_null)
        return test;
    // What NULL is in, the database has to be asked in words of its own.
    return "CASE WHEN " + operand.sql + " IS NOT NULL THEN " + test + " WHEN EXISTS " + query +
           " THEN NULL ELSE " + (negated ? "TRUE" : "FALSE") + " END";
}

std::string ExpressionRenderer::nested(Cursor& c, const Scope& scope, bool select_one, bool first_row) {
    NestedQuery query = read_nested(c);
    query.first_row = first_row;
    const std::size_t windows = windows_;
    const bool tells_unknown = std::exchange(tells_unknown_, false);
    const std::size_t taken = aliases_.size();
    std::string out = "(" + render_nested(*this, query, scope, select_one) + ")";
    windows_ = windows;
    tells_unknown_ = tells_unknown;
    if (reuses_aliases_) release_aliases(taken);
    return out;
}

std::string ExpressionRenderer::outer(Cursor& c, const Scope& scope) {
    ++outer_references_;
    const ModelInfo& model = c.model();
    const std::uint8_t index = c.u8();
    for (const Scope* s = scope.parent; s != nullptr; s = s->parent) {
        if (s->source->root().model == &model)
            return qualified(dialect_, s->source->root().alias, model.columns[index].name);
    }
    throw InvalidQuery("outer(): no enclosing query is over " + std::string(model.type_name));
}

void ExpressionRenderer::release_aliases(std::size_t taken) {
    std::size_t kept = taken;
    for (std::size_t i = taken; i < aliases_.size(); ++i) {
        if (std::ranges::find(outer_aliases_, aliases_[i]) != outer_aliases_.end())
            std::swap(aliases_[kept++], aliases_[i]);
    }
    aliases_.resize(kept);
}

std::string ExpressionRenderer::alias_column(Op op, Cursor& c, Scope& scope) {
    const std::string_view name = c.name();
    const ModelInfo& model = c.model();
    for (const Scope* s = &scope; s != nullptr; s = s->parent) {
        const Source::Table* table = s->source->named(name);
        if (table == nullptr) continue;
        if (table->model != &model) {
            throw InvalidQuery("'" + std::string(name) + "' is over " + std::string(table->model->type_name) +
                               " here, not over " + std::string(model.type_name));
        }
        const bool is_outer = s->source != scope.source;
        if (is_outer) ++outer_references_;
        if (op == Op::alias_column) return column(*table, c.u8(), scope);
        const std::size_t taken = aliases_.size();
        std::string text = column_along(c, *s->source, s->source->index_of(*table), scope);
        if (is_outer) {
            for (std::size_t i = taken; i < aliases_.size(); ++i) outer_aliases_.push_back(aliases_[i]);
        }
        return text;
    }
    throw_no_source(name);
}

std::string ExpressionRenderer::operand(Cursor& c, Scope& scope) {
    const DepthGuard guard(depth_);
    const bool is_condition = std::exchange(is_condition_, false);
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
        case Op::alias_column:
        case Op::alias_path:
            return alias_column(op, c, scope);
        case Op::value:
        case Op::list:
            c.u8();
            return value_mark(c.value++);  // whoever may not know its type asks for typed()
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
            return arithmetic(op, c, scope);
        case Op::negate:
            return "(-" + number(c, scope).sql + ")";
        case Op::is_null:
            return alone(c, scope).sql + " IS NULL";
        case Op::is_not_null:
            return alone(c, scope).sql + " IS NOT NULL";
        case Op::is_true:
            return alone(c, scope).sql + " IS TRUE";
        case Op::is_false:
            return alone(c, scope).sql + " IS FALSE";
        case Op::between:
            return between(c, scope);
        case Op::in_list:
        case Op::not_in_list: {
            const Operand left = alone(c, scope);
            const bool moments = is_moment(c);
            ++c.at;
            const auto elements = static_cast<Kind>(c.u8());
            std::string mark = value_mark(c.value++);
            if (moments) mark = with_transform(mark, dialect_.moment_transform(Transform::moment_texts));
            return dialect_.in_list(left, mark, elements, op == Op::not_in_list);
        }
        case Op::in_query:
        case Op::not_in_query:
        case Op::row_in_query:
            return in_query(op, c, scope, tells_unknown_ || !is_condition);
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
            const Operand array = alone(c, scope);
            const ExpressionType element = type_of(c, scope);
            return dialect_.array_contains(array, typed(c, scope, element, &element));
        }
        case Op::exists:
            return "EXISTS " + nested(c, scope, true);
        case Op::scalar_query:
            return nested(c, scope, false, true);
        case Op::any_related:
        case Op::all_related:
        case Op::none_related:
        case Op::count_related:
            return related(op, c, scope);
        case Op::call:
            return call(c, scope);
        case Op::call_named:
            return call_named(c, scope);
        case Op::cast: {
            const auto kind = static_cast<Kind>(c.u8());
            return dialect_.cast(alone(c, scope), kind);
        }
        case Op::date_part:
        case Op::date_trunc: {
            const auto part = static_cast<shape::DatePart>(c.u8());
            const std::string text = closed(c, scope);
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
            return dialect_.json_test(op, json, where, op == Op::json_contains ? alone(c, scope) : Operand());
        }
        case Op::label:
            return quoted(dialect_, c.name());
        case Op::refused: {
            const std::uint8_t index = c.u8();
            if (!knows_refused_)
                throw InvalidQuery("excluded() is for on_conflict(...).do_update(...) and its where()");
            return dialect_.refused_value(quoted(dialect_, scope.source->root().model->columns[index].name));
        }
        case Op::by_default:
            throw InvalidQuery("duet::by_default can be assigned to a column, and nothing else");
        case Op::text_config:
            return "'" + std::string(c.name()) + "'";
        case Op::link_owner:
            return scope.source->link_owner();
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
        case Op::always:
        case Op::never: {
            --c.at;
            const bool before = std::exchange(tells_unknown_, true);
            std::string out = "(" + predicate(c, scope) + ")";
            tells_unknown_ = before;
            return out;
        }
        case Op::over:
            return over(c, scope);
        case Op::window_call:
            throw InvalidQuery("a window function needs a window: .over(...)");
        case Op::set_function:
            return set_function(c, scope);
        case Op::json_object:
            return dialect_.json_object(each(c.u8() * std::size_t{2}, c, scope));
        case Op::json_array:
            return dialect_.json_array(each(c.u8(), c, scope));
        case Op::array_of:
            return dialect_.array_of(alike(c.u8(), c, scope));
        case Op::array_length:
            return dialect_.array_length(alone(c, scope));
        case Op::cast_to: {
            c.u8();
            const std::string type(c.name());
            return cast_as(alone(c, scope).sql, type);
        }
        case Op::collate: {
            const std::string collation = quoted(dialect_, c.name());
            return "(" + alone(c, scope).sql + " COLLATE " + collation + ")";
        }
        case Op::operator_call:
            return operator_call(c, scope);
        case Op::fragment:
            return fragment(c, scope);
        case Op::constant:
            return constant(c);
        case Op::row_compare:
            return row_compare(c, scope);
        case Op::grouping: {
            std::string terms;
            for (const Operand& term : each(c.u8(), c, scope))
                terms += (terms.empty() ? "" : ", ") + term.sql;
            return dialect_.grouping_of(terms);
        }
        case Op::none:
            break;
    }
    throw InvalidQuery("the condition holds an unknown operation");
}

}  // namespace duet::detail
