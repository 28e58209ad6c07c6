#include "testing/spawn.hpp"

#include <duet/base/error.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing/file_descriptor.hpp"

namespace duet::testing {
namespace {

bool steers_a_client(std::string_view variable) {
    for (const std::string_view prefix : {"PG", "MYSQL", "MARIADB", "LC_", "LANG=", "HOME=", "LD_PRELOAD="}) {
        if (variable.starts_with(prefix)) return true;
    }
    return false;
}

std::vector<std::string> environment_for(const Command& command) {
    std::vector<std::string> variables;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        if (!steers_a_client(*each)) variables.emplace_back(*each);
    }
    variables.push_back("HOME=" + command.folder.string());
    variables.emplace_back("LC_ALL=C");
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// What the child needs, laid out before the fork: between fork and exec nothing may allocate.
struct Prepared {
    char* const* words;
    char* const* variables;
    const SystemUser* user;
    const char* folder;
    int input;
    int output;
    int failure;
};

[[noreturn]] void become(const Prepared& prepared) {
    const auto fail = [&] {
        const int code = errno;
        [[maybe_unused]] const ssize_t written = ::write(prepared.failure, &code, sizeof code);
        ::_exit(127);
    };
    ::setsid();
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(prepared.input, 0) < 0 || ::dup2(prepared.output, 1) < 0 || ::dup2(prepared.output, 2) < 0) {
        fail();
    }
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (const SystemUser* user = prepared.user) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(user->gid) != 0 || ::setuid(user->uid) != 0) fail();
    }
    if (::chdir(prepared.folder) != 0) fail();
    ::execve(prepared.words[0], prepared.words, prepared.variables);
    fail();
    ::_exit(127);
}

}  // namespace

pid_t spawn(const Command& command) {
    std::vector<std::string> words = command.words;
    std::vector<std::string> variables = environment_for(command);
    const std::vector<char*> word_pointers = pointers(words);
    const std::vector<char*> variable_pointers = pointers(variables);

    const FileDescriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const FileDescriptor output(::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    int ends[2] = {-1, -1};
    if (!input || !output || ::pipe2(ends, O_CLOEXEC) != 0) {
        throw ConfigurationError("Cannot prepare to start " + words[0] + ": " + std::strerror(errno));
    }
    const FileDescriptor read_end(ends[0]);
    FileDescriptor write_end(ends[1]);

    const pid_t child = ::fork();
    if (child == 0) {
        become({word_pointers.data(), variable_pointers.data(), command.user ? &*command.user : nullptr,
                command.folder.c_str(), input.get(), output.get(), write_end.get()});
    }
    if (child < 0) throw ConfigurationError("Cannot start " + words[0] + ": " + std::strerror(errno));
    write_end.close();
    int code = 0;
    if (::read(read_end.get(), &code, sizeof code) == sizeof code) {
        ::waitpid(child, nullptr, 0);
        throw ConfigurationError("Cannot start " + words[0] + " in " + command.folder.string() + ": " +
                                 std::strerror(code));
    }
    return child;
}

bool wait_for_end(pid_t child, std::chrono::milliseconds timeout, int& status) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        // No such child: somebody ignores SIGCHLD or waits for all children, and it has ended.
        if (ended == child || (ended < 0 && errno == ECHILD)) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

bool run_to_end(const Command& command, std::chrono::milliseconds timeout) {
    const pid_t child = spawn(command);
    int status = 0;
    if (!wait_for_end(child, timeout, status)) {
        ::kill(-child, SIGKILL);
        ::waitpid(child, &status, 0);
        return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace duet::testing
