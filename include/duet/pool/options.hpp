#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace duet {

/// How a pool changes its own size. Decides when somebody has to wait (up by `step` at once), and when
/// connections come back, once per interval, by the most that were in use in it: up when that is more than
/// the target, down by `step` when it would stay within the target after that. Needs no thread; does nothing,
/// and says nothing, where there is nothing to scale (SQLite).
struct Autoscale {
    double target_utilisation = 0.7;  // connections in use / size; above 0, at most 1
    std::size_t floor = 2;            // smallest size
    std::size_t ceiling = 20;         // largest size; max_overflow comes on top
    std::size_t step = 2;
    std::chrono::milliseconds interval{1'000};
};

/// What a pool may do. The same can be said in the URL, as `pool_size=10`, `pool_timeout=1.5s` and so on;
/// `max_overflow` has that name there too.
///
/// With databases behind a socket all of it applies. SQLite has one connection (in memory), or one that
/// writes and `size` that read (files): there `size` is fixed and only `timeout`, `statements`, `init_sql`
/// and `report_leaks_after` mean something. A duration of 0 turns off what it limits, except for `timeout`.
struct PoolOptions {
    std::size_t size = 5;                       // connections that stay open; see above for SQLite
    std::chrono::milliseconds timeout{30'000};  // longest wait for a connection; 0: nobody waits
    std::size_t statements = 256;               // prepared statements kept on each connection
    /// So many more are opened while all others are in use. When one comes back, nobody waits and `size`
    /// connections are idle without it, it is closed.
    std::size_t max_overflow = 10;
    /// A connection that is older is replaced when it is next taken.
    std::chrono::milliseconds recycle{1'800'000};
    /// Likewise, less a random tenth, so that connections of one age do not all end at once.
    std::chrono::milliseconds max_lifetime{0};
    /// Whether a connection is asked for a sign of life before it is used, when it has been idle for
    /// `pre_ping_after` or when another was found broken since it was last known to be good. One that does
    /// not answer within 5 s is replaced. Without pings those under suspicion are replaced at once. Younger
    /// ones are not asked: a read that fails on them is repeated.
    bool pre_ping = true;
    std::chrono::milliseconds pre_ping_after{1'000};
    /// Connections that have been idle for longer are closed, down to `min_idle` idle ones. There is no
    /// thread for that: it happens when other connections are taken or come back.
    std::chrono::milliseconds idle_timeout{600'000};
    std::size_t min_idle = 1;
    /// Longest time to open a connection, and for the statements that set it up; 0: as the driver does.
    std::chrono::milliseconds connect_timeout{30'000};
    /// Whether settings, temporary tables, locks and the like are taken back when a connection that may have
    /// them comes back. Open transactions always are.
    bool reset_on_return = true;
    /// SQL that runs on each new connection before anybody gets it, and again after a reset.
    std::vector<std::string> init_sql{};
    /// Who holds a connection for longer is reported, once, by a PoolEvent. Looked at when connections are
    /// taken or come back, when somebody begins or ceases to wait and when the statistics are read.
    std::chrono::milliseconds report_leaks_after{0};
    std::optional<Autoscale> autoscale{};
};

}  // namespace duet
