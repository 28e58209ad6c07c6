#include <algorithm>
#include <exception>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// What has changed, and in which order it is written: new rows, each behind those that it refers to; changed
// rows; links; removed rows, each before those that it refers to.

namespace duet::engine {

bool UnitOfWork::Impl::has_pending(TrackedModel& model) {
    if (model.marked()) return true;
    return std::any_of(model.objects.begin(), model.objects.end(),
                       [this](const Tracked& t) { return modified(t); });
}

bool UnitOfWork::Impl::has_pending() {
    if (links != 0) return true;
    return std::any_of(models.begin(), models.end(),
                       [this](TrackedModel& model) { return has_pending(model); });
}

UnitOfWork::Impl::Pending UnitOfWork::Impl::collect() {
    settle_all_references();
    Pending pending;
    for (TrackedModel& model : models) {
        for (Tracked& t : model.objects) {
            if (t.state == TrackedState::added) pending.added.push_back(&t);
            if (t.state == TrackedState::removed) pending.removed.push_back(&t);
            if (t.state != TrackedState::stored) continue;
            const ColumnSet columns = model.layout.changes(t.object, t.snapshot);
            if (columns.empty()) continue;
            for (const std::int16_t key : model.info.key) {
                if (!columns.has(static_cast<std::size_t>(key))) continue;
                throw InvalidQuery("the primary key of an object in a session was changed: remove this " +
                                   std::string(model.info.type_name) + " and add another one");
            }
            if (pending.updates.empty())
                pending.updates.reserve(std::min<std::size_t>(model.objects.size(), 1024));
            pending.updates.push_back({&t, columns});
        }
    }
    if (links == 0) return pending;
    for (const auto& [owner, list] : collections) {
        for (const auto& c : list) {
            const TrackedState state = c->owner->state;
            if (state != TrackedState::added && state != TrackedState::stored) continue;
            if (!c->linked.empty() || !c->unlinked.empty()) pending.links.push_back(c.get());
        }
    }
    return pending;
}

Task<> UnitOfWork::Impl::flush(Where where, bool last_of_all) {
    if (flushing) throw InvalidQuery("the session is being flushed already");
    struct Flushing {
        bool& flag;
        explicit Flushing(bool& f) : flag(f) { flag = true; }
        ~Flushing() { flag = false; }
    };
    co_await remove_orphans(where);
    Pending pending = collect();
    if (pending.empty()) co_return;
    const Flushing guard(flushing);
    co_await ensure_begun(where);
    Call call = unit.call(where);
    std::unique_ptr<TransactionState> savepoint;
    std::exception_ptr error;
    try {
        if (!last_of_all) {
            savepoint =
                std::make_unique<TransactionState>(*call.engine, call.transaction, TransactionOptions{});
            co_await savepoint->begin(where);
            call.transaction = savepoint.get();
        }
        co_await write(call, pending);
        if (savepoint != nullptr) co_await savepoint->commit(where);
    } catch (...) {
        error = std::current_exception();
    }
    if (error == nullptr) {
        written(pending);
        co_return;
    }
    take_back(pending);
    if (savepoint != nullptr) co_await savepoint->give_up(where);
    std::rethrow_exception(error);
}

Task<> UnitOfWork::flush(Where where) { return impl_->flush(where, false); }

Task<> UnitOfWork::Impl::write(Call call, Pending& pending) {
    if (!pending.added.empty()) co_await write_added(call, pending);
    if (!pending.updates.empty()) co_await write_updates(call, pending);
    if (!pending.links.empty()) co_await write_links(call, pending);
    if (!pending.removed.empty()) co_await write_removed(call, pending);
}

namespace {

/// Rows that are to be removed take along what they declare as theirs, unless the database does that.
bool database_cascades(const RelationInfo& relation) {
    const ModelInfo& target = relation.target();
    const std::string_view member = target.columns[static_cast<std::size_t>(relation.remote_column())].member;
    return std::any_of(target.options.begin(), target.options.end(), [member](const TableOption& option) {
        return option.type == TableOption::Type::on_delete && option.columns[0] == member &&
               option.action == ReferentialAction::cascade;
    });
}

}  // namespace

Task<> UnitOfWork::Impl::remove_orphans(Where where) {
    std::vector<Collection*> wanted;
    for (std::size_t m = 0; m < models.size(); ++m) {
        for (std::size_t i = 0; models[m].removed != 0 && i < models[m].objects.size(); ++i) {
            Tracked& t = models[m].objects[i];
            if (t.state != TrackedState::removed) continue;
            const ModelInfo& info = t.model->info;
            if (info.soft_delete >= 0 && !t.hard) continue;
            for (std::size_t r = 0; r < info.relations.size(); ++r) {
                const RelationInfo& relation = info.relations[r];
                if (relation.kind != RelationKind::has_many && relation.kind != RelationKind::has_one)
                    continue;
                Collection& c = collection_of(t, r);
                if (!deletes_orphans(c) || (c.loaded && !c.partial) || database_cascades(relation)) continue;
                // One after the other: what is found may have rows below itself.
                const bool before = std::exchange(unit.autoflush, false);
                shape::RelatedLoad load;
                load.path.push_back(static_cast<std::uint8_t>(r));
                std::exception_ptr error;
                void* const object = t.object;
                try {
                    co_await unit.load({&object, 1}, info, load, where);
                } catch (...) {
                    error = std::current_exception();
                }
                unit.autoflush = before;
                if (error != nullptr) std::rethrow_exception(error);
                c.loaded = true;
                c.partial = false;
                const std::span<void* const> rows = unit.rows(c);
                const std::vector<void*> below(rows.begin(), rows.end());
                for (void* child : below) unit.remove(child, Removal::hard);
            }
        }
    }
}

// New rows.

Task<> UnitOfWork::Impl::write_added(Call call, Pending& pending) {
    std::vector<FlushNode> nodes(pending.added.size());
    for (std::size_t i = 0; i < pending.added.size(); ++i) {
        Tracked& t = *pending.added[i];
        t.number = static_cast<std::uint32_t>(i);
        pending.before.emplace_back(&t, RowSnapshot{});
        t.model->layout.take(t.object, pending.before.back().second);
    }
    for (std::size_t i = 0; i < pending.added.size(); ++i) {
        Tracked& t = *pending.added[i];
        nodes[i].table = t.model->number;
        for (const std::size_t relation : t.model->references) {
            Tracked* target = target_of(t, relation);
            if (target == nullptr) target = referred(t, relation);
            if (target == nullptr || target->state != TrackedState::added) continue;
            nodes[i].needs.push_back({target->number, static_cast<std::int16_t>(relation),
                                      foreign_key(t, relation).type->nullable != nullptr});
        }
    }
    const FlushOrder order = order_rows(nodes);
    for (const FlushOrder::Postponed& postponed : order.postponed) {
        Tracked& t = *pending.added[postponed.row];
        const auto relation = static_cast<std::size_t>(postponed.need.relation);
        pending.later.push_back({&t, relation, pending.added[postponed.need.on]});
        detach(t, relation);
    }
    std::vector<Tracked*> rows;
    for (const FlushOrder::Group& group : order.groups) {
        rows.clear();
        for (const std::uint32_t row : group.rows) {
            rows.push_back(pending.added[row]);
            settle_references(*rows.back());
        }
        co_await insert_group(call, models[group.table], rows);
    }
    for (const Later& later : pending.later) {
        attach(*later.tracked, later.relation, *later.target);
        ColumnSet column;
        const RelationInfo& relation = later.tracked->model->info.relations[later.relation];
        column.add(static_cast<std::size_t>(relation.local_column));
        pending.updates.push_back({later.tracked, column});
    }
    // Rows that are there already may refer to new ones.
    for (const Update& update : pending.updates) settle_references(*update.tracked);
}

namespace {

/// One INSERT among others that are under way.
class InsertOfObject final : public BatchOperation {
public:
    InsertOfObject(const ModelInfo& model, void* object) : model_(model), object_(object) {}
    Task<> start(Call call) override { return insert(call, model_, object_); }
    bool checks_result() const noexcept override { return false; }
    const ModelInfo* hooked_model() const noexcept override { return &model_; }

private:
    const ModelInfo& model_;
    void* object_;
};

class RemovalOfObject final : public BatchOperation {
public:
    RemovalOfObject(const ModelInfo& model, void* object, Removal removal)
        : model_(model), object_(object), removal_(removal) {}
    Task<> start(Call call) override { return engine::remove(call, model_, object_, removal_); }
    bool checks_result() const noexcept override { return true; }
    const ModelInfo* hooked_model() const noexcept override { return &model_; }

private:
    const ModelInfo& model_;
    void* object_;
    Removal removal_;
};

}  // namespace

// Objects that were added one after the other lie next to each other and go together; others each by itself,
// at the same time where that is possible.
Task<> UnitOfWork::Impl::insert_group(Call call, TrackedModel& model, std::span<Tracked* const> rows) {
    std::vector<duet::detail::Owned<BatchOperation>> single;
    std::size_t begin = 0;
    while (begin < rows.size()) {
        auto* const first = static_cast<std::byte*>(rows[begin]->object);
        const bool keyless = is_new(model.info, first);
        std::size_t count = 1;
        while (begin + count < rows.size() &&
               rows[begin + count]->object == first + count * model.info.size &&
               is_new(model.info, rows[begin + count]->object) == keyless)
            ++count;
        if (count == 1) {
            single.push_back(std::make_unique<InsertOfObject>(model.info, first));
        } else {
            co_await insert_all_hooked(call, model.info, first, count);
        }
        begin += count;
    }
    if (!single.empty()) co_await run_batch(call, single);
}

// Changed rows.

namespace {

/// Whether writing a changed object can change it further.
bool changes_objects(const Call& call, const ModelInfo& model) {
    return !model.behaviours.empty() || hooked(call, model);
}

}  // namespace

Task<> UnitOfWork::Impl::write_updates(Call call, Pending& pending) {
    std::vector<Update*> order;
    order.reserve(pending.updates.size());
    for (Update& update : pending.updates) {
        order.push_back(&update);
        if (!changes_objects(call, update.tracked->model->info)) continue;
        pending.before.emplace_back(update.tracked, RowSnapshot{});
        update.tracked->model->layout.take(update.tracked->object, pending.before.back().second);
    }
    const auto together = [](const Update& a, const Update& b) {
        return a.tracked->model == b.tracked->model && a.columns == b.columns;
    };
    const auto before = [](const Update* a, const Update* b) {
        if (a->tracked->model != b->tracked->model)
            return a->tracked->model->number < b->tracked->model->number;
        return a->columns < b->columns;
    };
    if (!std::is_sorted(order.begin(), order.end(), before))
        std::stable_sort(order.begin(), order.end(), before);
    std::vector<void*> objects;
    std::vector<std::int16_t> columns;
    for (std::size_t i = 0; i < order.size();) {
        const Update& first = *order[i];
        const ModelInfo& info = first.tracked->model->info;
        objects.clear();
        columns.clear();
        for (std::size_t c = 0; c < info.columns.size(); ++c) {
            if (first.columns.has(c)) columns.push_back(static_cast<std::int16_t>(c));
        }
        while (i < order.size() && together(first, *order[i])) objects.push_back(order[i++]->tracked->object);
        co_await update_objects(call, info, columns, objects);
    }
}

// Links.

Task<> UnitOfWork::Impl::write_links(Call call, Pending& pending) {
    std::vector<const void*> targets;
    for (const Collection* c : pending.links) {
        for (const bool adds : {false, true}) {
            targets.clear();
            for (const void* object : adds ? c->linked : c->unlinked) {
                if (const Tracked* const t = tracked(object);
                    t != nullptr && t->state != TrackedState::removed)
                    targets.push_back(object);
            }
            if (targets.empty()) continue;
            co_await change_links(call, c->owner->model->info, c->index, c->owner->object,
                                  adds ? LinkChange::add : LinkChange::remove, targets);
        }
    }
}

// Removed rows.

Task<> UnitOfWork::Impl::write_removed(Call call, Pending& pending) {
    std::vector<FlushNode> nodes(pending.removed.size());
    for (std::size_t i = 0; i < pending.removed.size(); ++i)
        pending.removed[i]->number = static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < pending.removed.size(); ++i) {
        Tracked& t = *pending.removed[i];
        nodes[i].table = t.model->number;
        pending.before.emplace_back(&t, RowSnapshot{});
        t.model->layout.take(t.object, pending.before.back().second);
        for (const std::size_t relation : t.model->references) {
            const Tracked* const target = referred(t, relation);
            if (target == nullptr || target->state != TrackedState::removed) continue;
            // Not every database deletes a row that refers to itself.
            const bool optional = foreign_key(t, relation).type->nullable != nullptr;
            if (target == &t && !optional) continue;
            nodes[target->number].needs.push_back({t.number, static_cast<std::int16_t>(relation), optional});
        }
    }
    const FlushOrder order = order_rows(nodes);
    // Rings are opened by rows that refer to nothing any more.
    for (const FlushOrder::Postponed& postponed : order.postponed) {
        Tracked& t = *pending.removed[postponed.need.on];
        const auto relation = static_cast<std::size_t>(postponed.need.relation);
        const std::int16_t column = t.model->info.relations[relation].local_column;
        detach(t, relation);
        co_await update_objects(call, t.model->info, {&column, 1}, {&t.object, 1});
    }
    std::vector<Tracked*> rows;
    for (const FlushOrder::Group& group : order.groups) {
        rows.clear();
        for (const std::uint32_t row : group.rows) rows.push_back(pending.removed[row]);
        co_await remove_group(call, rows);
    }
}

