#pragma once

#include <duet/driver/connection.hpp>
#include <duet/driver/listener.hpp>
#include <duet/schema/database_schema.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace duet {
class Dialect;
}

namespace duet::driver {

struct Url;

/// What blocks while a connection of a network driver is opened: nothing, what connect() and the first part
/// of establish() do (asking where a host is), or all of it. Coroutines have a worker thread do that.
enum class Opening : std::uint8_t { waits, asks_first, blocks };

/// How many connections of which sort make sense for a database.
struct Topology {
    bool single = false;           // one connection is the database (SQLite in memory)
    bool separate_writer = false;  // one writer and several readers (SQLite files)
    bool blocking = false;         // calls block: coroutines hand them to a worker thread
    bool pipelining = false;       // coroutines of one executor may share a connection
    Opening opening = Opening::waits;
};

enum class Access : std::uint8_t { read, write };

/// Opens connections to one database. Thread-safe.
class Driver {
public:
    virtual ~Driver() = default;
    virtual const Dialect& dialect() const noexcept = 0;
    virtual Topology topology() const noexcept = 0;
    /// Throws ConnectionError, with a sentence that says what to look at. Network drivers give a connection
    /// that establish() has to open.
    virtual std::unique_ptr<Connection> connect(Access access) = 0;
    /// A new connection to listen on, not open yet; null where there are no notifications.
    virtual std::unique_ptr<Listener> make_listener() { return nullptr; }
    /// Reads the tables that exist. Runs on `connection`, and blocks.
    virtual DatabaseSchema introspect(Connection& connection) = 0;
};

using Factory = std::unique_ptr<Driver> (*)(const Url& url);

/// Makes a driver known under the scheme of its URLs. Called by each driver's library as it is loaded.
void register_driver(std::string_view scheme, Factory factory);
/// Throws ConfigurationError for an unknown scheme, with the library to link in the message.
std::unique_ptr<Driver> open_driver(const Url& url);

}  // namespace duet::driver
