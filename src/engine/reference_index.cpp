#include <algorithm>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// Which objects refer to another one, without a look at all of them. Members are plain, so that nobody tells
// when one changes; what is certain is this: setting a BelongsTo to an object makes a copy of it, which is
// counted, and all else that changes references goes through the session or is noticed when it writes.

namespace duet::engine {

namespace {

/// The list of those that refer to the key at `value`.
std::vector<Tracked*>& list_of(ReferenceIndex& index, const TypeInfo& type, const void* value) {
    if (is_integer(type.kind)) return index.by_number[duet::detail::read_integer(type.kind, value)];
    std::string bytes;
    encode_value(type, value, bytes);
    return index.by_key[std::move(bytes)];
}

}  // namespace

void UnitOfWork::Impl::put_in_index(ReferenceIndex& index, Tracked& t, std::size_t relation) {
    if (t.state == TrackedState::gone) return;
    const Tracked* const target = target_of(t, relation);
    if (target != nullptr && target->state == TrackedState::added) {
        index.by_object[target->object].push_back(&t);
        return;
    }
    const ColumnInfo& foreign = foreign_key(t, relation);
    if (const void* const value = plain_value(foreign, t.object))
        list_of(index, plain_type(foreign), value).push_back(&t);
}

void UnitOfWork::Impl::index_reference(Tracked& t, std::size_t relation) {
    auto& indexes = t.model->indexes;
    if (relation < indexes.size() && indexes[relation] != nullptr)
        put_in_index(*indexes[relation], t, relation);
}

std::vector<Tracked*> UnitOfWork::Impl::referring(TrackedModel& model, std::size_t relation,
                                                  const Tracked& target) {
    if (model.indexes.size() <= relation) model.indexes.resize(model.info.relations.size());
    if (model.indexes[relation] == nullptr) model.indexes[relation] = std::make_unique<ReferenceIndex>();
    ReferenceIndex& index = *model.indexes[relation];
    const std::size_t bucket = duet::detail::copy_bucket(target.object);
    if (index.epoch != epoch || index.copies[bucket] != duet::detail::copies_made(bucket)) {
        index.by_number.clear();
        index.by_key.clear();
        index.by_object.clear();
        index.seen = 0;
        index.epoch = epoch;
        for (std::size_t i = 0; i < index.copies.size(); ++i) index.copies[i] = duet::detail::copies_made(i);
    }
    while (index.seen < model.objects.size()) put_in_index(index, model.objects[index.seen++], relation);

    const ColumnInfo& key = key_of(target.model->info);
    std::vector<Tracked*>* found = nullptr;
    if (target.state == TrackedState::added) {
        found = &index.by_object[target.object];
        if (!is_new(target.model->info, target.object)) {
            std::vector<Tracked*>& by_key = list_of(index, *key.type, key.in(target.object));
            found->insert(found->end(), by_key.begin(), by_key.end());
        }
    } else {
        found = &list_of(index, *key.type, key.in(target.object));
    }
    const std::uint32_t mark = ++marks;
    std::erase_if(*found, [mark](Tracked* t) { return std::exchange(t->number, mark) == mark; });
    return *found;
}

}  // namespace duet::engine
