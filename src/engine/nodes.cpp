#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>
#include <duet/pool/pool.hpp>

#include "session.hpp"

namespace duet::engine {

namespace {

constexpr std::string_view role_names[] = {"primary", "replica"};
constexpr std::size_t most_servers = 64;

std::unique_ptr<Server> make_server(Engine& engine, std::string name, std::size_t number) {
    auto server = std::make_unique<Server>();
    server->name = std::move(name);
    server->engine = &engine;
    server->bit = std::uint64_t{1} << number;
    engine.set_node(server->name);
    return server;
}

void check_name(const Nodes& nodes, const std::string& name) {
    if (name == role_names[1])
        throw ConfigurationError("a server cannot be named 'replica': that stands for all of them");
    for (const auto& other : nodes.servers)
        if (other->name == name) throw ConfigurationError("two servers are named '" + name + "'");
}

}  // namespace

std::int16_t Nodes::find(std::string_view name) const {
    for (std::size_t i = 0; i < servers.size(); ++i)
        if (servers[i]->name == name) return static_cast<std::int16_t>(i);
    if (name == role_names[0]) return 0;
    if (name == role_names[1]) return pinned_to_replicas;
    std::string known;
    for (const auto& server : servers) known += (known.empty() ? "" : ", ") + server->name;
    throw ConfigurationError("no server is named '" + std::string(name) + "'; there are " + known);
}

std::shared_ptr<Session> open_session(std::shared_ptr<Engine> primary,
                                      std::vector<std::unique_ptr<Engine>> replicas, const NodesSpec& spec) {
    const std::string_view dialect = primary->dialect().name();
    const auto refuse = [dialect](const char* what) {
        throw ConfigurationError(std::string(dialect) + " has no " + what);
    };
    if (dialect == "sqlite") refuse("replicas: DatabaseOptions::replicas must be empty");
    if (dialect != "postgresql" && spec.read_your_writes.until_caught_up())
        refuse("position that duet::until_caught_up could ask for: give read_your_writes a time");
    if (dialect != "postgresql" && spec.max_lag.count() != 0) refuse("lag that max_lag could ask for");
    if (spec.max_lag.count() < 0 || spec.read_your_writes.time().count() < 0)
        throw ConfigurationError("max_lag and read_your_writes cannot be negative");
    if (replicas.size() >= most_servers) throw ConfigurationError("more than 63 replicas");

    auto nodes = std::make_shared<Nodes>();
    nodes->read_your_writes = spec.read_your_writes;
    nodes->max_lag = spec.max_lag;
    nodes->router = spec.router;
    check_name(*nodes, spec.primary_name);
    nodes->servers.push_back(
        make_server(*primary, spec.primary_name.empty() ? std::string(role_names[0]) : spec.primary_name, 0));
    nodes->primary_engine = std::move(primary);
    duet::detail::HookList<PoolEvent>& hooks = nodes->primary_engine->pool().hooks();
    for (std::size_t i = 0; i < replicas.size(); ++i) {
        const Replica& wanted = spec.replicas[i];
        std::string name = wanted.name.empty() ? "replica" + std::to_string(i + 1) : wanted.name;
        check_name(*nodes, name);
        if (name == role_names[0]) throw ConfigurationError("a replica cannot be named 'primary'");
        if (wanted.weight > 1'000'000) throw ConfigurationError("the weight of a replica is above 1000000");
        auto server = make_server(*replicas[i], std::move(name), i + 1);
        server->own = std::move(replicas[i]);
        server->weight = wanted.weight;
        nodes->total_weight += wanted.weight;
        // One hook hears of all pools.
        server->engine->pool()
            .hooks()
            .add([all = &hooks](const PoolEvent& event) { all->fire(event); })
            .keep();
        nodes->servers.push_back(std::move(server));
    }
    return std::make_shared<Session>(std::move(nodes), std::string());
}

std::shared_ptr<Session> new_session(const Session& other, std::string_view name) {
    return std::make_shared<Session>(other.nodes(), std::string(name));
}

std::int16_t find_node(const Session* session, std::string_view name) {
    if (session != nullptr) return session->nodes()->find(name);
    if (name == role_names[0] || name == role_names[1]) return not_pinned;
    throw ConfigurationError("no server is named '" + std::string(name) + "'; there is only the primary");
}

std::vector<NodeStatus> node_status(const Session* session, Engine& primary) {
    std::vector<NodeStatus> out;
    if (session == nullptr) {
        out.push_back(
            {std::string(role_names[0]), Role::primary, true, std::nullopt, primary.pool().stats()});
        return out;
    }
    for (const auto& server : session->nodes()->servers) {
        NodeStatus status;
        status.name = server->name;
        status.role = server->engine == &primary ? Role::primary : Role::replica;
        status.up = server->down_until.load() == 0;
        if (const std::int64_t lag = server->lag_ms.load(); lag >= 0)
            status.lag = std::chrono::milliseconds(lag);
        status.pool = server->engine->pool().stats();
        out.push_back(std::move(status));
    }
    return out;
}

std::vector<Engine*> all_engines(const Session* session, Engine& primary) {
    if (session == nullptr) return {&primary};
    std::vector<Engine*> out;
    for (const auto& server : session->nodes()->servers) out.push_back(server->engine);
    return out;
}

PoolStats pool_stats(Engine& engine) { return engine.pool().stats(); }

duet::detail::HookList<PoolEvent>& pool_hooks(Engine& engine) { return engine.pool().hooks(); }

std::size_t resize_pools(const std::vector<Engine*>& nodes, std::size_t size) {
    std::size_t now = size;
    for (Engine* node : nodes) now = node->pool().resize(size);
    return now;
}

void on_connect(const std::vector<Engine*>& nodes, const std::shared_ptr<void>& context,
                void (*hook)(void* context, ConnectionSetup& setup)) {
    for (Engine* node : nodes) node->pool().on_connect(context, hook);
}

Task<std::size_t> warm_up(std::vector<Engine*> engines, std::size_t number) {
    std::size_t opened = 0;
    for (Engine* engine : engines) opened += co_await engine->pool().warm_up(number);
    co_return opened;
}

}  // namespace duet::engine
