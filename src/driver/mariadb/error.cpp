#include "driver/mariadb/error.hpp"

#include <duet/base/error.hpp>

#include <utility>
#include <vector>

#include <errmsg.h>
#include <mysqld_error.h>
#include <unistd.h>

#include "driver/mariadb/error_text.hpp"
#include "driver/mariadb/options.hpp"

namespace duet::driver::mariadb {
namespace {

// Codes of MySQL 8 and of newer MariaDB servers, which the library's header may not have.
constexpr unsigned mysql_check_violated = 3819;
constexpr unsigned mariadb_check_violated = 4025;
constexpr unsigned mysql_lock_not_available = 3572;
constexpr unsigned mysql_query_timeout = 3024;
constexpr unsigned mariadb_statement_timeout = 1969;
constexpr unsigned mariadb_connection_killed = 1927;
constexpr unsigned mysql_client_inactive = 4031;
constexpr unsigned record_changed = 1020;

constexpr unsigned first_client_code = 2000;
constexpr unsigned last_client_code = 2999;

bool is_of_the_client(unsigned code) { return code >= first_client_code && code <= last_client_code; }

template <class Exception>
Exception make(const Failure& failure, std::string message, std::string_view sql) {
    Exception error(std::move(message));
    // HY000 says nothing.
    const bool plain = failure.sqlstate.empty() || failure.sqlstate == "HY000" || failure.sqlstate == "00000";
    error.attach_code(plain || is_of_the_client(failure.code) ? std::to_string(failure.code)
                                                              : failure.sqlstate);
    error.attach_sql(sql);
    return error;
}

template <class Exception>
[[noreturn]] void raise(const Failure& failure, std::string message, std::string_view sql) {
    throw make<Exception>(failure, std::move(message), sql);
}

template <class Exception>
[[noreturn]] void raise_integrity(const Failure& failure, std::string message, std::string_view sql,
                                  std::string constraint, std::vector<std::string> columns) {
    auto error = make<Exception>(failure, std::move(message), sql);
    error.set_constraint(std::move(constraint));
    error.set_columns(std::move(columns));
    throw error;
}

std::string quoted_name(std::string_view before, const std::string& name) {
    std::string out(before);
    if (!name.empty()) out += " '" + name + "'";
    return out;
}

std::vector<std::string> list_of(std::string name) {
    std::vector<std::string> names;
    if (!name.empty()) names.push_back(std::move(name));
    return names;
}

[[noreturn]] void raise_unique(const Failure& failure, std::string_view sql) {
    std::string key = duplicate_key(failure.message);
    std::vector<std::string> columns = columns_of_key(key, sql);
    std::string message = key == "PRIMARY" ? std::string("a row with this primary key exists already")
                                           : quoted_name("duplicate entry for the unique key", key);
    raise_integrity<UniqueViolation>(failure, std::move(message), sql, std::move(key), std::move(columns));
}

[[noreturn]] void raise_foreign_key(const Failure& failure, std::string_view sql) {
    ForeignKeyText text = read_foreign_key(failure.message);
    const bool parent = failure.code == ER_ROW_IS_REFERENCED || failure.code == ER_ROW_IS_REFERENCED_2;
    std::string message = quoted_name("foreign key constraint", text.constraint);
    message += parent ? " failed: other rows refer to the row"
                      : " failed: the row that is referred to does not exist";
    raise_integrity<ForeignKeyViolation>(failure, std::move(message), sql, std::move(text.constraint),
                                         std::move(text.columns));
}

[[noreturn]] void raise_not_null(const Failure& failure, std::string_view sql) {
    std::string column = first_quoted(failure.message);
    std::string message = quoted_name("column", column);
    message += failure.code == ER_NO_DEFAULT_FOR_FIELD ? " has no default value and was given none"
                                                       : " cannot be NULL";
    raise_integrity<NotNullViolation>(failure, std::move(message), sql, {}, list_of(std::move(column)));
}

[[noreturn]] void raise_check(const Failure& failure, std::string_view sql) {
    std::string constraint = first_quoted(failure.message);
    std::string message = quoted_name("check constraint", constraint) + " failed";
    raise_integrity<CheckViolation>(failure, std::move(message), sql, std::move(constraint), {});
}

[[noreturn]] void raise_bad_value(const Failure& failure, std::string_view what, std::string_view sql) {
    const std::string column = named_column(failure.message);
    std::string message(what);
    if (!column.empty())
        message += " column '" + column + "'";
    else
        message += " its column";
    raise<ValidationError>(failure, std::move(message), sql);
}

[[noreturn]] void raise_lost(const Failure& failure, std::string_view sql) {
    const char* message = "the connection to the server was lost";
    if (failure.code == mariadb_connection_killed) message = "the connection was killed on the server";
    if (failure.code == ER_SERVER_SHUTDOWN) message = "the server is shutting down";
    if (failure.code == mysql_client_inactive)
        message = "the server closed the connection: it was idle for too long";
    raise<ConnectionError>(failure, message, sql);
}

[[noreturn]] void raise_other(const Failure& failure, std::string_view sql) {
    std::string message = without_values(failure.message, sql);
    switch (failure.code) {
        case ER_EMPTY_QUERY:
            raise<InvalidQuery>(failure, "the SQL text holds no statement", sql);
        case ER_MAX_PREPARED_STMT_COUNT_REACHED:
            raise<DatabaseError>(failure,
                                 "the server holds as many prepared statements as it may (its setting "
                                 "max_prepared_stmt_count); raise that, or keep fewer on each connection",
                                 sql);
        case ER_NET_PACKET_TOO_LARGE:
            raise<ConnectionError>(failure,
                                   "the statement with its values is larger than the server's setting "
                                   "max_allowed_packet; the server has closed the connection",
                                   sql);
        case ER_OPTION_PREVENTS_STATEMENT:
        case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
            raise<DatabaseError>(failure, message + " (the server or the transaction is read-only)", sql);
        default:
            raise<DatabaseError>(failure, std::move(message), sql);
    }
}

/// What the library leaves out: which file it means, whose certificate it does not trust, and why.
std::string tls_advice(std::string_view message, const Options& options) {
    for (const auto& [option, file] : {std::pair<const char*, const std::string&>{"ssl_ca", options.ssl_ca},
                                       {"ssl_cert", options.ssl_cert},
                                       {"ssl_key", options.ssl_key}}) {
        if (!file.empty() && access(file.c_str(), R_OK) != 0)
            return "; " + std::string(option) + " names a file that cannot be read: " + file;
    }
    for (const char* const unknown : {"self-signed", "self signed", "issuer", "verify failed"}) {
        if (message.find(unknown) == std::string_view::npos) continue;
        return options.ssl_ca.empty() ? "; name the authority that signed the server's certificate (ssl_ca)"
                                      : "; the server's certificate is not signed by one of ssl_ca";
    }
    if (message.find("alidation of SSL server certificate") != std::string_view::npos)
        return "; its certificate is not for this host, as ssl_verify=true demands";
    return {};
}

}  // namespace

Failure failure_of(MYSQL* mysql) {
    return {.code = mysql_errno(mysql), .sqlstate = mysql_sqlstate(mysql), .message = mysql_error(mysql)};
}

Failure failure_of(MYSQL_STMT* stmt) {
    Failure failure{.code = mysql_stmt_errno(stmt),
                    .sqlstate = mysql_stmt_sqlstate(stmt),
                    .message = mysql_stmt_error(stmt)};
    // Some paths of the library leave the error with the connection alone.
    if (failure.code == 0 && stmt->mysql != nullptr) return failure_of(stmt->mysql);
    return failure;
}

bool loses_connection(unsigned code) noexcept {
    switch (code) {
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
        case CR_COMMANDS_OUT_OF_SYNC:
        case CR_MALFORMED_PACKET:
        case CR_SSL_CONNECTION_ERROR:
        case CR_NET_PACKET_TOO_LARGE:
        case ER_SERVER_SHUTDOWN:
        case ER_NORMAL_SHUTDOWN:
        case ER_NET_PACKET_TOO_LARGE:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
        case ER_NET_ERROR_ON_WRITE:
        case ER_NET_WRITE_INTERRUPTED:
        case ER_NET_PACKETS_OUT_OF_ORDER:
        case mariadb_connection_killed:
        case mysql_client_inactive:
            return true;
        default:
            return false;
    }
}

void throw_error(const Failure& failure, std::string_view sql) {
    switch (failure.code) {
        case ER_DUP_ENTRY:
        case ER_DUP_ENTRY_WITH_KEY_NAME:
            raise_unique(failure, sql);
        case ER_ROW_IS_REFERENCED:
        case ER_ROW_IS_REFERENCED_2:
        case ER_NO_REFERENCED_ROW:
        case ER_NO_REFERENCED_ROW_2:
            raise_foreign_key(failure, sql);
        case ER_BAD_NULL_ERROR:
        case ER_NO_DEFAULT_FOR_FIELD:
            raise_not_null(failure, sql);
        case mysql_check_violated:
        case mariadb_check_violated:
            raise_check(failure, sql);
        case ER_LOCK_DEADLOCK:
            raise<Deadlock>(failure,
                            "a deadlock with another transaction; the server has rolled this one back", sql);
        case ER_LOCK_WAIT_TIMEOUT:
        case mysql_lock_not_available:
            raise<LockTimeout>(failure, "a lock was not granted in time: another transaction holds it", sql);
        case record_changed:
            raise<SerializationFailure>(
                failure, "the transaction read data that another one has changed since; run it again", sql);
        case ER_QUERY_INTERRUPTED:
            throw_canceled(false, make<Error>(failure, {}, {}).code(), sql);
        case mysql_query_timeout:
        case mariadb_statement_timeout:
            raise<QueryCanceled>(failure, "the server stopped the statement: it took longer than it may",
                                 sql);
        case ER_DATA_TOO_LONG:
            raise_bad_value(failure, "a value is too long for", sql);
        case ER_WARN_DATA_OUT_OF_RANGE:
            raise_bad_value(failure, "a value is out of range for", sql);
        case ER_WARN_ALLOWED_PACKET_OVERFLOWED:
            raise<ValidationError>(failure, "a value is larger than the server's setting max_allowed_packet",
                                   sql);
        case ER_REGEXP_ERROR:
            raise<InvalidQuery>(failure, "a regular expression is not valid", sql);
        case ER_TRUNCATED_WRONG_VALUE:
        case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
        case WARN_DATA_TRUNCATED:
            raise_bad_value(failure, "a value does not fit", sql);
        default:
            if (loses_connection(failure.code) && failure.code != ER_NET_PACKET_TOO_LARGE)
                raise_lost(failure, sql);
            raise_other(failure, sql);
    }
}

void throw_not_connected(const Failure& failure, const Options& options) {
    std::string message = "cannot connect to the MariaDB or MySQL server at " + options.place() + ": ";
    switch (failure.code) {
        case ER_ACCESS_DENIED_ERROR:
        case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
            message += "it refuses the user (look at the user's name, password and rights";
            message += options.ssl ? ")" : ", and whether it demands TLS: ssl=true)";
            break;
        case ER_BAD_DB_ERROR:
            message += "it has no such database";
            break;
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
            message += "it has as many connections as it takes (max_connections)";
            break;
        case ER_HOST_IS_BLOCKED:
        case ER_HOST_NOT_PRIVILEGED:
            message += "it does not talk to this machine";
            break;
        case CR_UNKNOWN_HOST:
            message += "there is no host of this name";
            break;
        default:
            // The library's own words on sockets and TLS; they hold neither user nor password.
            message += failure.message;
            if (failure.code == CR_SSL_CONNECTION_ERROR) message += tls_advice(failure.message, options);
    }
    raise<ConnectionError>(failure, std::move(message), {});
}

void throw_canceled(bool late, std::string_view code, std::string_view sql) {
    QueryCanceled error(late ? "the statement was stopped at its deadline" : "the statement was cancelled");
    error.attach_code(std::string(code));
    error.attach_sql(sql);
    throw error;
}

}  // namespace duet::driver::mariadb
