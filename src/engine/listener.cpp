#include <duet/async/wait.hpp>
#include <duet/base/error.hpp>
#include <duet/dialect/render.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>
#include <duet/engine/listener.hpp>
#include <duet/pool/pool.hpp>
#include <duet/types/random_bytes.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include <poll.h>

#include "connected.hpp"
#include "pool/readiness.hpp"

namespace duet::engine {

namespace {

using Clock = ListenerState::Clock;

// Longest time for an answer to what takes the server no time.
constexpr std::chrono::seconds patience{10};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{15'000};

bool ready_now(int socket, Readiness readiness) {
    pollfd watched{socket, 0, 0};
    if (readiness != Readiness::writable) watched.events |= POLLIN;
    if (readiness != Readiness::readable) watched.events |= POLLOUT;
    return ::poll(&watched, 1, 0) > 0;
}

/// Twice as long each time, and between half of that and all, so that not everybody comes back at once.
Clock::duration pause_after(unsigned failures) {
    const auto whole =
        std::min<std::chrono::microseconds>(first_pause * (1U << std::min(failures, 10U)), longest_pause);
    std::uint16_t random = 0;
    duet::detail::random_bytes(std::as_writable_bytes(std::span(&random, 1)));
    return whole / 2 + whole / 2 * random / 65536;
}

[[noreturn]] void throw_cancelled() { throw QueryCanceled("cancelled while listening"); }

}  // namespace

struct ListenerState::Impl {
    Impl(std::shared_ptr<Engine> with_engine, std::vector<std::string> names, const ListenOptions& options)
        : engine(std::move(with_engine)), channels(std::move(names)), heartbeat(options.heartbeat) {
        if (!options.url.empty()) own_driver = driver::open_driver(driver::parse_url(options.url));
    }

    // What an answer is awaited for. It may stay under way between two calls.
    enum class Stage : std::uint8_t { none, connecting, subscribing, changing, pinging };

    /// One user at a time.
    class Use {
    public:
        explicit Use(Impl& impl) : impl_(impl) {
            if (impl_.busy.exchange(true, std::memory_order_acquire))
                throw InvalidQuery(
                    "another operation is running on this listener; await one before the next");
        }
        ~Use() { impl_.busy.store(false, std::memory_order_release); }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        Impl& impl_;
    };

    driver::Driver& driver() const { return own_driver ? *own_driver : engine->pool().driver(); }

    void connect() {
        link = driver().make_listener();
        if (!link) {
            throw UnsupportedByDialect(std::string(driver().dialect().name()) +
                                       " has no notifications: listen is not available");
        }
        wait = link->connection().establish();
        answer_by = link->connection().limits().deadline;
        stage = Stage::connecting;
    }

    void begin(Stage next, const std::string& script) {
        driver::Connection& connection = link->connection();
        answer_by = Clock::now() + (next == Stage::pinging ? std::min<Clock::duration>(patience, heartbeat)
                                                           : Clock::duration(patience));
        stage = next;
        wait = script.empty() ? connection.ping() : connection.execute_script(script);
    }

    /// An answer is complete.
    void proceed() {
        const Stage ended = std::exchange(stage, Stage::none);
        heard = Clock::now();
        if (ended == Stage::connecting) {
            link->check();
            unsent.clear();
            std::string script;
            for (const std::string& channel : channels) script += link->statement(channel, true);
            begin(Stage::subscribing, script);
        } else if (ended == Stage::subscribing) {
            failures = 0;
            if (std::exchange(missed, false)) arrived.push_back({{}, {}, 0, true});
        }
        if (stage == Stage::none && !unsent.empty()) begin(Stage::changing, std::exchange(unsent, {}));
    }

    /// Until nothing is under way, or `until`.
    Task<WaitOutcome> advance(Clock::time_point until) {
        while (stage != Stage::none) {
            if (wait == driver::Wait::done) {
                proceed();
                continue;
            }
            driver::Connection& connection = link->connection();
            const Readiness readiness = readiness_of(wait);
            const WaitOutcome outcome = co_await wait_fd(connection.socket(), readiness,
                                                         std::min(until, answer_by), connection.socket_tag());
            if (outcome == WaitOutcome::cancelled) co_return outcome;
            // The answer may have come long ago, when nobody was looking.
            if (outcome == WaitOutcome::timed_out && !ready_now(connection.socket(), readiness)) {
                if (Clock::now() < answer_by) co_return outcome;
                if (stage != Stage::connecting)
                    throw ConnectionError("the server has fallen silent on the listener's connection");
                connection.interrupt();
            }
            wait = connection.resume();
        }
        co_return WaitOutcome::ready;
    }

    /// Keeps what has arrived. Throws when the connection is lost.
    void collect() {
        Notification note;
        while (link->take(note)) arrived.push_back(std::move(note));
    }

    void drop() noexcept {
        link.reset();
        stage = Stage::none;
    }

    void lose() {
        try {
            if (link && stage != Stage::connecting) collect();
        } catch (const DatabaseError&) {  // NOLINT(bugprone-empty-catch): this is known already
        }
        drop();
        missed = true;
        again_at = Clock::now() + pause_after(failures++);
    }

