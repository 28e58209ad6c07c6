#pragma once

#include <duet/pool/pool.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

namespace duet {

class SlotGroup;

namespace detail {

/// Per thread: where it last found a free slot, so that threads part ways. Its address tells threads apart.
struct PoolThread {
    std::size_t preferred = 0;
};
extern constinit thread_local PoolThread pool_thread;

}  // namespace detail

/// A place for a connection, free or taken.
struct alignas(64) Lease::Slot : PooledConnection {
    Slot() : PooledConnection(0) {}

    alignas(64) std::atomic<bool> taken{false};
    /// The thread that has it in blocking mode. Set after the slot was taken and cleared before it is freed,
    /// so whoever reads its own mark here does hold the slot.
    std::atomic<const void*> holder{nullptr};
    SlotGroup* group = nullptr;
    Pool::Impl* pool = nullptr;
};

/// Somebody in the queue of a group. All of it is guarded by the group's mutex until `state` has left
/// `queued`; from then on it belongs to the one who waits.
struct Waiter {
    enum class State : std::uint8_t { starting, queued, granted, timed_out, cancelled };

    /// Told that the wait is over; under the mutex of the group, and the last to touch the waiter.
    void (*wake)(Waiter&) noexcept = nullptr;
    const void* holder = nullptr;
    Lease::Slot* slot = nullptr;
    Waiter* next = nullptr;
    Waiter* previous = nullptr;
    State state = State::starting;
};

/// Connections of one sort and the queue for them.
///
/// Without a queue a slot changes hands by one atomic exchange; with one it goes from hand to hand under the
/// mutex. Nothing gets lost between the two: whoever frees a slot looks for waiters after that, and whoever
/// joins the queue looks for free slots after that.
class SlotGroup {
public:
    SlotGroup(Pool::Impl& pool, std::size_t slots, bool writers);

    /// Null when nothing is free or others came first.
    Lease::Slot* try_take(const void* holder) noexcept {
        if (waiting_.load(std::memory_order_relaxed) != 0) return nullptr;
        Lease::Slot* const slot = size_ == 1 ? take(slots_[0]) : take_any();
        if (slot) slot->holder.store(holder, std::memory_order_relaxed);
        return slot;
    }

    void put_back(Lease::Slot& slot) noexcept {
        slot.holder.store(nullptr, std::memory_order_relaxed);
        if (waiting_.load(std::memory_order_relaxed) == 0) {
            slot.taken.exchange(false, std::memory_order_seq_cst);
            if (waiting_.load(std::memory_order_seq_cst) == 0) return;
            serve_queue();
        } else {
            hand_over(slot);
        }
    }

    /// False when the waiter need not wait: it was served, or `end` came before.
    bool enqueue(Waiter& waiter);
    /// Ends the wait of somebody who still waits, in a state that is not `granted`.
    void end(Waiter& waiter, Waiter::State outcome, bool wake) noexcept;
    /// The slot that the waiter was granted, if it was; it is out of the queue then.
    Lease::Slot* withdraw(Waiter& waiter) noexcept;

    std::size_t size() const noexcept { return size_; }
    std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }
    std::size_t checked_out() const noexcept;
    bool all_held_by(const void* holder) const noexcept;

private:
    static Lease::Slot* take(Lease::Slot& slot) noexcept {
        if (slot.taken.load(std::memory_order_seq_cst)) return nullptr;
        return slot.taken.exchange(true, std::memory_order_seq_cst) ? nullptr : &slot;
    }
    Lease::Slot* take_any() noexcept {
        std::size_t& preferred = detail::pool_thread.preferred;
        if (preferred < size_) {
            if (Lease::Slot* const slot = take(slots_[preferred])) return slot;
        }
        for (std::size_t i = 0; i < size_; ++i) {
            if (Lease::Slot* const slot = take(slots_[i])) {
                preferred = i;
                return slot;
            }
        }
        return nullptr;
    }

    void hand_over(Lease::Slot& slot) noexcept;
    void serve_queue() noexcept;
    void serve_locked(const Waiter* quiet) noexcept;
    void grant(Waiter& waiter, Lease::Slot& slot, const Waiter* quiet) noexcept;
    void unlink(Waiter& waiter) noexcept;

    std::span<Lease::Slot> slots() const noexcept { return {slots_.get(), size_}; }

    const std::size_t size_;
    const std::unique_ptr<Lease::Slot[]> slots_;
    std::atomic<std::size_t> waiting_{0};  // length of the queue
    std::mutex mutex_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace duet
