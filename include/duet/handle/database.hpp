#pragma once

#include <duet/base/owned.hpp>
#include <duet/engine/nodes.hpp>
#include <duet/handle/advisory_lock.hpp>
#include <duet/handle/listener.hpp>
#include <duet/handle/transaction.hpp>
#include <duet/schema/database_schema.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

/// What is not said in the URL; what the URL says wins.
struct DatabaseOptions {
    PoolOptions pool{};
    std::string dialect{};  // when given, must be that of the URL, else ConfigurationError
    /// Servers that answer reads, each with a pool of its own of the same options. Not with SQLite.
    std::vector<Replica> replicas{};
    /// How long a session that wrote reads from the primary; see db.session().
    ReadYourWrites read_your_writes{std::chrono::milliseconds(500)};
    /// Replicas that lag more are passed over; they are asked at most once a second. PostgreSQL; 0: nobody
    /// asks.
    std::chrono::milliseconds max_lag{0};
    Router router{};
};

template <class Mode>
class BasicSession;

namespace detail {
/// Defined in <duet/signals.hpp>.
template <class M, class Mode, class Signal, class F>
HookConnection connect_listener(engine::Engine& engine, Signal signal, F fn);

template <class Mode>
struct SessionAccess;
template <class Mode, class Asked>
concept HasSessions = requires {
    sizeof(SessionAccess<Mode>);
    sizeof(Asked*);
};

struct Opened {
    std::shared_ptr<engine::Engine> engine;
    std::shared_ptr<engine::Session> session;  // null without replicas
};
// Options are not made where there are none: every program would compile how.
Opened open_database(std::string_view url);
Opened open_database(std::string_view url, const DatabaseOptions& options);
Opened open_database(const std::vector<Node>& nodes);
Opened open_database(const std::vector<Node>& nodes, const DatabaseOptions& options);

// A template, so that only programs that call it compile what schemas consist of.
template <class Mode>
struct ReadSchema {
    engine::Call call;
    auto start() { return engine::introspect(call); }
    template <class S>
    S finish(S schema) {
        return schema;
    }
};
}  // namespace detail

/// A database: the handle on which everything hangs. `Database` blocks, `AsyncDatabase` returns Tasks.
///
/// Thread-safe; copies share the connections. Connections open when first used. All work must have ended
/// before the last copy is destroyed.
template <class Mode>
class BasicDatabase : public Handle<BasicDatabase<Mode>, Mode> {
    template <class T>
    using Result = typename Mode::template Result<T>;
    using Where = std::source_location;

public:
    /// `sqlite:///file.db`, `sqlite:////absolute/file.db`, `sqlite://:memory:`. Throws ConfigurationError.
    explicit BasicDatabase(std::string_view url) : BasicDatabase(detail::open_database(url)) {}
    BasicDatabase(std::string_view url, const DatabaseOptions& options)
        : BasicDatabase(detail::open_database(url, options)) {}
    /// Several servers with the same data, one of them the primary. Throws ConfigurationError.
    explicit BasicDatabase(const std::vector<Node>& nodes) : BasicDatabase(detail::open_database(nodes)) {}
    BasicDatabase(const std::vector<Node>& nodes, const DatabaseOptions& options)
        : BasicDatabase(detail::open_database(nodes, options)) {}
    /// The same database in the other mode: connections, caches and hooks are shared.
    template <class Other>
    explicit BasicDatabase(const BasicDatabase<Other>& other)
        : engine_(other.engine_), session_(other.session_), timeout_(other.timeout_), pin_(other.pin_) {}

    /// A handle whose operations end with QueryCanceled when a statement takes longer. With a limit of 0 or
    /// less, what is left of a deadline that has passed, they do so at once, and nothing is sent.
    BasicDatabase within(std::chrono::nanoseconds timeout) const {
        BasicDatabase copy(*this);
        copy.timeout_ = timeout.count() > 0 ? timeout : std::chrono::nanoseconds{-1};
        return copy;
    }

