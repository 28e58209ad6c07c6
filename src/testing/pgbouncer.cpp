#include <duet/testing/pgbouncer.hpp>
#include <duet/testing/postgres.hpp>

#include <csignal>
#include <utility>

#include "testing/postgres_wire.hpp"
#include "testing/programs.hpp"
#include "testing/server_process.hpp"

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

// A server that comes back is tried after a second, not after the fifteen that are the default.
constexpr const char* common_settings = R"(listen_addr=127.0.0.1
auth_type=any
max_client_conn=200
default_pool_size=20
ignore_startup_parameters=extra_float_digits
server_login_retry=1
)";

}  // namespace

struct EphemeralPgBouncer::Impl {
    Impl(const EphemeralPostgres& server, PgBouncerOptions given)
        : options(std::move(given)),
          process({"PgBouncer", "pgb", options.parent_folder, user_for_server({"postgres", "nobody"}),
                   options.start_timeout}) {
        const fs::path settings_file = process.folder() / "pgbouncer.ini";
        const auto configure = [&] {
            std::string text = "[databases]\n* = host=" + server.folder().string() +
                               " port=" + std::to_string(server.port()) + " user=duet\n[pgbouncer]\n" +
                               common_settings + "pool_mode=" + options.pool_mode +
                               "\nunix_socket_dir=" + process.folder().string() +
                               "\nlisten_port=" + std::to_string(process.port()) + '\n';
            for (const std::string& setting : options.settings) text += setting + '\n';
            process.write_file(settings_file, text);
        };
        const auto ready = [this] {
            const fs::path socket = process.folder() / (".s.PGSQL." + std::to_string(process.port()));
            return PostgresWire(socket, "duet", "pgbouncer", std::chrono::seconds(1)), true;
        };
        process.start_on_free_port(
            configure, {find_program("pgbouncer", {}, "pgbouncer").string(), settings_file.string()}, ready);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    PgBouncerOptions options;
    ServerProcess process;
};

EphemeralPgBouncer::EphemeralPgBouncer(const EphemeralPostgres& server, PgBouncerOptions options)
    : impl_(std::make_unique<Impl>(server, std::move(options))) {}
EphemeralPgBouncer::~EphemeralPgBouncer() = default;
EphemeralPgBouncer::EphemeralPgBouncer(EphemeralPgBouncer&&) noexcept = default;
EphemeralPgBouncer& EphemeralPgBouncer::operator=(EphemeralPgBouncer&&) noexcept = default;

std::string EphemeralPgBouncer::url(std::string_view database) const {
    return "postgresql://duet@127.0.0.1:" + std::to_string(port()) + '/' + percent_encoded(database);
}
std::uint16_t EphemeralPgBouncer::port() const { return impl_->process.port(); }
const fs::path& EphemeralPgBouncer::folder() const { return impl_->process.folder(); }
std::string EphemeralPgBouncer::log() const { return impl_->process.log(); }

bool EphemeralPgBouncer::running() const { return impl_->process.running(); }
void EphemeralPgBouncer::stop() { impl_->process.stop(SIGTERM); }
void EphemeralPgBouncer::kill() { impl_->process.kill(); }
void EphemeralPgBouncer::start() { impl_->process.start_again(); }
void EphemeralPgBouncer::pause() { impl_->process.pause(); }
void EphemeralPgBouncer::resume() { impl_->process.resume(); }

}  // namespace duet::testing
