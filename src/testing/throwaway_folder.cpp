#include "testing/throwaway_folder.hpp"

#include <duet/base/error.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace duet::testing {
namespace {

namespace fs = std::filesystem;

/// The path of a unix socket has about 107 bytes, and names go behind the folder's.
constexpr std::size_t longest_parent = 60;

// QUIT is the quick shutdown that leaves nothing of PostgreSQL behind in shared memory; a frozen server has
// to be woken for it. Whoever is still there a second later is found by its working directory.
constexpr const char* watch = R"sh(
trap '' HUP INT TERM PIPE
read -r nothing
[ -d "$1" ] || exit 0
signal_all() {
    for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd")/ in "$1"/*) kill "-$2" "${process#/proc/}" ;; esac
    done
}
server=$(cat "$1/server.pid")
if [ "${server:-0}" -gt 1 ]; then
    kill -QUIT "$server"
    signal_all "$1" CONT
    for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" || break; sleep 0.1; done
fi
for try in 1 2 3 4 5 6 7 8 9 10; do
    signal_all "$1" KILL
    rm -rf "$1"
    [ -e "$1" ] || exit 0
    sleep 0.1
done
)sh";

/// The watcher is nobody's child: what kills our process with all its children has to miss it.
FileDescriptor start_watcher(const fs::path& folder) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw ConfigurationError(std::string("Cannot make a pipe: ") + std::strerror(errno));
    }
    FileDescriptor read_end(ends[0]);
    FileDescriptor write_end(ends[1]);
    const FileDescriptor nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const char* words[] = {"sh", "-c", watch, "duet-testing-watcher", folder.c_str(), nullptr};
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        if (::fork() != 0) ::_exit(0);
        ::dup2(read_end.get(), 0);
        ::dup2(nowhere.get(), 1);
        ::dup2(nowhere.get(), 2);
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        if (::chdir("/") == 0) ::execv("/bin/sh", const_cast<char* const*>(words));
        ::_exit(127);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
    return write_end;
}

}  // namespace

ThrowawayFolder::ThrowawayFolder(std::string_view name, const fs::path& parent,
                                 const std::optional<SystemUser>& owner) {
    fs::path place = parent.empty() ? fs::temp_directory_path() : fs::absolute(parent);
    if (parent.empty() && place.native().size() > longest_parent) place = "/tmp";
    std::string pattern = (place / ("duet-" + std::string(name) + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw ConfigurationError("Cannot make a folder in " + place.string() + ": " + std::strerror(errno));
    }
    path_ = pattern;
    if (owner && ::chown(path_.c_str(), owner->uid, owner->gid) != 0) {
        const int code = errno;
        fs::remove_all(path_);
        throw ConfigurationError("Cannot hand the folder " + path_.string() +
                                 " to the user of the server: " + std::strerror(code));
    }
    alive_ = start_watcher(path_);
}

ThrowawayFolder::~ThrowawayFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void ThrowawayFolder::set_server(long process) const {
    std::ofstream(path_ / "server.pid", std::ios::trunc) << process << '\n';
}

}  // namespace duet::testing
