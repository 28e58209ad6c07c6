#include "connection.hpp"

#include <duet/base/error.hpp>

#include <utility>

#include "array_table.hpp"
#include "error.hpp"
#include "functions.hpp"
#include "open.hpp"
#include "reader.hpp"

namespace duet::driver::sqlite {
namespace {

sqlite3_int64 changes(sqlite3* db) {
#if SQLITE_VERSION_NUMBER >= 3037000
    return sqlite3_changes64(db);
#else
    return sqlite3_changes(db);
#endif
}

// Whatever way an execution ends, the statement must let go of its locks, unless rows are left for fetch().
class Execution {
public:
    explicit Execution(SqliteStatement& statement) : statement_(&statement) {}
    ~Execution() {
        if (statement_ != nullptr) statement_->finish();
    }
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;
    void leave_open() { statement_ = nullptr; }

private:
    SqliteStatement* statement_;
};

}  // namespace

SqliteConnection::SqliteConnection(const Options& options, Access access)
    : guard_(options.busy_timeout_ms), in_memory_(options.in_memory()) {
    db_ = open_database(options, access, [this](sqlite3* db) {
        guard_.watch(db);
        register_functions(db);
        register_array_table(db, callback_failure_);
    });
}

Wait SqliteConnection::prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> /*values*/,
                               std::unique_ptr<Statement>& out) {
    guard_.begin(plan->sql);
    out = std::make_unique<SqliteStatement>(db_.get(), std::move(plan));
    return Wait::done;
}

Wait SqliteConnection::execute(Statement& statement, std::span<const BindValue> values, RowSink* sink,
                               std::size_t max_rows, Outcome& outcome) {
    auto& own = static_cast<SqliteStatement&>(statement);
    outcome = {};
    guard_.begin(own.plan().sql);
    own.start(values);
    run(own, values, sink, max_rows, outcome);
    return Wait::done;
}

Wait SqliteConnection::fetch(Statement& statement, RowSink* sink, std::size_t max_rows, Outcome& outcome) {
    auto& own = static_cast<SqliteStatement&>(statement);
    outcome = {};
    if (!own.running()) return Wait::done;
    guard_.begin(own.plan().sql);
    run(own, {}, sink, max_rows, outcome);
    return Wait::done;
}

void SqliteConnection::close(Statement& statement) noexcept {
    auto& own = static_cast<SqliteStatement&>(statement);
    if (own.running()) own.finish();
}

void SqliteConnection::run(SqliteStatement& statement, std::span<const BindValue> values, RowSink* sink,
                           std::size_t max_rows, Outcome& outcome) {
    Execution execution(statement);
    sqlite3_stmt* const stmt = statement.raw();
    RowReader reader(stmt, statement.layout());
    // A statement that changes something is only done, and its changes counted, when it has run to its end.
    if (statement.writes()) max_rows = all_rows;
    std::size_t rows = 0;
    int code = 0;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (sink != nullptr) {
            reader.next_row();
            decode_row(reader, *sink);
        }
        if (++rows == max_rows) {
            outcome.rows = rows;
            outcome.more = true;
            return execution.leave_open();
        }
    }
    outcome.rows = rows;
    if (code != SQLITE_DONE) [[unlikely]]
        fail(code, statement.plan().sql, values);
    if (statement.counts_changes()) {
        outcome.affected = changes(db_.get());
        outcome.last_key = sqlite3_last_insert_rowid(db_.get());
    }
}

Wait SqliteConnection::execute_script(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos) throw InvalidQuery("the SQL script holds a NUL byte");
    const std::string script(sql);
    std::string_view rest = script;
    while (!rest.empty()) {
        guard_.begin(rest);
        const std::string_view from = rest;
        const StatementHandle stmt = compile(db_.get(), from, 0, rest);
        if (stmt == nullptr) continue;
        int code = 0;
        do {
            code = sqlite3_step(stmt.get());
        } while (code == SQLITE_ROW);
        if (code != SQLITE_DONE) fail(code, from.substr(0, from.size() - rest.size()), {});
    }
    return Wait::done;
}

void SqliteConnection::fail(int code, std::string_view sql, std::span<const BindValue> values) {
    if (callback_failure_ != nullptr) {
        const std::exception_ptr failure = std::exchange(callback_failure_, nullptr);
        try {
            std::rethrow_exception(failure);
        } catch (Error& error) {
            error.attach_sql(sql);
            throw;
        }
    }
    if (guard_.stopped_it(code)) guard_.throw_canceled(code, sql);
    const int primary = code & 0xff;
    const bool broken = primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT || primary == SQLITE_IOERR;
    if (broken && !in_memory_) usable_ = false;
    throw_error(code, without_values(error_message(db_.get(), code), values), sql);
}

}  // namespace duet::driver::sqlite
