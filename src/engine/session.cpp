#include "session.hpp"

#include <duet/base/error.hpp>

#include <algorithm>
#include <exception>

#include "connected.hpp"
#include "positions.hpp"

namespace duet::engine {

namespace {

constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t first_pause = 250 * millisecond;
constexpr std::int64_t longest_pause = 30'000 * millisecond;
constexpr std::int64_t lag_known_for = 1'000 * millisecond;
constexpr std::int64_t behind_for = 5 * millisecond;

std::int64_t clock_now() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::int64_t pause_after(unsigned failures) noexcept {
    return std::min(longest_pause, first_pause << std::min(failures, 10U));
}

/// Whether a server that was down may be tried by this search.
bool claim(Server& server, Search& search, std::int64_t now) noexcept {
    std::int64_t until = server.down_until.load(std::memory_order_relaxed);
    if (until == 0 || (search.claimed & server.bit) != 0) return true;
    if (until > now) return false;
    // Counted as a failure until it has worked, so that nobody else tries meanwhile.
    const unsigned failures = server.failures.load();
    if (!server.down_until.compare_exchange_strong(until, now + pause_after(failures))) return false;
    server.failures.store(failures + 1);
    search.claimed |= server.bit;
    return true;
}

}  // namespace

Server* Session::server_of(const Engine& engine) const noexcept {
    for (const auto& server : nodes_->servers)
        if (server->engine == &engine) return server.get();
    return nullptr;
}

bool Session::written_lately(std::int64_t now) const noexcept {
    const ReadYourWrites& wish = nodes_->read_your_writes;
    const std::int64_t last = last_write_.load(std::memory_order_acquire);
    return last != 0 && (wish.until_caught_up() || now - last < wish.time().count());
}

void Session::wrote() noexcept {
    last_write_.store(clock_now(), std::memory_order_release);
    writes_.fetch_add(1, std::memory_order_acq_rel);
}

bool Session::writable(const Call& call) const noexcept {
    return call.route.pin == not_pinned || call.route.pin == 0;
}

void Session::require_primary(const Call& call) const {
    if (writable(call)) return;
    InvalidQuery error(
        "this handle is pinned to a replica, which only reads: write through the database or "
        "db.on(\"primary\"), and begin transactions here with {.read_only = true}");
    error.attach_where(call.where);
    throw error;
}

void Session::begin(const Call& call, Search& search, bool transaction) {
    search.begun = true;
    search.pin = call.route.pin;
    search.ticket = nodes_->ticket.fetch_add(1, std::memory_order_relaxed);
    if (search.pin != not_pinned || !nodes_->router) return;
    RouteRequest request;
    if (call.route.model != nullptr) request.table = call.route.model->table;
    request.transaction = transaction;
    request.after_write = written_lately(clock_now());
    request.session = name_;
    const std::string answer = nodes_->router(request);
    if (answer.empty()) return;
    search.pin = nodes_->find(answer);
    search.wish = true;
}

Session::Decision Session::check(Server& server, Search& search, std::int64_t position, std::int64_t now) {
    constexpr Decision no{nullptr};
    if ((search.passed & server.bit) != 0) return no;
    if (search.at_once) {
        const std::int64_t until = server.down_until.load(std::memory_order_relaxed);
        if (until != 0) return until > now ? no : Decision{&server, Need::trial};
    } else if (!claim(server, search, now)) {
        return no;
    }
    if (search.pin != not_pinned) return {&server};
    if (nodes_->max_lag.count() > 0) {
        std::int64_t until = server.lag_known_until.load(std::memory_order_acquire);
        // One asks; meanwhile the others go by the old answer.
        if (until <= now &&
            (search.at_once || server.lag_known_until.compare_exchange_strong(until, now + lag_known_for)))
            return {&server, Need::lag};
        const std::int64_t lag = server.lag_ms.load(std::memory_order_acquire);
        if (lag < 0 || lag > nodes_->max_lag.count()) return no;
    }
    if (server.replayed.load(std::memory_order_acquire) < position) {
        if (server.behind_until.load(std::memory_order_relaxed) > now) return no;
        return {&server, Need::replayed};
    }
    return {&server};
}

Session::Decision Session::decide(const Call& call, Search& search, bool transaction) {
    if (!search.begun) begin(call, search, transaction);
    Nodes& nodes = *nodes_;
    Server& primary = nodes.primary();
    if (search.pin >= 0) {
        Server& wanted = *nodes.servers[static_cast<std::size_t>(search.pin)];
        if (!search.wish) return {&wanted};
        if ((search.passed & wanted.bit) == 0 && (&wanted == &primary || claim(wanted, search, clock_now())))
            return {&wanted};
        search.pin = not_pinned;
    }
    const std::int64_t now = clock_now();
    std::int64_t position = -1;
    if (search.pin == not_pinned && written_lately(now)) {
        if (!nodes.read_your_writes.until_caught_up() || search.position_failed) return {&primary};
        const std::lock_guard lock(mutex_);
        if (position_for_ != writes_.load(std::memory_order_acquire)) return {&primary, Need::position};
        position = position_;
    }
    if (nodes.total_weight != 0) {
        unsigned place = search.ticket % nodes.total_weight;
        std::size_t first = 1;
        while (place >= nodes.servers[first]->weight) place -= nodes.servers[first++]->weight;
        const std::size_t count = nodes.servers.size() - 1;
        for (std::size_t i = 0; i < count; ++i) {
            Server& server = *nodes.servers[1 + (first - 1 + i) % count];
            if (server.weight == 0) continue;
            const Decision found = check(server, search, position, now);
            if (found.server != nullptr) return found;
        }
        // Somebody insists: those that are down are asked all the same.
        if (search.pin == pinned_to_replicas && !search.wish) {
            for (std::size_t i = 1; i <= count; ++i) {
                Server& server = *nodes.servers[i];
                if (server.weight != 0 && (search.passed & server.bit) == 0) return {&server};
            }
        }
    }
    return {&primary};
}

Engine* Session::choose_at_once(const Call& call) {
    if (nodes_->router) return nullptr;
    Search search;
    search.at_once = true;
    const Decision found = decide(call, search, false);
    return found.need == Need::nothing ? found.server->engine : nullptr;
}

Task<Engine*> Session::choose(Call call, Search& search, bool transaction) {
    Call ask = call;
    ask.route = {};
    for (;;) {
        Decision found{};
        try {
            found = decide(call, search, transaction);
        } catch (Error& error) {
            error.attach_where(call.where);
            throw;
        }
        Server& server = *found.server;
        if (found.need == Need::nothing) co_return server.engine;
        ask.engine = server.engine;
        bool lost = false;
        try {
            if (found.need == Need::position) {
                const std::uint64_t writes = writes_.load(std::memory_order_acquire);
                const std::int64_t position = co_await written_position(ask);
                const std::lock_guard lock(mutex_);
                position_ = std::max(position_, position);
                position_for_ = std::max(position_for_, writes);
            } else if (found.need == Need::replayed) {
                const std::int64_t replayed = co_await replayed_position(ask);
                std::int64_t known = server.replayed.load(std::memory_order_relaxed);
                while (known < replayed && !server.replayed.compare_exchange_weak(known, replayed)) {
                }
                std::int64_t wanted = 0;
                {
                    const std::lock_guard lock(mutex_);
                    wanted = position_;
                }
                if (replayed < wanted) {
                    server.behind_until.store(clock_now() + behind_for, std::memory_order_relaxed);
                    search.passed |= server.bit;
                }
            } else {
                Call ask_primary = ask;
                ask_primary.engine = nodes_->primary().engine;
                const std::int64_t lag = co_await measured_lag(ask_primary, ask);
                server.lag_ms.store(lag, std::memory_order_release);
            }
        } catch (const ConnectionError&) {
            lost = true;
        }
        if (!lost) continue;
        if (found.need == Need::position) {
            search.position_failed = true;
        } else {
            another(search, *server.engine);
        }
    }
}

bool Session::another(Search& search, const Engine& engine) noexcept {
    failed(engine);
    return elsewhere(search, engine);
}

bool Session::elsewhere(Search& search, const Engine& engine) noexcept {
    const Server* server = server_of(engine);
    if (server == nullptr || server == &nodes_->primary()) return false;
    search.passed |= server->bit;
    if (search.pin == not_pinned || search.wish) return true;
    return search.pin == pinned_to_replicas &&
           std::any_of(nodes_->servers.begin() + 1, nodes_->servers.end(), [&search](const auto& other) {
               return other->weight != 0 && (search.passed & other->bit) == 0;
           });
}

void Session::failed(const Engine& engine) noexcept {
    Server* server = server_of(engine);
    if (server == nullptr || server == &nodes_->primary()) return;
    const std::int64_t now = clock_now();
    std::int64_t until = server->down_until.load();
    if (until > now) return;  // those who fail together count once
    const unsigned failures = server->failures.load();
    if (server->down_until.compare_exchange_strong(until, now + pause_after(failures)))
        server->failures.store(failures + 1);
    // After a crash it may begin again further back.
    server->replayed.store(-1);
    server->lag_known_until.store(0);
}

void Session::worked(const Engine& engine) noexcept {
    Server* server = server_of(engine);
    if (server == nullptr || server->down_until.load(std::memory_order_relaxed) == 0) return;
    server->failures.store(0);
    server->down_until.store(0);
}

}  // namespace duet::engine
