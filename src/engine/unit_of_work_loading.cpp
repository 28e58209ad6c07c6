#include <algorithm>

#include "session.hpp"
#include "shape_reader.hpp"
#include "unit_of_work_impl.hpp"
#include "write.hpp"

namespace duet::engine {

// Rows become objects.

Tracked& UnitOfWork::Impl::absorb(TrackedModel& model, void* row, const std::shared_ptr<void>& block,
                                  bool overwrite) {
    Tracked* const known = model.keys.find(row);
    if (known == nullptr) {
        Tracked& t = track(model, row, std::shared_ptr<void>(block, row), TrackedState::stored);
        model.layout.take(row, t.snapshot);
        model.keys.insert(row, &t);
        if (arrivals != nullptr) arrivals->push_back(&t);
        return t;
    }
    if (known->object == row || known->state != TrackedState::stored || !(known->stale || overwrite))
        return *known;
    // What was changed here since stays changed.
    const ColumnSet changed = model.layout.changes(known->object, known->snapshot);
    RowSnapshot now;
    model.layout.take(row, now);
    refuse_other_version(*known, row, changed);
    if (now != known->snapshot) {
        for (std::size_t i = 0; i < model.info.columns.size(); ++i) {
            if (!changed.has(i)) copy_column(model.info.columns[i], row, known->object);
        }
        known->snapshot = std::move(now);
        check_references(*known);
        ++epoch;
    }
    known->stale = false;
    known->loaded_in = level().serial;
    return *known;
}

/// What was changed in an object of an older version must not be written over a newer one.
void UnitOfWork::Impl::refuse_other_version(const Tracked& t, const void* row, const ColumnSet& changed) {
    const ModelInfo& info = t.model->info;
    const std::int16_t guard = version_column(info);
    if (guard < 0 || changed.empty()) return;
    const ColumnInfo& column = info.columns[static_cast<std::size_t>(guard)];
    if (duet::detail::read_integer(column.type->kind, column.in(row)) ==
        duet::detail::read_integer(column.type->kind, column.in(t.object)))
        return;
    throw StaleData("the row of " + std::string(info.table) + " was changed by somebody else since this " +
                    std::string(info.type_name) +
                    " was read, and the object was changed, too: refresh() it, and change it again");
}

void UnitOfWork::Impl::absorb_relations(Tracked& t, void* row, Loads loads, std::vector<std::uint8_t>& path) {
    const ModelInfo& info = t.model->info;
    for (std::size_t i = 0; i < info.relations.size(); ++i) {
        const RelationInfo& relation = info.relations[i];
        RelationState* const found = state_of(relation, row);
        if (found == nullptr || !found->loaded) continue;
        path.push_back(static_cast<std::uint8_t>(i));
        if (relation.to_many()) {
            const RelationState held = *found;
            found->reset();
            absorb_many(t, i, held, loads, path);
        } else if (found->count != 0 && tracked(found->first) == nullptr) {
            const RelationState held = *found;
            found->reset();
            Tracked& other = absorb(model(relation.target()), held.first, held.owner, false);
            absorb_relations(other, held.first, loads, path);
            if (relation.kind == RelationKind::belongs_to) {
                if (refers_to(t, i, other)) attach(t, i, other);
            } else if (state(t, i) != nullptr) {
                attach_back(other, relation, t);
                show_one(t, i, &other);
            }
        } else if (row != t.object) {
            // Shared by several rows and known by now, or no row at all.
            RelationState* const own = state(t, i);
            Tracked* const other = found->count == 0 ? nullptr : tracked(found->first);
            if (relation.kind == RelationKind::belongs_to && other != nullptr) {
                if (refers_to(t, i, *other)) attach(t, i, *other);
            } else if (relation.kind == RelationKind::has_one) {
                show_one(t, i, other);
            } else if (own != nullptr && !own->loaded) {
                *own = *found;
            }
            found->reset();
        } else if (relation.kind == RelationKind::has_one && found->count == 0) {
            show_one(t, i, nullptr);
        }
        path.pop_back();
    }
}

void UnitOfWork::Impl::attach_back(Tracked& child, const RelationInfo& relation, Tracked& parent) {
    for (const std::size_t back : child.model->references) {
        if (child.model->info.relations[back].local_column == relation.remote_column() &&
            refers_to(child, back, parent))
            attach(child, back, parent);
    }
}

void UnitOfWork::Impl::absorb_many(Tracked& t, std::size_t index, const RelationState& found, Loads loads,
                                   std::vector<std::uint8_t>& path) {
    const RelationInfo& relation = t.model->info.relations[index];
    TrackedModel& target = model(relation.target());
    Collection& c = collection_of(t, index);
    if (relation.kind == RelationKind::many_to_many) journal_collection(c);
    c.rows.clear();
    c.loaded = true;
    c.loaded_in = level().serial;
    c.partial = std::any_of(loads.begin(), loads.end(), [&](const shape::RelatedLoad& load) {
        return load.filtered && load.path == path;
    });
    for (std::size_t n = 0; n < found.count; ++n) {
        void* const row = at_offset(found.first, n * target.info.size);
        Tracked& child = absorb(target, row, found.owner, false);
        absorb_relations(child, row, loads, path);
        if (child.state == TrackedState::stored) c.rows.push_back(child.object);
        if (relation.kind == RelationKind::has_many) attach_back(child, relation, t);
    }
    for (void* const object : c.unlinked) std::erase(c.rows, object);
    for (void* const object : c.linked) c.rows.push_back(object);
    show(c);
}

// Looking up.

void* UnitOfWork::Impl::probe(TrackedModel& model) {
    if (model.probe == nullptr) {
        model.probe = make_list(*model.info.list);
        model.info.list->append(model.probe.get());
    }
    return model.info.list->data(model.probe.get());
}

void* UnitOfWork::Impl::probe(TrackedModel& model, const shape::QueryData& by_key) {
    const ModelInfo& info = model.info;
    void* const found = probe(model);
    for (std::size_t i = 0; i < info.key.size() && i < by_key.clauses.values.size(); ++i) {
        assign_member(info.columns[static_cast<std::size_t>(info.key[i])], found, by_key.clauses.values, i);
    }
    return found;
}

Tracked* UnitOfWork::Impl::added_with_key(TrackedModel& model, const void* object) {
    if (model.added == 0) return nullptr;
    std::string wanted;
    encode_key(model.info, object, wanted);
    if (model.knows_added_keys) {
        const auto found = model.added_keys.find(wanted);
        return found == model.added_keys.end() ? nullptr : found->second;
    }
    for (Tracked& t : model.objects) {
        if (t.state != TrackedState::added || is_new(model.info, t.object)) continue;
        std::string key;
        encode_key(model.info, t.object, key);
        if (key == wanted) return &t;
    }
    return nullptr;
}

Tracked* UnitOfWork::Impl::with_key(TrackedModel& model, const void* object) {
    Tracked* const known = model.keys.find(object);
    if (known != nullptr && known->state != TrackedState::removed) return known;
    Tracked* const fresh = added_with_key(model, object);
    return fresh != nullptr ? fresh : known;
}

Task<void*> UnitOfWork::Impl::read(TrackedModel& target, shape::QueryData query, bool overwrite,
                                   Where where) {
    const std::shared_ptr<void> block = make_list(*target.info.list);
    void* const row = target.info.list->append(block.get());
    const Call call = co_await unit.begun(where);
    const bool found = co_await fetch_first(call, query, row);
    if (!found) co_return nullptr;
    std::vector<std::uint8_t> path;
    Tracked& t = absorb(target, row, block, overwrite);
    absorb_relations(t, row, query.related, path);
    co_return t.object;
}

Task<void*> UnitOfWork::find(const shape::QueryData& by_key, bool again, Where where) {
    TrackedModel& model = impl_->model(*by_key.model);
    void* const probe = impl_->probe(model, by_key);
    Tracked* const known = impl_->with_key(model, probe);
    if (known != nullptr) {
        if (known->state == TrackedState::removed) co_return nullptr;
        if (known->state == TrackedState::added || (!known->stale && !again)) co_return known->object;
    }
    void* const object = co_await impl_->read(model, by_key, again, where);
    if (object == nullptr && known != nullptr) {
        impl_->journal_state(*known);
        impl_->forget(*known);
    }
    co_return object;
}

Task<std::size_t> UnitOfWork::fetch(const shape::QueryData& query, std::vector<void*>& out, Where where,
                                    FetchedRows* rows) {
    co_await before_query(query, where);
    const Call call = co_await begun(where);
    const std::shared_ptr<void> block = make_list(*query.model->list);
    const std::size_t count = co_await fetch_all(call, query, {query.model->list, block.get()});
    const std::size_t wanted = rows == nullptr ? count : std::min(count, rows->most);
    impl_->absorb_rows(query, block, wanted, out);
    if (rows != nullptr && wanted != 0) {
        rows->block = block;
        rows->last = at_offset(query.model->list->data(block.get()), (wanted - 1) * query.model->size);
    }
    co_return count;
}

void UnitOfWork::Impl::absorb_rows(const shape::QueryData& query, const std::shared_ptr<void>& block,
                                   std::size_t count, std::vector<void*>& out) {
    TrackedModel& target = model(*query.model);
    void* const first = query.model->list->data(block.get());
    const bool overwrite = (query.flags & shape::for_update) != 0;
    std::vector<std::uint8_t> path;
    out.reserve(out.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
        void* const row = at_offset(first, i * query.model->size);
        Tracked& t = absorb(target, row, block, overwrite);
        if (!query.related.empty()) absorb_relations(t, row, query.related, path);
        out.push_back(t.object);
    }
}

Task<> UnitOfWork::refresh(void* object, Where where) {
    Tracked& t = impl_->require(object, "refresh");
    if (t.state == TrackedState::added) throw InvalidQuery("refresh: this object has no row yet");
    if (t.state == TrackedState::removed)
        throw InvalidQuery("refresh: this session is about to remove the object; add() it again to keep it");
    expire(object);
    const shape::QueryData query = key_query(t.model->info, object);
    void* const found = co_await impl_->read(*t.model, query, true, where);
    if (found == nullptr) throw_gone(t.model->info, "refresh");
}

Task<> UnitOfWork::load(std::span<void* const> objects, const ModelInfo& info, const shape::RelatedLoad& load,
                        Where where) {
    if (objects.empty()) co_return;
    TrackedModel& model = impl_->model(info);
    for (void* const object : objects) (void)impl_->require(object, "load");
    if (autoflush && !impl_->flushing && impl_->has_pending()) co_await flush(where);
    // Objects that lie next to each other, as the loader wants them: all it needs of them are keys.
    const std::shared_ptr<void> stubs = make_list(*info.list);
    for (void* const object : objects) {
        void* const stub = info.list->append(stubs.get());
        for (const ColumnInfo& column : info.columns) {
            if (column.primary_key || column.relation >= 0) copy_column(column, object, stub);
        }
    }
    const Call call = co_await begun(where);
    void* const first = info.list->data(stubs.get());
    co_await load_related(call, info, first, objects.size(), load, 0);
    std::vector<std::uint8_t> path;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        Tracked* const t = impl_->tracked(objects[i]);
        if (t != nullptr && t->model == &model)
            impl_->absorb_relations(*t, at_offset(first, i * info.size), {&load, 1}, path);
    }
}

