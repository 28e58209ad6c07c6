#include <algorithm>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// The rows of a flush, in its steps.

namespace duet::engine {

// New rows.

Task<> UnitOfWork::Impl::write_added(Call call, Pending& pending) {
    std::vector<FlushNode> nodes(pending.added.size());
    pending.added_before = pending.before.size();
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
        co_await insert_group(call, pending, models[group.table], rows);
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

// Objects that were added one after the other lie next to each other and go together; others each by itself,
// at the same time where that is possible.
Task<> UnitOfWork::Impl::insert_group(Call call, Pending& pending, TrackedModel& model,
                                      std::span<Tracked* const> rows) {
    const auto stored = [&pending, &model](std::span<Tracked* const> written) {
        if (!pending.hooks) return;
        for (Tracked* const t : written) model.layout.take(t->object, pending.stored[t]);
    };
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
        if (count > 1 || pending.hooks) {
            co_await insert_all_hooked(call, model.info, first, count);
            stored(rows.subspan(begin, count));
        } else {
            single.push_back(insertion_of(model.info, first));
        }
        begin += count;
    }
    if (!single.empty()) co_await run_operations(call, single);
}

Task<> UnitOfWork::Impl::run_operations(
    Call call, std::span<const duet::detail::Owned<BatchOperation>> operations) const {
    if (!cautious) co_return co_await run_batch(call, operations);
    for (const duet::detail::Owned<BatchOperation>& operation : operations) co_await operation->start(call);
}

bool UnitOfWork::Impl::one_by_one(const ModelInfo& info, const ColumnSet& columns) {
    if (!cautious) return false;
    if (touches_unique(model(info), columns)) return true;
    for (std::size_t i = 0; i < info.columns.size(); ++i) {
        const TypeInfo* type = info.columns[i].type;
        while (type->kind == Kind::custom) type = type->base;
        if (columns.has(i) && type->kind == Kind::array) return true;
    }
    return false;
}

// Changed rows.

/// What hooks have changed since the changes were collected.
void UnitOfWork::Impl::add_changes(Pending& pending, Update& update) {
    const Tracked& t = *update.tracked;
    const auto stored = pending.stored.find(update.tracked);
    if (stored != pending.stored.end()) {
        update.columns.add(t.model->layout.changes(t.object, stored->second));
    } else if (t.state != TrackedState::added) {
        update.columns.add(changed_columns(t));
    }
}

Task<> UnitOfWork::Impl::write_updates(Call call, Pending& pending, std::size_t begin, std::size_t end) {
    std::vector<Update*> order;
    order.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        Update& update = pending.updates[i];
        if (pending.hooks) add_changes(pending, update);
        order.push_back(&update);
        if (!changes_objects(call, update.tracked->model->info)) continue;
        pending.before.emplace_back(update.tracked, RowSnapshot{});
        update.tracked->model->layout.take(update.tracked->object, pending.before.back().second);
    }
    std::vector<Vacated> vacated;
    const std::vector<Update*> in_turn = take_turns(order, vacated);
    const auto before = [&call](const Update* a, const Update* b) {
        // Those whose hooks may change others come last, one by one.
        const bool hooks_of_a = hooked(call, a->tracked->model->info);
        if (hooks_of_a != hooked(call, b->tracked->model->info)) return !hooks_of_a;
        if (a->tracked->model != b->tracked->model)
            return a->tracked->model->number < b->tracked->model->number;
        return a->columns < b->columns;
    };
    if (!std::is_sorted(order.begin(), order.end(), before))
        std::stable_sort(order.begin(), order.end(), before);
    co_await write_each(call, pending, order, false);
    const Vacated* no_room = nullptr;
    for (std::size_t i = 0; i < vacated.size(); ++i) {
        if (vacated[i].column < 0) {
            no_room = &vacated[i];
        } else {
            co_await vacate(call, vacated[i], static_cast<std::uint32_t>(i));
        }
    }
    if (!in_turn.empty()) co_await write_in_turn(call, pending, in_turn, no_room);
}

