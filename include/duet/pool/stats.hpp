#pragma once

#include <duet/base/hook_list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

/// A pool at one moment. The numbers are read one after the other while others work: they need not add up.
struct PoolStats {
    std::size_t size = 0;   // connections that stay open; SQLite files: readers and the writer
    std::size_t limit = 0;  // most that may be in use: size and max_overflow
    std::size_t open = 0;
    std::size_t checked_out = 0;
    std::size_t overflow = 0;  // open beyond `size`
    std::size_t idle = 0;      // open and free
    std::size_t waiting = 0;
    double utilisation = 0;  // checked_out / size; above 1 with overflow

    // Since the pool was made.
    std::uint64_t opened_total = 0;
    std::uint64_t open_failures = 0;
    std::uint64_t invalidated = 0;  // found broken
    std::uint64_t recycled = 0;     // replaced for their age
    std::uint64_t closed_idle = 0;  // closed because nobody needed them
    std::uint64_t timeouts = 0;     // PoolTimeout thrown after a wait
    std::uint64_t leaks = 0;        // reported by report_leaks_after
    std::uint64_t grown = 0;        // decisions of the autoscaler
    std::uint64_t shrunk = 0;

    /// Waits that have ended, whether with a connection or not. A lease that is free at once is no wait.
    struct Waits {
        std::uint64_t count = 0;
        std::chrono::nanoseconds total{0};
        std::chrono::nanoseconds longest{0};
        std::chrono::nanoseconds median{0};  // no less than the real one, less than twice as much
        std::chrono::nanoseconds p95{0};     // likewise
    };
    Waits waits;
    /// How long the oldest lease has been held, within some ms; 0 with SQLite unless leaks are reported.
    std::chrono::nanoseconds longest_checkout{0};
};

/// Something rare that happened in a pool. Valid during the call of the hook only.
struct PoolEvent {
    enum class Kind : std::uint8_t {
        leak,         // a lease is held longer than report_leaks_after
        grown,        // the autoscaler made the pool larger
        shrunk,       // or smaller
        invalidated,  // a connection was found broken and closed
        recycled,     // a connection was closed for its age
        open_failed,  // a connection could not be opened
        timed_out,    // somebody waited in vain
    };
    Kind kind;
    std::size_t size = 0;                 // of the pool, after the event
    std::chrono::nanoseconds duration{};  // leak: held for; timed_out: waited for
    std::uint64_t thread = 0;             // leak: the system's id of the thread that took the lease
    std::source_location where{};         // leak: the user's call; line 0 when it is not known
    std::string_view message{};  // open_failed: what the driver said; timed_out: the exception's text
};

/// The name of an event's kind, as in "leak".
std::string_view name_of(PoolEvent::Kind kind) noexcept;

/// What a hook for new connections may do.
class ConnectionSetup {
public:
    explicit ConnectionSetup(std::vector<std::string>& statements, bool writer) noexcept
        : statements_(statements), writer_(writer) {}
    /// Runs the SQL, without parameters or results, when the hook has returned; in the order of the calls.
    void run(std::string_view sql);
    /// SQLite files have connections that only read.
    bool writer() const noexcept { return writer_; }

private:
    std::vector<std::string>& statements_;
    bool writer_;
};

/// Keeps a pool hook in place; removes it when destroyed.
using PoolHook = HookConnection;

}  // namespace duet
