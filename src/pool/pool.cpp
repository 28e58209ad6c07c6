#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include <algorithm>
#include <cstdio>

#include "clock.hpp"
#include "impl.hpp"

namespace duet {

namespace {

constexpr std::size_t most_pooled = 1'000'000;

[[noreturn]] void refuse_pool_size() {
    throw ConfigurationError("a pool has at most 1000000 connections, and as many beyond its size");
}

}  // namespace

void check_pool_size(std::size_t size) {
    if (size == 0) throw ConfigurationError("a pool of 0 connections cannot serve anybody: give it a size");
    if (size > most_pooled) refuse_pool_size();
}

namespace {

PoolOptions checked(PoolOptions options) {
    check_pool_size(options.size);
    if (options.max_overflow > most_pooled || (options.autoscale && options.autoscale->ceiling > most_pooled))
        refuse_pool_size();
    for (std::chrono::milliseconds* const duration :
         {&options.timeout, &options.recycle, &options.max_lifetime, &options.pre_ping_after,
          &options.idle_timeout, &options.connect_timeout, &options.report_leaks_after}) {
        // Beyond what a clock can count is as good as never.
        constexpr std::chrono::milliseconds a_century = std::chrono::hours(100 * 366 * 24);
        *duration = std::clamp(*duration, std::chrono::milliseconds(0), a_century);
    }
    if (const auto& scale = options.autoscale) {
        if (!(scale->target_utilisation > 0 && scale->target_utilisation <= 1))
            throw ConfigurationError(
                "the target_utilisation of a pool's autoscaler is above 0 and at most 1");
        if (scale->floor == 0 || scale->floor > scale->ceiling)
            throw ConfigurationError(
                "the floor of a pool's autoscaler is at least 1 and at most its ceiling");
        if (scale->step == 0) throw ConfigurationError("the step of a pool's autoscaler is at least 1");
    }
    return options;
}

std::size_t first_size(const PoolOptions& options, bool managed) {
    if (!managed || !options.autoscale) return options.size;
    return std::clamp(options.size, options.autoscale->floor, options.autoscale->ceiling);
}

// Rarely enough to cost nothing, often enough to be in time for what is asked.
std::int64_t interval_of(const PoolOptions& options, bool managed) {
    std::chrono::nanoseconds shortest = std::chrono::nanoseconds::max();
    const auto consider = [&](std::chrono::milliseconds time) {
        if (time.count() > 0) shortest = std::min<std::chrono::nanoseconds>(shortest, time / 4);
    };
    consider(options.report_leaks_after);
    if (managed) {
        consider(options.idle_timeout);
        if (options.autoscale) consider(std::max(options.autoscale->interval, std::chrono::milliseconds(1)));
    }
    if (shortest == std::chrono::nanoseconds::max()) return 0;
    return std::clamp<std::chrono::nanoseconds>(shortest, std::chrono::milliseconds(1),
                                                std::chrono::seconds(10))
        .count();
}

}  // namespace

Pool::Impl::Impl(std::unique_ptr<driver::Driver> for_driver, PoolOptions with_options)
    : source(std::move(for_driver)),
      topology(source->topology()),
      options(checked(std::move(with_options))),
      managed(!topology.single && !topology.separate_writer),
      timed(managed || options.report_leaks_after.count() > 0),
      size(first_size(options, managed)),
      main(*this, managed ? size + options.max_overflow : 1, {true, managed, timed}),
      groups{topology.separate_writer && !topology.single
                 ? &readers.emplace(*this, options.size, SlotGroup::Sort{false, false, timed})
                 : &main,
             &main},
      upkeep_interval(interval_of(options, managed)),
      has_setup(!options.init_sql.empty()) {
    if (upkeep_interval == 0) return;
    next_upkeep = coarse_now() + upkeep_interval;
    if (options.autoscale) next_decision = coarse_now() + nanoseconds(options.autoscale->interval);
}

Pool::Impl::~Impl() {
    owned_workers.reset();
    const std::size_t out = main.checked_out() + (readers ? readers->checked_out() : 0);
    if (out == 0) return;
    std::fprintf(
        stderr,
        "duet: a database was closed while %zu of its connections were in use; transactions, cursors "
        "and operations must end before the last handle of their database is destroyed\n",
        out);
}

Pool::Impl::Clock::time_point Pool::Impl::deadline_from(Clock::time_point now) const noexcept {
    const auto longest =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
    return options.timeout < longest ? now + options.timeout : Clock::time_point::max();
}

Pool::Pool(std::unique_ptr<driver::Driver> driver, PoolOptions options)
    : impl_(std::make_unique<Impl>(std::move(driver), std::move(options))),
      reports_leaks_(impl_->options.report_leaks_after.count() > 0) {}
Pool::~Pool() = default;

driver::Driver& Pool::driver() const noexcept { return *impl_->source; }
const driver::Topology& Pool::topology() const noexcept { return impl_->topology; }

WorkerPool* Pool::workers() noexcept { return impl_->topology.blocking ? &impl_->helpers() : nullptr; }

WorkerPool& Pool::helpers() { return impl_->helpers(); }

WorkerPool& Pool::Impl::helpers() {
    if (WorkerPool* const there = workers.load(std::memory_order_acquire)) return *there;
    const std::lock_guard lock(starting_workers);
    if (!owned_workers) {
        owned_workers = std::make_unique<WorkerPool>(most_connections());
        workers.store(owned_workers.get(), std::memory_order_release);
    }
    return *owned_workers;
}

void Pool::on_connect(std::shared_ptr<void> context, void (*hook)(void* context, ConnectionSetup& setup)) {
    const std::lock_guard lock(impl_->setting_up);
    impl_->connect_hooks.push_back({std::move(context), hook});
    impl_->has_setup.store(true, std::memory_order_release);
}

detail::HookList<PoolEvent>& Pool::hooks() noexcept { return impl_->hooks; }

PoolStats Pool::stats() const noexcept {
    const Impl& pool = *impl_;
    const std::int64_t now = coarse_now();
    impl_->report_leaks(now);
    PoolStats stats;
    stats.limit = pool.most_connections();
    stats.size = pool.managed ? pool.size.load(std::memory_order_relaxed) : stats.limit;
    stats.open = pool.open_connections.load(std::memory_order_relaxed);
    stats.checked_out = pool.main.checked_out() + (pool.readers ? pool.readers->checked_out() : 0);
    stats.waiting = pool.main.waiting() + (pool.readers ? pool.readers->waiting() : 0);
    stats.idle = pool.main.idle() + (pool.readers ? pool.readers->idle() : 0);
    stats.overflow = stats.open > stats.size ? stats.open - stats.size : 0;
    stats.utilisation = static_cast<double>(stats.checked_out) / static_cast<double>(stats.size);
    const auto number = [](const std::atomic<std::uint64_t>& counter) {
        return counter.load(std::memory_order_relaxed);
    };
    stats.opened_total = number(pool.counters.opened);
    stats.open_failures = number(pool.counters.open_failures);
    stats.invalidated = number(pool.counters.invalidated);
    stats.recycled = number(pool.counters.recycled);
    stats.closed_idle = number(pool.counters.closed_idle);
    stats.timeouts = number(pool.counters.timeouts);
    stats.leaks = number(pool.counters.leaks);
    stats.grown = number(pool.counters.grown);
    stats.shrunk = number(pool.counters.shrunk);
    stats.waits = pool.wait_times.summary();
    pool.each_slot([&](const Lease::Slot& slot) {
        const std::int64_t since = slot.taken_at.load(std::memory_order_relaxed);
        if (since == 0 || now < since) return;
        stats.longest_checkout = std::max(stats.longest_checkout, std::chrono::nanoseconds(now - since));
    });
    return stats;
}

}  // namespace duet
