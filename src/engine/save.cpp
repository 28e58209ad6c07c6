#include <duet/base/error.hpp>

#include "load.hpp"
#include "row_update.hpp"
#include "undo.hpp"

namespace duet::engine {

namespace {

/// UPDATE of `wanted` columns, and of those that behaviours keep; false when no row has the key (or the
/// version).
Task<bool> update_columns_on(Connected& at, const ModelInfo& model, void* object,
                             std::span<const std::int16_t> wanted) {
    Undo undo(model);
    undo.remember(object);
    bool found = false;
    try {
        prepare_update(model, object, duet::detail::clock_now());
        const std::int16_t guard = version_column(model);
        std::int64_t version = 0;
        const Columns columns = columns_to_set(model, wanted);
        if (columns.empty()) co_return co_await row_exists(at, model, object, shape::with_deleted);
        BindValues values;
        bind_columns(model, columns.span(), object, values);
        bind_key(model, object, values);
        if (guard >= 0) {
            version = version_of(model, guard, object);
            set_version(model, guard, object, version + 1);
            values.push({&duet::detail::int64_value, &version, 0, false});
        }
        const RowUpdate context{&model, columns.span(), guard};
        const PlanKey key{&model, plan_verb(PlanVerb::update_row), bytes_of(columns)};
        const driver::Outcome outcome = co_await run_statement(at, key, &render_row_update, &context,
                                                               values.span(), nullptr, driver::all_rows);
        found = outcome.affected != 0;
    } catch (...) {
        undo.restore(object);
        throw;
    }
    if (!found) undo.restore(object);
    co_return found;
}

/// UPDATE of all columns but the key.
Task<> update_all_columns(Connected& at, const ModelInfo& model, void* object) {
    Columns columns;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (!model.columns[i].primary_key) columns.push(static_cast<std::int16_t>(i));
    }
    const bool there = co_await update_columns_on(at, model, object, columns.span());
    if (!there) co_await fail_write(at, model, object, "update", shape::with_deleted);
}

}  // namespace

bool key_may_be_new(const ModelInfo& model) {
    return !model.generated_key &&
           !(model.key.size() == 1 &&
             model.columns[static_cast<std::size_t>(model.key[0])].type->kind == Kind::uuid);
}

Task<> save(Call call, const ModelInfo& model, void* object) {
    return hooked(call, model) ? save_hooked(call, model, object) : save_unhooked(call, model, object);
}

Task<> save_unhooked(Call call, const ModelInfo& model, void* object) {
    return on_connection<void>(call, driver::Access::write, [&model, object](Connected& at) -> Task<> {
        if (is_new(model, object)) {
            co_await insert_on(at, model, object);
            co_return;
        }
        if (!key_may_be_new(model)) {
            co_await update_all_columns(at, model, object);
            co_return;
        }
        // A natural key does not tell whether the row is there: the database does, in one transaction.
        co_await atomically(at, [&]() -> Task<> {
            const bool there = co_await row_exists(at, model, object, shape::with_deleted);
            if (there) {
                co_await update_all_columns(at, model, object);
            } else {
                co_await insert_on(at, model, object);
            }
        });
    });
}

Task<> update_columns(Call call, const ModelInfo& model, void* object,
                      std::span<const std::int16_t> columns) {
    return hooked(call, model) ? update_columns_hooked(call, model, object, columns)
                               : update_columns_unhooked(call, model, object, columns);
}

Task<> update_columns_unhooked(Call call, const ModelInfo& model, void* object,
                               std::span<const std::int16_t> columns) {
    return on_connection<void>(
        call, driver::Access::write,
        [&model, object, columns](Connected& at) -> Task<> {
            const bool there = co_await update_columns_on(at, model, object, columns);
            if (!there) co_await fail_write(at, model, object, "update", shape::with_deleted);
        },
        Sharing::allowed);
}

}  // namespace duet::engine
