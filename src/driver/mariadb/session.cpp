#include "driver/mariadb/session.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace duet::driver::mariadb {

// What stands in /*M! is for MariaDB alone: MySQL has no such mode.
const std::string_view session_settings =
    "SET SESSION autocommit=1, time_zone='+00:00', "
    "collation_connection=/*M! 'utf8mb4_nopad_bin' *//*!80017 'utf8mb4_0900_bin' */, "
    "sql_mode=CONCAT('STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,"
    "NO_ZERO_IN_DATE,NO_UNSIGNED_SUBTRACTION'/*M!100301 , ',SIMULTANEOUS_ASSIGNMENT' */)";

namespace {

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

void set_tls(MYSQL* mysql, const Options& options) {
    if (!options.ssl) return;
    const my_bool yes = 1;
    const my_bool verify = options.ssl_verify ? 1 : 0;
    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (!options.ssl_ca.empty()) mysql_options(mysql, MYSQL_OPT_SSL_CA, options.ssl_ca.c_str());
    if (!options.ssl_cert.empty()) mysql_options(mysql, MYSQL_OPT_SSL_CERT, options.ssl_cert.c_str());
    if (!options.ssl_key.empty()) mysql_options(mysql, MYSQL_OPT_SSL_KEY, options.ssl_key.c_str());
}

}  // namespace

void prepare_handle(MYSQL* mysql, const Options& options) {
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    // Or a server could ask for any file that this program can read.
    const unsigned no = 0;
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no);
    if (options.compress) mysql_options(mysql, MYSQL_OPT_COMPRESS, nullptr);
    set_tls(mysql, options);
    // To the library, localhost means the socket, whatever the port.
    if (options.host == "localhost" && options.port != 0) {
        const unsigned tcp = MYSQL_PROTOCOL_TCP;
        mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp);
    }
}

bool is_as_secure_as_wanted(MYSQL* mysql, const Options& options) noexcept {
    return !options.ssl || mysql_get_ssl_cipher(mysql) != nullptr;
}

void limit_handshake(int socket, const Options& options) noexcept {
    if (options.connect_timeout == 0) return;
    const timeval limit{.tv_sec = static_cast<time_t>(options.connect_timeout), .tv_usec = 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void never_block(int socket) noexcept {
    const int flags = fcntl(socket, F_GETFL);
    if (flags >= 0) fcntl(socket, F_SETFL, flags | O_NONBLOCK);
}

Target::Target(const Options& options)
    : host(options.socket.empty() ? or_null(options.host) : nullptr),
      user(or_null(options.user)),
      password(options.password.c_str()),
      database(or_null(options.database)),
      socket(or_null(options.socket)),
      port(options.port) {}

}  // namespace duet::driver::mariadb
