#pragma once

#include <duet/testing/tls.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace duet::testing {

/// How a throwaway MariaDB is set up. The defaults suit a test-suite.
struct MariaDbOptions {
    /// Lines for the [mariadbd] section of the option file, "name=value" or "name" each; later ones win, and
    /// all win over what the harness sets itself (no syncing to disk, a small buffer pool, utf8mb4).
    std::vector<std::string> settings{};
    /// Whether it speaks TLS, with certificates of its own: see EphemeralMariaDb::tls(). Needs the program
    /// openssl, from version 3. Clients that ask for no TLS get in as before.
    bool tls = false;
    /// Databases that are there once the server runs.
    std::vector<std::string> databases{"duet"};
    /// The folder in which the server's own throwaway folder is made; empty for the system's folder for
    /// temporary files.
    std::filesystem::path parent_folder{};
    /// How long each start may take.
    std::chrono::milliseconds start_timeout = std::chrono::seconds(60);
};

/// A MariaDB server of your own, for tests: it runs in a folder of its own, listens on a free port of
/// 127.0.0.1 and on a unix socket, and is gone, with its folder and everything in it, when the object is.
/// Should the process die before that, by SIGKILL even, the server is killed and the folder removed all the
/// same.
///
/// There is one user, `duet` with the password `secret`, who may do everything; `root` has no password and
/// gets in by the unix socket only. Names of time zones are not loaded, only offsets work.
///
/// Needs mariadb-install-db and mariadbd, on PATH or where Debian puts them. Under root the server runs as
/// the user `mysql`, or else `nobody`. Errors and threads: as with EphemeralPostgres.
class EphemeralMariaDb {
public:
    /// Returns when the server accepts connections; one to two seconds.
    explicit EphemeralMariaDb(MariaDbOptions options = {});
    ~EphemeralMariaDb();
    EphemeralMariaDb(EphemeralMariaDb&&) noexcept;
    EphemeralMariaDb& operator=(EphemeralMariaDb&&) noexcept;

    /// mariadb://duet:secret@127.0.0.1:<port>/<database>. Valid across stop() and start().
    std::string url(std::string_view database = "duet") const;
    /// mariadb://duet:secret@localhost/<database>?socket=<path>
    std::string socket_url(std::string_view database = "duet") const;
    std::uint16_t port() const;
    /// For the clients of a server with MariaDbOptions::tls; others have none: ConfigurationError.
    const TlsFiles& tls() const;
    /// Holds the socket, the log (`server.log`) and the data (`data`).
    const std::filesystem::path& folder() const;
    /// All that the server has logged so far.
    std::string log() const;

    /// Creates an empty database of utf8mb4 text.
    void create_database(std::string_view name);
    /// Creates an empty database whose name no other has on this server, and returns the name.
    std::string create_fresh_database();
    /// Drops a database, throwing out whoever is connected to it. No error when there is none.
    void drop_database(std::string_view name);
    /// Runs one SQL statement as it stands and returns the first column of the last row as text; empty when
    /// there is no row or it is NULL. For setting the scene in a test: the text must be the test's own.
    /// Throws DatabaseError with what the server said.
    std::string ask(std::string_view sql, std::string_view database = "mysql") const;

    /// Whether the server process is alive (a paused one is).
    bool running() const;
    /// Shuts down in order; data stays.
    void stop();
    /// SIGKILL, as a crash or a power cut would. The next start() recovers.
    void kill();
    /// Starts a stopped or killed server again, on the same port and data.
    void start();
    /// Freezes the server: connections stay open and say nothing any more.
    void pause();
    /// Ends pause().
    void resume();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace duet::testing
