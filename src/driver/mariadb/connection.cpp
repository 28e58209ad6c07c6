#include "driver/mariadb/connection.hpp"

#include <duet/base/error.hpp>

#include <new>
#include <utility>

#include <sys/socket.h>

#include "driver/mariadb/sql_words.hpp"

namespace duet::driver::mariadb {
namespace {

// No server takes less (the smallest default there has been).
constexpr std::size_t surely_taken = 512 * 1024;

}  // namespace

MariaDbConnection::MariaDbConnection(std::shared_ptr<const Options> options,
                                     const std::shared_ptr<CancelThread>& cancel_thread)
    : options_(std::move(options)),
      target_(*options_),
      kill_(std::make_shared<KillSwitch>(*options_, cancel_thread)),
      mysql_(mysql_init(nullptr)) {
    if (mysql_ == nullptr) throw std::bad_alloc();
    prepare_handle(mysql_.get(), *options_);
    mysql_options(mysql_.get(), MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(mysql_.get(), MYSQL_OPT_CONNECT_TIMEOUT, &options_->connect_timeout);
    if (options_->read_timeout != 0)
        mysql_options(mysql_.get(), MYSQL_OPT_READ_TIMEOUT, &options_->read_timeout);
    mysql_options(mysql_.get(), MYSQL_INIT_COMMAND, session_settings.data());
    if (options_->ssl) caller_.in_pieces = mysql_.get();
}

MariaDbConnection::~MariaDbConnection() {
    if (caller_.under_way()) abandon();
}

void MariaDbConnection::start(std::string_view sql) {
    // First: an operation that was interrupted in one of its statements does not begin the next one.
    if (limits_.any()) {
        const bool late = std::chrono::steady_clock::now() >= limits_.deadline;
        if (late || (limits_.cancelled != nullptr && limits_.cancelled(limits_.context)))
            throw_canceled(late, {}, sql);
    }
    if (!usable()) {
        throw ConnectionError(
            kill_->unsettled() ? "the connection was given up: its last statement ended while it was being "
                                 "canceled, and the request might hit the next one instead"
                               : "the connection is lost, or busy with another operation");
    }
    caller_.blocking = may_block_ && !limits_.any();
    sql_ = sql;
    statement_ = nullptr;
    sink_ = nullptr;
    outcome_ = nullptr;
    bytes_to_send_ = 0;
    statements_done_ = 0;
    prepared_again_ = false;
    affects_traces_ = false;
    stopped_ = false;
    kill_->begin();
}

Wait MariaDbConnection::go_on() {
    if (due_ != Due::nothing) [[unlikely]] {
        if (std::exchange(database_due_, false)) push(Stage::database);
        push(Stage::settings);
        if (std::exchange(due_, Due::nothing) == Due::reset) push(Stage::reset);
    }
    try {
        while (stage_count_ != 0) {
            if (!take_stage()) return caller_.wait();
        }
    } catch (...) {
        fail();
    }
    return finish();
}

Wait MariaDbConnection::finish() {
    kill_->end(false);
    if (failure_ != nullptr) [[unlikely]]
        std::rethrow_exception(std::exchange(failure_, nullptr));
    return Wait::done;
}

void MariaDbConnection::fail() {
    stage_count_ = 0;
    // Rows that nobody will read lie in the way of everything else.
    if (mysql_->status != MYSQL_STATUS_READY) alive_ = false;
    if (statement_ != nullptr) statement_->set_running(false);
    statement_ = nullptr;
    fresh_.reset();
    failure_ = nullptr;
    kill_->end(stopped_);
    throw;
}

Wait MariaDbConnection::establish() {
    caller_.blocking = may_block_ && !limits_.any();
    push(Stage::connect);
    return go_on();
}

void MariaDbConnection::ask_limit_for(std::size_t bytes) {
    bytes_to_send_ = bytes;
    if (bytes > surely_taken && max_packet_ == 0) push(Stage::ask_limit);
}

Wait MariaDbConnection::prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> /*values*/,
                                std::unique_ptr<Statement>& out) {
    const std::string_view sql = plan->sql;
    start(sql);
    try {
        fresh_ = std::make_unique<MariaDbStatement>(std::move(plan));
    } catch (...) {
        fail();
    }
    statement_ = fresh_.get();
    prepared_out_ = &out;
    push(Stage::prepare);
    ask_limit_for(sql.size());
    return go_on();
}

Wait MariaDbConnection::execute(Statement& statement, std::span<const BindValue> values, RowSink* sink,
                                std::size_t max_rows, Outcome& outcome) {
    auto& own = static_cast<MariaDbStatement&>(statement);
    start(own.plan().sql);
    outcome = {};
    try {
        own.take(values);
    } catch (...) {
        fail();
    }
    statement_ = &own;
    own.set_running(false);
    if ((due_ != Due::nothing || own.has_lost_session()) && !own.runs_as_text()) [[unlikely]]
        own.drop();
    sink_ = sink;
    // A statement that changes something is only done, and its changes counted, when it has run to its end.
    max_rows_ = own.writes() ? all_rows : max_rows;
    outcome_ = &outcome;
    affects_traces_ = own.leaves_traces();
    first_result_ = true;
    push(own.runs_as_text() ? Stage::query : Stage::execute);
    if (own.needs_prepare()) push(Stage::prepare);
    ask_limit_for(own.text_bytes() + 32 * own.plan().binds.size());
    return go_on();
}

Wait MariaDbConnection::fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) {
    auto& own = static_cast<MariaDbStatement&>(statement);
    outcome = {};
    if (!own.running()) return Wait::done;
    start(own.plan().sql);
    statement_ = &own;
    sink_ = sink;
    max_rows_ = max_rows;
    outcome_ = &outcome;
    first_result_ = true;
    push(Stage::rows);
    return go_on();
}

