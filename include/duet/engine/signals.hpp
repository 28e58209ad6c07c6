#pragma once

#include <duet/base/hook_list.hpp>
#include <duet/base/owned.hpp>
#include <duet/engine/engine.hpp>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace duet::engine {

/// What the listeners of a signal are called with.
struct SignalEvent {
    /// A Task that a listener has returned, and the listener.
    struct Started {
        std::shared_ptr<void> listener;
        Task<> task;
    };
    void* object;  // null for all listeners to the end of a transaction that ask for no model
    const HookContext& context;
    std::vector<Started>& started;
};

/// The listeners to one model, or to all of them.
struct ModelSignals {
    std::array<duet::detail::HookList<SignalEvent>, hook_points> lists;

    duet::detail::HookList<SignalEvent>& at(HookPoint point) noexcept {
        return lists[static_cast<std::size_t>(point)];
    }
};

/// Who listens to what is written through the handles of one database. Thread-safe.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// The listeners to a model (null: to all models); stays as long as this does.
    ModelSignals& of(const ModelInfo* model);
    /// The same, null when nobody has listened yet.
    ModelSignals* find(const ModelInfo* model) noexcept;
    /// How the objects of a model are copied, for listeners that are called when they may be gone.
    using Copy = std::shared_ptr<void> (*)(const void* object);
    void set_copy(const ModelInfo& model, Copy copy);
    Copy copy_of(const ModelInfo& model) noexcept;

    const bool& listened() const noexcept { return listened_; }

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
    bool listened_ = false;
};

}  // namespace duet::engine