    /// A handle that stays with one server, or with the replicas: `db.on("primary")`, `db.on("replica")`, or
    /// a name. On replicas it reads whatever they have, SQL as text too; writes are InvalidQuery. Throws
    /// ConfigurationError for an unknown name; in a database without replicas both roles are the primary.
    BasicDatabase on(std::string_view node) const {
        BasicDatabase copy(*this);
        copy.pin_ = engine::find_node(session_.get(), node);
        return copy;
    }
    /// A handle that has not written anything, for one request or one job: what it, its copies and what
    /// on() makes of them write is read by them, as read_your_writes says, and by nobody else of necessity.
    /// Routers are told the name.
    BasicDatabase session(std::string_view name = {}) const {
        BasicDatabase copy(*this);
        if (session_ != nullptr) copy.session_ = engine::new_session(*session_, name);
        return copy;
    }

    /// Runs `block(session)`, a unit of work: writes and commits at its end, rolls back when it throws, and
    /// returns what it returns. When the options ask for another try, that has a session of its own. Needs
    /// <duet/session.hpp>; see BasicSession.
    template <class F>
    requires(!std::is_convertible_v<F, std::string_view>) auto session(F&& block,
                                                                       TransactionOptions options = {},
                                                                       Where where = Where::current()) {
        constexpr bool has_header = detail::HasSessions<Mode, std::remove_reference_t<F>>;
        static_assert(has_header, "duet: session(block) needs #include <duet/session.hpp>");
        static_assert(!Mode::is_async || detail::safe_in_co_await<F>,
                      "duet: GCC 12 breaks lambdas that own captures in co_await: name the block first, or "
                      "capture by reference");
        if constexpr (has_header)
            return detail::SessionAccess<Mode>::template run<F>(make_call(where), options, block);
    }
    /// A session by hand, with its transaction begun: `auto s = db.begin_session(); ... s.commit();` Rolls
    /// back when it goes out of scope uncommitted (which blocks, in async code too).
    template <class S = BasicSession<Mode>>
    Result<S> begin_session(TransactionOptions options = {}, Where where = Where::current()) {
        constexpr bool has_header = detail::HasSessions<Mode, S>;
        static_assert(has_header, "duet: begin_session() needs #include <duet/session.hpp>");
        if constexpr (has_header) return detail::SessionAccess<Mode>::begin(make_call(where), options);
    }

    /// Of each server, the primary first.
    std::vector<NodeStatus> nodes() const { return engine::node_status(session_.get(), *engine_); }

