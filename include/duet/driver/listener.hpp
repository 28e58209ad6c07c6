#pragma once

#include <duet/driver/connection.hpp>

#include <string>

namespace duet {

/// A message that somebody sent to a channel.
struct Notification {
    std::string channel{};
    std::string payload{};
    int process = 0;  // the server process that sent it; the listener's own included
    /// The connection was lost and is there again: what was sent meanwhile has been missed. It stands for
    /// itself, with channel and payload empty, before anything that came after it.
    bool maybe_missed = false;
};

}  // namespace duet

namespace duet::driver {

/// A connection that messages arrive on. Not thread-safe.
class Listener {
public:
    virtual ~Listener() = default;
    /// To open with establish(), for the scripts that start and end listening, and to ping. Its socket can be
    /// read when something has arrived.
    virtual Connection& connection() noexcept = 0;
    /// Once it is open. Throws ConfigurationError when no messages can come this way.
    virtual void check() const = 0;
    /// The next message that has arrived, oldest first; false when there is none. Throws ConnectionError when
    /// the connection is lost, not before all that had arrived was taken.
    virtual bool take(Notification& out) = 0;
    /// The statement that starts (or ends) to listen to a channel.
    virtual std::string statement(const std::string& channel, bool listen) const = 0;
};

}  // namespace duet::driver
