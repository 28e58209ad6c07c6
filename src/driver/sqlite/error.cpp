#include "error.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#ifndef SQLITE_CONSTRAINT_DATATYPE  // SQLite 3.37
#define SQLITE_CONSTRAINT_DATATYPE (SQLITE_CONSTRAINT | (12 << 8))
#endif

namespace duet::driver::sqlite {
namespace {

struct CodeName {
    int code;
    const char* name;
};

#define DUET_CODE(name) \
    CodeName { name, #name }
constexpr CodeName code_names[] = {
    DUET_CODE(SQLITE_ERROR),
    DUET_CODE(SQLITE_INTERNAL),
    DUET_CODE(SQLITE_PERM),
    DUET_CODE(SQLITE_ABORT),
    DUET_CODE(SQLITE_ABORT_ROLLBACK),
    DUET_CODE(SQLITE_BUSY),
    DUET_CODE(SQLITE_BUSY_RECOVERY),
    DUET_CODE(SQLITE_BUSY_SNAPSHOT),
    DUET_CODE(SQLITE_BUSY_TIMEOUT),
    DUET_CODE(SQLITE_LOCKED),
    DUET_CODE(SQLITE_LOCKED_SHAREDCACHE),
    DUET_CODE(SQLITE_NOMEM),
    DUET_CODE(SQLITE_READONLY),
    DUET_CODE(SQLITE_READONLY_RECOVERY),
    DUET_CODE(SQLITE_READONLY_CANTLOCK),
    DUET_CODE(SQLITE_READONLY_ROLLBACK),
    DUET_CODE(SQLITE_READONLY_DBMOVED),
    DUET_CODE(SQLITE_READONLY_CANTINIT),
    DUET_CODE(SQLITE_READONLY_DIRECTORY),
    DUET_CODE(SQLITE_INTERRUPT),
    DUET_CODE(SQLITE_IOERR),
    DUET_CODE(SQLITE_IOERR_READ),
    DUET_CODE(SQLITE_IOERR_SHORT_READ),
    DUET_CODE(SQLITE_IOERR_WRITE),
    DUET_CODE(SQLITE_IOERR_FSYNC),
    DUET_CODE(SQLITE_IOERR_TRUNCATE),
    DUET_CODE(SQLITE_IOERR_SHMOPEN),
    DUET_CODE(SQLITE_IOERR_SHMSIZE),
    DUET_CODE(SQLITE_IOERR_SHMMAP),
    DUET_CODE(SQLITE_IOERR_LOCK),
    DUET_CODE(SQLITE_CORRUPT),
    DUET_CODE(SQLITE_CORRUPT_INDEX),
    DUET_CODE(SQLITE_NOTFOUND),
    DUET_CODE(SQLITE_FULL),
    DUET_CODE(SQLITE_CANTOPEN),
    DUET_CODE(SQLITE_CANTOPEN_ISDIR),
    DUET_CODE(SQLITE_PROTOCOL),
    DUET_CODE(SQLITE_SCHEMA),
    DUET_CODE(SQLITE_TOOBIG),
    DUET_CODE(SQLITE_CONSTRAINT),
    DUET_CODE(SQLITE_CONSTRAINT_CHECK),
    DUET_CODE(SQLITE_CONSTRAINT_COMMITHOOK),
    DUET_CODE(SQLITE_CONSTRAINT_DATATYPE),
    DUET_CODE(SQLITE_CONSTRAINT_FOREIGNKEY),
    DUET_CODE(SQLITE_CONSTRAINT_FUNCTION),
    DUET_CODE(SQLITE_CONSTRAINT_NOTNULL),
    DUET_CODE(SQLITE_CONSTRAINT_PINNED),
    DUET_CODE(SQLITE_CONSTRAINT_PRIMARYKEY),
    DUET_CODE(SQLITE_CONSTRAINT_ROWID),
    DUET_CODE(SQLITE_CONSTRAINT_TRIGGER),
    DUET_CODE(SQLITE_CONSTRAINT_UNIQUE),
    DUET_CODE(SQLITE_CONSTRAINT_VTAB),
    DUET_CODE(SQLITE_MISMATCH),
    DUET_CODE(SQLITE_MISUSE),
    DUET_CODE(SQLITE_NOLFS),
    DUET_CODE(SQLITE_AUTH),
    DUET_CODE(SQLITE_RANGE),
    DUET_CODE(SQLITE_NOTADB),
};
#undef DUET_CODE

template <class Exception>
[[noreturn]] void raise(int code, std::string message, std::string_view sql) {
    Exception error(std::move(message));
    error.attach_code(code_name(code));
    error.attach_sql(sql);
    throw error;
}

template <class Exception>
[[noreturn]] void raise_integrity(int code, std::string message, std::string_view sql, std::string constraint,
                                  std::vector<std::string> columns) {
    Exception error(std::move(message));
    error.attach_code(code_name(code));
    error.attach_sql(sql);
    error.set_constraint(std::move(constraint));
    error.set_columns(std::move(columns));
    throw error;
}

std::string_view after_colon(std::string_view message) {
    const std::size_t colon = message.find(": ");
    return colon == std::string_view::npos ? std::string_view{} : message.substr(colon + 2);
}

// "users.email, users.name"
std::vector<std::string> columns_of(std::string_view list) {
    std::vector<std::string> columns;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(", "), list.size());
        const std::string_view entry = list.substr(0, end);
        const std::size_t dot = entry.rfind('.');
        columns.emplace_back(dot == std::string_view::npos ? entry : entry.substr(dot + 1));
        list.remove_prefix(std::min(end + 2, list.size()));
    }
    return columns;
}

[[noreturn]] void raise_unique(int code, std::string message, std::string_view sql) {
    const std::string_view what = after_colon(message);
    std::string constraint;
    std::vector<std::string> columns;
    if (what.starts_with("index '") && what.ends_with('\'')) {
        constraint = what.substr(7, what.size() - 8);
    } else {
        columns = columns_of(what);
    }
    raise_integrity<UniqueViolation>(code, std::move(message), sql, std::move(constraint),
                                     std::move(columns));
}

[[noreturn]] void raise_constraint(int code, std::string message, std::string_view sql) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            raise_unique(code, std::move(message), sql);
        case SQLITE_CONSTRAINT_NOTNULL: {
            std::vector<std::string> columns = columns_of(after_colon(message));
            raise_integrity<NotNullViolation>(code, std::move(message), sql, {}, std::move(columns));
        }
        case SQLITE_CONSTRAINT_CHECK: {
            std::string constraint(after_colon(message));
            raise_integrity<CheckViolation>(code, std::move(message), sql, std::move(constraint), {});
        }
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            raise<ForeignKeyViolation>(code, std::move(message), sql);
        case SQLITE_CONSTRAINT_DATATYPE:
            raise<ValidationError>(code, std::move(message), sql);
        default:
            // ON DELETE RESTRICT is a trigger inside.
            if (message.starts_with("FOREIGN KEY")) raise<ForeignKeyViolation>(code, std::move(message), sql);
            raise<IntegrityError>(code, std::move(message), sql);
    }
}

