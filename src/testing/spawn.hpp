#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "testing/system_user.hpp"

namespace duet::testing {

struct Command {
    /// The program, by its path, and its arguments.
    std::vector<std::string> words;
    /// Whom it runs as; nobody else when empty.
    std::optional<SystemUser> user;
    /// Its working folder, and its HOME.
    std::filesystem::path folder;
    /// Gets what it writes to stdout and stderr, at the end.
    std::filesystem::path log;
};

/// Starts a program in a session of its own, with nothing of ours but the environment, and of that without
/// the variables that steer database clients. Throws ConfigurationError when it cannot be executed.
pid_t spawn(const Command& command);

/// Runs a program to its end; whether it ended well. Killed after the timeout, which counts as a failure.
bool run_to_end(const Command& command, std::chrono::milliseconds timeout);

/// Whether our child has ended (and is reaped by this) within the timeout.
bool wait_for_end(pid_t child, std::chrono::milliseconds timeout, int& status);

}  // namespace duet::testing
