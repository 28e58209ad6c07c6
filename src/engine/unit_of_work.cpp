#include <duet/dialect/render.hpp>
#include <duet/engine/unit_of_work.hpp>

#include <algorithm>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

namespace duet::engine {

UnitOfWork::Impl::Impl(UnitOfWork& of, const Call& call, const TransactionOptions& how,
                       TransactionState* begun)
    : unit(of), base(call), options(how) {
    levels.emplace_back();
    level().serial = ++serial;
    level().transaction = begun;
    base.transaction = nullptr;
    if (options.timeout.count() == 0) options.timeout = call.timeout;
    base.timeout = {};
}

UnitOfWork::UnitOfWork(const Call& call, const TransactionOptions& options, TransactionState* begun)
    : impl_(std::make_unique<Impl>(*this, call, options, begun)) {}

UnitOfWork::~UnitOfWork() {
    while (!impl_->levels.empty()) impl_->levels.pop_back();  // the innermost first
    expunge_all();
}

// Models and addresses.

TrackedModel* UnitOfWork::Impl::known_model(const ModelInfo& info) noexcept {
    if (last != nullptr && &last->info == &info) return last;
    for (TrackedModel& known : models) {
        if (&known.info == &info) return last = &known;
    }
    return nullptr;
}

TrackedModel& UnitOfWork::Impl::model(const ModelInfo& info) {
    if (TrackedModel* known = known_model(info)) return *known;
    return *(last = &models.emplace_back(info, static_cast<std::uint32_t>(models.size())));
}

Tracked& UnitOfWork::Impl::require(const void* object, const char* what) const {
    if (Tracked* const found = tracked(object)) return *found;
    throw InvalidQuery(std::string(what) +
                       ": this object is not one of the session: get() it, add() it, or merge() a copy");
}

Tracked& UnitOfWork::Impl::new_tracked(TrackedModel& model) {
    if (model.free.empty()) return model.objects.emplace_back(Tracked{&model, nullptr, nullptr});
    Tracked& t = *model.free.back();
    model.free.pop_back();
    ++epoch;  // indexes have looked at this place already
    return t = Tracked{&model, nullptr, nullptr};
}

Tracked& UnitOfWork::Impl::track(TrackedModel& model, void* object, std::shared_ptr<void> owner,
                                 TrackedState state) {
    Tracked& t = new_tracked(model);
    t.object = object;
    t.owner = std::move(owner);
    addresses.insert(number_of(object), &t);
    if (state == TrackedState::added) journal_state(t);
    t.loaded_in = level().serial;
    set_state(t, state);
    return t;
}

void UnitOfWork::Impl::set_state(Tracked& t, TrackedState state) noexcept {
    const auto count = [&t](TrackedState which, std::size_t step) {
        if (which == TrackedState::added) t.model->added += step;
        if (which == TrackedState::removed) t.model->removed += step;
    };
    count(t.state, static_cast<std::size_t>(-1));
    t.state = state;
    count(t.state, 1);
}

void UnitOfWork::Impl::forget(Tracked& t) noexcept {
    if (t.state == TrackedState::stored || t.state == TrackedState::removed) {
        // The key may have been changed meanwhile.
        if (t.model->keys.find(t.object) != &t) {
            ColumnSet key;
            for (const std::int16_t column : t.model->info.key) key.add(static_cast<std::size_t>(column));
            t.model->layout.restore(t.object, t.snapshot, key);
        }
        if (t.model->keys.find(t.object) == &t) t.model->keys.erase(t.object);
    }
    addresses.erase(number_of(t.object));
    set_state(t, TrackedState::gone);
    drop_collections(t);
}

void UnitOfWork::Impl::journal_state(Tracked& t) { level().journal.push_back({&t, t.state}); }

void UnitOfWork::Impl::journal_snapshot(Tracked& t, std::string_view before) {
    if (t.journaled_in == level().serial) return;
    t.journaled_in = level().serial;
    level().add(t, t.state, before);
}

bool UnitOfWork::Impl::modified(const Tracked& t) const {
    return t.state == TrackedState::stored && !t.model->layout.same(t.object, t.snapshot);
}

void UnitOfWork::Impl::restore(Tracked& t, const RowSnapshot& snapshot, const ColumnSet& columns) {
    if (columns.empty()) return;
    t.model->layout.restore(t.object, snapshot, columns);
    check_references(t);
    ++epoch;
}

void UnitOfWork::Impl::restore_changes(Tracked& t) {
    restore(t, t.snapshot, t.model->layout.changes(t.object, t.snapshot));
}

// What is asked of objects.

void* UnitOfWork::find_now(const ModelInfo& info, std::int64_t key) noexcept {
    TrackedModel* const model = impl_->known_model(info);
    if (model == nullptr || !model->keys.by_integer()) return nullptr;
    const Tracked* const found = model->keys.find(key);
    return found != nullptr && found->state == TrackedState::stored && !found->stale ? found->object
                                                                                     : nullptr;
}

bool UnitOfWork::contains(const void* object) const noexcept { return impl_->tracked(object) != nullptr; }

bool UnitOfWork::is_modified(const void* object) const {
    const Tracked& t = impl_->require(object, "is_modified");
    return t.state == TrackedState::added || impl_->modified(t);
}

std::vector<std::string_view> UnitOfWork::changes(const void* object) const {
    const Tracked& t = impl_->require(object, "changes");
    std::vector<std::string_view> out;
    const bool all = t.state == TrackedState::added;
    const ColumnSet changed = all ? ColumnSet{} : t.model->layout.changes(t.object, t.snapshot);
    const ModelInfo& info = t.model->info;
    for (std::size_t i = 0; i < info.columns.size(); ++i) {
        if (all || changed.has(i)) out.push_back(info.columns[i].member);
    }
    return out;
}

PendingCounts UnitOfWork::pending() const {
    PendingCounts out;
    for (const TrackedModel& model : impl_->models) {
        out.added += model.added;
        out.removed += model.removed;
        for (const Tracked& t : model.objects) out.changed += impl_->modified(t) ? 1 : 0;
    }
    for (const auto& [owner, list] : impl_->collections) {
        for (const auto& c : list) out.links += c->linked.size() + c->unlinked.size();
    }
    return out;
}

std::size_t UnitOfWork::size() const noexcept { return impl_->addresses.size(); }

// What is done to them.

namespace {
constexpr std::size_t first_slab = 16;
constexpr std::size_t largest_slab = 8192;
}  // namespace

void* UnitOfWork::place(const ModelInfo& info) {
    TrackedModel& model = impl_->model(info);
    const ListOps& list = *info.list;
    if (model.placed) list.pop(model.slab.get());  // its value could not be moved in
    model.placed = false;
    // Objects must not move: a list grows no further than the room that was made for it.
    if (model.slab == nullptr || list.size(model.slab.get()) == model.slab_size) {
        model.slab_size = std::clamp(model.slab_size * 2, first_slab, largest_slab);
        model.slab = make_list(list);
        list.reserve(model.slab.get(), model.slab_size);
    }
    void* const object = list.append(model.slab.get());
    model.placed = true;
    return object;
}

void* UnitOfWork::add(const ModelInfo& info, void* placed) {
    TrackedModel& model = impl_->model(info);
    model.placed = false;
    adopt(info, placed, std::shared_ptr<void>(model.slab, placed));
    return placed;
}

void* UnitOfWork::add_again(const void* object) {
    Tracked* const t = impl_->tracked(object);
    if (t == nullptr) return nullptr;
    if (t->state == TrackedState::removed) {
        impl_->journal_state(*t);
        impl_->set_state(*t, TrackedState::stored);
        ++impl_->epoch;
    }
    return t->object;
}

void UnitOfWork::adopt(const ModelInfo& info, void* object, std::shared_ptr<void> owner) {
    if (impl_->tracked(object) != nullptr) throw InvalidQuery("add: the session has this object already");
    Tracked& t = impl_->track(impl_->model(info), object, std::move(owner), TrackedState::added);
    // What was loaded into a copy elsewhere stays there.
    for (const RelationInfo& relation : info.relations) {
        RelationState* const state = state_of(relation, object);
        if (state == nullptr) continue;
        state->info = &relation;
        if (relation.kind != RelationKind::belongs_to) state->reset();
    }
    impl_->settle_references(t);
}

std::uint32_t UnitOfWork::lock_flags() const noexcept {
    return impl_->base.engine->dialect().capabilities().for_update ? std::uint32_t{shape::for_update} : 0;
}

void UnitOfWork::remove(void* object, Removal removal) {
    Tracked& t = impl_->require(object, "remove");
    if (t.state == TrackedState::removed) return;
    if (removal == Removal::soft_cascade && t.model->info.soft_delete < 0)
        throw InvalidQuery(std::string(t.model->info.type_name) + " has no SoftDelete member");
    const bool was_added = t.state == TrackedState::added;
    if (was_added) impl_->refuse_while_flushing("remove");
    impl_->journal_state(t);
    impl_->set_state(t, TrackedState::removed);
    t.hard = removal == Removal::hard;
    t.cascades = removal == Removal::soft_cascade;
    const ModelInfo& info = t.model->info;
    for (std::size_t i = 0; i < info.relations.size(); ++i) {
        const RelationKind kind = info.relations[i].kind;
        if (kind != RelationKind::has_many && kind != RelationKind::has_one) continue;
        Collection& c = impl_->collection_of(t, i);
        if (!impl_->deletes_orphans(c)) continue;
        if (was_added) c.loaded = true;
        if (!c.loaded || c.partial) continue;  // its rows are looked for when the removal is written
        const auto below = rows(c);
        for (void* child : std::vector<void*>(below.begin(), below.end())) remove(child, removal);
    }
    if (was_added) {
        impl_->set_state(t, TrackedState::added);
        impl_->forget(t);
    }
}

void UnitOfWork::expunge(void* object) {
    Tracked& t = impl_->require(object, "expunge");
    impl_->refuse_while_flushing("expunge");
    impl_->forget(t);
    t.expunged = true;
}

// What objects hold of each other must not keep them alive; others may hold them, too.
void UnitOfWork::expunge_all() noexcept {
    for (TrackedModel& model : impl_->models) {
        for (const Tracked& t : model.objects) {
            if (t.object != nullptr) reset_relations(model.info, t.object);
        }
    }
    ++impl_->generation;
    impl_->collections.clear();
    impl_->links = 0;
    impl_->addresses.clear();
    for (Level& level : impl_->levels) {
        level.journal = {};
        level.snapshots = {};
        level.collections = {};
    }
    impl_->models.clear();
    impl_->last = nullptr;
}

void UnitOfWork::expire(void* object) {
    Tracked& t = impl_->require(object, "expire");
    if (t.state == TrackedState::added) throw InvalidQuery("expire: this object has no row yet");
    impl_->restore_changes(t);
    t.stale = true;
    t.born = false;
    reset_relations(t.model->info, t.object);
    impl_->drop_collections(t);
}

void UnitOfWork::expire_all() {
    for (TrackedModel& model : impl_->models) {
        for (Tracked& t : model.objects) {
            if (t.state == TrackedState::stored) expire(t.object);
        }
    }
}

void UnitOfWork::expire_model(const ModelInfo& info) noexcept {
    TrackedModel* const model = impl_->known_model(info);
    if (model == nullptr) return;
    for (Tracked& t : model->objects) {
        if (t.state == TrackedState::stored) t.stale = true;
    }
}

void UnitOfWork::expire_rows() noexcept {
    impl_->make_stale();
    impl_->unload_collections();
}

void UnitOfWork::set_reference(void* object, std::size_t relation, void* target) {
    Tracked& t = impl_->require(object, "set");
    if (target == nullptr) return impl_->detach(t, relation);
    impl_->attach(t, relation, impl_->require(target, "set"));
}

}  // namespace duet::engine
