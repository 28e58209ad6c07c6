#include <algorithm>
#include <unordered_set>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// New rows are written before others are changed and removed, as a rule. Where a row that is to be written
// takes a value that has to be unique from one that gives it up, that one goes first.

namespace duet::engine {

namespace {

/// Whether its row really goes.
bool deletes(const Tracked& t) { return t.model->info.soft_delete < 0 || t.hard; }

}  // namespace

bool touches(const std::vector<std::int16_t>& columns, const ColumnSet& changed) {
    return std::any_of(columns.begin(), columns.end(), [&changed](std::int16_t column) {
        return changed.has(static_cast<std::size_t>(column));
    });
}

bool touches_unique(const TrackedModel& model, const ColumnSet& changed) {
    return std::any_of(model.unique.begin(), model.unique.end(),
                       [&changed](const auto& columns) { return touches(columns, changed); });
}

/// The values of one set of unique columns; false when there is a NULL among them, or a key that is not known
/// yet. `of`: whose values they are, when they are not those of its row.
bool UnitOfWork::Impl::unique_values(TrackedModel& model, std::size_t group, const void* object, Tracked* of,
                                     std::string& out) {
    out.clear();
    encode_value(duet::detail::int64_value, &group, out);
    if (group == 0 && of != nullptr && is_new(model.info, object)) return false;
    for (const std::int16_t c : model.unique[group]) {
        const ColumnInfo& column = model.info.columns[static_cast<std::size_t>(c)];
        if (plain_value(column, object) == nullptr) return false;
        if (of != nullptr && column.relation >= 0) {
            const Tracked* const target = target_of(*of, static_cast<std::size_t>(column.relation));
            if (target != nullptr && target->state == TrackedState::added &&
                is_new(target->model->info, target->object))
                return false;
        }
        const std::size_t begin = out.size();
        encode_value(*column.type, column.in(object), out);
        const TypeInfo* type = &plain_type(column);
        while (type->kind == Kind::custom) type = type->base;
        if (type->kind != Kind::text) continue;
        // Databases may look at letters in their own way. To go first without need does no harm.
        for (std::size_t i = begin; i < out.size(); ++i) {
            if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] - 'A' + 'a');
        }
    }
    return true;
}

/// The columns of its row, in an object for the moment.
const void* UnitOfWork::Impl::stored_row(Tracked& t) {
    ColumnSet all;
    for (std::size_t i = 0; i < t.model->info.columns.size(); ++i) all.add(i);
    void* const row = probe(*t.model);
    t.model->layout.restore(row, t.snapshot, all);
    return row;
}

bool UnitOfWork::Impl::refers_to_added(Tracked& t, const ColumnSet& columns) {
    return std::any_of(t.model->references.begin(), t.model->references.end(), [&](std::size_t relation) {
        const auto column = static_cast<std::size_t>(t.model->info.relations[relation].local_column);
        if (!columns.has(column)) return false;
        const Tracked* target = target_of(t, relation);
        if (target == nullptr) target = referred(t, relation);
        return target != nullptr && target->state == TrackedState::added;
    });
}

