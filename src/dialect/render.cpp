#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include "select_renderer.hpp"
#include "sql_text.hpp"
#include "statement_renderer.hpp"
#include "write_renderer.hpp"

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
        if (!whole) return finish("SELECT count(*) FROM (" + select(true) + ") AS counted", false);
        SelectParts parts = render_parts(false);
        parts.order.clear();
        return finish("SELECT count(*)" + parts.tail(source_), false);
    }

    Plan exists() {
        if (query_.has(Clause::group)) return finish("SELECT EXISTS (" + select(true) + ")", false);
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
            assignments +=
                detail::quoted(dialect_, column.name) + " = " + expressions_.assigned(c, scope, column);
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
                parts.selected.push_back(detail::qualified(dialect_, source_.root().alias, column.name));
                parts.columns += parts.selected.back();
            }
        }
        parts.add_all(expressions_, clauses_, scope, with_columns);
        detail::add_visibility(dialect_, parts, source_.root(), query_.flags);
        return parts;
    }

    std::string select(bool to_count = false) {
        SelectParts parts = render_parts(true);
        std::uint32_t flags = query_.flags;
        const std::string locked = (flags & shape::for_update) != 0 && !to_count
                                       ? detail::locked_tables(expressions_, source_, clauses_, flags)
                                       : "";
        parts.settle_order(dialect_, *query_.model, flags);
        std::ranges::copy(parts.same_values, std::back_inserter(same_values_));
        const bool distinct = (flags & shape::distinct) != 0;
        const bool plain = !distinct && parts.group.empty() && parts.having.empty() && !parts.aggregates;
        if (!locked.empty() && !plain && !dialect_.capabilities().locks_groups)
            detail::refuse_locks(dialect_);
        std::string sql = distinct ? "SELECT DISTINCT " : "SELECT ";
        // Two columns of one name are no table to some databases.
        const bool may_be_less = to_count && !distinct && !query_.has(Clause::select);
        sql += (may_be_less ? "1" : parts.columns) + parts.tail(source_);
        dialect_.limit_offset(sql, limit_, offset_);
        if (!locked.empty()) dialect_.row_locks(sql, locked, flags);
        return sql;
    }

    /// The WHERE of a set-based write; through the keys of a SELECT when joins, order or limits are in play.
    std::string restriction(SelectParts& parts) {
        if (query_.has(Clause::group)) throw InvalidQuery("a grouped query cannot be updated or deleted");
        return detail::restriction(dialect_, source_, parts, limit_, offset_);
    }

    Plan finish(std::string marked, bool writes) {
        if (!expressions_.common_tables().empty()) {
            if (writes && !dialect_.capabilities().with_in_writes)
                throw UnsupportedByDialect(std::string(dialect_.name()) +
                                           " has no CTEs in UPDATE and DELETE");
            marked.insert(0, detail::with_clause(expressions_));
        }
        Plan plan = detail::finish(dialect_, marked, writes);
        plan.equal_values = std::move(same_values_);
        std::ranges::copy(expressions_.same_values(), std::back_inserter(plan.equal_values));
        plan.own_words = expressions_.own_words();
        plan.locks = expressions_.locks();
        return plan;
    }

    const Dialect& dialect_;
    const QueryData& query_;
    ExpressionRenderer expressions_;
    Source source_;
    std::vector<ClauseView> clauses_;
    std::string limit_;
    std::string offset_;
    std::vector<detail::SameValues> same_values_;
};

}  // namespace

Plan render(const Dialect& dialect, const QueryData& query, Verb verb) {
    if ((query.flags & shape::statement) != 0) return render_statement(dialect, query);
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
