#include <duet/base/error.hpp>
#include <duet/testing/postgres.hpp>

#include <csignal>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>

#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "testing/certificates.hpp"
#include "testing/postgres_wire.hpp"
#include "testing/programs.hpp"
#include "testing/server_process.hpp"

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

// Dynamic shared memory in files of the data folder, so that a killed server leaves none behind elsewhere.
constexpr const char* common_settings = R"(
listen_addresses = '127.0.0.1'
fsync = off
wal_level = replica
max_wal_senders = 10
hot_standby = on
max_connections = 200
max_wal_size = '256MB'
dynamic_shared_memory_type = mmap
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
logging_collector = off
log_destination = 'stderr'
)";

constexpr const char* common_access = R"(
local all         all              trust
host  all         all 127.0.0.1/32 trust
local replication all              trust
host  replication all 127.0.0.1/32 trust
)";

std::string setting_line(const std::string& name, std::string_view value) {
    std::string line = name + " = '";
    for (const char c : value) {
        if (c == '\'') line += '\'';
        line += c;
    }
    return line + "'\n";
}

}  // namespace

struct EphemeralPostgres::Impl {
    explicit Impl(PostgresOptions given)
        : options(std::move(given)),
          programs(find_program("initdb", postgres_folders(), "postgresql").parent_path()),
          primary(options.replica_of != nullptr ? options.replica_of->impl_.get() : nullptr),
          process({"PostgreSQL", "pg", options.parent_folder, user_for_server({"postgres", "nobody"}),
                   options.start_timeout}) {
        if (primary != nullptr) {
            copy_primary();
        } else {
            process.run({program("initdb"), "--pgdata=" + data().string(), "--username=duet", "--auth=trust",
                         "--encoding=UTF8", "--locale=C.UTF-8", "--lc-messages=C", "--no-sync",
                         "--no-instructions"});
        }
        if (options.tls) certificates = make_certificates(process);
        write_access();
        const auto ready = [this] { return PostgresWire(socket(), "duet", "postgres", probe_timeout), true; };
        process.start_on_free_port([this] { write_settings(); }, {program("postgres"), "-D", data().string()},
                                   ready);
        if (primary == nullptr) {
            for (const std::string& name : options.databases) create(name);
        }
    }

