#include "sharing.hpp"

#include <duet/base/error.hpp>

#include <algorithm>

#include "impl.hpp"

namespace duet {

namespace {

// Two connections keep the server busy; more of them only cost it memory ("Performance" in the guide).
constexpr std::size_t most_shared = 2;
// One connection serves so many before a second one is worth it.
constexpr std::size_t enough_users = 4;
// Executors come and go (Asio's are made for each call): those that share nothing are forgotten.
constexpr std::size_t many_executors = 64;

}  // namespace

void SharedLease::Shared::start(Lease taken, driver::Multiplexer& with) {
    if (shares != nullptr) keeps = shares->shared_from_this();
    lease = std::move(taken);
    // Under steady load it is shared without end, and that is no leak.
    static_cast<Lease::Slot&>(*lease).taken_at.store(0, std::memory_order_relaxed);
    multiplexer = &with;
    fd = lease->connection->socket();
    tag = lease->connection->socket_tag();
    fire = [](Wait& wait) noexcept {
        auto& self = static_cast<Shared&>(wait);
        self.watching = false;
        const driver::Wait wanted = self.multiplexer->pump();
        if (wanted != driver::Wait::done && self.multiplexer != nullptr) self.watch(wanted);
    };
    multiplexer->share(true);
    multiplexer->on_activity({[](void* self) noexcept { static_cast<Shared*>(self)->post_flush(); }, this});
}

void SharedLease::Shared::post_flush() {
    if (flush_posted) return;
    flush_posted = true;
    home.post(flusher.handle());
}

void SharedLease::Shared::flush() noexcept {
    flush_posted = false;
    if (multiplexer == nullptr) return;
    const driver::Wait wanted = multiplexer->flush();
    if (wanted == driver::Wait::done) return;
    if (watching) {
        if (wanted != driver::Wait::either || readiness == Readiness::both) return;
        home.abandon(*this);
    }
    watch(wanted);
}

void SharedLease::Shared::watch(driver::Wait wanted) {
    watching = true;
    readiness = wanted == driver::Wait::either ? Readiness::both : Readiness::readable;
    outcome = WaitOutcome::ready;
    home.start(*this);
}

void SharedLease::Shared::finish() noexcept {
    if (notes.accepted) home.abandon(*this);
    if (flush_posted) home.retract(flusher.handle());
    flush_posted = false;
    watching = false;
    multiplexer->flush();
    multiplexer->on_activity({});
    multiplexer->batch(false);
    multiplexer->share(false);
    multiplexer = nullptr;
    kept.clear();
}

void SharedLease::Shared::stop() noexcept {
    const std::shared_ptr<ExecutorShares> last = std::move(keeps);
    finish();
    lease.release();
    shares->stopped(*this);
}

SharedLease::SharedLease(Shared& shared) : shared_(&shared), channel_(&shared.multiplexer->open_channel()) {
    ++shared.users;
}

PooledConnection& SharedLease::pooled() const noexcept { return *shared_->lease; }

void SharedLease::keep(std::unique_ptr<driver::Statement> statement) {
    shared_->kept.push_back(std::move(statement));
}

void SharedLease::release() noexcept {
    if (shared_ == nullptr) return;
    shared_->multiplexer->close_channel(*channel_);
    Shared& shared = *std::exchange(shared_, nullptr);
    if (--shared.users == 0 && shared.shares != nullptr) shared.stop();
}

SharedLease ExecutorShares::try_join() {
    // Whoever waits for a connection of his own must not starve.
    if (pool_.main.waiting() != 0) return {};
    SharedLease::Shared* best = nullptr;
    for (SharedLease::Shared* shared : active_) {
        if (shared->multiplexer->open_to_users() && (best == nullptr || shared->users < best->users))
            best = shared;
    }
    const bool another = pool_.open_connections.load(std::memory_order_relaxed) > active_.size();
    if (another && active_.size() < most_shared && (best == nullptr || best->users >= enough_users)) {
        Lease lease = pool_.take_now();
        if (lease && lease.ready()) {
            if (SharedLease::Shared* fresh = adopt(lease)) best = fresh;
        }
    }
    return best == nullptr ? SharedLease() : SharedLease(*best);
}

SharedLease::Shared* ExecutorShares::adopt(Lease& lease) {
    driver::Multiplexer* const multiplexer = lease->connection->multiplexer();
    if (multiplexer == nullptr) return nullptr;
    if (spare_.empty()) {
        active_.reserve(all_.size() + 1);
        spare_.reserve(all_.size() + 1);
        all_.push_back(std::make_unique<SharedLease::Shared>(this, home_));
        spare_.push_back(all_.back().get());
    }
    SharedLease::Shared& shared = *spare_.back();
    shared.start(std::move(lease), *multiplexer);
    spare_.pop_back();
    active_.push_back(&shared);
    return &shared;
}

void ExecutorShares::stopped(SharedLease::Shared& shared) noexcept {
    std::erase(active_, &shared);
    spare_.push_back(&shared);
}

void ExecutorShares::wake_waiting() noexcept {
    for (const driver::Signal& signal : std::exchange(waiting, {})) signal.raise(signal.context);
}

std::shared_ptr<ExecutorShares> Sharing::of(Pool::Impl& pool, Executor& home) {
    const std::lock_guard lock(mutex_);
    if (const auto it = executors_.find(&home); it != executors_.end()) return it->second;
    if (executors_.size() >= many_executors)
        std::erase_if(executors_, [](const auto& entry) { return entry.second.use_count() == 1; });
    return executors_.emplace(&home, std::make_shared<ExecutorShares>(pool, home)).first->second;
}

std::uint64_t Sharing::next_number() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

ExecutorShares& Sharing::here(Pool::Impl& pool, Executor& home) {
    // Holds on to the shares, so that they are not forgotten meanwhile; it never looks at those of a pool
    // that is gone.
    struct Latest {
        std::uint64_t sharing = 0;
        const Executor* home = nullptr;
        std::shared_ptr<ExecutorShares> shares;
    };
    thread_local Latest latest;
    if (latest.sharing != number_ || latest.home != &home) [[unlikely]]
        latest = {number_, &home, of(pool, home)};
    return *latest.shares;
}

struct BatchShare::State : SharedLease::Shared {
    State(Executor& executor, Lease& from) : Shared(nullptr, executor), origin(from) {}
    Lease& origin;
};

BatchShare::BatchShare(Lease& lease, Executor& home) {
    driver::Multiplexer* const multiplexer = lease->connection->multiplexer();
    if (multiplexer == nullptr) return;
    state_ = std::make_unique<State>(home, lease);
    state_->start(std::move(lease), *multiplexer);
    multiplexer->batch(true);
}

BatchShare::~BatchShare() {
    if (state_ == nullptr) return;
    // Nobody knows any more what of the transaction will be done.
    if (state_->multiplexer->under_way() != 0) state_->lease->connection->abandon();
    state_->finish();
    state_->origin = std::move(state_->lease);
}

SharedLease BatchShare::join() { return SharedLease(*state_); }

bool shares_connections(Pool& pool) noexcept { return pool.topology().pipelining; }

namespace {

/// Waits until the coroutine that opens a connection is done with that.
class OpeningWait : public SignalWait {
public:
    OpeningWait(const detail::PromiseBase& self, ExecutorShares& shares, Clock::time_point deadline)
        : SignalWait(self, deadline), shares_(shares) {
        shares.waiting.push_back(signal());
    }
    ~OpeningWait() {
        std::erase_if(shares_.waiting,
                      [this](const driver::Signal& s) { return s.context == signal().context; });
    }
    OpeningWait(const OpeningWait&) = delete;
    OpeningWait& operator=(const OpeningWait&) = delete;

private:
    ExecutorShares& shares_;
};

struct Opening {
    explicit Opening(ExecutorShares& of) : shares(of) { shares.opening = true; }
    ~Opening() {
        shares.opening = false;
        shares.wake_waiting();
    }
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;
    ExecutorShares& shares;
};

}  // namespace

SharedLease try_share(Pool& pool, Executor& home) {
    Pool::Impl& impl = pool.impl();
    if (!impl.sharing.possible()) return {};
    return impl.sharing.here(impl, home).try_join();
}

Task<SharedOrOwn> share(Pool& pool, std::chrono::steady_clock::time_point deadline) {
    Pool::Impl& impl = pool.impl();
    const detail::PromiseBase& self = co_await detail::current_promise();
    const std::shared_ptr<ExecutorShares> found = impl.sharing.of(impl, *self.home);
    ExecutorShares& shares = *found;
    SharedOrOwn out;
    while (impl.sharing.possible()) {
        out.shared = shares.try_join();
        if (out.shared) co_return out;
        if (!shares.opening || impl.main.waiting() != 0) break;
        OpeningWait waiting(self, shares, deadline);
        const WaitOutcome outcome = co_await waiting;
        if (outcome == WaitOutcome::timed_out)
            throw QueryCanceled(
                "the statement took longer than it was allowed to: it still had no connection");
        if (outcome != WaitOutcome::ready) throw QueryCanceled("cancelled while waiting for a connection");
    }
    std::optional<Opening> opening;
    if (!shares.opening) opening.emplace(shares);
    out.own = co_await pool.acquire(driver::Access::write);
    if (!out.own.ready()) co_await out.own.make_ready(deadline);
    if (!out.own->connection->multiplexes()) {
        impl.sharing.refuse();
    } else if (SharedLease::Shared* shared = shares.adopt(out.own)) {
        out.shared = SharedLease(*shared);
    }
    co_return out;
}

}  // namespace duet
