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

ColumnSet UnitOfWork::Impl::changed_columns(const Tracked& t) const {
    const ColumnSet columns = t.model->layout.changes(t.object, t.snapshot);
    if (columns.empty()) return columns;
    for (const std::int16_t key : t.model->info.key) {
        if (!columns.has(static_cast<std::size_t>(key))) continue;
        throw InvalidQuery("the primary key of an object in a session was changed: remove this " +
                           std::string(t.model->info.type_name) + " and add another one");
    }
    return columns;
}

UnitOfWork::Impl::Pending UnitOfWork::Impl::collect() {
    settle_all_references();
    Pending pending;
    for (TrackedModel& model : models) {
        for (Tracked& t : model.objects) {
            if (t.state == TrackedState::added) pending.added.push_back(&t);
            if (t.state == TrackedState::removed) pending.removed.push_back(&t);
            if (t.state != TrackedState::stored) continue;
            const ColumnSet columns = changed_columns(t);
            if (columns.empty()) continue;
            if (pending.updates.empty())
                pending.updates.reserve(std::min<std::size_t>(model.objects.size(), 1024));
            pending.updates.push_back({&t, columns});
        }
    }
    for (TrackedModel& model : models) {
        if (model.added == 0) continue;
        model.added_keys.clear();
        model.knows_added_keys = true;
    }
    for (Tracked* t : pending.added) {
        if (is_new(t->model->info, t->object)) continue;
        const Tracked* const there = t->model->keys.find(t->object);
        if (there != nullptr && there->state == TrackedState::stored && !there->stale) {
            throw InvalidQuery("flush: the session has an object of the row of this " +
                               std::string(t->model->info.type_name) +
                               " already: change that one, or merge() a copy instead of adding it");
        }
        std::string key;
        encode_key(t->model->info, t->object, key);
        t->model->added_keys.try_emplace(std::move(key), t);
    }
    if (!pending.removed.empty() || !pending.updates.empty()) make_room(pending);
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

/// When the Task of a flush is destroyed before its end.
struct UnitOfWork::Impl::TakeBack {
    TakeBack(Impl& of, Pending& what) : impl(of), pending(what) {}
    TakeBack(const TakeBack&) = delete;
    ~TakeBack() {
        if (!armed) return;
        try {
            impl.take_back(pending);
        } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, within a destructor
        }
    }
    Impl& impl;
    Pending& pending;
    bool armed = true;
};

bool UnitOfWork::Impl::runs_hooks(const Pending& pending) const {
    const auto runs = [this](const Tracked* t) { return hooked(base, t->model->info); };
    return std::any_of(pending.added.begin(), pending.added.end(), runs) ||
           std::any_of(pending.removed.begin(), pending.removed.end(), runs) ||
           std::any_of(pending.updates.begin(), pending.updates.end(),
                       [&runs](const Update& update) { return runs(update.tracked); });
}

void UnitOfWork::Impl::remember_all(Pending& pending) {
    for (TrackedModel& model : models) {
        for (Tracked& t : model.objects) {
            if (t.state != TrackedState::added && t.state != TrackedState::stored) continue;
            pending.before.emplace_back(&t, RowSnapshot{});
            model.layout.take(t.object, pending.before.back().second);
        }
    }
}

void UnitOfWork::Impl::refuse_while_flushing(const char* what) const {
    if (flushing) throw InvalidQuery(std::string(what) + ": the session is being flushed");
}

Task<> UnitOfWork::Impl::flush(Where where, bool last_of_all) {
    constexpr int most = 100;
    for (int round = 0; round < most; ++round) {
        const bool again = co_await flush_once(where, last_of_all);
        if (!again) co_return;
    }
    throw InvalidQuery("flush: hooks change objects of the session each time that they are written");
}

Task<bool> UnitOfWork::Impl::flush_once(Where where, bool last_of_all) {
    refuse_while_flushing("flush");
    struct Flushing {
        Impl& impl;
        explicit Flushing(Impl& of) : impl(of) { impl.flushing = true; }
        Flushing(const Flushing&) = delete;
        ~Flushing() {
            impl.flushing = impl.cautious = false;
            impl.flush_transaction = nullptr;
        }
    };
    co_await remove_orphans(where);
    struct AddedKeys {
        std::deque<TrackedModel>& models;
        explicit AddedKeys(std::deque<TrackedModel>& of) : models(of) {}
        ~AddedKeys() {
            for (TrackedModel& model : models) model.knows_added_keys = false;
        }
    };
    const AddedKeys known(models);
    Pending pending = collect();
    if (pending.empty()) co_return false;
    pending.hooks = runs_hooks(pending);
    const Flushing guard(*this);
    co_await ensure_begun(where);
    TakeBack unless_written(*this, pending);
    if (pending.hooks) remember_all(pending);
    Call call = unit.call(where);
    const duet::detail::PromiseBase& self = co_await duet::detail::current_promise();
    cautious = !last_of_all && call.engine->pool().topology().pipelining &&
               (self.cancel != nullptr || options.timeout.count() != 0);
    std::unique_ptr<TransactionState> savepoint;
    std::exception_ptr error;
    try {
        if (!last_of_all) {
            savepoint =
                std::make_unique<TransactionState>(*call.engine, call.transaction, TransactionOptions{});
            co_await savepoint->begin(where);
            call.transaction = savepoint.get();
        }
        flush_transaction = call.transaction;
        co_await write(call, pending);
        flush_transaction = nullptr;
        if (savepoint != nullptr) co_await savepoint->commit(where);
    } catch (...) {
        error = std::current_exception();
    }
    flush_transaction = nullptr;
    unless_written.armed = false;
    if (error == nullptr) {
        written(pending);
        co_return pending.hooks;
    }
    take_back(pending);
    if (savepoint != nullptr) co_await savepoint->give_up(where);
    std::rethrow_exception(error);
}

