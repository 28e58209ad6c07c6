#include "row_plan.hpp"

#include <duet/dialect/render.hpp>

#include <algorithm>

#include "shape_reader.hpp"

namespace duet::engine {

duet::detail::RelationState* state_of(const RelationInfo& relation, void* object) {
    void* member = static_cast<std::byte*>(object) + relation.offset;
    return static_cast<duet::detail::RelationState*>(relation.optional_state ? relation.state(member)
                                                                             : member);
}

namespace {

void add_steps(RowPlan& plan, const ModelInfo& model, std::size_t slot, std::size_t& column) {
    for (const ColumnInfo& info : model.columns) {
        plan.steps.push_back({info.type, info.offset, static_cast<std::uint16_t>(slot),
                              static_cast<std::uint16_t>(column++), 0});
    }
}

void add_joined(RowPlan& plan, std::vector<std::uint8_t> path, std::size_t& column) {
    RowPlan::Slot slot;
    slot.path = std::move(path);
    for (std::size_t i = 0; i < plan.slots.size(); ++i) {
        const auto& parent = plan.slots[i].path;
        if (parent.size() + 1 == slot.path.size() &&
            std::equal(parent.begin(), parent.end(), slot.path.begin())) {
            slot.parent = static_cast<std::uint16_t>(i);
        }
    }
    slot.relation = &plan.slots[slot.parent].model->relations[slot.path.back()];
    slot.model = &slot.relation->target();
    const std::size_t index = plan.slots.size();
    if (index >= driver::RowSink::max_slots)
        throw InvalidQuery("a query joins at most 15 relations; load further ones select-in");
    // The partner is absent when its key is NULL.
    const auto key = static_cast<std::size_t>(slot.model->key[0]);
    plan.steps.push_back({nullptr, 0, static_cast<std::uint16_t>(index),
                          static_cast<std::uint16_t>(column + key),
                          static_cast<std::uint16_t>(slot.model->columns.size())});
    add_steps(plan, *slot.model, index, column);
    plan.slots.push_back(std::move(slot));
}

}  // namespace

std::shared_ptr<const Plan> make_row_plan(const Dialect& dialect, const void* context) {
    const auto& query = *static_cast<const shape::QueryData*>(context);
    auto plan = std::make_shared<RowPlan>();
    static_cast<Plan&>(*plan) = render(dialect, query, Verb::rows);
    std::size_t column = 0;
    plan->slots.push_back({query.model, 0, nullptr, {}});
    add_steps(*plan, *query.model, 0, column);
    for_each_clause(query.clauses, [&](shape::Clause clause, std::span<const std::uint8_t> body) {
        if (clause == shape::Clause::joined) add_joined(*plan, {body.begin() + 1, body.end()}, column);
        if (clause == shape::Clause::through) {
            // Behind the pointer to the link comes the type of its owner's key.
            const TypeInfo* key = nullptr;
            std::memcpy(&key, body.data() + sizeof(void*), sizeof key);
            const auto slot = static_cast<std::uint16_t>(plan->slots.size());
            plan->steps.push_back({nullptr, 0, slot, static_cast<std::uint16_t>(column), 1});
            plan->steps.push_back({key, 0, slot, static_cast<std::uint16_t>(column++), 0});
            plan->slots.push_back({});
        }
    });
    return plan;
}

std::string_view column_name(const RowPlan& plan, std::size_t step) {
    thread_local std::string name;
    const driver::DecodeStep& s = plan.steps[step];
    const ModelInfo* model = plan.slots[s.slot].model;
    if (model == nullptr) return "the link's owner";
    for (const ColumnInfo& column : model->columns) {
        if (column.offset != s.offset) continue;
        name = std::string(model->table) + "." + std::string(column.name);
        return name;
    }
    return model->table;
}

RowCollector::RowCollector(const RowPlan& plan, ListRef into)
    : plan_(plan), into_(into), first_(into.ops->size(into.list)) {
    // Growing a vector moves every element; what the plan yielded last time is a good guess at what comes
    // now. Not without bound, though: the next result may be small.
    constexpr std::size_t most_bytes = std::size_t{8} * 1024 * 1024;
    const std::size_t expected = std::min<std::size_t>(plan.last_rows.load(std::memory_order_relaxed),
                                                       most_bytes / plan.slots[0].model->size);
    if (expected != 0) into.ops->reserve(into.list, first_ + expected);
    setup();
}

RowCollector::RowCollector(const RowPlan& plan, void* single) : plan_(plan), single_(single) { setup(); }

void RowCollector::setup() {
    sink_.lasting = true;
    sink_.steps = plan_.steps.data();
    sink_.step_count = plan_.steps.size();
    sink_.slot_count = plan_.slots.size();
    sink_.open = &RowCollector::open;
    sink_.name = [](void* self, std::size_t step) {
        return column_name(static_cast<RowCollector*>(self)->plan_, step);
    };
    sink_.context = this;
    if (plan_.slots.size() == 1) return;
    sink_.close = &RowCollector::close;
    joined_ = std::make_unique<Joined>();
    joined_->lists.resize(plan_.slots.size());
    joined_->index.resize(plan_.slots.size());
    joined_->current.assign(plan_.slots.size(), -1);
    for (std::size_t i = 1; i < plan_.slots.size(); ++i) {
        if (plan_.slots[i].model != nullptr) joined_->lists[i] = make_list(*plan_.slots[i].model->list);
    }
}

void* RowCollector::open(void* context, std::size_t slot) {
    auto& self = *static_cast<RowCollector*>(context);
    if (slot == 0) {
        void* object = self.single_ != nullptr ? self.single_ : self.into_.ops->append(self.into_.list);
        if (!self.plan_.slots[0].model->relations.empty()) mark_relations(*self.plan_.slots[0].model, object);
        return object;
    }
    const RowPlan::Slot& info = self.plan_.slots[slot];
    if (info.model == nullptr) return self.joined_->append_owner(self.joined_->owner_context);
    void* list = self.joined_->lists[slot].get();
    self.joined_->current[slot] = static_cast<std::int64_t>(info.model->list->size(list));
    void* object = info.model->list->append(list);
    mark_relations(*info.model, object);
    return object;
}

void RowCollector::close(void* context) {
    auto& self = *static_cast<RowCollector*>(context);
    Joined& joined = *self.joined_;
    for (std::size_t i = 1; i < joined.current.size(); ++i)
        joined.index[i].push_back(std::exchange(joined.current[i], -1));
}

void* RowCollector::base(std::size_t slot, std::size_t index) {
    if (slot == 0) {
        if (single_ != nullptr) return single_;
        return static_cast<std::byte*>(into_.ops->data(into_.list)) +
               (first_ + index) * plan_.slots[0].model->size;
    }
    const ModelInfo& model = *plan_.slots[slot].model;
    return static_cast<std::byte*>(model.list->data(joined_->lists[slot].get())) + index * model.size;
}

void RowCollector::attach() {
    if (single_ == nullptr) {
        const std::size_t rows = into_.ops->size(into_.list) - first_;
        note_loaded(*plan_.slots[0].model, base(0, 0), rows);
    }
    if (joined_ == nullptr) return;
    for (std::size_t slot = 1; slot < plan_.slots.size(); ++slot) {
        const ModelInfo* const model = plan_.slots[slot].model;
        if (model == nullptr) continue;
        void* const list = joined_->lists[slot].get();
        note_loaded(*model, model->list->data(list), model->list->size(list));
    }
    for (std::size_t slot = 1; slot < plan_.slots.size(); ++slot) {
        const RowPlan::Slot& info = plan_.slots[slot];
        if (info.model == nullptr) continue;
        for (std::size_t row = 0; row < joined_->index[slot].size(); ++row) {
            const std::int64_t parent =
                info.parent == 0 ? static_cast<std::int64_t>(row) : joined_->index[info.parent][row];
            if (parent < 0) continue;
            duet::detail::RelationState* state =
                state_of(*info.relation, base(info.parent, static_cast<std::size_t>(parent)));
            if (state == nullptr) continue;
            const std::int64_t index = joined_->index[slot][row];
            state->info = info.relation;
            if (index < 0) {
                state->attach({}, nullptr, 0);
            } else {
                state->attach(joined_->lists[slot], base(slot, static_cast<std::size_t>(index)), 1);
            }
        }
    }
}

std::pair<void*, std::size_t> RowCollector::objects_at(std::size_t slot) {
    const ModelInfo& model = *plan_.slots[slot].model;
    void* list = joined_->lists[slot].get();
    return {model.list->data(list), model.list->size(list)};
}

}  // namespace duet::engine
