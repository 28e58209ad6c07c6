#pragma once

#include <string>

namespace bench {

/// The parts of a throwaway server's socket_url(), for libraries that do not read URLs.
struct MariaDbPlace {
    std::string user;
    std::string password;
    std::string database;
    std::string socket;
};

inline std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t begin = text.find(before) + before.size();
    return text.substr(begin, after.empty() ? std::string::npos : text.find(after, begin) - begin);
}

/// mariadb://user:password@localhost/database?socket=path
inline MariaDbPlace mariadb_place(const std::string& url) {
    MariaDbPlace place{between(url, "://", ":"), "", between(url, "@localhost/", "?"),
                       between(url, "socket=", "")};
    place.password = between(url, "://" + place.user + ":", "@");
    for (std::size_t at = 0; (at = place.socket.find("%2F", at)) != std::string::npos;) {
        place.socket.replace(at, 3, "/");
    }
    return place;
}

}  // namespace bench