    /// One step on the way to a message; ready: look again.
    Task<WaitOutcome> step(Clock::time_point until) {
        if (!link) {
            if (Clock::now() < again_at) {
                const bool waited = co_await wait_until(std::min(until, again_at));
                if (!waited) co_return WaitOutcome::cancelled;
                co_return Clock::now() < again_at ? WaitOutcome::timed_out : WaitOutcome::ready;
            }
            connect();
        }
        if (stage == Stage::none && !unsent.empty()) begin(Stage::changing, std::exchange(unsent, {}));
        if (stage != Stage::none) {
            const WaitOutcome outcome = co_await advance(until);
            co_return outcome;
        }
        collect();
        if (!arrived.empty()) co_return WaitOutcome::ready;
        const auto ping_at = heartbeat.count() > 0 ? heard + heartbeat : Clock::time_point::max();
        driver::Connection& connection = link->connection();
        const WaitOutcome outcome = co_await wait_fd(connection.socket(), Readiness::readable,
                                                     std::min(until, ping_at), connection.socket_tag());
        if (outcome == WaitOutcome::ready) heard = Clock::now();
        if (outcome != WaitOutcome::timed_out || Clock::now() < ping_at) co_return outcome;
        begin(Stage::pinging, {});
        co_return WaitOutcome::ready;
    }

    const std::shared_ptr<Engine> engine;
    std::unique_ptr<driver::Driver> own_driver;
    std::vector<std::string> channels;
    const std::chrono::milliseconds heartbeat;
    std::unique_ptr<driver::Listener> link;  // null: lost, to be opened again at `again_at`
    Stage stage = Stage::none;
    driver::Wait wait = driver::Wait::done;
    Clock::time_point answer_by{};
    Clock::time_point heard{};
    Clock::time_point again_at{};
    unsigned failures = 0;
    bool missed = false;
    std::string unsent;  // what changes of the channels have to be told to the server
    std::deque<Notification> arrived;
    std::atomic<bool> busy{false};
};

ListenerState::ListenerState(std::shared_ptr<Engine> engine, std::vector<std::string> channels,
                             const ListenOptions& options)
    : impl_(std::make_unique<Impl>(std::move(engine), std::vector<std::string>(), options)) {
    for (std::string& channel : channels) {
        check_channel(channel);
        if (std::ranges::find(impl_->channels, channel) == impl_->channels.end())
            impl_->channels.push_back(std::move(channel));
    }
}

ListenerState::~ListenerState() = default;

bool ListenerState::connected() const noexcept {
    return impl_->link != nullptr && impl_->stage != Impl::Stage::connecting &&
           impl_->stage != Impl::Stage::subscribing;
}

const std::vector<std::string>& ListenerState::channels() const noexcept { return impl_->channels; }

Task<> ListenerState::open(Clock::time_point deadline) {
    const Impl::Use use(*impl_);
    WaitOutcome outcome{};
    try {
        impl_->connect();
        outcome = co_await impl_->advance(deadline);
    } catch (...) {
        impl_->drop();
        throw;
    }
    if (outcome == WaitOutcome::ready) co_return;
    impl_->drop();
    if (outcome == WaitOutcome::cancelled) throw_cancelled();
    throw QueryCanceled("to connect the listener took longer than it was allowed to");
}

Task<std::optional<Notification>> ListenerState::next(Clock::time_point deadline) {
    const Impl::Use use(*impl_);
    for (;;) {
        if (!impl_->arrived.empty()) {
            Notification note = std::move(impl_->arrived.front());
            impl_->arrived.pop_front();
            co_return note;
        }
        WaitOutcome outcome{};
        try {
            outcome = co_await impl_->step(deadline);
        } catch (const DatabaseError&) {
            impl_->lose();
            outcome = WaitOutcome::ready;
        } catch (...) {
            impl_->lose();
            throw;
        }
        if (outcome == WaitOutcome::cancelled) throw_cancelled();
        if (outcome == WaitOutcome::timed_out && Clock::now() >= deadline) co_return std::nullopt;
    }
}

Task<> ListenerState::change(std::string channel, bool listen) {
    check_channel(channel);
    const Impl::Use use(*impl_);
    Impl& impl = *impl_;
    const auto found = std::ranges::find(impl.channels, channel);
    if ((found != impl.channels.end()) == listen) co_return;
    if (listen) {
        impl.channels.push_back(channel);
    } else {
        impl.channels.erase(found);
    }
    WaitOutcome outcome = WaitOutcome::ready;
    try {
        // While it connects it has not asked for its channels yet.
        if (impl.link && impl.stage != Impl::Stage::connecting) {
            impl.unsent += impl.link->statement(channel, listen);
            if (impl.stage == Impl::Stage::none)
                impl.begin(Impl::Stage::changing, std::exchange(impl.unsent, {}));
            outcome = co_await impl.advance(Clock::time_point::max());
            if (outcome == WaitOutcome::ready) impl.collect();
        }
    } catch (const DatabaseError&) {
        impl.lose();
    }
    if (!listen)
        std::erase_if(impl.arrived, [&](const Notification& note) { return note.channel == channel; });
    if (outcome == WaitOutcome::cancelled) throw_cancelled();
}

duet::detail::Owned<ListenerState> make_listener(std::shared_ptr<Engine> engine,
                                                 std::vector<std::string> channels,
                                                 const ListenOptions& options, std::source_location where) {
    try {
        return std::make_unique<ListenerState>(std::move(engine), std::move(channels), options);
    } catch (Error& error) {
        error.attach_where(where);
        throw;
    }
}

Task<> open_listener(ListenerState& listener, std::chrono::nanoseconds timeout, std::source_location where) {
    try {
        throw_if_over(timeout);
        co_await listener.open(timeout.count() > 0 ? Clock::now() + timeout : Clock::time_point::max());
    } catch (Error& error) {
        error.attach_where(where);
        throw;
    }
}

}  // namespace duet::engine
