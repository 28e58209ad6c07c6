#pragma once

#include <duet/pool/pool.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <source_location>

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

    // For whoever has taken it.
    std::int64_t expires_at = std::numeric_limits<std::int64_t>::max();
    std::uint32_t generation = 0;  // the pool's when the connection was last known to be good
    bool needs_setup = false;

    alignas(64) std::atomic<bool> taken{false};
    std::atomic<bool> open{false};  // the connection is there, for those who look for one
    bool timed = false;             // the pool wants to see it whenever it is taken and comes back
    bool managed = false;           // one of many behind a socket
    /// The thread that has it in blocking mode. Set after the slot was taken and cleared before it is freed,
    /// so whoever reads its own mark here does hold the slot.
    std::atomic<const void*> holder{nullptr};
    SlotGroup* group = nullptr;
    Pool::Impl* pool = nullptr;
    std::size_t index = 0;
    std::atomic<std::int64_t> idle_since{0};
    std::atomic<std::int64_t> taken_at{0};  // 0: it is free, or nobody wants to know

    std::atomic<std::source_location> where{};
    std::atomic<std::uint64_t> thread{0};
    std::atomic<bool> reported{false};
};

/// Somebody in the queue of a group. All of it is guarded by the group's mutex until `state` has left
/// `queued`; from then on it belongs to the one who waits.
struct Waiter {
    enum class State : std::uint8_t { starting, queued, granted, timed_out, cancelled, failed };

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
///
/// Only slots with an index below the limit are handed out. Slots never move and never go away, so that the
/// limit can change while all of this is in use.
class SlotGroup {
public:
    struct Sort {
        bool writers;
        bool managed;
        bool timed;
    };
    SlotGroup(Pool::Impl& pool, std::size_t slots, Sort sort);
    ~SlotGroup();
    SlotGroup(const SlotGroup&) = delete;
    SlotGroup& operator=(const SlotGroup&) = delete;

    /// Null when nothing is free or others came first.
    Lease::Slot* try_take(const void* holder) noexcept {
        if (waiting_.load(std::memory_order_relaxed) != 0) return nullptr;
        Lease::Slot* const slot = only_ != nullptr ? take(*only_) : take_any();
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

    /// Ends the wait of everybody in the queue, as `failed`.
    void fail_all() noexcept;

    /// Hands out so many slots from now on; new ones go to those who wait.
    void set_limit(std::size_t limit);
    /// A free slot below the limit without a connection.
    Lease::Slot* take_closed() noexcept;
    /// This slot if it is free and has a connection. Put it back.
    static Lease::Slot* take_if_idle(Lease::Slot& slot) noexcept {
        return slot.open.load(std::memory_order_relaxed) ? take(slot) : nullptr;
    }
    /// From the last slot to the first.
    template <class F>
    void each(F&& call) const {
        for (std::size_t i = allocated_.load(std::memory_order_acquire); i-- > 0;) call(at(i));
    }

    std::size_t limit() const noexcept { return limit_.load(std::memory_order_relaxed); }
    std::size_t idle() const noexcept;
    std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }
    std::size_t checked_out() const noexcept;
    bool all_held_by(const void* holder) const noexcept;

private:
    static Lease::Slot* take(Lease::Slot& slot) noexcept {
        if (slot.taken.load(std::memory_order_seq_cst)) return nullptr;
        return slot.taken.exchange(true, std::memory_order_seq_cst) ? nullptr : &slot;
    }
    Lease::Slot* take_any() noexcept {
        const std::size_t limit = limit_.load(std::memory_order_acquire);
        const std::size_t preferred = detail::pool_thread.preferred;
        if (preferred < limit) {
            Lease::Slot& slot = at(preferred);
            if (!sort_.managed || slot.open.load(std::memory_order_relaxed)) {
                if (take(slot)) return &slot;
            }
        }
        return look_for_any(limit);
    }
    Lease::Slot* look_for_any(std::size_t limit) noexcept;

    // The first segment holds first_size_ slots; each later one as many as all before it.
    Lease::Slot& at(std::size_t index) const noexcept {
        if (index < first_size_) [[likely]]
            return first_slots_[index];
        const auto segment = static_cast<std::size_t>(std::bit_width(index / first_size_));
        return segments_[segment][index - (first_size_ << (segment - 1))];
    }
    void allocate(std::size_t segment, std::size_t from, std::size_t number);

    void hand_over(Lease::Slot& slot) noexcept;
    void serve_queue() noexcept;
    void serve_locked(const Waiter* quiet) noexcept;
    void grant(Waiter& waiter, Lease::Slot& slot, const Waiter* quiet) noexcept;
    void unlink(Waiter& waiter) noexcept;

    static constexpr std::size_t most_segments = 24;

    const std::size_t first_size_;
    Lease::Slot* first_slots_ = nullptr;
    Lease::Slot* only_ = nullptr;  // the one slot of a group that never grows
    const Sort sort_;
    Pool::Impl& pool_;
    std::atomic<std::size_t> limit_;
    std::atomic<std::size_t> allocated_{0};
    std::array<std::unique_ptr<Lease::Slot[]>, most_segments> segments_;
    std::atomic<std::size_t> waiting_{0};  // length of the queue
    std::mutex mutex_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace duet
