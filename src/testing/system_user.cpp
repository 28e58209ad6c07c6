#include "testing/system_user.hpp"

#include <duet/base/error.hpp>

#include <string>
#include <vector>

#include <pwd.h>
#include <unistd.h>

namespace duet::testing {

std::optional<SystemUser> user_for_server(std::initializer_list<const char*> names) {
    if (::geteuid() != 0) return std::nullopt;
    std::string tried;
    std::vector<char> text(16384);
    for (const char* name : names) {
        passwd entry{};
        passwd* found = nullptr;
        if (::getpwnam_r(name, &entry, text.data(), text.size(), &found) == 0 && found != nullptr) {
            return SystemUser{entry.pw_uid, entry.pw_gid};
        }
        tried += (tried.empty() ? "" : ", ") + std::string(name);
    }
    throw ConfigurationError(
        "This server does not run as root, and the system has no user to run it as (looked for " + tried +
        ")");
}

}  // namespace duet::testing
