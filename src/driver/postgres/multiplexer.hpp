#pragma once

#include <duet/driver/connection.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "cancel.hpp"
#include "flight.hpp"
#include "parameters.hpp"
#include "session.hpp"

namespace duet::driver::postgres {

class Channel;

/// One request of a channel, which may be gone before its results come.
struct SharedFlight : Flight {
    Channel* owner = nullptr;
    SharedFlight* waiting_next = nullptr;
    int hits = 0;  // by requests to cancel that were meant for another one
};

/// Pipelining: many statements in one direction, their results in the other, each with a sync of its own, so
/// that a failure ends where its statement ends (PostgreSQL 14, "Pipeline Mode").
class PgMultiplexer final : public Multiplexer {
public:
    PgMultiplexer(Session& session, Cancel& cancel, std::shared_ptr<std::vector<std::string>> leftovers)
        : session_(session), cancel_(cancel), leftovers_(std::move(leftovers)) {}
    ~PgMultiplexer() override;

    void share(bool shared) noexcept override;
    void on_activity(Signal signal) noexcept override { activity_ = signal; }
    Connection& open_channel() override;
    void close_channel(Connection& channel) noexcept override;
    std::size_t under_way() const noexcept override { return under_way_; }
    Wait pump() noexcept override;
    Wait flush() noexcept override;
    void batch(bool on) noexcept override { batch_ = on; }
    bool open_to_users() const noexcept override { return open_ && !session_.lost(); }

    /// Whether a statement may have left something in the session.
    bool left_traces() const noexcept { return traces_; }
    void forget_traces() noexcept { traces_ = false; }
    /// Whether a statement was asked to stop.
    bool has_cancelled() const noexcept { return cancelled_; }
    void forget_cancels() noexcept { cancelled_ = false; }
    /// For the end of a request that was dropped, when the connection is no longer shared.
    void reap(Flight& flight) noexcept;

private:
    friend class Channel;
    // What the server has not answered may fill its buffers and ours: the rest waits here.
    static constexpr std::size_t most_under_way = 256;

    SharedFlight& take_flight();
    void give_back(SharedFlight& flight) noexcept;
    void submit(Channel& channel);
    void send(SharedFlight& flight);
    void send_waiting() noexcept;
    bool resend(SharedFlight& flight) noexcept;
    Wait wanted() const noexcept;
    /// The results of `flight` are not wanted any more.
    void drop(SharedFlight& flight) noexcept;
    /// Asks the server to stop what it is at if nobody wants that any more: others wait behind it.
    void stop_unwanted() noexcept;
    void stopped() noexcept;
    /// Whether it was stopped in place of another one; nothing of it has happened then.
    bool was_hit(SharedFlight& flight) const noexcept;

    Session& session_;
    Cancel& cancel_;
    const std::shared_ptr<std::vector<std::string>> leftovers_;
    Parameters parameters_;
    std::vector<std::unique_ptr<SharedFlight>> flights_;  // all there are
    std::vector<SharedFlight*> free_;
    std::vector<std::unique_ptr<Channel>> spare_channels_;
    SharedFlight* waiting_first_ = nullptr;
    SharedFlight* waiting_last_ = nullptr;
    Signal activity_;
    std::size_t channels_ = 0;
    std::size_t sent_ = 0;
    std::size_t under_way_ = 0;
    bool announced_ = false;  // that there is something to flush
    bool batch_ = false;
    bool open_ = true;
    bool cancelled_ = false;
    bool traces_ = false;
    const Flight* stopping_ = nullptr;
};

/// See Multiplexer::channel().
class Channel final : public Connection {
public:
    explicit Channel(PgMultiplexer& multiplexer) : multiplexer_(multiplexer) {}
    ~Channel() override;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    Wait prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                 std::unique_ptr<Statement>& out) override;
    Wait execute(Statement& statement, std::span<const BindValue> values, RowSink* sink, std::size_t max_rows,
                 Outcome& outcome) override;
    Wait resume() override;
    Wait fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) override;
    void close(Statement& /*statement*/) noexcept override {}
    Wait execute_script(std::string_view sql) override;

    void set_limits(const Limits& limits) override { limits_ = limits; }
    const Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override { abandon(); }
    void abandon() noexcept override;
    bool in_transaction() const noexcept override { return false; }
    bool usable() const noexcept override { return flight_ == nullptr && multiplexer_.open_to_users(); }
    void on_signal(Signal signal) noexcept override { signal_ = signal; }

private:
    friend class PgMultiplexer;
    void complete() noexcept;

    PgMultiplexer& multiplexer_;
    Limits limits_;
    Signal signal_;
    SharedFlight* flight_ = nullptr;
    PgStatement* statement_ = nullptr;
    std::span<const BindValue> values_;
    RowSink* sink_ = nullptr;
    std::size_t max_rows_ = all_rows;
    Outcome* outcome_ = nullptr;
    std::exception_ptr failure_;  // it could not even be sent
    bool done_ = false;
    int prepared_anew_ = 0;
};

}  // namespace duet::driver::postgres