Task<> UnitOfWork::Impl::remove_group(Call call, std::span<Tracked* const> rows) {
    std::vector<duet::detail::Owned<BatchOperation>> operations;
    for (const Tracked* t : rows) {
        const Removal removal = t->hard       ? Removal::hard
                                : t->cascades ? Removal::soft_cascade
                                              : Removal::normal;
        if (removal == Removal::soft_cascade) {
            co_await engine::remove(call, t->model->info, t->object, removal);
        } else {
            operations.push_back(std::make_unique<RemovalOfObject>(t->model->info, t->object, removal));
        }
    }
    if (!operations.empty()) co_await run_batch(call, operations);
}

// Afterwards.

void UnitOfWork::Impl::written(Pending& pending) {
    std::size_t next = 0;  // of pending.before, which begins with the new rows
    for (Tracked* t : pending.added) {
        journal_snapshot(*t, pending.before[next++].second);
        set_state(*t, TrackedState::stored);
        t->model->layout.take(t->object, t->snapshot);
        t->model->keys.insert(t->object, t);
    }
    for (const Update& update : pending.updates) {
        Tracked& t = *update.tracked;
        journal_snapshot(t, t.snapshot);
        if (!changes_objects(base, t.model->info)) {
            t.model->layout.renew(t.object, t.snapshot, update.columns);
        } else {
            t.model->layout.take(t.object, t.snapshot);
        }
    }
    for (Collection* c : pending.links) {
        journal_collection(*c);
        c->linked.clear();
        c->unlinked.clear();
    }
    links = 0;
    for (Tracked* t : pending.removed) {
        if (t->state != TrackedState::removed) continue;  // went along with another one
        level().add(*t, t->state, t->snapshot);
        if (t->model->info.soft_delete < 0 || t->hard) mirror_removal(*t);
        forget(*t);
    }
}

