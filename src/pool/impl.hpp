#pragma once

#include <duet/async/worker_pool.hpp>

#include <chrono>
#include <optional>
#include <vector>

#include "clock.hpp"
#include "sharing.hpp"
#include "slot_group.hpp"
#include "wait_times.hpp"

namespace duet {

/// Throws ConfigurationError for what no pool can be, such as a size that was computed wrongly.
void check_pool_size(std::size_t size);

struct Pool::Impl {
    using Clock = std::chrono::steady_clock;
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    Impl(std::unique_ptr<driver::Driver> for_driver, PoolOptions with_options);
    ~Impl();

    SlotGroup& group_for(driver::Access access) noexcept { return *groups[static_cast<std::size_t>(access)]; }
    /// A connection of its own for whoever has no thread, if one is free.
    Lease take_now() noexcept { return Lease(took(main.try_take(nullptr))); }
    std::size_t most_connections() const noexcept { return main.limit() + (readers ? readers->limit() : 0); }
    template <class F>
    void each_slot(F&& call) const {
        main.each(call);
        if (readers) readers->each(call);
    }

    // lease.cpp, ready.cpp: one connection.

    /// For a slot that was just taken: says in `ready` whether something has to be done to it.
    Lease::Slot* took(Lease::Slot* slot) noexcept {
        if (slot != nullptr && slot->timed) note_taking(*slot);
        return slot;
    }
    void note_taking(Lease::Slot& slot) noexcept;
    void note_return(Lease::Slot& slot) noexcept;
    /// For a lease that ends: afterwards the connection is closed, as good as new, or on its way there.
    void clean_up(Lease::Slot& slot) noexcept;
    bool put_in_order(Lease::Slot& slot);
    void close(Lease::Slot& slot) noexcept;
    enum class Verdict : std::uint8_t { good, too_old, suspect, unknown };
    Verdict judge(const Lease::Slot& slot) const noexcept {
        const std::int64_t now = slot.taken_at.load(std::memory_order_relaxed);
        if (now >= slot.expires_at) return Verdict::too_old;
        if (slot.generation != generation.load(std::memory_order_relaxed)) return Verdict::suspect;
        if (options.pre_ping &&
            now - slot.idle_since.load(std::memory_order_relaxed) >= nanoseconds(options.pre_ping_after)) {
            return Verdict::unknown;
        }
        return Verdict::good;
    }
    Task<> open(Lease::Slot& slot, Clock::time_point deadline);
    driver::Wait begin_opening(Lease::Slot& slot);
    Task<driver::Wait> open_on_helper(Lease::Slot& slot, Clock::time_point until, Clock::time_point deadline);
    WorkerPool& helpers();
    Task<> set_up(Lease::Slot& slot, Clock::time_point deadline);
    Task<bool> answers(Lease::Slot& slot, Clock::time_point deadline);
    void found_broken(Lease::Slot& slot) noexcept;
    void could_not_open(Lease::Slot& slot, const Error& error) noexcept;
    std::int64_t expiry_from(std::int64_t now) noexcept;

    // acquire.cpp, pool_timeout.cpp: waiting.

    Clock::time_point deadline_from(Clock::time_point now) const noexcept;
    /// Blocks until there is a slot; throws like Pool::acquire.
    Lease::Slot* wait_blocking(driver::Access access, const CancelToken& token);
    /// For a thread that would wait for itself: PoolTimeout.
    void refuse_self_deadlock(driver::Access access, const void* thread);
    /// Somebody is about to join the queue.
    void somebody_waits() noexcept;
    [[noreturn]] void throw_timeout(driver::Access access, Clock::time_point since);
    [[noreturn]] void throw_unreachable();

    // upkeep.cpp: what is done now and then, by whoever comes along.

    void upkeep(std::int64_t now) noexcept {
        if (now >= next_upkeep.load(std::memory_order_relaxed)) [[unlikely]]
            keep_up(now);
    }
    void keep_up(std::int64_t now) noexcept;
    void report_leaks(std::int64_t now) noexcept;
    void reap(std::int64_t now) noexcept;
    std::size_t surplus() const noexcept;
    void autoscale(std::int64_t now) noexcept;
    /// With `resizing` held.
    void change_size(std::size_t to);
    void scaled(bool up) noexcept;

    const std::unique_ptr<driver::Driver> source;
    const driver::Topology topology;
    const PoolOptions options;
    const bool managed;  // connections to a server, which come and go
    const bool timed;
    std::atomic<std::size_t> size;
    std::atomic<std::size_t> open_connections{0};
    SlotGroup main;  // serves everything that `readers` does not
    std::optional<SlotGroup> readers;
    SlotGroup* const groups[2];  // by Access
    Sharing sharing;

    std::atomic<std::uint32_t> generation{0};  // goes up when a connection is found broken
    std::atomic<std::int64_t> next_upkeep{never};
    std::int64_t upkeep_interval = 0;
    std::mutex resizing;
    std::int64_t next_decision = 0;  // both guarded by `resizing`
    std::size_t peak = 0;

    std::mutex setting_up;
    struct ConnectHook {
        std::shared_ptr<void> context;
        void (*call)(void* context, ConnectionSetup& setup);
    };
    std::vector<ConnectHook> connect_hooks;  // guarded by `setting_up`
    std::atomic<bool> has_setup{false};
    std::string last_failure, last_failure_code;  // likewise

    detail::HookList<PoolEvent> hooks;
    WaitTimes wait_times;
    struct Counters {
        std::atomic<std::uint64_t> opened{0}, open_failures{0}, invalidated{0}, recycled{0}, closed_idle{0},
            timeouts{0}, leaks{0}, grown{0}, shrunk{0};
    } counters;

    std::atomic<WorkerPool*> workers{nullptr};
    std::mutex starting_workers;
    std::unique_ptr<WorkerPool> owned_workers;  // ends first: its threads may still hold leases
};

}  // namespace duet
