#include <duet/base/error.hpp>
#include <duet/engine/hooks.hpp>

#include "hooked.hpp"
#include "row_plan.hpp"

namespace duet {

std::string_view name_of(HookOperation operation) noexcept {
    switch (operation) {
        case HookOperation::create:
            return "create";
        case HookOperation::update:
            return "update";
        case HookOperation::upsert:
            return "upsert";
        case HookOperation::remove:
            return "remove";
    }
    return "";
}

bool HookContext::changes(std::string_view column) const {
    const int index = model_.find_column(column);
    if (index < 0)
        throw InvalidQuery("changes(): " + std::string(model_.type_name) + " has no column " +
                           std::string(column));
    if (operation_ == HookOperation::remove) return false;
    if (columns_.empty()) return true;
    for (const std::int16_t c : columns_)
        if (c == index) return true;
    return false;
}

const std::source_location& HookContext::where() const noexcept { return call_.where; }

engine::TransactionState& HookContext::state(bool blocks) const {
    if (call_.transaction == nullptr)
        throw InvalidQuery("the transaction of this write has ended: there is none to be had in this hook");
    if (blocks && !call_.blocking)
        throw InvalidQuery(
            "this hook runs under an async handle: let it return a duet::Task<> and use "
            "context.async_transaction()");
    return *call_.transaction;
}

}  // namespace duet

namespace duet::engine {

namespace {

using Points = std::span<const HookPoint>;

/// Which hooks an operation runs, in order.
struct PointsAround {
    Points before;
    Points after;
};

PointsAround points_around(HookOperation operation) {
    using enum HookPoint;
    switch (operation) {
        case HookOperation::create: {
            static constexpr HookPoint before[] = {before_save, before_create};
            static constexpr HookPoint after[] = {after_create, after_save};
            return {before, after};
        }
        case HookOperation::update: {
            static constexpr HookPoint before[] = {before_save, before_update};
            static constexpr HookPoint after[] = {after_update, after_save};
            return {before, after};
        }
        case HookOperation::upsert: {
            static constexpr HookPoint before[] = {before_save};
            static constexpr HookPoint after[] = {after_save};
            return {before, after};
        }
        case HookOperation::remove: {
            static constexpr HookPoint before[] = {before_remove};
            static constexpr HookPoint after[] = {after_remove};
            return {before, after};
        }
    }
    return {};
}

constexpr HookPoint ends[] = {HookPoint::after_commit, HookPoint::after_rollback};

bool listens(ModelSignals* signals, HookPoint point) {
    return signals != nullptr && !signals->at(point).empty();
}

/// What is called when the transaction has ended, with a copy of the object: the object itself may be gone.
struct Ended {
    Call call;
    const ModelInfo& model;
    HookOperation operation;
    HookPoint point;
    std::shared_ptr<void> copy;

    static void run(void* self) { static_cast<Ended*>(self)->tell(copy_of(self)); }
    static void* copy_of(void* self) { return static_cast<Ended*>(self)->copy.get(); }
    void tell(void* object) const {
        const HookContext context(call, model, operation, {}, object);
        if (model.hooks != nullptr && object != nullptr) {
            if (const auto hook = model.hooks->at(point).call; hook != nullptr) hook(object, context);
        }
        if (!call.engine->listened()) return;
        std::vector<SignalEvent::Started> none;
        const SignalEvent event{object, context, none};
        Signals& signals = call.engine->signals();
        for (const ModelInfo* const about : {&model, static_cast<const ModelInfo*>(nullptr)}) {
            if (ModelSignals* const found = signals.find(about); found != nullptr)
                found->at(point).ask(event);
        }
    }
};

}  // namespace

Hooks::Hooks(const Call& call, const ModelInfo& model, HookOperation operation)
    : model_(model), operation_(operation) {
    if (call.engine->listened()) {
        own_ = call.engine->signals().find(&model);
        all_ = call.engine->signals().find(nullptr);
    }
    for (const HookPoint point : points_around(operation).before) {
        const bool told = model.hooks != nullptr && model.hooks->at(point).told;
        if (told || listens(own_, point) || listens(all_, point)) need_transaction_ = true;
    }
    for (const HookPoint point : points_around(operation).after) {
        if (has(point)) need_transaction_ = follow_ = true;
    }
    for (const HookPoint point : ends) follow_ = follow_ || has(point);
}

bool Hooks::has(HookPoint point) const noexcept {
    return (model_.hooks != nullptr && !model_.hooks->at(point).empty()) || listens(own_, point) ||
           listens(all_, point);
}

Task<> Hooks::run(HookPoint point, const Call& call, void* object,
                  std::span<const std::int16_t> columns) const {
    const HookContext context(call, model_, operation_, columns, object);
    if (model_.hooks != nullptr) {
        const HookTable::Entry& hook = model_.hooks->at(point);
        if (hook.call != nullptr) hook.call(object, context);
        if (hook.start != nullptr) co_await hook.start(object, context);
    }
    for (ModelSignals* const signals : {own_, all_}) {
        if (!listens(signals, point)) continue;
        std::vector<SignalEvent::Started> started;
        signals->at(point).ask({object, context, started});
        for (SignalEvent::Started& task : started) co_await std::move(task.task);
    }
}

Task<> Hooks::before(const Call& call, std::byte* first, std::size_t count,
                     std::span<const std::int16_t> columns) const {
    for (std::size_t i = 0; i < count; ++i) {
        for (const HookPoint point : points_around(operation_).before) {
            if (has(point)) co_await run(point, call, first + i * model_.size, columns);
        }
    }
}

void Hooks::queue(HookPoint point, const Call& call, void* object) const {
    if (!has(point)) return;
    std::shared_ptr<void> copy;
    if (model_.hooks != nullptr && model_.hooks->copy != nullptr) {
        copy = model_.hooks->copy(object);
    } else if (own_ != nullptr) {
        if (const auto make = call.engine->signals().copy_of(model_); make != nullptr) copy = make(object);
    }
    Call ended = call;
    ended.transaction = nullptr;
    EndAction action{std::make_shared<Ended>(Ended{ended, model_, operation_, point, std::move(copy)}),
                     &Ended::run};
    if (point == HookPoint::after_commit) {
        call.transaction->on_commit(std::move(action));
    } else {
        call.transaction->on_rollback(std::move(action));
    }
}

Task<> Hooks::after(const Call& call, std::byte* first, std::size_t count,
                    std::span<const std::int16_t> columns) const {
    const Points points = points_around(operation_).after;
    for (std::size_t i = 0; i < count; ++i) {
        std::byte* const object = first + i * model_.size;
        // First, so that it is told when one of the others fails.
        if (call.transaction != nullptr) queue(HookPoint::after_rollback, call, object);
        for (const HookPoint point : points) {
            if (has(point)) co_await run(point, call, object, columns);
        }
        // Last, so that the copy is of what the others have left.
        if (call.transaction != nullptr) {
            queue(HookPoint::after_commit, call, object);
        } else if (has(HookPoint::after_commit)) {
            Ended{call, model_, operation_, HookPoint::after_commit, nullptr}.tell(object);
        }
    }
}

void run_after_load(const ModelInfo& model, void* first, std::size_t count) {
    const auto hook = model.hooks->at(HookPoint::after_load).call;
    if (hook == nullptr) return;
    const Call call;
    auto* object = static_cast<std::byte*>(first);
    for (std::size_t i = 0; i < count; ++i, object += model.size)
        hook(object, HookContext(call, model, HookOperation::update, {}, object));
}

}  // namespace duet::engine