    /// A transaction by hand: `auto tx = db.begin(); ... tx.commit();`
    Result<BasicTransaction<Mode>> begin(TransactionOptions options = {}, Where where = Where::current()) {
        struct Begin {
            detail::Owned<engine::TransactionState> state;
            Where where;
            auto start() { return state->begin(where); }
            BasicTransaction<Mode> finish() { return BasicTransaction<Mode>(std::move(state)); }
        };
        if (options.timeout.count() == 0) options.timeout = timeout_;
        return Mode::run(
            Begin{detail::make_owned<engine::TransactionState>(*engine_, nullptr, options, route()), where});
    }
    /// Takes an advisory lock, waiting for it (`db.within(…)` limits that: QueryCanceled), and keeps a
    /// connection of the pool for as long as it is held. PostgreSQL; MariaDB by GET_LOCK, there without
    /// shared ones; else UnsupportedByDialect. ConfigurationError behind a pooler that works by transactions.
    Result<BasicAdvisoryLock<Mode>> advisory_lock(LockKey key, Where where = Where::current()) {
        return Mode::run(
            detail::TakeLock<BasicAdvisoryLock<Mode>>{make_call(where), {key.number(), false, true}});
    }
    Result<BasicAdvisoryLock<Mode>> advisory_lock_shared(LockKey key, Where where = Where::current()) {
        return Mode::run(
            detail::TakeLock<BasicAdvisoryLock<Mode>>{make_call(where), {key.number(), true, true}});
    }
    /// The same without waiting: nullopt when somebody else has it.
    Result<std::optional<BasicAdvisoryLock<Mode>>> try_advisory_lock(LockKey key,
                                                                     Where where = Where::current()) {
        return Mode::run(detail::TakeLock<std::optional<BasicAdvisoryLock<Mode>>>{
            make_call(where), {key.number(), false, false}});
    }
    Result<std::optional<BasicAdvisoryLock<Mode>>> try_advisory_lock_shared(LockKey key,
                                                                            Where where = Where::current()) {
        return Mode::run(detail::TakeLock<std::optional<BasicAdvisoryLock<Mode>>>{
            make_call(where), {key.number(), true, false}});
    }
    /// Connects, outside of the pool, and listens to channels. Throws ConnectionError, UnsupportedByDialect
    /// elsewhere than on PostgreSQL, ConfigurationError behind a pooler that works by transactions,
    /// InvalidQuery for names of more than 63 bytes.
    Result<BasicListener<Mode>> listen(const Channels& channels, Where where = Where::current()) {
        return start_listening(channels, {}, where);
    }
    template <class O = ListenOptions>
    requires std::same_as<std::remove_cvref_t<O>, ListenOptions> Result<BasicListener<Mode>> listen(
        const Channels& channels, O&& options, Where where = Where::current()) {
        static_assert(!Mode::is_async || detail::safe_in_co_await<O>,
                      "duet: GCC 12 breaks temporaries in co_await: name the options first, then co_await "
                      "db.listen(channels, options)");
        return start_listening(channels, options, where);
    }
    /// Outside of a transaction there is nothing to wait for: runs `fn()` at once.
    template <class F>
    void on_commit(F fn) {
        fn();
    }

    /// Creates the tables and indexes of the models that are not there yet. For demos and tests; real
    /// projects migrate.
    Result<void> create_all(std::span<const ModelInfo* const> models, Where where = Where::current()) {
        struct Create {
            engine::Call call;
            std::span<const ModelInfo* const> models;
            auto start() { return engine::create_all(call, models); }
            void finish() {}
        };
        return Mode::run(Create{make_call(where), models});
    }
    /// Drops the tables of the models, with everything in them.
    Result<void> drop_all(std::span<const ModelInfo* const> models, Where where = Where::current()) {
        struct Drop {
            engine::Call call;
            std::span<const ModelInfo* const> models;
            auto start() { return engine::drop_all(call, models); }
            void finish() {}
        };
        return Mode::run(Drop{make_call(where), models});
    }
    /// The tables that are really there.
    Result<DatabaseSchema> introspect(Where where = Where::current()) {
        return Mode::run(detail::ReadSchema<Mode>{make_call(where)});
    }

