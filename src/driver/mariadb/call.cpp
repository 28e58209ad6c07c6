#include "driver/mariadb/call.hpp"

#include <dlfcn.h>
#include <poll.h>

namespace duet::driver::mariadb {
namespace {

int look(int socket, int events, int timeout_ms) noexcept {
    if (socket < 0) return events;
    pollfd fd{.fd = socket, .events = 0, .revents = 0};
    if ((events & MYSQL_WAIT_READ) != 0) fd.events |= POLLIN;
    if ((events & MYSQL_WAIT_WRITE) != 0) fd.events |= POLLOUT;
    if ((events & MYSQL_WAIT_EXCEPT) != 0) fd.events |= POLLPRI;
    if (poll(&fd, 1, timeout_ms) <= 0) return 0;
    // A lost connection shows as neither; the call has to find out.
    if ((fd.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return events & ~MYSQL_WAIT_TIMEOUT;
    int ready = 0;
    if ((fd.revents & POLLIN) != 0) ready |= MYSQL_WAIT_READ;
    if ((fd.revents & POLLOUT) != 0) ready |= MYSQL_WAIT_WRITE;
    if ((fd.revents & POLLPRI) != 0) ready |= MYSQL_WAIT_EXCEPT;
    return ready;
}

}  // namespace

int poll_for(int socket, int events) noexcept {
    int ready = 0;
    while ((ready = look(socket, events, -1)) == 0) {
    }
    return ready;
}

int poll_for(MYSQL* mysql, int events) noexcept {
    const bool limited = (events & MYSQL_WAIT_TIMEOUT) != 0;
    const int limit = limited ? static_cast<int>(mysql_get_timeout_value_ms(mysql)) : -1;
    const int ready = look(static_cast<int>(mysql_get_socket(mysql)), events, limit);
    return ready == 0 && limited ? MYSQL_WAIT_TIMEOUT : ready;
}

void forget_tls_errors() noexcept {
    // OpenSSL is there if the client library uses it, which it need not.
    static const auto clear = reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "ERR_clear_error"));
    if (clear != nullptr) clear();
}

int happened(int socket, int events) noexcept { return look(socket, events, 0); }

}  // namespace duet::driver::mariadb
