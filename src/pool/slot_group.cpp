#include "slot_group.hpp"

#include <algorithm>

namespace duet {

constinit thread_local detail::PoolThread detail::pool_thread{};

SlotGroup::SlotGroup(Pool::Impl& pool, std::size_t slots, bool writers)
    : size_(slots), slots_(std::make_unique<Lease::Slot[]>(slots)) {
    for (Lease::Slot& slot : this->slots()) {
        slot.group = this;
        slot.pool = &pool;
        slot.writer = writers;
    }
}

bool SlotGroup::enqueue(Waiter& waiter) {
    const std::lock_guard lock(mutex_);
    if (waiter.state != Waiter::State::starting) return false;
    waiter.state = Waiter::State::queued;
    waiter.next = nullptr;
    waiter.previous = last_;
    (last_ ? last_->next : first_) = &waiter;
    last_ = &waiter;
    waiting_.fetch_add(1, std::memory_order_seq_cst);
    serve_locked(&waiter);
    return waiter.state == Waiter::State::queued;
}

void SlotGroup::end(Waiter& waiter, Waiter::State outcome, bool wake) noexcept {
    const std::lock_guard lock(mutex_);
    if (waiter.state == Waiter::State::starting) {
        waiter.state = outcome;
    } else if (waiter.state == Waiter::State::queued) {
        unlink(waiter);
        waiter.state = outcome;
        if (wake) waiter.wake(waiter);
    }
}

Lease::Slot* SlotGroup::withdraw(Waiter& waiter) noexcept {
    const std::lock_guard lock(mutex_);
    if (waiter.state == Waiter::State::queued) {
        unlink(waiter);
        waiter.state = Waiter::State::cancelled;
    }
    return std::exchange(waiter.slot, nullptr);
}

std::size_t SlotGroup::checked_out() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        slots(), [](const Lease::Slot& slot) { return slot.taken.load(std::memory_order_relaxed); }));
}

bool SlotGroup::all_held_by(const void* holder) const noexcept {
    return std::ranges::all_of(slots(), [&](const Lease::Slot& slot) {
        return slot.holder.load(std::memory_order_relaxed) == holder;
    });
}

void SlotGroup::hand_over(Lease::Slot& slot) noexcept {
    const std::lock_guard lock(mutex_);
    if (first_) {
        grant(*first_, slot, nullptr);
    } else {
        slot.taken.store(false, std::memory_order_seq_cst);
    }
}

void SlotGroup::serve_queue() noexcept {
    const std::lock_guard lock(mutex_);
    serve_locked(nullptr);
}

void SlotGroup::serve_locked(const Waiter* quiet) noexcept {
    while (first_) {
        Lease::Slot* const slot = take_any();
        if (!slot) return;
        grant(*first_, *slot, quiet);
    }
}

void SlotGroup::grant(Waiter& waiter, Lease::Slot& slot, const Waiter* quiet) noexcept {
    unlink(waiter);
    slot.holder.store(waiter.holder, std::memory_order_relaxed);
    waiter.slot = &slot;
    waiter.state = Waiter::State::granted;
    if (&waiter != quiet) waiter.wake(waiter);
}

void SlotGroup::unlink(Waiter& waiter) noexcept {
    (waiter.previous ? waiter.previous->next : first_) = waiter.next;
    (waiter.next ? waiter.next->previous : last_) = waiter.previous;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace duet
