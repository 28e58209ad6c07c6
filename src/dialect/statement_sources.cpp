#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>

#include "expression_types.hpp"
#include "sql_text.hpp"
#include "statement_text.hpp"

// What a statement reads from: its root, and what is joined.
namespace duet::detail {

using shape::Clause;

SourceText StatementRenderer::source(Cursor& c, const Scope* siblings, bool visible_only) {
    SourceText out;
    out.kind = static_cast<shape::SourceKind>(c.u8());
    out.name = c.name();
    out.model = &c.model();
    switch (out.kind) {
        case shape::SourceKind::table:
            out.alias = fresh_alias(x_.aliases(), out.name);
            out.sql = visible_only ? visible_table_as(dialect_, *out.model, out.alias)
                                   : table_as(dialect_, out.model->table, out.alias);
            break;
        case shape::SourceKind::with: {
            const std::string_view common = c.name();
            const bool known = std::ranges::any_of(
                x_.common_tables(), [&](const CommonTable& table) { return table.name == common; });
            if (!known)
                throw InvalidQuery("the CTE '" + std::string(common) + "' is not part of this statement");
            out.alias = fresh_alias(x_.aliases(), out.name);
            out.sql = table_as(dialect_, common, out.alias);
            if (way_ != nullptr && common == way_->common_table) way_source_ = out.alias;
            break;
        }
        case shape::SourceKind::query: {
            const bool lateral = c.u8() != 0;
            if (lateral && !dialect_.capabilities().lateral)
                throw UnsupportedByDialect(std::string(dialect_.name()) + " has no lateral joins");
            NestedQuery query = read_nested(c);
            query.fields = out.model;
            out.sql = lateral ? "LATERAL (" : "(";
            out.sql += render_enclosed(x_, query, lateral ? siblings : outer_, StatementUse::rows);
            out.alias = fresh_alias(x_.aliases(), out.name);
            out.sql += ") AS " + quoted(dialect_, out.alias);
            break;
        }
        case shape::SourceKind::values:
            out.sql = "(" + values(c, *out.model) + ")";
            out.alias = fresh_alias(x_.aliases(), out.name);
            out.sql += " AS " + quoted(dialect_, out.alias);
            break;
        case shape::SourceKind::elements:
            out.alias = fresh_alias(x_.aliases(), out.name);
            out.sql = elements(c, *out.model, siblings, out.alias);
            break;
    }
    return out;
}

Source StatementRenderer::root() {
    for (const ClauseView& clause : statement_.clauses) {
        if (clause.clause != Clause::from) continue;
        Cursor c = clause.body;
        return from_source(c);
    }
    if (statement_.model->table.empty())
        throw InvalidQuery("this statement does not say what it selects from");
    if (hides_root_early()) {
        const std::string alias = fresh_alias(x_.aliases(), statement_.model->table);
        return Source(dialect_, *statement_.model, alias, {},
                      visible_table_as(dialect_, *statement_.model, alias), with_deleted_);
    }
    return Source(dialect_, *statement_.model, fresh_alias(x_.aliases(), statement_.model->table),
                  with_deleted_);
}

bool StatementRenderer::hides_root_early() const {
    if (with_deleted_ || (statement_.flags & shape::only_deleted) != 0) return false;
    return std::ranges::any_of(statement_.clauses, [](const ClauseView& clause) {
        if (clause.clause != Clause::join && clause.clause != Clause::join_path) return false;
        const auto kind = static_cast<shape::JoinKind>(*clause.body.at);
        return kind == shape::JoinKind::right || kind == shape::JoinKind::full;
    });
}

Source StatementRenderer::root_over(const std::string& text) {
    root_is_table_ = false;
    const std::string alias = fresh_alias(x_.aliases(), "part");
    Source whole(dialect_, *statement_.model, alias, {}, text + " AS " + quoted(dialect_, alias),
                 with_deleted_);
    whole.set_yields(std::move(yielded_));
    return whole;
}

Source StatementRenderer::from_source(Cursor& c) {
    SourceText from = source(c, nullptr, hides_root_early());
    root_is_table_ = from.kind == shape::SourceKind::table;
    return Source(dialect_, *from.model, std::move(from.alias), std::move(from.name), std::move(from.sql),
                  with_deleted_);
}

std::string StatementRenderer::elements(Cursor& c, const ModelInfo& model, const Scope* siblings,
                                        const std::string& alias) {
    const std::string_view column = model.columns[0].name;
    const auto what = static_cast<shape::Elements>(c.u8());
    if (what == shape::Elements::none) {
        const Operand nothing{.sql = "NULL"};
        return "(SELECT " + dialect_.cast(nothing, static_cast<Kind>(c.u8())) + " AS " +
               quoted(dialect_, column) + " LIMIT 0) AS " + quoted(dialect_, alias);
    }
    if (what == shape::Elements::list) {
        c.op();
        const auto kind = static_cast<Kind>(c.u8());
        return dialect_.elements({.sql = value_mark(c.value++), .is_value = true}, kind, alias);
    }
    Source nothing(dialect_, model, "", "", "", true);
    Scope scope = siblings != nullptr ? *siblings : Scope{&nothing, outer_};
    const Operand array = x_.alone(c, scope);
    if (array.type == nullptr || array.type->kind != Kind::array)
        throw InvalidQuery("unnest() needs an array column");
    return dialect_.elements(array, kind_in_database(*array.type->base), alias);
}

std::string StatementRenderer::values(Cursor& c, const ModelInfo& model) {
    Source nothing(dialect_, model, "", "", "", true);
    Scope scope{&nothing};
    // The first SELECT names the columns, and gives them types where that is needed. SQLite takes so many
    // SELECTs, but any number of VALUES.
    const bool plain = dialect_.capabilities().plain_values;
    std::string sql;
    for (const ColumnInfo& column : model.columns) {
        const std::string null = dialect_.widest_null(kind_in_database(*column.type));
        if (!null.empty())
            sql += (sql.empty() ? "SELECT " : ", ") + null + " AS " + quoted(dialect_, column.name);
    }
    const bool headed = !sql.empty();
    sql += headed ? " FROM DUAL WHERE 1 = 0" : "SELECT ";
    const std::size_t rows = c.u16();
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t before = row + (headed ? 1 : 0);
        if (before > 0) sql += plain ? (before == 1 ? " UNION ALL VALUES (" : ", (") : " UNION ALL SELECT ";
        bool first = true;
        for (const ColumnInfo& column : model.columns) {
            if (!std::exchange(first, false)) sql += ", ";
            sql += x_.typed_value(c, scope, column);
            if (before == 0) sql += " AS " + quoted(dialect_, column.name);
        }
        if (before > 0 && plain) sql += ")";
    }
    return sql;
}

