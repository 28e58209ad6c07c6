#include <algorithm>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

namespace duet::engine {

using Collection = UnitOfWork::Collection;

namespace {

bool is_in(const std::vector<void*>& list, const void* object) {
    return std::find(list.begin(), list.end(), object) != list.end();
}

std::string name_of(const Collection& c) {
    return std::string(c.relation->owner().type_name) + "::" + std::string(c.relation->name);
}

}  // namespace

UnitOfWork::Collection& UnitOfWork::Impl::collection_of(Tracked& t, std::size_t relation) {
    if (Collection* const known = known_collection(t, relation)) return *known;
    auto made = std::make_unique<Collection>(Collection{&t, &t.model->info.relations[relation], relation});
    return *collections[number_of(&t)].emplace_back(std::move(made));
}

UnitOfWork::Collection* UnitOfWork::Impl::known_collection(const Tracked& t, std::size_t relation) noexcept {
    if (collections.empty()) return nullptr;
    const auto found = collections.find(number_of(&t));
    if (found == collections.end()) return nullptr;
    for (const auto& c : found->second) {
        if (c->index == relation) return c.get();
    }
    return nullptr;
}

void UnitOfWork::Impl::drop_collections(const Tracked& t) noexcept {
    const auto found = collections.find(number_of(&t));
    if (found == collections.end()) return;
    // Whoever has one may go on to ask it.
    for (const auto& c : found->second) {
        c->loaded = false;
        c->rows.clear();
        c->linked.clear();
        c->unlinked.clear();
        c->shown.reset();
    }
}

void UnitOfWork::Impl::journal_collection(Collection& c) {
    auto& journal = level().collections;
    const bool known = std::any_of(journal.begin(), journal.end(),
                                   [&c](const auto& entry) { return entry.collection == &c; });
    if (!known) journal.push_back({&c, c.owner, c.rows, c.linked, c.unlinked, c.loaded});
}

void UnitOfWork::Impl::unload_collections() noexcept {
    for (const auto& [owner, list] : collections) {
        for (const auto& c : list) {
            c->loaded = false;
            if (c->shown != nullptr) show(*c);
        }
    }
}

bool UnitOfWork::Impl::deletes_orphans(const Collection& c) const {
    const auto& declared = c.owner->model->info.options;
    return std::any_of(declared.begin(), declared.end(), [&c](const TableOption& option) {
        return option.type == TableOption::Type::cascade_orphans && option.text == c.relation->name;
    });
}

UnitOfWork::Collection* UnitOfWork::Impl::mirror(const Collection& c, Tracked& target) {
    const LinkInfo& link = c.relation->link();
    const ModelInfo& info = target.model->info;
    for (std::size_t i = 0; i < info.relations.size(); ++i) {
        const RelationInfo& relation = info.relations[i];
        if (relation.kind != RelationKind::many_to_many || &relation == c.relation) continue;
        const LinkInfo& other = relation.link();
        if (other.table == link.table && other.owner_column == link.target_column)
            // All links of a new object are known.
            return target.state == TrackedState::added ? &collection_of(target, i)
                                                       : known_collection(target, i);
    }
    return nullptr;
}

UnitOfWork::Collection& UnitOfWork::collection(void* object, std::size_t relation) {
    return impl_->collection_of(impl_->require(object, "collection"), relation);
}

// A row that does not exist yet cannot be referred to by any that the session does not know.
bool UnitOfWork::loaded(const Collection& c) noexcept {
    return c.loaded || c.owner->born || c.owner->state == TrackedState::added;
}

void* UnitOfWork::owner(const Collection& c) const noexcept { return c.owner->object; }

namespace {

/// The BelongsTo on the other side of a HasMany.
std::size_t reference_of(const Collection& c, const TrackedModel& target) {
    for (const std::size_t reference : target.references) {
        if (target.info.relations[reference].local_column == c.relation->remote_column()) return reference;
    }
    throw InvalidQuery(name_of(c) + " has no BelongsTo on its other side");
}

}  // namespace

std::span<void* const> UnitOfWork::rows(Collection& c) {
    if (c.owner->state == TrackedState::gone) throw InvalidQuery(name_of(c) + ": its owner left the session");
    if (!loaded(c)) {
        throw NotLoaded(name_of(c) + " was read but not loaded; load it with session.load(object, \"" +
                        std::string(c.relation->name) + "\"_c) or .related(\"" +
                        std::string(c.relation->name) + "\"_c) in the query");
    }
    impl_->rows_of(c);
    impl_->show(c);
    return c.rows;
}

std::vector<void*>& UnitOfWork::Impl::rows_of(Collection& c) {
    const auto is_out = [this](const void* object) {
        const Tracked* const t = tracked(object);
        return t == nullptr || t->state == TrackedState::removed;
    };
    if (c.relation->kind == RelationKind::many_to_many) {
        std::erase_if(c.rows, is_out);
        return c.rows;
    }
    TrackedModel& target = model(c.relation->target());
    const std::size_t reference = reference_of(c, target);
    std::vector<Tracked*> left;
    const auto belongs = [&](Tracked& t) {
        if (t.state == TrackedState::gone || t.state == TrackedState::removed) return false;
        if (refers_to(t, reference, *c.owner)) return true;
        left.push_back(&t);
        return false;
    };
    std::erase_if(c.rows, [&](void* object) { return is_out(object) || !belongs(*tracked(object)); });
    if (!c.partial) {
        const std::vector<Tracked*> found = referring(target, reference, *c.owner);
        const std::uint32_t mark = ++marks;
        for (const void* const object : c.rows) tracked(object)->number = mark;
        const auto column = static_cast<std::size_t>(target.info.relations[reference].local_column);
        for (Tracked* const t : found) {
            if (t->number == mark || !belongs(*t)) continue;
            // What the row of an object has that is to be read again is not known: it may be gone.
            const bool known = !t->stale || target.layout.changes(t->object, t->snapshot).has(column);
            if (known) c.rows.push_back(t->object);
        }
    }
    for (Tracked* const t : left) index_reference(*t, reference);
    return c.rows;
}

namespace {

/// What the member of an object holds: addresses, and the memory that they lead to.
struct ShownRows {
    std::vector<void*> rows;
    std::vector<std::shared_ptr<void>> owners;
};

}  // namespace

void UnitOfWork::Impl::show(Collection& c) {
    if (c.owner->state == TrackedState::gone) return;
    RelationState* const member = state_of(*c.relation, c.owner->object);
    if (member == nullptr) return;
    member->info = c.relation;
    if (!loaded(c)) {
        member->reset();
        c.shown.reset();
        return;
    }
    if (!c.relation->to_many()) {
        void* const row = c.rows.empty() ? nullptr : c.rows.front();
        if (member->loaded && member->first == row && member->count == c.rows.size()) return;
        member->attach(row == nullptr ? nullptr : std::shared_ptr<void>(tracked(row)->owner, row), row,
                       row == nullptr ? 0 : 1);
        return;
    }
    const auto* const before = static_cast<const ShownRows*>(c.shown.get());
    if (before == nullptr || before->rows != c.rows) {
        auto now = std::make_shared<ShownRows>();
        now->rows = c.rows;
        for (const void* const object : c.rows) now->owners.push_back(tracked(object)->owner);
        c.shown = std::move(now);
    } else if (member->loaded && member->owner == c.shown) {
        return;
    }
    auto& shown = *static_cast<ShownRows*>(c.shown.get());
    member->attach(c.shown, shown.rows.data(), shown.rows.size());
    member->scattered = true;
}

void UnitOfWork::Impl::show_one(Tracked& t, std::size_t relation, const Tracked* other) {
    Collection& c = collection_of(t, relation);
    c.loaded = true;
    c.partial = false;
    c.loaded_in = level().serial;
    c.rows.clear();
    if (other != nullptr && other->state == TrackedState::stored) c.rows.push_back(other->object);
    show(c);
}

void UnitOfWork::Impl::show_collections() {
    for (const auto& [owner, list] : collections) {
        for (const auto& c : list) {
            if (c->owner->state == TrackedState::gone) continue;
            if (loaded(*c)) rows_of(*c);
            show(*c);
        }
    }
}

void UnitOfWork::link(Collection& c, void* object) {
    Tracked& t = impl_->require(object, "add");
    if (c.owner->state == TrackedState::gone) throw InvalidQuery(name_of(c) + ": its owner left the session");
    if (&t.model->info != &c.relation->target())
        throw InvalidQuery(name_of(c) + " holds objects of another model");
    if (c.relation->kind != RelationKind::many_to_many) {
        if (c.relation->kind == RelationKind::has_one && loaded(c)) {
            const auto now = rows(c);
            for (void* const before : std::vector<void*>(now.begin(), now.end())) {
                if (before != object) (void)unlink(c, before);
            }
        }
        impl_->attach(t, reference_of(c, *t.model), *c.owner);
        if (c.partial && !is_in(c.rows, object)) c.rows.push_back(object);
        if (loaded(c)) rows(c);
        return;
    }
    Collection* const other = impl_->mirror(c, t);
    void* const owner = c.owner->object;
    const bool in_rows = loaded(c) && is_in(c.rows, object);
    if (in_rows && (other == nullptr || !is_in(other->unlinked, owner))) return;
    impl_->journal_collection(c);
    if (other != nullptr) impl_->journal_collection(*other);
    // Where the links that exist are not known, one that was to be taken away is taken away and added.
    std::size_t back = 0;
    if (loaded(c)) {
        back = std::erase(c.unlinked, object);
        if (other != nullptr) back += std::erase(other->unlinked, owner);
    }
    const bool waits = is_in(c.linked, object) || (other != nullptr && is_in(other->linked, owner));
    if (back == 0 && !waits) {
        c.linked.push_back(object);
        ++impl_->links;
    }
    if (loaded(c) && !in_rows) c.rows.push_back(object);
    if (other != nullptr && loaded(*other)) {
        if (!is_in(other->rows, owner)) other->rows.push_back(owner);
        impl_->show(*other);
    }
    impl_->show(c);
}

bool UnitOfWork::unlink(Collection& c, void* object) {
    Tracked& t = impl_->require(object, "remove");
    if (c.relation->kind != RelationKind::many_to_many) {
        if (&t.model->info != &c.relation->target()) return false;
        const std::size_t reference = reference_of(c, *t.model);
        if (!impl_->refers_to(t, reference, *c.owner)) return false;
        if (impl_->deletes_orphans(c)) {
            remove(object, Removal::normal);
        } else {
            impl_->detach(t, reference);
        }
        if (loaded(c)) rows(c);
        return true;
    }
    Collection* const other = impl_->mirror(c, t);
    void* const owner = c.owner->object;
    const bool waits = is_in(c.linked, object) || (other != nullptr && is_in(other->linked, owner));
    if (loaded(c) && !waits && !is_in(c.rows, object)) return false;
    impl_->journal_collection(c);
    std::erase(c.rows, object);
    std::erase(c.linked, object);
    if (other != nullptr) {
        impl_->journal_collection(*other);
        std::erase(other->rows, owner);
        std::erase(other->linked, owner);
        impl_->show(*other);
    }
    const bool goes = is_in(c.unlinked, object) || (other != nullptr && is_in(other->unlinked, owner));
    // A link that waits may be there already where those that are there are not known.
    if ((!waits || !loaded(c)) && !goes) {
        c.unlinked.push_back(object);
        ++impl_->links;
    }
    impl_->show(c);
    return true;
}

}  // namespace duet::engine
