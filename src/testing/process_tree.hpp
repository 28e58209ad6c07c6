#pragma once

#include <chrono>
#include <vector>

#include <sys/types.h>

namespace duet::testing {

/// The process and all that descend from it.
std::vector<pid_t> process_tree(pid_t root);
/// Sends a signal to each; those that are gone are no error.
void signal_each(const std::vector<pid_t>& processes, int number);
/// Waits until none of them runs any more (nobody else's zombie counts as running); whether that came true.
bool all_gone(const std::vector<pid_t>& processes, std::chrono::milliseconds timeout);

}  // namespace duet::testing