Task<> UnitOfWork::flush(Where where) { return impl_->flush(where, false); }

Task<> UnitOfWork::Impl::write(Call call, Pending& pending) {
    const std::size_t removed_first = pending.removed_first;
    const std::size_t updates_first = pending.updates_first;
    const std::size_t updates_before = pending.updates_before;
    if (updates_before != 0) co_await write_updates(call, pending, 0, updates_before);
    if (removed_first != 0) co_await write_removed(call, pending, 0, removed_first);
    if (updates_first != updates_before) co_await write_updates(call, pending, updates_before, updates_first);
    if (!pending.added.empty()) co_await write_added(call, pending);
    if (pending.updates.size() != updates_first)
        co_await write_updates(call, pending, updates_first, pending.updates.size());
    if (!pending.links.empty()) co_await write_links(call, pending);
    if (pending.removed.size() != removed_first)
        co_await write_removed(call, pending, removed_first, pending.removed.size());
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

/// Nothing is written before what is read meanwhile.
struct Quiet {
    explicit Quiet(UnitOfWork& of) : unit(of), before(std::exchange(of.autoflush, false)) {}
    Quiet(const Quiet&) = delete;
    ~Quiet() { unit.autoflush = before; }
    UnitOfWork& unit;
    bool before;
};

}  // namespace

Task<> UnitOfWork::Impl::remove_orphans(Where where) {
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
                if (!deletes_orphans(c) || (loaded(c) && !c.partial) || database_cascades(relation)) continue;
                // One after the other: what is found may have rows below itself.
                const Quiet quiet(unit);
                shape::RelatedLoad load;
                load.path.push_back(static_cast<std::uint8_t>(r));
                void* const object = t.object;
                co_await unit.load({&object, 1}, info, load, where);
                c.loaded = true;
                c.partial = false;
                const std::span<void* const> rows = unit.rows(c);
                const std::vector<void*> below(rows.begin(), rows.end());
                for (void* child : below) unit.remove(child, Removal::hard);
            }
        }
    }
}

// Afterwards.

void UnitOfWork::Impl::written(Pending& pending) {
    const auto refers = [](const Update& update) {
        const TrackedModel& model = *update.tracked->model;
        return std::any_of(model.references.begin(), model.references.end(), [&](std::size_t relation) {
            return update.columns.has(static_cast<std::size_t>(model.info.relations[relation].local_column));
        });
    };
    const bool moves = !pending.added.empty() || !pending.removed.empty() || !pending.links.empty() ||
                       std::any_of(pending.updates.begin(), pending.updates.end(), refers);
    if (moves) ++epoch;
    std::size_t next = pending.added_before;
    for (Tracked* t : pending.added) {
        journal_snapshot(*t, pending.before[next++].second);
        set_state(*t, TrackedState::stored);
        t->born = true;
        if (const auto stored = pending.stored.find(t); stored != pending.stored.end()) {
            t->snapshot = stored->second;
        } else {
            t->model->layout.take(t->object, t->snapshot);
        }
        t->model->keys.insert(t->object, t);
    }
    for (const Update& update : pending.updates) {
        Tracked& t = *update.tracked;
        journal_snapshot(t, t.snapshot);
        if (const auto stored = pending.stored.find(&t); stored != pending.stored.end()) {
            t.snapshot = stored->second;
        } else if (!changes_objects(base, t.model->info)) {
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
    if (moves) show_collections();
}

void UnitOfWork::Impl::take_back(Pending& pending) {
    ++epoch;
    // Some were written twice.
    for (auto it = pending.before.rbegin(); it != pending.before.rend(); ++it) {
        const auto& [t, before] = *it;
        t->model->layout.restore(t->object, before, t->model->layout.changes(t->object, before));
    }
    if (pending.hooks) {
        for (const auto& [t, before] : pending.before) check_references(*t);
    }
    for (const auto* list : {&pending.later, &pending.opened}) {
        for (const Later& later : *list) attach(*later.tracked, later.relation, *later.target);
    }
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
            for (Tracked* const found : referring(model, reference, removed)) {
                Tracked& t = *found;
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
