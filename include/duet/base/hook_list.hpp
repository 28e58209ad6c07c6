#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace duet {

namespace detail {
class HookListBase;
struct HookListState;
void disconnect(HookListState& list, std::uint64_t id) noexcept;
}  // namespace detail

/// Keeps a function connected to what it wants to hear of; disconnects it when destroyed. May outlive what it
/// is connected to.
///
/// Movable; one object is for one thread at a time. Disconnecting does not wait for a call of the function
/// that is under way on another thread.
class [[nodiscard("the function is disconnected when this is destroyed")]] HookConnection {
public:
    HookConnection() noexcept = default;
    HookConnection(HookConnection && other) noexcept
        : list_(std::move(other.list_)), id_(std::exchange(other.id_, 0)) {}
    HookConnection& operator=(HookConnection&& other) noexcept {
        std::swap(list_, other.list_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~HookConnection() { disconnect(); }

    bool connected() const noexcept { return list_ != nullptr; }
    void disconnect() noexcept {
        if (list_ != nullptr) detail::disconnect(*list_, id_);
        list_.reset();
    }
    /// Lets the function stay connected for good.
    void keep() noexcept { list_.reset(); }

private:
    friend detail::HookListBase;
    HookConnection(std::shared_ptr<detail::HookListState> list, std::uint64_t id) noexcept
        : list_(std::move(list)), id_(id) {}

    std::shared_ptr<detail::HookListState> list_;
    std::uint64_t id_ = 0;
};

namespace detail {

/// What lists of hooks of all kinds of events have in common.
class HookListBase {
public:
    HookListBase(const HookListBase&) = delete;
    HookListBase& operator=(const HookListBase&) = delete;

    bool empty() const noexcept { return __atomic_load_n(size_, __ATOMIC_RELAXED) == 0; }

protected:
    using Call = void (*)(void* function, const void* event);

    HookListBase();
    ~HookListBase();
    HookConnection add_function(std::shared_ptr<void> function, Call call);
    void call_all(const void* event) const;
    void call_all_quietly(const void* event) const noexcept;

private:
    std::shared_ptr<HookListState> state_;
    const std::size_t* size_;  // in the state
};

/// Functions that are called with each event, in the order in which they were connected; cheap to find empty.
///
/// Thread-safe: a change makes a new list. What is called meanwhile goes by the old one.
template <class Event>
class HookList : public HookListBase {
public:
    /// `fn(const Event&)`
    template <class F>
    HookConnection add(F fn) {
        return add_function(std::make_shared<F>(std::move(fn)), [](void* function, const void* event) {
            (*static_cast<F*>(function))(*static_cast<const Event*>(event));
        });
    }
    /// What a function throws is swallowed: watching must not change what a program does.
    void fire(const Event& event) const noexcept {
        if (!empty()) call_all_quietly(&event);
    }
    /// What a function throws comes out of here, and those behind it are not called.
    void ask(const Event& event) const {
        if (!empty()) call_all(&event);
    }
};

}  // namespace detail
}  // namespace duet
