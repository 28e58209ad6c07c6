#include "statement_renderer.hpp"

#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include "expression_types.hpp"
#include "sql_text.hpp"
#include "write_renderer.hpp"

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

bool has(const NestedQuery& query, Clause wanted) {
    return std::ranges::any_of(query.clauses, [&](const ClauseView& c) { return c.clause == wanted; });
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

class StatementRenderer {
public:
    StatementRenderer(ExpressionRenderer& expressions, const NestedQuery& statement, const Scope* outer,
                      const WatchedWay* way = nullptr)
        : way_(way),
          windows_before_(expressions.windows()),
          x_(expressions),
          dialect_(expressions.dialect()),
          statement_(statement),
          outer_(outer),
          with_deleted_(expressions.with_deleted() || (statement.flags & shape::with_deleted) != 0) {}

    std::string text(StatementUse use) {
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

    /// `siblings`: what a lateral source may refer to.
    SourceText source(Cursor& c, const Scope* siblings, bool visible_only) {
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

private:
    /// Nothing but the set operation, and perhaps a limit.
    bool is_bare_compound() const {
        return std::ranges::all_of(statement_.clauses, [](const ClauseView& c) {
            return c.clause == Clause::compound || c.clause == Clause::with;
        });
    }

    std::string compounds(StatementUse use) {
        std::string sql;
        bool first = true;
        bool only_intersects = true;
        for (const ClauseView& clause : statement_.clauses) {
            if (clause.clause != Clause::compound) continue;
            Cursor c = clause.body;
            const auto operation = static_cast<SetOperation>(c.u8());
            NestedQuery part = read_nested(c);
            if (first && is_bare_compound()) part.fields = statement_.fields;
            std::string text = render_statement(x_, part, outer_, use, way_);
            if (first) yielded_ = x_.yielded();
            if (!is_plain(part)) text = whole(text);
            if (std::exchange(first, false)) {
                sql = std::move(text);
                continue;
            }
            const bool all =
                operation == SetOperation::intersect_all || operation == SetOperation::except_all;
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

    /// A statement with an order or a limit, or a set operation, as one plain SELECT.
    std::string whole(const std::string& text) {
        return "SELECT * FROM (" + text + ") AS " + quoted(dialect_, fresh_alias(x_.aliases(), "part"));
    }

    Source root() {
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

    /// A row of the root that is hidden is no partner for the rows of the other side of a right or full join.
    bool hides_root_early() const {
        if (with_deleted_ || (statement_.flags & shape::only_deleted) != 0) return false;
        return std::ranges::any_of(statement_.clauses, [](const ClauseView& clause) {
            if (clause.clause != Clause::join && clause.clause != Clause::join_path) return false;
            const auto kind = static_cast<shape::JoinKind>(*clause.body.at);
            return kind == shape::JoinKind::right || kind == shape::JoinKind::full;
        });
    }

    Source root_over(const std::string& text) {
        root_is_table_ = false;
        const std::string alias = fresh_alias(x_.aliases(), "part");
        Source whole(dialect_, *statement_.model, alias, {}, text + " AS " + quoted(dialect_, alias),
                     with_deleted_);
        whole.set_yields(std::move(yielded_));
        return whole;
    }

    Source from_source(Cursor& c) {
        SourceText from = source(c, nullptr, hides_root_early());
        root_is_table_ = from.kind == shape::SourceKind::table;
        return Source(dialect_, *from.model, std::move(from.alias), std::move(from.name), std::move(from.sql),
                      with_deleted_);
    }

    std::string elements(Cursor& c, const ModelInfo& model, const Scope* siblings, const std::string& alias) {
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

    std::string values(Cursor& c, const ModelInfo& model) {
        Source nothing(dialect_, model, "", "", "", true);
        Scope scope{&nothing};
        // The first row names the columns. SQLite takes so many SELECTs, but any number of VALUES.
        const bool plain = dialect_.capabilities().plain_values;
        std::string sql = "SELECT ";
        const std::size_t rows = c.u16();
        for (std::size_t row = 0; row < rows; ++row) {
            if (row > 0) sql += plain ? (row == 1 ? " UNION ALL VALUES (" : ", (") : " UNION ALL SELECT ";
            bool first = true;
            for (const ColumnInfo& column : model.columns) {
                if (!std::exchange(first, false)) sql += ", ";
                sql += x_.typed_value(c, scope, column);
                if (row == 0) sql += " AS " + quoted(dialect_, column.name);
            }
            if (row > 0 && plain) sql += ")";
        }
        return sql;
    }

    void join(Source& into, Scope& scope, Cursor c) {
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

    void require_equality(Cursor condition, const Scope& scope) const {
        if (equates_columns(condition, scope)) return;
        throw UnsupportedByDialect(
            std::string(dialect_.name()) +
            " has no FULL JOIN on a condition without a column of one side that equals one of the other");
    }
    /// Whether a condition has such a part that always has to hold, or does not restrict anything.
    static bool equates_columns(Cursor& c, const Scope& scope) {
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

    void join_path(Source& into, Cursor c) {
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

    void require_join(shape::JoinKind kind) const {
        if (kind == shape::JoinKind::full && !dialect_.capabilities().full_join)
            throw UnsupportedByDialect(std::string(dialect_.name()) + " has no FULL JOIN");
    }

    void require_lone_rollup() const {
        if (!dialect_.capabilities().rollup_alone || !has(statement_, Clause::grouping)) return;
        const auto terms = std::ranges::count_if(statement_.clauses, [](const ClauseView& c) {
            return c.clause == Clause::grouping || c.clause == Clause::group || c.clause == Clause::order;
        });
        if (terms == 1) return;
        throw UnsupportedByDialect(
            std::string(dialect_.name()) +
            " has no ROLLUP beside other keys or an order: order the rows of a subquery");
    }

    std::string select(Source& source, Scope& scope, StatementUse use, bool compound) {
        SelectParts parts;
        if (compound && (statement_.flags & shape::own_columns) == 0)
            parts.add_all_of(dialect_, source.root());
        parts.add_all(x_, statement_.clauses, scope, true);
        require_lone_rollup();
        if (root_is_table_ && !hides_root_early()) {
            add_visibility(dialect_, parts, source.root(),
                           statement_.flags | (with_deleted_ ? std::uint32_t{shape::with_deleted} : 0));
        }
        std::uint32_t flags = statement_.flags;
        const bool locks = (flags & shape::for_update) != 0;
        const std::string locked =
            locks ? locked_tables(x_, source, statement_.clauses, flags) : std::string();
        parts.settle_order(dialect_, *statement_.model, flags);
        std::ranges::copy(parts.same_values, std::back_inserter(x_.same_values()));
        if (use == StatementUse::value && yields_objects(statement_)) {
            const ModelInfo& model = *statement_.model;
            parts.columns = qualified(dialect_, source.root().alias, model.columns[statement_.column].name);
        }
        if (parts.columns.empty()) throw InvalidQuery("this statement selects nothing");
        if (statement_.fields != nullptr && !compound) parts.name_as(dialect_, *statement_.fields);
        x_.yielded() = parts.names();
        if (locks && !dialect_.capabilities().locks_groups) require_plain_rows(parts, compound);
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

    void require_plain_rows(const SelectParts& parts, bool compound) const {
        const bool distinct = (statement_.flags & shape::distinct) != 0 || !parts.distinct_on.empty();
        const bool plain = !compound && !distinct && !parts.aggregates && parts.group.empty() &&
                           parts.having.empty() && x_.windows() == windows_before_;
        if (plain) return;
        throw UnsupportedByDialect(std::string(dialect_.name()) +
                                   " locks rows of tables, and none behind set operations, distinct, groups, "
                                   "aggregates and windows");
    }

    /// DISTINCT ON where there is none, or where the order is another one: rows are numbered within each key,
    /// and the first ones stay.
    std::string first_of_each(std::string sql, const SelectParts& parts, const Source& source, bool locks) {
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
            order += (i == 0 ? "" : ", ") + dialect_.order_term(qualified(dialect_, part, named("k", i)),
                                                                term.flags, term.may_be_null);
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

    /// The first rows of a recursive CTE begin their way; others go on with the one that they come from,
    /// unless they have been on it.
    void watch(SelectParts& parts) const {
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

    void limit(std::string& sql, std::uint32_t flags, const std::string& rows) const {
        if ((flags & shape::with_ties) == 0) return dialect_.limit_offset(sql, rows, statement_.offset);
        if (!dialect_.capabilities().ties)
            throw UnsupportedByDialect(std::string(dialect_.name()) + " has no FETCH ... WITH TIES");
        if (!has(statement_, Clause::order)) throw InvalidQuery("with_ties() needs an order");
        if (!statement_.offset.empty()) sql += " OFFSET " + statement_.offset + " ROWS";
        if (!statement_.limit.empty()) sql += " FETCH FIRST " + statement_.limit + " ROWS WITH TIES";
    }

    /// What the user has written for this database and this place.
    std::string hints(Hint::Place place) const {
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

    const WatchedWay* way_;
    std::size_t windows_before_;
    std::vector<std::string> yielded_;  // names of the columns of the first part of a set operation
    std::string way_source_;            // where the rows come from that this step goes on from
    ExpressionRenderer& x_;
    const Dialect& dialect_;
    const NestedQuery& statement_;
    const Scope* outer_;
    bool with_deleted_;
    bool root_is_table_ = true;
};

}  // namespace

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

std::string render_enclosed(ExpressionRenderer& expressions, const NestedQuery& statement, const Scope* outer,
                            StatementUse use) {
    std::string sql = render_statement(expressions, statement, outer, use);
    if (expressions.local_common_tables() && has(statement, Clause::with))
        sql.insert(0, with_words(expressions));
    return sql;
}

}  // namespace duet::detail
