#pragma once

#include <duet/async/worker_pool.hpp>

#include <chrono>
#include <optional>

#include "sharing.hpp"
#include "slot_group.hpp"

namespace duet {

struct Pool::Impl {
    using Clock = std::chrono::steady_clock;

    Impl(std::unique_ptr<driver::Driver> for_driver, PoolOptions with_options);

    SlotGroup& group_for(driver::Access access) noexcept { return *groups[static_cast<std::size_t>(access)]; }
    /// A connection of its own for whoever has no thread, if one is free.
    Lease take_now() noexcept { return Lease(main.try_take(nullptr)); }
    std::size_t size() const noexcept { return main.size() + (readers ? readers->size() : 0); }

    /// For a lease that ends: afterwards the connection is closed or as good as new.
    void clean_up(Lease::Slot& slot) noexcept;
    void open(Lease::Slot& slot);
    void close(Lease::Slot& slot) noexcept;

    Clock::time_point deadline_from(Clock::time_point now) const noexcept;
    /// Blocks until there is a slot; throws like Pool::acquire.
    Lease::Slot* wait_blocking(driver::Access access, const CancelToken& token);
    /// For a thread that would wait for itself: PoolTimeout.
    void refuse_self_deadlock(driver::Access access, const void* thread);
    [[noreturn]] void throw_timeout(driver::Access access, Clock::time_point since);

    const std::unique_ptr<driver::Driver> source;
    const driver::Topology topology;
    const PoolOptions options;
    SlotGroup main;  // serves everything that `readers` does not
    std::optional<SlotGroup> readers;
    SlotGroup* const groups[2];  // by Access
    Sharing sharing;
    std::atomic<std::size_t> open_connections{0};
    std::atomic<WorkerPool*> workers{nullptr};
    std::mutex starting_workers;
    std::unique_ptr<WorkerPool> owned_workers;  // ends first: its threads may still hold leases
};

}  // namespace duet
