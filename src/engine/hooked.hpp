#pragma once

#include <duet/engine/hooks.hpp>
#include <duet/engine/signals.hpp>
#include <duet/engine/transaction.hpp>

#include <exception>

#include "column_snapshot.hpp"
#include "undo.hpp"
#include "write.hpp"

namespace duet::engine {

/// The hooks and listeners that one kind of write has to do with.
class Hooks {
public:
    Hooks(const Call& call, const ModelInfo& model, HookOperation operation);

    /// Whether one of them may use the database, or can take the write back: the write is then a transaction
    /// of its own.
    bool need_transaction() const noexcept { return need_transaction_; }
    /// Whether something is called after the write, and wants the keys.
    bool follow() const noexcept { return follow_; }

    Task<> before(const Call& call, std::byte* first, std::size_t count,
                  std::span<const std::int16_t> columns) const;
    /// The after-hooks, and what is called at the end of the transaction.
    Task<> after(const Call& call, std::byte* first, std::size_t count,
                 std::span<const std::int16_t> columns) const;

private:
    bool has(HookPoint point) const noexcept;
    Task<> run(HookPoint point, const Call& call, void* object, std::span<const std::int16_t> columns) const;
    void queue(HookPoint point, const Call& call, void* object) const;

    const ModelInfo& model_;
    HookOperation operation_;
    ModelSignals* own_ = nullptr;
    ModelSignals* all_ = nullptr;
    bool need_transaction_ = false;
    bool follow_ = false;
};

/// Runs `body(call)`, a coroutine, in a transaction of its own, or a savepoint, and gives it a call inside
/// it.
template <class Body>
Task<> in_own_transaction(Call call, Body body) {
    struct Context {
        const Call& call;
        Body& body;
    } context{call, body};
    const TransactionBlock block{[](void* opaque, TransactionState& transaction) -> Task<> {
                                     const auto& [outer, run] = *static_cast<Context*>(opaque);
                                     Call inner = outer;
                                     inner.transaction = &transaction;
                                     inner.route = {};
                                     co_await run(inner);
                                 },
                                 &context};
    co_await run_transaction(call, TransactionOptions(), block);
}

/// Objects of one model that are written together, one after the other in memory.
struct HookedObjects {
    const ModelInfo& model;
    std::byte* first;
    std::size_t count;
    HookOperation operation;
    std::span<const std::int16_t> columns{};  // empty: all
};

/// Runs the before-hooks, `write(call)`, a coroutine that says whether anything was written, and then the
/// after-hooks. When one of those fails, what the library put into the objects is taken out again.
template <class Write>
Task<bool> around_write(Call call, HookedObjects objects, Write write) {
    const Hooks hooks(call, objects.model, objects.operation);
    bool written = false;
    if (!hooks.need_transaction()) {
        co_await hooks.before(call, objects.first, objects.count, objects.columns);
        written = co_await write(call);
        if (written) co_await hooks.after(call, objects.first, objects.count, objects.columns);
        co_return written;
    }
    Undo undo(objects.model);
    for (std::size_t i = 0; i < objects.count; ++i) undo.remember(objects.first + i * objects.model.size);
    const bool keyless =
        objects.model.generated_key && objects.count != 0 && is_new(objects.model, objects.first);
    std::exception_ptr error;
    try {
        co_await in_own_transaction(call, [&](const Call& inner) -> Task<> {
            co_await hooks.before(inner, objects.first, objects.count, objects.columns);
            written = co_await write(inner);
            if (written) co_await hooks.after(inner, objects.first, objects.count, objects.columns);
        });
        co_return written;
    } catch (...) {
        error = std::current_exception();
    }
    if (written) {
        undo.restore(objects.first);
        for (std::size_t i = 0; keyless && i < objects.count; ++i)
            set_key(objects.model, objects.first + i * objects.model.size, 0);
    }
    std::rethrow_exception(error);
}

/// The columns whose values are no longer those of the snapshot.
Columns changes_since(const ModelInfo& model, const SnapshotLayout& layout, const RowSnapshot& snapshot,
                      const void* object);

}  // namespace duet::engine
