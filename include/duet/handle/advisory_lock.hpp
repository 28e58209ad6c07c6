#pragma once

#include <duet/async/mode.hpp>
#include <duet/base/error.hpp>
#include <duet/base/owned.hpp>
#include <duet/engine/advisory_lock.hpp>

#include <memory>
#include <optional>
#include <source_location>
#include <utility>

namespace duet {

/// An advisory lock, from `db.advisory_lock(key)`, and the connection of the pool that holds it.
///
/// In blocking code it is released at the end of its life at the latest. In async code `co_await
/// lock.release()` waits for that; an object that just ends tells the server without waiting. The lock is
/// lost when its connection is lost. The database must live longer.
template <class Mode>
class [[nodiscard("the lock is released when this is destroyed")]] BasicAdvisoryLock {
    template <class T>
    using Result = typename Mode::template Result<T>;

public:
    explicit BasicAdvisoryLock(detail::Owned<engine::HeldLock> lock) noexcept : lock_(std::move(lock)) {}

    /// Throws ConnectionError when the connection, and the lock with it, had been lost. Harmless when
    /// repeated.
    Result<void> release() {
        struct Release {
            engine::HeldLock* lock;
            auto start() { return lock->release(); }
            void finish() {}
        };
        return Mode::run(Release{lock_.get()});
    }
    /// False after release().
    bool held() const noexcept { return lock_ != nullptr && lock_->held(); }

private:
    detail::Owned<engine::HeldLock> lock_;
};

using AdvisoryLock = BasicAdvisoryLock<Blocking>;
using AsyncAdvisoryLock = BasicAdvisoryLock<Async>;

namespace detail {

template <class R>
struct TakeLock {
    engine::Call call;
    engine::LockRequest request;
    detail::Owned<engine::HeldLock> lock{};
    auto start() {
        try {
            lock = detail::make_owned<engine::HeldLock>(call, request);
        } catch (Error& error) {
            error.attach_where(call.where);
            throw;
        }
        return lock->take();
    }
    R finish(bool taken) {
        if constexpr (requires { R().has_value(); }) {
            if (!taken) return std::nullopt;
            return R(std::in_place, std::move(lock));
        } else {
            return R(std::move(lock));
        }
    }
};
struct LockInTransaction {
    engine::Call call;
    engine::LockRequest request;
    auto start() { return engine::lock_in_transaction(call, request); }
};
struct TakeTransactionLock : LockInTransaction {
    void finish(bool) {}
};
struct TryTransactionLock : LockInTransaction {
    bool finish(bool taken) { return taken; }
};

}  // namespace detail
}  // namespace duet
