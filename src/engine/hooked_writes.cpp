#include <duet/base/error.hpp>

#include "hooked.hpp"

namespace duet::engine {

namespace {

Task<> update_known(Call call, const ModelInfo& model, void* object) {
    co_await around_write(call, {model, static_cast<std::byte*>(object), 1, HookOperation::update},
                          [&model, object](const Call& inner) -> Task<bool> {
                              co_await save_unhooked(inner, model, object);
                              co_return true;
                          });
}

// Which hooks are to run depends on whether the row is there.
Task<> save_by_natural_key(Call call, const ModelInfo& model, void* object) {
    co_await in_own_transaction(call, [&](const Call& inner) -> Task<> {
        const shape::QueryData query = key_query(model, object);
        const bool there = co_await exists(inner, query);
        if (there) {
            co_await update_known(inner, model, object);
        } else {
            co_await insert(inner, model, object);
        }
    });
}

Columns changed_by_hooks(const ModelInfo& model, const SnapshotLayout& layout, const RowSnapshot& shown,
                         const void* object) {
    Columns changed = changes_since(model, layout, shown, object);
    for (const std::int16_t c : changed.span()) {
        if (model.columns[static_cast<std::size_t>(c)].primary_key)
            throw InvalidQuery("a hook has changed the primary key of this " + std::string(model.type_name));
    }
    return changed;
}

/// An update of some columns. Hooks see the object as it is going to be, and may change it further.
class HookedUpdate {
public:
    HookedUpdate(const ModelInfo& model, void* object, const shape::QueryData& changes)
        : model_(model), object_(object), changes_(changes), set_(changed_columns(changes)), layout_(model) {
        layout_.take(object, before_);
    }

    Task<> run(Call call) {
        check_changes(changes_);
        // What the database computes is not known yet, and a key is needed as it was.
        const bool ahead = !set_.key;
        if (ahead) follow(model_, object_, changes_);
        std::exception_ptr error;
        try {
            RowSnapshot shown;
            layout_.take(object_, shown);
            const HookedObjects objects{model_, static_cast<std::byte*>(object_), 1, HookOperation::update,
                                        set_.columns.span()};
            co_await around_write(call, objects, [this, &shown](const Call& inner) -> Task<bool> {
                co_await write(inner, shown);
                co_return true;
            });
            co_return;
        } catch (...) {
            error = std::current_exception();
        }
        ColumnSet set;
        for (const std::int16_t c : set_.columns.span()) set.add(static_cast<std::size_t>(c));
        layout_.restore(object_, before_, set);
        std::rethrow_exception(error);
    }

private:
    Task<> write(Call call, const RowSnapshot& shown) {
        const Columns changed = changed_by_hooks(model_, layout_, shown, object_);
        if (set_.key || set_.computed) {
            co_await update_unhooked(call, model_, object_, changes_);
            if (!changed.empty()) co_await update_columns_unhooked(call, model_, object_, changed.span());
            co_return;
        }
        Columns columns;
        for (const std::int16_t c : set_.columns.span()) columns.push(c);
        for (const std::int16_t c : changed.span()) columns.push(c);
        co_await update_columns_unhooked(call, model_, object_, columns.span());
    }

    const ModelInfo& model_;
    void* object_;
    const shape::QueryData& changes_;
    const ChangedColumns set_;
    const SnapshotLayout layout_;
    RowSnapshot before_;
};

}  // namespace

Task<> save_hooked(Call call, const ModelInfo& model, void* object) {
    if (is_new(model, object)) return insert(call, model, object);
    return key_may_be_new(model) ? save_by_natural_key(call, model, object)
                                 : update_known(call, model, object);
}

Task<> update_hooked(Call call, const ModelInfo& model, void* object, const shape::QueryData& changes) {
    HookedUpdate update(model, object, changes);
    co_await update.run(call);
}

Columns changes_since(const ModelInfo& model, const SnapshotLayout& layout, const RowSnapshot& snapshot,
                      const void* object) {
    const ColumnSet changed = layout.changes(object, snapshot);
    Columns columns;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (changed.has(i)) columns.push(static_cast<std::int16_t>(i));
    }
    return columns;
}

// The object has its new values already.
Task<> update_columns_hooked(Call call, const ModelInfo& model, void* object,
                             std::span<const std::int16_t> columns) {
    const SnapshotLayout layout(model);
    RowSnapshot shown;
    layout.take(object, shown);
    const HookedObjects objects{model, static_cast<std::byte*>(object), 1, HookOperation::update, columns};
    co_await around_write(call, objects, [&](const Call& inner) -> Task<bool> {
        Columns all = changed_by_hooks(model, layout, shown, object);
        for (const std::int16_t column : columns) all.push(column);
        co_await update_columns_unhooked(inner, model, object, all.span());
        co_return true;
    });
}

}  // namespace duet::engine
