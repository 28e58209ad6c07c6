#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/schema/relation_state.hpp>

#include <algorithm>
#include <vector>

#include "hooked.hpp"
#include "key_index.hpp"
#include "load.hpp"
#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

void add_soft_mark(shape::QueryData& query, const Timestamp* mark) {
    const ModelInfo& model = *query.model;
    const TypeInfo& type = *model.columns[static_cast<std::size_t>(model.soft_delete)].type;
    const std::size_t begun = query.clauses.begin(shape::Clause::set);
    query.clauses.u8(static_cast<std::size_t>(model.soft_delete));
    if (mark == nullptr) {
        query.clauses.null_value();
    } else {
        query.clauses.value(type.nullable != nullptr ? *type.base : type, mark);
    }
    query.clauses.end(begun);
}

namespace {

std::shared_ptr<const Plan> render_delete(const Dialect& dialect, const void* model) {
    const auto& info = *static_cast<const ModelInfo*>(model);
    return std::make_shared<Plan>(render_delete_row(dialect, info, version_column(info)));
}

std::shared_ptr<const Plan> render_query_delete(const Dialect& dialect, const void* query) {
    return std::make_shared<Plan>(
        render(dialect, *static_cast<const shape::QueryData*>(query), Verb::remove));
}

/// Rows of `target` that refer to the keys, as a condition.
void where_refers(shape::QueryData& query, std::int16_t column, const KeyIndex& keys) {
    const std::size_t begun = query.clauses.begin(shape::Clause::where);
    query.clauses.op(shape::Op::in_list);
    query.clauses.column(static_cast<std::size_t>(column));
    keys.emit_list(query.clauses);
    query.clauses.end(begun);
}

/// The objects of a level of a cascade.
struct Level {
    std::byte* first;
    std::size_t count;
};

/// A cascade that hooks have nothing to do with: on the connection at hand.
struct CascadeOnConnection {
    Connected& at;

    Task<std::size_t> fetch(const shape::QueryData& query, ListRef into) const {
        return fetch_into(at, query, into);
    }
    Task<> write(Level /*level*/, shape::QueryData change, bool /*marks*/) const {
        co_await update_query_on(at, std::move(change));
    }
};

/// A cascade with hooks, in a transaction.
struct CascadeWithHooks {
    const Call& call;

    Task<std::size_t> fetch(const shape::QueryData& query, ListRef into) const {
        return fetch_all(call, query, into);
    }
    Task<> write(Level level, shape::QueryData change, bool marks) const {
        const ModelInfo& model = *change.model;
        const Hooks hooks(call, model, marks ? HookOperation::remove : HookOperation::update);
        const std::span<const std::int16_t> columns(&model.soft_delete, 1);
        co_await hooks.before(call, level.first, level.count, columns);
        co_await update_rows(call, change, false);
        for (std::size_t i = 0; i < level.count; ++i) follow(model, level.first + i * model.size, change);
        co_await hooks.after(call, level.first, level.count, columns);
    }
};

/// Marks (or unmarks those marked at `moment`) everything below the objects, level by level.
template <class Cascade>
Task<> cascade_mark(Cascade cascade, const ModelInfo& model, const KeyIndex& keys, const Timestamp* mark,
                    const Timestamp& moment, int depth) {
    if (depth > 64) throw InvalidQuery("a soft delete cascades over more than 64 levels");
    for (const RelationInfo& relation : model.relations) {
        if (relation.kind != RelationKind::has_many && relation.kind != RelationKind::has_one) continue;
        const ModelInfo& target = relation.target();
        if (target.soft_delete < 0 || target.key.size() != 1) continue;
        const std::int16_t foreign = relation.remote_column();
        shape::QueryData children;
        children.model = &target;
        if (mark == nullptr) {
            children.flags = shape::only_deleted;
            const std::size_t begun = children.clauses.begin(shape::Clause::where);
            children.clauses.op(shape::Op::eq);
            children.clauses.column(static_cast<std::size_t>(target.soft_delete));
            children.clauses.value(*target.columns[static_cast<std::size_t>(target.soft_delete)].type->base,
                                   &moment);
            children.clauses.end(begun);
        }
        where_refers(children, foreign, keys);
        const std::shared_ptr<void> list = make_list(*target.list);
        const std::size_t count = co_await cascade.fetch(children, {target.list, list.get()});
        if (count == 0) continue;
        const ColumnInfo& key = target.columns[static_cast<std::size_t>(target.key[0])];
        KeyIndex below(*key.type);
        auto* const first = static_cast<std::byte*>(target.list->data(list.get()));
        for (std::size_t i = 0; i < count; ++i) below.add(*key.type, key.in(first + i * target.size));
        shape::QueryData change;
        change.model = &target;
        change.flags = shape::with_deleted;
        where_refers(change, target.key[0], below);
        add_soft_mark(change, mark);
        const Level level{first, count};
        co_await cascade.write(level, std::move(change), mark != nullptr);
        co_await cascade_mark(cascade, target, below, mark, moment, depth + 1);
    }
}

template <class Cascade>
Task<> cascade_from(Cascade cascade, const ModelInfo& model, const void* object, const Timestamp* mark,
                    const Timestamp& moment) {
    if (model.key.size() != 1) throw InvalidQuery("a soft cascade needs a model with one primary key column");
    const ColumnInfo& key = model.columns[static_cast<std::size_t>(model.key[0])];
    KeyIndex keys(*key.type);
    keys.add(*key.type, key.in(object));
    co_await cascade_mark(cascade, model, keys, mark, moment, 0);
}

Task<> delete_row(Connected& at, const ModelInfo& model, const void* object) {
    BindValues values;
    bind_key(model, object, values);
    if (const std::int16_t guard = version_column(model); guard >= 0) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(guard)];
        values.push({column.type, column.in(object), 0, false});
    }
    const driver::Outcome outcome =
        co_await run_statement(at, {&model, plan_verb(PlanVerb::delete_row), {}}, &render_delete, &model,
                               values.span(), nullptr, driver::all_rows);
    if (outcome.affected == 0) co_await fail_write(at, model, object, "remove", shape::with_deleted);
}

