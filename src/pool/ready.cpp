#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>

#include <algorithm>

#include "clock.hpp"
#include "impl.hpp"
#include "readiness.hpp"

namespace duet {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds longest_ping{5};

Clock::time_point after(std::chrono::milliseconds time) {
    const Clock::time_point now = Clock::now();
    const auto longest =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
    return time.count() > 0 && time < longest ? now + time : Clock::time_point::max();
}

/// Waits for an operation of a connection that nobody uses yet, and gives it up when that takes too long, or
/// when the caller has no more time.
Task<> answer(driver::Connection& connection, driver::Wait wait, Clock::time_point until,
              Clock::time_point deadline) {
    while (wait != driver::Wait::done) {
        const Clock::time_point earlier = std::min({until, connection.limits().deadline, deadline});
        const WaitOutcome outcome =
            co_await wait_fd(connection.socket(), readiness_of(wait), earlier, connection.socket_tag());
        if (outcome == WaitOutcome::ready) {
            wait = connection.resume();
            continue;
        }
        connection.abandon();
        if (outcome == WaitOutcome::cancelled)
            throw QueryCanceled("cancelled while a connection was being made ready");
        if (earlier == deadline)
            throw QueryCanceled(
                "the statement took longer than it was allowed to: it still had no connection");
        throw ConnectionError("the database did not answer in time while a connection was being made ready");
    }
}

std::uint64_t mixed(std::uint64_t value) noexcept {
    value ^= value >> 31;
    value *= 0x9E3779B97F4A7C15u;
    return value ^ (value >> 29);
}

}  // namespace

Task<> Lease::make_ready(Clock::time_point deadline) {
    const detail::PromiseBase& self = co_await detail::current_promise();
    Slot& slot = static_cast<Slot&>(*connection_);
    Pool::Impl& pool = *slot.pool;
    try {
        if (slot.connection) {
            slot.connection->allow_blocking(false);  // there are times to keep
            switch (slot.managed ? pool.judge(slot) : Pool::Impl::Verdict::good) {
                case Pool::Impl::Verdict::good:
                    break;
                case Pool::Impl::Verdict::too_old:
                    pool.close(slot);
                    pool.counters.recycled.fetch_add(1, std::memory_order_relaxed);
                    pool.hooks.fire({.kind = PoolEvent::Kind::recycled, .size = pool.size.load()});
                    break;
                case Pool::Impl::Verdict::suspect:
                case Pool::Impl::Verdict::unknown: {
                    const bool alive = co_await pool.answers(slot, deadline);
                    if (!alive) pool.found_broken(slot);
                    break;
                }
            }
        }
        if (!slot.connection) {
            co_await pool.open(slot, deadline);
        } else if (slot.needs_setup) {
            co_await pool.set_up(slot, deadline);
        }
        slot.connection->allow_blocking(self.home == nullptr);
        slot.ready = true;
    } catch (const ConnectionError& error) {
        pool.could_not_open(slot, error);
        release();
        throw;
    } catch (...) {
        pool.close(slot);
        release();
        throw;
    }
}

Task<bool> Pool::Impl::answers(Lease::Slot& slot, Clock::time_point deadline) {
    driver::Connection& connection = *slot.connection;
    if (!options.pre_ping) co_return false;
    const std::uint32_t asked_in = generation.load(std::memory_order_relaxed);
    try {
        const driver::Wait wait = connection.ping();
        if (wait != driver::Wait::done)
            co_await answer(connection, wait, Clock::now() + longest_ping, deadline);
    } catch (const QueryCanceled&) {
        throw;
    } catch (const Error&) {
        co_return false;
    }
    slot.generation = asked_in;
    co_return connection.usable();
}

driver::Wait Pool::Impl::begin_opening(Lease::Slot& slot) {
    slot.connection = source->connect(slot.writer ? driver::Access::write : driver::Access::read);
    slot.connection->allow_blocking(false);
    return slot.connection->establish();
}

Task<driver::Wait> Pool::Impl::open_on_helper(Lease::Slot& slot, Clock::time_point until,
                                              Clock::time_point deadline) {
    co_await helpers().enter();
    const driver::Wait wait = begin_opening(slot);
    if (wait == driver::Wait::done || topology.opening != driver::Opening::blocks) co_return wait;
    detail::complete_inline(answer(*slot.connection, wait, until, deadline));
    co_return driver::Wait::done;
}

