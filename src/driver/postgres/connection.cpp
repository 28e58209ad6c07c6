#include "connection.hpp"

#include <duet/base/error.hpp>

#include "error.hpp"

namespace duet::driver::postgres {

namespace {

// Everything that DISCARD ALL does, but for prepared statements.
constexpr const char* reset_sql =
    "ROLLBACK; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; SET TimeZone = 'UTC'; CLOSE ALL; UNLISTEN *; "
    "SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

// Longer than any request to cancel takes that reaches its server.
constexpr std::chrono::milliseconds cancel_patience{500};

PgStatement& own(Statement& statement) { return static_cast<PgStatement&>(statement); }

}  // namespace

std::string_view PgConnection::sql() const {
    if (statement_ != nullptr) return statement_->plan().sql;
    return script_;
}

void PgConnection::check_limits() const {
    const char* reason = nullptr;
    if (limits_.cancelled != nullptr && limits_.cancelled(limits_.context)) {
        reason = "the statement was cancelled before it was sent";
    } else if (limits_.deadline != std::chrono::steady_clock::time_point::max() &&
               std::chrono::steady_clock::now() >= limits_.deadline) {
        reason = "no time was left to send the statement";
    }
    if (reason == nullptr) return;
    QueryCanceled error(reason);
    error.attach_sql(sql());
    throw error;
}

Wait PgConnection::prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> values,
                           std::unique_ptr<Statement>& out) {
    const bool raw = plan->raw;
    if (plan->sql.find('\0') != std::string::npos) throw InvalidQuery("the SQL text holds a NUL byte");
    auto statement = std::make_unique<PgStatement>(std::move(plan), leftovers_);
    PgStatement& made = *statement;
    out = std::move(statement);
    // The first execution prepares as well, in one go; only of unknown texts the columns are asked for
    // before.
    if (!raw) return Wait::done;
    statement_ = &made;
    values_ = values;
    return start(Step::preparing);
}

Wait PgConnection::execute(Statement& statement, std::span<const BindValue> values, RowSink* sink,
                           std::size_t max_rows, Outcome& outcome) {
    outcome = {};
    statement_ = &own(statement);
    values_ = values;
    sink_ = sink;
    max_rows_ = max_rows;
    outcome_ = &outcome;
    prepared_anew_ = 0;
    return start(Step::executing);
}

Wait PgConnection::fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) {
    outcome = {};
    if (own(statement).cursor.empty()) return Wait::done;
    statement_ = &own(statement);
    sink_ = sink;
    max_rows_ = max_rows;
    outcome_ = &outcome;
    return start(Step::fetching);
}

void PgConnection::close(Statement& statement) noexcept {
    PgStatement& closed = own(statement);
    if (closed.cursor.empty()) return;
    try {
        cursors_to_close_.push_back(std::move(closed.cursor));
    } catch (const std::bad_alloc&) {
        broken_ = true;
    }
    closed.cursor.clear();
}

Wait PgConnection::execute_script(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos) throw InvalidQuery("the SQL script holds a NUL byte");
    statement_ = nullptr;
    script_ = sql;
    dirty_ = dirty_ || may_leave_traces(sql);
    return start(Step::running_script);
}

Wait PgConnection::begin(std::string_view sql) {
    // Each statement travels as a message of its own.
    for (std::size_t end = sql.find("; "); end != std::string_view::npos; end = sql.find("; ")) {
        session_.ahead().emplace_back(sql.substr(0, end));
        sql.remove_prefix(end + 2);
    }
    session_.ahead().emplace_back(sql);
    begin_held_ = true;
    return Wait::done;
}

Wait PgConnection::ping() {
    statement_ = nullptr;
    script_.clear();
    return start(Step::running_script);
}

bool PgConnection::start_reset() noexcept {
    begin_held_ = false;
    cursors_to_close_.clear();
    session_.ahead().clear();
    if (!usable()) return true;
    try {
        reset_.reset(nullptr, nullptr, all_rows, nullptr);
        session_.script(reset_, options_.session_sql.empty() ? std::string(reset_sql)
                                                             : reset_sql + ("; " + options_.session_sql));
        session_.flush();
        resetting_ = true;
        keep_traces();
    } catch (...) {
        broken_ = true;
    }
    return true;
}

