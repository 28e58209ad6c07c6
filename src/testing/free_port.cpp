#include "testing/free_port.hpp"

#include <duet/base/error.hpp>

#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "testing/file_descriptor.hpp"

namespace duet::testing {

std::uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<unsigned> ports(20000, 32000);
    for (int attempt = 0; attempt < 200; ++attempt) {
        const auto port = static_cast<std::uint16_t>(ports(random));
        const FileDescriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (probe && ::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            return port;
        }
    }
    throw ConfigurationError("No free TCP port between 20000 and 32000 was found on 127.0.0.1");
}

}  // namespace duet::testing
