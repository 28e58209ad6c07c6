#include <duet/base/error.hpp>

#include <algorithm>
#include <string>

#include "clock.hpp"
#include "impl.hpp"

namespace duet {

using Clock = std::chrono::steady_clock;

namespace {

const char* purpose(driver::Access access) { return access == driver::Access::write ? "writing" : "reading"; }

std::string text_of(Clock::duration waited) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
    if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
    const std::string tenths = std::to_string(milliseconds % 1000 / 100);
    return std::to_string(milliseconds / 1000) + (tenths == "0" ? "" : "." + tenths) + " s";
}

/// Who has had a connection for the longest time, as far as anybody has noted that.
std::string longest_holder(const SlotGroup& group) {
    std::int64_t since = Pool::Impl::never;
    std::source_location where;
    group.each([&](const Lease::Slot& slot) {
        const std::int64_t taken = slot.taken_at.load(std::memory_order_relaxed);
        if (taken == 0 || taken >= since) return;
        since = taken;
        where = slot.where.load(std::memory_order_relaxed);
    });
    if (since == Pool::Impl::never) return {};
    const std::int64_t time = std::max<std::int64_t>(coarse_now() - since, 0);
    std::string sentence = "The longest has been out for " + text_of(std::chrono::nanoseconds(time));
    if (where.line() != 0)
        ((sentence += ", since ") += where.file_name()) += ":" + std::to_string(where.line());
    return sentence + ". ";
}

}  // namespace

void Pool::Impl::refuse_self_deadlock(driver::Access access, const void* thread) {
    const SlotGroup& group = group_for(access);
    if (!group.all_held_by(thread)) return;
    std::string sentence = "this thread already holds ";
    sentence += group.limit() == 1 ? "the database's only connection"
                                   : "all " + std::to_string(group.limit()) + " connections of the database";
    if (readers) (sentence += " for ") += purpose(access);
    throw PoolTimeout(sentence + ", inside a transaction or an iteration: use that transaction's handle");
}

void Pool::Impl::throw_timeout(driver::Access access, Clock::time_point since) {
    const SlotGroup& group = group_for(access);
    const Clock::duration waited = Clock::now() - since;
    std::string sentence = "no connection for ";
    sentence += purpose(access);
    sentence += " came free within " + text_of(waited) + ": " + std::to_string(group.checked_out()) + " of " +
                std::to_string(group.limit()) + " are checked out";
    if (managed && group.limit() > size) {
        const std::size_t base = size;
        sentence +=
            " (size " + std::to_string(base) + ", overflow " + std::to_string(group.limit() - base) + ")";
    }
    sentence += ", " + std::to_string(group.waiting()) + " more callers wait. ";
    sentence += longest_holder(group);
    sentence += group.limit() == 1
                    ? "Inside a transaction or an iteration, use that transaction's handle"
                    : "End transactions and iterations sooner, or give the pool a larger size or timeout";
    counters.timeouts.fetch_add(1, std::memory_order_relaxed);
    report_leaks(coarse_now());
    hooks.fire(
        {.kind = PoolEvent::Kind::timed_out, .size = size.load(), .duration = waited, .message = sentence});
    throw PoolTimeout(std::move(sentence));
}

}  // namespace duet
