#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace duet::testing {

class EphemeralPostgres;

/// How a throwaway PgBouncer is set up.
struct PgBouncerOptions {
    /// session, transaction or statement.
    std::string pool_mode = "transaction";
    /// Lines for the [pgbouncer] section of its configuration, "name=value" each; they win over the harness's
    /// own (max_client_conn=200, default_pool_size=20).
    std::vector<std::string> settings{};
    /// The folder in which its own throwaway folder is made; empty for the system's folder for temporary
    /// files.
    std::filesystem::path parent_folder{};
    /// How long each start may take.
    std::chrono::milliseconds start_timeout = std::chrono::seconds(30);
};

/// A PgBouncer in front of a throwaway PostgreSQL: every database of the server is reachable through it under
/// its own name, without a password. The server must live longer than the object.
///
/// Needs the program pgbouncer. Under root it runs as the server does: as `postgres`, or else `nobody`.
/// Errors, threads and what happens when the process dies: as with EphemeralPostgres.
class EphemeralPgBouncer {
public:
    explicit EphemeralPgBouncer(const EphemeralPostgres& server, PgBouncerOptions options = {});
    ~EphemeralPgBouncer();
    EphemeralPgBouncer(EphemeralPgBouncer&&) noexcept;
    EphemeralPgBouncer& operator=(EphemeralPgBouncer&&) noexcept;

    /// postgresql://duet@127.0.0.1:<port>/<database>. Valid across stop() and start().
    std::string url(std::string_view database = "duet") const;
    std::uint16_t port() const;
    /// Holds the socket, the configuration and the log (`server.log`).
    const std::filesystem::path& folder() const;
    /// All that it has logged so far.
    std::string log() const;

    bool running() const;
    /// Ends at once; clients lose their connections.
    void stop();
    /// SIGKILL.
    void kill();
    /// Starts it again on the same port.
    void start();
    /// Freezes it: connections stay open and say nothing any more.
    void pause();
    /// Ends pause().
    void resume();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace duet::testing
