#pragma once

#include <duet/async/task.hpp>
#include <duet/engine/engine.hpp>

#include <cstdint>

namespace duet::engine {

// How far servers are in the log that replicas follow, in bytes. PostgreSQL only. The calls name the servers.

/// Of a primary: a position that is not before anything it has committed, and that replicas will reach.
Task<std::int64_t> written_position(Call primary);
/// Of a replica: everything before is visible there. -1 when it is none.
Task<std::int64_t> replayed_position(Call replica);
/// By how many milliseconds a replica lags; -1 when that cannot be told. Without an answer from the primary
/// the replica has to be believed.
Task<std::int64_t> measured_lag(Call primary, Call replica);

}  // namespace duet::engine
