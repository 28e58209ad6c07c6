#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include "impl.hpp"

namespace duet {

namespace {

PoolOptions checked(PoolOptions options) {
    if (options.size == 0)
        throw ConfigurationError("a pool of 0 connections cannot serve anybody: give it a size");
    if (options.timeout < options.timeout.zero()) options.timeout = options.timeout.zero();
    return options;
}

}  // namespace

Pool::Impl::Impl(std::unique_ptr<driver::Driver> for_driver, PoolOptions with_options)
    : source(std::move(for_driver)),
      topology(source->topology()),
      options(checked(with_options)),
      main(*this, topology.single || topology.separate_writer ? 1 : options.size, true),
      groups{
          topology.separate_writer && !topology.single ? &readers.emplace(*this, options.size, false) : &main,
          &main} {}

Pool::Impl::Clock::time_point Pool::Impl::deadline_from(Clock::time_point now) const noexcept {
    const auto longest =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
    return options.timeout < longest ? now + options.timeout : Clock::time_point::max();
}

Pool::Pool(std::unique_ptr<driver::Driver> driver, PoolOptions options)
    : impl_(std::make_unique<Impl>(std::move(driver), options)) {}
Pool::~Pool() = default;

driver::Driver& Pool::driver() const noexcept { return *impl_->source; }
const driver::Topology& Pool::topology() const noexcept { return impl_->topology; }

WorkerPool* Pool::workers() noexcept {
    if (!impl_->topology.blocking) return nullptr;
    if (WorkerPool* const there = impl_->workers.load(std::memory_order_acquire)) return there;
    const std::lock_guard lock(impl_->starting_workers);
    if (!impl_->owned_workers) {
        impl_->owned_workers = std::make_unique<WorkerPool>(impl_->size());
        impl_->workers.store(impl_->owned_workers.get(), std::memory_order_release);
    }
    return impl_->owned_workers.get();
}

PoolStats Pool::stats() const noexcept {
    PoolStats stats;
    stats.size = impl_->size();
    stats.open = impl_->open_connections.load(std::memory_order_relaxed);
    stats.checked_out = impl_->main.checked_out();
    stats.waiting = impl_->main.waiting();
    if (impl_->readers) {
        stats.checked_out += impl_->readers->checked_out();
        stats.waiting += impl_->readers->waiting();
    }
    return stats;
}

}  // namespace duet
