#include "open.hpp"

#include <duet/base/error.hpp>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_open(const Options& options, int code, const std::string& why) {
    ConnectionError error("cannot open the SQLite database " + options.file + ": " + why);
    error.attach_code(code_name(code));
    throw error;
}

fs::path directory_of(const Options& options) {
    const fs::path parent = fs::path(options.file).parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

std::string reason(const Options& options, sqlite3* db, int code) {
    std::error_code ignored;
    const fs::path directory = directory_of(options);
    if (!fs::exists(directory, ignored)) return "the directory " + directory.string() + " does not exist";
    if (fs::is_directory(options.file, ignored)) return "it is a directory";
    const bool exists = fs::exists(options.file, ignored);
    if (!exists && options.mode != OpenMode::create) {
        return "the file does not exist, and only mode=rwc (the default) creates it";
    }
    if (!exists) return "the file does not exist and cannot be created";
    if (access(options.file.c_str(), R_OK) != 0) return "the file cannot be read";
    if ((code & 0xff) == SQLITE_NOTADB) return "the file is not an SQLite database, or it is encrypted";
    return db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
}

[[noreturn]] void fail(const Options& options, sqlite3* db, int code) {
    const int primary = code & 0xff;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) throw_error(db, code, {});
    cannot_open(options, code, reason(options, db, code));
}

std::string uri_of(const std::string& file) {
    std::string uri = "file:";
    for (const char c : file) {
        if (c == '%') {
            uri += "%25";
        } else if (c == '?') {
            uri += "%3f";
        } else if (c == '#') {
            uri += "%23";
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

int flags_of(const Options& options) {
    if (options.in_memory()) return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    switch (options.mode) {
        case OpenMode::read_only:
            return SQLITE_OPEN_READONLY;
        case OpenMode::read_write:
            return SQLITE_OPEN_READWRITE;
        default:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    }
}

Handle open_handle(const Options& options, bool immutable) {
    std::string name = options.in_memory() ? ":memory:" : options.file;
    int flags = flags_of(options) | SQLITE_OPEN_NOMUTEX;
    if (immutable) {
        name = uri_of(options.file);
        flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    } else if (name.starts_with("file:")) {
        name.insert(0, "./");  // many builds of SQLite would take it for a URI of their own
    }
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
    Handle db(raw);
    if (code != SQLITE_OK) fail(options, raw, raw == nullptr ? code : sqlite3_extended_errcode(raw));
    sqlite3_extended_result_codes(raw, 1);
    return db;
}

// Runs one pragma; `answer` gets the first column of its row, when there is one.
int pragma(sqlite3* db, const std::string& sql, std::string* answer = nullptr) {
    return sqlite3_exec(
        db, sql.c_str(),
        [](void* out, int, char** values, char**) {
            if (out != nullptr && values[0] != nullptr) *static_cast<std::string*>(out) = values[0];
            return 0;
        },
        answer, nullptr);
}

void require(const Options& options, sqlite3* db, int code) {
    if (code != SQLITE_OK) fail(options, db, code);
}

// Returns the mode that holds in the end. What was not asked for by name need not succeed.
std::string set_journal_mode(const Options& options, sqlite3* db) {
    std::string current;
    require(options, db, pragma(db, "PRAGMA journal_mode", &current));
    const bool asked = !options.journal_mode.empty();
    const std::string& wanted = asked ? options.journal_mode : "wal";
    if (current == wanted || sqlite3_db_readonly(db, "main") == 1) return current;

    const int code = pragma(db, "PRAGMA journal_mode = " + wanted, &current);
    if (code != SQLITE_OK && asked) fail(options, db, code);
    if (current != wanted && asked)
        cannot_open(options, SQLITE_ERROR, "journal_mode=" + wanted + " is not possible here");
    return current;
}

void set_up_file(const Options& options, sqlite3* db) {
    // The first thing that looks into the file, and so the first to notice that it is no database.
    require(options, db, pragma(db, "PRAGMA schema_version"));
    const std::string mode = set_journal_mode(options, db);
    if (!options.synchronous.empty()) {
        require(options, db, pragma(db, "PRAGMA synchronous = " + options.synchronous));
    } else if (mode == "wal") {
        require(options, db, pragma(db, "PRAGMA synchronous = NORMAL"));
    }
}

void set_up(const Options& options, Access access, sqlite3* db) {
    // Else SQLite takes "misspelt" in double quotes for a string, and a column that is missing goes
    // unnoticed.
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    if (options.cache_size) {
        require(options, db, pragma(db, "PRAGMA cache_size = " + std::to_string(*options.cache_size)));
    }
    if (options.mmap_size) {
        require(options, db, pragma(db, "PRAGMA mmap_size = " + std::to_string(*options.mmap_size)));
    }
    if (options.in_memory()) return;
    set_up_file(options, db);
    if (access == Access::read) require(options, db, pragma(db, "PRAGMA query_only = ON"));
}

bool can_be_read_as_immutable(const Options& options, const ConnectionError& error) {
    if (!error.code().starts_with("SQLITE_CANTOPEN") && !error.code().starts_with("SQLITE_READONLY"))
        return false;
    std::error_code missing;
    const auto log_size = fs::file_size(options.file + "-wal", missing);
    const bool no_log = missing || log_size == 0;
    return no_log && access(options.file.c_str(), R_OK) == 0 &&
           access(directory_of(options).c_str(), W_OK) != 0;
}

}  // namespace

Handle open_database(const Options& options, Access access, const std::function<void(sqlite3*)>& prepare) {
    if (sqlite3_threadsafe() == 0) {
        throw ConfigurationError("this build of SQLite is not thread-safe (SQLITE_THREADSAFE=0)");
    }
    const auto attempt = [&](bool immutable) {
        Handle db = open_handle(options, immutable);
        prepare(db.get());
        set_up(options, access, db.get());
        return db;
    };
    try {
        return attempt(false);
    } catch (const ConnectionError& error) {
        if (options.in_memory() || !can_be_read_as_immutable(options, error)) throw;
    }
    return attempt(true);
}

}  // namespace duet::driver::sqlite