// What is written before a query.

namespace {

/// Whether a query may look at other tables than that of its model. Bytes that are no opcodes can only make
/// it say so without need.
bool spans_tables(const shape::QueryData& query) {
    if (!query.related.empty()) return true;
    const auto bytes = query.clauses.bytes.span();
    return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
        switch (static_cast<shape::Op>(byte)) {
            case shape::Op::path:
            case shape::Op::alias_path:
            case shape::Op::in_query:
            case shape::Op::not_in_query:
            case shape::Op::row_in_query:
            case shape::Op::exists:
            case shape::Op::any_related:
            case shape::Op::all_related:
            case shape::Op::none_related:
            case shape::Op::count_related:
            case shape::Op::scalar_query:
                return true;
            default:
                return false;
        }
    });
}

}  // namespace

Task<> UnitOfWork::before_query(const shape::QueryData& query, Where where) {
    if (!autoflush || impl_->flushing) co_return;
    bool needed = false;
    if (spans_tables(query) || query.has(shape::Clause::joined)) {
        needed = impl_->has_pending();
    } else if (TrackedModel* const model = impl_->known_model(*query.model)) {
        needed = impl_->has_pending(*model);
    }
    if (needed) co_await flush(where);
}

Task<Call> UnitOfWork::before_statement(Where where) {
    if (autoflush && !impl_->flushing && impl_->has_pending()) co_await flush(where);
    co_return co_await begun(where);
}

