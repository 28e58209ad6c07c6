#include "error.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace duet::driver::postgres {
namespace {

std::string_view field(const PGresult* result, int code) {
    const char* const text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view{} : std::string_view(text);
}

struct Sentence {
    std::string_view state;  // five characters, or a class of two
    std::string_view text;
};

// In place of the server's words where those may repeat a value.
constexpr Sentence sentences[] = {
    {"22001", "a value is too long for its column's type"},
    {"22003", "a number is out of range for its column's type"},
    {"22007", "a text is no valid date or time"},
    {"22008", "a date or time is out of range"},
    {"22012", "division by zero"},
    {"22021", "a text holds bytes that are not valid in the database's encoding"},
    {"22023", "a function was given a value that it does not take"},
    {"22025", "a LIKE pattern ends in its escape character"},
    {"2201B", "a regular expression is not valid"},
    {"22P02", "a text does not say a value of the type that it is meant to be"},
    {"22P03", "a value's bytes are not those of the type that it is meant to be"},
    {"22P05", "a text holds a character that the database's encoding does not have"},
    {"22030", "a JSON object has a key twice"},
    {"22032", "a text is no valid JSON"},
    {"42601", "a text is not valid in the language that it is meant to be"},
    {"22", "the database could not take a value"},
    {"54", "a limit of the server was reached"},
    {"53", "the server is short of resources"},
    {"58", "the server met an error of its operating system"},
    {"XX", "the server met an internal error"},
};

std::string_view sentence_of(std::string_view state) {
    for (const Sentence& sentence : sentences) {
        if (state.starts_with(sentence.state)) return sentence.text;
    }
    return "the database refused the statement";
}

// Classes whose messages name tables, columns, types and SQL text only.
bool speaks_of_names_only(std::string_view state) {
    for (const std::string_view clean : {"0A", "0B", "21", "23", "24", "25", "26", "28", "2B", "2D", "34",
                                         "3B", "3D", "3F", "40", "42", "44", "55", "57", "08", "53", "P0"}) {
        if (state.starts_with(clean)) return true;
    }
    return false;
}

// Whatever a server says of a value, in any language, stands in quotes or behind a colon.
bool may_hold_a_value(std::string_view message) {
    return std::ranges::any_of(message, [](char c) {
        return c == '"' || c == '\'' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
    });
}

std::string message_of(const PGresult* result, std::string_view state) {
    std::string_view primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    // Texts of other languages (tsquery, jsonpath) are parsed while the statement runs: there is no position.
    const bool of_a_value = state == "42601" && field(result, PG_DIAG_STATEMENT_POSITION).empty();
    if (state.starts_with("22") || of_a_value) {
        // 'invalid input syntax for type integer: "abc"': the value comes last.
        primary = primary.substr(0, primary.find(':'));
    }
    if ((of_a_value || !speaks_of_names_only(state)) && may_hold_a_value(primary))
        primary = sentence_of(state);
    std::string message(primary.empty() ? sentence_of(state) : primary);
    if (const std::string_view column = field(result, PG_DIAG_COLUMN_NAME);
        !column.empty() && message.find(column) == std::string::npos) {
        message += " (column ";
        message += column;
        message += ')';
    }
    if (!state.starts_with("42")) return message;
    if (const std::string_view position = field(result, PG_DIAG_STATEMENT_POSITION); !position.empty()) {
        message += " at character ";
        message += position;
    }
    if (const std::string_view hint = field(result, PG_DIAG_MESSAGE_HINT); !hint.empty()) {
        message += " (";
        message += hint;
        message += ')';
    }
    return message;
}

// Takes a quoted name apart; what is not one stays as it is.
std::string unquoted(std::string_view name) {
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
    std::string out;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        if (name[i] == '"' && name[i + 1] == '"') ++i;
        out += name[i];
    }
    return out;
}

// 'Key (a, "b c", lower(d))=(1, 2, 3) already exists.': the names, in any language, and never the values.
std::vector<std::string> key_columns(std::string_view detail) {
    std::vector<std::string> columns;
    const std::size_t open = detail.find('(');
    if (open == std::string_view::npos) return columns;
    std::size_t start = open + 1;
    int depth = 1;
    char quote = 0;
    for (std::size_t i = start; i < detail.size(); ++i) {
        const char c = detail[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
            continue;
        }
        if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            --depth;
        }
        if (depth == 0 || (depth == 1 && c == ',')) {
            columns.push_back(unquoted(detail.substr(start, i - start)));
            start = i + 2;  // ", "
        }
        if (depth == 0) {
            if (!detail.substr(i).starts_with(")=(")) columns.clear();
            return columns;
        }
    }
    columns.clear();
    return columns;
}

// What is wrong is a value of the user's, whatever the statement.
bool is_of_a_value(std::string_view state) {
    for (const std::string_view code : {"22001", "22003", "22007", "22008", "22021", "22P02", "22P03",
                                        "22P05", "22030", "22032", "54000"}) {
        if (state == code) return true;
    }
    return false;
}

template <class Exception>
[[noreturn]] void raise(std::string message, std::string_view state, std::string_view sql) {
    Exception error(std::move(message));
    error.attach_code(std::string(state));
    error.attach_sql(sql);
    throw error;
}

template <class Exception>
[[noreturn]] void raise_integrity(const PGresult* result, std::string message, std::string_view state,
                                  std::string_view sql) {
    Exception error(std::move(message));
    error.attach_code(std::string(state));
    error.attach_sql(sql);
    error.set_constraint(std::string(field(result, PG_DIAG_CONSTRAINT_NAME)));
    if (const std::string_view column = field(result, PG_DIAG_COLUMN_NAME); !column.empty()) {
        error.set_columns({std::string(column)});
    } else if (state != "23514" && state != "23502") {  // their details hold the whole row
        error.set_columns(key_columns(field(result, PG_DIAG_MESSAGE_DETAIL)));
    }
    throw error;
}

