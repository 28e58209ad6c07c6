#pragma once

#include <duet/async/task.hpp>
#include <duet/driver/connection.hpp>

namespace duet {

/// Waits, on the Task's executor or on the thread, until the connection's operation is done, as its answer
/// `wait` asks. Watches the connection's limits meanwhile: when one is reached the statement is interrupted,
/// and QueryCanceled says so; if the server does not even answer that, the connection is abandoned. Never
/// runs for drivers that block.
Task<> settle(driver::Connection& connection, driver::Wait wait);

}  // namespace duet
