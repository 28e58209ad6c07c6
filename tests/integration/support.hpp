#pragma once

#include <duet/duet.hpp>

#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "integration/servers.hpp"

/// One suite for every database and both modes: a test is written once and takes results with `got(...)`.
namespace duet::test {

using namespace duet::literals;

/// A folder that goes away with the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "duet-test-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

struct SqliteMemory {
    static constexpr const char* name = "SqliteMemory";
    std::string url() const { return "sqlite://:memory:"; }
};
struct SqliteFile {
    static constexpr const char* name = "SqliteFile";
    TemporaryFolder folder;
    std::string url() const { return "sqlite:///" + folder.file("test.db").string(); }
};

/// Each object is a new, empty database, which goes away with the object.
struct Postgres {
    static constexpr const char* name = "Postgres";
    ServerDatabase database{Server::postgres};
    const std::string& url() const { return database.url(); }
};
struct PgBouncer {
    static constexpr const char* name = "PgBouncer";
    ServerDatabase database{Server::pgbouncer};
    const std::string& url() const { return database.url(); }
};
struct MariaDb {
    static constexpr const char* name = "MariaDb";
    ServerDatabase database{Server::mariadb};
    const std::string& url() const { return database.url(); }
};

template <class Server, class Mode>
struct Backend {
    using server_type = Server;
    using mode = Mode;
};

/// What an operation yields: in blocking mode the value itself, in async mode that of the Task, run to its
/// end.
template <class T>
T got(T&& result) {
    return std::forward<T>(result);
}
template <class T>
T got(Task<T> task) {
    return duet::run(std::move(task));
}
/// For operations without a result: `did([&] { return db.save(ada); })`.
template <class F>
void did(F operation) {
    if constexpr (std::is_void_v<decltype(operation())>) {
        operation();
    } else {
        (void)got(operation());
    }
}

/// The same inside a coroutine: `co_await later(db.create(...))` is right in both modes.
template <class T>
Task<T> later(Task<T> task) {
    return task;
}
template <class T>
requires(!requires { typename T::promise_type; }) Task<T> later(T value) { co_return value; }

/// `co_await later_done([&] { return tx.save(ada); })`
template <class F>
Task<> later_done(F operation) {
    if constexpr (std::is_void_v<decltype(operation())>) {
        operation();
        co_return;
    } else {
        co_await operation();
    }
}

/// Runs a coroutine to its end, on an event loop or on the spot, as the mode wants.
template <class Mode, class T>
T run_in(Task<T> task) {
    if constexpr (Mode::is_async) {
        return duet::run(std::move(task));
    } else {
        return duet::detail::complete_inline(std::move(task));
    }
}

/// A transaction whose block is one coroutine for both modes: `in_transaction(db, [&](auto& tx) -> Task<>
/// {...})`.
template <template <class> class Handle, class Mode, class F>
void in_transaction(Handle<Mode>& handle, F body, TransactionOptions options = {}) {
    if constexpr (Mode::is_async) {
        duet::run(handle.transaction([&body](BasicTransaction<Mode>& tx) -> Task<> { co_await body(tx); },
                                     options));
    } else {
        handle.transaction([&body](BasicTransaction<Mode>& tx) { duet::detail::complete_inline(body(tx)); },
                           options);
    }
}

// Each test is compiled for each of them: the sanitizers' builds take every driver and both modes once.
#if defined(DUET_TEST_FEW_BACKENDS)
using Backends =
    ::testing::Types<Backend<SqliteMemory, Blocking>, Backend<SqliteFile, Async>, Backend<Postgres, Blocking>,
                     Backend<Postgres, Async>, Backend<MariaDb, Blocking>, Backend<MariaDb, Async>>;
#else
using Backends =
    ::testing::Types<Backend<SqliteMemory, Blocking>, Backend<SqliteMemory, Async>,
                     Backend<SqliteFile, Blocking>, Backend<SqliteFile, Async>, Backend<Postgres, Blocking>,
                     Backend<Postgres, Async>, Backend<PgBouncer, Blocking>, Backend<PgBouncer, Async>,
                     Backend<MariaDb, Blocking>, Backend<MariaDb, Async>>;
#endif

struct BackendNames {
    template <class B>
    static std::string GetName(int /*index*/) {
        return std::string(B::server_type::name) + (B::mode::is_async ? "Async" : "Blocking");
    }
};

/// Both modes, for suites that have servers of their own.
using Modes = ::testing::Types<Blocking, Async>;

struct ModeNames {
    template <class Mode>
    static std::string GetName(int /*index*/) {
        return Mode::is_async ? "Async" : "Blocking";
    }
};

/// A text for each dialect, where SQL differs.
struct PerDialect {
    std::string sqlite{};
    std::string postgres{};
    std::string mariadb{};
};

/// A fresh database in `db`; create the tables in SetUp.
template <class B>
class DatabaseTest : public ::testing::Test {
protected:
    using Mode = typename B::mode;
    using Db = BasicDatabase<Mode>;
    using Tx = BasicTransaction<Mode>;

    static constexpr bool is_mariadb = std::is_same_v<typename B::server_type, MariaDb>;
    static constexpr bool is_postgres = std::is_same_v<typename B::server_type, Postgres> ||
                                        std::is_same_v<typename B::server_type, PgBouncer>;
    static constexpr bool is_sqlite = !is_mariadb && !is_postgres;
    /// `this->sql({.sqlite = "...", .postgres = "...", .mariadb = "..."})`: that of the database under test.
    static std::string sql(const PerDialect& text) {
        return is_mariadb ? text.mariadb : is_postgres ? text.postgres : text.sqlite;
    }

    typename B::server_type server;
    Db db{server.url()};
};

}  // namespace duet::test