void StatementRenderer::join(Source& into, Scope& scope, Cursor c) {
    const auto kind = static_cast<shape::JoinKind>(c.u8());
    require_join(kind);
    const bool keeps_right = kind == shape::JoinKind::right || kind == shape::JoinKind::full;
    const bool hides = !with_deleted_;
    SourceText joined = source(c, &scope, hides && keeps_right);
    std::string hidden;
    if (hides && !keeps_right && joined.kind == shape::SourceKind::table)
        hidden = hidden_condition(dialect_, *joined.model, joined.alias);
    into.add_named(std::move(joined.name), *joined.model, joined.alias);
    into.set_unwritten(true);
    std::string condition;
    if (c.u8() != 0) {
        if (type_of(c, scope).aggregates)
            throw InvalidQuery("an aggregate cannot stand in the condition of a join");
        if (kind == shape::JoinKind::full && !dialect_.capabilities().full_join_of_all)
            require_equality(c, scope);
        condition = x_.predicate(c, scope, true);
    } else if (kind != shape::JoinKind::cross) {
        condition = "1 = 1";
    }
    if (condition.empty() && !hidden.empty()) condition = "1 = 1";
    const auto words = condition.empty()                ? kind
                       : kind == shape::JoinKind::cross ? shape::JoinKind::inner
                                                        : kind;
    into.set_unwritten(false);
    into.add_text(join_words(words));
    into.add_text(joined.sql);
    if (!condition.empty()) into.add_text(" ON " + condition + hidden);
}

void StatementRenderer::require_equality(Cursor condition, const Scope& scope) const {
    if (equates_columns(condition, scope)) return;
    throw UnsupportedByDialect(
        std::string(dialect_.name()) +
        " has no FULL JOIN on a condition without a column of one side that equals one of the other");
}

bool StatementRenderer::equates_columns(Cursor& c, const Scope& scope) {
    const auto op = static_cast<shape::Op>(*c.at);
    if (op == shape::Op::logical_and) {
        ++c.at;
        const bool first = equates_columns(c, scope);
        return equates_columns(c, scope) || first;
    }
    bool equates = op == shape::Op::always;
    if (op == shape::Op::eq) {
        Cursor sides = c;
        ++sides.at;
        equates = !take_type(sides, scope).is_value;
        equates = !take_type(sides, scope).is_value && equates;
    }
    take_type(c, scope);
    return equates;
}

void StatementRenderer::join_path(Source& into, Cursor c) {
    const auto kind = static_cast<shape::JoinKind>(c.u8());
    require_join(kind);
    const std::string_view start = c.name();
    std::string name(c.name());
    std::size_t at = 0;
    if (!start.empty()) {
        const Source::Table* table = into.named(start);
        if (table == nullptr) throw_no_source(start);
        at = into.index_of(*table);
    }
    for (std::size_t hops = c.u8(); hops > 0; --hops) {
        const std::uint8_t relation = c.u8();
        const bool last = hops == 1;
        if (!last || name.empty()) {
            if (const std::size_t known = into.joined_explicitly(at, relation)) {
                at = known;
                continue;
            }
        }
        at = into.join_hop(at, relation, kind, last ? name : std::string(), x_.aliases());
    }
}

void StatementRenderer::require_join(shape::JoinKind kind) const {
    if (kind == shape::JoinKind::full && !dialect_.capabilities().full_join)
        throw UnsupportedByDialect(std::string(dialect_.name()) + " has no FULL JOIN");
}

SourceText render_source(ExpressionRenderer& expressions, Cursor& c, const Scope* outer,
                         const Scope* siblings, bool visible_only) {
    const NestedQuery nothing;
    Cursor common = c;
    SourceText out = StatementRenderer(expressions, nothing, outer).source(c, siblings, visible_only);
    if (out.kind == shape::SourceKind::with && expressions.local_common_tables()) {
        common.u8();
        common.name();
        common.model();
        const Dialect& dialect = expressions.dialect();
        out.sql = "(" + with_words(expressions) + "SELECT * FROM " + quoted(dialect, common.name()) +
                  ") AS " + quoted(dialect, out.alias);
    }
    return out;
}

}  // namespace duet::detail
