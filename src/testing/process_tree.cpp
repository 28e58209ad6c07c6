#include "testing/process_tree.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <sys/types.h>

namespace duet::testing {
namespace {

struct Status {
    char state;
    pid_t parent;
};

std::optional<Status> status_of(const std::string& process) {
    std::ifstream file("/proc/" + process + "/stat");
    std::string line;
    std::getline(file, line);
    // "pid (name) state parent ...", and a name may hold anything.
    const std::size_t name_end = line.rfind(')');
    Status status{};
    if (name_end == std::string::npos ||
        std::sscanf(line.c_str() + name_end + 1, " %c %d", &status.state, &status.parent) != 2) {
        return std::nullopt;
    }
    return status;
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root) {
    std::vector<std::pair<pid_t, pid_t>> parents;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (const auto status = status_of(name))
            parents.emplace_back(std::atoi(name.c_str()), status->parent);
    }
    std::vector<pid_t> tree{root};
    for (std::size_t next = 0; next < tree.size(); ++next) {
        const pid_t parent = tree[next];
        for (const auto& [child, its_parent] : parents) {
            if (its_parent == parent) tree.push_back(child);
        }
    }
    return tree;
}

void signal_each(const std::vector<pid_t>& processes, int number) {
    for (const pid_t process : processes) ::kill(process, number);
}

bool all_gone(const std::vector<pid_t>& processes, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const auto gone = [](pid_t process) {
        const auto status = status_of(std::to_string(process));
        return !status || status->state == 'Z';
    };
    while (!std::all_of(processes.begin(), processes.end(), gone)) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace duet::testing
