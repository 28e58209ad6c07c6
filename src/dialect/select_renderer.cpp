#include "select_renderer.hpp"

#include <duet/base/error.hpp>

#include "sql_text.hpp"

namespace duet::detail {

namespace {
void append_listed(std::string& list, const std::string& item) {
    if (!list.empty()) list += ", ";
    list += item;
}
}  // namespace

void SelectParts::conjoin(const std::string& condition) {
    if (!where.empty()) where += " AND ";
    where += condition;
}

void SelectParts::add(ExpressionRenderer& expressions, ClauseView clause, Scope& scope) {
    Cursor c = clause.body;
    switch (clause.clause) {
        case shape::Clause::where:
            conjoin(expressions.predicate(c, scope, true));
            break;
        case shape::Clause::having:
            if (!having.empty()) having += " AND ";
            having += expressions.predicate(c, scope, true);
            break;
        case shape::Clause::group:
            append_listed(group, expressions.operand(c, scope));
            break;
        case shape::Clause::order: {
            const std::uint8_t flags = c.u8();
            const bool descending = (flags & shape::order_descending) != 0;
            std::string key = expressions.order_key(c, scope, descending);
            if (descending) key += " DESC";
            if ((flags & shape::order_nulls_first) != 0) key += " NULLS FIRST";
            if ((flags & shape::order_nulls_last) != 0) key += " NULLS LAST";
            append_listed(order, key);
            break;
        }
        case shape::Clause::select: {
            selects = true;
            const std::string label(c.name());
            std::string item = expressions.operand(c, scope);
            if (label != "_") item += " AS " + quoted(expressions.dialect(), label);
            append_listed(columns, item);
            break;
        }
        case shape::Clause::joined: {
            const std::size_t hops = c.u8();
            std::size_t at = 0;
            for (std::size_t i = 0; i < hops; ++i)
                at = scope.source->join_one(at, c.u8(), expressions.aliases());
            const Source::Table& table = scope.source->table(at);
            for (const ColumnInfo& column : table.model->columns) {
                append_listed(columns, qualified(expressions.dialect(), table.alias, column.name));
            }
            break;
        }
        case shape::Clause::through: {
            const std::string owner = scope.source->join_link(c.link(), expressions.aliases());
            append_listed(columns, owner);
            break;
        }
        case shape::Clause::set:
            break;
    }
}

std::string SelectParts::tail(const Source& source) const {
    std::string out = " FROM " + source.from();
    if (!where.empty()) out += " WHERE " + where;
    if (!group.empty()) out += " GROUP BY " + group;
    if (!having.empty()) out += " HAVING " + having;
    if (!order.empty()) out += " ORDER BY " + order;
    return out;
}

void add_visibility(const Dialect& dialect, SelectParts& parts, const Source::Table& root,
                    std::uint32_t flags) {
    const ModelInfo& model = *root.model;
    const bool only_deleted = (flags & shape::only_deleted) != 0;
    if (model.soft_delete < 0) {
        if (only_deleted) throw InvalidQuery(std::string(model.type_name) + " has no SoftDelete member");
        return;
    }
    if ((flags & shape::with_deleted) != 0 && !only_deleted) return;
    parts.conjoin(
        qualified(dialect, root.alias, model.columns[static_cast<std::size_t>(model.soft_delete)].name) +
        (only_deleted ? " IS NOT NULL" : " IS NULL"));
}

std::string render_nested(ExpressionRenderer& expressions, const NestedQuery& query, const Scope& outer,
                          bool select_one) {
    const Dialect& dialect = expressions.dialect();
    Source source(dialect, *query.model, fresh_alias(expressions.aliases(), query.model->table),
                  expressions.with_deleted());
    Scope scope{&source, &outer};
    SelectParts parts;
    for (const ClauseView& clause : query.clauses) {
        if (clause.clause != shape::Clause::joined) parts.add(expressions, clause, scope);
    }
    add_visibility(dialect, parts, source.root(), query.flags);
    std::string sql = "SELECT ";
    if ((query.flags & shape::distinct) != 0) sql += "DISTINCT ";
    if (select_one) {
        sql += "1";
    } else if (parts.selects) {
        sql += parts.columns;
    } else {
        sql += qualified(dialect, source.root().alias, query.model->columns[query.column].name);
    }
    sql += parts.tail(source);
    dialect.limit_offset(sql, query.limit, query.offset);
    return sql;
}

}  // namespace duet::detail
