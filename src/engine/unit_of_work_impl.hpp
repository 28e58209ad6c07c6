#pragma once

#include <duet/base/error.hpp>
#include <duet/engine/unit_of_work.hpp>
#include <duet/schema/relation_state.hpp>

#include <unordered_map>
#include <utility>

#include "flush_order.hpp"
#include "row_plan.hpp"
#include "tracked.hpp"

namespace duet::engine {

using duet::detail::RelationState;

/// A to-many relation of an object. Rows of a HasMany are those whose BelongsTo refers to the object; the
/// list only keeps their order. Links of a many-to-many relation are recorded until they are written.
struct UnitOfWork::Collection {
    Tracked* owner;
    const RelationInfo* relation;
    std::size_t index;  // of the relation
    bool loaded = false;
    bool partial = false;  // loaded with a filter: what else belongs to it is not known
    std::uint64_t loaded_in = 0;
    std::vector<void*> rows{};
    std::vector<void*> linked{};    // many-to-many, to be written
    std::vector<void*> unlinked{};  // likewise
    std::shared_ptr<void> shown{};  // a ShownRows: what the member of the owner holds
};

/// What a Tracked was before something was done to it.
struct Change {
    Tracked* tracked;
    TrackedState state;
    bool has_snapshot = false;  // in Level::snapshots
    std::size_t begin = 0;
    std::size_t size = 0;
};
/// What a collection was before.
struct CollectionChange {
    UnitOfWork::Collection* collection;
    Tracked* owner;
    std::vector<void*> rows, linked, unlinked;
    bool loaded;
};

/// A transaction or savepoint, and what has to be taken back when it is.
struct Level {
    std::uint64_t serial = 0;
    std::unique_ptr<TransactionState> owned;
    TransactionState* transaction = nullptr;
    std::vector<Change> journal;
    std::string snapshots;  // of the journal, one after the other
    std::vector<CollectionChange> collections;

    std::string_view snapshot(const Change& change) const noexcept {
        return {snapshots.data() + change.begin, change.size};
    }
    void add(Tracked& tracked, TrackedState state, std::string_view snapshot) {
        journal.push_back({&tracked, state, true, snapshots.size(), snapshot.size()});
        snapshots.append(snapshot);
    }
};

struct UnitOfWork::Impl {
    Impl(UnitOfWork& unit, const Call& call, const TransactionOptions& options, TransactionState* begun);

    // unit_of_work.cpp: objects
    TrackedModel& model(const ModelInfo& info);
    TrackedModel* known_model(const ModelInfo& info) noexcept;
    Tracked* tracked(const void* object) const noexcept {
        Tracked* const found = addresses.find(number_of(object));
        return found != nullptr && found->state != TrackedState::gone ? found : nullptr;
    }
    /// Throws InvalidQuery.
    Tracked& require(const void* object, const char* what) const;
    Tracked& track(TrackedModel& model, void* object, std::shared_ptr<void> owner, TrackedState state);
    Tracked& new_tracked(TrackedModel& model);
    /// Takes an object out of the session; its memory stays.
    void forget(Tracked& t) noexcept;
    void set_state(Tracked& t, TrackedState state) noexcept;
    void journal_state(Tracked& t);
    /// The first change of an object in a level.
    void journal_snapshot(Tracked& t, std::string_view before);
    bool modified(const Tracked& t) const;
    /// Puts all columns back to what the row has.
    void restore(Tracked& t, const RowSnapshot& snapshot, const ColumnSet& columns);
    void restore_changes(Tracked& t);

    // unit_of_work_references.cpp: BelongsTo
    RelationState* state(const Tracked& t, std::size_t relation) const {
        return state_of(t.model->info.relations[relation], t.object);
    }
    static const ColumnInfo& foreign_key(const ModelInfo& model, std::size_t relation) {
        return model.columns[static_cast<std::size_t>(model.relations[relation].local_column)];
    }
    static const ColumnInfo& foreign_key(const Tracked& t, std::size_t relation) {
        return foreign_key(t.model->info, relation);
    }
    /// What the BelongsTo refers to, if that is an object of the session that it holds.
    Tracked* target_of(Tracked& t, std::size_t relation);
    void attach(Tracked& t, std::size_t relation, Tracked& target);
    void detach(Tracked& t, std::size_t relation);
    /// The object that the key of a BelongsTo names, held or not.
    Tracked* referred(const Tracked& t, std::size_t relation) {
        return referred(*t.model, t.object, relation);
    }
    Tracked* referred(const TrackedModel& model, const void* object, std::size_t relation);
    bool refers_to(Tracked& t, std::size_t relation, const Tracked& target);
    /// Takes in what objects refer to, and gives them the keys that are known. `complete`: everything that
    /// is referred to has to be there; throws InvalidQuery.
    void settle_references(Tracked& t, bool complete = false);
    void settle_all_references();
    /// Lets go of what is held, where the key says something else now.
    void check_references(Tracked& t) noexcept;

