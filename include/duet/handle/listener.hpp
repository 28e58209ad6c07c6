#pragma once

#include <duet/async/mode.hpp>
#include <duet/base/owned.hpp>
#include <duet/engine/listener.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duet {

/// Names of channels, `{"orders", "jobs.new"}` or a vector of them; for a call, as it keeps no copies. Not an
/// initializer_list: GCC 12 has none in expressions with co_await.
class Channels {
public:
    template <class... S>
    requires(sizeof...(S) <= 16 && (std::convertible_to<const S&, std::string_view> && ...))
        // NOLINTNEXTLINE(google-explicit-constructor)
        Channels(const S&... names)
    noexcept : few_{std::string_view(names)...}, count_(sizeof...(S)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Channels(const std::vector<std::string>& names) noexcept : many_(&names) {}

    std::vector<std::string> names() const {
        if (many_ != nullptr) return *many_;
        return {few_, few_ + count_};
    }

private:
    std::string_view few_[16]{};
    std::size_t count_ = 0;
    const std::vector<std::string>* many_ = nullptr;
};

namespace detail {

template <class T>
struct NextNotification {
    engine::ListenerState* state;
    engine::ListenerState::Clock::time_point deadline;
    auto start() { return state->next(deadline); }
    T finish(T note) { return note; }
};
struct ChangeChannels {
    engine::ListenerState* state;
    std::string channel;
    bool listen;
    auto start() { return state->change(channel, listen); }
    void finish() {}
};

}  // namespace detail

/// Messages from channels of the database, from `db.listen({"orders"})`. PostgreSQL only.
///
/// It has a connection of its own, outside of the pool. When that is lost it is opened again, by whoever
/// waits in next(), after growing pauses, for as long as it takes; the first notification from then on has
/// `maybe_missed` set and no channel: time to read the state anew. Messages come in the order in which their
/// transactions committed.
///
/// One operation at a time, a second one meanwhile throws InvalidQuery; not thread-safe. Destruction closes
/// the connection; operations must have ended before.
template <class Mode>
class BasicListener {
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Clock = std::chrono::steady_clock;

public:
    explicit BasicListener(detail::Owned<engine::ListenerState> state) noexcept : state_(std::move(state)) {}

    /// Waits for the next message, forever. Throws QueryCanceled when cancelled; nothing is lost by that.
    Result<std::optional<Notification>> next() { return next_by(Clock::time_point::max()); }
    /// Likewise, but not longer than that: nullopt. A time of zero takes what has arrived already.
    Result<std::optional<Notification>> next(std::chrono::nanoseconds timeout) {
        const auto now = Clock::now();
        return next_by(timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max());
    }
    /// Listens to one more channel from now on. Names are taken as they are: case counts, dots are allowed,
    /// 63 bytes at most, else InvalidQuery.
    Result<void> add(std::string_view channel) {
        return Mode::run(detail::ChangeChannels{state_.get(), std::string(channel), true});
    }
    /// Stops to listen to a channel; messages of it that have not been taken are dropped.
    Result<void> remove(std::string_view channel) {
        return Mode::run(detail::ChangeChannels{state_.get(), std::string(channel), false});
    }
    /// Those that it listens to.
    const std::vector<std::string>& channels() const noexcept { return state_->channels(); }
    /// False from when a loss was noticed until it listens again.
    bool connected() const noexcept { return state_->connected(); }

private:
    Result<std::optional<Notification>> next_by(Clock::time_point deadline) {
        return Mode::run(detail::NextNotification<std::optional<Notification>>{state_.get(), deadline});
    }

    detail::Owned<engine::ListenerState> state_;
};

using Listener = BasicListener<Blocking>;
using AsyncListener = BasicListener<Async>;

}  // namespace duet
