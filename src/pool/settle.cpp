#include <duet/base/error.hpp>
#include <duet/pool/settle.hpp>

#include "channel_wait.hpp"
#include "readiness.hpp"

namespace duet {

namespace {

using Clock = std::chrono::steady_clock;

// What a server gets to react to a request to cancel, before it is given up.
constexpr std::chrono::seconds grace{5};

const char* reason(WaitOutcome outcome) {
    return outcome == WaitOutcome::timed_out ? "the statement took longer than it was allowed to"
                                             : "the statement was cancelled";
}

Task<> settle_channel(driver::Connection& channel) {
    detail::PromiseBase& self = co_await detail::current_promise();
    if (channel.limits().cancelled == nullptr) self.cancel = nullptr;
    for (;;) {
        ChannelWait waiting(self, channel);
        const WaitOutcome outcome = co_await waiting;
        if (go_on(channel, outcome) == driver::Wait::done) co_return;
    }
}

Task<> settle_socket(driver::Connection& connection, driver::Wait wait) {
    detail::PromiseBase& self = co_await detail::current_promise();
    if (connection.limits().cancelled == nullptr) self.cancel = nullptr;
    Clock::time_point until = connection.limits().deadline;
    const char* interrupted = nullptr;
    try {
        while (wait != driver::Wait::done) {
            const WaitOutcome outcome =
                co_await wait_fd(connection.socket(), readiness_of(wait), until, connection.socket_tag());
            if (outcome == WaitOutcome::ready) {
                wait = connection.resume();
                continue;
            }
            if (interrupted != nullptr) {
                connection.abandon();
                throw QueryCanceled(std::string(interrupted) +
                                    ", and the server did not even answer the request to stop it");
            }
            interrupted = reason(outcome);
            self.cancel = nullptr;
            until = Clock::now() + grace;
            connection.interrupt();
            wait = connection.resume();
        }
        // It came to its end all the same, but a request to stop it is still on its way.
        if (interrupted != nullptr && !connection.usable())
            throw QueryCanceled(std::string(interrupted) + ", and its connection had to be given up");
    } catch (const QueryCanceled& error) {
        if (interrupted == nullptr || !connection.usable()) throw;
        QueryCanceled told(interrupted);
        told.attach_code(std::string(error.code()));
        told.attach_sql(error.sql());
        throw told;
    }
}

}  // namespace

driver::Wait go_on(driver::Connection& channel, WaitOutcome outcome) {
    if (outcome == WaitOutcome::ready) [[likely]]
        return channel.resume();
    channel.abandon();
    throw QueryCanceled(reason(outcome));
}

Task<> settle(driver::Connection& connection, driver::Wait wait) {
    return wait == driver::Wait::signal ? settle_channel(connection) : settle_socket(connection, wait);
}

}  // namespace duet
