#pragma once

#include <duet/schema/model_info.hpp>
#include <duet/schema/relation_state.hpp>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "column_snapshot.hpp"
#include "identity_map.hpp"
#include "unique_columns.hpp"

namespace duet::engine {

struct TrackedModel;

enum class TrackedState : std::uint8_t {
    gone,     // not the session's (any more)
    added,    // has no row yet
    stored,   // has a row
    removed,  // has a row that is to go
};

/// An object of a session.
struct Tracked {
    TrackedModel* model;
    void* object;
    std::shared_ptr<void> owner;     // keeps the memory of the object, which others may share
    RowSnapshot snapshot{};          // what its row has; nothing while added
    std::uint64_t loaded_in = 0;     // serial of the level in which it was read
    std::uint64_t journaled_in = 0;  // serial of the level that knows what it was before
    TrackedState state = TrackedState::gone;
    bool expunged = false;     // for good: no rollback brings it back
    std::uint32_t number = 0;  // for whoever numbers objects for a moment
    bool stale = false;        // to be read again when next asked for
    bool born = false;         // its row was written by this transaction: what refers to it is known
    bool hard = false;         // removed: really, in spite of a soft delete
    bool cascades = false;     // removed: the mark of a soft delete goes to the rows below
};

/// The objects of a model by what one of their BelongsTo refers to. Some that are listed may refer to
/// something else by now; none is missing that referred to it when the index was brought up to date.
struct ReferenceIndex {
    std::unordered_map<std::int64_t, std::vector<Tracked*>> by_number;
    std::unordered_map<std::string, std::vector<Tracked*>> by_key;
    std::unordered_map<const void*, std::vector<Tracked*>> by_object;  // of those that have no row yet
    std::uint64_t epoch = 0;
    std::size_t seen = 0;  // of the model's objects
    std::array<std::uint32_t, duet::detail::copy_buckets> copies{};
};

/// What a session knows of one model.
struct TrackedModel {
    explicit TrackedModel(const ModelInfo& of, std::uint32_t n) : info(of), number(n), layout(of), keys(of) {
        for (std::size_t i = 0; i < of.relations.size(); ++i) {
            if (of.relations[i].kind == RelationKind::belongs_to) references.push_back(i);
        }
        unique = unique_columns(of);
    }
    /// Whether there can be something to write without a look at each object.
    bool marked() const noexcept { return added != 0 || removed != 0; }

    const ModelInfo& info;
    const std::uint32_t number;
    SnapshotLayout layout;
    KeyTable keys;
    std::vector<std::size_t> references;                   // its BelongsTo relations
    std::vector<std::unique_ptr<ReferenceIndex>> indexes;  // by relation, of those that were asked for
    std::deque<Tracked> objects;
    std::vector<Tracked*> free;  // of `objects`, to be used again
    std::size_t added = 0;
    std::size_t removed = 0;
    // Where new objects are put, next to each other.
    std::shared_ptr<void> slab;
    std::size_t slab_size = 0;
    bool placed = false;                                   // the last object of the slab waits for add()
    std::shared_ptr<void> probe;                           // one object, to look up keys with
    std::vector<std::vector<std::int16_t>> unique;         // sets of columns whose values are unique
    std::unordered_map<std::string, Tracked*> added_keys;  // of new objects, while they are written
    bool knows_added_keys = false;
};

}  // namespace duet::engine
