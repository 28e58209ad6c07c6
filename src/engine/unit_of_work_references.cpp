#include "unit_of_work_impl.hpp"
#include "write.hpp"

// What becomes of BelongsTo members in a session: they hold the session's object, once they hold anything.

namespace duet::engine {

namespace {

bool same_key(const ColumnInfo& foreign, const void* object, const ColumnInfo& key, const void* target) {
    const void* value = plain_value(foreign, object);
    if (value == nullptr) return false;
    const TypeInfo& type = plain_type(foreign);
    if (is_integer(type.kind))
        return duet::detail::read_integer(type.kind, value) ==
               duet::detail::read_integer(key.type->kind, key.in(target));
    std::string ours;
    std::string theirs;
    encode_value(type, value, ours);
    encode_value(*key.type, key.in(target), theirs);
    return ours == theirs;
}

void write_key(const ColumnInfo& foreign, void* object, const ColumnInfo& key, const void* target) {
    void* value = const_cast<void*>(plain_value(foreign, object));
    const TypeInfo& type = plain_type(foreign);
    if (is_integer(type.kind)) {
        duet::detail::write_integer(type.kind, value,
                                    duet::detail::read_integer(key.type->kind, key.in(target)));
        return;
    }
    std::string bytes;
    encode_value(*key.type, key.in(target), bytes);
    decode_value(type, value, bytes.data());
}

}  // namespace

Tracked* UnitOfWork::Impl::target_of(Tracked& t, std::size_t relation) {
    RelationState* const held = state(t, relation);
    if (held == nullptr || !held->loaded || held->count == 0) return nullptr;
    if (Tracked* const found = tracked(held->first)) return found;
    if (!held->copied) return nullptr;
    const ModelInfo& target = t.model->info.relations[relation].target();
    // A copy of one of ours stands for it.
    Tracked* found = nullptr;
    if (is_new(target, held->first)) {
        found = tracked(source_of(*held));
        if (found != nullptr && &found->model->info != &target) found = nullptr;
    } else {
        found = referred(t, relation);
    }
    if (found != nullptr) attach(t, relation, *found);
    return found;
}

void UnitOfWork::Impl::attach(Tracked& t, std::size_t relation, Tracked& target) {
    const RelationInfo& info = t.model->info.relations[relation];
    if (&info.target() != &target.model->info)
        throw InvalidQuery(std::string(t.model->info.type_name) + "::" + std::string(info.name) +
                           " refers to objects of another model");
    const ColumnInfo& foreign = foreign_key(t, relation);
    RelationState* held = state(t, relation);
    if (held == nullptr) {
        foreign.type->nullable->emplace(foreign.in(t.object));
        held = state(t, relation);
    }
    held->info = &info;
    const bool held_before = held->loaded && held->first == target.object;
    held->attach(std::shared_ptr<void>(target.owner, target.object), target.object, 1);
    write_key(foreign, t.object, key_of(target.model->info), target.object);
    if (!held_before) index_reference(t, relation);
}

void UnitOfWork::Impl::detach(Tracked& t, std::size_t relation) {
    const ColumnInfo& foreign = foreign_key(t, relation);
    if (foreign.type->nullable == nullptr) {
        throw InvalidQuery(std::string(t.model->info.type_name) + "::" + std::string(foreign.member) +
                           " is not optional: it has to refer to something");
    }
    foreign.type->nullable->reset(foreign.in(t.object));
}

Tracked* UnitOfWork::Impl::referred(const TrackedModel& from, const void* object, std::size_t relation) {
    const ModelInfo& info = from.info.relations[relation].target();
    TrackedModel* const target = known_model(info);
    if (target == nullptr || info.key.size() != 1) return nullptr;
    const ColumnInfo& foreign = foreign_key(from.info, relation);
    const void* value = plain_value(foreign, object);
    if (value == nullptr) return nullptr;
    const ColumnInfo& key = key_of(info);
    if (target->keys.by_integer()) {
        const std::int64_t number = duet::detail::read_integer(plain_type(foreign).kind, value);
        Tracked* const found = target->keys.find(number);
        if ((found != nullptr && found->state != TrackedState::removed) || target->added == 0) return found;
        void* const with = probe(*target);
        duet::detail::write_integer(key.type->kind, key.in(with), number);
        return with_key(*target, with);
    }
    std::string bytes;
    encode_value(plain_type(foreign), value, bytes);
    void* const with = probe(*target);
    decode_value(*key.type, key.in(with), bytes.data());
    return with_key(*target, with);
}

bool UnitOfWork::Impl::refers_to(Tracked& t, std::size_t relation, const Tracked& target) {
    const RelationState* const held = state(t, relation);
    if (held != nullptr && held->loaded && held->count != 0) {
        const Tracked* const found = target_of(t, relation);
        if (found != nullptr) return found == &target;
    }
    if (target.state == TrackedState::added && is_new(target.model->info, target.object)) return false;
    return same_key(foreign_key(t, relation), t.object, key_of(target.model->info), target.object);
}

void UnitOfWork::Impl::settle_references(Tracked& t, bool complete) {
    for (const std::size_t relation : t.model->references) {
        RelationState* const held = state(t, relation);
        if (held == nullptr || !held->loaded || held->count == 0) continue;
        Tracked* target = target_of(t, relation);
        const ModelInfo& info = t.model->info.relations[relation].target();
        if (target == nullptr) {
            if (!is_new(info, held->first) || (!held->copied && !complete)) continue;
            if (!held->copied) {
                throw InvalidQuery(std::string(t.model->info.type_name) +
                                   "::" + std::string(t.model->info.relations[relation].name) +
                                   " refers to a " + std::string(info.type_name) +
                                   " that has no row and is not the session's any more: add() it again, or "
                                   "let the relation refer to something else");
            }
            // A copy that has no row: it is added as it is.
            target = &track(model(info), held->first, held->owner, TrackedState::added);
            attach(t, relation, *target);
            settle_references(*target);
            continue;
        }
        const ColumnInfo& foreign = foreign_key(t, relation);
        if (!same_key(foreign, t.object, key_of(info), target->object))
            write_key(foreign, t.object, key_of(info), target->object);
    }
}

void UnitOfWork::Impl::settle_all_references() {
    // Objects and models may be added meanwhile.
    for (std::size_t m = 0; m < models.size(); ++m) {
        if (models[m].references.empty()) continue;
        for (std::size_t i = 0; i < models[m].objects.size(); ++i) {
            Tracked& t = models[m].objects[i];
            if (t.state == TrackedState::added || t.state == TrackedState::stored) settle_references(t, true);
        }
    }
}

void UnitOfWork::Impl::check_references(Tracked& t) noexcept {
    for (const std::size_t relation : t.model->references) {
        RelationState* const held = state(t, relation);
        if (held == nullptr || !held->loaded || held->count == 0) continue;
        const ModelInfo& info = t.model->info.relations[relation].target();
        if (info.key.size() == 1 && !same_key(foreign_key(t, relation), t.object, key_of(info), held->first))
            held->reset();
    }
}

}  // namespace duet::engine