Task<> UnitOfWork::Impl::write_each(Call call, Pending& pending, std::span<Update* const> updates,
                                    bool in_turn) {
    const auto together = [](const Update& a, const Update& b) {
        return a.tracked->model == b.tracked->model && a.columns == b.columns;
    };
    std::vector<void*> objects;
    std::vector<std::int16_t> columns;
    for (std::size_t i = 0; i < updates.size();) {
        Update& first = *updates[i];
        const ModelInfo& info = first.tracked->model->info;
        bool alone = hooked(call, info) || (in_turn && pending.hooks);
        if (alone) add_changes(pending, first);
        alone = alone || one_by_one(info, first.columns);
        const std::size_t from = i;
        objects.clear();
        columns.clear();
        for (std::size_t c = 0; c < info.columns.size(); ++c) {
            if (first.columns.has(c)) columns.push_back(static_cast<std::int16_t>(c));
        }
        do {
            objects.push_back(updates[i++]->tracked->object);
        } while (!alone && i < updates.size() && together(first, *updates[i]));
        co_await update_objects(call, info, columns, objects);
        if (!pending.hooks) continue;
        for (std::size_t n = from; n < i; ++n) {
            Tracked& t = *updates[n]->tracked;
            t.model->layout.take(t.object, pending.stored[&t]);
        }
    }
}

// Links.

Task<> UnitOfWork::Impl::write_links(Call call, Pending& pending) {
    std::vector<const void*> targets;
    // A link may be taken away from one side and added from the other.
    for (const bool adds : {false, true}) {
        for (const Collection* c : pending.links) {
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

Task<> UnitOfWork::Impl::write_removed(Call call, Pending& pending, std::size_t begin, std::size_t end) {
    const std::vector<Tracked*> removed(pending.removed.begin() + static_cast<std::ptrdiff_t>(begin),
                                        pending.removed.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<FlushNode> nodes(removed.size());
    const std::uint32_t base_number = marks + 1;  // tells them from all that were numbered before
    marks += static_cast<std::uint32_t>(removed.size());
    for (std::size_t i = 0; i < removed.size(); ++i)
        removed[i]->number = base_number + static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < removed.size(); ++i) {
        Tracked& t = *removed[i];
        nodes[i].table = t.model->number;
        pending.before.emplace_back(&t, RowSnapshot{});
        t.model->layout.take(t.object, pending.before.back().second);
        for (const std::size_t relation : t.model->references) {
            const Tracked* const target = referred_by_row(t, relation);
            if (target == nullptr || target->state != TrackedState::removed || target->number < base_number)
                continue;
            // Not every database deletes a row that refers to itself.
            const bool optional = foreign_key(t, relation).type->nullable != nullptr;
            if (target == &t && !optional) continue;
            nodes[target->number - base_number].needs.push_back(
                {static_cast<std::uint32_t>(i), static_cast<std::int16_t>(relation), optional});
        }
    }
    const FlushOrder order = order_rows(nodes);
    // Rings are opened by rows that refer to nothing any more.
    for (const FlushOrder::Postponed& postponed : order.postponed) {
        Tracked& t = *removed[postponed.need.on];
        const auto relation = static_cast<std::size_t>(postponed.need.relation);
        const std::int16_t column = t.model->info.relations[relation].local_column;
        if (Tracked* const target = target_of(t, relation)) pending.opened.push_back({&t, relation, target});
        detach(t, relation);
        co_await update_objects(call, t.model->info, {&column, 1}, {&t.object, 1});
    }
    std::vector<Tracked*> rows;
    for (const FlushOrder::Group& group : order.groups) {
        rows.clear();
        for (const std::uint32_t row : group.rows) rows.push_back(removed[row]);
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
            operations.push_back(removal_of(t->model->info, t->object, removal));
        }
    }
    if (!operations.empty()) co_await run_operations(call, operations);
}

}  // namespace duet::engine