void UnitOfWork::Impl::make_room(Pending& pending) {
    std::vector<bool> gives(models.size(), false);
    bool updates_give = false;
    for (const Tracked* t : pending.removed) {
        if (deletes(*t)) gives[t->model->number] = true;
    }
    for (const Update& u : pending.updates) {
        if (touches_unique(*u.tracked->model, u.columns))
            updates_give = gives[u.tracked->model->number] = true;
    }
    if (std::find(gives.begin(), gives.end(), true) == gives.end()) return;

    std::string values;
    std::vector<std::unordered_set<std::string>> by_new(models.size());
    std::vector<std::unordered_set<std::string>> by_changed(models.size());
    for (Tracked* t : pending.added) {
        if (!gives[t->model->number]) continue;
        for (std::size_t g = 0; g < t->model->unique.size(); ++g) {
            if (unique_values(*t->model, g, t->object, t, values)) by_new[t->model->number].insert(values);
        }
    }
    for (const Update& u : pending.updates) {
        TrackedModel& model = *u.tracked->model;
        if (!gives[model.number]) continue;
        for (std::size_t g = 0; g < model.unique.size(); ++g) {
            if (touches(model.unique[g], u.columns) &&
                unique_values(model, g, u.tracked->object, u.tracked, values))
                by_changed[model.number].insert(values);
        }
    }

    // Removed rows whose values are taken, and those that have to be gone before them.
    const std::uint32_t first = ++marks;
    bool some = false;
    for (Tracked* t : pending.removed) {
        const std::uint32_t model = t->model->number;
        if (!deletes(*t) || (by_new[model].empty() && by_changed[model].empty())) continue;
        const void* const row = stored_row(*t);
        for (std::size_t g = 0; g < t->model->unique.size(); ++g) {
            if (!unique_values(*t->model, g, row, nullptr, values)) continue;
            if (!by_new[model].contains(values) && !by_changed[model].contains(values)) continue;
            t->number = first;
            some = true;
        }
    }
    for (bool more = some; more;) {
        more = false;
        for (Tracked* t : pending.removed) {
            if (t->number == first) continue;
            for (const std::size_t relation : t->model->references) {
                const Tracked* const target = referred_by_row(*t, relation);
                if (target == nullptr || target->number != first) continue;
                t->number = first;
                more = true;
            }
        }
    }
    // A changed row that refers to one of them may go along with it: it is written before. One that was moved
    // away would be lost, or hold it: then all keep the usual order.
    const std::uint32_t before = ++marks;
    for (const Update& u : pending.updates) {
        if (!some) break;
        Tracked& t = *u.tracked;
        for (const std::size_t relation : t.model->references) {
            const Tracked* const target = referred_by_row(t, relation);
            if (target == nullptr || target->number != first) continue;
            t.number = before;
            const auto column = static_cast<std::size_t>(t.model->info.relations[relation].local_column);
            if (u.columns.has(column) || touches_unique(*t.model, u.columns) || refers_to_added(t, u.columns))
                some = false;
        }
    }
    if (!some) {
        for (Tracked* t : pending.removed) t->number = 0;
        for (const Update& u : pending.updates) u.tracked->number = 0;
    }
    const auto later =
        std::stable_partition(pending.updates.begin(), pending.updates.end(),
                              [before](const Update& u) { return u.tracked->number == before; });
    pending.updates_before = static_cast<std::size_t>(later - pending.updates.begin());
    const auto rest = std::stable_partition(pending.removed.begin(), pending.removed.end(),
                                            [first](const Tracked* t) { return t->number == first; });
    pending.removed_first = static_cast<std::size_t>(rest - pending.removed.begin());

    // Changed rows that give up what a new one takes.
    pending.updates_first = pending.updates_before;
    if (!updates_give || pending.added.empty()) return;
    const auto makes_room = [&](const Update& u) {
        TrackedModel& model = *u.tracked->model;
        if (by_new[model.number].empty() || !touches_unique(model, u.columns)) return false;
        const void* const row = stored_row(*u.tracked);
        for (std::size_t g = 0; g < model.unique.size(); ++g) {
            if (touches(model.unique[g], u.columns) && unique_values(model, g, row, nullptr, values) &&
                by_new[model.number].contains(values))
                return !refers_to_added(*u.tracked, u.columns);
        }
        return false;
    };
    // And those whose values these take in their turn.
    auto others = later;
    for (bool more = true; more;) {
        const auto begin = others;
        others = std::stable_partition(begin, pending.updates.end(), makes_room);
        more = others != begin && others != pending.updates.end();
        for (auto update = begin; update != others; ++update) {
            Tracked& t = *update->tracked;
            for (std::size_t g = 0; g < t.model->unique.size(); ++g) {
                if (touches(t.model->unique[g], update->columns) &&
                    unique_values(*t.model, g, t.object, &t, values))
                    by_new[t.model->number].insert(values);
            }
        }
    }
    pending.updates_first = static_cast<std::size_t>(others - pending.updates.begin());
}

}  // namespace duet::engine