    /// Calls `fn(event)` after each statement, on the thread that ran it, until the returned hook is
    /// destroyed.
    template <class F>
    QueryHook on_query(F fn) {
        return engine_->hooks().add(std::move(fn));
    }
    /// Calls `fn(M&, const HookContext&)` (or `fn(M&)`) at a moment of each write of an M, until the returned
    /// connection is destroyed: `db.connect<User>(duet::signal::before_save, fn)`. Needs <duet/signals.hpp>,
    /// where the signals are.
    template <Model M, class Signal, class F>
    HookConnection connect(Signal signal, F fn) {
        return detail::connect_listener<M, Mode>(*engine_, signal, std::move(fn));
    }
    /// The same for all models: `fn(const HookContext&)`; and for statements.
    template <class Signal, class F>
    HookConnection connect(Signal signal, F fn) {
        return detail::connect_listener<void, Mode>(*engine_, signal, std::move(fn));
    }
    /// Of the primary.
    PoolStats pool_stats() const { return engine::pool_stats(*engine_); }
    /// Changes how many connections the pool keeps, at once and while it is in use; returns the size from now
    /// on. SQLite's stays as it is. Throws ConfigurationError for 0. Replicas' pools change as well.
    std::size_t resize_pool(std::size_t size) { return engine::resize_pools(nodes_of(), size); }
    /// Opens connections ahead of need, until `number` are open or the pool has its size, to each server;
    /// returns how many it opened. Throws ConnectionError.
    Result<std::size_t> warm_up(std::size_t number) {
        struct WarmUp {
            std::vector<engine::Engine*> nodes;
            std::size_t number;
            auto start() { return engine::warm_up(nodes, number); }
            std::size_t finish(std::size_t opened) { return opened; }
        };
        return Mode::run(WarmUp{nodes_of(), number});
    }
    /// Calls `fn(setup)` for each connection that is opened from now on, and again after a reset;
    /// `setup.run(sql)` names SQL that runs before anybody gets the connection. From any thread; stays for
    /// the life of the database. What `fn` throws, and a statement that fails, fails the operation that
    /// wanted the connection.
    template <class F>
    void on_connect(F fn) {
        engine::on_connect(nodes_of(), std::make_shared<F>(std::move(fn)),
                           [](void* f, ConnectionSetup& setup) { (*static_cast<F*>(f))(setup); });
    }
    /// Calls `fn(event)` for the rare events of the pool (PoolEvent), on the thread where they happen, until
    /// the returned hook is destroyed. It must not use this database.
    template <class F>
    PoolHook on_pool_event(F fn) {
        return engine::pool_hooks(*engine_).add(std::move(fn));
    }
    engine::PlanCacheStats plan_stats() const { return engine_->plan_stats(); }
    std::string_view dialect() const { return engine_->dialect_name(); }

private:
    template <class Other>
    friend class BasicDatabase;
    friend Handle<BasicDatabase<Mode>, Mode>;
    Result<BasicListener<Mode>> start_listening(const Channels& channels, const ListenOptions& options,
                                                Where where) {
        struct Listen {
            std::shared_ptr<engine::Engine> engine;
            std::vector<std::string> channels;
            ListenOptions options;
            std::chrono::nanoseconds timeout;
            Where where;
            detail::Owned<engine::ListenerState> state{};
            auto start() {
                state = engine::make_listener(engine, channels, options, where);
                return engine::open_listener(*state, timeout, where);
            }
            BasicListener<Mode> finish() { return BasicListener<Mode>(std::move(state)); }
        };
        return Mode::run(Listen{engine_, channels.names(), options, timeout_, where});
    }
    engine::Call make_call(Where where) noexcept {
        return {engine_.get(), nullptr, where, timeout_, !Mode::is_async, false, route()};
    }
    engine::Route route() const noexcept { return {session_.get(), nullptr, pin_}; }
    std::vector<engine::Engine*> nodes_of() const { return engine::all_engines(session_.get(), *engine_); }
    explicit BasicDatabase(detail::Opened opened)
        : engine_(std::move(opened.engine)), session_(std::move(opened.session)) {}

    std::shared_ptr<engine::Engine> engine_;
    std::shared_ptr<engine::Session> session_;  // null without replicas
    std::chrono::nanoseconds timeout_{0};
    std::int16_t pin_ = engine::not_pinned;
};

using Database = BasicDatabase<Blocking>;
using AsyncDatabase = BasicDatabase<Async>;

/// Counts the statements that a database runs while it lives.
class StatementCounter {
public:
    template <class Mode>
    explicit StatementCounter(BasicDatabase<Mode>& database)
        : count_(std::make_shared<std::size_t>(0)),
          hook_(database.on_query([count = count_](const QueryEvent&) { bump(*count); })) {}
    std::size_t count() const noexcept;

private:
    static void bump(std::size_t& count) noexcept;
    std::shared_ptr<std::size_t> count_;
    QueryHook hook_;
};

}  // namespace duet
