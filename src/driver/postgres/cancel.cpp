#include "cancel.hpp"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace duet::driver::postgres {

struct Cancel::State {
    explicit State(PGconn* connection) : handle(PQgetCancel(connection)) {}
    ~State() { PQfreeCancel(handle); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    PGcancel* const handle;
    std::mutex mutex;
    std::condition_variable ended;
    int under_way = 0;
};

Cancel::Cancel(PGconn* connection) : state_(std::make_shared<State>(connection)) {}

void Cancel::request() noexcept {
    if (state_ == nullptr || state_->handle == nullptr) return;
    {
        const std::lock_guard lock(state_->mutex);
        ++state_->under_way;
    }
    const auto done = [](State& state) {
        const std::lock_guard lock(state.mutex);
        --state.under_way;
        state.ended.notify_all();
    };
    try {
        std::thread([state = state_, done] {
            char message[256];
            PQcancel(state->handle, message, sizeof message);
            done(*state);
        }).detach();
    } catch (const std::system_error&) {
        done(*state_);
    }
}

bool Cancel::settle(std::chrono::milliseconds longest) noexcept {
    if (state_ == nullptr) return true;
    std::unique_lock lock(state_->mutex);
    return state_->ended.wait_for(lock, longest, [this] { return state_->under_way == 0; });
}

}  // namespace duet::driver::postgres
