#pragma once

#include <duet/base/owned.hpp>
#include <duet/engine/engine.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>

namespace duet {

/// What an advisory lock is about: any number, or a name, from which a number is made: FNV-1a with 64 bits
/// over the bytes of the name, read as a signed number; it stays the same for all versions of the library.
class LockKey {
public:
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr LockKey(std::integral auto number) noexcept : number_(static_cast<std::int64_t>(number)) {}
    template <class S>
    requires std::convertible_to<const S&, std::string_view>
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr LockKey(const S& name) noexcept : number_(hash(name)) {}

    constexpr std::int64_t number() const noexcept { return number_; }

private:
    static constexpr std::int64_t hash(std::string_view name) noexcept {
        std::uint64_t hash = 0xcbf29ce484222325U;
        for (const char c : name) {
            hash ^= static_cast<unsigned char>(c);
            hash *= 0x100000001b3U;
        }
        return static_cast<std::int64_t>(hash);
    }
    std::int64_t number_;
};

}  // namespace duet

namespace duet::engine {

struct LockRequest {
    std::int64_t key = 0;
    bool shared = false;
    bool wait = true;
};

/// Takes a lock until the transaction ends; false when it would have to wait for it and must not. Throws
/// InvalidQuery outside of a transaction, UnsupportedByDialect elsewhere than on PostgreSQL.
Task<bool> lock_in_transaction(Call call, LockRequest request);

/// A lock that belongs to a connection of the pool, which is kept for that.
///
/// Not thread-safe. Dropped with the object: in blocking mode that waits, else the server is told without
/// waiting for its answer.
class HeldLock {
public:
    /// Throws UnsupportedByDialect.
    HeldLock(const Call& call, LockRequest request);
    ~HeldLock();
    HeldLock(const HeldLock&) = delete;
    HeldLock& operator=(const HeldLock&) = delete;

    /// False when the lock would have to be waited for and must not.
    Task<bool> take();
    /// Throws ConnectionError when the connection was lost, and the lock with it. Harmless when repeated.
    Task<> release();
    bool held() const noexcept;

private:
    struct Impl;
    duet::detail::Owned<Impl> impl_;
};

}  // namespace duet::engine
