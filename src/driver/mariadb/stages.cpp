#include <duet/base/error.hpp>
#include <duet/driver/decode.hpp>

#include <atomic>
#include <charconv>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <errmsg.h>
#include <mysqld_error.h>

#include "driver/mariadb/connection.hpp"
#include "driver/mariadb/reader.hpp"

namespace duet::driver::mariadb {
namespace {

std::atomic<std::uint64_t> sockets_opened{0};

struct FreeResult {
    void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
using ResultHandle = std::unique_ptr<MYSQL_RES, FreeResult>;

constexpr std::string_view limit_question = "SELECT @@max_allowed_packet";

bool has_more_results(MYSQL* mysql) { return (mysql->server_status & SERVER_MORE_RESULTS_EXIST) != 0; }

}  // namespace

bool MariaDbConnection::take_stage() {
    switch (stages_[stage_count_ - 1]) {
        case Stage::connect:
            return connect();
        case Stage::reset:
            return reset();
        case Stage::settings:
            return settings();
        case Stage::database:
            return back_to_database();
        case Stage::ask_limit:
            return ask_limit();
        case Stage::read_limit:
            return read_limit();
        case Stage::prepare:
            return prepare_statement();
        case Stage::execute:
            return execute_statement();
        case Stage::rows:
            return read_rows();
        case Stage::next_result:
            return next_result();
        case Stage::drain:
            return drain();
        case Stage::query:
            return query();
        case Stage::query_result:
            return query_result();
        case Stage::next_query_result:
            return next_query_result();
        case Stage::ping:
            return ping_server();
    }
    return false;
}

void MariaDbConnection::throw_failure(const Failure& failure) {
    if (loses_connection(failure.code)) alive_ = false;
    stopped_ = failure.code == ER_QUERY_INTERRUPTED;
    if (stopped_) {
        throw_canceled(std::chrono::steady_clock::now() >= limits_.deadline, failure.sqlstate, sql_);
    }
    if (statements_done_ == 0) throw_error(failure, sql_);
    // A script: the error belongs to one statement of several.
    Failure told = failure;
    told.message += " (in statement " + std::to_string(statements_done_ + 1) + " of the script)";
    throw_error(told, sql_);
}

// Several addresses may be tried one after the other, each with a socket of its own.
void MariaDbConnection::look_at_socket() noexcept {
    const auto now = static_cast<int>(mysql_get_socket(mysql_.get()));
    if (now == caller_.socket) return;
    caller_.socket = now;
    if (options_->ssl && now >= 0) limit_handshake(now, *options_);
    socket_tag_ = sockets_opened.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool MariaDbConnection::connect() {
    MYSQL* connected = nullptr;
    const bool done =
        caller_.done<RealConnect>(connected, mysql_.get(), target_.host, target_.user, target_.password,
                                  target_.database, target_.port, target_.socket, session_flags);
    look_at_socket();
    if (!done) return false;
    if (connected == nullptr) throw_not_connected(failure_of(mysql_.get()), *options_);
    if (!is_as_secure_as_wanted(mysql_.get(), *options_)) {
        throw_not_connected({.code = CR_SSL_CONNECTION_ERROR,
                             .message = "the URL demands TLS (ssl), which the server does not support"},
                            *options_);
    }
    if (options_->ssl) never_block(caller_.socket);
    kill_->arm(mysql_thread_id(mysql_.get()));
    alive_ = true;
    pop();
    return true;
}

bool MariaDbConnection::reset() {
    int failed = 0;
    if (!caller_.done<ResetConnection>(failed, mysql_.get())) return false;
    if (failed != 0) {
        alive_ = false;
        throw_failure(failure_of(mysql_.get()));
    }
    pop();
    return true;
}

bool MariaDbConnection::settings() {
    int failed = 0;
    if (!caller_.done<RealQuery>(failed, mysql_.get(), session_settings.data(), session_settings.size()))
        return false;
    if (failed != 0) {
        alive_ = false;
        throw_failure(failure_of(mysql_.get()));
    }
    pop();
    return true;
}

bool MariaDbConnection::back_to_database() {
    int failed = 0;
    if (!caller_.done<SelectDb>(failed, mysql_.get(), target_.database)) return false;
    if (failed != 0) {
        alive_ = false;
        throw_failure(failure_of(mysql_.get()));
    }
    pop();
    return true;
}

bool MariaDbConnection::ask_limit() {
    int failed = 0;
    if (!caller_.done<RealQuery>(failed, mysql_.get(), limit_question.data(), limit_question.size()))
        return false;
    if (failed != 0) throw_failure(failure_of(mysql_.get()));
    become(Stage::read_limit);
    return true;
}

bool MariaDbConnection::read_limit() {
    MYSQL_RES* raw = nullptr;
    if (!caller_.done<StoreResult>(raw, mysql_.get())) return false;
    const ResultHandle result(raw);
    const MYSQL_ROW row = raw == nullptr ? nullptr : mysql_fetch_row(raw);
    if (row == nullptr || row[0] == nullptr) throw_failure(failure_of(mysql_.get()));
    std::from_chars(row[0], row[0] + std::strlen(row[0]), max_packet_);
    pop();
    return true;
}

bool MariaDbConnection::prepare_statement() {
    if (!caller_.under_way()) {
        check_size();
        statement_->make_handle(mysql_.get());
    }
    int failed = 0;
    const std::string& sql = statement_->plan().sql;
    if (!caller_.done<StmtPrepare>(failed, statement_->raw(), sql.data(),
                                   static_cast<unsigned long>(sql.size())))
        return false;
    if (failed != 0) {
        const Failure failure = failure_of(statement_->raw());
        if (failure.code != ER_UNSUPPORTED_PS) throw_failure(failure);
        statement_->run_as_text();
    } else {
        statement_->prepared();
    }
    if (fresh_ != nullptr) *prepared_out_ = std::move(fresh_);
    pop();
    return true;
}

bool MariaDbConnection::prepare_again(unsigned code) {
    const bool never_ran = code == ER_NEED_REPREPARE || code == ER_UNKNOWN_STMT_HANDLER;
    // Its result has other columns than it was prepared with, and waits to be read.
    const bool other_columns = code == CR_NEW_STMT_METADATA && !statement_->writes();
    if (prepared_again_ || !(never_ran || other_columns)) return false;
    prepared_again_ = true;
    push(Stage::prepare);
    if (other_columns) push(Stage::drain);
    return true;
}

bool MariaDbConnection::execute_statement() {
    MYSQL_STMT* const stmt = statement_->raw();
    if (!caller_.under_way()) {
        check_size();
        statement_->bind(max_rows_);
        dirty_ |= affects_traces_;
    }
    int failed = 0;
    if (!caller_.done<StmtExecute>(failed, stmt)) return false;
    if (failed != 0) [[unlikely]] {
        const Failure failure = failure_of(stmt);
        if (prepare_again(failure.code)) return true;
        throw_failure(failure);
    }
    if (mysql_->field_count != 0) {
        statement_->open_result();
        if (!statement_->known_columns() && sink_ != nullptr && sink_->columns != nullptr) tell_columns();
        become(Stage::rows);
        return true;
    }
    if (statement_->counts_changes()) {
        outcome_->affected = static_cast<std::int64_t>(mysql_stmt_affected_rows(stmt));
        outcome_->last_key = static_cast<std::int64_t>(mysql_stmt_insert_id(stmt));
    }
    if (has_more_results(mysql_.get())) {
        become(Stage::next_result);
    } else {
        pop();
    }
    return true;
}

// The server describes what INSERT ... RETURNING and CALL yield when it runs them, not before.
void MariaDbConnection::tell_columns() {
    try {
        sink_->columns(*sink_, statement_->column_names());
    } catch (...) {
        failure_ = std::current_exception();
    }
}

bool MariaDbConnection::read_rows() {
    MYSQL_STMT* const stmt = statement_->raw();
    const std::span<const Column> columns = statement_->columns();
    RowReader reader(columns.data(), columns.size(), statement_->buffer());
    const bool stops_at_limit = statement_->in_portions() && max_rows_ != all_rows;
    for (;;) {
        int code = 0;
        if (!caller_.done<StmtFetch>(code, stmt)) return false;
        if (code == MYSQL_NO_DATA) break;
        if (code != 0 && code != MYSQL_DATA_TRUNCATED) [[unlikely]]
            throw_failure(failure_of(stmt));
        if (outcome_->rows == max_rows_ || !first_result_) continue;  // read, so that the connection is free
        if (sink_ != nullptr && failure_ == nullptr) [[likely]] {
            try {
                decode_row(reader, *sink_);
            } catch (...) {
                // What else the server sends has to be read before anybody hears of it.
                failure_ = std::current_exception();
            }
        }
        if (++outcome_->rows == max_rows_) {
            outcome_->more = true;
            if (!stops_at_limit) continue;
            statement_->set_running(failure_ == nullptr);
            pop();
            return true;
        }
    }
    end_rows();
    return true;
}

void MariaDbConnection::end_rows() {
    statement_->set_running(false);
    if (!statement_->in_portions()) {
        if (first_result_ && statement_->counts_changes())
            outcome_->affected = static_cast<std::int64_t>(outcome_->rows);
        // Nothing is left to go on with.
        if (has_more_results(mysql_.get())) return become(Stage::next_result);
    }
    pop();
}

bool MariaDbConnection::next_result() {
    MYSQL_STMT* const stmt = statement_->raw();
    int code = 0;
    if (!caller_.done<StmtNextResult>(code, stmt)) return false;
    statement_->forget_columns();
    first_result_ = false;
    if (code > 0) throw_failure(failure_of(stmt));
    if (code == 0 && mysql_->field_count != 0) {
        if (!has_more_results(mysql_.get())) pop();
        push(Stage::drain);
        return true;
    }
    if (code == 0 && has_more_results(mysql_.get())) return true;
    pop();
    return true;
}

bool MariaDbConnection::drain() {
    my_bool failed = 0;
    if (!caller_.done<StmtFreeResult>(failed, statement_->raw())) return false;
    pop();
    return true;
}

bool MariaDbConnection::query() {
    if (!caller_.under_way()) check_size();
    int failed = 0;
    if (!caller_.done<RealQuery>(failed, mysql_.get(), sql_.data(), static_cast<unsigned long>(sql_.size())))
        return false;
    if (failed != 0) throw_failure(failure_of(mysql_.get()));
    become(Stage::query_result);
    return true;
}

// Rows of a script are nobody's.
bool MariaDbConnection::query_result() {
    if (mysql_field_count(mysql_.get()) != 0) {
        MYSQL_RES* raw = nullptr;
        if (!caller_.done<StoreResult>(raw, mysql_.get())) return false;
        const ResultHandle result(raw);
        if (raw == nullptr) throw_failure(failure_of(mysql_.get()));
    }
    if (has_more_results(mysql_.get())) {
        ++statements_done_;
        become(Stage::next_query_result);
    } else {
        pop();
    }
    return true;
}

bool MariaDbConnection::next_query_result() {
    int code = 0;
    if (!caller_.done<NextResult>(code, mysql_.get())) return false;
    if (code > 0) throw_failure(failure_of(mysql_.get()));
    if (code < 0) {
        pop();
    } else {
        become(Stage::query_result);
    }
    return true;
}

bool MariaDbConnection::ping_server() {
    int failed = 0;
    if (!caller_.done<Ping>(failed, mysql_.get())) return false;
    if (failed != 0) {
        alive_ = false;
        throw_failure(failure_of(mysql_.get()));
    }
    pop();
    return true;
}

void MariaDbConnection::check_size() const {
    if (max_packet_ == 0 || bytes_to_send_ <= max_packet_) return;
    ValidationError error("the statement with its values takes " + std::to_string(bytes_to_send_) +
                          " bytes, more than the server's setting max_allowed_packet (" +
                          std::to_string(max_packet_) + ") lets through; nothing was sent");
    error.attach_sql(sql_);
    throw error;
}

}  // namespace duet::driver::mariadb
