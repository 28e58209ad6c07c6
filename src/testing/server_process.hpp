#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "testing/spawn.hpp"
#include "testing/system_user.hpp"
#include "testing/throwaway_folder.hpp"

namespace duet::testing {

/// What all throwaway servers have in common: a folder, a port, a log, and a process that is started, watched
/// and ended.
class ServerProcess {
public:
    struct Setup {
        /// For messages: "PostgreSQL".
        std::string product;
        /// For the folder's name: "pg".
        std::string short_name;
        std::filesystem::path parent_folder;
        std::optional<SystemUser> user;
        std::chrono::milliseconds start_timeout;
    };
    /// Says whether the server answers; by false or by throwing ConnectionError that it does not yet.
    using Ready = std::function<bool()>;

    explicit ServerProcess(Setup setup);
    /// Kills what still runs.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    const std::filesystem::path& folder() const noexcept { return folder_.path(); }
    std::uint16_t port() const noexcept { return port_; }
    std::string log() const;

    /// Writes a file that the server's user can read.
    void write_file(const std::filesystem::path& path, std::string_view text, bool append = false) const;
    /// Runs a program that prepares something, as the server's user; throws with the log's tail if it fails.
    void run(std::vector<std::string> words) const;

    /// Starts the program on a port that is free: tells `configure` the port, and tries another when somebody
    /// was quicker to take it.
    void start_on_free_port(const std::function<void()>& configure, std::vector<std::string> words,
                            const Ready& ready);
    /// Starts it again as it was.
    void start_again();

    bool running() const;
    void require_running() const;
    /// Sends the signal and waits for the end; kills it when that takes too long.
    void stop(int number);
    void kill();
    void pause();
    void resume();

private:
    enum class Outcome { ready, port_taken };
    Outcome start();
    std::string log_since_start() const;
    [[noreturn]] void fail(const std::string& sentence) const;
    void forget() const;

    Setup setup_;
    ThrowawayFolder folder_;
    std::vector<std::string> words_;
    Ready ready_;
    std::uint16_t port_ = 0;
    std::uintmax_t log_start_ = 0;
    mutable pid_t process_ = 0;
    mutable bool paused_ = false;
};

/// For the query part and the path of a URL.
std::string percent_encoded(std::string_view text);
/// A setting "name=value", taken apart; the name alone when there is no value.
std::pair<std::string, std::string> split_setting(const std::string& setting);

}  // namespace duet::testing
