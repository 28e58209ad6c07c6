#pragma once

#include "signal_wait.hpp"

namespace duet {

/// `co_await` it: waits for the signal of a channel (driver::Multiplexer), no longer than the channel's
/// deadline. Lets go of the channel in any case.
class ChannelWait : public SignalWait {
public:
    ChannelWait(const detail::PromiseBase& self, driver::Connection& channel)
        : SignalWait(self, channel.limits().deadline), channel_(channel) {
        channel_.on_signal(signal());
    }
    ~ChannelWait() { channel_.on_signal({}); }
    ChannelWait(const ChannelWait&) = delete;
    ChannelWait& operator=(const ChannelWait&) = delete;

private:
    driver::Connection& channel_;
};

/// What follows a wait on `channel` that ended so. Throws what its statement throws, or QueryCanceled when
/// the wait was cut short.
driver::Wait go_on(driver::Connection& channel, WaitOutcome outcome);

}  // namespace duet
