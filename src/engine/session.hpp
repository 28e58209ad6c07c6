#pragma once

#include <duet/engine/engine.hpp>
#include <duet/engine/nodes.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace duet::engine {

/// One server of several, and what is known about it.
struct Server {
    std::string name;
    Engine* engine = nullptr;
    std::unique_ptr<Engine> own;  // of a replica
    std::uint64_t bit = 0;
    unsigned weight = 1;

    // Steady clock, ns. 0: it is up. Past: whoever moves it on first may try.
    std::atomic<std::int64_t> down_until{0};
    std::atomic<unsigned> failures{0};
    std::atomic<std::int64_t> lag_known_until{0};
    std::atomic<std::int64_t> lag_ms{-1};       // -1: not known
    std::atomic<std::int64_t> replayed{-1};     // position in the log that it is known to have passed
    std::atomic<std::int64_t> behind_until{0};  // no need to ask for its position before
};

/// The servers of one database. Thread-safe.
struct Nodes {
    std::shared_ptr<Engine> primary_engine;
    std::vector<std::unique_ptr<Server>> servers;  // the primary first
    unsigned total_weight = 0;
    ReadYourWrites read_your_writes{std::chrono::nanoseconds(0)};
    std::chrono::milliseconds max_lag{0};
    Router router;
    std::atomic<unsigned> ticket{0};

    Server& primary() const noexcept { return *servers.front(); }
    /// The pin that a name stands for. Throws ConfigurationError.
    std::int16_t find(std::string_view name) const;
};

/// How far the search for a server has come, for one operation.
struct Search {
    bool begun = false;
    bool at_once = false;          // only looks: neither asks nor tries
    bool wish = false;             // the pin is a router's answer: others are better than nothing
    bool position_failed = false;  // the primary could not be asked
    std::int16_t pin = not_pinned;
    unsigned ticket = 0;
    std::uint64_t passed = 0;   // servers that failed, or are behind
    std::uint64_t claimed = 0;  // servers that are down and that this search may try
};

/// What handles share that read their own writes. Thread-safe.
class Session {
public:
    Session(std::shared_ptr<Nodes> nodes, std::string name)
        : nodes_(std::move(nodes)), name_(std::move(name)) {}

    const std::shared_ptr<Nodes>& nodes() const noexcept { return nodes_; }

    /// The server for a read, or a transaction that only reads; may have to ask servers how far they are.
    Task<Engine*> choose(Call call, Search& search, bool transaction);
    /// The same without asking anybody; null when that takes more.
    Engine* choose_at_once(const Call& call);
    /// The read has failed there for want of a connection. Whether there is another server to ask.
    bool another(Search& search, const Engine& engine) noexcept;
    /// The same when the server is all right, but had to give up the read.
    bool elsewhere(Search& search, const Engine& engine) noexcept;
    void failed(const Engine& engine) noexcept;
    void worked(const Engine& engine) noexcept;

    /// False for handles that are pinned to replicas.
    bool writable(const Call& call) const noexcept;
    /// Throws InvalidQuery unless writable.
    void require_primary(const Call& call) const;
    /// Something was written, or is about to be.
    void wrote() noexcept;

private:
    enum class Need : std::uint8_t { nothing, position, replayed, lag, trial };
    struct Decision {
        Server* server;
        Need need = Need::nothing;
    };
    Decision decide(const Call& call, Search& search, bool transaction);
    void begin(const Call& call, Search& search, bool transaction);
    /// What has to be known about a replica before it may answer; null server: it may not.
    Decision check(Server& server, Search& search, std::int64_t position, std::int64_t now);
    bool written_lately(std::int64_t now) const noexcept;
    Server* server_of(const Engine& engine) const noexcept;

    const std::shared_ptr<Nodes> nodes_;
    const std::string name_;
    std::atomic<std::int64_t> last_write_{0};  // steady clock, ns; 0: never
    std::atomic<std::uint64_t> writes_{0};
    std::mutex mutex_;
    std::uint64_t position_for_ = 0;  // as many writes are before `position_`
    std::int64_t position_ = 0;
};

/// Tells a session of a write, before it and after it: in between, nobody knows.
class WriteNote {
public:
    explicit WriteNote(Session* session) noexcept : session_(session) {
        if (session_ != nullptr) [[unlikely]]
            session_->wrote();
    }
    ~WriteNote() {
        if (session_ != nullptr) [[unlikely]]
            session_->wrote();
    }
    WriteNote(const WriteNote&) = delete;
    WriteNote& operator=(const WriteNote&) = delete;

private:
    Session* session_;
};

/// A call that says what it reads, for routers.
inline Call about(Call call, const ModelInfo* model) {
    call.route.model = model;
    return call;
}
/// A read that wants to know what is true now.
inline Call from_primary(Call call) {
    if (call.route.pin == not_pinned) call.route.pin = 0;
    return call;
}

}  // namespace duet::engine