namespace {

/// What a BelongsTo was set to by hand may have no row, and so no key to go by.
void take_new_references(const ModelInfo& info, const void* from, void* to) {
    for (const RelationInfo& relation : info.relations) {
        if (relation.kind != RelationKind::belongs_to) continue;
        const RelationState* const held = state_of(relation, const_cast<void*>(from));
        RelationState* const own = state_of(relation, to);
        if (held != nullptr && own != nullptr && held->copied) *own = *held;
    }
}

}  // namespace

Task<void*> UnitOfWork::merge(const ModelInfo& info, const void* detached, Where where) {
    TrackedModel& model = impl_->model(info);
    void* object = nullptr;
    Tracked* known = nullptr;
    if (!is_new(info, detached)) {
        known = impl_->with_key(model, detached);
        if (known != nullptr && known->state == TrackedState::removed)
            throw InvalidQuery("merge: this session removes the row");
        if (known == nullptr || known->stale) {
            shape::QueryData query = key_query(info, detached);
            query.flags = 0;
            object = co_await impl_->read(model, query, false, where);
        } else {
            object = known->object;
        }
    }
    if (object == nullptr) {
        object = place(info);
        for (const ColumnInfo& column : info.columns) copy_column(column, detached, object);
        take_new_references(info, detached, object);
        co_return add(info, object);
    }
    Tracked& t = impl_->require(object, "merge");
    if (const std::int16_t guard = version_column(info); guard >= 0 && t.state == TrackedState::stored) {
        const ColumnInfo& column = info.columns[static_cast<std::size_t>(guard)];
        if (duet::detail::read_integer(column.type->kind, column.in(object)) !=
            duet::detail::read_integer(column.type->kind, column.in(detached))) {
            throw StaleData("merge: the row of " + std::string(info.table) +
                            " was changed by somebody else since this " + std::string(info.type_name) +
                            " was read");
        }
    }
    for (const ColumnInfo& column : info.columns) {
        if (!column.primary_key) copy_column(column, detached, object);
    }
    impl_->check_references(t);
    take_new_references(info, detached, object);
    ++impl_->epoch;
    co_return object;
}

}  // namespace duet::engine
