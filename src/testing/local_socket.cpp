#include "testing/local_socket.hpp"

#include <duet/base/error.hpp>

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace duet::testing {

LocalSocket::LocalSocket(const std::filesystem::path& path, std::chrono::milliseconds timeout)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path.native();
    if (name.size() >= sizeof address.sun_path)
        throw ConnectionError("The socket's path is too long: " + name);
    std::memcpy(address.sun_path, name.c_str(), name.size());
    timeval limit{};
    limit.tv_sec = static_cast<time_t>(timeout.count() / 1000);
    limit.tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw ConnectionError("Cannot connect to " + name + ": " + std::strerror(errno));
    }
}

void LocalSocket::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0)
            throw ConnectionError(std::string("Cannot send to the server: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string LocalSocket::receive(std::size_t count) const {
    std::string bytes(count, '\0');
    for (std::size_t have = 0; have < count;) {
        const ssize_t received = ::recv(socket_.get(), bytes.data() + have, count - have, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received == 0) throw ConnectionError("The server closed the connection");
        if (received < 0) {
            const bool silent = errno == EAGAIN || errno == EWOULDBLOCK;
            throw ConnectionError(silent
                                      ? std::string("The server does not answer")
                                      : std::string("Cannot read from the server: ") + std::strerror(errno));
        }
        have += static_cast<std::size_t>(received);
    }
    return bytes;
}

}  // namespace duet::testing