bool PgConnection::in_transaction() const noexcept {
    if (begin_held_ && !session_.ahead().empty()) return true;  // behind a reset that is still under way, too
    if (resetting_ || (multiplexer_ != nullptr && multiplexer_->under_way() != 0)) return false;
    const PGTransactionStatusType status = PQtransactionStatus(session_.raw());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

bool PgConnection::usable() const noexcept {
    const bool dropped = multiplexer_ != nullptr && multiplexer_->under_way() != 0;
    return !broken_ && step_ == Step::idle && (session_.idle() || resetting_ || dropped) && !session_.lost();
}

bool PgConnection::at_rest() const noexcept {
    const bool quiet = step_ == Step::idle && session_.idle() && session_.ahead().empty();
    const bool shared = multiplexer_ != nullptr && multiplexer_->under_way() != 0;
    // Of a connection that is lost libpq does not say that it is idle.
    if (quiet && !shared && !broken_ && !dirty()) [[likely]]
        return PQtransactionStatus(session_.raw()) == PQTRANS_IDLE;
    return Connection::at_rest();
}

Multiplexer* PgConnection::multiplexer() noexcept {
    if (!multiplexes() || !session_.idle() || !usable()) return nullptr;
    if (multiplexer_ == nullptr)
        multiplexer_ = std::make_unique<PgMultiplexer>(session_, cancel_, leftovers_);
    return multiplexer_.get();
}

void PgConnection::interrupt() noexcept {
    cancel_requested_.store(true, std::memory_order_relaxed);
    cancel_.request();
}

void PgConnection::collect_leftovers() {
    const PGTransactionStatusType status = PQtransactionStatus(session_.raw());
    if (status == PQTRANS_INERROR) return;  // only a rollback is possible
    if (status == PQTRANS_INTRANS) {
        for (const std::string& cursor : cursors_to_close_) session_.ahead().push_back("CLOSE " + cursor);
    }
    cursors_to_close_.clear();
    for (const std::string& name : *leftovers_) session_.ahead().push_back("DEALLOCATE " + name);
    leftovers_->clear();
}

void PgConnection::wait_for_cancels() {
    if (multiplexer_ != nullptr) multiplexer_->forget_cancels();
    if (!cancel_.settle(cancel_patience)) broken_ = true;
    cancel_requested_.store(false, std::memory_order_relaxed);
}

/// A request to cancel must not hit what comes now.
inline void PgConnection::settle_cancels() {
    const bool asked = cancel_requested_.load(std::memory_order_relaxed);
    if (asked || (multiplexer_ != nullptr && multiplexer_->has_cancelled())) [[unlikely]]
        wait_for_cancels();
    if (broken_) throw ConnectionError("the connection was given up after an earlier error");
}

Wait PgConnection::start(Step step) {
    if (limits_.any()) [[unlikely]]
        check_limits();
    if (step_ != Step::idle) throw InvalidQuery("the connection is busy with another operation");
    settle_cancels();
    if (!session_.idle()) [[unlikely]] {
        after_wait_ = step;
        step_ = Step::waiting;
        return go();
    }
    step_ = step;
    try {
        send();
    } catch (...) {
        end();
        throw;
    }
    return go();
}

void PgConnection::send() {
    flight_.reset(statement_ == nullptr ? nullptr : statement_->prepared.get(), sink_, max_rows_, outcome_);
    if (!cursors_to_close_.empty() || !leftovers_->empty()) [[unlikely]]
        collect_leftovers();
    switch (step_) {
        case Step::executing:
            parameters_.encode(statement_->plan(), values_);
            if (statement_->portions) {
                send_cursor();
            } else {
                dirty_ = dirty_ || statement_->leaves_traces();
                session_.execute(flight_, *statement_->prepared, parameters_);
            }
            break;
        case Step::preparing:
            flight_.reset(statement_->prepared.get(), nullptr, all_rows, nullptr);
            // Without values to go by, the server deduces the types.
            parameters_.encode(values_.empty() ? Plan() : statement_->plan(), values_);
            session_.describe(flight_, *statement_->prepared, parameters_);
            break;
        case Step::fetching:
            session_.run_text(flight_, {}, parameters_,
                              "FETCH FORWARD " + std::to_string(max_rows_) + " FROM " + statement_->cursor);
            break;
        case Step::asking_types:
            flight_.reset(nullptr, nullptr, all_rows, nullptr);
            parameters_.encode(Plan(), {});
            ask_for_types();
            break;
        case Step::copying:
            copy_encoder_.buffer().clear();
            copied_ = 0;
            flight_.reset(nullptr, nullptr, all_rows, outcome_);
            session_.copy(flight_, script_);
            break;
        case Step::copying_out:
            flight_.reset(nullptr, nullptr, all_rows, outcome_);
            flight_.copy_to(copy_sink_);
            session_.copy_out(flight_, script_);
            break;
        case Step::closing:
            session_.ahead().push_back("CLOSE " + statement_->cursor);
            if (statement_->own_transaction) session_.ahead().emplace_back("COMMIT");
            session_.run_text(flight_, {}, parameters_, {});
            break;
        default:
            flight_.reset(nullptr, nullptr, all_rows, nullptr);
            session_.script(flight_, script_);
    }
    begin_held_ = false;
}

void PgConnection::send_cursor() {
    statement_->cursor = "duet_cursor_" + std::to_string(++cursors_);
    // A cursor lives in a transaction.
    statement_->own_transaction = !in_transaction();
    if (statement_->own_transaction) session_.ahead().emplace_back("BEGIN");
    session_.run_text(
        flight_, "DECLARE " + statement_->cursor + " NO SCROLL CURSOR FOR " + statement_->plan().sql,
        parameters_, "FETCH FORWARD " + std::to_string(max_rows_) + " FROM " + statement_->cursor);
}

Wait PgConnection::go() {
    if (!may_block()) return progress();
    // A larger one may have been answered while it was being sent.
    constexpr std::size_t small = 4096;
    const bool is_small = session_.prepares && !session_.in_pipeline() && parameters_.bytes() < small;
    if (step_ == Step::executing && is_small) [[likely]]
        session_.await_answer();
    for (;;) {
        Flight* const flight = session_.receive(true);
        const bool may_be_all = flight != nullptr && step_ == Step::executing;
        if (may_be_all && !flight->failed() && statement_->cursor.empty()) [[likely]] {
            end();
            return Wait::done;
        }
        Wait wait = Wait::readable;
        if (flight != nullptr) {
            wait = completed(*flight);
        } else if (session_.wants_rows()) {
            if (send_rows() == Wait::done) session_.rows_sent();
        } else {
            wait = drained();
        }
        if (wait == Wait::done) return wait;
    }
}

Wait PgConnection::progress() {
    for (;;) {
        const bool flushed = session_.flush();
        Flight* const flight = session_.receive(false);
        Wait wait = Wait::readable;
        if (flight != nullptr) {
            wait = completed(*flight);
        } else if (session_.wants_rows()) {
            wait = send_rows();
            if (wait != Wait::done) return wait;
            session_.rows_sent();
            continue;
        } else if (session_.idle()) {
            wait = drained();
        } else {
            return flushed ? Wait::readable : Wait::either;
        }
        if (wait == Wait::done) return wait;
    }
}

/// What was under way before this operation is over.
Wait PgConnection::drained() {
    step_ = after_wait_;
    try {
        settle_cancels();
        send();
    } catch (...) {
        end();
        throw;
    }
    return Wait::readable;
}

Wait PgConnection::resume() {
    if (step_ == Step::connecting) return connect_step();
    session_.read();
    if (step_ == Step::setting_up) {
        if (cancel_requested_.load(std::memory_order_relaxed)) fail_connecting();
        if (session_.receive(false) == nullptr) return session_.flush() ? Wait::readable : Wait::either;
        return finish_setup();
    }
    return progress();
}

/// A request has come to its end: what follows. `readable` stands for another one that was sent.
Wait PgConnection::completed(Flight& flight) {
    const Step step = step_;
    switch (step) {
        case Step::waiting:
            if (&flight == &reset_) {
                resetting_ = false;
            } else {
                multiplexer_->reap(flight);
            }
            if (session_.lost() || (&flight == &reset_ && reset_.failed())) {
                end();
                broken_ = true;
                reset_.check("resetting the session");
                throw_connection(PQerrorMessage(session_.raw()));
            }
            return session_.idle() ? drained() : Wait::readable;
        case Step::asking_types:
            if (flight_.failed() && (in_transaction() || flight_.state() != "42501")) {
                end();
                flight_.check(script_);
            }
            // Who may not read may still be allowed to insert.
            if (flight_.failed() || !take_types()) {
                outcome_->affected = -1;
                end();
                return Wait::done;
            }
            step_ = Step::copying;
            break;
        case Step::copying:
            if (copied()) return Wait::done;
            step_ = Step::asking_types;
            break;
        case Step::executing:
        case Step::preparing:
            if (flight_.is_stale() && prepared_anew_ < Flight::most_anew && !in_transaction()) {
                ++prepared_anew_;
                flight_.forget_stale(*leftovers_);
                break;
            }
            [[fallthrough]];
        default: {
            const bool has_cursor = statement_ != nullptr && !statement_->cursor.empty() &&
                                    (step == Step::executing || step == Step::fetching);
            if (flight_.failed()) {
                const std::string_view text = sql();
                end();
                if (flight_.is_stale()) flight_.forget_stale(*leftovers_);
                if (has_cursor && step == Step::executing) statement_->cursor.clear();
                flight_.check(text);
            }
            if (has_cursor && outcome_->rows == max_rows_) {
                outcome_->more = true;
            } else if (has_cursor) {
                step_ = Step::closing;
                break;
            }
            if (step == Step::closing) statement_->cursor.clear();
            end();
            return Wait::done;
        }
    }
    try {
        send();
    } catch (...) {
        end();
        throw;
    }
    return Wait::readable;
}

PGconn* PgConnection::quiet() {
    const bool could = may_block_;
    const Limits limits = limits_;
    may_block_ = true;
    limits_ = {};
    if (!session_.idle() || !session_.ahead().empty()) execute_script("");
    may_block_ = could;
    limits_ = limits;
    return session_.raw();
}

}  // namespace duet::driver::postgres