std::string_view text_of(const BindValue& value) {
    if (value.list || value.data == nullptr || value.type == nullptr) return {};
    switch (value.type->kind) {
        case Kind::text_view:
        case Kind::json_path:
            return {static_cast<const char*>(value.data), value.size};
        case Kind::text: {
            const NullableOps* nullable = value.type->nullable;
            const void* text = nullable != nullptr ? nullable->value(value.data) : value.data;
            return text != nullptr ? std::string_view(*static_cast<const std::string*>(text))
                                   : std::string_view();
        }
        default:
            return {};
    }
}

[[noreturn]] void raise_plain(int code, std::string message, std::string_view sql) {
    if (message.starts_with(bad_regex_prefix) || message.starts_with("JSON path") ||
        message.starts_with("bad JSON path")) {
        raise<InvalidQuery>(code, std::move(message), sql);
    }
    if (message == "LIKE or GLOB pattern too complex") raise<ValidationError>(code, std::move(message), sql);
    raise<DatabaseError>(code, std::move(message), sql);
}

}  // namespace

std::string code_name(int code) {
    for (const int wanted : {code, code & 0xff}) {
        const auto* const found = std::find_if(std::begin(code_names), std::end(code_names),
                                               [&](const CodeName& entry) { return entry.code == wanted; });
        if (found != std::end(code_names)) return found->name;
    }
    return "SQLITE_" + std::to_string(code);
}

std::string error_message(sqlite3* db, int code) {
    // The handle's message belongs to another error when the failing call never reached it.
    return sqlite3_extended_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
}

std::string without_values(std::string message, std::span<const BindValue> values) {
    // Paths, full-text queries and names of files are what SQLite quotes, whole or from the fault on.
    for (const std::string_view start : {"JSON path error", "bad JSON path", "fts5: syntax error",
                                         "malformed MATCH expression", "unable to open database"}) {
        if (message.starts_with(start)) return std::string(start);
    }
    const std::size_t colon = message.find(": ");
    if (colon == std::string::npos) return message;
    const std::string_view tail = std::string_view(message).substr(colon + 2);
    for (const BindValue& value : values) {
        if (!tail.empty() && text_of(value).find(tail) != std::string_view::npos)
            return message.substr(0, colon);
    }
    return message;
}

void throw_error(sqlite3* db, int code, std::string_view sql) {
    throw_error(code, error_message(db, code), sql);
}

void throw_error(int code, std::string message, std::string_view sql) {
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            raise_constraint(code, std::move(message), sql);
        case SQLITE_BUSY:
            if (code == SQLITE_BUSY_SNAPSHOT) {
                raise<SerializationFailure>(
                    code, "the transaction read data that another connection has changed since; run it again",
                    sql);
            }
            raise<LockTimeout>(code, message + ": another connection holds it", sql);
        case SQLITE_LOCKED:
            raise<LockTimeout>(code, std::move(message), sql);
        case SQLITE_INTERRUPT:
            raise<QueryCanceled>(code, "the statement was cancelled", sql);
        case SQLITE_FULL:
            raise<DatabaseError>(code, message + " (the disk, or the limit on the database's size)", sql);
        case SQLITE_READONLY:
            raise<DatabaseError>(code, message + " (the file, its directory or this connection is read-only)",
                                 sql);
        case SQLITE_CANTOPEN:
            raise<DatabaseError>(
                code,
                message + " (is its directory there and writable? SQLite keeps its journal beside the file)",
                sql);
        case SQLITE_NOTADB:
            raise<DatabaseError>(code, "the file is not an SQLite database, or it is encrypted", sql);
        case SQLITE_CORRUPT:
            raise<DatabaseError>(code, message + " (the database file is damaged)", sql);
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG:
            raise<ValidationError>(code, std::move(message), sql);
        default:
            raise_plain(code, std::move(message), sql);
    }
}

}  // namespace duet::driver::sqlite
