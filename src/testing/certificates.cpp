#include "testing/certificates.hpp"

#include <string>
#include <vector>

#include "testing/programs.hpp"

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

// In place of the system's own configuration, which may hold anything.
constexpr const char* configuration = R"([req]
prompt = no
distinguished_name = name
[name]
CN = duet
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
)";

}  // namespace

Certificates make_certificates(const ServerProcess& process) {
    const fs::path& folder = process.folder();
    const std::string openssl = find_program("openssl", {}, "openssl").string();
    const fs::path settings = folder / "openssl.cnf";
    process.write_file(settings, configuration);
    const auto certificate = [&](const std::string& name) { return folder / (name + ".pem"); };
    const auto key = [&](const std::string& name) { return folder / (name + ".key"); };
    const auto make = [&](const std::string& name, const std::string& common_name) {
        std::vector<std::string> words{openssl,
                                       "req",
                                       "-x509",
                                       "-config",
                                       settings.string(),
                                       "-extensions",
                                       name,
                                       "-subj",
                                       "/CN=" + common_name,
                                       "-days",
                                       "3650",
                                       "-newkey",
                                       "ec",
                                       "-pkeyopt",
                                       "ec_paramgen_curve:prime256v1",
                                       "-nodes",
                                       "-keyout",
                                       key(name).string(),
                                       "-out",
                                       certificate(name).string()};
        if (name != "authority") {
            words.insert(words.end(),
                         {"-CA", certificate("authority").string(), "-CAkey", key("authority").string()});
        }
        process.run(std::move(words));
    };
    make("authority", "authority of a throwaway server");
    make("server", "localhost");
    make("client", "duet");
    return {.client = {.authority = certificate("authority"),
                       .certificate = certificate("client"),
                       .key = key("client")},
            .server_certificate = certificate("server"),
            .server_key = key("server")};
}

}  // namespace duet::testing
