#pragma once

#include <duet/async/task.hpp>
#include <duet/schema/model_info.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string_view>

namespace duet {

struct Blocking;
struct Async;
template <class Mode>
class BasicTransaction;

/// What is being done to an object.
enum class HookOperation : std::uint8_t {
    create,
    update,
    upsert,  // the database alone knows whether it creates or updates
    remove,  // the mark of a soft delete too
};
std::string_view name_of(HookOperation operation) noexcept;

/// The moments at which hooks are called, in the order of a write.
enum class HookPoint : std::uint8_t {
    before_save,
    before_create,
    before_update,
    before_remove,
    after_create,
    after_update,
    after_remove,
    after_save,
    after_load,
    after_commit,
    after_rollback,
};
inline constexpr std::size_t hook_points = 11;

namespace engine {
struct Call;
class TransactionState;
}  // namespace engine

/// What a hook is told beside the object. Valid during the call of the hook only, in a Task until it ends.
class HookContext {
public:
    HookContext(const engine::Call& call, const ModelInfo& model, HookOperation operation,
                std::span<const std::int16_t> columns, void* object) noexcept
        : call_(call), model_(model), operation_(operation), columns_(columns), object_(object) {}
    HookContext(const HookContext&) = delete;
    HookContext& operator=(const HookContext&) = delete;

    HookOperation operation() const noexcept { return operation_; }
    const ModelInfo& model() const noexcept { return model_; }
    /// Whether the statement writes the column, by member or column name: all of them when an object is
    /// created or saved, the assigned ones for db.update(). Throws InvalidQuery for a name that the model
    /// does not have.
    bool changes(std::string_view column) const;
    /// The user's call.
    const std::source_location& where() const noexcept;
    /// The object when it is an M, else null: for listeners to all models. Null after the end of the
    /// transaction.
    template <class M>
    M* object() const noexcept;

    /// The transaction of the write, for hooks that use the database. What they do succeeds and fails with
    /// it. Throws InvalidQuery under an async handle, which async_transaction() is for, and when the
    /// transaction has ended.
    BasicTransaction<Blocking> transaction() const;
    /// The same for hooks that return a Task; under a blocking handle their Task runs to its end on the spot.
    BasicTransaction<Async> async_transaction() const;

private:
    engine::TransactionState& state(bool blocks) const;

    const engine::Call& call_;
    const ModelInfo& model_;
    HookOperation operation_;
    std::span<const std::int16_t> columns_;  // empty: all
    void* object_;
};

/// The hooks that a model declares as member functions.
struct HookTable {
    struct Entry {
        void (*call)(void* object, const HookContext&) = nullptr;
        Task<> (*start)(void* object, const HookContext&) = nullptr;
        bool told = false;  // takes the context
        bool empty() const noexcept { return call == nullptr && start == nullptr; }
    };
    Entry entries[hook_points];
    std::shared_ptr<void> (*copy)(const void* object) = nullptr;  // for what is called after the transaction
    bool writes = false;                                          // some hook concerns writes
    bool loads = false;

    const Entry& at(HookPoint point) const noexcept { return entries[static_cast<std::size_t>(point)]; }
};

}  // namespace duet