Task<> mark_row(Connected& at, const ModelInfo& model, void* object, bool cascade) {
    Undo undo(model);
    undo.remember(object);
    try {
        const Timestamp now = duet::detail::clock_now();
        shape::QueryData query = key_query(model, object);
        query.flags = 0;  // a row that is marked already is gone
        add_soft_mark(query, &now);
        const bool found = co_await update_object_on(at, model, object, std::move(query), true);
        if (!found) co_await fail_write(at, model, object, "remove", 0);
        if (cascade) co_await cascade_from(CascadeOnConnection{at}, model, object, &now, now);
    } catch (...) {
        undo.restore(object);
        throw;
    }
}

}  // namespace

Task<> remove_unhooked(Call call, const ModelInfo& model, void* object, Removal removal) {
    return on_connection<void>(
        call, driver::Access::write,
        [&model, object, removal](Connected& at) -> Task<> {
            if (removal == Removal::soft_cascade) {
                if (model.soft_delete < 0)
                    throw InvalidQuery(std::string(model.type_name) + " has no SoftDelete member");
                return atomically(at, [&at, &model, object] { return mark_row(at, model, object, true); });
            }
            if (model.soft_delete < 0 || removal == Removal::hard) return delete_row(at, model, object);
            return mark_row(at, model, object, false);
        },
        removal == Removal::soft_cascade ? Sharing::exclusive : sharing_of_update(call));
}

namespace {
Task<> remove_hooked(Call call, const ModelInfo& model, void* object, Removal removal) {
    co_await around_write(call, {model, static_cast<std::byte*>(object), 1, HookOperation::remove},
                          [&model, object, removal](const Call& inner) -> Task<bool> {
                              co_await remove_unhooked(inner, model, object, removal);
                              co_return true;
                          });
}

/// Whether hooks have to do with a model that a cascade from this one reaches.
bool hooked_below(const Call& call, const ModelInfo& model, std::vector<const ModelInfo*>& visited) {
    for (const RelationInfo& relation : model.relations) {
        if (relation.kind != RelationKind::has_many && relation.kind != RelationKind::has_one) continue;
        const ModelInfo& target = relation.target();
        if (target.soft_delete < 0 || std::ranges::find(visited, &target) != visited.end()) continue;
        visited.push_back(&target);
        if (hooked(call, target) || hooked_below(call, target, visited)) return true;
    }
    return false;
}
bool hooked_below(const Call& call, const ModelInfo& model) {
    std::vector<const ModelInfo*> visited;
    return hooked_below(call, model, visited);
}

const Timestamp* mark_of(const ModelInfo& model, const void* object) {
    const ColumnInfo& column = model.columns[static_cast<std::size_t>(model.soft_delete)];
    return static_cast<const Timestamp*>(column.type->nullable->value(column.in(object)));
}

void require_soft_delete(const ModelInfo& model) {
    if (model.soft_delete < 0) throw InvalidQuery(std::string(model.type_name) + " has no SoftDelete member");
}

Task<> remove_with_cascade(Call call, const ModelInfo& model, void* object) {
    require_soft_delete(model);
    Undo undo(model);
    undo.remember(object);
    std::exception_ptr error;
    try {
        co_await in_own_transaction(call, [&](const Call& inner) -> Task<> {
            co_await remove(inner, model, object, Removal::normal);
            const Timestamp moment = *mark_of(model, object);
            co_await cascade_from(CascadeWithHooks{inner}, model, object, &moment, moment);
        });
        co_return;
    } catch (...) {
        error = std::current_exception();
    }
    undo.restore(object);
    std::rethrow_exception(error);
}
}  // namespace

