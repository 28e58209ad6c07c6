#pragma once

#include <duet/driver/connection.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cancel.hpp"
#include "copy_encoder.hpp"
#include "flight.hpp"
#include "multiplexer.hpp"
#include "options.hpp"
#include "parameters.hpp"
#include "session.hpp"
#include "statement.hpp"

namespace duet::driver::postgres {

/// A connection that one user at a time has for itself.
class PgConnection final : public Connection {
public:
    /// Starts to connect; establish() goes on. `options` must outlive it.
    explicit PgConnection(const Options& options);
    ~PgConnection() override;

    Wait establish() override;
    void allow_blocking(bool allowed) noexcept override { may_block_ = allowed; }
    Wait prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                 std::unique_ptr<Statement>& out) override;
    Wait execute(Statement& statement, std::span<const BindValue> values, RowSink* sink, std::size_t max_rows,
                 Outcome& outcome) override;
    Wait fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) override;
    void close(Statement& statement) noexcept override;
    Wait execute_script(std::string_view sql) override;
    bool can_copy() const noexcept override { return true; }
    Wait copy_in(const CopyRows& rows, Outcome& outcome) override;
    Wait copy_out(std::string_view sql, CopySink sink, Outcome& outcome) override;
    Wait begin(std::string_view sql) override;
    Wait resume() override;
    Wait ping() override;
    bool dirty() const noexcept override {
        return dirty_ || (multiplexer_ != nullptr && multiplexer_->left_traces());
    }
    void keep_traces() noexcept override {
        dirty_ = false;
        if (multiplexer_ != nullptr) multiplexer_->forget_traces();
    }
    bool start_reset() noexcept override;

    void set_limits(const Limits& limits) override { limits_ = limits; }
    const Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override;
    void abandon() noexcept override { broken_ = true; }
    bool in_transaction() const noexcept override;
    bool usable() const noexcept override;
    bool at_rest() const noexcept override;
    int socket() const noexcept override { return PQsocket(session_.raw()); }
    std::uint64_t socket_tag() const noexcept override;
    bool multiplexes() const noexcept override {
        return options_.pipeline && session_.prepares && !pooled_elsewhere_;
    }
    Multiplexer* multiplexer() noexcept override;
    bool keeps_session() const noexcept override { return !pooled_elsewhere_; }

    /// For what blocks: the connection without anything under way or held back.
    PGconn* quiet();
    /// libpq's side of it, for what needs no round trip.
    PGconn* raw() const noexcept { return session_.raw(); }

private:
    /// What an operation does once earlier ones are out of the way, and what is left of it.
    enum class Step : std::uint8_t {
        idle,
        connecting,
        setting_up,
        waiting,  // for the end of a reset
        preparing,
        executing,
        running_script,
        fetching,
        closing,
        asking_types,
        copying,
        copying_out,
    };

    Wait start(Step step);
    void send();
    void send_cursor();
    Wait go();
    Wait progress();
    Wait drained();
    Wait completed(Flight& flight);
    Wait connect_step();
    Wait finish_setup();
    [[noreturn]] void fail_connecting();
    void ask_for_types();
    bool take_types();
    Wait send_rows();
    bool copied();
    std::string_view copied_table() const;
    std::string_view copied_columns() const;
    std::vector<Oid> types_of(const PGresult* result) const;
    void end() noexcept {
        step_ = Step::idle;
        sink_ = nullptr;
        values_ = {};
        if (cancel_requested_.load(std::memory_order_relaxed)) [[unlikely]]
            cancel_.enough();
    }
    void collect_leftovers();
    bool may_block() const { return may_block_ && !limits_.any(); }
    void check_limits() const;
    void settle_cancels();
    [[gnu::noinline]] void wait_for_cancels();
    std::string_view sql() const;

    const Options& options_;
    Session session_;
    Cancel cancel_;
    std::atomic<bool> cancel_requested_{false};
    Limits limits_;
    Parameters parameters_;
    Flight flight_;
    Flight reset_;
    std::shared_ptr<std::vector<std::string>> leftovers_;
    std::unique_ptr<PgMultiplexer> multiplexer_;
    std::vector<std::string> cursors_to_close_;
    std::string script_;
    CopySink copy_sink_;
    CopyRows copy_rows_{};
    std::size_t copied_ = 0;
    CopyEncoder copy_encoder_;
    std::exception_ptr copy_failure_;
    bool copy_again_ = false;  // the columns are no longer what they were
    std::unordered_map<std::string, std::vector<Oid>> copy_types_;  // by target; none: they do not fit

    // The operation under way.
    Step step_ = Step::connecting;
    Step after_wait_ = Step::idle;
    PgStatement* statement_ = nullptr;
    std::span<const BindValue> values_;
    RowSink* sink_ = nullptr;
    std::size_t max_rows_ = all_rows;
    Outcome* outcome_ = nullptr;
    int prepared_anew_ = 0;

    std::uint64_t tag_;
    bool may_block_ = false;
    bool resetting_ = false;
    bool begin_held_ = false;
    bool broken_ = false;
    bool dirty_ = false;
    bool pooled_elsewhere_ = false;  // behind a pooler that gives each transaction another server connection
    unsigned cursors_ = 0;
};

}  // namespace duet::driver::postgres
