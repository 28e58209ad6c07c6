#include <algorithm>
#include <optional>

#include "unit_of_work_impl.hpp"
#include "write.hpp"

// Rows as objects, batch by batch, with flat memory.

namespace duet::engine {

namespace {

/// Marked by let_go(), until it returns.
bool goes(const Tracked& t, std::uint32_t mark) { return t.number == mark && t.object == nullptr; }

}  // namespace

// Nothing may be left that names them: another object may come to lie where they were.
void UnitOfWork::Impl::let_go(std::span<Tracked* const> gone) {
    if (gone.empty()) return;
    ++epoch;
    const std::uint32_t mark = ++marks;
    std::vector<const void*> addresses_of_them;
    std::vector<std::shared_ptr<void>> owners;  // freed at the end
    owners.reserve(gone.size());
    const bool in_collections = !collections.empty();
    for (Tracked* const t : gone) {
        if (t->expunged) continue;  // somebody wanted it for himself
        if (t->state != TrackedState::gone) forget(*t);
        reset_relations(t->model->info, t->object);
        if (in_collections) {
            addresses_of_them.push_back(t->object);
            collections.erase(number_of(t));
        }
        owners.push_back(std::move(t->owner));
        t->object = nullptr;
        t->number = mark;
    }
    for (Level& each : levels) {
        if (!each.journal.empty()) {
            Level kept;
            for (const Change& change : each.journal) {
                if (goes(*change.tracked, mark)) continue;
                if (change.has_snapshot) {
                    const std::string_view snapshot = each.snapshot(change);
                    kept.journal.push_back(change);
                    kept.journal.back().begin = kept.snapshots.size();
                    kept.snapshots.append(snapshot);
                } else {
                    kept.journal.push_back(change);
                }
            }
            each.journal.swap(kept.journal);
            each.snapshots.swap(kept.snapshots);
        }
    }
    if (in_collections) {
        std::sort(addresses_of_them.begin(), addresses_of_them.end());
        const auto drop = [&addresses_of_them](std::vector<void*>& list) {
            std::erase_if(list, [&addresses_of_them](const void* object) {
                return std::binary_search(addresses_of_them.begin(), addresses_of_them.end(), object);
            });
        };
        for (const auto& [owner, list] : collections) {
            for (const auto& c : list) {
                drop(c->rows);
                drop(c->linked);
                drop(c->unlinked);
                if (c->shown != nullptr) show(*c);
            }
        }
        for (Level& each : levels) {
            std::erase_if(each.collections,
                          [mark](const CollectionChange& change) { return goes(*change.owner, mark); });
            for (CollectionChange& change : each.collections) {
                drop(change.rows);
                drop(change.linked);
                drop(change.unlinked);
            }
        }
    }
    for (Tracked* const t : gone) {
        if (t->expunged) continue;
        t->snapshot = {};
        t->model->free.push_back(t);
    }
}

struct ObjectCursor::State {
    State(UnitOfWork& of, shape::QueryData q, std::size_t n, std::source_location w)
        : unit(of), query(std::move(q)), batch(n), where(w) {}

    UnitOfWork& unit;
    shape::QueryData query;
    std::size_t batch;
    std::source_location where;
    std::optional<Cursor> cursor;
    std::vector<void*> objects;
    std::vector<Tracked*> arrived;  // the objects that the session has because of this batch
    std::uint64_t generation = 0;
};

ObjectCursor::ObjectCursor(UnitOfWork& unit, shape::QueryData query, std::size_t batch,
                           std::source_location where)
    : state_(std::make_unique<State>(unit, std::move(query), batch, where)) {}

ObjectCursor::~ObjectCursor() = default;

Task<std::span<void* const>> ObjectCursor::next() {
    State& self = *state_;
    UnitOfWork::Impl& impl = *self.unit.impl_;
    if (impl.has_pending()) co_await self.unit.flush(self.where);
    if (self.generation == impl.generation) impl.let_go(self.arrived);
    self.arrived.clear();
    self.objects.clear();
    self.generation = impl.generation;
    if (!self.cursor) {
        const Call call = co_await self.unit.begun(self.where);
        self.cursor.emplace(call, self.query, self.batch);
    }
    const std::shared_ptr<void> block = make_list(*self.query.model->list);
    const std::size_t count = co_await self.cursor->next({self.query.model->list, block.get()});
    impl.arrivals = &self.arrived;
    try {
        impl.absorb_rows(self.query, block, count, self.objects);
    } catch (...) {
        impl.arrivals = nullptr;
        throw;
    }
    impl.arrivals = nullptr;
    co_return std::span<void* const>(self.objects);
}

}  // namespace duet::engine
