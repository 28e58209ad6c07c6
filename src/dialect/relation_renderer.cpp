#include <duet/base/error.hpp>

#include <algorithm>

#include "expression_renderer.hpp"
#include "sql_text.hpp"

// The part of ExpressionRenderer that follows relations: joins for to-one hops, correlated subqueries from
// the first to-many on.
namespace duet::detail {

using shape::Op;

void ExpressionRenderer::enter(Correlated& correlated, const Source::Table& from, std::uint8_t relation) {
    const RelationInfo& r = from.model->relations[relation];
    const ModelInfo& target = r.target();
    const std::string alias = fresh_alias(aliases_, r.name);
    correlated.from = from.alias;
    correlated.relation = relation;
    correlated.condition = hop_condition(dialect_, *from.model, from.alias, r, alias);
    if (r.kind == RelationKind::many_to_many) {
        const LinkInfo& link = r.link();
        correlated.source.emplace(dialect_, target, alias, with_deleted_);
        correlated.condition =
            qualified(dialect_, alias, target.columns[static_cast<std::size_t>(single_key(target))].name) +
            " IN (SELECT " + qualified(dialect_, alias + "_link", link.target_column) + " FROM " +
            table_as(dialect_, link.table, alias + "_link") + " WHERE " + correlated.condition + ")";
    } else {
        correlated.source.emplace(dialect_, target, alias, with_deleted_);
    }
    if (!with_deleted_) correlated.condition += hidden_condition(dialect_, target, alias);
}

std::string ExpressionRenderer::path(Cursor& c, Scope& scope) {
    return column_along(c, *scope.source, 0, scope);
}

std::string ExpressionRenderer::column_along(Cursor& c, Source& start, std::size_t at, Scope& scope) {
    Source* source = &start;
    bool nested = false;
    for (std::size_t hops = c.u8(); hops > 0; --hops) {
        const std::uint8_t hop = c.u8();
        const Source::Table table = source->table(at);
        const RelationInfo& relation = table.model->relations[hop];
        if (const std::size_t joined = source->joined_explicitly(at, hop)) {
            at = joined;
            continue;
        }
        if (!relation.to_many() || nested) {
            at = source->join_many(at, hop, aliases_);
            continue;
        }
        if (scope.correlated == nullptr) {
            throw InvalidQuery("'" + std::string(relation.name) + "' of " +
                               std::string(table.model->type_name) +
                               " has many rows; use it in a condition, or count_of, any, all, none");
        }
        Correlated& correlated = *scope.correlated;
        if (!correlated.source) {
            enter(correlated, table, hop);
        } else if (correlated.from != table.alias || correlated.relation != hop) {
            throw InvalidQuery("one comparison spans two different to-many relations");
        }
        source = &*correlated.source;
        at = 0;
        nested = true;
    }
    return column(source->table(at), c.u8(), scope);
}

std::string ExpressionRenderer::related(Op op, Cursor& c, Scope& scope) {
    const std::size_t hops = c.u8();
    const std::span<const std::uint8_t> relations(c.at, hops);
    c.at += hops;
    const bool filtered = c.u8() != 0;

    // To-one hops in front join the enclosing query; from the first to-many on we are inside the subquery.
    std::size_t at = 0;
    std::size_t i = 0;
    while (i + 1 < hops && !scope.source->table(at).model->relations[relations[i]].to_many()) {
        at = scope.source->join_one(at, relations[i++], aliases_);
    }
    Correlated correlated;
    const std::size_t taken = aliases_.size();
    const Source::Table from = scope.source->table(at);
    enter(correlated, from, relations[i]);
    std::size_t inner_at = 0;
    for (++i; i < hops; ++i) inner_at = correlated.source->join_many(inner_at, relations[i], aliases_);

    std::string condition = correlated.condition;
    const Source::Table& last = correlated.source->table(inner_at);
    if (filtered) {
        // The filter speaks of the last hop's model: a source of its own, tied to the chain by its key when
        // the chain has hops.
        std::string text;
        if (inner_at == 0) {
            Scope inner{&*correlated.source, &scope};
            text = predicate(c, inner, true);
        } else {
            const std::string key(
                last.model->columns[static_cast<std::size_t>(single_key(*last.model))].name);
            const std::string outer_key = qualified(dialect_, last.alias, key);
            Source target(dialect_, *last.model, fresh_alias(aliases_, last.alias), with_deleted_);
            Scope inner{&target, &scope};
            const std::string filter = predicate(c, inner, true);
            text = "EXISTS (SELECT 1 FROM " + target.from() + " WHERE " +
                   qualified(dialect_, target.root().alias, key) + " = " + outer_key + " AND " + filter + ")";
        }
        // all: a row whose condition is unknown has not satisfied it.
        condition += op == Op::all_related ? " AND (" + text + ") IS NOT TRUE" : " AND " + text;
    } else if (op == Op::all_related) {
        return "1 = 1";
    }
    const std::string tail = correlated.source->from() + " WHERE " + condition + ")";
    if (reuses_aliases_) release_aliases(taken);
    switch (op) {
        case Op::any_related:
            return "EXISTS (SELECT 1 FROM " + tail;
        case Op::count_related:
            return "(SELECT count(*) FROM " + tail;
        default:
            return "NOT EXISTS (SELECT 1 FROM " + tail;
    }
}

}  // namespace duet::detail
