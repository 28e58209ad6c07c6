#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "driver/cancel_thread.hpp"
#include "driver/mariadb/options.hpp"

namespace duet::driver::mariadb {

/// Stops the statement under way on one connection, by KILL QUERY on another one that is opened for it.
///
/// A kill hits whatever the server runs by the time it arrives, so once one was sent and nothing was stopped
/// by it, the connection must not be used any more: see unsettled().
class KillSwitch : public CancelJob, public std::enable_shared_from_this<KillSwitch> {
public:
    KillSwitch(const Options& options, const std::shared_ptr<CancelThread>& thread)
        : options_(options), thread_(thread) {}

    /// The server's number of the connection.
    void arm(unsigned long connection) noexcept { connection_.store(connection, std::memory_order_relaxed); }

    /// Around each operation.
    void begin() noexcept { state_.store(State::running, std::memory_order_relaxed); }
    /// `stopped`: the operation failed because it was killed.
    void end(bool stopped) noexcept {
        State expected = State::running;
        if (state_.compare_exchange_strong(expected, State::idle)) [[likely]]
            return;
        if (state_.exchange(State::idle) == State::sent && !stopped) unsettled_ = true;
    }
    /// Whether an operation is under way that nobody has asked to stop.
    bool running() const noexcept { return state_.load() == State::running; }
    bool unsettled() const noexcept { return unsettled_; }

    /// From any thread; returns at once.
    void pull() noexcept;
    void run() noexcept override;

private:
    enum class State : std::uint8_t { idle, running, asked, sent };

    const Options options_;
    const std::weak_ptr<CancelThread> thread_;  // which must not end on itself
    std::atomic<unsigned long> connection_{0};
    std::atomic<State> state_{State::idle};
    bool unsettled_ = false;
};

}  // namespace duet::driver::mariadb
