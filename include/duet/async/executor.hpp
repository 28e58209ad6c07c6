#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>

namespace duet {

enum class Readiness : unsigned char { none = 0, readable = 1, writable = 2, both = 3 };
enum class WaitOutcome : unsigned char { ready, timed_out, cancelled };

/// One wait for a file descriptor, a point in time, or whichever comes first. Fires once.
///
/// Owned by whoever waits; it stays in place from `start` until `fire` is called or `abandon` returns.
struct Wait {
    using Clock = std::chrono::steady_clock;

    int fd = -1;  ///< none when negative
    /// Tells apart what has the same number: a descriptor that was closed elsewhere and one opened since.
    std::uint64_t tag = 0;
    Readiness readiness = Readiness::none;
    Clock::time_point deadline = Clock::time_point::max();
    /// Called on the executor's thread, with `outcome` set. An fd with an error or a hang-up is ready.
    void (*fire)(Wait&) noexcept = nullptr;
    WaitOutcome outcome = WaitOutcome::ready;

    /// The executor's own notes.
    struct Notes {
        enum class Phase : unsigned char { idle, armed, ready };
        Phase phase = Phase::idle;
        bool accepted = false;
        bool queued = false;
        bool to_start = false;
        bool cancel_requested = false;
        std::size_t heap_index = 0;
        Wait* next = nullptr;
        void* record = nullptr;
    } notes;
};

/// Where Tasks wait and are resumed. It runs one coroutine at a time: what is posted to it never overlaps.
class Executor {
public:
    Executor() = default;
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    virtual ~Executor() = default;

    /// Resumes the coroutine soon, never inside this call. Thread-safe.
    virtual void post(std::coroutine_handle<> handle) noexcept = 0;
    /// Forgets what was posted for this coroutine and has not run yet. On the executor's thread.
    virtual void retract(std::coroutine_handle<> handle) noexcept = 0;
    /// Whether the calling code runs on this executor.
    virtual bool running_here() const noexcept = 0;

    /// Starts a wait. Several waits may watch one descriptor. Thread-safe.
    virtual void start(Wait& wait) = 0;
    /// Makes the wait fire soon with `cancelled`, unless it has fired; a wait that is not started yet will
    /// fire once it is. Thread-safe; `wait` must live.
    virtual void cancel(Wait& wait) noexcept = 0;
    /// The wait does not fire any more. On the executor's thread.
    virtual void abandon(Wait& wait) noexcept = 0;
    /// To be called before a descriptor that was waited for is closed: watching is kept up between waits.
    /// On the executor's thread, with no wait for it under way.
    virtual void unwatch(int fd) noexcept = 0;
};

}  // namespace duet