    ~Impl() {
        // Not in order, since nothing is kept; but PostgreSQL gives its shared memory back.
        process.stop(SIGQUIT);
        remove_shared_memory();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::string program(const char* name) const { return (programs / name).string(); }
    fs::path data() const { return process.folder() / "data"; }
    fs::path socket() const { return process.folder() / (".s.PGSQL." + std::to_string(process.port())); }

    void copy_primary() const {
        primary->process.require_running();
        process.run({program("pg_basebackup"), "--pgdata=" + data().string(), "--write-recovery-conf",
                     "--wal-method=stream", "--checkpoint=fast", "--no-sync", "--username=duet",
                     "--host=" + primary->process.folder().string(),
                     "--port=" + std::to_string(primary->process.port())});
    }

    void write_access() const {
        std::string rules;
        for (const std::string& rule : options.access_rules) rules += rule + '\n';
        process.write_file(data() / "pg_hba.conf", rules + common_access);
    }

    void write_settings() const {
        std::string text = common_settings;
        text += setting_line("unix_socket_directories", process.folder().string());
        text += setting_line("port", std::to_string(process.port()));
        if (certificates) {
            text += setting_line("ssl", "on");
            text += setting_line("ssl_ca_file", certificates->client.authority.string());
            text += setting_line("ssl_cert_file", certificates->server_certificate.string());
            text += setting_line("ssl_key_file", certificates->server_key.string());
        }
        for (const std::string& setting : options.settings) {
            const auto [name, value] = split_setting(setting);
            text += setting_line(name, value);
        }
        // Behind what initdb or the primary wrote: of several lines the last one holds.
        process.write_file(data() / "postgresql.conf", text, true);
    }

    std::string ask(std::string_view sql, std::string_view database) const {
        process.require_running();
        return PostgresWire(socket(), "duet", database).ask(sql);
    }

    void create(std::string_view name) const {
        process.require_running();
        PostgresWire server(socket(), "duet", "postgres");
        create_postgres_database(server, name);
    }

    /// The segment by which PostgreSQL knows that a server runs on its data outlives SIGKILL; it is named in
    /// the seventh line of a file, which an orderly end removes.
    void remove_shared_memory() const {
        std::ifstream file(data() / "postmaster.pid");
        std::string line;
        for (int i = 0; i < 6; ++i) std::getline(file, line);
        unsigned long key = 0;
        int segment = 0;
        shmid_ds state{};
        if (file >> key >> segment && ::shmctl(segment, IPC_STAT, &state) == 0 && state.shm_nattch == 0 &&
            static_cast<key_t>(key) == state.shm_perm.__key) {
            ::shmctl(segment, IPC_RMID, nullptr);
        }
    }

    static constexpr std::chrono::milliseconds probe_timeout{1000};

    PostgresOptions options;
    fs::path programs;
    const Impl* primary;
    ServerProcess process;
    std::optional<Certificates> certificates{};
    unsigned fresh = 0;
};

EphemeralPostgres::EphemeralPostgres(PostgresOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
EphemeralPostgres::~EphemeralPostgres() = default;
EphemeralPostgres::EphemeralPostgres(EphemeralPostgres&&) noexcept = default;
EphemeralPostgres& EphemeralPostgres::operator=(EphemeralPostgres&&) noexcept = default;

std::string EphemeralPostgres::url(std::string_view database) const {
    return "postgresql://duet@127.0.0.1:" + std::to_string(port()) + '/' + percent_encoded(database);
}
std::string EphemeralPostgres::socket_url(std::string_view database) const {
    return "postgresql:///" + percent_encoded(database) + "?host=" + percent_encoded(folder().string()) +
           "&port=" + std::to_string(port()) + "&user=duet";
}
std::uint16_t EphemeralPostgres::port() const { return impl_->process.port(); }
const TlsFiles& EphemeralPostgres::tls() const {
    if (impl_->certificates) return impl_->certificates->client;
    throw ConfigurationError("This throwaway PostgreSQL was started without PostgresOptions::tls");
}
const fs::path& EphemeralPostgres::folder() const { return impl_->process.folder(); }
std::string EphemeralPostgres::log() const { return impl_->process.log(); }

void EphemeralPostgres::create_database(std::string_view name) { impl_->create(name); }
std::string EphemeralPostgres::create_fresh_database() {
    std::string name = "fresh_" + std::to_string(::getpid()) + '_' + std::to_string(++impl_->fresh);
    create_database(name);
    return name;
}
void EphemeralPostgres::drop_database(std::string_view name) {
    impl_->process.require_running();
    PostgresWire server(impl_->socket(), "duet", "postgres");
    drop_postgres_database(server, name);
}
std::string EphemeralPostgres::ask(std::string_view sql, std::string_view database) const {
    return impl_->ask(sql, database);
}

bool EphemeralPostgres::running() const { return impl_->process.running(); }
void EphemeralPostgres::stop() { impl_->process.stop(SIGINT); }
void EphemeralPostgres::kill() { impl_->process.kill(); }
void EphemeralPostgres::start() { impl_->process.start_again(); }
void EphemeralPostgres::pause() { impl_->process.pause(); }
void EphemeralPostgres::resume() { impl_->process.resume(); }

void EphemeralPostgres::wait_until_caught_up(std::chrono::milliseconds timeout) const {
    if (impl_->primary == nullptr) throw ConfigurationError("This throwaway PostgreSQL is no standby");
    const std::string target = impl_->primary->ask("SELECT pg_current_wal_insert_lsn()", "postgres");
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (ask("SELECT pg_last_wal_replay_lsn() >= '" + target + "'::pg_lsn") != "t") {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw DatabaseError("The standby has not replayed what its primary has written");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace duet::testing
