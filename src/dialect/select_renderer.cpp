#include "select_renderer.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <iterator>

#include "expression_types.hpp"
#include "sql_text.hpp"
#include "statement_renderer.hpp"

namespace duet::detail {

namespace {
void append_listed(std::string& list, const std::string& item) {
    if (!list.empty()) list += ", ";
    list += item;
}
}  // namespace

namespace {
/// The column that the expression is; nothing for others.
struct NamedColumn {
    const ModelInfo* model = nullptr;
    std::string_view name{};
};
NamedColumn column_named(Cursor c, const Scope& scope) {
    const ModelInfo* model = scope.source->root().model;
    const auto next = [&c, &model] { return NamedColumn{model, model->columns[c.u8()].name}; };
    switch (c.op()) {
        case shape::Op::column:
            return next();
        case shape::Op::alias_path:
            c.name();
            model = &c.model();
            [[fallthrough]];
        case shape::Op::path:
            for (std::size_t hops = c.u8(); hops > 0; --hops) model = &model->relations[c.u8()].target();
            return next();
        case shape::Op::alias_column:
            c.name();
            model = &c.model();
            return next();
        default:
            return {};
    }
}

/// The texts of the key of the table that a column is one of, from the text of that column.
std::vector<std::string> keys_beside(const Dialect& dialect, const ModelInfo& model, const std::string& sql,
                                     std::string_view name) {
    std::vector<std::string> out;
    const std::string table = sql.substr(0, sql.size() - quoted(dialect, name).size());
    for (const std::int16_t key : model.key)
        out.push_back(table + quoted(dialect, model.columns[static_cast<std::size_t>(key)].name));
    return out;
}
}  // namespace

std::string SelectParts::limit_of(const NestedQuery& query) const {
    const bool single = aggregates && group.empty();
    return query.first_row && query.limit.empty() && !single ? "1" : query.limit;
}

void SelectParts::conjoin(const std::string& condition) {
    if (!where.empty()) where += " AND ";
    where += condition;
}

void SelectParts::add(ExpressionRenderer& expressions, ClauseView clause, Scope& scope) {
    Cursor c = clause.body;
    const auto shared = [&](std::string text) {
        share(expressions.dialect(), text, grouped);
        return text;
    };
    const std::size_t windows_before = expressions.windows();
    const auto without_windows = [&](std::string_view place) {
        if (expressions.windows() == windows_before) return;
        throw InvalidQuery("a window function cannot stand in " + std::string(place) +
                           ": it looks at the rows that are left then");
    };
    switch (clause.clause) {
        case shape::Clause::where:
            if (type_of(c, scope).aggregates) {
                throw InvalidQuery(
                    "an aggregate cannot stand in where, which chooses the rows it is of: that is for "
                    "having");
            }
            conjoin(expressions.predicate(c, scope, true));
            without_windows("where");
            break;
        case shape::Clause::having:
            if (!having.empty()) having += " AND ";
            having += shared(expressions.predicate(c, scope, true));
            without_windows("having");
            if (!expressions.dialect().capabilities().having_sees_groups) {
                // Within a group it is one value. Columns are seen.
                for (const std::string& term : grouped) {
                    if (term.find('(') != std::string::npos) wrap_in_min(having, term);
                }
            }
            break;
        case shape::Clause::group:
            if (type_of(c, scope).aggregates)
                throw InvalidQuery("an aggregate cannot stand in group_by, which says what it is of");
            grouped.push_back(expressions.alone(c, scope).sql);
            without_windows("group_by");
            append_listed(group, grouped.back());
            break;
        case shape::Clause::order: {
            const std::uint8_t flags = c.u8();
            const bool descending = (flags & shape::order_descending) != 0;
            const bool may_be_null = type_of(c, scope).may_be_null;
            if (static_cast<shape::Op>(*c.at) == shape::Op::label) {
                Cursor label = c;
                label.op();
                ordered_labels_.emplace_back(label.name());
            }
            ordered.push_back(shared(expressions.order_key(c, scope, descending)));
            order_flags_.push_back({flags, may_be_null});
            append_listed(order, expressions.dialect().order_term(ordered.back(), flags, may_be_null));
            terms.push_back({ordered.back(), flags, may_be_null});
            break;
        }
        case shape::Clause::select: {
            selects = true;
            const std::string label(c.name());
            const ExpressionType type = type_of(c, scope);
            aggregates = type.aggregates || aggregates;
            const NamedColumn column = column_named(c, scope);
            const std::string_view name = label == "_" ? column.name : std::string_view(label);
            const bool begins = recursion != nullptr && list.size() < recursion->columns.size();
            std::string item =
                shared(begins ? expressions.first_of_recursion(c, scope, recursion->columns[list.size()]).sql
                              : expressions.alone(c, scope).sql);
            selected.push_back(item);
            list.push_back({item, std::string(name), label != "_"});
            if (type.reads_rows && column.model != nullptr) {
                singles_.push_back({std::string(column.name), item,
                                    keys_beside(expressions.dialect(), *column.model, item, column.name)});
            } else if (type.reads_rows) {
                singles_.push_back({std::string(name), {}});
            }
            if (label != "_") selected.push_back(quoted(expressions.dialect(), label));
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
            joins_link = true;
            const std::string owner = scope.source->join_link(c.link(), expressions.aliases());
            append_listed(columns, owner);
            break;
        }
        case shape::Clause::rows_of:
            add_rows_of(expressions, c.name(), scope);
            break;
        case shape::Clause::grouping:
            add_grouping(expressions, c, scope);
            break;
        case shape::Clause::distinct_on:
            distinct_keys.push_back(expressions.alone(c, scope).sql);
            append_listed(distinct_on, distinct_keys.back());
            break;
        case shape::Clause::window: {
            const std::string_view given = c.name();
            if (std::ranges::find(window_names_, given) != window_names_.end())
                throw InvalidQuery("two windows are named '" + std::string(given) + "'");
            window_names_.emplace_back(given);
            const std::string name = quoted(expressions.dialect(), given);
            append_listed(windows, name + " AS (" + shared(expressions.window(c, scope).definition()) + ")");
            break;
        }
        default:
            break;
    }
}

void SelectParts::add_rows_of(ExpressionRenderer& expressions, std::string_view name, const Scope& scope) {
    const Source::Table* table = name.empty() ? &scope.source->root() : scope.source->named(name);
    if (table == nullptr) throw_no_source(name);
    for (const ColumnInfo& column : table->model->columns) {
        selected.push_back(qualified(expressions.dialect(), table->alias, column.name));
        append_listed(columns, selected.back());
        list.push_back({selected.back(), std::string(column.name)});
        singles_.push_back({std::string(column.name), selected.back(),
                            keys_beside(expressions.dialect(), *table->model, selected.back(), column.name)});
    }
}

void SelectParts::add_grouping(ExpressionRenderer& expressions, Cursor& c, Scope& scope) {
    const auto kind = static_cast<shape::Grouping>(c.u8());
    std::vector<std::string> sets;
    for (std::size_t count = c.u8(); count > 0; --count) {
        std::string set;
        for (std::size_t keys = c.u8(); keys > 0; --keys) {
            grouped.push_back(expressions.alone(c, scope).sql);
            append_listed(set, grouped.back());
        }
        sets.push_back(std::move(set));
    }
    append_listed(group, expressions.dialect().grouping(kind, sets));
}

void SelectParts::add_all(ExpressionRenderer& expressions, std::span<const ClauseView> clauses, Scope& scope,
                          bool with_columns) {
    using shape::Clause;
    const auto has = [&](Clause wanted) {
        return std::ranges::any_of(clauses, [&](const ClauseView& c) { return c.clause == wanted; });
    };
    const Capabilities& can = expressions.dialect().capabilities();
    const std::size_t windows_before = expressions.windows();
    const std::size_t named_before = expressions.named_windows().size();
    const auto groups = [](const ClauseView& c) {
        return c.clause == Clause::group || c.clause == Clause::grouping;
    };
    const bool groups_first =
        (can.strict_grouping || !can.having_sees_groups) && std::ranges::any_of(clauses, groups);
    const bool reused = expressions.reuse_aliases(false);
    expressions.reuse_aliases(reused || groups_first);
    if (groups_first) {
        for (const ClauseView& clause : clauses) {
            if (groups(clause)) add(expressions, clause, scope);
        }
    }
    const bool has_list = has(Clause::select);
    for (const ClauseView& clause : clauses) {
        if (groups_first && groups(clause)) continue;
        const bool is_column = clause.clause == Clause::select || clause.clause == Clause::joined;
        if (is_column && !with_columns) continue;
        // A select list has no objects that a relation could be loaded into.
        if (clause.clause == Clause::joined && has_list) continue;
        add(expressions, clause, scope);
    }
    expressions.reuse_aliases(reused);
    require_sense(expressions.dialect(), has_list && with_columns);
    for (std::size_t i = named_before; i < expressions.named_windows().size(); ++i) {
        const std::string& name = expressions.named_windows()[i];
        if (std::ranges::find(window_names_, name) == window_names_.end())
            throw InvalidQuery("no window is named '" + name + "'; window(name, ...) makes one");
    }
    expressions.named_windows().resize(named_before);
    if (!can.windows_keep_order && !grouped.empty() && expressions.windows() != windows_before)
        protect_order(expressions.dialect());
}

void SelectParts::add_all_of(const Dialect& dialect, const Source::Table& table) {
    columns = quoted(dialect, table.alias) + ".*";
    singles_.push_back({"*", {}});
}

void SelectParts::protect_order(const Dialect& dialect) {
    order.clear();
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        append_listed(order, dialect.order_term("coalesce(" + ordered[i] + ")", order_flags_[i].flags,
                                                order_flags_[i].may_be_null));
    }
}

