#pragma once

#include <duet/schema/model_info.hpp>

#include <deque>
#include <memory>
#include <vector>

#include "column_snapshot.hpp"
#include "identity_map.hpp"

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
    bool hard = false;         // removed: really, in spite of a soft delete
    bool cascades = false;     // removed: the mark of a soft delete goes to the rows below
};

/// What a session knows of one model.
struct TrackedModel {
    explicit TrackedModel(const ModelInfo& of, std::uint32_t n) : info(of), number(n), layout(of), keys(of) {
        for (std::size_t i = 0; i < of.relations.size(); ++i) {
            if (of.relations[i].kind == RelationKind::belongs_to) references.push_back(i);
        }
    }
    /// Whether there can be something to write without a look at each object.
    bool marked() const noexcept { return added != 0 || removed != 0; }

    const ModelInfo& info;
    const std::uint32_t number;
    SnapshotLayout layout;
    KeyTable keys;
    std::vector<std::size_t> references;  // its BelongsTo relations
    std::deque<Tracked> objects;
    std::size_t added = 0;
    std::size_t removed = 0;
    // Where new objects are put, next to each other.
    std::shared_ptr<void> slab;
    std::size_t slab_size = 0;
    bool placed = false;          // the last object of the slab waits for add()
    std::shared_ptr<void> probe;  // one object, to look up keys with
};

}  // namespace duet::engine
