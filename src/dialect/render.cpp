#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include "select_renderer.hpp"
#include "sql_text.hpp"

namespace duet {

namespace {

using detail::ClauseView;
using detail::ExpressionRenderer;
using detail::Scope;
using detail::SelectParts;
using detail::Source;
using shape::Clause;
using shape::QueryData;

class QueryRenderer {
public:
    QueryRenderer(const Dialect& dialect, const QueryData& query)
        : dialect_(dialect),
          query_(query),
          expressions_(dialect, (query.flags & shape::with_deleted) != 0),
          source_(dialect, *query.model, detail::fresh_alias(expressions_.aliases(), query.model->table),
                  (query.flags & shape::with_deleted) != 0),
          clauses_(detail::clauses_of(query.clauses.bytes.data(), query.clauses.bytes.size(), 0)) {
        std::size_t next = query.clauses.values.size();
        if ((query.flags & shape::has_limit) != 0) limit_ = detail::value_mark(next++);
        if ((query.flags & shape::has_offset) != 0) offset_ = detail::value_mark(next++);
    }

    Plan rows() { return finish(select(), false); }

    Plan count() {
        // Limits, DISTINCT and groups change what there is to count, so the query itself becomes the table.
        const bool whole = limit_.empty() && offset_.empty() && (query_.flags & shape::distinct) == 0 &&
                           !query_.has(Clause::group) && !query_.has(Clause::having);
        if (!whole) return finish("SELECT count(*) FROM (" + select() + ") AS counted", false);
        SelectParts parts = render_parts(false);
        parts.order.clear();
        return finish("SELECT count(*)" + parts.tail(source_), false);
    }

    Plan exists() {
        if (query_.has(Clause::group)) return finish("SELECT EXISTS (" + select() + ")", false);
        SelectParts parts = render_parts(false);
        parts.order.clear();
        std::string inner = "SELECT 1" + parts.tail(source_);
        dialect_.limit_offset(inner, limit_, offset_);
        return finish("SELECT EXISTS (" + inner + ")", false);
    }

    Plan remove() {
        SelectParts parts = render_parts(false);
        return finish("DELETE FROM " + detail::quoted(dialect_, query_.model->table) + restriction(parts),
                      true);
    }

    Plan update() {
        SelectParts parts = render_parts(false);
        std::string assignments;
        for (const ClauseView& clause : clauses_) {
            if (clause.clause != Clause::set) continue;
            detail::Cursor c = clause.body;
            const ColumnInfo& column = query_.model->columns[c.u8()];
            Scope scope{&source_};
            if (!assignments.empty()) assignments += ", ";
            const bool was_joined = source_.joined();
            assignments += detail::quoted(dialect_, column.name) + " = " + expressions_.operand(c, scope);
            if (source_.joined() != was_joined)
                throw InvalidQuery("an update cannot take values across a relation");
        }
        if (assignments.empty()) throw InvalidQuery("update_bulk needs at least one assignment");
        return finish("UPDATE " + detail::quoted(dialect_, query_.model->table) + " SET " + assignments +
                          restriction(parts),
                      true);
    }

private:
    SelectParts render_parts(bool with_columns) {
        SelectParts parts;
        Scope scope{&source_};
        if (with_columns && !query_.has(Clause::select)) {
            for (const ColumnInfo& column : query_.model->columns) {
                if (!parts.columns.empty()) parts.columns += ", ";
                parts.columns += detail::qualified(dialect_, source_.root().alias, column.name);
            }
        }
        for (const ClauseView& clause : clauses_) {
            const bool is_column = clause.clause == Clause::select || clause.clause == Clause::joined;
            if (is_column && !with_columns) continue;
            // A select list has no objects that a relation could be loaded into.
            if (clause.clause == Clause::joined && query_.has(Clause::select)) continue;
            parts.add(expressions_, clause, scope);
        }
        detail::add_visibility(dialect_, parts, source_.root(), query_.flags);
        return parts;
    }

    std::string select() {
        SelectParts parts = render_parts(true);
        std::string sql = (query_.flags & shape::distinct) != 0 ? "SELECT DISTINCT " : "SELECT ";
        sql += parts.columns + parts.tail(source_);
        dialect_.limit_offset(sql, limit_, offset_);
        if ((query_.flags & shape::for_update) != 0) {
            if (!dialect_.capabilities().for_update) {
                throw UnsupportedByDialect(std::string(dialect_.name()) +
                                           " has no row locks: for_update is not available");
            }
            sql += " FOR UPDATE";
            if ((query_.flags & shape::skip_locked) != 0) sql += " SKIP LOCKED";
            if ((query_.flags & shape::no_wait) != 0) sql += " NOWAIT";
        }
        return sql;
    }

    /// The WHERE of a set-based write; through the keys of a SELECT when joins, order or limits are in play.
    std::string restriction(SelectParts& parts) {
        if (query_.has(Clause::group)) throw InvalidQuery("a grouped query cannot be updated or deleted");
        const bool direct = !source_.joined() && limit_.empty() && offset_.empty();
        if (direct) return parts.where.empty() ? std::string() : " WHERE " + parts.where;
        std::string key;
        std::string selected;
        if (query_.model->key.size() == 1) {
            const std::string_view name =
                query_.model->columns[static_cast<std::size_t>(query_.model->key[0])].name;
            key = detail::quoted(dialect_, name);
            selected = detail::qualified(dialect_, source_.root().alias, name);
        } else if (!dialect_.row_identity().empty()) {
            key = dialect_.row_identity();
            selected = detail::quoted(dialect_, source_.root().alias) + "." + key;
        } else {
            throw UnsupportedByDialect("limits and joins in writes need a model with one key column");
        }
        std::string inner = "SELECT " + selected + parts.tail(source_);
        dialect_.limit_offset(inner, limit_, offset_);
        return " WHERE " + key + " IN (" + inner + ")";
    }

    Plan finish(const std::string& marked, bool writes) { return detail::finish(dialect_, marked, writes); }

    const Dialect& dialect_;
    const QueryData& query_;
    ExpressionRenderer expressions_;
    Source source_;
    std::vector<ClauseView> clauses_;
    std::string limit_;
    std::string offset_;
};

}  // namespace

Plan render(const Dialect& dialect, const QueryData& query, Verb verb) {
    QueryRenderer renderer(dialect, query);
    switch (verb) {
        case Verb::rows:
            return renderer.rows();
        case Verb::count:
            return renderer.count();
        case Verb::exists:
            return renderer.exists();
        case Verb::update:
            return renderer.update();
        case Verb::remove:
            return renderer.remove();
    }
    throw InvalidQuery("unknown verb");
}

}  // namespace duet
