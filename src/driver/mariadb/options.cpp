#include "driver/mariadb/options.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>
#include <duet/driver/url_values.hpp>

#include <charconv>
#include <chrono>
#include <string_view>

namespace duet::driver::mariadb {
namespace {

constexpr std::string_view known_options =
    "charset, compress, connect_timeout, read_timeout, socket, ssl, ssl_ca, ssl_cert, ssl_key, ssl_verify";

unsigned port_of(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
        throw ConfigurationError("the port of a MariaDB URL takes a whole number from 1 to 65535");
    return port;
}

// Connector/C counts whole seconds.
unsigned seconds_of(const UrlOption& option) {
    constexpr std::chrono::milliseconds longest = std::chrono::years(1);
    const auto duration = duration_of(option, PlainUnit::seconds, longest);
    return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(duration).count());
}

void require_utf8mb4(std::string_view charset) {
    if (charset == "utf8mb4") return;
    throw ConfigurationError(
        "option charset of a MariaDB URL can only be utf8mb4: texts are UTF-8, all of it, on the way");
}

void apply(Options& options, const std::string& key, const std::string& value) {
    const UrlOption option{key, value, "a MariaDB URL"};
    if (key == "socket" || key == "unix_socket") {
        options.socket = value;
    } else if (key == "charset") {
        require_utf8mb4(value);
    } else if (key == "compress") {
        options.compress = flag_of(option);
    } else if (key == "connect_timeout") {
        options.connect_timeout = seconds_of(option);
    } else if (key == "read_timeout") {
        options.read_timeout = seconds_of(option);
    } else if (key == "ssl") {
        options.ssl = flag_of(option);
    } else if (key == "ssl_verify") {
        options.ssl_verify = flag_of(option);
    } else if (key == "ssl_ca") {
        options.ssl_ca = value;
    } else if (key == "ssl_cert") {
        options.ssl_cert = value;
    } else if (key == "ssl_key") {
        options.ssl_key = value;
    } else if (!is_pool_option(key)) {
        throw ConfigurationError("a MariaDB URL has no option '" + key +
                                 "'; there are: " + std::string(known_options));
    }
}

void refuse_zero_bytes(const Options& options) {
    for (const std::string* text : {&options.host, &options.user, &options.password, &options.database,
                                    &options.socket, &options.ssl_ca, &options.ssl_cert, &options.ssl_key}) {
        if (text->find('\0') != std::string::npos)
            throw ConfigurationError("a MariaDB URL cannot hold a zero byte");
    }
}

}  // namespace

std::string Options::place() const {
    if (!socket.empty()) return socket;
    if (host.empty()) return "the local socket";
    return port == 0 ? host : host + ':' + std::to_string(port);
}

Options parse_options(const Url& url) {
    Options options;
    if (url.hosts.size() > 1) {
        throw ConfigurationError(
            "a MariaDB URL names one host; for several servers give several URLs with roles");
    }
    if (!url.hosts.empty()) {
        options.host = url.hosts[0].name;
        if (!url.hosts[0].port.empty()) options.port = port_of(url.hosts[0].port);
    }
    options.user = url.user;
    options.password = url.password;
    options.database = url.path;
    bool ssl_said = false;
    for (const auto& [key, value] : url.query) {
        apply(options, key, value);
        ssl_said |= key == "ssl";
    }
    refuse_zero_bytes(options);
    const bool ssl_wanted = options.ssl_verify || !options.ssl_ca.empty() || !options.ssl_cert.empty() ||
                            !options.ssl_key.empty();
    if (ssl_wanted && ssl_said && !options.ssl)
        throw ConfigurationError("a MariaDB URL has ssl=false beside other ssl options");
    options.ssl |= ssl_wanted;
    if (!options.socket.empty() && !options.host.empty() && options.host != "localhost")
        throw ConfigurationError("a MariaDB URL has both a host and a socket; leave one of them out");
    return options;
}

}  // namespace duet::driver::mariadb
