#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/query/hooked_bulk.hpp>
#include <duet/query/keyset.hpp>

#include "engine/hooked.hpp"
#include "engine/key_index.hpp"

namespace duet::detail {

namespace {

using engine::Call;
using engine::Columns;

constexpr std::int64_t batch_rows = 500;

/// Rows of one model, loaded together.
struct Batch {
    explicit Batch(const ModelInfo& of) : model(of), list(make_list(*of.list)) {}

    std::size_t size() const { return model.list->size(list.get()); }
    std::byte* first() const { return static_cast<std::byte*>(model.list->data(list.get())); }
    void* at(std::size_t i) const { return first() + i * model.size; }
    engine::ListRef ref() const { return {model.list, list.get()}; }

    const ModelInfo& model;
    std::shared_ptr<void> list;
};

/// `WHERE key IN (...)` for some rows of a batch; of models with one key column.
shape::QueryData rows_of(const Batch& batch, std::span<const std::size_t> rows) {
    const ModelInfo& model = batch.model;
    const ColumnInfo& key = model.columns[static_cast<std::size_t>(model.key[0])];
    engine::KeyIndex keys(*key.type);
    for (const std::size_t row : rows) keys.add(*key.type, key.in(batch.at(row)));
    shape::QueryData query;
    query.model = &model;
    query.flags = shape::with_deleted;
    const std::size_t begun = query.clauses.begin(shape::Clause::where);
    query.clauses.op(shape::Op::in_list);
    query.clauses.column(static_cast<std::size_t>(model.key[0]));
    keys.emit_list(query.clauses);
    query.clauses.end(begun);
    return query;
}

std::vector<std::size_t> all_of(const Batch& batch) {
    std::vector<std::size_t> rows(batch.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    return rows;
}

/// Loads the rows of a query batch by batch, by primary key, and calls `write(batch)`, a coroutine, with
/// each. A query that has an order or is limited is loaded at once: what is written must not change which
/// rows it is about.
template <class Write>
Task<std::int64_t> in_batches(Call call, shape::QueryData query, Write write) {
    query.related.clear();
    if (call.engine->dialect().capabilities().for_update && (query.flags & shape::distinct) == 0)
        query.flags |= shape::for_update;
    std::int64_t total = 0;
    const bool at_once = (query.flags & (shape::has_limit | shape::has_offset | shape::distinct)) != 0 ||
                         query.has(shape::Clause::order);
    std::string cursor;
    for (bool more = true; more;) {
        shape::QueryData page = query;
        if (!at_once) prepare_keyset(page, cursor, batch_rows);
        Batch batch(*query.model);
        co_await engine::fetch_all(call, page, batch.ref());
        more = !at_once && batch.size() > batch_rows;
        if (more) query.model->list->pop(batch.list.get());
        const std::size_t rows = batch.size();
        if (rows == 0) break;
        if (more) cursor = keyset_cursor(page, batch.at(rows - 1));
        co_await write(batch);
        total += static_cast<std::int64_t>(rows);
    }
    co_return total;
}

class UpdateBatch {
public:
    UpdateBatch(const Call& call, const shape::QueryData& changes)
        : call_(call),
          model_(*changes.model),
          changes_(changes),
          set_(engine::changed_columns(changes)),
          hooks_(call, model_, HookOperation::update) {
        engine::check_changes(changes);
        if (set_.key)
            throw InvalidQuery("update_bulk: with hooks it cannot change the primary key of " +
                               std::string(model_.table));
    }

    Task<> write(Batch& batch) {
        const engine::SnapshotLayout layout(model_);
        std::vector<engine::RowSnapshot> shown(batch.size());
        for (std::size_t i = 0; i < batch.size(); ++i) {
            engine::follow(model_, batch.at(i), changes_);
            layout.take(batch.at(i), shown[i]);
        }
        co_await hooks_.before(call_, batch.first(), batch.size(), set_.columns.span());
        std::vector<std::size_t> alike;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const Columns changed = engine::changes_since(model_, layout, shown[i], batch.at(i));
            if (changed.empty() && model_.key.size() == 1) {
                alike.push_back(i);
            } else {
                co_await write_one(batch.at(i), changed);
            }
        }
        if (!alike.empty()) {
            shape::QueryData update = rows_of(batch, alike);
            update.clauses.append_clauses(changes_.clauses);
            co_await engine::update_rows(call_, update, false);
        }
        if (!hooks_.follow()) co_return;
        // What the database has computed, and the behaviours have put in.
        if ((set_.computed || !model_.behaviours.empty()) && model_.key.size() == 1) {
            const std::vector<std::size_t> rows = all_of(batch);
            const shape::QueryData again = rows_of(batch, rows);
            Batch written(model_);
            co_await engine::fetch_all(call_, again, written.ref());
            co_await hooks_.after(call_, written.first(), written.size(), set_.columns.span());
        } else {
            co_await hooks_.after(call_, batch.first(), batch.size(), set_.columns.span());
        }
    }

private:
    Task<> write_one(void* object, const Columns& changed) {
        if (set_.computed) {
            co_await engine::update_unhooked(call_, model_, object, changes_);
            if (!changed.empty())
                co_await engine::update_columns_unhooked(call_, model_, object, changed.span());
            co_return;
        }
        Columns columns;
        for (const std::int16_t c : set_.columns.span()) columns.push(c);
        for (const std::int16_t c : changed.span()) columns.push(c);
        co_await engine::update_columns_unhooked(call_, model_, object, columns.span());
    }

    const Call& call_;
    const ModelInfo& model_;
    const shape::QueryData& changes_;
    const engine::ChangedColumns set_;
    const engine::Hooks hooks_;
};

Task<> remove_batch(const Call& call, const engine::Hooks& hooks, Batch& batch, engine::Removal removal) {
    co_await hooks.before(call, batch.first(), batch.size(), {});
    if (batch.model.key.size() == 1) {
        const std::vector<std::size_t> rows = all_of(batch);
        const shape::QueryData query = rows_of(batch, rows);
        co_await engine::remove_rows(call, query, false, removal);
    } else {
        for (std::size_t i = 0; i < batch.size(); ++i)
            co_await engine::remove_unhooked(call, batch.model, batch.at(i), removal);
    }
    co_await hooks.after(call, batch.first(), batch.size(), {});
}

}  // namespace

Task<std::int64_t> update_rows_hooked(Call call, const shape::QueryData& query,
                                      const shape::QueryData& changes, bool all_rows) {
    engine::require_where_of_update(query, all_rows);
    if (!engine::hooked(call, *query.model)) {
        shape::QueryData update = query;
        update.clauses.append_clauses(changes.clauses);
        co_return co_await engine::update_rows(call, update, all_rows);
    }
    std::int64_t total = 0;
    co_await engine::in_own_transaction(call, [&](const Call& inner) -> Task<> {
        UpdateBatch update(inner, changes);
        total = co_await in_batches(inner, query, [&update](Batch& batch) { return update.write(batch); });
    });
    co_return total;
}

Task<std::int64_t> remove_rows_hooked(Call call, const shape::QueryData& query, bool all_rows,
                                      engine::Removal removal) {
    engine::require_where_of_removal(query, all_rows);
    if (!engine::hooked(call, *query.model))
        co_return co_await engine::remove_rows(call, query, all_rows, removal);
    std::int64_t total = 0;
    co_await engine::in_own_transaction(call, [&](const Call& inner) -> Task<> {
        const engine::Hooks hooks(inner, *query.model, HookOperation::remove);
        total = co_await in_batches(inner, query,
                                    [&](Batch& batch) { return remove_batch(inner, hooks, batch, removal); });
    });
    co_return total;
}

}  // namespace duet::detail
