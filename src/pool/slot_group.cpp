#include "slot_group.hpp"

namespace duet {

constinit thread_local detail::PoolThread detail::pool_thread{};

SlotGroup::SlotGroup(Pool::Impl& pool, std::size_t slots, Sort sort)
    : first_size_(slots), sort_(sort), pool_(pool), limit_(slots) {
    allocate(0, 0, slots);
    first_slots_ = segments_[0].get();
    if (!sort.managed && slots == 1) only_ = first_slots_;
}
SlotGroup::~SlotGroup() = default;

void SlotGroup::allocate(std::size_t segment, std::size_t from, std::size_t number) {
    segments_[segment] = std::make_unique<Lease::Slot[]>(number);
    for (std::size_t i = 0; i < number; ++i) {
        Lease::Slot& slot = segments_[segment][i];
        slot.group = this;
        slot.pool = &pool_;
        slot.index = from + i;
        slot.writer = sort_.writers;
        slot.managed = sort_.managed;
        slot.timed = sort_.timed;
    }
    allocated_.store(from + number, std::memory_order_release);
}

void SlotGroup::set_limit(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    for (std::size_t there = allocated_.load(); there < limit; there = allocated_.load()) {
        const auto segment = static_cast<std::size_t>(std::bit_width(there / first_size_));
        if (segment == most_segments) {
            limit = there;
            break;
        }
        allocate(segment, there, there);
    }
    limit_.store(limit, std::memory_order_release);
    serve_locked(nullptr);
}

Lease::Slot* SlotGroup::look_for_any(std::size_t limit) noexcept {
    // An open connection is worth a second look.
    for (int pass = sort_.managed ? 0 : 1; pass < 2; ++pass) {
        for (std::size_t i = 0; i < limit; ++i) {
            Lease::Slot& slot = at(i);
            if (pass == 0 && !slot.open.load(std::memory_order_relaxed)) continue;
            if (take(slot)) {
                detail::pool_thread.preferred = i;
                return &slot;
            }
        }
    }
    return nullptr;
}

Lease::Slot* SlotGroup::take_closed() noexcept {
    const std::size_t limit = limit_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < limit; ++i) {
        Lease::Slot& slot = at(i);
        if (!slot.open.load(std::memory_order_relaxed) && take(slot)) {
            if (!slot.connection) return &slot;
            put_back(slot);
        }
    }
    return nullptr;
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

void SlotGroup::fail_all() noexcept {
    const std::lock_guard lock(mutex_);
    while (first_) {
        Waiter& waiter = *first_;
        unlink(waiter);
        waiter.state = Waiter::State::failed;
        waiter.wake(waiter);
    }
}

std::size_t SlotGroup::checked_out() const noexcept {
    std::size_t number = 0;
    each([&](const Lease::Slot& slot) { number += slot.taken.load(std::memory_order_relaxed) ? 1u : 0u; });
    return number;
}

std::size_t SlotGroup::idle() const noexcept {
    std::size_t number = 0;
    each([&](const Lease::Slot& slot) {
        const bool free = !slot.taken.load(std::memory_order_relaxed);
        number += free && slot.open.load(std::memory_order_relaxed) ? 1u : 0u;
    });
    return number;
}

bool SlotGroup::all_held_by(const void* holder) const noexcept {
    const std::size_t limit = limit_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < limit; ++i) {
        if (at(i).holder.load(std::memory_order_relaxed) != holder) return false;
    }
    return true;
}

void SlotGroup::hand_over(Lease::Slot& slot) noexcept {
    const std::lock_guard lock(mutex_);
    if (first_ && slot.index < limit_.load(std::memory_order_relaxed)) {
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
