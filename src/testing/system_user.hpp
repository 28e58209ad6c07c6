#pragma once

#include <initializer_list>
#include <optional>

#include <sys/types.h>

namespace duet::testing {

struct SystemUser {
    uid_t uid;
    gid_t gid;
};

/// As whom a server runs that refuses to be root: the first of these users that the system has. Nothing when
/// this process is not root, because then the server runs as whoever we are. Throws ConfigurationError when
/// there is none of them.
std::optional<SystemUser> user_for_server(std::initializer_list<const char*> names);

}  // namespace duet::testing