struct Advice {
    std::string_view when;  // found in libpq's message
    std::string_view state;
    std::string_view advice;
};

constexpr Advice advices[] = {
    {"password authentication failed", "28P01",
     "check user and password in the URL, in PGPASSWORD or in ~/.pgpass"},
    {"no password supplied", "28P01", "put the password into the URL, into PGPASSWORD or into ~/.pgpass"},
    {"no pg_hba.conf entry", "28000",
     "the server's pg_hba.conf does not let this user in from here; perhaps with sslmode=require"},
    {"no encryption", "28000",
     "the server's pg_hba.conf does not let this user in without TLS; perhaps with sslmode=require"},
    {"Peer authentication failed", "28000",
     "over a socket the server takes the operating system's user only; name a host to use a password"},
    {"too many clients", "53300", "make the pools smaller or raise max_connections on the server"},
    {"too many connections", "53300", "make the pools smaller or raise the limit of the user or database"},
    {"remaining connection slots", "53300", "make the pools smaller or raise max_connections on the server"},
    {"is starting up", "57P03", "try again in a moment"},
    {"is shutting down", "57P03", "it is being stopped or restarted"},
    {"is in recovery mode", "57P03", "it is recovering from a crash; try again in a moment"},
    {"not yet accepting connections", "57P03", "try again in a moment"},
    {"could not translate host name", "08001", "is the host's name spelled right?"},
    {"Connection refused", "08001", "is the server running there, and is this its port?"},
    {"No such file or directory", "08001", "is the server running, and is this the folder of its socket?"},
    {"does not support SSL", "08001", "the URL demands TLS (sslmode), which the server does not offer"},
    {"does not match host name", "08001",
     "its certificate is another host's, which sslmode=verify-full does not take"},
    {"certificate verify failed", "08001", "the server's certificate is not signed by one of sslrootcert"},
    {"read-only", "08001", "no host has the role that target_session_attrs asks for"},
    {"server closed the connection", "08006", "the server was stopped, restarted or crashed"},
    {"terminating connection", "57P01", "the server or its administrator ended the session"},
    {"SSL SYSCALL error", "08006", "the network between here and the server was cut"},
    {"could not receive data", "08006", "the network between here and the server was cut"},
    {"could not send data", "08006", "the network between here and the server was cut"},
    {"timeout expired", "08001", "the server did not answer in time"},
};

std::string one_line(std::string_view text) {
    std::string out;
    bool blank = false;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
            blank = true;
            continue;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

}  // namespace

bool is_connection_state(std::string_view state) noexcept {
    return state.starts_with("08") || state.starts_with("57P0") || state == "53300" ||
           state.starts_with("28") || state == "25P03";
}

void throw_result(const PGresult* result, std::string_view sql) {
    const std::string_view state = field(result, PG_DIAG_SQLSTATE);
    // Without one, it is libpq that speaks.
    if (state.empty()) throw_connection(PQresultErrorMessage(result), sql);
    std::string message = message_of(result, state);
    const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == "FATAL" || severity == "PANIC" || state.starts_with("08"))
        raise<ConnectionError>(std::move(message), state, sql);
    if (state == "23505") raise_integrity<UniqueViolation>(result, std::move(message), state, sql);
    if (state == "23503" || state == "23001")
        raise_integrity<ForeignKeyViolation>(result, std::move(message), state, sql);
    if (state == "23502") raise_integrity<NotNullViolation>(result, std::move(message), state, sql);
    if (state == "23514") raise_integrity<CheckViolation>(result, std::move(message), state, sql);
    if (state.starts_with("23")) raise_integrity<IntegrityError>(result, std::move(message), state, sql);
    if (state == "40001") raise<SerializationFailure>(std::move(message), state, sql);
    if (state == "40P01") raise<Deadlock>(std::move(message), state, sql);
    if (state == "55P03") raise<LockTimeout>(std::move(message), state, sql);
    if (state == "57014") raise<QueryCanceled>(std::move(message), state, sql);
    if (state == "2201B") raise<InvalidQuery>(std::move(message), state, sql);  // a regular expression
    if (is_of_a_value(state)) raise<ValidationError>(std::move(message), state, sql);
    if (is_connection_state(state)) raise<ConnectionError>(std::move(message), state, sql);
    raise<DatabaseError>(std::move(message), state, sql);
}

void throw_connection(const char* libpq_message, std::string_view sql) {
    std::string message = one_line(libpq_message == nullptr ? "" : libpq_message);
    if (message.empty()) message = "the connection to the server is lost";
    std::string_view state = "08006";
    const auto known = std::ranges::find_if(
        advices, [&](const Advice& advice) { return message.find(advice.when) != std::string::npos; });
    if (known != std::end(advices)) {
        state = known->state;
        message += "; ";
        message += known->advice;
    } else if (message.find("database \"") != std::string::npos &&
               message.find("does not exist") != std::string::npos) {
        state = "3D000";
        message += "; create it first, as with CREATE DATABASE";
    } else if (message.find("role \"") != std::string::npos &&
               message.find("does not exist") != std::string::npos) {
        state = "28000";
        message += "; the URL's user (without one: that of the operating system) has no account there";
    }
    raise<ConnectionError>(std::move(message), state, sql);
}

}  // namespace duet::driver::postgres
