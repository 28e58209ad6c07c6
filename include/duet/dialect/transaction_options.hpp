#pragma once

#include <cstdint>

namespace duet {

/// The isolation levels of the SQL standard; `standard` is what the database does by itself. SQLite is always
/// serializable.
enum class Isolation : std::uint8_t {
    standard,
    read_uncommitted,
    read_committed,
    repeatable_read,
    serializable
};
/// SQLite: `immediate` takes the write lock at once, `deferred` at the first write, `exclusive` keeps readers
/// out in rollback-journal mode. Others have no such choice.
enum class Locking : std::uint8_t { immediate, deferred, exclusive };

/// What a dialect says when a transaction begins.
struct BeginOptions {
    Isolation isolation = Isolation::standard;
    Locking locking = Locking::immediate;
    bool read_only = false;
    bool deferrable = false;  // PostgreSQL, serializable and read-only: waits until it can run undisturbed
    std::int64_t lock_timeout_ms = 0;  // 0: what the session has; PostgreSQL
};

}  // namespace duet
