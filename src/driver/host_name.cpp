#include "driver/host_name.hpp"

#include <algorithm>
#include <string>

#include <arpa/inet.h>

namespace duet::driver {

bool is_host_name(std::string_view host) {
    if (host.empty() || host.starts_with('/') || host.starts_with('@')) return false;
    const std::string text(host);
    in6_addr address{};
    return inet_pton(AF_INET, text.c_str(), &address) != 1 &&
           inet_pton(AF_INET6, text.c_str(), &address) != 1;
}

bool has_host_name(std::string_view hosts) {
    for (;;) {
        const std::size_t end = std::min(hosts.find(','), hosts.size());
        if (is_host_name(hosts.substr(0, end))) return true;
        if (end == hosts.size()) return false;
        hosts.remove_prefix(end + 1);
    }
}

}  // namespace duet::driver