void MariaDbConnection::close(Statement& statement) noexcept {
    auto& own = static_cast<MariaDbStatement&>(statement);
    if (own.running()) own.drop();
}

Wait MariaDbConnection::run_text(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos) throw InvalidQuery("the SQL script holds a NUL byte");
    start(sql);
    script_ = sql;
    sql_ = script_;
    push(Stage::query);
    ask_limit_for(sql.size());
    return go_on();
}

Wait MariaDbConnection::execute_script(std::string_view sql) {
    const bool traces = leaves_traces(sql);
    // Set before: a script may fail after its first statements.
    dirty_ |= traces;
    const std::string statements = without_empty_statements(sql);
    if (!statements.empty()) return run_text(statements);
    start(sql);
    return go_on();
}

Wait MariaDbConnection::begin(std::string_view sql) { return run_text(sql); }

Wait MariaDbConnection::ping() {
    start({});
    push(Stage::ping);
    return go_on();
}

MYSQL* MariaDbConnection::quiet() {
    const bool could = may_block_;
    const Limits limits = limits_;
    may_block_ = true;
    limits_ = {};
    start({});
    go_on();
    may_block_ = could;
    limits_ = limits;
    return raw();
}

Wait MariaDbConnection::resume() {
    if (stage_count_ == 0) return Wait::done;
    if (stages_[stage_count_ - 1] == Stage::connect && !giving_up_) {
        // Asked too early, the library would take a connection for made.
        if (caller_.under_way() && happened(caller_.socket, caller_.events()) == 0) return caller_.wait();
    }
    return go_on();
}

bool MariaDbConnection::start_reset() noexcept {
    if (!usable()) return false;
    int failed = 0;
    caller_.blocking = false;
    statement_ = nullptr;  // nobody promises that the last one lives on
    dirty_ = false;
    // Sent at once, so that an open transaction lets go of its locks; the answer can wait.
    due_ = caller_.done<ResetConnection>(failed, mysql_.get()) ? Due::settings : Due::reset;
    if (failed != 0) alive_ = false;
    mysql_->server_status &= ~static_cast<unsigned>(SERVER_STATUS_IN_TRANS);
    // A reset leaves the session with the database that it was sent to.
    const std::string_view database = mysql_->db == nullptr ? "" : mysql_->db;
    database_due_ = database != options_->database;
    if (database_due_ && options_->database.empty()) alive_ = false;  // there is no way back to none
    return false;
}

void MariaDbConnection::abandon() noexcept {
    const bool at_work = alive_ && caller_.under_way() && kill_->running();
    giving_up_ = true;
    alive_ = false;
    caller_.give_up();
    // Inside TLS the library knows no end of time, only the end of the connection.
    if (caller_.in_pieces != nullptr && caller_.socket >= 0) ::shutdown(caller_.socket, SHUT_RDWR);
    // The library cleans up when its waits end as if time were over. Bounded, should it try again and again.
    for (int i = 0; i < 64 && caller_.under_way(); ++i) {
        try {
            if (stage_count_ == 0) push(Stage::reset);
            go_on();
        } catch (...) {
            break;
        }
    }
    stage_count_ = 0;
    if (!at_work) return;
    // The server does not notice by itself that nobody wants its answer any more.
    kill_->begin();
    kill_->pull();
}

}  // namespace duet::driver::mariadb
