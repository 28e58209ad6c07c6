#include <duet/base/error.hpp>

#include <string>

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

}  // namespace

void Pool::Impl::refuse_self_deadlock(driver::Access access, const void* thread) {
    const SlotGroup& group = group_for(access);
    if (!group.all_held_by(thread)) return;
    std::string sentence = "this thread already holds ";
    sentence += group.size() == 1 ? "the database's only connection"
                                  : "all " + std::to_string(group.size()) + " connections of the database";
    if (readers) (sentence += " for ") += purpose(access);
    throw PoolTimeout(sentence + ", inside a transaction or an iteration: use that transaction's handle");
}

void Pool::Impl::throw_timeout(driver::Access access, Clock::time_point since) {
    const SlotGroup& group = group_for(access);
    std::string sentence = "no connection for ";
    sentence += purpose(access);
    sentence += " came free within " + text_of(Clock::now() - since) + ": " +
                std::to_string(group.checked_out()) + " of " + std::to_string(group.size()) +
                " are checked out, " + std::to_string(group.waiting()) + " more callers wait. ";
    sentence += group.size() == 1
                    ? "Inside a transaction or an iteration, use that transaction's handle"
                    : "End transactions and iterations sooner, or give the pool a larger size or timeout";
    throw PoolTimeout(std::move(sentence));
}

}  // namespace duet