    // reference_index.cpp
    /// Objects of `model` that may refer to `target`, in no order, each once.
    std::vector<Tracked*> referring(TrackedModel& model, std::size_t relation, const Tracked& target);
    /// An object that refers to something else now.
    void index_reference(Tracked& t, std::size_t relation);
    void put_in_index(ReferenceIndex& index, Tracked& t, std::size_t relation);

    // unit_of_work_loading.cpp
    /// A row that was read: the object that the session has for it from now on.
    Tracked& absorb(TrackedModel& model, void* row, const std::shared_ptr<void>& block, bool overwrite);
    /// The rows of a query, in the first `count` objects of a block.
    void absorb_rows(const shape::QueryData& query, const std::shared_ptr<void>& block, std::size_t count,
                     std::vector<void*>& out);
    /// The relations that were loaded along with it, which came by these loads, along `path`.
    using Loads = std::span<const shape::RelatedLoad>;
    void absorb_relations(Tracked& t, void* row, Loads loads, std::vector<std::uint8_t>& path);
    void absorb_many(Tracked& t, std::size_t relation, const RelationState& rows, Loads loads,
                     std::vector<std::uint8_t>& path);
    static void refuse_other_version(const Tracked& t, const void* row, const ColumnSet& changed);
    /// A HasOne that was read: what it refers to is known.
    void show_one(Tracked& t, std::size_t relation, const Tracked* other);
    /// What was loaded from the other side holds the parent.
    void attach_back(Tracked& child, const RelationInfo& relation, Tracked& parent);
    /// An object with the key that a query by primary key asks for.
    void* probe(TrackedModel& model, const shape::QueryData& by_key);
    Tracked* added_with_key(TrackedModel& model, const void* object);
    /// The object with the key that `object` has, a new one before one that is removed.
    Tracked* with_key(TrackedModel& model, const void* object);
    void* probe(TrackedModel& model);
    Task<void*> read(TrackedModel& model, shape::QueryData query, bool overwrite, Where where);

    // unit_of_work_stream.cpp
    /// Takes objects out of the session for good, with all that is known of them, and so frees their memory.
    void let_go(std::span<Tracked* const> gone);

    // unit_of_work_collections.cpp
    Collection& collection_of(Tracked& t, std::size_t relation);
    Collection* known_collection(const Tracked& t, std::size_t relation) noexcept;
    void journal_collection(Collection& c);
    /// Its objects, brought up to date.
    std::vector<void*>& rows_of(Collection& c);
    /// Has the member of the owner hold what the collection has, or nothing when that is not loaded.
    void show(Collection& c);
    void show_collections();
    void unload_collections() noexcept;
    void drop_collections(const Tracked& t) noexcept;
    bool deletes_orphans(const Collection& c) const;
    /// The other side of a many-to-many relation, if it is declared.
    Collection* mirror(const Collection& c, Tracked& target);

