#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>

#include <algorithm>
#include <optional>

#include "load.hpp"
#include "object_row.hpp"
#include "shape_reader.hpp"
#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

namespace {

std::shared_ptr<const Plan> render_query_update(const Dialect& dialect, const void* query) {
    return std::make_shared<Plan>(
        render(dialect, *static_cast<const shape::QueryData*>(query), Verb::update));
}

/// Sets a column of a query's update to a timestamp, unless the user sets it.
void touch(shape::QueryData& query, std::int16_t column, Timestamp now) {
    bool set_already = false;
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause == shape::Clause::set && body[0] == column) set_already = true;
    });
    if (set_already) return;
    const std::size_t begun = query.clauses.begin(shape::Clause::set);
    query.clauses.u8(static_cast<std::size_t>(column));
    const TypeInfo& type = *query.model->columns[static_cast<std::size_t>(column)].type;
    query.clauses.value(type.nullable != nullptr ? *type.base : type, &now);
    query.clauses.end(begun);
}

std::size_t first_value_of(std::span<const std::uint8_t> body) {
    return static_cast<std::size_t>(body.data()[-2]) | static_cast<std::size_t>(body.data()[-1]) << 8;
}

enum class Assigned { plain, null, computed };
Assigned kind_of(std::span<const std::uint8_t> set) {
    const auto op = static_cast<shape::Op>(set[1]);
    if (op == shape::Op::null) return Assigned::null;
    return op == shape::Op::value && set.size() == 3 ? Assigned::plain : Assigned::computed;
}

Task<std::int64_t> run_update(Connected& at, const shape::QueryData& query) {
    BindValues values;
    bind_query(query, values);
    const PlanKey key{query.model, plan_verb(PlanVerb::update, query.flags), query.clauses.bytes.span()};
    const driver::Outcome outcome = co_await run_statement(at, key, &render_query_update, &query,
                                                           values.span(), nullptr, driver::all_rows);
    co_return outcome.affected;
}

struct ReturningContext {
    const shape::QueryData* query;
    std::span<const driver::DecodeStep> computed;
    const ModelInfo* model;
};

std::shared_ptr<const Plan> render_returning(const Dialect& dialect, const void* context) {
    const auto& update = *static_cast<const ReturningContext*>(context);
    auto plan = std::make_shared<Plan>(render(dialect, *update.query, Verb::update));
    const char* separator = " RETURNING ";
    for (const driver::DecodeStep& step : update.computed) {
        plan->sql += separator;
        for (const ColumnInfo& column : update.model->columns) {
            if (column.offset == step.offset && column.type == step.type)
                dialect.quote(plan->sql, column.name);
        }
        separator = ", ";
    }
    return plan;
}

/// What the database has computed, read afterwards: for databases without UPDATE ... RETURNING.
Task<> read_computed(Connected& at, const ModelInfo& model, void* object,
                     std::span<const driver::DecodeStep> computed) {
    shape::QueryData query;
    query.model = &model;
    query.flags = shape::with_deleted;
    for (const driver::DecodeStep& step : computed) {
        for (std::size_t i = 0; i < model.columns.size(); ++i) {
            if (model.columns[i].offset != step.offset || model.columns[i].type != step.type) continue;
            const std::size_t begun = query.clauses.begin(shape::Clause::select);
            query.clauses.name("_");  // without a label
            query.clauses.column(i);
            query.clauses.end(begun);
        }
    }
    add_key_condition(query, object);
    BindValues values;
    bind_query(query, values);
    driver::RowSink sink = row_into(computed, object);
    const PlanKey key{&model, plan_verb(PlanVerb::select_list, query.flags), query.clauses.bytes.span()};
    co_await run_statement(
        at, key,
        [](const Dialect& dialect, const void* context) -> std::shared_ptr<const Plan> {
            return std::make_shared<Plan>(
                render(dialect, *static_cast<const shape::QueryData*>(context), Verb::rows));
        },
        &query, values.span(), &sink, driver::all_rows);
}

Task<std::int64_t> run_and_read(Connected& at, const shape::QueryData& query, void* object,
                                std::span<const driver::DecodeStep> computed) {
    const ModelInfo& model = *query.model;
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::set || !model.columns[body[0]].primary_key) return;
        throw UnsupportedByDialect("update: " + std::string(at.dialect().name()) +
                                   " cannot return computed values together with a new primary key");
    });
    std::int64_t affected = 0;
    co_await atomically(at, [&]() -> Task<> {
        affected = co_await run_update(at, query);
        if (affected != 0) co_await read_computed(at, model, object, computed);
    });
    co_return affected;
}

