#include "multiplexer.hpp"

#include <duet/base/error.hpp>

#include <utility>

namespace duet::driver::postgres {

PgMultiplexer::~PgMultiplexer() { session_.forget(); }

void PgMultiplexer::share(bool shared) noexcept {
    session_.share(shared);
    if (!shared) return;
    open_ = !session_.lost();
    stopping_ = nullptr;
    if (cancelled_ && cancel_.settle({})) cancelled_ = false;
}

Connection& PgMultiplexer::open_channel() {
    if (spare_channels_.empty()) {
        spare_channels_.reserve(++channels_);
        return *std::make_unique<Channel>(*this).release();  // until close_channel()
    }
    Channel& channel = *spare_channels_.back().release();
    spare_channels_.pop_back();
    return channel;
}

void PgMultiplexer::close_channel(Connection& channel) noexcept {
    auto& own = static_cast<Channel&>(channel);
    own.abandon();
    own.set_limits({});
    spare_channels_.emplace_back(&own);
}

SharedFlight& PgMultiplexer::take_flight() {
    if (free_.empty()) {
        flights_.push_back(std::make_unique<SharedFlight>());
        free_.reserve(flights_.size());
        return *flights_.back();
    }
    SharedFlight& flight = *free_.back();
    free_.pop_back();
    return flight;
}

void PgMultiplexer::give_back(SharedFlight& flight) noexcept {
    flight.holds.reset();
    flight.owner = nullptr;
    free_.push_back(&flight);
    --under_way_;
}

void PgMultiplexer::submit(Channel& channel) {
    SharedFlight& flight = take_flight();
    ++under_way_;
    flight.owner = &channel;
    flight.holds = channel.statement_->prepared;
    flight.waiting_next = nullptr;
    flight.hits = 0;
    channel.flight_ = &flight;
    if (sent_ < most_under_way && waiting_first_ == nullptr) {
        try {
            send(flight);
        } catch (...) {
            channel.flight_ = nullptr;
            give_back(flight);
            throw;
        }
    } else {
        (waiting_last_ == nullptr ? waiting_first_ : waiting_last_->waiting_next) = &flight;
        waiting_last_ = &flight;
    }
}

void PgMultiplexer::send(SharedFlight& flight) {
    Channel& channel = *flight.owner;
    flight.reset(flight.holds.get(), channel.sink_, channel.max_rows_, channel.outcome_);
    parameters_.encode(*flight.holds->plan, channel.values_);
    // What only reads may wait for others of this turn; they all go out with one sync.
    const Plan& plan = *flight.holds->plan;
    const bool alone = !batch_ && (plan.writes || plan.own_words || !leftovers_->empty());
    if (plan.own_words) [[unlikely]]
        traces_ = traces_ || channel.statement_->leaves_traces();
    for (const std::string& name : *leftovers_) session_.ahead().push_back("DEALLOCATE " + name);
    leftovers_->clear();
    session_.execute(flight, *flight.holds, parameters_, alone ? Session::Sync::own : Session::Sync::joint);
    ++sent_;
    if (announced_) return;
    announced_ = true;
    if (activity_.raise != nullptr) activity_.raise(activity_.context);
}

Wait PgMultiplexer::flush() noexcept {
    announced_ = false;
    try {
        session_.sync();
    } catch (const ConnectionError&) {
        open_ = false;  // those whom it concerns are told by the results
    }
    stop_unwanted();
    return wanted();
}

void PgMultiplexer::reap(Flight& flight) noexcept {
    --sent_;
    if (&flight == stopping_) stopped();
    give_back(static_cast<SharedFlight&>(flight));
    stop_unwanted();
}

void PgMultiplexer::send_waiting() noexcept {
    while (waiting_first_ != nullptr && sent_ < most_under_way) {
        SharedFlight& flight = *waiting_first_;
        waiting_first_ = flight.waiting_next;
        if (waiting_first_ == nullptr) waiting_last_ = nullptr;
        Channel* const channel = flight.owner;
        if (channel == nullptr) {  // given up before it was sent
            give_back(flight);
            continue;
        }
        try {
            send(flight);
        } catch (...) {
            channel->failure_ = std::current_exception();
            channel->flight_ = nullptr;
            give_back(flight);
            channel->complete();
        }
    }
}

Wait PgMultiplexer::pump() noexcept {
    session_.read();
    for (;;) {
        auto* const flight = static_cast<SharedFlight*>(session_.receive(false));
        if (flight == nullptr) {
            if (waiting_first_ == nullptr || sent_ >= most_under_way) break;
            send_waiting();
            if (sent_ == 0) break;
            continue;
        }
        --sent_;
        if (flight == stopping_) stopped();
        if (Channel* const channel = flight->owner) {
            const bool again = !batch_ && (flight->skipped() || was_hit(*flight));
            if (again && resend(*flight)) continue;
            channel->complete();
        } else {
            give_back(*flight);
        }
    }
    if (session_.lost()) open_ = false;
    if (!announced_) stop_unwanted();
    return wanted();
}

bool PgMultiplexer::resend(SharedFlight& flight) noexcept {
    try {
        send(flight);
        return true;
    } catch (...) {
        flight.owner->failure_ = std::current_exception();
        return false;
    }
}

Wait PgMultiplexer::wanted() const noexcept {
    if (sent_ == 0) return Wait::done;
    if (announced_) return Wait::readable;  // flush() sends it, together with its sync
    return session_.flush() ? Wait::readable : Wait::either;
}

void PgMultiplexer::drop(SharedFlight& flight) noexcept {
    flight.owner = nullptr;
    flight.abandon();
    if (!announced_) stop_unwanted();
}

void PgMultiplexer::stop_unwanted() noexcept {
    if (stopping_ != nullptr || sent_ == 0 || session_.lost()) return;
    // In a batch the others could not be sent again.
    if (batch_ && under_way_ != 1) return;
    session_.each_oldest([this](const Flight& flight) {
        if (static_cast<const SharedFlight&>(flight).owner == nullptr) stopping_ = &flight;
    });
    if (stopping_ == nullptr) return;
    open_ = false;
    cancelled_ = true;
    cancel_.request();
}

void PgMultiplexer::stopped() noexcept {
    stopping_ = nullptr;
    cancel_.enough();
}

bool PgMultiplexer::was_hit(SharedFlight& flight) const noexcept {
    constexpr int most = 3;  // the server may have reasons of its own, such as its statement_timeout
    return cancelled_ && flight.state() == "57014" && flight.hits++ < most;
}

Channel::~Channel() { abandon(); }

void Channel::abandon() noexcept {
    signal_ = {};
    if (flight_ == nullptr) return;
    SharedFlight& flight = *std::exchange(flight_, nullptr);
    if (done_) {
        multiplexer_.give_back(flight);
    } else {
        multiplexer_.drop(flight);
    }
}

void Channel::complete() noexcept {
    done_ = true;
    const Signal told = std::exchange(signal_, {});
    if (told.raise != nullptr) told.raise(told.context);
}

Wait Channel::prepare(std::shared_ptr<const Plan> plan, std::span<const BindValue> /*values*/,
                      std::unique_ptr<Statement>& out) {
    if (plan->raw) throw InvalidQuery("a text of the user's needs a connection of its own");
    out = std::make_unique<PgStatement>(std::move(plan), multiplexer_.leftovers_);
    return Wait::done;
}

Wait Channel::execute(Statement& statement, std::span<const BindValue> values, RowSink* sink,
                      std::size_t max_rows, Outcome& outcome) {
    outcome = {};
    statement_ = static_cast<PgStatement*>(&statement);
    values_ = values;
    sink_ = sink;
    max_rows_ = max_rows;
    outcome_ = &outcome;
    prepared_anew_ = 0;
    done_ = false;
    failure_ = nullptr;
    multiplexer_.submit(*this);
    return Wait::signal;
}

Wait Channel::resume() {
    if (!done_) return Wait::signal;
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
    SharedFlight& flight = *std::exchange(flight_, nullptr);
    if (!flight.failed() && !flight.skipped()) [[likely]] {
        multiplexer_.give_back(flight);
        return Wait::done;
    }
    const std::string_view sql = statement_->plan().sql;
    const bool stale = flight.is_stale();
    if (stale) flight.forget_stale(*multiplexer_.leftovers_);
    if (stale && prepared_anew_ < Flight::most_anew) {
        ++prepared_anew_;
        done_ = false;
        multiplexer_.give_back(flight);
        multiplexer_.submit(*this);
        return Wait::signal;
    }
    struct GiveBack {
        PgMultiplexer& multiplexer;
        SharedFlight& flight;
        ~GiveBack() { multiplexer.give_back(flight); }
    };
    const GiveBack give_back{multiplexer_, flight};
    flight.check(sql);
    return Wait::done;
}

Wait Channel::fetch(Statement& /*statement*/, RowSink* /*sink*/, std::size_t /*max_rows*/,
                    Outcome& /*outcome*/) {
    throw InvalidQuery("a cursor needs a connection of its own");
}

Wait Channel::execute_script(std::string_view /*sql*/) {
    throw InvalidQuery("a script needs a connection of its own");
}

}  // namespace duet::driver::postgres
