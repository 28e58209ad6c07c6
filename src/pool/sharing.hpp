#pragma once

#include <duet/async/resume_callback.hpp>
#include <duet/pool/sharing.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "signal_wait.hpp"

namespace duet {

class ExecutorShares;

/// A connection that coroutines of one executor share, and the wait for its socket.
struct SharedLease::Shared : Wait {
    Shared(ExecutorShares* of, Executor& executor) : shares(of), home(executor) {}
    ~Shared() {
        if (multiplexer != nullptr) finish();
    }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    void start(Lease taken, driver::Multiplexer& with);
    /// Nobody uses it any more: the connection goes back to the pool.
    void stop() noexcept;
    /// The end of sharing; the lease stays.
    void finish() noexcept;
    void watch(driver::Wait wanted);
    /// Later in this turn of the executor, once for all that has come up by then.
    void post_flush();
    void flush() noexcept;

    ExecutorShares* shares;                 // null: it belongs to one transaction
    std::shared_ptr<ExecutorShares> keeps;  // while in use
    Executor& home;
    Lease lease;
    driver::Multiplexer* multiplexer = nullptr;
    std::size_t users = 0;
    std::vector<std::unique_ptr<driver::Statement>> kept;
    bool watching = false;
    bool flush_posted = false;
    detail::ResumeCallback flusher{
        [](void* self) noexcept { static_cast<SharedLease::Shared*>(self)->flush(); }, this};
};

/// The connections that one executor shares; used on that executor alone.
class ExecutorShares : public std::enable_shared_from_this<ExecutorShares> {
public:
    ExecutorShares(Pool::Impl& pool, Executor& home) : pool_(pool), home_(home) {}

    SharedLease try_join();
    /// Takes a connection that is ready into sharing; null when its driver refuses.
    SharedLease::Shared* adopt(Lease& lease);
    void stopped(SharedLease::Shared& shared) noexcept;

    /// While one coroutine opens a connection the others wait for it.
    bool opening = false;
    std::vector<driver::Signal> waiting;
    void wake_waiting() noexcept;

private:
    Pool::Impl& pool_;
    Executor& home_;
    std::vector<SharedLease::Shared*> active_;
    std::vector<std::unique_ptr<SharedLease::Shared>> all_;
    std::vector<SharedLease::Shared*> spare_;
};

/// Which executors share connections of a pool. Thread-safe.
class Sharing {
public:
    std::shared_ptr<ExecutorShares> of(Pool::Impl& pool, Executor& home);
    /// The same on the executor's thread, without a lock where it asked last. Valid until it asks again.
    ExecutorShares& here(Pool::Impl& pool, Executor& home);
    /// After a connection turned out to refuse: from then on everybody has his own.
    void refuse() noexcept { refused_.store(true, std::memory_order_relaxed); }
    bool possible() const noexcept { return !refused_.load(std::memory_order_relaxed); }

private:
    static std::uint64_t next_number() noexcept;

    const std::uint64_t number_ = next_number();  // never given twice
    std::mutex mutex_;
    std::unordered_map<Executor*, std::shared_ptr<ExecutorShares>> executors_;
    std::atomic<bool> refused_{false};
};

}  // namespace duet