void UnitOfWork::Impl::take_back(Pending& pending) {
    for (auto& [t, before] : pending.before) {
        t->model->layout.restore(t->object, before, t->model->layout.changes(t->object, before));
    }
    for (const Later& later : pending.later) attach(*later.tracked, later.relation, *later.target);
}

// The database has done to the rows below what their tables say.
void UnitOfWork::Impl::mirror_removal(Tracked& removed) {
    for (TrackedModel& model : models) {
        for (const std::size_t reference : model.references) {
            const RelationInfo& relation = model.info.relations[reference];
            if (&relation.target() != &removed.model->info) continue;
            ReferentialAction action = ReferentialAction::no_action;
            for (const TableOption& option : model.info.options) {
                if (option.type == TableOption::Type::on_delete && option.columns[0] == relation.name)
                    action = option.action;
            }
            if (action != ReferentialAction::cascade && action != ReferentialAction::set_null) continue;
            for (Tracked& t : model.objects) {
                if (&t == &removed || (t.state != TrackedState::stored && t.state != TrackedState::removed))
                    continue;
                if (!refers_to(t, reference, removed)) continue;
                if (action == ReferentialAction::cascade) {
                    const bool marked = t.state == TrackedState::removed;
                    level().add(t, t.state, t.snapshot);
                    set_state(t, TrackedState::removed);
                    if (!marked) mirror_removal(t);
                    forget(t);
                } else if (foreign_key(t, reference).type->nullable != nullptr) {
                    journal_snapshot(t, t.snapshot);
                    detach(t, reference);
                    t.model->layout.take(t.object, t.snapshot);
                }
            }
        }
    }
}

}  // namespace duet::engine
