#include "testing/server_process.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

#include "testing/free_port.hpp"
#include "testing/process_tree.hpp"

namespace duet::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds patience{15000};

std::string last_lines(const std::string& text, int count) {
    std::size_t start = text.size();
    while (start > 0 && count >= 0) {
        --start;
        if (text[start] == '\n' && start + 1 < text.size() && --count == 0) return text.substr(start + 1);
    }
    return text;
}

std::string in_seconds(milliseconds time) {
    std::string text = std::to_string(time.count() / 1000);
    if (time.count() % 1000 != 0) text += '.' + std::to_string(time.count() % 1000 / 100);
    return text + " s";
}

}  // namespace

ServerProcess::ServerProcess(Setup setup)
    : setup_(std::move(setup)), folder_(setup_.short_name, setup_.parent_folder, setup_.user) {}

ServerProcess::~ServerProcess() { kill(); }

std::string ServerProcess::log() const {
    std::ifstream file(folder() / "server.log", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string ServerProcess::log_since_start() const {
    const std::string all = log();
    return all.substr(std::min<std::size_t>(log_start_, all.size()));
}

void ServerProcess::fail(const std::string& sentence) const {
    const std::string tail = last_lines(log_since_start(), 20);
    throw ConfigurationError(sentence +
                             (tail.empty() ? ". Its log is empty" : ". The end of its log:\n" + tail));
}

void ServerProcess::write_file(const fs::path& path, std::string_view text, bool append) const {
    std::ofstream file(path, append ? std::ios::app : std::ios::trunc);
    file << text << std::flush;
    if (!file) throw ConfigurationError("Cannot write " + path.string());
    file.close();
    if (setup_.user && ::chown(path.c_str(), setup_.user->uid, setup_.user->gid) != 0) {
        throw ConfigurationError("Cannot hand " + path.string() + " to the user of the server");
    }
}

void ServerProcess::run(std::vector<std::string> words) const {
    const std::string program = fs::path(words.front()).filename().string();
    const Command command{std::move(words), setup_.user, folder(), folder() / "server.log"};
    if (!run_to_end(command, setup_.start_timeout)) fail(setup_.product + ": " + program + " failed");
}

void ServerProcess::start_on_free_port(const std::function<void()>& configure, std::vector<std::string> words,
                                       const Ready& ready) {
    words_ = std::move(words);
    ready_ = ready;
    for (int attempt = 1;; ++attempt) {
        port_ = free_port();
        configure();
        if (start() == Outcome::ready) return;
        if (attempt == 5) fail(setup_.product + " found no port that stayed free");
    }
}

void ServerProcess::start_again() {
    if (running()) return;
    if (start() == Outcome::port_taken) {
        fail(setup_.product + " cannot come back on port " + std::to_string(port_) +
             ": somebody else took it");
    }
}

ServerProcess::Outcome ServerProcess::start() {
    std::error_code no_log_yet;
    const std::uintmax_t size = fs::file_size(folder() / "server.log", no_log_yet);
    log_start_ = no_log_yet ? 0 : size;
    const auto deadline = std::chrono::steady_clock::now() + setup_.start_timeout;
    process_ = spawn({words_, setup_.user, folder(), folder() / "server.log"});
    paused_ = false;
    folder_.set_server(process_);
    const auto port_taken = [&] {
        return log_since_start().find("ddress already in use") != std::string::npos;
    };
    for (;;) {
        bool answers = false;
        try {
            answers = ready_();
        } catch (const ConnectionError&) {
            // Not yet.
        }
        if (answers && !port_taken()) return Outcome::ready;
        if (answers || !running()) {
            kill();
            if (port_taken()) return Outcome::port_taken;
            fail(setup_.product + " did not start");
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            kill();
            fail(setup_.product + " was not ready within " + in_seconds(setup_.start_timeout));
        }
        std::this_thread::sleep_for(milliseconds(5));
    }
}

bool ServerProcess::running() const {
    int status = 0;
    if (process_ != 0 && wait_for_end(process_, milliseconds(0), status)) forget();
    return process_ != 0;
}

void ServerProcess::forget() const {
    process_ = 0;
    paused_ = false;
    folder_.set_server(0);
}

void ServerProcess::require_running() const {
    if (!running()) throw ConfigurationError("The throwaway " + setup_.product + " is not running");
}

void ServerProcess::stop(int number) {
    if (!running()) return;
    resume();
    const std::vector<pid_t> tree = process_tree(process_);
    ::kill(process_, number);
    int status = 0;
    if (!wait_for_end(process_, patience, status)) return kill();
    forget();
    // Whoever outlives the server for a moment may still hold its memory or files.
    if (!all_gone(tree, patience)) signal_each(tree, SIGKILL);
}

void ServerProcess::kill() {
    if (!running()) return;
    // Halted first, so that it starts nobody while the list is made.
    ::kill(process_, SIGSTOP);
    const std::vector<pid_t> tree = process_tree(process_);
    signal_each(tree, SIGKILL);
    int status = 0;
    wait_for_end(process_, patience, status);
    forget();
    all_gone(tree, patience);
}

void ServerProcess::pause() {
    require_running();
    ::kill(process_, SIGSTOP);
    signal_each(process_tree(process_), SIGSTOP);
    paused_ = true;
}

void ServerProcess::resume() {
    if (!running() || !paused_) return;
    signal_each(process_tree(process_), SIGCONT);
    paused_ = false;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

std::pair<std::string, std::string> split_setting(const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) return {setting, {}};
    return {setting.substr(0, equals), setting.substr(equals + 1)};
}

}  // namespace duet::testing
