#pragma once

#include <duet/testing/tls.hpp>

#include <filesystem>

#include "testing/server_process.hpp"

namespace duet::testing {

/// All that a server and its clients need for TLS.
struct Certificates {
    TlsFiles client{};
    std::filesystem::path server_certificate{};
    std::filesystem::path server_key{};
};

/// Makes an authority and what it signs in the folder of the server, as the server's user. Throws
/// ConfigurationError when the program openssl is missing or fails.
Certificates make_certificates(const ServerProcess& process);

}  // namespace duet::testing
