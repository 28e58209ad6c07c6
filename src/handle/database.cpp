#include <duet/base/error.hpp>
#include <duet/dialect/dialect.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>
#include <duet/handle/database.hpp>
#include <duet/pool/url_options.hpp>

#include <atomic>
#include <charconv>

namespace duet {

std::size_t StatementCounter::count() const noexcept { return std::atomic_ref<std::size_t>(*count_).load(); }
void StatementCounter::bump(std::size_t& count) noexcept { std::atomic_ref<std::size_t>(count).fetch_add(1); }

namespace detail {

namespace {

/// What opening a server takes.
struct Source {
    std::unique_ptr<driver::Driver> driver;
    PoolOptions pool;

    Source(std::string_view text, const DatabaseOptions& options) : pool(options.pool) {
        const driver::Url url = driver::parse_url(text);
        apply_url_options(url, pool);
        driver = driver::open_driver(url);
        if (!options.dialect.empty() && options.dialect != driver->dialect().name()) {
            throw ConfigurationError("the URL is of a " + std::string(driver->dialect().name()) +
                                     " database, but the dialect given is " + options.dialect);
        }
    }
};

Opened open_nodes(std::string_view url, std::string name, const DatabaseOptions& options) {
    Source source(url, options);
    Opened opened;
    opened.engine = std::make_shared<engine::Engine>(std::move(source.driver), std::move(source.pool));
    if (options.replicas.empty()) return opened;
    std::vector<std::unique_ptr<engine::Engine>> replicas;
    for (const Replica& replica : options.replicas) {
        Source more(replica.url, options);
        if (more.driver->dialect().name() != opened.engine->dialect().name()) {
            throw ConfigurationError("a " + std::string(more.driver->dialect().name()) +
                                     " database cannot be a replica of a " +
                                     std::string(opened.engine->dialect().name()) + " database");
        }
        replicas.push_back(
            std::make_unique<engine::Engine>(std::move(more.driver), std::move(more.pool), *opened.engine));
    }
    opened.session = engine::open_session(
        opened.engine, std::move(replicas),
        {std::move(name), options.replicas, options.read_your_writes, options.max_lag, options.router});
    return opened;
}

}  // namespace

Opened open_database(std::string_view url) { return open_database(url, DatabaseOptions()); }

Opened open_database(const std::vector<Node>& nodes) { return open_database(nodes, DatabaseOptions()); }

Opened open_database(std::string_view url, const DatabaseOptions& options) {
    return open_nodes(url, {}, options);
}

Opened open_database(const std::vector<Node>& nodes, const DatabaseOptions& options) {
    const Node* primary = nullptr;
    DatabaseOptions all = options;
    for (const Node& node : nodes) {
        if (node.role == Role::replica) {
            all.replicas.push_back({node.url, node.weight, node.name});
        } else if (primary != nullptr) {
            throw ConfigurationError("two servers are given as primary; there can be one");
        } else {
            primary = &node;
        }
    }
    if (primary == nullptr) throw ConfigurationError("none of the servers is given as primary");
    return open_nodes(primary->url, primary->name, all);
}

}  // namespace detail
}  // namespace duet
