#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>

#include "clock.hpp"
#include "impl.hpp"

namespace duet {

inline void Pool::Impl::note_return(Lease::Slot& slot) noexcept {
    const std::int64_t now = coarse_now();
    slot.taken_at.store(0, std::memory_order_relaxed);
    if (slot.managed) {
        // A connection that was not looked at has been idle all the time.
        if (slot.ready) slot.idle_since.store(now, std::memory_order_relaxed);
        const bool above = slot.index >= slot.group->limit();
        const std::size_t wanted = size.load(std::memory_order_relaxed);
        if (slot.connection && (above || (open_connections.load(std::memory_order_relaxed) > wanted &&
                                          slot.group->waiting() == 0 && slot.group->idle() >= wanted))) {
            counters.closed_idle.fetch_add(1, std::memory_order_relaxed);
            close(slot);
        }
    }
    upkeep(now);
}

void Lease::give_back(PooledConnection& connection) noexcept {
    Slot& slot = static_cast<Slot&>(connection);
    if (const driver::Connection* const open = slot.connection.get()) {
        if (!slot.ready || !open->at_rest()) [[unlikely]]
            slot.pool->clean_up(slot);
    }
    if (slot.timed) slot.pool->note_return(slot);
    slot.group->put_back(slot);
}

void Lease::adopt() const noexcept {
    std::atomic<const void*>& holder = static_cast<Slot*>(connection_)->holder;
    if (holder.load(std::memory_order_relaxed)) holder.store(&detail::pool_thread, std::memory_order_relaxed);
}

void Lease::note(const std::source_location& where) const noexcept {
    static_cast<Slot*>(connection_)->where.store(where, std::memory_order_relaxed);
}

void Pool::Impl::close(Lease::Slot& slot) noexcept {
    // What is under way must have ended before its statement goes.
    if (slot.connection && !slot.connection->usable()) slot.connection->abandon();
    slot.statements.clear();
    slot.connection.reset();
    slot.ready = false;
    slot.needs_setup = false;
    if (!slot.open.load(std::memory_order_relaxed)) return;
    slot.open.store(false, std::memory_order_relaxed);
    open_connections.fetch_sub(1, std::memory_order_relaxed);
}

void Pool::Impl::clean_up(Lease::Slot& slot) noexcept {
    const bool open = slot.open.load(std::memory_order_relaxed);
    if (open && !slot.connection->usable()) return found_broken(slot);
    try {
        if (open && put_in_order(slot)) return;
    } catch (const std::exception&) {
    }
    close(slot);
}

bool Pool::Impl::put_in_order(Lease::Slot& slot) {
    driver::Connection& connection = *slot.connection;
    const bool traces = options.reset_on_return && slot.managed && connection.dirty();
    if (!connection.in_transaction() && !traces) return true;
    connection.set_limits({});
    if (!managed) {
        return connection.execute_script("ROLLBACK") == driver::Wait::done && connection.usable() &&
               !connection.in_transaction();
    }
    // Nobody waits for the answer here: the next operation on the connection does.
    connection.allow_blocking(false);
    if (!connection.start_reset()) slot.statements.clear();
    if (!connection.usable()) return false;
    if (has_setup.load(std::memory_order_relaxed)) {
        slot.needs_setup = true;
        slot.ready = false;
        slot.idle_since.store(coarse_now(), std::memory_order_relaxed);
    }
    return true;
}

}  // namespace duet
