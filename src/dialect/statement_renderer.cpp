#include <duet/base/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include "expression_types.hpp"
#include "sql_text.hpp"
#include "statement_text.hpp"

namespace duet::detail {

using shape::Clause;
using shape::SetOperation;

namespace {

std::string_view set_words(SetOperation operation) {
    switch (operation) {
        case SetOperation::union_distinct:
            return " UNION ";
        case SetOperation::union_all:
            return " UNION ALL ";
        case SetOperation::intersect_distinct:
            return " INTERSECT ";
        case SetOperation::intersect_all:
            return " INTERSECT ALL ";
        case SetOperation::except_distinct:
            return " EXCEPT ";
        case SetOperation::except_all:
            return " EXCEPT ALL ";
    }
    return {};
}

bool intersects(SetOperation operation) {
    return operation == SetOperation::intersect_distinct || operation == SetOperation::intersect_all;
}

/// Whether a statement stands beside UNION as it is, without parentheses, which SQLite does not take there.
bool is_plain(const NestedQuery& query) {
    return query.limit.empty() && query.offset.empty() && !has(query, Clause::order) &&
           !has(query, Clause::compound);
}

/// Whether the rows are objects of its model, which stand for their keys where one value is wanted.
bool yields_objects(const NestedQuery& query) {
    for (const ClauseView& clause : query.clauses) {
        if (clause.clause != Clause::compound) continue;
        Cursor c = clause.body;
        c.u8();
        return !has(query, Clause::select) && yields_objects(read_nested(c));
    }
    return has(query, Clause::rows_of) && !has(query, Clause::select);
}

}  // namespace

std::string StatementRenderer::text(StatementUse use) {
    for (const ClauseView& clause : statement_.clauses) {
        if (clause.clause == Clause::with) define_common_table(x_, clause.body);
    }
    const bool compound = has(statement_, Clause::compound);
    if (compound && is_bare_compound()) {
        std::string sql = compounds(use == StatementUse::value ? use : StatementUse::rows);
        limit(sql, statement_.flags, statement_.limit);
        if (use == StatementUse::existence) return "SELECT 1 FROM (" + sql + ") AS found";
        return sql;
    }
    Source source = compound ? root_over("(" + compounds(StatementUse::rows) + ")") : root();
    if (const std::string words = hints(Hint::Place::table); !words.empty()) source.add_text(" " + words);
    Scope scope{&source, outer_};
    for (const ClauseView& clause : statement_.clauses) {
        if (clause.clause == Clause::join) join(source, scope, clause.body);
        if (clause.clause == Clause::join_path) join_path(source, clause.body);
    }
    return select(source, scope, use, compound);
}

bool StatementRenderer::is_bare_compound() const {
    if ((statement_.flags & shape::for_update) != 0) return false;
    return std::ranges::all_of(statement_.clauses, [](const ClauseView& c) {
        return c.clause == Clause::compound || c.clause == Clause::with;
    });
}

std::string StatementRenderer::compounds(StatementUse use) {
    std::string sql;
    bool first = true;
    bool only_intersects = true;
    for (const ClauseView& clause : statement_.clauses) {
        if (clause.clause != Clause::compound) continue;
        Cursor c = clause.body;
        const auto operation = static_cast<SetOperation>(c.u8());
        NestedQuery part = read_nested(c);
        if (first && is_bare_compound()) part.fields = statement_.fields;
        if (first) x_.recursion() = recursion_;
        std::string text = render_statement(x_, part, outer_, use, way_);
        if (first) yielded_ = x_.yielded();
        if (!is_plain(part)) text = whole(text);
        if (std::exchange(first, false)) {
            sql = std::move(text);
            continue;
        }
        const bool all = operation == SetOperation::intersect_all || operation == SetOperation::except_all;
        const std::string_view words = set_words(operation);
        if (all && !dialect_.capabilities().all_set_operations) {
            throw UnsupportedByDialect(std::string(dialect_.name()) + " has no" +
                                       std::string(words.substr(0, words.size() - 1)));
        }
        // INTERSECT comes before the others in some databases, and in its turn in others.
        if (intersects(operation) && !only_intersects) sql = whole(sql);
        only_intersects = only_intersects && intersects(operation);
        sql.append(words) += text;
    }
    return sql;
}

std::string StatementRenderer::whole(const std::string& text) {
    return "SELECT * FROM (" + text + ") AS " + quoted(dialect_, fresh_alias(x_.aliases(), "part"));
}

void StatementRenderer::require_lone_rollup() const {
    if (!dialect_.capabilities().rollup_alone || !has(statement_, Clause::grouping)) return;
    const auto terms = std::ranges::count_if(statement_.clauses, [](const ClauseView& c) {
        return c.clause == Clause::grouping || c.clause == Clause::group || c.clause == Clause::order;
    });
    if (terms == 1) return;
    throw UnsupportedByDialect(std::string(dialect_.name()) +
                               " has no ROLLUP beside other keys or an order: order the rows of a subquery");
}

std::string StatementRenderer::select(Source& source, Scope& scope, StatementUse use, bool compound) {
    SelectParts parts;
    parts.recursion = recursion_;
    if (compound && (statement_.flags & shape::own_columns) == 0) parts.add_all_of(dialect_, source.root());
    parts.add_all(x_, statement_.clauses, scope, true);
    require_lone_rollup();
    if (root_is_table_ && !hides_root_early()) {
        add_visibility(dialect_, parts, source.root(),
                       statement_.flags | (with_deleted_ ? std::uint32_t{shape::with_deleted} : 0));
    }
    std::uint32_t flags = statement_.flags;
    const bool locks = (flags & shape::for_update) != 0;
    const std::string locked = locks ? locked_tables(x_, source, statement_.clauses, flags) : std::string();
    parts.settle_order(dialect_, *statement_.model, flags);
    std::ranges::copy(parts.same_values, std::back_inserter(x_.same_values()));
    if (use == StatementUse::value && yields_objects(statement_)) {
        const ModelInfo& model = *statement_.model;
        parts.columns = qualified(dialect_, source.root().alias, model.columns[statement_.column].name);
    }
    if (parts.columns.empty()) throw InvalidQuery("this statement selects nothing");
    if (statement_.fields != nullptr && !compound) parts.name_as(dialect_, *statement_.fields);
    x_.yielded() = parts.names();
    if (locks && (compound || !dialect_.capabilities().locks_groups)) require_plain_rows(parts, compound);
    if (way_ != nullptr && !compound) watch(parts);
    x_.front() += hints(Hint::Place::front);
    std::string sql = "SELECT ";
    if (const std::string words = hints(Hint::Place::select); !words.empty()) sql += words + " ";
    if (!parts.distinct_on.empty()) {
        if (!dialect_.capabilities().distinct_on || !parts.distinct_keys_first())
            return first_of_each(std::move(sql), parts, source, locks);
        sql += "DISTINCT ON (" + parts.distinct_on + ") ";
    } else if ((flags & shape::distinct) != 0) {
        sql += "DISTINCT ";
    }
    sql += parts.columns + parts.tail(source);
    limit(sql, flags, parts.limit_of(statement_));
    if (!locked.empty()) dialect_.row_locks(sql, locked, flags);
    return sql;
}

void StatementRenderer::require_plain_rows(const SelectParts& parts, bool compound) const {
    const bool distinct = (statement_.flags & shape::distinct) != 0 || !parts.distinct_on.empty();
    const bool plain = !compound && !distinct && !parts.aggregates && parts.group.empty() &&
                       parts.having.empty() && x_.windows() == windows_before_;
    if (plain) return;
    refuse_locks(dialect_);
}

std::string StatementRenderer::first_of_each(std::string sql, const SelectParts& parts, const Source& source,
                                             bool locks) {
    if (locks || parts.list.empty())
        throw UnsupportedByDialect(std::string(dialect_.name()) + " has no DISTINCT ON with locks");
    const std::string part = fresh_alias(x_.aliases(), "part");
    const auto named = [&](std::string_view prefix, std::size_t i) {
        return std::string(prefix) + std::to_string(i + 1);
    };
    std::string outer = "SELECT ";
    for (std::size_t i = 0; i < parts.list.size(); ++i) {
        const SelectParts::Column& column = parts.list[i];
        sql += (i == 0 ? "" : ", ") + column.sql + " AS " + quoted(dialect_, named("c", i));
        outer += (i == 0 ? "" : ", ") + qualified(dialect_, part, named("c", i));
        if (!column.name.empty()) outer += " AS " + quoted(dialect_, column.name);
    }
    std::string order;
    for (std::size_t i = 0; i < parts.terms.size(); ++i) {
        const SelectParts::Term& term = parts.terms[i];
        sql += ", " + term.key + " AS " + quoted(dialect_, named("k", i));
        order += (i == 0 ? "" : ", ") +
                 dialect_.order_term(qualified(dialect_, part, named("k", i)), term.flags, term.may_be_null);
    }
    SelectParts unordered = parts;
    unordered.order.clear();
    sql += ", row_number() OVER (PARTITION BY " + parts.distinct_on;
    if (!parts.order.empty()) sql += " ORDER BY " + parts.order;
    sql += ") AS " + quoted(dialect_, "place") + unordered.tail(source);
    outer += " FROM (" + sql + ") AS " + quoted(dialect_, part) + " WHERE " +
             qualified(dialect_, part, "place") + " = 1";
    if (!order.empty()) outer += " ORDER BY " + order;
    limit(outer, statement_.flags, statement_.limit);
    return outer;
}

void StatementRenderer::watch(SelectParts& parts) const {
    if (way_->key >= parts.list.size())
        throw InvalidQuery("the CTE '" + std::string(way_->common_table) + "' cannot watch its way here");
    const Operand key{.sql = parts.list[way_->key].sql};
    const Operand comma{.sql = "','", .kind = Kind::text};
    const Operand text{.sql = dialect_.cast(key, Kind::text), .kind = Kind::text};
    const auto joined = [&](std::initializer_list<Operand> texts) {
        return dialect_.call(shape::Function::concat, std::vector<Operand>(texts));
    };
    if (way_source_.empty()) {
        parts.columns += ", " + dialect_.growing_text(joined({comma, text, comma}));
        return;
    }
    const Operand way{.sql = qualified(dialect_, way_source_, WatchedWay::column), .kind = Kind::text};
    parts.columns += ", " + joined({way, text, comma});
    const std::string step = joined({comma, text, comma});
    parts.conjoin("replace(" + way.sql + ", " + step + ", '') = " + way.sql);
}

void StatementRenderer::limit(std::string& sql, std::uint32_t flags, const std::string& rows) const {
    if ((flags & shape::with_ties) == 0) return dialect_.limit_offset(sql, rows, statement_.offset);
    if (!dialect_.capabilities().ties)
        throw UnsupportedByDialect(std::string(dialect_.name()) + " has no FETCH ... WITH TIES");
    if (!has(statement_, Clause::order)) throw InvalidQuery("with_ties() needs an order");
    if (statement_.limit.empty()) throw InvalidQuery("with_ties() needs a limit");
    if (!statement_.offset.empty()) sql += " OFFSET " + statement_.offset + " ROWS";
    if (!statement_.limit.empty()) sql += " FETCH FIRST " + statement_.limit + " ROWS WITH TIES";
}

std::string StatementRenderer::hints(Hint::Place place) const {
    std::string out;
    for (const ClauseView& clause : statement_.clauses) {
        if (clause.clause != Clause::hint) continue;
        Cursor c = clause.body;
        const auto database = static_cast<DialectName>(c.u8());
        const std::size_t length = c.u16();
        const Hint hint = dialect_.hint(database, {reinterpret_cast<const char*>(c.at), length});
        if (hint.place == place) out += (out.empty() ? "" : " ") + hint.text;
    }
    return out;
}

NestedQuery read_nested(Cursor& c) {
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
    return query;
}

std::string render_statement(ExpressionRenderer& expressions, const NestedQuery& statement,
                             const Scope* outer, StatementUse use, const WatchedWay* way) {
    if (is_write(statement.flags)) {
        throw InvalidQuery(
            "a statement that writes can be a CTE, and stand nowhere else inside of another one");
    }
    constexpr int deepest = 200;
    if (expressions.depth() >= deepest) throw InvalidQuery("the statement is nested too deeply");
    ++expressions.depth();  // stays where an error ends it all
    const std::size_t taken = expressions.aliases().size();
    std::string sql = StatementRenderer(expressions, statement, outer, way).text(use);
    --expressions.depth();
    expressions.release_aliases(taken);  // what stands beside it does not see them
    return sql;
}

std::string render_enclosed(ExpressionRenderer& expressions, const NestedQuery& statement, const Scope* outer,
                            StatementUse use) {
    std::string sql = render_statement(expressions, statement, outer, use);
    if (expressions.local_common_tables() && has(statement, Clause::with))
        sql.insert(0, with_words(expressions));
    return sql;
}

}  // namespace duet::detail