void SelectParts::share(const Dialect& dialect, std::string& text, const std::vector<std::string>& known) {
    if (!dialect.capabilities().strict_grouping) return;
    for (const std::string& term : known) share_values(text, term, same_values);
}

void SelectParts::settle_order(const Dialect& dialect, const ModelInfo& model, std::uint32_t& flags) {
    if (!dialect.capabilities().strict_grouping || order.empty()) return;
    if (aggregates && group.empty()) {
        order.clear();  // of one row
        return;
    }
    if ((flags & shape::distinct) == 0) return;
    for (const std::string& item : selected) share(dialect, order, {item});
    const auto is_selected = [&](std::string key) {
        for (const std::string& item : selected) share(dialect, key, {item});
        return std::ranges::find(selected, key) != selected.end();
    };
    if (std::ranges::all_of(ordered, is_selected)) return;
    if (!selects && !joins_link && !model.key.empty()) {
        flags &= ~static_cast<std::uint32_t>(shape::distinct);  // whole rows differ by their key
        return;
    }
    throw UnsupportedByDialect(std::string(dialect.name()) +
                               " orders distinct rows only by what is selected");
}

std::string SelectParts::tail(const Source& source) const {
    std::string out = " FROM " + source.from();
    if (!where.empty()) out += " WHERE " + where;
    if (!group.empty()) out += " GROUP BY " + group;
    if (!having.empty()) out += " HAVING " + having;
    if (!windows.empty()) out += " WINDOW " + windows;
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

std::string locked_tables(ExpressionRenderer& expressions, Source& source,
                          std::span<const ClauseView> clauses, std::uint32_t flags) {
    const Dialect& dialect = expressions.dialect();
    expressions.note_locks();
    if ((flags & shape::lock_of) == 0) return quoted(dialect, source.root().alias);
    std::string tables;
    for (const ClauseView& clause : clauses) {
        Cursor c = clause.body;
        if (clause.clause == shape::Clause::lock) {
            std::size_t at = 0;
            for (std::size_t hops = c.u8(); hops != 0; --hops)
                at = source.join_one(at, c.u8(), expressions.aliases());
            source.require(at);
            append_listed(tables, quoted(dialect, source.table(at).alias));
        } else if (clause.clause == shape::Clause::lock_source) {
            const std::string_view name = c.name();
            const Source::Table* table = source.named(name);
            if (table == nullptr) throw_no_source(name);
            append_listed(tables, quoted(dialect, table->alias));
        }
    }
    return tables;
}

void refuse_locks(const Dialect& dialect) {
    throw UnsupportedByDialect(std::string(dialect.name()) +
                               " locks rows of tables, and none behind set operations, distinct, groups, "
                               "aggregates and windows");
}

std::string render_nested(ExpressionRenderer& expressions, const NestedQuery& query, const Scope& outer,
                          bool select_one) {
    if ((query.flags & shape::statement) != 0) {
        return render_enclosed(expressions, query, &outer,
                               select_one ? StatementUse::existence : StatementUse::value);
    }
    const Dialect& dialect = expressions.dialect();
    Source source(dialect, *query.model, fresh_alias(expressions.aliases(), query.model->table),
                  expressions.with_deleted());
    Scope scope{&source, &outer};
    SelectParts parts;
    std::vector<ClauseView> clauses;
    for (const ClauseView& clause : query.clauses) {
        if (clause.clause != shape::Clause::joined) clauses.push_back(clause);
    }
    parts.add_all(expressions, clauses, scope, true);
    add_visibility(dialect, parts, source.root(), query.flags);
    std::uint32_t flags = query.flags;
    if (!select_one && !parts.selects) {
        parts.selects = true;
        parts.columns = qualified(dialect, source.root().alias, query.model->columns[query.column].name);
        parts.selected.push_back(parts.columns);
    }
    parts.settle_order(dialect, *query.model, flags);
    std::ranges::copy(parts.same_values, std::back_inserter(expressions.same_values()));
    std::string sql = "SELECT ";
    if ((flags & shape::distinct) != 0) sql += "DISTINCT ";
    if (select_one) {
        sql += "1";
    } else {
        sql += parts.columns;
    }
    sql += parts.tail(source);
    dialect.limit_offset(sql, parts.limit_of(query), query.offset);
    return sql;
}

}  // namespace duet::detail