Task<> remove(Call call, const ModelInfo& model, void* object, Removal removal) {
    if (removal == Removal::soft_cascade && hooked_below(call, model))
        return remove_with_cascade(call, model, object);
    return hooked(call, model) ? remove_hooked(call, model, object, removal)
                               : remove_unhooked(call, model, object, removal);
}

void require_where_of_removal(const shape::QueryData& query, bool all_rows) {
    if (all_rows || query.has(shape::Clause::where)) return;
    throw InvalidQuery("delete_bulk without a where deletes every row of " + std::string(query.model->table) +
                       "; pass duet::all_rows if that is meant");
}

Task<std::int64_t> remove_rows(Call call, const shape::QueryData& query, bool all_rows, Removal removal) {
    return on_connection<std::int64_t>(
        call, driver::Access::write,
        [&query, all_rows, removal](Connected& at) -> Task<std::int64_t> {
            const ModelInfo& model = *query.model;
            require_where_of_removal(query, all_rows);
            if (model.soft_delete >= 0 && removal != Removal::hard) {
                const Timestamp now = duet::detail::clock_now();
                shape::QueryData marked = query;
                add_soft_mark(marked, &now);
                co_return co_await update_query_on(at, std::move(marked));
            }
            BindValues values;
            bind_query(query, values);
            const PlanKey key{&model, plan_verb(PlanVerb::remove, query.flags), query.clauses.bytes.span()};
            const driver::Outcome outcome = co_await run_statement(at, key, &render_query_delete, &query,
                                                                   values.span(), nullptr, driver::all_rows);
            co_return outcome.affected;
        },
        Sharing::allowed);
}

namespace {
Task<bool> restore_unhooked(Call call, const ModelInfo& model, void* object, bool cascade) {
    return on_connection<bool>(
        call, driver::Access::write, [&model, object, cascade](Connected& at) -> Task<bool> {
            if (model.soft_delete < 0)
                throw InvalidQuery(std::string(model.type_name) + " has no SoftDelete member");
            bool restored = false;
            co_await atomically(at, [&]() -> Task<> {
                const std::shared_ptr<void> list = make_list(*model.list);
                shape::QueryData lookup = key_query(model, object);
                lookup.flags = shape::only_deleted;
                const std::size_t found = co_await fetch_into(at, lookup, {model.list, list.get()});
                if (found == 0) co_return;
                const ColumnInfo& column = model.columns[static_cast<std::size_t>(model.soft_delete)];
                const auto moment = *static_cast<const Timestamp*>(
                    column.type->nullable->value(column.in(model.list->data(list.get()))));
                shape::QueryData query = key_query(model, object);
                query.flags = shape::only_deleted;
                add_soft_mark(query, nullptr);
                restored = co_await update_object_on(at, model, object, std::move(query), false);
                if (cascade) co_await cascade_from(CascadeOnConnection{at}, model, object, nullptr, moment);
            });
            co_return restored;
        });
}
}  // namespace

namespace {
Task<bool> restore_hooked(Call call, const ModelInfo& model, void* object, bool cascade) {
    const std::span<const std::int16_t> columns(&model.soft_delete, 1);
    return around_write(call, {model, static_cast<std::byte*>(object), 1, HookOperation::update, columns},
                        [&model, object, cascade](const Call& inner) {
                            return restore_unhooked(inner, model, object, cascade);
                        });
}

Task<bool> restore_with_cascade(Call call, const ModelInfo& model, void* object) {
    bool restored = false;
    co_await in_own_transaction(call, [&](const Call& inner) -> Task<> {
        const std::shared_ptr<void> list = make_list(*model.list);
        shape::QueryData lookup = key_query(model, object);
        lookup.flags = shape::only_deleted;
        const std::size_t found = co_await fetch_all(inner, lookup, {model.list, list.get()});
        if (found == 0) co_return;
        const Timestamp moment = *mark_of(model, model.list->data(list.get()));
        restored = co_await restore(inner, model, object, false);
        co_await cascade_from(CascadeWithHooks{inner}, model, object, nullptr, moment);
    });
    co_return restored;
}
}  // namespace

Task<bool> restore(Call call, const ModelInfo& model, void* object, bool cascade) {
    require_soft_delete(model);
    if (cascade && hooked_below(call, model)) return restore_with_cascade(call, model, object);
    return hooked(call, model) ? restore_hooked(call, model, object, cascade)
                               : restore_unhooked(call, model, object, cascade);
}

}  // namespace duet::engine
