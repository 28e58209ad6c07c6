#include <duet/base/error.hpp>
#include <duet/testing/mariadb.hpp>

#include <csignal>
#include <optional>
#include <utility>

#include <unistd.h>

#include "testing/certificates.hpp"
#include "testing/mariadb_wire.hpp"
#include "testing/programs.hpp"
#include "testing/server_process.hpp"

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* common_settings = R"([mariadbd]
bind-address=127.0.0.1
skip-name-resolve
character-set-server=utf8mb4
default-time-zone=+00:00
max-connections=200
innodb-flush-method=nosync
innodb-flush-log-at-trx-commit=2
innodb-buffer-pool-size=64M
innodb-log-file-size=48M
key-buffer-size=1M
aria-pagecache-buffer-size=8M
)";

// Run at every start, before anybody gets in.
constexpr const char* users = R"(CREATE USER IF NOT EXISTS duet@'%' IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO duet@'%' WITH GRANT OPTION;
DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');
FLUSH PRIVILEGES;
)";

}  // namespace

struct EphemeralMariaDb::Impl {
    explicit Impl(MariaDbOptions given)
        : options(std::move(given)),
          process({"MariaDB", "my", options.parent_folder, user_for_server({"mysql", "nobody"}),
                   options.start_timeout}) {
        const std::string server = find_program("mariadbd", {}, "mariadb-server").string();
        const std::string installer = find_program("mariadb-install-db", {}, "mariadb-server").string();
        // Servers that are installed side by side in one tmpdir delete each other's temporary tables.
        process.run({installer, "--no-defaults", "--datadir=" + data().string(),
                     "--tmpdir=" + process.folder().string(), "--skip-test-db", "--skip-name-resolve",
                     "--auth-root-authentication-method=normal", "--innodb-flush-method=nosync",
                     "--innodb-log-file-size=48M"});
        process.write_file(process.folder() / "users.sql", users);
        if (options.tls) certificates = make_certificates(process);
        const auto ready = [this] { return MariaDbWire(socket(), "root", "mysql", probe_timeout), true; };
        process.start_on_free_port([this] { write_settings(); },
                                   {server, "--defaults-file=" + settings_file().string()}, ready);
        MariaDbWire wire(socket(), "root", "mysql");
        for (const std::string& name : options.databases) create_mariadb_database(wire, name);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    fs::path data() const { return process.folder() / "data"; }
    fs::path socket() const { return process.folder() / "socket"; }
    fs::path settings_file() const { return process.folder() / "server.cnf"; }

    void write_settings() const {
        std::string text = common_settings;
        text += "datadir=" + data().string() + "\nsocket=" + socket().string() +
                "\ntmpdir=" + process.folder().string() +
                "\npid-file=" + (process.folder() / "mariadbd.pid").string() +
                "\ninit-file=" + (process.folder() / "users.sql").string() +
                "\nport=" + std::to_string(process.port()) + '\n';
        if (certificates) {
            text += "ssl-ca=" + certificates->client.authority.string() +
                    "\nssl-cert=" + certificates->server_certificate.string() +
                    "\nssl-key=" + certificates->server_key.string() + '\n';
        }
        for (const std::string& setting : options.settings) text += setting + '\n';
        process.write_file(settings_file(), text);
    }

    MariaDbWire connect(std::string_view database = "mysql") const {
        process.require_running();
        return MariaDbWire(socket(), "root", database);
    }

    static constexpr std::chrono::milliseconds probe_timeout{1000};

    MariaDbOptions options;
    ServerProcess process;
    std::optional<Certificates> certificates{};
    unsigned fresh = 0;
};

EphemeralMariaDb::EphemeralMariaDb(MariaDbOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
EphemeralMariaDb::~EphemeralMariaDb() = default;
EphemeralMariaDb::EphemeralMariaDb(EphemeralMariaDb&&) noexcept = default;
EphemeralMariaDb& EphemeralMariaDb::operator=(EphemeralMariaDb&&) noexcept = default;

std::string EphemeralMariaDb::url(std::string_view database) const {
    return "mariadb://duet:secret@127.0.0.1:" + std::to_string(port()) + '/' + percent_encoded(database);
}
std::string EphemeralMariaDb::socket_url(std::string_view database) const {
    return "mariadb://duet:secret@localhost/" + percent_encoded(database) +
           "?socket=" + percent_encoded(impl_->socket().string());
}
std::uint16_t EphemeralMariaDb::port() const { return impl_->process.port(); }
const TlsFiles& EphemeralMariaDb::tls() const {
    if (impl_->certificates) return impl_->certificates->client;
    throw ConfigurationError("This throwaway MariaDB was started without MariaDbOptions::tls");
}
const fs::path& EphemeralMariaDb::folder() const { return impl_->process.folder(); }
std::string EphemeralMariaDb::log() const { return impl_->process.log(); }

void EphemeralMariaDb::create_database(std::string_view name) {
    MariaDbWire server = impl_->connect();
    create_mariadb_database(server, name);
}
std::string EphemeralMariaDb::create_fresh_database() {
    std::string name = "fresh_" + std::to_string(::getpid()) + '_' + std::to_string(++impl_->fresh);
    create_database(name);
    return name;
}
void EphemeralMariaDb::drop_database(std::string_view name) {
    MariaDbWire server = impl_->connect();
    drop_mariadb_database(server, name);
}
std::string EphemeralMariaDb::ask(std::string_view sql, std::string_view database) const {
    return impl_->connect(database).ask(sql);
}

bool EphemeralMariaDb::running() const { return impl_->process.running(); }
void EphemeralMariaDb::stop() { impl_->process.stop(SIGTERM); }
void EphemeralMariaDb::kill() { impl_->process.kill(); }
void EphemeralMariaDb::start() { impl_->process.start_again(); }
void EphemeralMariaDb::pause() { impl_->process.pause(); }
void EphemeralMariaDb::resume() { impl_->process.resume(); }

}  // namespace duet::testing
