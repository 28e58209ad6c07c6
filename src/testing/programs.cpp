#include "testing/programs.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> path_folders() {
    std::vector<fs::path> folders;
    const char* variable = std::getenv("PATH");
    std::string_view rest = variable != nullptr ? variable : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (end > 0) folders.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (const char* common : {"/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}) {
        folders.emplace_back(common);
    }
    return folders;
}

}  // namespace

fs::path find_program(std::string_view name, const std::vector<fs::path>& folders, std::string_view package) {
    std::vector<fs::path> all = path_folders();
    all.insert(all.end(), folders.begin(), folders.end());
    for (const fs::path& folder : all) {
        // The real one: PostgreSQL finds its other files relative to where the program lies.
        std::error_code error;
        fs::path program = fs::canonical(folder / name, error);
        if (!error && fs::is_regular_file(program) && ::access(program.c_str(), X_OK) == 0) return program;
    }
    throw ConfigurationError("The program '" + std::string(name) +
                             "' was not found, neither on PATH nor in " +
                             (folders.empty() ? "/usr/sbin" : folders.front().string()) +
                             "; on Debian it comes with the package " + std::string(package));
}

std::vector<fs::path> postgres_folders() {
    std::vector<std::pair<long, fs::path>> versions;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
        versions.emplace_back(std::strtol(entry.path().filename().c_str(), nullptr, 10),
                              entry.path() / "bin");
    }
    std::sort(versions.rbegin(), versions.rend());
    std::vector<fs::path> folders;
    for (auto& [version, folder] : versions) folders.push_back(std::move(folder));
    if (folders.empty()) folders.emplace_back("/usr/lib/postgresql/15/bin");
    return folders;
}

}  // namespace duet::testing