/// The update, with what the database computes read into the object.
Task<std::int64_t> run_returning(Connected& at, const shape::QueryData& query, void* object,
                                 std::span<const driver::DecodeStep> computed) {
    BindValues values;
    bind_query(query, values);
    driver::RowSink sink = row_into(computed, object);
    const ReturningContext context{&query, computed, query.model};
    const PlanKey key{query.model, plan_verb(PlanVerb::update_returning, query.flags),
                      query.clauses.bytes.span()};
    const driver::Outcome outcome =
        co_await run_statement(at, key, &render_returning, &context, values.span(), &sink, driver::all_rows);
    co_return outcome.affected;
}

}  // namespace

void follow(const ModelInfo& model, void* object, const shape::QueryData& query) {
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::set) return;
        const ColumnInfo& column = model.columns[body[0]];
        switch (kind_of(body)) {
            case Assigned::null:
                column.type->nullable->reset(column.in(object));
                break;
            case Assigned::plain:
                assign_member(column, object, query.clauses.values, first_value_of(body));
                break;
            case Assigned::computed:
                break;
        }
        if (column.relation < 0) return;
        if (duet::detail::RelationState* state =
                state_of(model.relations[static_cast<std::size_t>(column.relation)], object)) {
            state->reset();
        }
    });
}

ChangedColumns changed_columns(const shape::QueryData& changes) {
    ChangedColumns out;
    for_each_clause(changes.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::set) return;
        out.columns.push(body[0]);
        out.computed = out.computed || kind_of(body) == Assigned::computed;
        out.key = out.key || changes.model->columns[body[0]].primary_key;
    });
    return out;
}

std::int16_t version_column(const ModelInfo& model) {
    for (const BehaviourInfo& info : model.behaviours) {
        if (info.version >= 0) return info.version;
    }
    return -1;
}

void check_changes(const shape::QueryData& query) {
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::set) return;
        const ColumnInfo& column = query.model->columns[body[0]];
        const Assigned kind = kind_of(body);
        if (kind == Assigned::plain) check_member(column, query.clauses.values, first_value_of(body));
        if (kind == Assigned::null && column.type->nullable == nullptr) {
            throw ValidationError("column " + std::string(column.name) + " cannot be NULL");
        }
    });
}

void add_behaviour_changes(shape::QueryData& query, std::span<const std::int16_t> taken) {
    const auto is_taken = [&](std::int16_t column) {
        return std::find(taken.begin(), taken.end(), column) != taken.end();
    };
    const Timestamp now = duet::detail::clock_now();
    for (const BehaviourInfo& info : query.model->behaviours) {
        if (info.touched >= 0 && !is_taken(info.touched)) touch(query, info.touched, now);
        if (info.version < 0 || is_taken(info.version)) continue;
        const std::size_t begun = query.clauses.begin(shape::Clause::set);
        query.clauses.u8(static_cast<std::size_t>(info.version));
        query.clauses.op(shape::Op::add);
        query.clauses.column(static_cast<std::size_t>(info.version));
        query.clauses.value(std::int64_t{1});
        query.clauses.end(begun);
    }
}

Task<bool> row_exists(Connected& at, const ModelInfo& model, const void* object, std::uint32_t flags) {
    shape::QueryData query = key_query(model, object);
    query.flags = flags;
    co_return co_await exists_on(at, query);
}

Task<> fail_write(Connected& at, const ModelInfo& model, const void* object, const char* what,
                  std::uint32_t flags) {
    bool is_there = false;
    if (version_column(model) >= 0) is_there = co_await row_exists(at, model, object, flags);
    if (is_there) {
        throw StaleData(std::string(what) + ": the row of " + std::string(model.table) +
                        " was changed by somebody else since this " + std::string(model.type_name) +
                        " was read");
    }
    throw_gone(model, what);
}

Task<bool> update_object_on(Connected& at, const ModelInfo& model, void* object, shape::QueryData query,
                            bool guarded) {
    check_changes(query);
    const std::int16_t guard = version_column(model);
    if (guarded && guard >= 0) {
        const ColumnInfo& column = model.columns[static_cast<std::size_t>(guard)];
        const std::size_t begun = query.clauses.begin(shape::Clause::where);
        query.clauses.op(shape::Op::eq);
        query.clauses.column(static_cast<std::size_t>(guard));
        query.clauses.value(duet::detail::read_integer(column.type->kind, column.in(object)));
        query.clauses.end(begun);
    }
    if (!model.behaviours.empty()) add_behaviour_changes(query);
    duet::detail::SmallBuffer<driver::DecodeStep, 8> computed;
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause != shape::Clause::set || kind_of(body) != Assigned::computed) return;
        const ColumnInfo& column = model.columns[body[0]];
        computed.push({column.type, column.offset, 0, static_cast<std::uint16_t>(computed.size()), 0});
    });
    std::int64_t affected = 0;
    if (computed.empty()) {
        affected = co_await run_update(at, query);
    } else if (!at.dialect().capabilities().update_returning) {
        affected = co_await run_and_read(at, query, object, computed.span());
    } else {
        affected = co_await run_returning(at, query, object, computed.span());
    }
    if (affected != 0) follow(model, object, query);
    co_return affected != 0;
}

