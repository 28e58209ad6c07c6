#pragma once

#include <duet/testing/testing.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "integration/checks.hpp"
#include "servers/addresses.hpp"

/// Servers that speak TLS, each started when a test first wants it, for all tests of the process.
namespace duet::test {

inline testing::EphemeralPostgres& tls_postgres() {
    static testing::EphemeralPostgres server(
        {.access_rules = {"hostnossl encrypted all 127.0.0.1/32 reject",
                          "hostssl   all certified 127.0.0.1/32 trust clientcert=verify-ca",
                          "host      all certified 127.0.0.1/32 reject",
                          "host      all locked    127.0.0.1/32 scram-sha-256"},
         .tls = true,
         .databases = {"duet", "encrypted"},
         .parent_folder = fast_folder()});
    return server;
}

inline testing::EphemeralMariaDb& tls_mariadb() {
    // The second address is one that its certificate does not name.
    static testing::EphemeralMariaDb server(
        {.settings = {"bind-address=127.0.0.1,127.0.0.2", "max-allowed-packet=32M"},
         .tls = true,
         .parent_folder = fast_folder()});
    return server;
}

/// The certificate of an authority that has signed nothing.
class OtherAuthority {
public:
    OtherAuthority() {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=other"
            " -keyout '" +
            folder_.file("key").string() + "' -out '" + certificate() + "' 2>/dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0);
    }
    std::string certificate() const { return folder_.file("other.pem").string(); }

private:
    TemporaryFolder folder_;
};

/// For the query part of a URL.
inline std::string client_files(const testing::TlsFiles& files, const char* certificate, const char* key) {
    return std::string("&") + certificate + '=' + files.certificate.string() + '&' + key + '=' +
           files.key.string();
}

}  // namespace duet::test
