#include <duet/async/when_all.hpp>
#include <duet/base/error.hpp>

#include <algorithm>

#include "clock.hpp"
#include "impl.hpp"

namespace duet {

void Pool::Impl::keep_up(std::int64_t now) noexcept {
    std::int64_t due = next_upkeep.load(std::memory_order_relaxed);
    if (now < due ||
        !next_upkeep.compare_exchange_strong(due, now + upkeep_interval, std::memory_order_relaxed)) {
        return;
    }
    report_leaks(now);
    if (!managed) return;
    reap(now);
    if (options.autoscale) autoscale(now);
}

void Pool::Impl::report_leaks(std::int64_t now) noexcept {
    const std::int64_t longest = nanoseconds(options.report_leaks_after);
    if (longest == 0) return;
    each_slot([&](Lease::Slot& slot) {
        const std::int64_t since = slot.taken_at.load(std::memory_order_relaxed);
        if (since == 0 || now - since < longest || slot.reported.exchange(true)) return;
        counters.leaks.fetch_add(1, std::memory_order_relaxed);
        hooks.fire({.kind = PoolEvent::Kind::leak,
                    .size = size.load(),
                    .duration = std::chrono::nanoseconds(now - since),
                    .thread = slot.thread.load(std::memory_order_relaxed),
                    .where = slot.where.load(std::memory_order_relaxed)});
    });
}

// Closes free connections: those beyond the pool's size, and those that nobody has needed for long.
void Pool::Impl::reap(std::int64_t now) noexcept {
    const std::size_t wanted = size.load(std::memory_order_relaxed);
    const std::int64_t longest = options.idle_timeout.count() > 0 ? nanoseconds(options.idle_timeout) : never;
    std::size_t idle = main.idle();
    main.each([&](Lease::Slot& candidate) {
        if (candidate.taken.load(std::memory_order_relaxed)) return;
        const bool beyond = candidate.index >= main.limit() || idle > wanted;
        const std::int64_t since = candidate.idle_since.load(std::memory_order_relaxed);
        const bool unneeded = idle > options.min_idle && now - since >= longest;
        if (!beyond && !unneeded) return;
        Lease::Slot* const slot = SlotGroup::take_if_idle(candidate);
        if (slot == nullptr) return;
        // It may have been used since.
        if (slot->connection && (beyond || slot->idle_since.load(std::memory_order_relaxed) == since)) {
            counters.closed_idle.fetch_add(1, std::memory_order_relaxed);
            close(*slot);
            --idle;
        }
        main.put_back(*slot);
    });
}

void Pool::Impl::change_size(std::size_t to) {
    main.set_limit(to + options.max_overflow);
    const bool smaller = to < size.exchange(to, std::memory_order_relaxed);
    if (smaller) reap(coarse_now());
}

void Pool::Impl::scaled(bool up) noexcept {
    (up ? counters.grown : counters.shrunk).fetch_add(1, std::memory_order_relaxed);
    hooks.fire({.kind = up ? PoolEvent::Kind::grown : PoolEvent::Kind::shrunk, .size = size.load()});
}

void Pool::Impl::somebody_waits() noexcept {
    if (timed) upkeep(coarse_now());
    if (!managed || !options.autoscale) return;
    const Autoscale& scale = *options.autoscale;
    if (size.load(std::memory_order_relaxed) >= scale.ceiling) return;
    {
        const std::lock_guard lock(resizing);
        // Others may have seen to it meanwhile.
        if (size >= scale.ceiling || main.checked_out() < main.limit()) return;
        try {
            change_size(std::min(size + scale.step, scale.ceiling));
        } catch (const std::exception&) {
            return;
        }
        peak = std::max(peak, main.checked_out());
    }
    scaled(true);
}

void Pool::Impl::autoscale(std::int64_t now) noexcept {
    const Autoscale& scale = *options.autoscale;
    const std::size_t before = size.load(std::memory_order_relaxed);
    std::size_t after = before;
    {
        const std::unique_lock lock(resizing, std::try_to_lock);
        if (!lock.owns_lock()) return;
        peak = std::max(peak, main.checked_out());
        if (now < next_decision) return;
        next_decision = now + nanoseconds(scale.interval);
        const auto used = static_cast<double>(std::exchange(peak, 0));
        const auto allowed = [&](std::size_t connections) {
            return scale.target_utilisation * static_cast<double>(connections);
        };
        if (used > allowed(before)) {
            if (before < scale.ceiling) after = std::min(before + scale.step, scale.ceiling);
        } else if (before > scale.floor) {
            const std::size_t fewer = before - std::min(scale.step, before - scale.floor);
            if (used <= allowed(fewer)) after = fewer;
        }
        if (after == before) return;
        try {
            change_size(after);
        } catch (const std::exception&) {
            return;
        }
    }
    scaled(after > before);
}

std::size_t Pool::resize(std::size_t size) {
    check_pool_size(size);
    if (!impl_->managed) return impl_->most_connections();
    const std::lock_guard lock(impl_->resizing);
    impl_->change_size(size);
    return size;
}

namespace {

Task<> open_one(Lease lease, WorkerPool* workers) {
    const detail::PromiseBase& self = co_await detail::current_promise();
    if (workers != nullptr && self.home != nullptr) co_await workers->enter();
    co_await lease.make_ready();
}

}  // namespace

Task<std::size_t> Pool::warm_up(std::size_t number) {
    Impl& pool = *impl_;
    const std::size_t most =
        pool.managed ? pool.size.load(std::memory_order_relaxed) : pool.most_connections();
    number = std::min(number, most);
    std::vector<Task<>> openings;
    std::size_t there = pool.open_connections.load(std::memory_order_relaxed);
    for (SlotGroup* const group : {&pool.main, pool.readers ? &*pool.readers : nullptr}) {
        while (group != nullptr && there < number) {
            Lease::Slot* const slot = group->take_closed();
            if (slot == nullptr) break;
            openings.push_back(open_one(Lease(pool.took(slot)), workers()));
            ++there;
        }
    }
    const std::size_t opened = openings.size();
    co_await when_all(std::move(openings));
    co_return opened;
}

}  // namespace duet
