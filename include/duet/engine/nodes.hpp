#pragma once

#include <duet/async/task.hpp>
#include <duet/pool/options.hpp>
#include <duet/pool/stats.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace duet {

enum class Role : std::uint8_t { primary, replica };

/// A server that follows the primary and answers reads.
struct Replica {
    std::string url{};    // of the same dialect as the primary's; the pool's options may be in it
    unsigned weight = 1;  // its share of the reads, beside that of the others; 0: only when asked for by name
    std::string name{};   // as in db.on("name"); empty: "replica1", "replica2" and so on
};

/// One of several servers with the same data: `duet::Database db{nodes}` for a vector of them.
struct Node {
    std::string url{};
    Role role = Role::replica;
    unsigned weight = 1;
    std::string name{};  // empty: "primary", "replica1", "replica2" and so on
};

struct UntilCaughtUp {};
/// A session reads from a replica again once that has everything that the session wrote. PostgreSQL.
inline constexpr UntilCaughtUp until_caught_up{};

/// For how long after a write a session reads from the primary: a time, 0 for not at all, or
/// duet::until_caught_up.
class ReadYourWrites {
public:
    template <class Rep, class Period>
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr ReadYourWrites(std::chrono::duration<Rep, Period> time)
        : time_(std::chrono::duration_cast<std::chrono::nanoseconds>(time)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr ReadYourWrites(UntilCaughtUp /*tag*/) : caught_up_(true) {}

    constexpr std::chrono::nanoseconds time() const noexcept { return time_; }
    constexpr bool until_caught_up() const noexcept { return caught_up_; }

private:
    std::chrono::nanoseconds time_{0};
    bool caught_up_ = false;
};

/// What a router is asked about: a read, or a transaction that only reads. Valid during the call only.
struct RouteRequest {
    std::string_view table{};    // of the model that is read; empty for transactions
    bool transaction = false;    // {.read_only = true}
    bool after_write = false;    // the session wrote, and read_your_writes would choose the primary
    std::string_view session{};  // the name given to db.session(name)
};

/// Decides where reads go: made from `fn(const RouteRequest&)`, called by any thread, that returns the name
/// of a node, "primary", "replica" (any of them), or an empty string (or nullopt) for what would happen
/// without it.
class Router {
public:
    Router() noexcept = default;
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Router> &&
             std::is_invocable_v<std::remove_cvref_t<F>&, const RouteRequest&>)
        // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload)
        Router(F&& fn)
        : fn_(std::make_shared<std::remove_cvref_t<F>>(std::forward<F>(fn))),
          ask_([](void* f, const RouteRequest& request) {
              return name_in((*static_cast<std::remove_cvref_t<F>*>(f))(request));
          }) {}

    explicit operator bool() const noexcept { return ask_ != nullptr; }
    std::string operator()(const RouteRequest& request) const { return ask_(fn_.get(), request); }

private:
    static std::string name_in(std::string name) { return name; }
    static std::string name_in(std::string_view name) { return std::string(name); }
    static std::string name_in(const char* name) { return name; }
    template <class T>
    static std::string name_in(const std::optional<T>& name) {
        return name ? std::string(*name) : std::string();
    }

    std::shared_ptr<void> fn_;
    std::string (*ask_)(void* fn, const RouteRequest& request) = nullptr;
};

/// A server at one moment.
struct NodeStatus {
    std::string name;
    Role role = Role::primary;
    bool up = true;                                // false: reads pass it over until it is tried again
    std::optional<std::chrono::milliseconds> lag;  // as last measured, for max_lag
    PoolStats pool;
};

}  // namespace duet

namespace duet::engine {

class Engine;
class Session;

/// What Database needs to know beside the primary.
struct NodesSpec {
    std::string primary_name{};
    std::vector<Replica> replicas{};  // the URLs are done with, the names are not
    ReadYourWrites read_your_writes{std::chrono::nanoseconds(0)};
    std::chrono::milliseconds max_lag{0};
    Router router{};
};
/// The first session over a primary and its replicas, in the order of the specification. Throws
/// ConfigurationError for names and options that make no sense.
std::shared_ptr<Session> open_session(std::shared_ptr<Engine> primary,
                                      std::vector<std::unique_ptr<Engine>> replicas, const NodesSpec& spec);
/// Another one over the same servers, which has not written anything.
std::shared_ptr<Session> new_session(const Session& other, std::string_view name);

/// What a handle is pinned to, in Route::pin: one of these or the number of a node.
inline constexpr std::int16_t not_pinned = -1;
inline constexpr std::int16_t pinned_to_replicas = -2;
/// Without a session: a database that has no replicas. Throws ConfigurationError for an unknown name.
std::int16_t find_node(const Session* session, std::string_view name);
/// Of each node, the primary first.
std::vector<NodeStatus> node_status(const Session* session, Engine& primary);
/// Engines of all nodes, the primary first.
std::vector<Engine*> all_engines(const Session* session, Engine& primary);
/// See Pool. Those that change something change all of the nodes.
PoolStats pool_stats(Engine& engine);
duet::detail::HookList<PoolEvent>& pool_hooks(Engine& engine);
std::size_t resize_pools(const std::vector<Engine*>& nodes, std::size_t size);
void on_connect(const std::vector<Engine*>& nodes, const std::shared_ptr<void>& context,
                void (*hook)(void* context, ConnectionSetup& setup));
Task<std::size_t> warm_up(std::vector<Engine*> engines, std::size_t number);

}  // namespace duet::engine
