// duet_servers start <file>: starts the servers of a test run, writes where they are to the file, and returns
// while
//     they run on. They end by themselves when the file goes away, and after an hour in any case.
// duet_servers stop <file>: ends them.

#include <duet/base/error.hpp>
#include <duet/testing/testing.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "servers/addresses.hpp"

namespace {

namespace fs = std::filesystem;
using duet::test::ServerAddresses;
using namespace std::chrono_literals;

constexpr auto longest_run = 60min;

struct Servers {
    std::optional<duet::testing::EphemeralPostgres> postgres;
    std::optional<duet::testing::EphemeralPgBouncer> pgbouncer;
    std::optional<duet::testing::EphemeralMariaDb> mariadb;
};

/// A server that does not start is told to the tests that want it; the others can go on.
template <class F>
void attempt(ServerAddresses& addresses, const char* server, F start) {
    try {
        start();
    } catch (const std::exception& error) {
        addresses[std::string(server) + ".error"] = error.what();
    }
}

ServerAddresses start_servers(Servers& servers) {
    const fs::path folder = duet::test::fast_folder();
    ServerAddresses addresses;
    addresses["process"] = std::to_string(::getpid());
    attempt(addresses, "postgres", [&] {
        const auto& server =
            servers.postgres.emplace(duet::testing::PostgresOptions{.parent_folder = folder});
        addresses["postgres.url"] = server.url("");
        addresses["postgres.socket"] =
            (server.folder() / (".s.PGSQL." + std::to_string(server.port()))).string();
    });
    attempt(addresses, "pgbouncer", [&] {
        if (!servers.postgres) throw duet::ConfigurationError(addresses["postgres.error"]);
        const auto& server = servers.pgbouncer.emplace(
            *servers.postgres, duet::testing::PgBouncerOptions{.parent_folder = folder});
        addresses["pgbouncer.url"] = server.url("");
        addresses["pgbouncer.socket"] = addresses["postgres.socket"];
    });
    attempt(addresses, "mariadb", [&] {
        const auto& server = servers.mariadb.emplace(
            duet::testing::MariaDbOptions{.settings = duet::test::mariadb_settings, .parent_folder = folder});
        addresses["mariadb.url"] = server.url("");
        addresses["mariadb.socket"] = (server.folder() / "socket").string();
    });
    return addresses;
}

void serve(const fs::path& file, int started) {
    Servers servers;
    const ServerAddresses addresses = start_servers(servers);
    duet::test::write_addresses(file, addresses);
    const char byte = 1;
    if (::write(started, &byte, 1) != 1) return;
    ::close(started);
    const auto end = std::chrono::steady_clock::now() + longest_run;
    while (duet::test::read_addresses(file)["process"] == addresses.at("process")) {
        if (std::chrono::steady_clock::now() >= end) {
            fs::remove(file);
            break;
        }
        std::this_thread::sleep_for(100ms);
    }
}

int stop(const fs::path& file) {
    const ServerAddresses addresses = duet::test::read_addresses(file);
    std::error_code ignored;
    fs::remove(file, ignored);
    const auto found = addresses.find("process");
    if (found == addresses.end()) return 0;
    const int process = std::atoi(found->second.c_str());
    for (int i = 0; i < 600; ++i) {
        // Where nobody buries orphans it stays as a zombie, without an executable.
        std::error_code gone;
        (void)fs::read_symlink("/proc/" + std::to_string(process) + "/exe", gone);
        if (gone || ::kill(process, 0) != 0) return 0;
        std::this_thread::sleep_for(50ms);
    }
    std::fprintf(stderr, "the servers of process %d did not end\n", process);
    return 1;
}

int start(const fs::path& file) {
    if (stop(file) != 0) return 1;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return 1;
    const pid_t child = ::fork();
    if (child < 0) return 1;
    if (child == 0) {
        ::setsid();
        ::close(ends[0]);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
        if (::chdir("/") != 0) ::_exit(1);
        serve(file, ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    char byte = 0;
    if (::read(ends[0], &byte, 1) != 1) {
        std::fprintf(stderr, "the process that starts the servers ended before they were ready\n");
        return 1;
    }
    for (const auto& [name, value] : duet::test::read_addresses(file)) {
        std::printf("%s: %s\n", name.c_str(), value.c_str());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc == 3 ? argv[1] : "";
    try {
        if (command == "start") return start(fs::absolute(argv[2]));
        if (command == "stop") return stop(fs::absolute(argv[2]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr, "duet_servers start|stop <file>\n");
    return 2;
}
