#include "guard.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <thread>

#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

// Some ten microseconds of work between two looks at the clock.
constexpr int instructions_between_checks = 1000;

// The first waits are short, since a write in WAL mode holds its lock for some ten microseconds.
constexpr int busy_waits_us[] = {50, 100, 200, 500, 1000, 1000, 2000, 5000, 5000, 10'000, 20'000};

}  // namespace

void Guard::watch(sqlite3* db) {
    db_ = db;
    sqlite3_busy_handler(
        db, [](void* self, int attempt) { return static_cast<Guard*>(self)->wait_for_lock(attempt) ? 1 : 0; },
        this);
}

void Guard::set_limits(const Limits& limits) {
    limits_ = limits;
    const bool wanted = limits.any();
    if (wanted && !limited_) {
        sqlite3_progress_handler(
            db_, instructions_between_checks,
            [](void* self) { return static_cast<Guard*>(self)->must_stop() ? 1 : 0; }, this);
    } else if (!wanted && limited_) {
        sqlite3_progress_handler(db_, 0, nullptr, nullptr);
    }
    limited_ = wanted;
}

void Guard::interrupt() noexcept {
    interrupted_.store(true, std::memory_order_relaxed);
    sqlite3_interrupt(db_);
}

bool Guard::must_stop() {
    if (limits_.cancelled != nullptr && limits_.cancelled(limits_.context)) {
        stopped_ = Stop::cancelled;
    } else if (limits_.deadline != Clock::time_point::max() && Clock::now() >= limits_.deadline) {
        stopped_ = Stop::deadline;
    } else if (interrupted_.load(std::memory_order_relaxed)) {
        stopped_ = Stop::cancelled;
    }
    return stopped_ != Stop::none;
}

void Guard::check_start(std::string_view sql) {
    if (must_stop()) throw_canceled(SQLITE_INTERRUPT, sql);
}

bool Guard::wait_for_lock(int attempt) {
    const Clock::time_point now = Clock::now();
    if (attempt == 0) busy_since_ = now;
    if (must_stop()) return false;
    const Clock::time_point until = std::min(busy_since_ + busy_timeout_, limits_.deadline);
    if (now >= until) return false;
    const auto step = std::min<std::size_t>(static_cast<std::size_t>(attempt), std::size(busy_waits_us) - 1);
    std::this_thread::sleep_until(std::min(now + std::chrono::microseconds(busy_waits_us[step]), until));
    return true;
}

bool Guard::stopped_it(int code) const {
    const int primary = code & 0xff;
    return primary == SQLITE_INTERRUPT || (primary == SQLITE_BUSY && stopped_ != Stop::none);
}

void Guard::throw_canceled(int code, std::string_view sql) const {
    QueryCanceled error(stopped_ == Stop::deadline ? "the statement was stopped at its deadline"
                                                   : "the statement was cancelled");
    error.attach_code(code_name(code));
    error.attach_sql(sql);
    throw error;
}

}  // namespace duet::driver::sqlite
