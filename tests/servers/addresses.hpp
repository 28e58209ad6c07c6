#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <sys/statvfs.h>
#include <unistd.h>

/// How the program that starts the servers of a test run tells the tests where they are.
namespace duet::test {

/// For each server ("postgres", "pgbouncer", "mariadb") either `<server>.url`, to which the name of a
/// database is to be added, and `<server>.socket`, through which databases are created; or `<server>.error`,
/// why it could not be started. And `process`, who started them.
using ServerAddresses = std::map<std::string, std::string>;

inline void write_addresses(const std::filesystem::path& path, const ServerAddresses& addresses) {
    const std::filesystem::path unfinished = path.string() + ".new";
    std::ofstream file(unfinished);
    for (const auto& [name, value] : addresses) {
        file << name << '=';
        for (const char c : value) file << (c == '\n' ? '\r' : c);
        file << '\n';
    }
    file.close();
    std::filesystem::rename(unfinished, path);
}

inline ServerAddresses read_addresses(const std::filesystem::path& path) {
    ServerAddresses addresses;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) continue;
        std::string value = line.substr(equals + 1);
        for (char& c : value) c = c == '\r' ? '\n' : c;
        addresses.emplace(line.substr(0, equals), std::move(value));
    }
    return addresses;
}

/// Where the servers' folders are made: in memory when there is enough of it, which makes new databases
/// several times cheaper.
inline std::filesystem::path fast_folder() {
    struct statvfs state {};
    constexpr unsigned long long enough = 2ULL << 30;
    const bool roomy = ::statvfs("/dev/shm", &state) == 0 && state.f_bavail * state.f_frsize >= enough;
    return roomy && ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "";
}

/// Lines for the option file of the suite's MariaDB: it lets values of more than 20 MB through.
inline const std::vector<std::string> mariadb_settings{"max-allowed-packet=32M"};

}  // namespace duet::test
