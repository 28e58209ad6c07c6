#pragma once

#include <duet/driver/connection.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "driver/mariadb/call.hpp"
#include "driver/mariadb/error.hpp"
#include "driver/mariadb/kill_switch.hpp"
#include "driver/mariadb/options.hpp"
#include "driver/mariadb/session.hpp"
#include "driver/mariadb/statement.hpp"

namespace duet::driver::mariadb {

/// A session with a MariaDB or MySQL server.
///
/// An operation is a short list of stages, each of them one function of the library. go_on() works through
/// them; where a stage has to wait it answers so, and goes on when it is called again. In blocking mode the
/// same stages never wait (see Caller).
class MariaDbConnection final : public Connection {
public:
    /// Does not connect yet: see establish().
    MariaDbConnection(std::shared_ptr<const Options> options,
                      const std::shared_ptr<CancelThread>& cancel_thread);
    ~MariaDbConnection() override;

    Wait establish() override;
    void allow_blocking(bool allowed) noexcept override { may_block_ = allowed; }

    Wait prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                 std::unique_ptr<Statement>& out) override;
    Wait execute(Statement& statement, std::span<const BindValue> values, RowSink* sink, std::size_t max_rows,
                 Outcome& outcome) override;
    Wait fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) override;
    void close(Statement& statement) noexcept override;
    Wait execute_script(std::string_view sql) override;
    Wait begin(std::string_view sql) override;
    Wait resume() override;
    Wait ping() override;

    bool dirty() const noexcept override { return dirty_; }
    void keep_traces() noexcept override { dirty_ = false; }
    bool start_reset() noexcept override;

    void set_limits(const Limits& limits) override { limits_ = limits; }
    const Limits& limits() const noexcept override { return limits_; }
    void interrupt() noexcept override { kill_->pull(); }
    void abandon() noexcept override;
    bool in_transaction() const noexcept override {
        return (mysql_->server_status & SERVER_STATUS_IN_TRANS) != 0;
    }
    bool usable() const noexcept override { return alive_ && stage_count_ == 0 && !kill_->unsettled(); }
    int socket() const noexcept override { return caller_.socket; }
    std::uint64_t socket_tag() const noexcept override { return socket_tag_; }

    MYSQL* raw() const { return mysql_.get(); }
    /// The same with nothing left to be awaited, for work beside the operations. Blocks.
    MYSQL* quiet();

private:
    enum class Stage : std::uint8_t {
        connect,
        reset,
        settings,
        database,
        ask_limit,
        read_limit,
        prepare,
        execute,
        rows,
        next_result,
        drain,
        query,
        query_result,
        next_query_result,
        ping,
    };

    // connection.cpp: what begins and ends an operation.
    void start(std::string_view sql);
    void push(Stage stage) { stages_[stage_count_++] = stage; }
    void become(Stage stage) { stages_[stage_count_ - 1] = stage; }
    void pop() { --stage_count_; }
    Wait go_on();
    Wait finish();
    [[noreturn]] void fail();
    Wait run_text(std::string_view sql);
    void ask_limit_for(std::size_t bytes);

    // stages.cpp: each answers false when it has to wait.
    bool take_stage();
    bool connect();
    bool reset();
    bool settings();
    bool back_to_database();
    bool ask_limit();
    bool read_limit();
    bool prepare_statement();
    bool execute_statement();
    bool read_rows();
    bool next_result();
    bool drain();
    bool query();
    bool query_result();
    bool next_query_result();
    bool ping_server();
    void look_at_socket() noexcept;
    void check_size() const;
    void tell_columns();
    void end_rows();
    bool prepare_again(unsigned code);
    [[noreturn]] void throw_failure(const Failure& failure);

    const std::shared_ptr<const Options> options_;
    const Target target_;
    const std::shared_ptr<KillSwitch> kill_;
    Handle mysql_;
    Caller caller_;
    std::uint64_t socket_tag_ = 0;
    Limits limits_{};
    bool may_block_ = false;
    bool alive_ = false;
    bool dirty_ = false;
    // After start_reset(): what the next operation begins with.
    enum class Due : std::uint8_t { nothing, settings, reset } due_ = Due::nothing;
    bool database_due_ = false;  // besides, somebody has changed to another one
    bool giving_up_ = false;
    std::size_t max_packet_ = 0;  // what the server takes; 0: not asked yet

    // The operation under way.
    std::array<Stage, 8> stages_{};  // the next one last
    std::size_t stage_count_ = 0;
    MariaDbStatement* statement_ = nullptr;
    std::unique_ptr<Statement>* prepared_out_ = nullptr;
    std::unique_ptr<MariaDbStatement> fresh_;  // until it is handed out
    RowSink* sink_ = nullptr;
    std::size_t max_rows_ = 0;
    Outcome* outcome_ = nullptr;
    std::string_view sql_;
    std::string script_;
    std::size_t bytes_to_send_ = 0;
    unsigned statements_done_ = 0;  // of a script
    bool prepared_again_ = false;
    bool first_result_ = false;
    bool affects_traces_ = false;
    bool stopped_ = false;
    std::exception_ptr failure_;  // of the sink; thrown when the rows have been read
};

}  // namespace duet::driver::mariadb
