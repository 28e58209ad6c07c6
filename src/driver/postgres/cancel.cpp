#include "cancel.hpp"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace duet::driver::postgres {

namespace {

constexpr std::chrono::milliseconds pause{250};
constexpr int most_requests = 40;

}  // namespace

struct Cancel::State {
    explicit State(PGconn* connection) : handle(PQgetCancel(connection)) {}
    ~State() { PQfreeCancel(handle); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void insist();

    PGcancel* const handle;
    std::mutex mutex;
    std::condition_variable changed;
    bool asking = false;  // a thread is
    bool enough = false;
    unsigned asked = 0;
};

// The server forgets a request that comes before the statement has begun there, and tells nobody.
void Cancel::State::insist() {
    std::unique_lock lock(mutex);
    for (int i = 0; i < most_requests; ++i) {
        const unsigned seen = asked;
        lock.unlock();
        char message[256];
        PQcancel(handle, message, sizeof message);
        lock.lock();
        changed.wait_for(lock, pause, [&] { return enough || asked != seen; });
        if (enough && asked == seen) break;
    }
    asking = false;
    changed.notify_all();
}

Cancel::Cancel(PGconn* connection) : state_(std::make_shared<State>(connection)) {}

Cancel& Cancel::operator=(Cancel&& other) noexcept {
    enough();
    state_ = std::move(other.state_);
    return *this;
}

Cancel::~Cancel() { enough(); }

// A thread for each, not one for all as with MariaDB: libpq's request knows no time limit, and one server
// that is silent must not hold up the requests to others.
void Cancel::request() noexcept {
    if (state_ == nullptr || state_->handle == nullptr) return;
    const std::lock_guard lock(state_->mutex);
    state_->enough = false;
    ++state_->asked;
    state_->changed.notify_all();
    if (state_->asking) return;
    try {
        std::thread([state = state_] { state->insist(); }).detach();
        state_->asking = true;
    } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): the statement runs to its end then
    }
}

void Cancel::enough() noexcept {
    if (state_ == nullptr) return;
    const std::lock_guard lock(state_->mutex);
    state_->enough = true;
    state_->changed.notify_all();
}

bool Cancel::settle(std::chrono::milliseconds longest) noexcept {
    if (state_ == nullptr) return true;
    enough();
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, longest, [this] { return !state_->asking; });
}

}  // namespace duet::driver::postgres