Task<std::int64_t> update_query_on(Connected& at, shape::QueryData query) {
    check_changes(query);
    add_behaviour_changes(query);
    co_return co_await run_update(at, query);
}

namespace {

/// UPDATE of some columns of one object's row to plain values, without behaviours. The condition on the row
/// is part of the verb, so that it need not be written.
class UpdateOne {
public:
    static bool can_do(const ModelInfo& model, const shape::QueryData& changes) {
        if (!model.behaviours.empty()) return false;
        bool computes = false;
        for_each_clause(changes.clauses, [&](shape::Clause, std::span<const std::uint8_t> body) {
            computes = computes || kind_of(body) == Assigned::computed;
        });
        return !computes;
    }
    UpdateOne(void* object, const shape::QueryData& changes) : object_(object), changes_(changes) {
        check_changes(changes);
        bind_query(changes, values_);
        bind_key(*changes.model, object, values_);
    }
    PlanKey key() const {
        return {changes_.model, plan_verb(PlanVerb::update_one), changes_.clauses.bytes.span()};
    }
    static std::shared_ptr<const Plan> render(const Dialect& dialect, const void* self) {
        const auto& change = *static_cast<const UpdateOne*>(self);
        shape::QueryData query = change.changes_;
        query.flags = shape::with_deleted;
        add_key_condition(query, change.object_);
        return render_query_update(dialect, &query);
    }
    std::span<const driver::BindValue> values() const { return values_.span(); }
    driver::Wait start(Connected& at, driver::Statement& statement) {
        return at.start(statement, values_.span(), nullptr, driver::all_rows, outcome_);
    }
    void finish(Connected& at) {
        at.finished(outcome_);
        if (outcome_.affected == 0) throw_gone(*changes_.model, "update");
        follow(*changes_.model, object_, changes_);
    }

private:
    void* object_;
    const shape::QueryData& changes_;
    BindValues values_;
    driver::Outcome outcome_;
};

}  // namespace

Sharing sharing_of_update(const Call& call) {
    return call.engine->dialect().capabilities().update_returning ? Sharing::allowed : Sharing::exclusive;
}

Task<> update(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes) {
    return hooked(call, model) ? update_hooked(call, model, object, changes)
                               : update_unhooked(call, model, object, changes);
}

Task<> update_unhooked(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes) {
    return on_connection<void>(
        call, driver::Access::write,
        [&model, object, &changes](Connected& at) -> Task<> {
            if (UpdateOne::can_do(model, changes)) {
                UpdateOne change(object, changes);
                const PlanKey key = change.key();
                driver::Statement* statement = at.cached(key);
                if (statement == nullptr)
                    statement = co_await at.prepare(key, &UpdateOne::render, &change, change.values());
                const driver::Wait wait = change.start(at, *statement);
                if (wait != driver::Wait::done) co_await settle(at.connection(), wait);
                change.finish(at);
                co_return;
            }
            shape::QueryData query = key_query(model, object);
            query.clauses.append_clauses(changes.clauses);
            const bool found = co_await update_object_on(at, model, object, std::move(query), true);
            if (!found) co_await fail_write(at, model, object, "update", shape::with_deleted);
        },
        sharing_of_update(call));
}

bool update_now(const Call& call, const ModelInfo& model, void* object, const shape::QueryData& changes) {
    if (!UpdateOne::can_do(model, changes) || hooked(call, model)) return false;
    return now(call, driver::Access::write, [&](Connected& at) {
        UpdateOne change(object, changes);
        driver::Statement* statement = at.cached(change.key());
        if (statement == nullptr) return false;
        settle_now(at.connection(), change.start(at, *statement));
        change.finish(at);
        return true;
    });
}

void require_where_of_update(const shape::QueryData& query, bool all_rows) {
    if (all_rows || query.has(shape::Clause::where)) return;
    throw InvalidQuery("update_bulk without a where changes every row of " + std::string(query.model->table) +
                       "; pass duet::all_rows if that is meant");
}

Task<std::int64_t> update_rows(Call call, const shape::QueryData& query, bool all_rows) {
    return on_connection<std::int64_t>(
        call, driver::Access::write,
        [&query, all_rows](Connected& at) -> Task<std::int64_t> {
            require_where_of_update(query, all_rows);
            co_return co_await update_query_on(at, query);
        },
        Sharing::allowed);
}

Task<> refresh(Call call, const ModelInfo& model, void* object) {
    return on_connection<void>(
        from_primary(about(call, &model)), driver::Access::read,
        [&model, object](Connected& at) -> Task<> {
            const shape::QueryData query = key_query(model, object);
            const bool there = co_await fetch_first_on(at, query, object);
            if (!there) throw_gone(model, "refresh");
            for (const RelationInfo& relation : model.relations) {
                if (duet::detail::RelationState* state = state_of(relation, object)) state->reset();
            }
        },
        Sharing::allowed, AlwaysRepeat{});
}

}  // namespace duet::engine