Task<> Pool::Impl::open(Lease::Slot& slot, Clock::time_point deadline) {
    const std::uint32_t opened_in = generation.load(std::memory_order_relaxed);
    const Clock::time_point until = after(options.connect_timeout);
    if (slot.statements.capacity() < options.statements) {
        slot.statements = PlanMap<std::unique_ptr<driver::Statement>>(options.statements);
    }
    const detail::PromiseBase& self = co_await detail::current_promise();
    driver::Wait wait = driver::Wait::done;
    if (self.home == nullptr || topology.blocking || topology.opening == driver::Opening::waits) {
        wait = begin_opening(slot);
    } else {
        wait = co_await open_on_helper(slot, until, deadline);
    }
    if (wait != driver::Wait::done) co_await answer(*slot.connection, wait, until, deadline);
    if (has_setup.load(std::memory_order_acquire)) co_await set_up(slot, deadline);
    slot.generation = opened_in;
    const std::int64_t now = coarse_now();
    slot.expires_at = expiry_from(now);
    slot.idle_since.store(now, std::memory_order_relaxed);
    slot.open.store(true, std::memory_order_relaxed);
    open_connections.fetch_add(1, std::memory_order_relaxed);
    counters.opened.fetch_add(1, std::memory_order_relaxed);
}

Task<> Pool::Impl::set_up(Lease::Slot& slot, Clock::time_point deadline) {
    const Clock::time_point until = after(options.connect_timeout);
    std::vector<std::string> statements = options.init_sql;
    std::vector<ConnectHook> called;
    {
        const std::lock_guard lock(setting_up);
        called = connect_hooks;
    }
    ConnectionSetup setup(statements, slot.writer);
    for (const ConnectHook& hook : called) hook.call(hook.context.get(), setup);
    for (const std::string& statement : statements) {
        const driver::Wait wait = slot.connection->execute_script(statement);
        if (wait != driver::Wait::done) co_await answer(*slot.connection, wait, until, deadline);
    }
    slot.connection->keep_traces();
    slot.needs_setup = false;
}

std::int64_t Pool::Impl::expiry_from(std::int64_t now) noexcept {
    std::int64_t lifetime = never;
    if (options.recycle.count() > 0) lifetime = nanoseconds(options.recycle);
    if (options.max_lifetime.count() > 0) {
        const std::int64_t most = nanoseconds(options.max_lifetime);
        const std::uint64_t random = mixed(static_cast<std::uint64_t>(now) + counters.opened.load());
        lifetime = std::min(
            lifetime, most - static_cast<std::int64_t>(static_cast<double>(most) * 0.1 *
                                                       (static_cast<double>(random >> 40) / (1 << 24))));
    }
    return lifetime < never - now ? now + lifetime : never;
}

void Pool::Impl::found_broken(Lease::Slot& slot) noexcept {
    close(slot);
    if (!managed) return;
    // The others are under suspicion, unless they are already, or were asked since this one was.
    std::uint32_t last_known_good_in = slot.generation;
    generation.compare_exchange_strong(last_known_good_in, last_known_good_in + 1, std::memory_order_relaxed);
    counters.invalidated.fetch_add(1, std::memory_order_relaxed);
    hooks.fire({.kind = PoolEvent::Kind::invalidated, .size = size.load()});
}

void Pool::Impl::could_not_open(Lease::Slot& slot, const Error& error) noexcept {
    close(slot);
    counters.open_failures.fetch_add(1, std::memory_order_relaxed);
    if (managed && open_connections.load(std::memory_order_relaxed) == 0) {
        try {
            const std::lock_guard lock(setting_up);
            last_failure = error.what();
            last_failure_code = error.code();
        } catch (const std::exception&) {
        }
        slot.group->fail_all();
    }
    hooks.fire({.kind = PoolEvent::Kind::open_failed, .size = size.load(), .message = error.what()});
}

void Pool::Impl::throw_unreachable() {
    std::string sentence = "no connection could be opened, nor could others for which this waited";
    std::string code;
    {
        const std::lock_guard lock(setting_up);
        if (!last_failure.empty()) (sentence += ": ") += last_failure;
        code = last_failure_code;
    }
    ConnectionError error(std::move(sentence));
    if (!code.empty()) error.attach_code(std::move(code));
    throw error;
}

}  // namespace duet