    // unit_of_work_flush.cpp
    struct Update {
        Tracked* tracked;
        ColumnSet columns;
    };
    /// A reference that is set when its target has been written.
    struct Later {
        Tracked* tracked;
        std::size_t relation;
        Tracked* target;
    };
    struct Pending {
        std::vector<Tracked*> added;
        std::vector<Update> updates;
        std::vector<Tracked*> removed;
        std::vector<Collection*> links;
        std::vector<std::pair<Tracked*, RowSnapshot>> before;  // objects that writing changes
        std::vector<Later> later;
        std::vector<Later> opened;       // references of removed rows that were emptied to open a ring
        std::size_t added_before = 0;    // where those of the new rows are in `before`
        std::size_t removed_first = 0;   // so many of `removed` make room for what comes
        std::size_t updates_before = 0;  // so many of `updates` come before even those
        std::size_t updates_first = 0;   // and so many make room, too
        bool hooks = false;              // hooks may change any object while this is written
        std::unordered_map<Tracked*, RowSnapshot> stored;  // with hooks: what was written
        bool empty() const { return added.empty() && updates.empty() && removed.empty() && links.empty(); }
    };
    struct TakeBack;
    Pending collect();
    /// Of an object that has a row. Throws InvalidQuery when one of them is of the key.
    ColumnSet changed_columns(const Tracked& t) const;
    bool runs_hooks(const Pending& pending) const;
    /// What the hooks of a flush could change.
    void remember_all(Pending& pending);
    // unit_of_work_conflicts.cpp
    /// Brings those to the front that have to go first because a row that is to be written takes one of their
    /// unique values.
    void make_room(Pending& pending);
    bool unique_values(TrackedModel& model, std::size_t group, const void* object, Tracked* of,
                       std::string& out);
    const void* stored_row(Tracked& t);
    /// What the row of an object refers to, whatever the object does by now.
    Tracked* referred_by_row(Tracked& t, std::size_t relation) {
        const bool same = t.model->layout.same(t.object, t.snapshot);
        return referred(*t.model, same ? t.object : stored_row(t), relation);
    }
    bool refers_to_added(Tracked& t, const ColumnSet& columns);
    bool has_pending(TrackedModel& model);
    bool has_pending();
    /// `last`: whoever asks takes everything back if it fails.
    Task<> flush(Where where, bool last);
    /// One round. Whether it ran hooks, which may have changed more.
    Task<bool> flush_once(Where where, bool last);
    /// Throws InvalidQuery while a flush runs, which is when hooks run.
    void refuse_while_flushing(const char* what) const;
    Task<> remove_orphans(Where where);
    Task<> write(Call call, Pending& pending);
    Task<> write_added(Call call, Pending& pending);
    Task<> insert_group(Call call, Pending& pending, TrackedModel& model, std::span<Tracked* const> rows);
    void add_changes(Pending& pending, Update& update);
    // unit_of_work_swaps.cpp
    /// A row that gets another value in a unique column for a while.
    struct Vacated {
        Tracked* tracked;
        std::size_t group;
        std::int16_t column;  // -1: none can have another value
    };
    /// Takes those that take unique values over from each other out of `updates`, in the order in which they
    /// can be written once some rows have made room.
    std::vector<Update*> take_turns(std::vector<Update*>& updates, std::vector<Vacated>& vacated);
    Task<> write_in_turn(Call call, Pending& pending, std::span<Update* const> updates,
                         const Vacated* no_room);
    [[noreturn]] static void throw_no_room(const Vacated& row, const std::string& why);
    static Task<> vacate(Call call, const Vacated& vacated, std::uint32_t number);
    /// `in_turn`: in this order.
    Task<> write_each(Call call, Pending& pending, std::span<Update* const> updates, bool in_turn);
    Task<> write_updates(Call call, Pending& pending, std::size_t begin, std::size_t end);
    /// In one pipeline where that is possible, and safe.
    Task<> run_operations(Call call, std::span<const duet::detail::Owned<BatchOperation>> operations) const;
    /// Whether changes of these columns would go through a pipeline, when that is not safe.
    bool one_by_one(const ModelInfo& model, const ColumnSet& columns);
    Task<> write_links(Call call, Pending& pending);
    Task<> write_removed(Call call, Pending& pending, std::size_t begin, std::size_t end);
    Task<> remove_group(Call call, std::span<Tracked* const> rows);
    void written(Pending& pending);
    void take_back(Pending& pending);
    void mirror_removal(Tracked& t);

    // unit_of_work_levels.cpp
    Level& level() noexcept { return levels.back(); }
    Task<> ensure_begun(Where where);
    void take_back_level(Level& level);
    void take_back_change(const Level& ended, const Change& change);
    void new_transaction() noexcept;
    void make_stale() noexcept;
    /// What rollback() does, without waiting.
    void abandon() noexcept;

    UnitOfWork& unit;
    Call base;
    TransactionOptions options;
    std::vector<Level> levels;
    std::uint64_t serial = 0;
    std::deque<TrackedModel> models;
    TrackedModel* last = nullptr;
    NumberTable addresses;
    std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Collection>>> collections;  // by owner
    std::size_t links = 0;              // collections with links to be written, at most
    std::uint32_t marks = 0x8000'0000;  // Tracked::number of those that were looked at; above all counts
    bool flushing = false;
    /// The transaction is to go on behind a flush that is cancelled; a pipeline would take its connection
    /// along.
    bool cautious = false;
    TransactionState* flush_transaction = nullptr;  // in which a flush writes, while it does
    std::uint64_t epoch = 1;                    // grows when references have changed that no index knows of
    std::vector<Tracked*>* arrivals = nullptr;  // whoever wants to know what rows became new objects
    std::uint64_t generation = 0;               // grows when all objects go
};

/// The value of a column in an object without the std::optional around it; null when it is NULL.
inline const void* plain_value(const ColumnInfo& column, const void* object) {
    return column.type->nullable == nullptr ? column.in(object)
                                            : column.type->nullable->value(column.in(object));
}
/// The type of that.
inline const TypeInfo& plain_type(const ColumnInfo& column) {
    return column.type->nullable == nullptr ? *column.type : *column.type->base;
}
/// Whether some of the columns have changed.
bool touches(const std::vector<std::int16_t>& columns, const ColumnSet& changed);
/// Whether some have changed whose values have to be unique.
bool touches_unique(const TrackedModel& model, const ColumnSet& changed);

/// The primary key of a model that has one of one column.
inline const ColumnInfo& key_of(const ModelInfo& model) {
    return model.columns[static_cast<std::size_t>(model.key[0])];
}

/// Lets go of what an object's relations hold.
inline void reset_relations(const ModelInfo& model, void* object) noexcept {
    for (const RelationInfo& relation : model.relations) {
        if (RelationState* const state = state_of(relation, object)) state->reset();
    }
}

/// Whether writing a changed object can change it further.
inline bool changes_objects(const Call& call, const ModelInfo& model) {
    return !model.behaviours.empty() || hooked(call, model);
}

inline std::byte* at_offset(void* object, std::size_t offset) {
    return static_cast<std::byte*>(object) + offset;
}

}  // namespace duet::engine
