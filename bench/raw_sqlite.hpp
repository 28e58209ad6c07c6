#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include <sqlite3.h>

#include "contender.hpp"

/// What both hand-written sides share: opening, preparing once, and the end of the program when SQLite says
/// no.
namespace bench::raw {

[[noreturn]] inline void fail(sqlite3* connection) {
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(connection));
    std::exit(2);
}

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

inline void execute(sqlite3* connection, const char* sql) {
    if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(connection);
}

inline Statement prepare(sqlite3* connection, const std::string& sql, unsigned flags) {
    sqlite3_stmt* statement = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v3(connection, sql.c_str(), size, flags, &statement, nullptr) != SQLITE_OK)
        fail(connection);
    return Statement{statement};
}

inline Connection open(const char* name, int flags = 0) {
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(name, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | flags, nullptr);
    Connection connection{handle};
    if (code != SQLITE_OK) fail(handle);
    return connection;
}

inline Connection open(const Store& store, int flags) {
    Connection connection = open(store.in_memory() ? ":memory:" : store.file.c_str(), flags);
    execute(connection.get(), connection_sql);
    execute(connection.get(), seed_script(store.seed).c_str());
    return connection;
}

/// Runs a statement that gives no rows and makes it ready for the next time.
inline void run(sqlite3* connection, sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail(connection);
    sqlite3_reset(statement);
}

/// Reads a row of all columns in their order, with the usual calls.
void read_user(sqlite3_stmt* statement, UserRow& user);

/// "prefix (group), (group), … suffix"
inline std::string repeated(std::string sql, const char* group, std::size_t count, const char* suffix) {
    for (std::size_t index = 0; index < count; ++index) {
        if (index != 0) sql += ',';
        sql += group;
    }
    return sql + suffix;
}

}  // namespace bench::raw
