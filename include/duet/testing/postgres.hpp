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

class EphemeralPostgres;

/// How a throwaway PostgreSQL is set up. The defaults suit a test-suite.
struct PostgresOptions {
    /// Lines for postgresql.conf, "name=value" each, the value without quotes; later ones win, and all win
    /// over what the harness sets itself (fsync=off, full_page_writes=off, max_connections=200,
    /// wal_level=replica, timezone=UTC and the like).
    std::vector<std::string> settings{};
    /// Lines for pg_hba.conf. They come before the harness's own, which trust everybody.
    std::vector<std::string> access_rules{};
    /// Whether it speaks TLS, with certificates of its own: see EphemeralPostgres::tls(). Needs the program
    /// openssl, from version 3. Clients that ask for no TLS get in as before, unless `access_rules` say
    /// `hostssl`.
    bool tls = false;
    /// Databases that are there once the server runs. A standby has those of its primary instead.
    std::vector<std::string> databases{"duet"};
    /// Makes this server a streaming standby of that one, which must be running and must live longer.
    const EphemeralPostgres* replica_of = nullptr;
    /// The folder in which the server's own throwaway folder is made; empty for the system's folder for
    /// temporary files. One in memory (/dev/shm) makes creating databases several times faster.
    std::filesystem::path parent_folder{};
    /// How long each start may take.
    std::chrono::milliseconds start_timeout = std::chrono::seconds(60);
};

/// A PostgreSQL server of your own, for tests: it runs in a folder of its own, listens on a free port of
/// 127.0.0.1 and on a unix socket, lets the superuser `duet` in without a password, and is gone, with its
/// folder and everything in it, when the object is. Should the process die before that, by SIGKILL even, the
/// server is killed and the folder removed all the same.
///
/// Needs the server's programs (initdb, postgres; pg_basebackup for a standby), on PATH or where Debian puts
/// them; the newest version found wins. PostgreSQL refuses to run as root: under root it runs as the user
/// `postgres`, or else `nobody`.
///
/// Everything may throw ConfigurationError: programs that are missing, a setting that the server refuses (the
/// message ends with the tail of the server's log), a start that takes too long, a method that needs a
/// running server and finds none. One object may be used by one thread at a time; any number of objects live
/// side by side. The server is not tied to the thread that started it.
class EphemeralPostgres {
public:
    /// Returns when the server accepts connections; about a second.
    explicit EphemeralPostgres(PostgresOptions options = {});
    ~EphemeralPostgres();
    EphemeralPostgres(EphemeralPostgres&&) noexcept;
    EphemeralPostgres& operator=(EphemeralPostgres&&) noexcept;

    /// postgresql://duet@127.0.0.1:<port>/<database>. Valid across stop() and start().
    std::string url(std::string_view database = "duet") const;
    /// postgresql:///<database>?host=<folder of the socket>&port=<port>&user=duet
    std::string socket_url(std::string_view database = "duet") const;
    std::uint16_t port() const;
    /// For the clients of a server with PostgresOptions::tls; others have none: ConfigurationError.
    const TlsFiles& tls() const;
    /// Holds the socket, the log (`server.log`) and the data (`data`).
    const std::filesystem::path& folder() const;
    /// All that the server has logged so far.
    std::string log() const;

    /// Creates an empty database, within some ten milliseconds.
    void create_database(std::string_view name);
    /// Creates an empty database whose name no other has on this server, and returns the name.
    std::string create_fresh_database();
    /// Drops a database, throwing out whoever is connected to it. No error when there is none.
    void drop_database(std::string_view name);
    /// Runs SQL text as it stands, by the simple protocol, and returns the first column of the last row as
    /// text; empty when there is no row or it is NULL. For setting the scene in a test: the text must be the
    /// test's own. Throws DatabaseError with what the server said.
    std::string ask(std::string_view sql, std::string_view database = "postgres") const;

    /// Whether the server process is alive (a paused one is).
    bool running() const;
    /// Shuts down in order ("fast": open transactions are rolled back, clients disconnected); data stays.
    void stop();
    /// SIGKILL to the server and all its processes at once, as a crash or a power cut would. Data stays as it
    /// was on disk; the next start() recovers.
    void kill();
    /// Starts a stopped or killed server again, on the same port and data.
    void start();
    /// Freezes every process of the server, as a network would that has gone silent: connections stay open
    /// and say nothing any more; the kernel still accepts new ones, which are never answered.
    void pause();
    /// Ends pause().
    void resume();
    /// On a standby: waits until it has replayed what its primary has committed by now. Throws DatabaseError
    /// when that takes longer than `timeout`.
    void wait_until_caught_up(std::chrono::milliseconds timeout = std::chrono::seconds(30)) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace duet::testing
