#pragma once

#include <duet/dialect/dialect.hpp>

namespace duet {

/// SQLite 3.35 upwards.
const Dialect& sqlite_dialect();

}  // namespace duet
