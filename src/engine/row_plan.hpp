#pragma once

#include <duet/engine/engine.hpp>
#include <duet/schema/relation_state.hpp>

#include <atomic>
#include <vector>

#include "connected.hpp"

namespace duet::engine {

/// A plan whose rows are objects of a model: slot 0, and one slot for each joined relation (or the owner key
/// of a link).
struct RowPlan : Plan {
    struct Slot {
        const ModelInfo* model = nullptr;  // null: the owner key of a link
        std::uint16_t parent = 0;
        const RelationInfo* relation = nullptr;  // of the parent
        std::vector<std::uint8_t> path;
    };
    std::vector<driver::DecodeStep> steps;
    std::vector<Slot> slots;                          // [0] is the query's model
    mutable std::atomic<std::uint32_t> last_rows{0};  // how much room to make ahead
};

/// `table.column` of a decoding step, for messages; valid until the thread asks again.
std::string_view column_name(const RowPlan& plan, std::size_t step);

std::shared_ptr<const Plan> make_row_plan(const Dialect& dialect, const void* query);

/// Takes the rows of a RowPlan. Objects of slot 0 go to the caller's list (or one object), joined ones to
/// lists of their own.
class RowCollector {
public:
    RowCollector(const RowPlan& plan, ListRef into);
    RowCollector(const RowPlan& plan, void* single);
    RowCollector(const RowCollector&) = delete;
    RowCollector& operator=(const RowCollector&) = delete;

    driver::RowSink* sink() noexcept { return &sink_; }
    /// Points the relations of the collected objects at what was joined. Call when all rows are there.
    void attach();
    /// Objects of a joined path, for loads that go on from there.
    std::pair<void*, std::size_t> objects_at(std::size_t slot);
    /// Keeps the link owner of each row; a list of the key's type.
    void collect_owners(void* (*append)(void* context), void* context) {
        joined_->append_owner = append;
        joined_->owner_context = context;
    }

private:
    static void* open(void* self, std::size_t slot);
    static void close(void* self);
    void* base(std::size_t slot, std::size_t index);
    void setup();

    const RowPlan& plan_;
    ListRef into_{};
    void* single_ = nullptr;
    std::size_t first_ = 0;  // rows that were in the list before
    driver::RowSink sink_;
    /// Only for plans that join.
    struct Joined {
        std::vector<std::shared_ptr<void>> lists;      // of joined slots
        std::vector<std::int64_t> current;             // index of each slot's object in this row; -1: absent
        std::vector<std::vector<std::int64_t>> index;  // per slot: index of each row's object
        void* (*append_owner)(void*) = nullptr;
        void* owner_context = nullptr;
    };
    std::unique_ptr<Joined> joined_;
};

/// Runs the after_load hooks of objects that were read, one after the other in memory.
void run_after_load(const ModelInfo& model, void* first, std::size_t count);
inline void note_loaded(const ModelInfo& model, void* first, std::size_t count) {
    if (model.hooks != nullptr) [[unlikely]]
        run_after_load(model, first, count);
}

/// The state of a relation member; null for a disengaged optional.
duet::detail::RelationState* state_of(const RelationInfo& relation, void* object);

/// Takes one row of a plan that joins nothing.
struct SingleRow {
    SingleRow(const RowPlan& row_plan, void* object) noexcept : plan(row_plan), target(object) {
        sink.steps = row_plan.steps.data();
        sink.lasting = true;
        sink.step_count = row_plan.steps.size();
        sink.open = [](void* self, std::size_t) { return static_cast<SingleRow*>(self)->target; };
        sink.name = [](void* self, std::size_t step) {
            return column_name(static_cast<SingleRow*>(self)->plan, step);
        };
        sink.context = this;
    }
    SingleRow(const SingleRow&) = delete;
    SingleRow& operator=(const SingleRow&) = delete;

    const RowPlan& plan;
    void* target;
    driver::RowSink sink;
};

/// Tells the relations of a fresh object who they are, for their messages.
inline void mark_relations(const ModelInfo& model, void* object) {
    for (const RelationInfo& relation : model.relations) {
        // An optional one has a state only while engaged; its column, read next, keeps the mark or resets it.
        if (relation.optional_state) {
            const ColumnInfo& key = model.columns[static_cast<std::size_t>(relation.local_column)];
            key.type->nullable->emplace(key.in(object));
        }
        state_of(relation, object)->info = &relation;
    }
}

}  // namespace duet::engine
