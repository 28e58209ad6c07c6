#pragma once

#include <duet/driver/connection.hpp>

#include <atomic>
#include <chrono>
#include <string_view>

#include <sqlite3.h>

namespace duet::driver::sqlite {

/// Stops statements: at a deadline, when somebody cancels, and when a lock does not come free in time.
class Guard {
public:
    explicit Guard(int busy_timeout_ms) : busy_timeout_(busy_timeout_ms) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// Installs the busy handler. The guard must outlive what happens on `db`.
    void watch(sqlite3* db);
    void set_limits(const Limits& limits);
    const Limits& limits() const noexcept { return limits_; }
    /// At the start of each operation. Throws QueryCanceled when its time is over before it began.
    void begin(std::string_view sql) {
        interrupted_.store(false, std::memory_order_relaxed);
        stopped_ = Stop::none;
        if (limited_) [[unlikely]]
            check_start(sql);
    }
    /// From any thread.
    void interrupt() noexcept;

    /// True when an operation failed with `code` because it was told to stop.
    bool stopped_it(int code) const;
    [[noreturn]] void throw_canceled(int code, std::string_view sql) const;

private:
    using Clock = std::chrono::steady_clock;
    enum class Stop : std::uint8_t { none, deadline, cancelled };

    void check_start(std::string_view sql);
    bool must_stop();
    bool wait_for_lock(int attempt);

    sqlite3* db_ = nullptr;
    Limits limits_{};
    bool limited_ = false;
    Stop stopped_ = Stop::none;
    std::atomic<bool> interrupted_{false};
    std::chrono::milliseconds busy_timeout_;
    Clock::time_point busy_since_{};
};

}  // namespace duet::driver::sqlite
