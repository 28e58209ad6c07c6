#pragma once

#include <duet/async/task.hpp>
#include <duet/base/owned.hpp>
#include <duet/driver/listener.hpp>
#include <duet/engine/engine.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

struct ListenOptions {
    /// After so long without a message the server is asked for a sign of life, while somebody waits in
    /// next(). When it stays silent the connection counts as lost. 0: never.
    std::chrono::milliseconds heartbeat{30'000};
    /// Where to listen when it is not the database's own URL: that may lead to a pooler, which notifications
    /// do not come through.
    std::string url{};
};

}  // namespace duet

namespace duet::engine {

/// A connection of its own, outside of the pool, that listens on channels, and opens itself again when it is
/// lost. One operation at a time: a second one meanwhile is an InvalidQuery.
class ListenerState {
public:
    using Clock = std::chrono::steady_clock;

    /// Throws UnsupportedByDialect where there are no notifications, InvalidQuery for names that cannot be a
    /// channel's.
    ListenerState(std::shared_ptr<Engine> engine, std::vector<std::string> channels,
                  const ListenOptions& options);
    ~ListenerState();
    ListenerState(const ListenerState&) = delete;
    ListenerState& operator=(const ListenerState&) = delete;

    /// Connects and listens. Throws ConnectionError, ConfigurationError behind a pooler, QueryCanceled at the
    /// deadline.
    Task<> open(Clock::time_point deadline);
    /// The next message, or none by the deadline. Throws QueryCanceled when the Task is cancelled.
    Task<std::optional<Notification>> next(Clock::time_point deadline);
    /// Starts or ends to listen to a channel; while the connection is lost, from when it is there again.
    /// Throws InvalidQuery, QueryCanceled.
    Task<> change(std::string channel, bool listen);

    bool connected() const noexcept;
    const std::vector<std::string>& channels() const noexcept;

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

/// The same for handles: errors carry the place of the call. `timeout` of 0: no deadline; below 0: it is
/// over.
duet::detail::Owned<ListenerState> make_listener(std::shared_ptr<Engine> engine,
                                                 std::vector<std::string> channels,
                                                 const ListenOptions& options, std::source_location where);
Task<> open_listener(ListenerState& listener, std::chrono::nanoseconds timeout, std::source_location where);

/// Sends a message when the transaction commits. Throws UnsupportedByDialect, InvalidQuery for names that
/// cannot be a channel's, ValidationError for payloads that cannot be sent; nothing was sent then.
Task<> notify(Call call, std::string_view channel, std::string_view payload);

/// Throws InvalidQuery when a name cannot be a channel's.
void check_channel(std::string_view name);

}  // namespace duet::engine
