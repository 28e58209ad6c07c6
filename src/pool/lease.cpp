#include <duet/base/error.hpp>
#include <duet/pool/pool.hpp>
#include <duet/pool/settle.hpp>

#include "impl.hpp"

namespace duet {

void Lease::give_back(PooledConnection& connection) noexcept {
    Slot& slot = static_cast<Slot&>(connection);
    if (const driver::Connection* const open = slot.connection.get()) {
        if (!slot.ready || !open->usable() || open->in_transaction()) [[unlikely]]
            slot.pool->clean_up(slot);
    }
    slot.group->put_back(slot);
}

Task<> Lease::make_ready() {
    Slot& slot = static_cast<Slot&>(*connection_);
    try {
        if (!slot.connection) slot.pool->open(slot);
        const driver::Wait wait = slot.connection->establish();
        if (wait != driver::Wait::done) co_await settle(*slot.connection, wait);
        slot.ready = true;
    } catch (...) {
        release();
        throw;
    }
}

void Lease::adopt() const noexcept {
    std::atomic<const void*>& holder = static_cast<Slot*>(connection_)->holder;
    if (holder.load(std::memory_order_relaxed)) holder.store(&detail::pool_thread, std::memory_order_relaxed);
}

void Pool::Impl::open(Lease::Slot& slot) {
    std::unique_ptr<driver::Connection> connection =
        source->connect(slot.writer ? driver::Access::write : driver::Access::read);
    if (slot.statements.capacity() < options.statements) {
        slot.statements = PlanMap<std::unique_ptr<driver::Statement>>(options.statements);
    }
    slot.connection = std::move(connection);
    open_connections.fetch_add(1, std::memory_order_relaxed);
}

void Pool::Impl::close(Lease::Slot& slot) noexcept {
    slot.statements.clear();
    slot.connection.reset();
    slot.ready = false;
    open_connections.fetch_sub(1, std::memory_order_relaxed);
}

void Pool::Impl::clean_up(Lease::Slot& slot) noexcept {
    driver::Connection& connection = *slot.connection;
    try {
        if (slot.ready && connection.usable()) {
            connection.set_limits({});
            // A driver that would have to wait for the answer cannot do it here.
            if (connection.execute_script("ROLLBACK") == driver::Wait::done && connection.usable() &&
                !connection.in_transaction()) {
                return;
            }
        }
    } catch (const std::exception&) {
    }
    close(slot);
}

}  // namespace duet
